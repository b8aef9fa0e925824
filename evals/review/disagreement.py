"""The state of each item, and the third judgement where two reviews differ: added, never in place of one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from random import Random

from sqlalchemy import Connection, RowMapping, Table, insert, select

from evals.errors import UserError
from evals.review.differences import differences
from evals.review.drafts import content_of, draft_of
from evals.review.items import read_shown
from evals.review.records import Content, RefusedError, State
from evals.review.rubric import form, rubric
from evals.review.seen import AdjudicationItem, Disagreement, Side
from evals.review.tables import assignments, item_events, items, reviews
from evals.review.work import Work, token

COUNTED = ("judge",)
"""Purposes whose reviews stand for the item; practice, hidden gold and repeats do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """How far the review of an item is. `reasons` say what differs; `reviewers` who was asked, `done` of them."""

    item_id: str
    token: str
    run_id: str
    question_id: str
    repeat: int
    state: State
    reviewers: tuple[str, ...]
    done: int
    reasons: tuple[str, ...] = ()
    reopened: bool = False


def item_states(connection: Connection, run_id: str | None = None) -> tuple[ItemState, ...]:
    """The state of every item, by run, question and repeat."""
    columns = (items.c.id, items.c.token, items.c.run_id, items.c.question_id, items.c.repeat)
    query = select(*columns).order_by(items.c.run_id, items.c.question_id, items.c.repeat)
    rows = list(connection.execute(query.where(items.c.run_id == run_id) if run_id else query).mappings())
    asked, said, told = (_by_item(connection, table) for table in (assignments, reviews, item_events))
    return tuple(_state(row, asked[row["id"]], said[row["id"]], told[row["id"]]) for row in rows)


def _by_item(connection: Connection, table: Table) -> Mapping[str, list[RowMapping]]:
    found: defaultdict[str, list[RowMapping]] = defaultdict(list)
    query = select(table).order_by(table.c.at, table.c.id)
    for row in connection.execute(query).mappings():
        found[row["item_id"]].append(row)
    return found


def _state(
    item: RowMapping, asked: Iterable[RowMapping], said: Iterable[RowMapping], told: Iterable[RowMapping]
) -> ItemState:
    clinical = {row["id"]: row for row in asked if row["purpose"] in COUNTED and row["form"] in rubric().clinical}
    given = [row for row in said if row["assignment_id"] in clinical]
    events = list(told)
    reopened_at = max((row["at"] for row in events if row["kind"] == "reopened"), default="")
    decided = [row for row in said if row["meaning"] == "adjudicated" and row["at"] > reopened_at]
    locked = bool(events) and events[-1]["kind"] == "locked"
    open_again = bool(reopened_at) and not decided
    complete = len(given) == len(clinical)
    reasons = differences([content_of(row["content"]) for row in given]) if complete else ()
    return ItemState(
        item_id=item["id"], token=item["token"], run_id=item["run_id"], question_id=item["question_id"],
        repeat=item["repeat"], reviewers=tuple(sorted({row["reviewer"] for row in clinical.values()})),
        done=len(given), reasons=reasons, reopened=open_again,
        state=_word(len(clinical), len(given), bool(reasons) or open_again, bool(decided), locked),
    )  # fmt: skip


def _word(asked: int, given: int, differ: bool, decided: bool, locked: bool) -> State:
    if locked:
        return "locked"
    if not asked:
        return "unassigned"
    if given < asked:
        return "assigned"
    if decided:
        return "adjudicated"
    return "disagreement" if differ else "submitted"


def adjudicable(connection: Connection, adjudicator: str) -> list[ItemState]:
    """The items in disagreement that this person did not review."""
    return [
        state
        for state in item_states(connection)
        if state.state == "disagreement" and adjudicator not in state.reviewers
    ]


def queue(work: Work, adjudicator: str) -> tuple[Disagreement, ...]:
    """What waits for this adjudicator, in an order that tells nothing."""
    work.permit(adjudicator, "adjudicate")
    waiting = [
        Disagreement(token=one.token, reasons=one.reasons, reopened=one.reopened)
        for one in adjudicable(work.connection, adjudicator)
    ]
    return tuple(sorted(waiting, key=lambda one: one.token))


def open_item(work: Work, item_token: str, adjudicator: str) -> AdjudicationItem:
    """Both sides of a disagreement without names; opening it gives this person a draft of their own.

    Raises:
        RefusedError: not in this person's queue.
    """
    work.permit(adjudicator, "adjudicate")
    waiting = {one.token: one for one in adjudicable(work.connection, adjudicator)}
    if item_token not in waiting:
        raise RefusedError("This item", "is not in your adjudication queue", fix="Someone may have decided it already.")
    state = waiting[item_token]
    assignment_id = _assignment(work, state.item_id, adjudicator)
    row = work.connection.execute(select(items.c.shown).where(items.c.id == state.item_id)).mappings().one()
    return AdjudicationItem(
        assignment_id=assignment_id, scales=form("physician"), shown=read_shown(row),
        sides=_sides(work.connection, state.item_id, assignment_id), reasons=state.reasons,
        draft=draft_of(work.connection, assignment_id),
    )  # fmt: skip


def _assignment(work: Work, item_id: str, adjudicator: str) -> str:
    query = (
        select(assignments.c.id)
        .outerjoin(reviews, reviews.c.assignment_id == assignments.c.id)
        .where(assignments.c.item_id == item_id, assignments.c.reviewer == adjudicator, reviews.c.id.is_(None))
        .where(assignments.c.purpose == "adjudicate")
    )
    if known := work.connection.execute(query).scalar():
        return known
    new = token()
    work.connection.execute(
        insert(assignments).values(
            id=new, item_id=item_id, batch_id=None, reviewer=adjudicator, purpose="adjudicate", form="physician",
            place=0.0, matched=True, repeat_of=None, at=work.at,
        )
    )  # fmt: skip
    work.log(adjudicator, "adjudication opened", new, new={"item": item_id})
    return new


def _sides(connection: Connection, item_id: str, assignment_id: str) -> tuple[Side, ...]:
    query = (
        select(reviews.c.content)
        .join(assignments, assignments.c.id == reviews.c.assignment_id)
        .where(reviews.c.item_id == item_id, assignments.c.purpose.in_(COUNTED))
        .where(assignments.c.form.in_(rubric().clinical))
        .order_by(reviews.c.id)
    )
    contents = [content_of(text) for text in connection.execute(query).scalars()]
    kept = [content for content in contents if not content.outside_expertise]
    Random(assignment_id).shuffle(kept)  # noqa: S311  (the same order each time this person looks)
    return tuple(Side(label=chr(ord("A") + place), content=_anonymous(one)) for place, one in enumerate(kept))


def _anonymous(content: Content) -> Content:
    # Time at work, and who looked at scores, could tell two people apart who work side by side.
    return replace(content, seconds=0.0, unblinded=False)


def set_event(work: Work, item_id: str, by: str, kind: str, why: str) -> None:
    """Lock an item, or open it again with a reason; what was said before stays.

    Raises:
        RefusedError: `by` is no lead.
        UserError: no such item, no reason, or the item is not in a state for this.
    """
    work.permit(by, "lead")
    state = next((one for one in item_states(work.connection) if one.item_id == item_id), None)
    if state is None:
        raise UserError("item", "no such item in this store")
    if not why.strip():
        raise UserError("why", "no reason", "a sentence that will be read years from now")
    wanted = ("submitted", "adjudicated") if kind == "locked" else ("submitted", "adjudicated", "locked")
    if state.state not in wanted:
        raise UserError("item", f"it is {state.state}", f"one that is {' or '.join(wanted)}")
    row = {"id": token(), "item_id": item_id, "kind": kind, "who": by, "at": work.at, "why": why}
    work.record(item_events, row, by, f"item {kind}", item_id, old={"state": state.state}, why=why)
