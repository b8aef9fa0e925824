"""What a text denies: which words a "not" or "avoid" reaches, under which condition, and what it only supposes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from evals.judges.slots import lexicon

_HEAVY = 0.9
_INTRO = re.compile(
    r"\W*(?:if|when|for|in|on|after|before|with|once|although|since|during|because|at|while|though|even)\b",
    re.IGNORECASE,
)
_NEAR = 40
"""Characters: a phrase such as "not only" this close to a word leaves open what is said of it."""


@dataclass(frozen=True, slots=True)
class Denial:
    """One negating phrase at `start:end`: it may reach what lies in `first:last`.

    `focus` is the start of the word that it denies first of all. `condition` is the word ("until", "only") that makes
    it hold only sometimes, "" when it always holds.
    """

    start: int
    end: int
    first: int
    last: int
    focus: int
    condition: str


@dataclass(frozen=True, slots=True)
class Denials:
    """All negating phrases of a text.

    `harmless` are those that deny nothing, `supposed` stretches such as "if ...,", `soft` places of words such as
    "rare" that may deny in other words.
    """

    found: tuple[Denial, ...]
    harmless: tuple[tuple[int, int], ...]
    supposed: tuple[tuple[int, int], ...]
    soft: tuple[int, ...]

    def denied(self, start: int) -> bool:
        """Whether an odd number of negations reach the word at `start`."""
        return sum(d.first <= start < d.last and not d.start <= start < d.end for d in self.found) % 2 == 1

    def focal(self, start: int, end: int) -> bool:
        """Whether the words at `start:end` are the first that some negation denies."""
        return any(start <= d.focus < end and not start <= d.start < end for d in self.found)

    def touched(self, start: int) -> bool:
        """Whether any negation, or a phrase like "not only", stands near enough to make a denial doubtful."""
        if any(d.first <= start < d.last or d.start <= start < d.end for d in self.found):
            return True
        return self.near_harmless(start)

    def near_harmless(self, start: int) -> bool:
        """Whether a phrase like "not only" stands close to the word at `start`."""
        return any(first - _NEAR < start < last + _NEAR for first, last in self.harmless)

    def only_supposed(self, start: int) -> bool:
        """Whether the word at `start` stands in an "if" clause."""
        return any(first <= start < last for first, last in self.supposed)


def find_denials(
    text: str, tokens: tuple[tuple[int, int, float], ...], clause_ends: tuple[int, ...], sentence_ends: tuple[int, ...]
) -> Denials:
    """The negations of a text; `tokens` are (start, end, weight) of its content words in order."""
    harmless = tuple((m.start(), m.end()) for m in _pattern("harmless").finditer(text))
    found: list[Denial] = []
    for start, end, reach in _negators(text, harmless):
        clause_end = next((e for e in clause_ends if e >= end), len(text))
        clause_start = max((e for e in clause_ends if e <= start), default=0)
        sentence_end = next((e for e in sentence_ends if e >= end), len(text))
        clause_end = min(clause_end, _opening_end(text, clause_start, end, sentence_end))
        after = [t for t in tokens if end <= t[0] < clause_end]
        condition = _pattern("conditional").search(text, end, sentence_end)
        word = condition[0].lower() if condition else ""
        if reach and after:
            last = after[reach - 1][1] if len(after) >= reach else clause_end
            focus = next((t[0] for t in after[:reach] if t[2] >= _HEAVY), after[0][0])
            found.append(Denial(start, end, end, last, focus, word))
        else:
            # "Surgery is off the table", "and surgery is not": what stands before is denied.
            before = [t for t in tokens if clause_start <= t[0] < start]
            heavy = [t for t in before if t[2] >= _HEAVY] or before
            found.append(Denial(start, end, clause_start, start, heavy[-1][0] if heavy else start, word))
    supposed = tuple(_supposed(text, sentence_ends))
    soft = tuple(m.start() for m in _pattern("soft").finditer(text))
    return Denials(tuple(found), harmless, supposed, soft)


def _negators(text: str, harmless: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int, int]]:
    """Start, end and reach of each negator, in order; reach 0 when it denies what stands before it."""
    rows = _table()
    spans: list[tuple[int, int, int]] = []
    for pattern, reach in (
        (_after(), 0),
        (_pattern("negators"), rows["reach"]),
        (_pattern("determiners"), rows["short_reach"]),
    ):
        for match in pattern.finditer(text):
            inside = (*harmless, *((s, e) for s, e, _ in spans))
            if not any(s < match.end() and match.start() < e for s, e in inside):
                spans.append((match.start(), match.end(), int(reach)))
    yield from sorted(spans)


def _opening_end(text: str, clause_start: int, end: int, sentence_end: int) -> int:
    """Where the opening phrase that a negation stands in ends: "For cancer that cannot be cut out, ..."."""
    if not _INTRO.match(text, clause_start):
        return sentence_end
    comma = text.find(",", end, sentence_end)
    return comma if comma > 0 else sentence_end


def _supposed(text: str, sentence_ends: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    for match in _pattern("openers").finditer(text):
        sentence_end = next((e for e in sentence_ends if e >= match.end()), len(text))
        comma = text.find(",", match.end(), sentence_end)
        yield match.start(), comma if comma > 0 else sentence_end


def has_strong(text: str) -> re.Match[str] | None:
    """A phrase that denies all its clause speaks of ("plays no part", "no reason to"), or None."""
    return _pattern("strong").search(text)


def _table() -> Any:
    return lexicon.slots()["denial"]


@cache
def _after() -> re.Pattern[str]:
    phrases = _alternatives(_table()["after"])
    return re.compile(rf"\b(?:is|are|was|were|be|been|being)\s+(?:\w+\s+)?(?:{phrases})\b", re.IGNORECASE)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_alternatives(_table()[name])})\b", re.IGNORECASE)


def _alternatives(phrases: Iterable[str]) -> str:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    # "n't" ends a word; every other phrase begins one.
    return "|".join(("" if p.startswith("n't") else r"\b") + re.escape(p).replace(r"\ ", r"\s+") for p in longest_first)
