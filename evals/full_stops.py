"""Words with a full stop: whether the sentence ends there. It takes the words on either side, and abbreviations.

Which abbreviation does what is data: `datasets/lexicons/abbreviations.yaml`.
"""

import re
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml

_WORD = re.compile(r"\S+")
_STOP = re.compile(r"([.!?…]+)([\"'”’»)\]}]*)((?:\[\d{1,3}(?:[,–-]\d{1,3})*\]|[¹²³⁰⁴-⁹]+)*)\Z")
_GLUED_CITATION = re.compile(r"[a-z)]{2}(\.)\d{1,3}(?:[,–-]\d{1,3})*\Z")
_CITATION_NEXT = re.compile(r"(?:[ \t]?\[\d{1,3}(?:[,–-][ \t]?\d{1,3})*\])+(?=\s|\Z)")
_INNER_STOP = re.compile(r"(?<![a-z])\.(?=\w)|(?<=[a-z])\.(?=[a-z0-9_])")
_ROMAN = re.compile(r"[IVX]{1,5}[ABC]?\d?\Z")
_MIXED_CASE = re.compile(r"[a-z]{1,3}[A-Z0-9]")
_INITIALISM = re.compile(r"[^\W\d_](?:\.[^\W\d_])+\Z")
_OPENING = "([{\"'“‘«¿¡*_"
LONGEST_WORD = 200
"""Longer "words" are data or noise (base64, rows of dots): no abbreviation is that long."""
_FEWEST_LETTERS = 3


@dataclass(frozen=True, slots=True)
class _Abbreviations:
    titles: frozenset[str]
    numbered: frozenset[str]
    adjectives: frozenset[str]
    endings: frozenset[str]
    months: frozenset[str]
    days: frozenset[str]
    counted: frozenset[str]
    before_names: frozenset[str]
    starters: frozenset[str]


@cache
def _abbreviations() -> _Abbreviations:
    groups = load_yaml("abbreviations.yaml")
    return _Abbreviations(*(frozenset(map(str, groups[name])) for name in _Abbreviations.__slots__))


def is_plain_end(word: str, following: str) -> bool:
    """Whether it is an everyday word with a full stop, the last or before a capital: what `Stop` would say, sooner."""
    core = word[:-1]
    if word[-1] != "." or not core.isalpha() or not _FEWEST_LETTERS <= len(core) < LONGEST_WORD:
        return False
    if not core[1:].islower():
        return False
    return (not following or following[0].isupper()) and core.lower() not in _abbreviated()


@cache
def _abbreviated() -> frozenset[str]:
    known = _abbreviations()
    kinds = (known.titles, known.numbered, known.adjectives, known.endings, known.months)
    return frozenset(word.lower() for kind in kinds for word in kind)


class Stop:
    """A word with a stop in or after it, and its neighbours."""

    def __init__(self, text: str, start: int, word: str, previous: str, following: str) -> None:
        self._start, self._word, self._previous = start, word, previous.lstrip(_OPENING)
        found = _STOP.search(word)
        glued = None if found else _GLUED_CITATION.search(word)
        self._mark = found.group(1) if found else ""
        self._at = found.start(1) if found else glued.start(1) if glued else len(word)
        self._core = word[: self._at].lstrip(_OPENING)
        self._end = start + len(word)
        self._cited = bool(glued) or bool(found and found.group(3))
        if found and not self._cited and (next_to := _CITATION_NEXT.match(text, self._end)):
            self._cited, self._end = True, next_to.end()
            after = _WORD.search(text, self._end, self._end + LONGEST_WORD)
            following = after.group() if after else ""
        self._following = following
        self._glued = glued
        self._over = self._ends()

    def masks(self) -> list[int]:
        """Where full stops of it end nothing."""
        inner = [self._start + m.start() for m in _INNER_STOP.finditer(self._word, 0, self._at)]
        single = self._mark == "." or self._glued
        if single and (self._cited or self._over is False):
            inner.append(self._start + self._at)
        return inner

    def cut(self) -> int | None:
        """Where the next sentence must begin, whatever syntok would say."""
        if self._glued and self._core.lower() in _abbreviations().numbered:
            return None
        return self._end if self._over else None

    def _ends(self) -> bool | None:
        """Whether the sentence ends here; None leaves it to syntok."""
        if not self._mark and not self._glued:
            return None
        if self._mark != "." and not self._cited:
            # "Is it 104 °F? Call": no abbreviation ends in these, but syntok would mind the single letter before them.
            return self._following[:1].isupper() or None
        known, core, following = _abbreviations(), self._core.lower(), self._following
        if core in known.titles:
            return False
        if not following:
            return None
        if following[0].islower():
            return True if _MIXED_CASE.match(following) and self._is_plain() else None
        if following[0].isdigit() or following[0] == "#":
            return self._ends_before_number(core)
        return self._ends_before_capital(core) if following[0].isupper() else None

    def _is_plain(self) -> bool:
        known, core = _abbreviations(), self._core.lower()
        listed = core in known.adjectives or core in known.endings or core in known.numbered
        return not listed and (core.isdecimal() or (len(core) > 2 and (core[0].isdecimal() or "." not in core)))

    def _ends_before_number(self, core: str) -> bool | None:
        known = _abbreviations()
        if core in known.numbered or core in known.endings or self._core in known.months:
            return False
        return True if self._core.isalpha() and self._core.islower() and len(core) > 2 else None

    def _ends_before_capital(self, core: str) -> bool | None:
        known, following = _abbreviations(), self._following
        if self._is_enumerator():
            return False
        if following.rstrip(",:;").lower() in known.starters:
            return True
        if core in known.endings:
            after = following.rstrip(".,;:)")
            return not (after in known.days or (len(following) > 1 and after.isupper()))
        if core in known.adjectives or self._core in known.months or _INITIALISM.match(self._core):
            return False
        if _ROMAN.match(self._core) and (len(core) > 1 or self._closes_a_phrase()):
            return True if self._previous else None
        if len(core) == 1 and self._core.isupper():
            return self._closes_a_phrase()
        return True

    def _is_enumerator(self) -> bool:
        """Whether it is the number of a list that runs on: "1." in "Do this: 1. Call. 2. Wait."."""
        if self._previous.rstrip(".").lower() in _abbreviations().numbered:
            return False  # "See Fig. 2. Then": a reference, not a list
        return self._core.isdigit() and len(self._core) < 3 and self._previous[-1:] in {".", ":", "?", "!"}

    def _closes_a_phrase(self) -> bool:
        """Whether a single capital is the end of "vitamin C" and not an initial."""
        previous, known = self._previous.lower(), _abbreviations()
        if previous in known.before_names:
            return False
        return previous in known.counted or self._previous[:1].islower()
