"""Two things the evidence keeps apart ("treatable does not mean curable") and the claim makes one."""

import re
from collections.abc import Iterator
from functools import cache

from evals.judges.slots import align
from evals.judges.slots.finding import SlotFinding, clash
from evals.judges.slots.lexicon import slots
from evals.judges.slots.reading import Reading, read


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """A claim that says of one thing that it is the other, where the evidence keeps them apart."""
    for kind in ("apart", "unlike"):
        for held in _pattern(kind).finditer(evidence.text):
            sides = _sides(evidence, held)
            if said := _link(claim, sides) or (kind == "unlike" and _link(claim, sides[::-1])):
                yield clash("negation", "E09", said, held[0])
                return


def _link(claim: Reading, stated: tuple[frozenset[str], ...]) -> str:
    """The words with which a claim makes the two one, or ""."""
    for link in _pattern("makes_one").finditer(claim.text):
        if not _left_open(claim, link) and all(map(_same, stated, _sides(claim, link), (claim, claim))):
            return link[0]
    return ""


def _left_open(claim: Reading, link: re.Match[str]) -> bool:
    """Whether the claim denies it ("is not"), or says that it may be so."""
    marks = claim.by_slot.get("strength", ())
    return claim.denials.touched(link.end() + 1) or any(mark.value == "1" for mark in marks)


def _sides(reading: Reading, link: re.Match[str]) -> tuple[frozenset[str], frozenset[str]]:
    """What a clause says before and after a link."""
    clause = reading.clause_at(link.start())
    own = [t for t in reading.tokens if t.clause == clause]
    before = frozenset(t.key for t in own if t.end <= link.start())
    return before, frozenset(t.key for t in own if t.start >= link.end())


def _same(stated: frozenset[str], said: frozenset[str], claim: Reading) -> bool:
    """Whether a claim's side names all of the evidence's, and little besides."""
    wanted = float(slots()["equated"]["least"])
    return bool(stated) and stated <= said and align.share(said, claim.weights, stated | _general()) >= wanted


@cache
def _general() -> frozenset[str]:
    return frozenset(key for word in slots()["equated"]["general"] for key in read(word).keys)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    phrases = sorted(slots()["equated"][name], key=lambda phrase: (-len(phrase), phrase))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, phrases)) + r")\b", re.IGNORECASE)
