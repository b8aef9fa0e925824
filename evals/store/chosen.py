"""Some rows of a run's tables, and of those some columns: the few that a decision has to show."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from evals.errors import UserError
from evals.store.columns import read_columns


def read_rows(folder: Path, table: str, names: Sequence[str], places: Sequence[int]) -> list[dict[str, Any]]:
    """The rows at these places of the table, in that order; values that are JSON stay text.

    Raises:
        UserError: the table is missing or broken, or lacks a column.
    """
    if not places:
        return []
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{table}.parquet"
    try:
        return pq.read_table(path, columns=list(names)).take(list(places)).to_pylist()
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(str(path), f"cannot be read ({error})", "a table of a finished run") from error


def read_measure(folder: Path, scorer: str, name: str) -> list[float | None]:
    """One measure of a scorer for every planned answer, in the table's order; null where there is none.

    Raises:
        UserError: the table is missing or broken.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    path = folder / "scores.parquet"
    try:
        texts = pq.read_table(path, columns=["measures"], filters=[("scorer", "=", scorer)])["measures"]
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(str(path), f"cannot be read ({error})", "a table of a finished run") from error
    # Measures are numbers or null, written by `json.dumps`: no text in them could look like a name. Reading the JSON of
    # ten thousand answers for one number in forty takes a second.
    found = pc.extract_regex(texts, pattern=f'"{re.escape(name)}": (?P<value>[-+.0-9eE]+)')  # type: ignore[attr-defined]
    return pc.struct_field(found, "value").cast(pa.float64()).to_pylist()  # type: ignore[attr-defined]


def read_rows_of(
    folder: Path, table: str, names: Sequence[str], questions: Collection[str]
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows of these questions, in the table's order.

    Raises:
        UserError: the table is missing or broken, or lacks a column.
    """
    if not questions:
        return []
    wanted = set(questions)
    ids = read_columns(folder, table, ("question_id",))["question_id"]
    return read_rows(folder, table, names, [n for n, one in enumerate(ids) if one in wanted])
