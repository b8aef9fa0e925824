"""What a regular expression cannot match without, so that most sentences need not be searched for most patterns.

A pattern's needs are sets of grams, beginnings of the words and phrases in it: of each set one must be in the text.
They are read off the expression itself, and where it says too little there are none, so nothing that matches is lost.
"""

import re
from collections.abc import Iterator, Sequence

from evals.overreach.cues import MASK

_SHORTEST, _LONGEST = 2, 5
"""Characters of a gram."""

Needed = tuple[frozenset[str], ...]

_PART = re.compile(
    r"(?P<class>\[\^?\]?(?:\\.|[^\]\\])*\]|\\[wWsSdD]|\.)"
    r"|(?P<edge>\\[bBAZ]|[\^$])"
    r"|(?P<open>\((?:\?(?:P<\w+>|:))?(?!\?))"
    r"|(?P<look>\(\?<?[!=])"
    r"|(?P<close>\))"
    r"|(?P<or>\|)"
    r"|\\u(?P<code>[0-9a-f]{4})"
    r"|\\(?P<escaped>[^\w])"
    r"|(?P<plain>[^\\\[(?*+{])",
    re.DOTALL,
)
_TIMES = re.compile(r"(?:(?P<maybe>[?*]|\{0?,\d*\}|\{0\})|\+|\{\d+(?:,\d*)?\})[?+]?")


def grams_of(text: str) -> frozenset[str]:
    """Every stretch of a text that is as long as a gram may be, and whether a medicine is named."""
    sizes = range(_SHORTEST, _LONGEST + 1)
    found = frozenset([text[start : start + size] for size in sizes for start in range(len(text) - size + 1)])
    return found | {MASK} if MASK in text else found


class Sieve:
    """Which of many expressions may match a text, told by one look at each of its grams that any of them needs.

    A set of expressions is a number, with the bit `1 << n` for the one at place n. For each set of grams that an
    expression may need there is such a number, and all of them stand side by side in one.
    """

    def __init__(self, needs: Sequence[Needed]) -> None:
        """`needs` are what the expressions need, in their order."""
        self._size, self._most = len(needs), max(map(len, needs), default=0)
        self._of_gram: dict[str, int] = {}
        # What needs fewer sets asks nothing of the others.
        self._always = 0
        for number, needed in enumerate(needs):
            for at in range(self._most):
                bit = 1 << at * self._size + number
                for gram in needed[at] if at < len(needed) else ():
                    self._of_gram[gram] = self._of_gram.get(gram, 0) | bit
                self._always |= 0 if at < len(needed) else bit
        self._grams = frozenset(self._of_gram)

    def may_match(self, text: str) -> Iterator[int]:
        """The places of the expressions that may match a text, in order."""
        held = self._always
        for gram in self._grams & grams_of(text):
            held |= self._of_gram[gram]
        met = (1 << self._size) - 1
        for _ in range(self._most):
            met &= held
            held >>= self._size
        while met:
            yield (met & -met).bit_length() - 1
            met &= met - 1


def needed_by(expression: str) -> Needed:
    """The sets of grams without which an expression cannot match; empty when it cannot be told."""
    try:
        return _Reader(expression).alternatives()
    except _NotReadError:
        return ()


class _NotReadError(Exception):
    """The expression has a part that this reader does not know."""


class _Reader:
    """Reads an expression from left to right, one nested group within another."""

    def __init__(self, expression: str) -> None:
        self._text, self._at = expression, 0

    def alternatives(self) -> Needed:
        """What the alternatives up to the end of the group, or of the expression, need together."""
        branches = [self._sequence()]
        while self._text.startswith("|", self._at):
            self._at += 1
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        # Whichever branch it is, one of its own grams must be there.
        return () if not all(branches) else (frozenset().union(*(min(branch, key=len) for branch in branches)),)

    def _sequence(self) -> Needed:
        found: list[frozenset[str]] = []
        run = ""
        for part, is_sure in self._parts():
            if isinstance(part, str) and part and is_sure:
                run += part
                continue
            if part == "":  # an edge of a word has no width
                continue
            found += _of_run(run)
            run = ""
            found += part if is_sure and isinstance(part, tuple) else ()
        return (*found, *_of_run(run))

    def _parts(self) -> Iterator[tuple[str | Needed, bool]]:
        """Each character ("" for an edge), or what a group needs, and whether it must be there."""
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            match = _PART.match(self._text, self._at)
            if not match:
                raise _NotReadError
            self._at = match.end()
            part = self._part(match)
            times = _TIMES.match(self._text, self._at)
            self._at = times.end() if times else self._at
            yield part, not (times and times.group("maybe"))
            if times:
                yield (), True  # what follows does not join a part that may be there twice

    def _part(self, match: re.Match[str]) -> str | Needed:
        kind = match.lastgroup
        if kind in {"open", "look"}:
            inside = self.alternatives()
            if not self._text.startswith(")", self._at):
                raise _NotReadError
            self._at += 1
            return inside if kind == "open" else ""
        if kind == "code":
            return chr(int(match.group("code"), 16))
        return "" if kind == "edge" else () if kind == "class" else match.group("escaped") or match.group()


def _of_run(run: str) -> list[frozenset[str]]:
    """The gram of a run of characters: its beginning."""
    if MASK in run:
        return [frozenset({MASK})]
    return [frozenset({run[:_LONGEST]})] if len(run) >= _SHORTEST else []
