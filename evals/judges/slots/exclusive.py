"""Slots whose values exclude one another: line of therapy, stage, setting, population, approval, markers' status."""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any

from evals.judges.slots import align
from evals.judges.slots.finding import SlotFinding, clash, dropped
from evals.judges.slots.lexicon import slots, values
from evals.judges.slots.reading import Mark, Reading

_STAGE = re.compile(
    r"\bstages?\s+((?:[0-4]|I{1,3}|IV|one|two|three|four)[ABC]?\b(?:\s*(?:,|to|or|and|-|–|through)\s*(?:[0-4]|I{1,3}|IV)[ABC]?\b)*)",
    re.IGNORECASE,
)
_ROMAN = ("0", "I", "II", "III", "IV")
_WORDS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4}


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """Values of the claim that cannot hold with those of the evidence, and limits of the evidence that it drops."""
    yield from _stage(claim, evidence)
    for slot, row in _rows().items():
        mine, theirs = claim.by_slot.get(slot, ()), evidence.by_slot.get(slot, ())
        if mine and theirs:
            yield from _clashing(claim, mine, evidence, theirs, row)
        elif theirs and slot in values()["limits"]:
            yield from _dropped(claim, evidence, theirs, row)


def _clashing(
    claim: Reading, mine: tuple[Mark, ...], evidence: Reading, theirs: tuple[Mark, ...], row: Mapping[str, Any]
) -> Iterator[SlotFinding]:
    stated = {mark.value for mark in theirs}
    said = {mark.value for mark in mine}
    for mark in mine:
        if mark.value in stated or mark.denied:
            continue
        for other in theirs:
            if other.value in said or other.denied or not _exclude(mark.value, other.value, row):
                continue
            fit = align.fit(claim, mark, evidence, other.sentence)
            back = align.back_fit(evidence, other, claim)
            if (
                fit >= slots()["cutoffs"]["clause"]
                and max(fit, back) >= 0.6
                and align.shared_weight(claim, mark, evidence, other.sentence) >= 1.0
            ):
                yield clash(row["slot"], row["code"], mark.text, other.text)
                return


def _exclude(one: str, other: str, row: Mapping[str, Any]) -> bool:
    return any({one, other} == set(pair) for pair in row["clash"])


def _dropped(
    claim: Reading, evidence: Reading, theirs: tuple[Mark, ...], row: Mapping[str, Any]
) -> Iterator[SlotFinding]:
    for mark in theirs:
        clause = evidence.clauses[evidence.clause_at(mark.start)] - align.keys_at(evidence, mark)
        if mark.denied or align.keys_at(evidence, mark) & claim.keys:
            continue
        if len(clause) >= 3 and align.share(clause, evidence.weights, claim.keys) >= values()["dropped_from"]:
            yield dropped(row["slot"], row["code"], mark.text)
            return


def _stage(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    said, stated = stages(claim.text), stages(evidence.text)
    if not said or not stated or said & stated:
        return
    mine, theirs = _STAGE.search(claim.text), _STAGE.search(evidence.text)
    if mine and theirs and not claim.denials.denied(mine.start()) and not evidence.denials.denied(theirs.start()):
        place = align.Span(mine.start(), mine.end())
        if align.fit(claim, place, evidence, evidence.sentence_at(theirs.start())) >= slots()["cutoffs"]["clause"]:
            yield clash("stage", "E04", mine[0], theirs[0])


@lru_cache(maxsize=16384)
def stages(text: str) -> frozenset[str]:
    """Stage groups named in a text as Roman numerals, a range with all in between."""
    found: set[str] = set()
    for match in _STAGE.finditer(text):
        parts = [_number(part) for part in re.findall(r"[0-4]|[IV]+|one|two|three|four", match[1], re.IGNORECASE)]
        numbers = [part for part in parts if part is not None]
        if re.search(r"to|through|-|–", match[1]) and len(numbers) == 2:
            numbers = list(range(min(numbers), max(numbers) + 1))
        found |= {_ROMAN[number] for number in numbers}
    return frozenset(found)


def _number(part: str) -> int | None:
    part = part.upper()
    if part in _WORDS:
        return _WORDS[part]
    return int(part) if part.isdigit() else _ROMAN.index(part) if part in _ROMAN else None


@cache
def _rows() -> Mapping[str, Mapping[str, Any]]:
    return {row["slot"]: row for row in values()["values"]}
