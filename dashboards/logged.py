"""The audit log as rows for the screen and as a spreadsheet. Knows nothing of Streamlit."""

import csv
import io
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from rows import Row, cell

from evals.report import inert
from evals.review import AuditReport, AuditRow

WITHHELD = "not shown while you still have reviews to do"
_OPEN = ("person added", "person changed")
"""What is shown even to somebody who still has to judge: it says nothing of any answer."""
_LONGEST = 20_000
_COLUMNS = ("row", "time (UTC)", "who", "what", "about", "old value", "new value", "why", "mode", "previous", "mac")


def table(found: Iterable[AuditRow], names: Mapping[str, str], *, blind: bool) -> list[Row]:
    """One row for each line of the log; `blind` leaves out what could sway somebody who still has to judge."""
    return [
        {
            "seq": row.seq,
            "at": when(row.at),
            "who": cell(who(row.who, names)),
            "action": cell(row.action),
            "subject": cell(row.subject),
            "change": WITHHELD if hidden(row, blind) else cell(change(row)),
            "why": WITHHELD if row.why and hidden(row, blind) else cell(row.why),
            "mode": row.mode,
        }
        for row in found
    ]


def hidden(row: AuditRow, blind: bool) -> bool:
    """Whether a row's values are kept from somebody who still has to judge answers."""
    return blind and row.action not in _OPEN


def when(at: str) -> str:
    """A time of the log to the second, in UTC."""
    return at[:19].replace("T", " ")


def who(name: str, names: Mapping[str, str]) -> str:
    """A person by name and id; who used the command line on the store's machine by that."""
    if name.startswith("operator:"):
        return f"{name.removeprefix('operator:')} (on the server)"
    return f"{names[name]} ({name})" if name in names and names[name] != name else name


def change(row: AuditRow) -> str:
    """What became of what, on one line."""
    if isinstance(row.old, dict) and isinstance(row.new, dict):
        keys = [key for key in dict.fromkeys([*row.old, *row.new]) if row.old.get(key) != row.new.get(key)]
        return "; ".join(f"{key}: {_short(row.old.get(key))} → {_short(row.new.get(key))}" for key in keys)
    return _listed(row.new) if row.old is None else f"{_listed(row.old)} → {_listed(row.new)}"


def _listed(value: Any) -> str:
    """A value in few words: of a row put on record what it says, of a review its choices."""
    if isinstance(value, dict) and isinstance(kept := value.get("row"), dict):
        content = kept.get("content")
        value = content.get("ratings", content) if isinstance(content, dict) else kept
    if isinstance(value, dict):
        return inert.one_line("; ".join(f"{key}: {_short(told)}" for key, told in value.items()), 300)
    return _short(value)


def _short(value: Any) -> str:
    if value is None:
        return ""
    return inert.one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 120)


def whole(value: Any) -> str:
    """An old or new value in full, as JSON over several lines."""
    return inert.clip(json.dumps(value, ensure_ascii=False, indent=2), _LONGEST) if value is not None else "nothing"


def spreadsheet(found: Iterable[AuditRow]) -> bytes:
    """The rows as CSV, in UTF-8 that spreadsheets recognise, no cell a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in found:
        values = (row.at, row.who, row.action, row.subject, _json(row.old), _json(row.new), row.why, row.mode)
        writer.writerow([row.seq, *(inert.cell(value) for value in (*values, row.previous, row.mac))])
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def _json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def verdict(report: AuditReport) -> str:
    """What a check of the log found, in one sentence."""
    rows = f"{report.rows:,} row{'' if report.rows == 1 else 's'}"
    if report.whole:
        return f"The log is whole: {rows}, and nothing was edited, removed, reordered or cut."
    return f"The log is NOT whole: {rows} were read, and something was changed outside this product."


def options(found: Sequence[AuditRow]) -> tuple[Collection[str], Collection[str]]:
    """The people and the acts that occur, in order."""
    return sorted({row.who for row in found}), sorted({row.action for row in found})
