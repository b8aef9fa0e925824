"""Reviews out of a store and into another: JSON Lines with everything, CSV with one review a row for spreadsheets.

The first line of a JSON Lines file says what it is, from which store, and where its audit log ended. Rows are added and
never replaced: what is there already must be the same, else nothing at all is taken.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from evals.errors import UserError
from evals.review import tables
from evals.review.audit import head
from evals.review.digests import canonical
from evals.review.work import Work
from evals.tables import Row

VERSION = 1
KINDS: tuple[Table, ...] = (
    tables.people, tables.batches, tables.frame, tables.items, tables.machine, tables.assignments, tables.reviews,
    tables.item_events, tables.gold, tables.signatures,
)  # fmt: skip
"""What travels, in the order in which rows may refer to each other. Drafts stay at home, and so does the log."""
_STEP = 500


def export_rows(connection: Connection) -> Iterator[dict[str, Any]]:
    """Every row of the store with its kind, ordered by key; first the line that says what this is."""
    seq, mac = head(connection)
    store = connection.execute(select(tables.facts.c.value).where(tables.facts.c.name == "store")).scalar_one()
    yield {"kind": "navis-evals reviews", "version": VERSION, "store": store, "audit": {"seq": seq, "mac": mac}}
    for table in KINDS:
        for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings():
            yield {"kind": table.name, **row}


def import_rows(work: Work, rows: Iterable[Row], by: str) -> dict[str, int]:
    """Take what is not here yet; gives how many rows of each kind were new.

    Raises:
        RefusedError: `by` is no lead.
        UserError: the file is not an export of this version, or a row is here already and differs.
    """
    work.permit(by, "lead")
    found = list(rows)
    first = found[0] if found else Row("import", {})
    if first.values.get("kind") != "navis-evals reviews" or first.values.get("version") != VERSION:
        raise UserError(first.where, "not an export of reviews", f"a first line of kind and version {VERSION}")
    by_kind: dict[str, list[Row]] = {table.name: [] for table in KINDS}
    for row in found[1:]:
        kind = row.values.get("kind")
        if kind not in by_kind:
            raise UserError(row.where, f"unknown kind {kind!r}", f"one of {', '.join(by_kind)}")
        by_kind[kind].append(row)
    added = {table.name: _take(work, table, by_kind[table.name], by) for table in KINDS}
    told = {"from": first.values.get("store"), "audit": first.values.get("audit"), "rows": added}
    work.log(by, "reviews imported", str(first.values.get("store"))[:64], new=told)
    return added


def take_reviews(work: Work, rows: Iterable[Row], by: str) -> dict[str, int]:
    """Take reviews alone, as they come from a spreadsheet; gives how many were new."""
    added = {"reviews": _take(work, tables.reviews, list(rows), by)}
    work.log(by, "reviews imported", "csv", new={"rows": added})
    return added


def _take(work: Work, table: Table, rows: Sequence[Row], by: str) -> int:
    known = {_key(table, row): dict(row) for row in work.connection.execute(select(table)).mappings()}
    new: list[dict[str, Any]] = []
    for row in rows:
        values = _checked(table, row)
        here = known.get(_key(table, values))
        # People change roles: what this store says of them stands.
        if here is not None and table is not tables.people and canonical(here) != canonical(values):
            raise UserError(row.where, f"this {table.name} row is here already and differs", "the same row")
        if here is None:
            known[_key(table, values)] = values
            new.append(values)
    if table.name in tables.APPEND_ONLY:
        for values in new:
            subject = str(values.get("assignment_id") or values.get("item_id") or values.get("passage_id"))
            work.record(table, values, by, f"{table.name} row imported", subject)
    else:
        for start in range(0, len(new), _STEP):
            work.connection.execute(insert(table), new[start : start + _STEP])
    return len(new)


def _key(table: Table, row: Mapping[Any, Any]) -> tuple[object, ...]:
    return tuple(row[column.name] for column in table.primary_key.columns)


def _checked(table: Table, row: Row) -> dict[str, Any]:
    values = {name: value for name, value in row.values.items() if name != "kind"}
    wanted = {column.name: column for column in table.columns}
    if unknown := sorted(set(values) - set(wanted)):
        raise UserError(row.where, f"unknown field {unknown[0]!r}", f"the fields of {table.name}")
    for name, column in wanted.items():
        value = values.setdefault(name, None)
        kind = column.type.python_type
        whole = isinstance(value, int) and not isinstance(value, bool)
        if value is None:
            fits = bool(column.nullable)
        else:
            fits = (isinstance(value, kind) and (kind is not int or whole)) or (kind is float and whole)
        if not fits:
            raise UserError(row.where, f"{table.name}.{name} is {str(value)[:60]!r}", f"a {kind.__name__}")
        if name in ("content", "shown", "design", "expertise") and not _is_json(value):
            raise UserError(row.where, f"{table.name}.{name} is not JSON", "JSON text")
    return values


def _is_json(text: object) -> bool:
    try:
        json.loads(str(text))
    except (ValueError, RecursionError):
        return False
    return True
