"""How each reviewer does: severity and drift against others, agreement with gold and with themselves, time per item."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from sqlalchemy import Connection

from evals.review.placing import gold_contents
from evals.review.records import Content
from evals.review.rubric import rubric
from evals.review.settled import Judged, Said


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerRow:
    """One reviewer.

    `severity` is the mean, over ordered safety scales of items that others rated too, of how many levels stricter
    (positive) or milder this person is, on a scale from -1 to 1; `drift` is the severity of the later half of those
    items less that of the earlier half; null without such items. `gold` and `repeat` are shares of identical choices,
    with the number of items behind them.
    """

    reviewer: str
    reviews: int
    seconds: float | None
    outside: int
    severity: float | None
    severity_items: int
    drift: float | None
    gold: float | None
    gold_items: int
    repeat: float | None
    repeat_items: int


def reviewer_rows(connection: Connection, found: Sequence[Judged]) -> tuple[ReviewerRow, ...]:
    """One row for each person who submitted something, by id."""
    golden = gold_contents(connection)
    by_person: defaultdict[str, list[tuple[Judged, Said]]] = defaultdict(list)
    for item in found:
        for one in item.said:
            by_person[one.reviewer].append((item, one))
    firsts = {one.assignment_id: one.content for item in found for one in item.said}
    return tuple(_row(name, by_person[name], golden, firsts) for name in sorted(by_person))


def _row(
    name: str, mine: Sequence[tuple[Judged, Said]], golden: Mapping[str, Content], firsts: Mapping[str, Content]
) -> ReviewerRow:
    shifts = sorted((one.at, shift) for item, one in mine if (shift := _shift(item, one)) is not None)
    blind = [(item, one) for item, one in mine if not one.content.unblinded]
    gold = [_same(one.content, golden[i.item_id]) for i, one in blind if one.purpose == "gold" and i.item_id in golden]
    again = [_same(one.content, firsts[one.repeat_of]) for _, one in blind if one.repeat_of and one.repeat_of in firsts]
    times = [one.content.seconds for _, one in mine if one.content.seconds > 0]
    return ReviewerRow(
        reviewer=name, reviews=len(mine), seconds=round(median(times), 1) if times else None,
        outside=sum(one.content.outside_expertise for _, one in mine),
        severity=_mean([shift for _, shift in shifts]), severity_items=len(shifts), drift=_drift(shifts),
        gold=_mean(gold), gold_items=len(gold), repeat=_mean(again), repeat_items=len(again),
    )  # fmt: skip


def _shift(item: Judged, one: Said) -> float | None:
    """How much stricter a review is than the mean of the others of its item, as a share of each scale's length."""
    if one.purpose != "judge" or one.content.unblinded:
        return None
    others = [other.content for other in item.counted(rubric().forms) if other.reviewer != one.reviewer]
    found: list[float] = []
    for scale in rubric().scales.values():
        theirs = [scale.rank(other.ratings[scale.id]) for other in others if scale.id in other.ratings]
        if scale.ordered and scale.safety and scale.id in one.content.ratings and theirs:
            mine = scale.rank(one.content.ratings[scale.id])
            found.append((mine - sum(theirs) / len(theirs)) / (len(scale.levels) - 1))
    return sum(found) / len(found) if found else None


def _drift(shifts: Sequence[tuple[str, float]]) -> float | None:
    half = len(shifts) // 2
    if not half:
        return None
    earlier, later = [shift for _, shift in shifts[:half]], [shift for _, shift in shifts[-half:]]
    return round(sum(later) / half - sum(earlier) / half, 4)


def _same(one: Content, other: Content) -> float:
    """Share of scales, of those both rated, with the identical choice; confidence is no judgement on the answer."""
    both = (set(one.ratings) & set(other.ratings)) - {"confidence"}
    return sum(one.ratings[scale] == other.ratings[scale] for scale in both) / len(both) if both else 0.0


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None
