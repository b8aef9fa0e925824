"""The order of a queue: random for each person, hidden repeats well after their first showing. And gold items."""

from collections.abc import Collection, Mapping, Sequence
from random import Random
from typing import Any

from sqlalchemy import Connection, func, select

from evals.errors import UserError
from evals.review import drafts
from evals.review.disagreement import item_states
from evals.review.records import Content
from evals.review.sampling import as_count, settings
from evals.review.tables import assignments, gold, items, reviews
from evals.review.views import ItemKey
from evals.review.work import Work, token


def place(new: Sequence[dict[str, Any]], connection: Connection, random: Random) -> None:
    """Give each new assignment its place, behind what the person has already."""
    for name in sorted({row["reviewer"] for row in new}):
        query = select(func.max(assignments.c.place)).where(assignments.c.reviewer == name)
        start = connection.execute(query).scalar() or 0.0
        for offset, row in enumerate(ordered([row for row in new if row["reviewer"] == name], random), start=1):
            row["place"] = start + offset


def ordered(rows: Sequence[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """A random order in which each repeat comes at least `repeat_gap` of the queue after its first showing."""
    order = [row for row in rows if row["purpose"] != "repeat"]
    repeats = [row for row in rows if row["purpose"] == "repeat"]
    random.shuffle(order)
    gap = max(1, round(settings()["repeat_gap"] * len(rows)))
    again = {row["repeat_of"] for row in repeats}
    _bring_forward(order, again, len(order) - gap, random)
    for row in repeats:
        first = next((n for n, other in enumerate(order) if other["id"] == row["repeat_of"]), -1)
        earliest = min(first + gap, len(order))
        order.insert(random.randint(earliest, len(order)), row)
    return order


def _bring_forward(order: list[dict[str, Any]], again: Collection[str], latest: int, random: Random) -> None:
    """Swap what will come again to places early enough for the gap, where there are such places."""
    free = [n for n, row in enumerate(order[: latest + 1]) if row["id"] not in again]
    random.shuffle(free)
    late = [n for n, row in enumerate(order) if n > latest and row["id"] in again]
    for place, other in zip(late, free, strict=False):
        order[place], order[other] = order[other], order[place]


def how_many(mine: Sequence[object], share: float, random: Random) -> int:
    """How many of a person's assignments a share comes to, by chance where it is no whole number."""
    return min(len(mine), as_count(share * len(mine), random))


def gold_items(connection: Connection) -> dict[str, ItemKey]:
    """The items with a settled answer that reviewers can be measured by, each with what it is known by."""
    columns = (items.c.id, items.c.run_id, items.c.question_id, items.c.repeat, items.c.digest)
    query = select(*columns).where(items.c.id.in_(select(gold.c.item_id)))
    return {row.id: (row.run_id, row.question_id, row.repeat, row.digest) for row in connection.execute(query)}


def gold_contents(connection: Connection) -> Mapping[str, Content]:
    """The settled answer of each gold item, the last one set."""
    rows = connection.execute(select(gold.c.item_id, gold.c.content).order_by(gold.c.at, gold.c.id))
    return {row.item_id: drafts.content_of(row.content) for row in rows}


def seen_by(connection: Connection, person: str) -> set[str]:
    """The items that a person was ever asked about."""
    return set(connection.execute(select(assignments.c.item_id).where(assignments.c.reviewer == person)).scalars())


def set_gold(work: Work, item_id: str, by: str, why: str) -> None:
    """Make an item gold: its adjudication, or the review that two people agree on, is the settled answer.

    Raises:
        RefusedError: `by` is no lead.
        UserError: no such item, no reason, or nobody has settled it.
    """
    work.permit(by, "lead")
    state = next((one for one in item_states(work.connection) if one.item_id == item_id), None)
    if state is None:
        raise UserError("item", "no such item in this store")
    if not why.strip():
        raise UserError("why", "no reason", "a sentence on why this one is sure")
    settled = state.state in ("adjudicated", "locked") or (state.state == "submitted" and state.done > 1)
    row = _deciding(work.connection, item_id)
    if not settled or row is None:
        raise UserError("item", f"it is {state.state}", "an adjudicated item, or one on which two reviewers agree")
    new = {"id": token(), "item_id": item_id, "content": row.content, "who": by, "at": work.at, "why": why}
    work.record(gold, new, by, "gold set", item_id, why=why)


def _deciding(connection: Connection, item_id: str) -> Any:
    query = (
        select(reviews.c.content)
        .join(assignments, assignments.c.id == reviews.c.assignment_id)
        .where(reviews.c.item_id == item_id, assignments.c.purpose.in_(("judge", "adjudicate")))
        .where(assignments.c.form == "physician")
        .order_by(reviews.c.meaning == "adjudicated", reviews.c.at)
    )
    found = connection.execute(query).all()
    return found[-1] if found else None
