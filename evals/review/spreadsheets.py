"""Reviews as a spreadsheet: one a row, readable, safe to open, and able to come back whole.

The last column holds the row as JSON; the columns before it are for reading. A file whose readable columns no longer
say what the last one says was edited, and is refused: reviews are not changed in spreadsheets.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from evals.errors import UserError
from evals.report.inert import cell
from evals.review.digests import canonical
from evals.review.drafts import content_of
from evals.review.rubric import release, rubric
from evals.review.tables import items, reviews
from evals.tables import Row

_WHOLE = "row"
_ITEM = ("run_id", "question_id", "repeat", "topic", "cancer", "risk")
_SIGNED = ("reviewer", "name", "meaning", "mode", "at", "why")


def export_csv(connection: Connection) -> str:
    """Every submitted review and adjudication as CSV text."""
    query = (
        select(reviews, *(items.c[name] for name in _ITEM))
        .join(items, items.c.id == reviews.c.item_id)
        .order_by(reviews.c.at, reviews.c.id)
    )
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for number, row in enumerate(connection.execute(query).mappings()):
        told = _readable(row, {name: row[name] for name in _ITEM})
        if not number:
            writer.writerow([*told, _WHOLE])
        kept = {column.name: row[column.name] for column in reviews.columns}
        writer.writerow([*told.values(), canonical(kept)])
    return out.getvalue()


def _readable(row: Mapping[Any, Any], about: Mapping[str, Any]) -> dict[str, str]:
    content = content_of(row["content"])
    tags = sorted({mark.code for mark in content.marks if mark.code})
    values: dict[str, Any] = {
        **about,
        **{name: row[name] for name in _SIGNED},
        **{scale: content.ratings.get(scale, "") for scale in rubric().scales},
        "release": release(content) or "",
        "cannot_judge": " ".join(content.cannot_judge),
        "missing": " ".join(content.missing),
        "tags": " ".join(tags),
        "claims": " ".join(f"{claim}:{mark.label}" for claim, mark in sorted(content.claims.items())),
        "rationales": "\n".join(f"{scale}: {text}" for scale, text in sorted(content.rationales.items())),
        "remarks": "\n".join(mark.remark for mark in content.marks if mark.remark),
        "flag": content.flag,
        "outside_expertise": "yes" if content.outside_expertise else "",
        "seconds": f"{content.seconds:.0f}",
        "unblinded": "yes" if content.unblinded else "",
    }
    return {name: str(cell(str(value))) for name, value in values.items()}


def import_rows(connection: Connection, rows: Iterable[Row]) -> Iterator[Row]:
    """The reviews of such a file, as rows to be taken like those of an export.

    Raises:
        UserError: the file is not one of these, was edited, or is about items that this store does not have.
    """
    store = connection.execute(select(items.c.id, *(items.c[name] for name in _ITEM))).mappings()
    about = {row["id"]: {name: row[name] for name in _ITEM} for row in store}
    for row in rows:
        kept = _kept(row)
        item = about.get(str(kept.get("item_id")))
        if item is None:
            fix = "Import the JSON Lines export first: a spreadsheet has no answers in it."
            raise UserError(row.where, "a review of an answer that this store does not have", fix=fix)
        try:
            told = _readable(kept, item)
        except (KeyError, TypeError, AttributeError) as error:
            raise UserError(row.where, f"the column {_WHOLE!r} lacks {error}", "as it was exported") from error
        for name, value in told.items():
            if _lines(str(row.values.get(name, ""))) != _lines(value):
                fix = "Reviews are not changed in a spreadsheet; export again."
                raise UserError(row.where, f"the column {name!r} was edited", value[:60], fix)
        yield Row(row.where, {"kind": "reviews", **kept})


def _lines(text: str) -> str:
    # Spreadsheets write line ends their own way.
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _kept(row: Row) -> dict[str, Any]:
    try:
        kept = json.loads(str(row.values.get(_WHOLE, "")))
    except (ValueError, RecursionError) as error:
        raise UserError(row.where, f"the column {_WHOLE!r} is not as it was exported", "JSON text") from error
    if not isinstance(kept, dict):
        raise UserError(row.where, f"the column {_WHOLE!r} is not as it was exported", "a JSON object")
    return kept
