"""What comes before what: "X before Y" and "Y after X" agree, "X before Y" and "X after Y" do not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.judges.slots.finding import SlotFinding, clash
from evals.judges.slots.reading import Mark, Reading

_COMMA = re.compile(r",\s")


@dataclass(frozen=True, slots=True)
class _Order:
    earlier: frozenset[str]
    later: frozenset[str]
    mark: Mark


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """One finding at most: the claim turns round an order of the evidence."""
    said, stated = _orders(claim), _orders(evidence)
    for mine in said:
        straight = max(
            (_match(claim, mine.earlier, o.earlier) * _match(claim, mine.later, o.later) for o in stated), default=0
        )
        turned = max(
            (
                (_match(claim, mine.earlier, o.later) * _match(claim, mine.later, o.earlier), o.mark.text)
                for o in stated
            ),
            default=(0, ""),
        )
        if turned[0] >= 0.3 and turned[0] > straight + 0.15:
            yield clash("order", "E09", mine.mark.text, turned[1])
            return


def _orders(reading: Reading) -> list[_Order]:
    found: list[_Order] = []
    for mark in reading.by_slot.get("order", ()):
        if mark.focal or any(d.condition == mark.text.lower() and d.start < mark.start for d in reading.denials.found):
            continue
        start = max((e for e in reading.sentence_ends if e <= mark.start), default=0)
        end = next((e for e in reading.sentence_ends if e > mark.start), len(reading.text))
        left = _keys(reading, start, mark.start)
        comma = _COMMA.search(reading.text, mark.end, end)
        right = _keys(reading, mark.end, comma.start() if comma else end)
        # "Before Y, X": what the comma parts off is X.
        if not left and comma:
            left = _keys(reading, comma.end(), end)
        if left and right:
            earlier, later = (left, right) if mark.value == "before" else (right, left)
            found.append(_Order(earlier, later, mark))
    return found


def _keys(reading: Reading, start: int, end: int) -> frozenset[str]:
    return frozenset(t.key for t in reading.tokens if start <= t.start < end)


def _match(claim: Reading, mine: frozenset[str], theirs: frozenset[str]) -> float:
    total = sum(claim.weights[key] for key in mine)
    shared = sum(claim.weights[key] for key in mine & theirs)
    return shared / total if total else 0.0
