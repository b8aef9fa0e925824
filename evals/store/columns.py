"""Some columns of a run's tables, without making records of their rows: for decisions on many answers at once."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.errors import UserError

Table = Any
"""An Arrow table: pyarrow has no types, and is imported only where tables are read."""


def read_columns(folder: Path, table: str, names: Sequence[str]) -> dict[str, list[Any]]:
    """The named columns of a table, as lists of the table's length; values that are JSON stay text.

    Raises:
        UserError: the table is missing or broken, or lacks a column.
    """
    found = read_arrow(folder, table, names)
    return {name: found.column(name).to_pylist() for name in names}


def read_arrow(folder: Path, table: str, names: Sequence[str]) -> Table:
    """The same as an Arrow table, for choosing rows without an object for each value.

    Raises:
        UserError: the table is missing or broken, or lacks a column.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{table}.parquet"
    try:
        # `read_table` would import pandas, which takes half a second and is not needed.
        with pq.ParquetFile(path) as file:
            found = file.read(columns=list(names))
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(
            str(path), f"cannot be read ({str(error).splitlines()[0]})", "a table of a finished run",
            "Run it again, or copy the folder back from where it came.",
        ) from error  # fmt: skip
    if missing := [name for name in names if name not in found.column_names]:
        raise UserError(str(path), f"it lacks the column {missing[0]!r}", "the tables of a finished run")
    return found


def read_value(text: str | None) -> Any:
    """A value that a table holds as JSON text."""
    return None if text is None else json.loads(text)
