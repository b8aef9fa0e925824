"""How strongly a thing is put: "may" against "must", "some" against "all", a response against a cure."""

import re
from collections.abc import Iterator
from functools import cache

from evals.judges.slots import align
from evals.judges.slots.finding import SlotFinding, clash, inflated
from evals.judges.slots.lexicon import slots, values
from evals.judges.slots.reading import Mark, Reading


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """Words of the claim that go further than the evidence."""
    yield from _stronger(claim, evidence)
    yield from _outcomes(claim, evidence)


def _stronger(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    for mark in claim.by_slot.get("strength", ()):
        if int(mark.value) < 2 or mark.denied:
            continue
        sentence, fit = _nearest_sentence(claim, mark, evidence)
        if fit < slots()["cutoffs"]["clause"]:
            continue
        limit = _limited(evidence, sentence) if mark.text.lower() in values()["for_all"] and not mark.open else ""
        if limit and not _limits().search(claim.text):
            yield clash("absolute", "E10", mark.text, limit)
            return
        near = [other for other in evidence.by_slot.get("strength", ()) if other.sentence == sentence]
        if found := _beyond(mark, near):
            yield found
            return


def _beyond(mark: Mark, near: list[Mark]) -> SlotFinding | None:
    """What the claim's word says beyond the evidence's words of strength in the sentence it is held against."""
    levels = {int(other.value) for other in near if other.value == "3" or not other.denied}
    weakest = next((other.text for other in near if other.value == "1" or other.denied), "")
    if mark.value == "3" and 3 not in levels and mark.text.lower() not in {other.text.lower() for other in near}:
        return inflated("absolute", "E10", mark.text, weakest)
    if mark.value == "2" and weakest and max(levels, default=0) < 2 and mark.text.lower() in values()["more_than_some"]:
        return inflated("modality", "E10", mark.text, weakest)
    return None


def _limited(evidence: Reading, sentence: int) -> str:
    """The words with which a sentence says that it is not so for all ("only some", "not every"), or ""."""
    start = evidence.sentence_ends[sentence - 1] if sentence else 0
    found = _limits().search(evidence.text, start, evidence.sentence_ends[sentence])
    return found[0] if found else ""


@cache
def _limits() -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, values()["not_for_all"])) + r")\b", re.IGNORECASE)


def _nearest_sentence(claim: Reading, mark: Mark, evidence: Reading) -> tuple[int, float]:
    fits = [(align.fit(claim, mark, evidence, number), -number) for number in range(len(evidence.sentences))]
    best = max(fits, default=(0.0, 0))
    return -best[1], best[0]


def _outcomes(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    stated = {mark.value for mark in evidence.by_slot.get("outcome", ()) if not mark.denied}
    words = {mark.value: mark.text for mark in evidence.by_slot.get("outcome", ())}
    for mark in claim.by_slot.get("outcome", ()):
        lesser = values()["outcome_inflated"].get(mark.value)
        if not lesser or mark.denied or mark.open:
            continue
        if mark.value in words:
            if limit := _only_for_some(claim, mark, evidence):
                yield inflated("outcome", "E11", mark.text, limit)
                return
            continue
        _, fit = _nearest_sentence(claim, mark, evidence)
        if fit >= slots()["cutoffs"]["near"]:
            instead = next((words[value] for value in lesser if value in stated), "")
            yield inflated("outcome", "E11", mark.text, instead)
            return


def _only_for_some(claim: Reading, mark: Mark, evidence: Reading) -> str:
    """The word that limits all the evidence says of an outcome ("some"), where the claim limits nothing; or ""."""
    if any(other.value in "12" for other in claim.by_slot.get("strength", ())):
        return ""
    limits = [
        next((other.text for other in evidence.by_slot.get("strength", ()) if _limits_it(other, stated)), "")
        for stated in evidence.by_slot["outcome"]
        if stated.value == mark.value and not stated.denied
    ]
    return limits[0] if limits and all(limits) else ""


def _limits_it(other: Mark, stated: Mark) -> bool:
    # "Can be cured" is what "curable" means.
    same = other.value == "1" and other.sentence == stated.sentence
    return same and other.text.lower() not in values()["in_the_outcome"]
