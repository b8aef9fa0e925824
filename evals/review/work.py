"""One piece of work on the store: its connection, the time, who does it, and the log it leaves."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, select

from evals.errors import UserError
from evals.review import audit
from evals.review.digests import readable
from evals.review.key import Key
from evals.review.records import ROLES, Mode, Profession, RefusedError, Reviewer, Role
from evals.review.tables import people

MAY: dict[str, tuple[Role, ...]] = {
    "look": ROLES,
    "review": ("reviewer", "adjudicator", "lead"),
    "adjudicate": ("adjudicator", "lead"),
    "sign": ("adjudicator", "lead"),
    "lead": ("lead",),
}
"""Who may do what. No role may change what was submitted: there is no such act."""
OPERATOR = "operator:"
"""Stands before the name of who works on the store's machine by command line; nobody can be called so."""
_LONGEST = 320


@dataclass(slots=True)
class Work:
    """A transaction on the store. `ends` collects the rows added to the log."""

    connection: Connection
    key: Key
    at: str
    mode: Mode
    operator: bool = False
    ends: list[tuple[int, str]] = field(default_factory=list)

    def log(self, who: str, action: str, subject: str, *, old: Any = None, new: Any = None, why: str = "") -> None:
        """Put on record what was done."""
        self.ends.append(
            audit.append(
                self.connection, self.key, at=self.at, who=who, action=action, subject=subject, old=old, new=new,
                why=plain(why, "why", 20_000), mode=self.mode,
            )
        )  # fmt: skip

    def record(
        self, table: Table, row: Mapping[str, Any], who: str, action: str, subject: str, *, old: Any = None,
        why: str = "",
    ) -> None:  # fmt: skip
        """Add a row to an append-only table, and the whole of it to the log, so that either shows what became of it."""
        self.connection.execute(insert(table).values(**row))
        self.log(who, action, subject, old=old, new={"table": table.name, "row": readable(row)}, why=why)

    def person(self, name: str) -> Reviewer | None:
        """The person of that id, or None."""
        row = self.connection.execute(select(people).where(people.c.id == name)).mappings().first()
        return reviewer_of(row) if row else None

    def permit(self, who: str, act: str) -> Reviewer:
        """The person, if they may do this now.

        Raises:
            RefusedError: unknown, inactive, or without a role for this.
        """
        if self.operator and who.startswith(OPERATOR):
            return Reviewer(id=who, name=who.removeprefix(OPERATOR), role="lead", profession="other")
        found = self.person(who)
        if found is None or not found.active:
            raise RefusedError(
                visible_name(who), "not an active person of this review store", fix="Ask a lead to add you."
            )
        if found.role not in MAY[act]:
            raise RefusedError(found.name, f"a {found.role} may not {_ACTS[act]}", f"one of {', '.join(MAY[act])}")
        return found


_ACTS = {
    "look": "look", "review": "review answers", "adjudicate": "adjudicate", "sign": "sign passages",
    "lead": "do this",
}  # fmt: skip


def reviewer_of(row: RowMapping) -> Reviewer:
    """A row of `people` as a record."""
    role: Role = row["role"]
    profession: Profession = row["profession"]
    return Reviewer(
        id=row["id"], name=row["name"], role=role, expertise=tuple(json.loads(row["expertise"])), profession=profession,
        active=row["active"],
    )  # fmt: skip


def token() -> str:
    """22 characters that nobody can guess and that tell nothing."""
    return secrets.token_urlsafe(16)


def plain(text: str, what: str, longest: int = _LONGEST) -> str:
    """The text, if a database and a screen can hold it.

    Raises:
        UserError: it is too long or holds characters that cannot be seen.
    """
    if len(text) > longest:
        raise UserError(what, f"{len(text):,} characters", f"at most {longest:,}")
    if visible_name(text) != text.replace("\r\n", "\n").replace("\r", "\n"):
        raise UserError(what, f"characters that cannot be seen ({visible_name(text[:80])})", "plain text")
    return text


def visible_name(text: str) -> str:
    """The text with what could not be seen shown as codes."""
    from evals.report.inert import visible

    return visible(text)
