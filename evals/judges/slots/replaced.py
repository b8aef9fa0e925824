"""One name in the place of another, in sentences that are else the same: a drug, a marker, a body part, any word."""

import re
from collections.abc import Iterator
from functools import cache

from evals.judges.slots import align
from evals.judges.slots.align import Placed
from evals.judges.slots.drugs import related
from evals.judges.slots.finding import SlotFinding, clash
from evals.judges.slots.lexicon import slots, values
from evals.judges.slots.reading import Mark, Reading

_LIST = 3


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """Names of the claim that stand where the evidence has others."""
    yield from _replaced(claim, evidence)
    yield from _kinds(claim, evidence)
    yield from _swapped(claim, evidence)


def _replaced(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """A drug or marker in the place of another, in sentences that are else the same."""
    for kind, code in (("drug", "E21"), ("gene", "E02")):
        mine, theirs = tokens(claim, kind), tokens(evidence, kind)
        new, gone = mine - theirs, theirs - mine
        if not new or not gone or any(related({a}, {b}) for a in new for b in theirs):
            continue
        said = next(c for c in claim.named(kind) if c.token in new)
        stated = next(c for c in evidence.named(kind) if c.token in gone)
        if claim.denials.denied(said.start) or claim.denials.near_harmless(said.start):
            continue
        if not others_agree(claim, evidence, said.token) or adds(claim, said, evidence, stated):
            continue
        if same_frame(claim, said, evidence, stated, frozenset(mine | theirs)):
            yield clash("entity", code, claim.text[said.start : said.end], evidence.text[stated.start : stated.end])
            return


def same_frame(claim: Reading, said: Placed, evidence: Reading, stated: Placed, ignored: frozenset[str]) -> bool:
    """Whether two names stand in clauses that are else the same, the `ignored` keys not counted."""
    sentence = evidence.sentence_at(stated.start)
    forth = align.fit(claim, said, evidence, sentence, ignored)
    back = align.back_fit(evidence, stated, claim, ignored)
    cut = slots()["cutoffs"]
    return forth >= cut["frame"] and back >= cut["frame_back"]


def adds(claim: Reading, said: Placed, evidence: Reading, stated: Placed) -> bool:
    """Whether what both texts say can hold of two things: "X is not used here", "Y is not used here"."""
    number = evidence.sentence_at(stated.start)
    start = evidence.sentence_ends[number - 1] if number else 0
    sentence = evidence.text[start : evidence.sentence_ends[number]]
    if _phrases_of("exclusive").search(sentence):
        return False
    return bool(_phrases_of("additive").search(sentence)) or (_opens(claim, said) and _opens(evidence, stated))


def _opens(reading: Reading, place: Placed) -> bool:
    """Whether no word of weight stands before a place in its sentence."""
    number = reading.sentence_at(place.start)
    return not any(t.sentence == number and t.end <= place.start and t.weight >= 1 for t in reading.tokens)


@cache
def _phrases_of(name: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(map(re.escape, values()[name])) + r")\b", re.IGNORECASE)


def _kinds(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """A thing of one kind (a body part, a test) in the place of another of its kind."""
    for slot, mine in claim.by_slot.items():
        theirs = evidence.by_slot.get(slot, ()) if slot.startswith("kind:") else ()
        said, stated = {m.value for m in mine}, {m.value for m in theirs}
        if said & stated and max(len(said), len(stated)) >= _LIST:
            # Two lists of things of one kind: what one has more than the other is no contradiction.
            continue
        new = [m for m in mine if m.value not in stated and not m.denied and not m.open and _is_new(claim, m, evidence)]
        gone = [m for m in theirs if m.value not in said and not m.denied and _is_new(evidence, m, claim)]
        pairs = ((a, b) for a in new for b in gone if align.beside(claim, a, evidence, b))
        for one, other in pairs:
            if same_frame(claim, one, evidence, other, frozenset()) and not adds(claim, one, evidence, other):
                yield clash(slot.removeprefix("kind:"), "E21", one.text, other.text)
                return


def _is_new(reading: Reading, mark: Mark, other: Reading) -> bool:
    """Whether none of a mark's own words, beside light ones, stands in the other text."""
    if any(start <= mark.start < end for start, end, _ in reading.disease_spans):
        return False
    heavy = {key for key in align.keys_at(reading, mark) if reading.weights[key] >= 1}
    return bool(heavy) and not heavy & other.keys


def _swapped(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """Words in the place of others in sentences that are else the same: perhaps another thing, perhaps another name."""
    if found := align.swapped(claim, evidence):
        said, stated = found
        reason = f'Where the passage says "{stated}", the answer says "{said}".'
        yield SlotFinding(slot="wording", kind="extra", code="E15", said=said, stated=stated, reason=reason)


def others_agree(claim: Reading, evidence: Reading, name: str) -> bool:
    """Whether no other drug or marker differs: "IDH1, ivosidenib" and "IDH2, enasidenib" are two statements."""
    kinds = [kind for kind in ("drug", "gene") if not name.startswith(f"{kind}:")]
    both = ((tokens(claim, kind), tokens(evidence, kind)) for kind in kinds)
    return all(not mine or not theirs or mine & theirs for mine, theirs in both)


def tokens(reading: Reading, kind: str) -> frozenset[str]:
    """The canonical names of a text's drugs or genes."""
    return frozenset(c.token for c in reading.named(kind))
