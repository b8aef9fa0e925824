"""Slot checks: a claim against one to three sentences of evidence, slot by slot.

Word overlap cannot see a changed number, a denial, a swapped drug or a dropped limit. Each check compares one kind of
value where the words around it say that both texts speak of the same thing; when they do not, it says nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from evals.judges.slots import (
    drugs,
    edits,
    equated,
    exclusive,
    mechanisms,
    names,
    numbers,
    order,
    polarity,
    replaced,
    strength,
)
from evals.judges.slots.finding import Kind, SlotFinding
from evals.judges.slots.reading import read

__all__ = ["Kind", "SlotFinding", "agreeing", "compare", "impossible"]

_SAYING = frozenset(
    {"number", "negation", "direction", "absolute", "order", "line", "extent", "setting", "timing", "place", "stage",
     "population", "sex", "menopause", "trimester", "approval", "evidence level", "route", "inheritance",
     "tumor nature", "risk group"}
)  # fmt: skip
"""Slots of what is said, and under which conditions; the others say what it is said of."""
_CHECKS = (numbers, polarity, equated, edits, order, exclusive, names, replaced, strength)


@lru_cache(maxsize=16384)
def compare(claim: str, evidence: str, *, title: str = "") -> tuple[SlotFinding, ...]:
    """The slots in which a claim departs from the evidence, clashes first; empty when they agree.

    `title` is the heading that the evidence stands under: what it names counts as named.
    """
    mine, theirs = read(claim), read(evidence)
    if not mine.keys or not theirs.keys or " ".join(claim.split()) in " ".join(evidence.split()):
        return ()
    found = dict.fromkeys(finding for check in _CHECKS for finding in check.find(mine, theirs))
    named = read(title).keys if title else frozenset()
    kept = [one for one in found if one.kind != "extra" or not read(one.said).keys <= named]
    kept = _apart(kept)
    rank: Mapping[Kind, int] = {"clash": 0, "inflated": 1, "dropped": 2, "extra": 3}
    return tuple(sorted(kept, key=lambda one: rank[one.kind]))


def _apart(found: list[SlotFinding]) -> list[SlotFinding]:
    """Clashes made "extra" where what is spoken of and what is said of it both differ: these are two statements."""
    clashes = [one for one in found if one.kind == "clash"]
    about = [one for one in clashes if one.slot not in _SAYING]
    if not about or len(about) == len(clashes):
        return found
    return [replace(one, kind="extra") if one.kind == "clash" else one for one in found]


def agreeing(claim: str, evidence: str) -> Mapping[str, int]:
    """How many numbers, drugs, genes, diseases and other values of the claim the evidence gives too, by slot."""
    mine, theirs = read(claim), read(evidence)
    found = {"number": numbers.agreeing(mine, theirs)}
    for kind in ("drug", "gene", "term"):
        found[kind] = len({c.token for c in mine.named(kind)} & {c.token for c in theirs.named(kind)})
    found["disease"] = len(set(mine.diseases) & set(theirs.diseases))
    found["stage"] = len(exclusive.stages(mine.text) & exclusive.stages(theirs.text))
    for slot in mine.by_slot.keys() & theirs.by_slot.keys():
        values = {(m.value, m.denied) for m in mine.by_slot[slot]} & {(m.value, m.denied) for m in theirs.by_slot[slot]}
        name = slot.partition(":")[0]
        found[name] = found.get(name, 0) + len(values)
    return {slot: count for slot, count in sorted(found.items()) if count}


def impossible(claim: str) -> SlotFinding | None:
    """What is wrong with a claim by the lexicons alone (a drug's target or class, a treatment's effect), or None."""
    reading = read(claim)
    return drugs.impossible(reading) or mechanisms.impossible(reading)
