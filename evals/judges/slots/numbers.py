"""Numbers, doses, ages, times and dates of a claim against those of the evidence."""

import re
from collections.abc import Iterator

from evals.judges.slots import align
from evals.judges.slots.finding import SlotFinding, clash, extra
from evals.judges.slots.lexicon import slots, values
from evals.judges.slots.quantities import Quantity, agree, find_quantities
from evals.judges.slots.reading import Reading

# A temperature or a dose means the same thing wherever it stands; other measures count between like sentences only.
_LEAST_FIT = {
    "temperature": 0.2,
    "mass": 0.3,
    "dose_by_area": 0.3,
    "dose_by_weight": 0.3,
    "radiation": 0.3,
    "smoking": 0.2,
}
_USUAL_FIT = 0.45
_COUNT_FIT = 0.5
_LEAST_BACK = 0.35
_SAME_UNIT = 0.01


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """Numbers that the evidence gives otherwise, or does not give."""
    yield from _labels(claim, evidence)
    yield from _exchanged(claim, evidence)
    for mine in claim.quantities:
        comparable = [q for q in evidence.quantities if _comparable(mine, q)]
        same = any(_same_digits(mine, q) and not _in_another_unit(mine, q, evidence) for q in evidence.quantities)
        if same or any(agree(mine, q) for q in comparable) or _in_range(mine, evidence):
            continue
        taken = [q for q in comparable if any(agree(other, q) for other in claim.quantities if other is not mine)]
        free = [q for q in comparable if q not in taken]
        best = max(free, key=lambda q: (align.nearness(claim, mine, evidence, q), -q.start), default=None)
        if best and _fits(claim, mine, evidence, best):
            yield clash("number", "E08", mine.text, best.text)
        elif mine.kind not in ("count", "month") or mine.low < mine.high:
            yield extra(
                "number", "E08", mine.text, best.text if best and not _measured_otherwise(mine, evidence) else ""
            )


def absolute(finding: SlotFinding) -> bool:
    """Whether a finding is about a measure that means the same thing wherever it stands: a temperature, a dose."""
    return finding.slot == "number" and any(one.kind in _LEAST_FIT for one in find_quantities(finding.said))


def agreeing(claim: Reading, evidence: Reading) -> int:
    """How many numbers of the claim the evidence gives too."""
    return sum(any(_comparable(m, q) and agree(m, q) for q in evidence.quantities) for m in claim.quantities)


def _comparable(mine: Quantity, theirs: Quantity) -> bool:
    if mine.kind == theirs.kind:
        return mine.kind != "count" or mine.noun == theirs.noun
    kinds = {mine.kind, theirs.kind}
    # "starts at 45" is an age when the other text says so; "2 years" and "age 2" are not told apart.
    if kinds == {"count", "age"} and not mine.noun and not theirs.noun:
        return True
    return mine.raw == theirs.raw and kinds in (
        {"count", "age"},
        {"count", "percent"},
        {"time", "age"},
        {"count", "smoking"},
    )


def _same_digits(mine: Quantity, theirs: Quantity) -> bool:
    # "27 to 35" begins like "27 to 45" and is another range.
    ranges = mine.low < mine.high and theirs.low < theirs.high
    return mine.raw == theirs.raw and "count" in (mine.kind, theirs.kind) and not ranges


def _in_brackets(text: str, quantity: Quantity) -> bool:
    """Whether a number stands in brackets, where it describes what is spoken of: "the pill (200 mg a day)"."""
    before = text[: quantity.start]
    return before.count("(") > before.count(")")


def _measured_otherwise(mine: Quantity, evidence: Reading) -> bool:
    """Whether the evidence gives the same number of another measure: "a pack a day for 20 years", "20 pack-years"."""
    return any(mine.raw == q.raw and q.kind not in (mine.kind, "count") for q in evidence.quantities)


def _in_another_unit(mine: Quantity, theirs: Quantity, evidence: Reading) -> bool:
    """Whether a bare number goes on in another unit: "13 months with it and 7 without" says nothing of 7 weeks."""
    sentence = evidence.sentence_at(theirs.start)
    before = [
        q for q in evidence.quantities if q.end <= theirs.start and evidence.sentence_at(q.start) == sentence and q.raw
    ]
    if theirs.kind != "count" or theirs.noun or not before or before[-1].kind != mine.kind or not mine.raw:
        return False
    if mine.kind == "temperature":  # its scales differ by more than a factor
        return False
    return abs(before[-1].low / before[-1].raw - mine.low / mine.raw) > _SAME_UNIT


def _in_range(mine: Quantity, evidence: Reading) -> bool:
    # "After age 45" of "45 to 75" is one end of it.
    return any(
        mine.raw == q.raw and q.low < q.high and mine.kind in (q.kind, "count") for q in evidence.quantities
    ) and (mine.low == mine.high)


def _fits(claim: Reading, mine: Quantity, evidence: Reading, theirs: Quantity) -> bool:
    sentence = evidence.sentence_at(theirs.start)
    least = _COUNT_FIT if mine.kind in ("count", "year", "date", "month") else _LEAST_FIT.get(mine.kind, _USUAL_FIT)
    fit = align.fit(claim, mine, evidence, sentence)
    if mine.kind not in _LEAST_FIT and align.back_fit(evidence, theirs, claim) < _LEAST_BACK:
        return False
    return fit >= least and align.shared_weight(claim, mine, evidence, sentence) >= 1.0


def _labels(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    said, stated = _labelled(claim.text), _labelled(evidence.text)
    for (word, value), place in said.items():
        others = {v: p for (w, v), p in stated.items() if w == word}
        if not others or value in others or any(v.rstrip("ABCabc") == value for v in others):
            continue
        if any((word, v) in said for v in others):
            continue
        theirs = next(iter(others.values()))
        sentence = evidence.sentence_at(theirs.start())
        back = align.back_fit(evidence, align.Span(*theirs.span()), claim)
        if (
            align.fit(claim, align.Span(*place.span()), evidence, sentence) >= slots()["cutoffs"]["frame"]
            and back >= slots()["cutoffs"]["frame"]
        ):
            yield clash(word, "E21" if word in ("category", "phase", "type") else "E04", place[0], theirs[0])


def _labelled(text: str) -> dict[tuple[str, str], re.Match[str]]:
    words = "|".join(sorted(map(re.escape, values()["labels"]), key=len, reverse=True))
    found = re.finditer(
        rf"\b(?P<word>{words})s?\s+(?:of\s+)?(?P<value>\d+[A-C]?|I{{1,3}}|IV|[A-D])\b", text, re.IGNORECASE
    )
    return {(m["word"].lower(), _arabic(m["value"])): m for m in found if m["value"] != "a"}


def _arabic(value: str) -> str:
    return {"I": "1", "II": "2", "III": "3", "IV": "4"}.get(value, value.upper())


def _exchanged(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """Two numbers of one kind that both texts give, but for each other's things: "7% with A, 87% with B"."""
    paired = [(m, q) for m in claim.quantities for q in evidence.quantities if _comparable(m, q) and agree(m, q)]
    for mine, own in paired:
        for later, other in paired:
            if later.start <= mine.start or own is other or mine.kind != later.kind or agree(mine, other):
                continue
            straight = _follows(claim, mine, evidence, own) + _follows(claim, later, evidence, other)
            turned = _follows(claim, mine, evidence, other) + _follows(claim, later, evidence, own)
            if turned >= 1.5 and turned > straight + 1.0:
                yield clash("number", "E08", mine.text, other.text)
                return


def _follows(claim: Reading, mine: Quantity, evidence: Reading, theirs: Quantity) -> float:
    """How much the words after two numbers, up to the next number of their kind, are the same."""
    said, stated = _words_after(claim, mine), _words_after(evidence, theirs)
    return align.share(said, claim.weights, stated) if said and stated else 0.0


def _words_after(reading: Reading, quantity: Quantity) -> frozenset[str]:
    sentence_end = reading.sentence_ends[reading.sentence_at(quantity.start)]
    later = (q.start for q in reading.quantities if q.kind == quantity.kind and q.start > quantity.start)
    end = min([*later, sentence_end])
    return frozenset(t.key for t in reading.tokens if quantity.end <= t.start < end and not t.key.isdigit())
