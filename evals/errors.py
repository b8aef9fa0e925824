"""The one exception a person who typed a command should ever see."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """Bad input or a missing setting: says where, what was found, what was wanted and what to do.

    The command line prints it on one line and exits with `code`: 2, or 4 where a run broke that can go on.
    """

    code = 2

    def __init__(self, where: str, found: str, wanted: str = "", fix: str = "") -> None:
        self.where, self.found, self.wanted, self.fix = where, found, wanted, fix
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.found}"]
        if self.wanted:
            parts.append(f"wanted {self.wanted}")
        text = "; ".join(parts)
        return f"{text}. {self.fix}" if self.fix else text


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint naming the nearest known word, or all of them when none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return f'Did you mean "{near[0]}"?' if near else f"Known: {', '.join(names)}."
