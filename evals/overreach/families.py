"""Word families: phrases that mean the same, as parts of patterns and as cues."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from evals.errors import UserError, did_you_mean
from evals.overreach.cues import Cue

WORD = re.compile(r"[^\W_]+(?:[’][^\W_]+)*")
_MACRO = re.compile(r"\{([a-z_]+)\}")
_GAP = re.compile(r"<(\d+)>")
_BETWEEN = r"(?:[\s-]+)"


class Families:
    """The families of a lexicon, ready to be looked for and to be put into patterns."""

    def __init__(self, words: Mapping[str, Sequence[str]], shapes: Mapping[str, str], where: str) -> None:
        """`words`: family -> phrases; `shapes`: name -> regular expression.

        Raises:
            UserError: a phrase is empty or names an unknown family, or a shape names something unknown.
        """
        self.names = frozenset(words)
        self._where = where
        self._firsts: dict[str, Cue] = {}
        self._parts: dict[str, str] = {}
        for name, phrases in words.items():
            listed = list(dict.fromkeys(_straight(str(phrase)) for phrase in phrases))
            self._firsts[name] = frozenset(self._first(name, phrase) for phrase in listed)
            self._parts[name] = _alternation(listed)
        self._shapes = dict(shapes)

    def _first(self, name: str, phrase: str) -> str:
        found = WORD.search(phrase)
        if not found:
            raise UserError(self._where, f"family {name!r} has the phrase {phrase!r}", "at least one word")
        return found.group()

    def cue(self, names: Iterable[str]) -> Cue:
        """The beginnings of words by which any of these families is known."""
        return frozenset().union(*(self._firsts[name] for name in names))

    def compile(self, pattern: str, where: str) -> re.Pattern[str]:
        """A pattern with `{family}`, `{shape}` and `<30>` (at most 30 characters of one clause) written out.

        Raises:
            UserError: a name is unknown, a shape contains itself, or the result is no regular expression.
        """
        try:
            return re.compile(self._written_out(_straight(pattern), where, ()))
        except re.error as error:
            raise UserError(where, f"{pattern!r}: {error}", "a regular expression") from error

    def _written_out(self, pattern: str, where: str, path: tuple[str, ...]) -> str:
        def part(match: re.Match[str]) -> str:
            name = match.group(1)
            if name in path:
                raise UserError(where, f"the shape {name!r} contains itself", "shapes without circles")
            if name in self._shapes:
                return self._written_out(_straight(self._shapes[name]), where, (*path, name))
            if name in self._parts:
                return self._parts[name]
            raise UserError(where, f"unknown name {name!r}", fix=did_you_mean(name, [*self._parts, *self._shapes]))

        return _GAP.sub(r"(?:[^.;!?\n]{0,\1}?)", _MACRO.sub(part, pattern))


def _straight(text: str) -> str:
    return text.replace("'", "’")


def _alternation(phrases: Sequence[str]) -> str:
    """The phrases as one regular expression, longest first, so that "put off" is tried before "put"."""
    return rf"\b(?:{'|'.join(_spelled(sorted(phrases, key=lambda p: (-len(p), p))))})(?![^\W_])"


def _spelled(phrases: Sequence[str]) -> Iterator[str]:
    for phrase in phrases:
        body = _BETWEEN.join(re.escape(part) for part in phrase.removesuffix("*").replace("-", " ").split())
        yield body + (r"[\w’-]*" if phrase.endswith("*") else "")
