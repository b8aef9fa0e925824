"""Whether two texts speak of the same thing: shared words of clauses and of the few words around two values."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from evals.judges.slots.lexicon import slots
from evals.judges.slots.reading import Reading, Token


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text."""

    start: int
    end: int


class Placed(Protocol):
    """Anything that lies somewhere in a text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


def share(keys: Iterable[str], weights: dict[str, float], others: frozenset[str]) -> float:
    """The share of the keys' weight that is among `others`, in [0, 1]; 0 without keys."""
    total = shared = 0.0
    for key in keys:
        weight = weights[key]
        total += weight
        if key in others:
            shared += weight
    return shared / total if total else 0.0


def around(reading: Reading, place: Placed, reach: int | None = None) -> frozenset[str]:
    """The keys of the words around a place in its sentence, without the place's own."""
    reach = reach or int(slots()["cutoffs"]["reach"])
    sentence = reading.sentence_at(place.start)
    own = [t for t in reading.tokens if t.sentence == sentence]
    before = [t.key for t in own if t.end <= place.start][-reach:]
    after = [t.key for t in own if t.start >= place.end][:reach]
    return frozenset((*before, *after))


def nearness(claim: Reading, mine: Placed, evidence: Reading, theirs: Placed, reach: int | None = None) -> float:
    """How much the words around two places are the same, in [0, 1]."""
    said, stated = around(claim, mine, reach), around(evidence, theirs, reach)
    shared = sum(claim.weights[key] for key in said & stated)
    least = min(sum(claim.weights[key] for key in said), sum(evidence.weights[key] for key in stated))
    return shared / least if least else 0.0


def fit(
    claim: Reading, place: Placed, evidence: Reading, sentence: int, ignored: frozenset[str] = frozenset()
) -> float:
    """The share of the claim's clause at a place, without the `ignored` keys, that a sentence of the evidence holds."""
    own = keys_at(claim, place)
    keys = claim.clauses[claim.clause_at(place.start)] - ignored - own
    # "..., and surgery is not": the clause holds the value alone.
    keys = keys or claim.sentences[claim.sentence_at(place.start)] - ignored - own
    if sentence in evidence.leaning:
        keys = keys - _opening(claim, place, evidence.sentences[sentence])
    return share(keys, claim.weights, evidence.sentences[sentence])


def _opening(claim: Reading, place: Placed, stated: frozenset[str]) -> frozenset[str]:
    """The keys with which a sentence names what the evidence calls "it" or "the condition"."""
    number = claim.sentence_at(place.start)
    found: list[str] = []
    for token in claim.tokens:
        if token.sentence == number:
            if token.key in stated or token.start >= place.start:
                break
            found.append(token.key)
    return frozenset(found)


def back_fit(evidence: Reading, place: Placed, claim: Reading, ignored: frozenset[str] = frozenset()) -> float:
    """The share of the evidence's clause at a place that the claim holds."""
    keys = evidence.clauses[evidence.clause_at(place.start)] - ignored - keys_at(evidence, place)
    return share(keys, evidence.weights, claim.keys)


def shared_weight(claim: Reading, place: Placed, evidence: Reading, sentence: int) -> float:
    """The weight that the claim's clause and the evidence's sentence share, not counting the place's own words."""
    keys = claim.clauses[claim.clause_at(place.start)] - keys_at(claim, place)
    return sum(claim.weights[key] for key in keys & evidence.sentences[sentence])


def keys_at(reading: Reading, place: Placed) -> frozenset[str]:
    """The keys of the words at a place."""
    return frozenset(t.key for t in reading.tokens if t.start < place.end and place.start < t.end)


def beside(claim: Reading, mine: Placed, evidence: Reading, theirs: Placed) -> bool:
    """Whether the nearest content word on one side of either place is the same."""
    left, right = _neighbours(claim, mine), _neighbours(evidence, theirs)
    return any(a == b != "" for a, b in zip(left, right, strict=True))


def _neighbours(reading: Reading, place: Placed) -> tuple[str, str]:
    sentence = reading.sentence_at(place.start)
    own = [t for t in reading.tokens if t.sentence == sentence]
    before = [t.key for t in own if t.end <= place.start]
    after = [t.key for t in own if t.start >= place.end]
    return before[-1] if before else "", after[0] if after else ""


def swapped(claim: Reading, evidence: Reading) -> tuple[str, str] | None:
    """The one stretch of a claim that differs from a sentence of the evidence, and what stands there, or None."""
    if len(claim.sentences) != 1:
        return None
    for number, stated in enumerate(evidence.sentences):
        forth, back = share(claim.keys, claim.weights, stated), share(stated, evidence.weights, claim.keys)
        if min(forth, back) < float(slots()["cutoffs"]["frame"]):
            continue
        mine = _strange(claim.tokens, stated)
        theirs = _strange(tuple(t for t in evidence.tokens if t.sentence == number), claim.keys)
        if len(mine) == 1 and len(theirs) == 1 and beside(claim, mine[0], evidence, theirs[0]):
            return claim.text[mine[0].start : mine[0].end], evidence.text[theirs[0].start : theirs[0].end]
    return None


def _strange(tokens: tuple[Token, ...], known: frozenset[str]) -> list[Span]:
    """The stretches of tokens that the other text does not have, those of light words alone left out."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        if token.key in known:
            found.append([])
        else:
            found[-1].append(token)
    return [Span(run[0].start, run[-1].end) for run in found if any(token.weight >= 1 for token in run)]
