"""Added documents on disk: `<slug>.jsonl`, a header line and then one passage a line.

One file, so that a document is there whole or not at all. Sentence spans are stored: finding them again at every start
would cost seconds for a long guideline.
"""

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.corpus.fields import check_cancers, check_date
from evals.errors import UserError
from evals.parse import parse
from evals.records import Passage, Sentence, Source
from evals.tables import Row, read_rows

FORMAT = 1
_STRICT = {"extra": "forbid"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What is known of an added document as a whole. `sha256` is of the original file, `file` its name."""

    format: int
    slug: str
    title: str
    file: str
    sha256: str
    organisation: str = ""
    version: str | None = None
    url: str | None = None
    cancer: tuple[str, ...] = ("general",)
    as_of: str | None = None
    review_by: str | None = None
    pages: int | None = None
    warnings: tuple[str, ...] = ()

    __pydantic_config__ = _STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """One passage line; `sentences` are pairs of start and end."""

    id: str
    title: str
    text: str
    page: int | None = None
    sentences: tuple[tuple[int, int], ...] = ()

    __pydantic_config__ = _STRICT


def read_document(path: Path) -> tuple[Passage, ...]:
    """The passages of an added document.

    Raises:
        UserError: the file is not one that `add_document` wrote, or was damaged since.
    """
    rows = _rows(path)
    header = _header(rows[0])
    return tuple(_passage(row, header) for row in rows[1:])


def read_header(path: Path) -> Header:
    """The header of an added document.

    Raises:
        UserError: the file is not one that `add_document` wrote.
    """
    return _header(_rows(path)[0])


def write_document(path: Path, header: Header, passages: Sequence[StoredPassage]) -> None:
    """Write an added document, whole or not at all.

    Raises:
        UserError: the folder cannot be written.
    """
    lines = [{"document": _values(header)}, *map(_values, passages)]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    except OSError as error:
        raise UserError(str(path.parent), f"cannot be written ({error.strerror})", "a folder of your own") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise UserError(str(path), f"cannot be written ({error.strerror})", "room on the disk") from error


def _values(record: Header | StoredPassage) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def _rows(path: Path) -> list[Row]:
    rows: list[Row] = []
    for row in read_rows(path):
        if isinstance(row, UserError):
            raise row
        rows.append(row)
    if not rows:
        raise UserError(str(path), "an empty file", "a document added with: evals corpus add")
    return rows


def _header(row: Row) -> Header:
    values = row.values.get("document")
    if set(row.values) != {"document"} or not isinstance(values, Mapping):
        raise UserError(row.where, "no document header in the first line", "a document added with: evals corpus add")
    header = parse(Header, values, row.where)
    if header.format != FORMAT:
        raise UserError(row.where, f"format {header.format}", f"format {FORMAT}", "Add the document again.")
    for name in ("as_of", "review_by"):
        if value := getattr(header, name):
            check_date(value, row.where, name)
    check_cancers(header.cancer, row.where)
    return header


def _passage(row: Row, header: Header) -> Passage:
    stored = parse(StoredPassage, row.values, row.where)
    places = [place for span in stored.sentences for place in span]
    inside = not places or (places[0] >= 0 and places[-1] <= len(stored.text))
    if not stored.text.strip() or places != sorted(places) or not inside:
        found = "no text, or sentences that lie outside it"
        raise UserError(row.where, found, "a line as it was added", "Add the document again.")
    source = Source(
        id=header.slug, organisation=header.organisation, document=header.title, version=header.version, url=header.url,
        page=stored.page, seen=True,
    )  # fmt: skip
    return Passage(
        id=stored.id, title=stored.title, text=stored.text, cancer=header.cancer, scope={}, sources=(source,),
        sentences=tuple(Sentence(start=start, end=end) for start, end in stored.sentences),
        as_of=header.as_of, review_by=header.review_by, page=stored.page,
    )  # fmt: skip
