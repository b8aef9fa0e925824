"""Who reviews: roles, professions and the diseases they know."""

import re

from sqlalchemy import Connection, func, insert, select, update

from evals.cancers import cancers
from evals.errors import UserError, did_you_mean
from evals.review.digests import canonical
from evals.review.records import Reviewer
from evals.review.tables import people
from evals.review.work import OPERATOR, Work, plain, reviewer_of

_ID = re.compile(r"[^\s:]{1,320}")


def reviewers(connection: Connection) -> tuple[Reviewer, ...]:
    """Everybody, inactive people too, by name."""
    rows = connection.execute(select(people).order_by(people.c.name, people.c.id)).mappings()
    return tuple(reviewer_of(row) for row in rows)


def add_reviewer(work: Work, person: Reviewer, by: str, why: str) -> Reviewer:
    """Add a person, or change one: role, expertise, profession, active. Nobody is ever removed.

    Raises:
        RefusedError: `by` is no lead, and the store has people already.
        UserError: an unusable id or name, an unknown cancer, the first person is no lead, or the last lead would go.
    """
    _check(person)
    empty = work.connection.execute(select(func.count()).select_from(people)).scalar_one() == 0
    if not empty:
        work.permit(by, "lead")
    elif person.role != "lead":
        raise UserError(person.id, f"the first person would be a {person.role}", "a lead", "Add a lead first.")
    old = work.person(person.id)
    values = {
        "name": person.name, "role": person.role, "expertise": canonical(list(person.expertise)),
        "profession": person.profession, "active": person.active,
    }  # fmt: skip
    if old is None:
        work.connection.execute(insert(people).values(id=person.id, **values))
    else:
        work.connection.execute(update(people).where(people.c.id == person.id).values(**values))
        _keep_a_lead(work.connection, person)
    told = None if old is None else _told(old)
    work.log(by, "person added" if old is None else "person changed", person.id, old=told, new=_told(person), why=why)
    return person


def _check(person: Reviewer) -> None:
    plain(person.id, "reviewer id")
    if not _ID.fullmatch(person.id) or person.id.startswith(OPERATOR):
        raise UserError("reviewer id", repr(person.id), "an e-mail address or a name without spaces and colons")
    if not plain(person.name, "reviewer name").strip():
        raise UserError(person.id, "no name", "the name printed under reviews")
    for cancer in person.expertise:
        if cancer not in cancers():
            raise UserError(person.id, f"unknown cancer {cancer!r}", fix=did_you_mean(cancer, cancers()))


def _keep_a_lead(connection: Connection, changed: Reviewer) -> None:
    leads = select(people.c.id).where(people.c.role == "lead", people.c.active)
    if connection.execute(leads).first() is None:
        raise UserError(changed.id, "the last active lead", "another lead before this one goes")


def _told(person: Reviewer) -> dict[str, object]:
    return {
        "name": person.name, "role": person.role, "expertise": list(person.expertise), "profession": person.profession,
        "active": person.active,
    }  # fmt: skip
