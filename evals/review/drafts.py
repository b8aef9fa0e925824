"""Drafts: every save is a version; who saves on an old one overwrites nothing, and what was sent is kept aside."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select

from evals.errors import UserError
from evals.parse import parse
from evals.review.digests import canonical
from evals.review.items import read_shown
from evals.review.records import Content, RefusedError
from evals.review.rubric import form, read_content
from evals.review.seen import Conflict, Draft
from evals.review.tables import asides, assignments, drafts, items, reviews
from evals.review.work import Work, plain

KEPT = 100
"""So many versions of a draft are kept for undo."""


def own(connection: Connection, assignment_id: str, reviewer: str) -> RowMapping:
    """The assignment and its item, if it is this person's.

    Raises:
        RefusedError: unknown, or someone else's; which of the two is not told.
    """
    query = (
        select(assignments, items.c.shown, items.c.token, items.c.id.label("item"))
        .join(items, items.c.id == assignments.c.item_id)
        .where(assignments.c.id == assignment_id, assignments.c.reviewer == reviewer)
    )
    found = connection.execute(query).mappings().first()
    if found is None:
        raise RefusedError("This review", "is not in your queue", fix="Open your own queue.")
    return found


def submitted(connection: Connection, assignment_id: str) -> bool:
    """Whether the review of an assignment is on record."""
    return connection.execute(select(reviews.c.id).where(reviews.c.assignment_id == assignment_id)).first() is not None


def draft_of(connection: Connection, assignment_id: str) -> Draft:
    """The newest version, or version 0."""
    found = _newest(connection, assignment_id)
    return _draft(found) if found else Draft(version=0, content=Content(), saved_at=None)


def _newest(connection: Connection, assignment_id: str) -> RowMapping | None:
    query = select(drafts).where(drafts.c.assignment_id == assignment_id).order_by(drafts.c.version.desc()).limit(1)
    return connection.execute(query).mappings().first()


def _draft(row: RowMapping) -> Draft:
    return Draft(
        version=row["version"], content=content_of(row["content"]), saved_at=row["at"],
        can_undo=row.get("before", 0) > 0,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def content_of(text: str) -> Content:
    """A stored review."""
    return parse(Content, json.loads(text), "review")


def stored(content: Content) -> str:
    """A review as it is stored."""
    return canonical(asdict(content))


def save(
    work: Work, assignment_id: str, reviewer: str, version: int, content: Content | Mapping[str, Any], tab: str
) -> int | Conflict:
    """Save a draft on the version last seen; gives the new version."""
    found = _open(work, assignment_id, reviewer)
    checked = read_content(content, read_shown(found), form(found["form"]))
    text, now = stored(checked), draft_of(work.connection, assignment_id)
    if now.version != version:
        if now.content == checked:
            return now.version
        _set_aside(work, assignment_id, version, plain(tab, "tab", 64), text)
        return Conflict(version=now.version, content=now.content, saved_at=now.saved_at)
    if version and now.content == checked:
        return version
    return _write(work, assignment_id, version + 1, version, text)


def _open(work: Work, assignment_id: str, reviewer: str) -> RowMapping:
    found = own(work.connection, assignment_id, reviewer)
    work.permit(reviewer, "adjudicate" if found["purpose"] == "adjudicate" else "review")
    if submitted(work.connection, assignment_id):
        raise on_record()
    return found


def on_record() -> RefusedError:
    """What someone is told who would change what was submitted."""
    return RefusedError("This review", "was submitted and cannot be changed", fix="Ask a lead to reopen the item.")


def _write(work: Work, assignment_id: str, version: int, before: int, text: str) -> int:
    row = {"assignment_id": assignment_id, "version": version, "before": before, "content": text, "at": work.at}
    work.connection.execute(insert(drafts).values(**row))
    old = drafts.c.version <= version - KEPT
    work.connection.execute(delete(drafts).where(drafts.c.assignment_id == assignment_id, old))
    return version


def _set_aside(work: Work, assignment_id: str, version: int, tab: str, text: str) -> None:
    same = (asides.c.assignment_id == assignment_id) & (asides.c.version == version) & (asides.c.tab == tab)
    # The later save of the same tab holds what its earlier one held.
    work.connection.execute(delete(asides).where(same))
    row = {"assignment_id": assignment_id, "version": version, "tab": tab, "content": text, "at": work.at}
    work.connection.execute(insert(asides).values(**row))


def undo(work: Work, assignment_id: str, reviewer: str, version: int) -> Draft | Conflict:
    """One step back, as a new version; the next undo goes one step further back.

    Raises:
        UserError: there is no earlier version.
    """
    _open(work, assignment_id, reviewer)
    newest = _newest(work.connection, assignment_id)
    if newest is None:
        raise UserError("undo", "nothing was saved yet")
    if newest["version"] != version:
        now = _draft(newest)
        return Conflict(version=now.version, content=now.content, saved_at=now.saved_at)
    query = select(drafts).where(drafts.c.assignment_id == assignment_id, drafts.c.version == newest["before"])
    earlier = work.connection.execute(query).mappings().first()
    if earlier is None:
        raise UserError("undo", "there is no earlier version of this draft")
    _write(work, assignment_id, version + 1, earlier["before"], earlier["content"])
    return draft_of(work.connection, assignment_id)


def set_aside(connection: Connection, assignment_id: str, reviewer: str) -> tuple[Draft, ...]:
    """What stale tabs sent, oldest first."""
    own(connection, assignment_id, reviewer)
    query = select(asides).where(asides.c.assignment_id == assignment_id).order_by(asides.c.at, asides.c.tab)
    return tuple(_draft(row) for row in connection.execute(query).mappings())


def clear(work: Work, assignment_id: str) -> None:
    """Drop the drafts of a review that is on record; what stale tabs sent stays, nobody has read it yet."""
    work.connection.execute(delete(drafts).where(drafts.c.assignment_id == assignment_id))
