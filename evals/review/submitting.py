"""A review goes on record: checked, signed with name, time and meaning, and never changed again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from evals.cancers import cancers, covers
from evals.errors import UserError
from evals.review import drafts, views
from evals.review.disagreement import adjudicable
from evals.review.items import read_shown
from evals.review.people import reviewers
from evals.review.records import Content, RefusedError, Review, Reviewer
from evals.review.rubric import form, open_questions, read_content, rubric
from evals.review.seen import Conflict
from evals.review.tables import assignments, items, reviews
from evals.review.work import Work, plain, token

_NOWHERE = 1.0


def submit(
    work: Work, assignment_id: str, reviewer: str, version: int, content: Content | Mapping[str, Any]
) -> Review | Conflict:
    """Put a review on record. `version` is the draft last seen.

    Raises:
        RefusedError: not this person's, or submitted before.
        UserError: something is still open; the message names the first and counts the rest.
    """
    person = work.permit(reviewer, "review")
    found = drafts.own(work.connection, assignment_id, reviewer)
    if found["purpose"] == "adjudicate":
        raise RefusedError("This item", "is for adjudication", fix="Open it from the adjudication queue.")
    done = _put(work, found, person, version, content, "reviewed", "")
    if isinstance(done, Review) and done.content.outside_expertise and found["purpose"] == "judge":
        _reroute(work, found, person)
    return done


def adjudicate(
    work: Work, assignment_id: str, adjudicator: str, version: int, content: Content | Mapping[str, Any], why: str
) -> Review | Conflict:
    """Add the deciding judgement; the reviews that differ stay as they are.

    Raises:
        RefusedError: not opened by this person, or someone else decided meanwhile; the draft stays.
        UserError: something is still open, or there is no reason.
    """
    person = work.permit(adjudicator, "adjudicate")
    found = drafts.own(work.connection, assignment_id, adjudicator)
    if found["purpose"] != "adjudicate":
        raise RefusedError("This item", "is not for adjudication", fix="Submit it as a review.")
    if not why.strip():
        raise UserError("why", "no reason", "a sentence on what decided it")
    if found["item"] not in {one.item_id for one in adjudicable(work.connection, adjudicator)}:
        raise RefusedError("This item", "was decided meanwhile", fix="Your draft is kept; open the next one.")
    return _put(work, found, person, version, content, "adjudicated", why)


def _put(
    work: Work, found: RowMapping, person: Reviewer, version: int, content: Content | Mapping[str, Any], meaning: str,
    why: str,
) -> Review | Conflict:  # fmt: skip
    assignment_id, shown, scales = found["id"], read_shown(found), form(found["form"])
    if drafts.submitted(work.connection, assignment_id):
        raise drafts.on_record()
    checked = read_content(content, shown, scales)
    now = drafts.draft_of(work.connection, assignment_id)
    if now.version != version and now.content != checked:
        return Conflict(version=now.version, content=now.content, saved_at=now.saved_at)
    if left := open_questions(checked, shown, scales):
        raise UserError("review", f"{len(left)} still open, first {left[0]}", "an answer, or cannot judge")
    checked = replace(checked, unblinded=_has_seen(work.connection, person.id, found["item"]))
    row = {
        "id": token(), "assignment_id": assignment_id, "item_id": found["item"], "reviewer": person.id,
        "name": person.name, "meaning": meaning, "mode": work.mode, "at": work.at, "rubric": rubric().name,
        "content": drafts.stored(checked), "why": plain(why, "why", 20_000),
    }  # fmt: skip
    work.record(reviews, row, person.id, meaning, assignment_id, why=why)
    drafts.clear(work, assignment_id)
    return review_of(row)


def _has_seen(connection: Connection, who: str, item_id: str) -> bool:
    """Whether a person was shown what the machine says of an item."""
    row = connection.execute(select(items).where(items.c.id == item_id)).one()
    return views.seen(connection, who)[who].covers(row.run_id, row.question_id, row.repeat, row.digest)


def review_of(row: Mapping[str, Any]) -> Review:
    """A row of `reviews` as a record."""
    return Review(**{**row, "content": drafts.content_of(row["content"])})


def _reroute(work: Work, found: RowMapping, person: Reviewer) -> None:
    """Give an item that is outside someone's expertise to another who knows the disease, if there is one."""
    item = work.connection.execute(select(items).where(items.c.id == found["item"])).one()
    seen = views.seen(work.connection)
    had = set(
        work.connection.execute(
            select(assignments.c.reviewer).where(assignments.c.item_id == found["item"])
        ).scalars()
    )  # fmt: skip
    able = [
        one
        for one in reviewers(work.connection)
        if one.id not in had and one.profession == found["form"] and may_review(one) and knows(one, item.cancer)
    ]
    if not able:
        work.log(person.id, "nobody to pass on to", found["id"], new={"item": found["item"]})
        return
    load = open_load(work.connection)
    key = (item.run_id, item.question_id, item.repeat, item.digest)
    # Rather somebody who has not been shown what the machine says of it.
    chosen = min(able, key=lambda one: (seen[one.id].covers(*key), load.get(one.id, 0), one.id))
    row = {
        "id": token(), "item_id": found["item"], "batch_id": found["batch_id"], "reviewer": chosen.id,
        "purpose": "judge", "form": found["form"], "place": _NOWHERE, "matched": True, "repeat_of": None,
        "at": work.at,
    }  # fmt: skip
    work.connection.execute(insert(assignments).values(**row))
    work.log(person.id, "passed on", found["id"], new={"item": found["item"], "to": chosen.id})


def may_review(person: Reviewer) -> bool:
    """Whether items may be assigned to this person."""
    return person.active and person.role != "viewer"


def knows(person: Reviewer, cancer: str) -> bool:
    """Whether the person's expertise covers a disease; what is about no one disease, everybody knows."""
    if cancer not in cancers() or cancer == "general":
        return True
    return covers(person.expertise, cancer)


def open_load(connection: Connection) -> dict[str, int]:
    """How many reviews each person still owes."""
    query = (
        select(assignments.c.reviewer, func.count())
        .outerjoin(reviews, reviews.c.assignment_id == assignments.c.id)
        .where(reviews.c.id.is_(None))
        .group_by(assignments.c.reviewer)
    )
    return {name: count for name, count in connection.execute(query)}  # noqa: C416  (rows are not pairs to a type checker)
