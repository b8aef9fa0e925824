"""Rows of a run's tables <-> Parquet files: column types, and JSON for values that are neither number nor text."""

import io
import json
import os
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.errors import UserError
from evals.records import Answer, Claim, Finding, Outcome, Passage, Question, Verdict
from evals.store.run import DECIDED

if TYPE_CHECKING:
    import pyarrow as pa

# Columns whose value is not a number or a text.
_JSON = frozenset(
    [
        "hidden",
        "sections",
        "blocks",
        "links",
        "passages",
        "attributions",
        "record",
        "measures",
        "cancer",
        "scope",
        "sources",
        "sentences",
        "supersedes",
        "conflicts_with",
        "conflicts",
        "red_flags",
        "tags",
        "must_say",
        "must_not_say",
    ]
)


def flat(values: Mapping[str, Any]) -> dict[str, Any]:
    """A record's values as a row: JSON text where a column cannot hold them."""
    return {
        name: None
        if value is None
        else json.dumps(value, ensure_ascii=False, sort_keys=True)
        if name in _JSON
        else value
        for name, value in values.items()
    }


def unflat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row as they were before `flat`."""
    return {name: json.loads(value) if name in _JSON and value is not None else value for name, value in row.items()}


def write_parquet(path: Path, name: str, rows: list[dict[str, Any]]) -> None:
    """Write a table whole or not at all; the same rows give the same bytes."""
    import pyarrow.parquet as pq

    temporary = path.with_name(f".{path.name}.partial")
    pq.write_table(_table(name, rows), temporary)
    os.replace(temporary, path)  # noqa: PTH105


def _table(name: str, rows: list[dict[str, Any]]) -> "pa.Table":
    # By way of JSON: building arrays from Python values would import pandas, which costs a second and is not needed.
    from pyarrow import json as arrow_json

    schema = _schema(name)
    if not rows:
        return schema.empty_table()
    data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    return arrow_json.read_json(
        io.BytesIO(data),
        # One block, so that a row of any length fits and the same rows give the same file.
        read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(data) + 1),
        parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )


_WHOLE = frozenset(
    [
        "repeat",
        "judge_repeat",
        "seed",
        "tokens_in",
        "tokens_out",
        "page",
        "start",
        "end",
        "evidence_start",
        "evidence_end",
    ]
)
_REAL = frozenset({"value", "confidence", "cost"})
_KEY = ("question_id", "repeat")


def _columns(name: str) -> tuple[str, ...]:
    def of(record: type) -> tuple[str, ...]:
        return tuple(field.name for field in fields(record))

    return {
        "answers": of(Answer),
        "claims": (*_KEY, *of(Claim), *DECIDED),
        "verdicts": (*_KEY, *of(Verdict)),
        "scores": tuple(column for column in of(Outcome) if column != "findings"),
        "findings": (*_KEY, "scorer", *of(Finding)),
        "questions": of(Question),
        "passages": of(Passage),
    }[name]


def _schema(name: str) -> "pa.Schema":
    import pyarrow as pa

    kinds = {True: pa.int64(), False: pa.string()}
    return pa.schema(
        [(column, pa.float64() if column in _REAL else kinds[column in _WHOLE]) for column in _columns(name)]
    )


def read_parquet(path: Path) -> list[dict[str, Any]]:
    """The rows of a table.

    Raises:
        UserError: the file is missing or broken.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path).to_pylist()
    except (OSError, pa.ArrowInvalid) as error:
        first_line = str(error).splitlines()[0]
        raise UserError(
            str(path),
            f"cannot be read ({first_line})",
            "a table of a finished run",
            "Run it again, or copy the folder back from where it came.",
        ) from error
