"""A reviewer's queue, the blind view of one item, and which scores a person must not be shown yet."""

from statistics import median
from typing import Literal

from sqlalchemy import Connection, select

from evals.review.disagreement import adjudicable
from evals.review.drafts import content_of, draft_of, own, submitted
from evals.review.items import read_shown
from evals.review.records import RefusedError
from evals.review.rubric import form
from evals.review.seen import BlindItem, Owed, QueueEntry
from evals.review.tables import assignments, drafts, items, reviews
from evals.review.work import Work

Progress = Literal["open", "drafted", "submitted"]
_ENOUGH, _LAST = 3, 20
"""So many reviews at least say how long one takes, and so many of the last ones are looked at."""


def queue(work: Work, reviewer: str) -> tuple[QueueEntry, ...]:
    """This person's assignments in their own random order, practice items first."""
    work.permit(reviewer, "review")
    done = set(work.connection.execute(select(reviews.c.assignment_id).where(reviews.c.reviewer == reviewer)).scalars())
    begun = set(
        work.connection.execute(
            select(drafts.c.assignment_id)
            .join(assignments, assignments.c.id == drafts.c.assignment_id)
            .where(assignments.c.reviewer == reviewer)
        ).scalars()
    )
    mine = assignments.c.reviewer == reviewer
    query = select(assignments).where(mine, assignments.c.purpose != "adjudicate")
    found = work.connection.execute(query).mappings()
    rows = sorted(found, key=lambda row: (row["purpose"] != "practice", row["place"], row["id"]))
    return tuple(
        QueueEntry(
            assignment_id=row["id"], place=place, state=_progress(row["id"], done, begun),
            practice=row["purpose"] == "practice",
        )
        for place, row in enumerate(rows, start=1)
    )  # fmt: skip


def _progress(assignment_id: str, done: set[str], begun: set[str]) -> Progress:
    if assignment_id in done:
        return "submitted"
    return "drafted" if assignment_id in begun else "open"


def blind_item(work: Work, assignment_id: str, reviewer: str) -> BlindItem:
    """The item of an assignment as its reviewer may see it, with the draft.

    Raises:
        RefusedError: it is someone else's, or this person may not review.
    """
    work.permit(reviewer, "review")
    found = own(work.connection, assignment_id, reviewer)
    if found["purpose"] == "adjudicate":
        raise RefusedError("This item", "is for adjudication", fix="Open it from the adjudication queue.")
    draft = draft_of(work.connection, assignment_id)
    done = {assignment_id} if submitted(work.connection, assignment_id) else set[str]()
    return BlindItem(
        assignment_id=assignment_id,
        state=_progress(assignment_id, done, {assignment_id} if draft.version else set()),
        practice=found["purpose"] == "practice",
        scales=form(found["form"]),
        shown=read_shown(found),
        draft=draft,
    )


def owed(work: Work, person: str) -> Owed:
    """The answers that this person still has to judge or may be asked to adjudicate."""
    left = (
        select(items.c.run_id, items.c.question_id, items.c.repeat, items.c.digest)
        .join(assignments, assignments.c.item_id == items.c.id)
        .outerjoin(reviews, reviews.c.assignment_id == assignments.c.id)
        .where(assignments.c.reviewer == person, reviews.c.id.is_(None))
    )
    rows = list(work.connection.execute(left))
    found = work.person(person)
    if found is not None and found.role in ("adjudicator", "lead"):
        waiting = [one.item_id for one in adjudicable(work.connection, person)]
        columns = (items.c.run_id, items.c.question_id, items.c.repeat, items.c.digest)
        rows += list(work.connection.execute(select(*columns).where(items.c.id.in_(waiting)))) if waiting else []
    return Owed(
        keys=frozenset((row.run_id, row.question_id, row.repeat) for row in rows),
        digests=frozenset(row.digest for row in rows),
    )


def usual_seconds(connection: Connection, reviewer: str) -> tuple[float, int] | None:
    """How long a review takes here, and of how many that is the middle: this person's last ones, else everybody's.

    None while too few have been timed.
    """
    query = select(reviews.c.reviewer, reviews.c.content).where(reviews.c.meaning == "reviewed")
    said = [(row.reviewer, content_of(row.content)) for row in connection.execute(query.order_by(reviews.c.at))]
    timed = [(who, one.seconds) for who, one in said if one.seconds > 0 and not one.outside_expertise]
    own, everybody = [seconds for who, seconds in timed if who == reviewer], [seconds for _, seconds in timed]
    told = next((found[-_LAST:] for found in (own, everybody) if len(found) >= _ENOUGH), None)
    return (median(told), len(told)) if told else None


def run_ids(connection: Connection) -> tuple[str, ...]:
    """The runs that have items here."""
    return tuple(connection.execute(select(items.c.run_id).distinct().order_by(items.c.run_id)).scalars())
