"""The audit log: who did what, when, old and new value, why. Each row is chained to the one before by an HMAC.

Rows that were edited, removed or reordered break the chain; rows cut off at the end miss the sealed head in the
database, the head noted beside the key, and the heads written into exports.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from evals.errors import UserError
from evals.review.digests import canonical, parsed, readable, text_digest
from evals.review.key import Key, note_head, noted_head
from evals.review.records import AuditRow, Mode
from evals.review.tables import APPEND_ONLY, METADATA, audit, audit_head

START = "0" * 64
_CHAINED = ("seq", "at", "who", "action", "subject", "old", "new", "why", "mode", "previous")
_STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which rows of the log: any part left empty takes all. Times are ISO days or times in UTC, `until` exclusive."""

    who: str | None = None
    action: str | None = None
    subject: str | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """Whether the log is whole: how many rows, the mac of the last, and what is wrong, in words."""

    rows: int
    head: str
    problems: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def append(
    connection: Connection, key: Key, *, at: str, who: str, action: str, subject: str, old: Any = None, new: Any = None,
    why: str = "", mode: Mode,
) -> tuple[int, str]:  # fmt: skip
    """Add a row inside a writing transaction; gives its number and mac."""
    seq, previous = head(connection)
    row: dict[str, Any] = {
        "seq": seq + 1, "at": at, "who": who, "action": action, "subject": subject, "old": canonical(old),
        "new": canonical(new), "why": why, "mode": mode, "previous": previous,
    }  # fmt: skip
    mac = _mac(row, key)
    connection.execute(insert(audit).values(**row, mac=mac))
    end = {"seq": seq + 1, "mac": mac, "seal": _seal(seq + 1, mac, key)}
    if seq:
        connection.execute(update(audit_head).where(audit_head.c.id == 1).values(**end))
    else:
        connection.execute(insert(audit_head).values(id=1, **end))
    return seq + 1, mac


def head(connection: Connection) -> tuple[int, str]:
    """Number and mac of the last row as the head has it; 0 for an empty log."""
    found = connection.execute(select(audit_head.c.seq, audit_head.c.mac)).first()
    return (found.seq, found.mac) if found else (0, START)


def _mac(row: RowMapping | dict[str, Any], key: Key) -> str:
    return key.mac(canonical([row[name] for name in _CHAINED]))


def _seal(seq: int, mac: str, key: Key) -> str:
    return key.mac(canonical(["head", seq, mac]))


def note_end(connection: Connection, key: Key) -> None:
    """Note beside the key where the log ends, if it still holds what was noted last: a cut must not be written over."""
    noted, ended = noted_head(key), head(connection)
    if ended[0] and (noted is None or _mac_of(connection, noted[0]) == noted[1]):
        note_head(key, *ended)


def _mac_of(connection: Connection, seq: int) -> str | None:
    return connection.execute(select(audit.c.mac).where(audit.c.seq == seq)).scalar()


def rows(connection: Connection, wanted: AuditFilter) -> tuple[AuditRow, ...]:
    """The rows that a filter leaves, oldest first."""
    query = select(audit).order_by(audit.c.seq)
    for name in ("who", "action", "subject"):
        query = query.where(audit.c[name] == value) if (value := getattr(wanted, name)) else query
    query = query.where(audit.c.at >= wanted.since) if wanted.since else query
    query = query.where(audit.c.at < wanted.until) if wanted.until else query
    return tuple(_row(found) for found in connection.execute(query).mappings())


def _row(found: RowMapping) -> AuditRow:
    values = dict(found) | {"old": parsed(found["old"]), "new": parsed(found["new"])}
    return AuditRow(**values)


def verify(connection: Connection, key: Key, exported: Sequence[tuple[int, str]] = ()) -> AuditReport:
    """Check every row, the order, the end, and any heads that exports hold."""
    problems: list[str] = []
    macs: dict[int, str] = {0: START}
    logged: dict[tuple[str, str], str] = {}
    previous, expected = START, 1
    for found in _all(connection):
        seq = found["seq"]
        if seq != expected:
            missing = f"row {expected} is" if seq == expected + 1 else f"rows {expected} to {seq - 1} are"
            problems.append(f"{missing} missing")
        elif found["previous"] != previous:
            problems.append(f"row {seq} does not follow row {seq - 1}: rows were reordered, removed or put in")
        if _mac(found, key) != found["mac"]:
            problems.append(f"row {seq} was edited or not written with this key")
        logged |= _kept(found)
        macs[seq] = previous = found["mac"]
        expected = seq + 1
    last = expected - 1
    problems += _check_ends(connection, key, macs, last, exported)
    problems += _check_rows(logged, connection)
    return AuditReport(rows=len(macs) - 1, head=macs[last], problems=tuple(problems))


def _kept(found: RowMapping) -> dict[tuple[str, str], str]:
    """The digest of a row of another table that a row of the log holds, by table and id."""
    new = parsed(found["new"])
    if not isinstance(new, dict) or "table" not in new or "row" not in new:
        return {}
    return {(new["table"], new["row"]["id"]): text_digest(canonical(new["row"]))}


def _check_rows(logged: dict[tuple[str, str], str], connection: Connection) -> Iterator[str]:
    # The log tells what was put on record; the tables must still hold it, and nothing besides.
    left = dict(logged)
    for name in APPEND_ONLY:
        table = METADATA.tables[name]
        if table is audit:
            continue
        for row in connection.execute(select(table).order_by(table.c.id)).mappings():
            known = left.pop((name, row["id"]), None)
            if known is None:
                yield f"{name}: the row {row['id']} is not in the log"
            elif known != text_digest(canonical(readable(dict(row)))):
                yield f"{name}: the row {row['id']} is not as the log has it"
    for name, one in left:
        yield f"{name}: the row {one} was removed"


def _all(connection: Connection) -> Iterator[RowMapping]:
    # Page by page: a log of years does not fit into memory with its old and new values.
    after = -1
    while page := connection.execute(
        select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(_STEP)
    ).mappings().all():  # fmt: skip
        yield from page
        after = page[-1]["seq"]


def _check_ends(
    connection: Connection, key: Key, macs: dict[int, str], last: int, exported: Sequence[tuple[int, str]]
) -> Iterator[str]:
    found = connection.execute(select(audit_head)).mappings().first()
    if found is None:
        if last:
            yield "the head of the log was removed"
    elif _seal(found["seq"], found["mac"], key) != found["seal"]:
        yield "the head of the log was edited or not written with this key"
    elif found["seq"] != last or found["mac"] != macs[last]:
        yield f"the log was cut or added to: its head is row {found['seq']}, its last row is {last}"
    try:
        noted = noted_head(key)
    except UserError as error:
        yield str(error)
        noted = None
    ends = [("the note beside the key", *noted)] if noted else []
    for told, seq, mac in [*ends, *(("an export", *one) for one in exported)]:
        if macs.get(seq) != mac:
            yield f"{told} knows row {seq}, which is not here as it was: the log was cut or replaced"
