"""Cues: the beginnings of words without which a pattern cannot match, read off the pattern itself.

A sentence's words are looked up once, and only the patterns whose cues are all there are tried. Looking up is cached by
word, so that a text costs one look-up a word, however many patterns there are.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from re import _constants as code  # pyright: ignore[reportAttributeAccessIssue]
from re import _parser as parser  # pyright: ignore[reportAttributeAccessIssue]
from typing import Any

Cue = frozenset[str]
"""Beginnings of words: one of them must be in the sentence."""

MASK = "\ue000"
"""Stands for each character of the name of a medicine."""
SIGNS = {sign: sign * 2 for sign in (MASK, "$", "€", "£", "?")}
"""Characters that are no words but tell as much -> the word, and the cue, that stands for them."""

END = "."
"""Stands in a cue for the end of the word."""


def cues_of(pattern: re.Pattern[str]) -> list[Cue]:
    """What a pattern needs: one beginning of each cue. Fewer cues than possible is safe; one too many is not."""
    return _of_sequence(list(parser.parse(pattern.pattern)), True, False)[0]


def _of_sequence(items: Sequence[Any], fresh: bool, closed: bool) -> tuple[list[Cue], bool]:
    """The cues of a sequence, and whether a word can only begin right after it.

    `fresh`: a word can only begin where it starts. `closed`: a word must end where it ends.
    """
    found: list[Cue] = []
    place = 0
    while place < len(items):
        run = _run(items, place)
        place += max(1, len(run))
        ends = _is_end(items[place]) if place < len(items) else closed
        if run:
            if fresh and not run.startswith("’"):
                found.append(frozenset({run + END if ends else run}))
            fresh = False
            continue
        cues, fresh = _of_item(*items[place - 1], fresh, ends)
        found += cues
    return found, fresh


def _run(items: Sequence[Any], place: int) -> str:
    """The letters and digits that stand at this place of a sequence."""
    run = ""
    while place < len(items) and items[place][0] is code.LITERAL and _is_word(items[place][1]):
        run += chr(items[place][1])
        place += 1
    return run


def _of_item(kind: Any, value: Any, fresh: bool, closed: bool) -> tuple[list[Cue], bool]:
    if kind is code.LITERAL:
        return ([frozenset({SIGNS[chr(value)]})] if chr(value) in SIGNS else []), True
    if kind is code.AT:
        return [], value in {code.AT_BOUNDARY, code.AT_BEGINNING, code.AT_BEGINNING_STRING} or fresh
    if kind in {code.ASSERT, code.ASSERT_NOT}:
        return [], fresh
    if kind is code.SUBPATTERN:
        return _of_sequence(list(value[3]), fresh, closed)
    if kind is code.BRANCH:
        return _of_branch([_of_sequence(list(way), fresh, closed) for way in value[1]])
    if kind in {code.MAX_REPEAT, code.MIN_REPEAT}:
        least, most, inner = value
        cues, after = _of_sequence(list(inner), fresh, closed and most == 1)
        return (cues if least else []), after and (fresh or least > 0)
    return [], kind is code.IN and all(_is_gap(part) for part in value)


def _is_end(item: Any) -> bool:
    """Whether a word that comes before this must end there."""
    kind, value = item
    if kind is code.AT:
        return value in {code.AT_BOUNDARY, code.AT_END, code.AT_END_STRING}
    if kind is code.LITERAL:
        return not _is_word(value)
    if kind is code.ASSERT_NOT:  # the end of a family: no letter or digit comes next
        return list(value[1]) == list(parser.parse(r"[^\W_]"))
    return kind is code.IN and all(_is_gap(part) for part in value)


def _of_branch(ways: Sequence[tuple[list[Cue], bool]]) -> tuple[list[Cue], bool]:
    fresh = all(after for _, after in ways)
    if not all(cues for cues, _ in ways):
        return [], fresh
    # One cue of each way is enough; the one with the longest beginnings is the rarest.
    best = [max(cues, key=lambda cue: (min(map(len, cue)), -len(cue), sorted(cue))) for cues, _ in ways]
    return [frozenset().union(*best)], fresh


def _is_word(number: int) -> bool:
    return chr(number).isalnum() or chr(number) == "’"


def _is_gap(part: Any) -> bool:
    kind, value = part
    return (kind is code.LITERAL and not _is_word(value)) or (kind is code.CATEGORY and value is code.CATEGORY_SPACE)


class Index:
    """Cues as bits: which of them the words of a sentence hold, as one number."""

    def __init__(self) -> None:
        self._bits: dict[Cue, int] = {}
        self._beginnings: dict[str, int] = {}
        self._of_word = lru_cache(maxsize=65536)(self._look_up)

    def need(self, cues: Iterable[Cue]) -> int:
        """The number that stands for these cues together."""
        number = 0
        for cue in cues:
            if cue not in self._bits:
                self._bits[cue] = 1 << len(self._bits)
                for beginning in cue:
                    self._beginnings[beginning] = self._beginnings.get(beginning, 0) | self._bits[cue]
            number |= self._bits[cue]
        self._of_word.cache_clear()
        return number

    def held(self, words: Iterable[str]) -> int:
        """The cues that these words hold, together."""
        number = 0
        for word in words:
            number |= self._of_word(word)
        return number

    def _look_up(self, word: str) -> int:
        number = 0
        parts = word.split("’")
        for first in range(len(parts)):
            # A pattern may end a word at an apostrophe, or begin one behind it.
            for form in ("’".join(parts[first:]) + END, parts[first] + END):
                for length in range(1, len(form) + 1):
                    number |= self._beginnings.get(form[:length], 0)
        return number
