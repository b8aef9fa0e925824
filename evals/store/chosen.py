"""Some rows of a run's tables, and of those some columns: the few that a decision has to show."""

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.store.columns import Table, read_arrow


def read_rows(folder: Path, table: str, names: Sequence[str], places: Sequence[int]) -> list[dict[str, Any]]:
    """The rows at these places of the table, in that order; values that are JSON stay text.

    Raises:
        UserError: the table is missing or broken, or lacks a column.
    """
    return rows_at(read_arrow(folder, table, names), places) if places else []


def places_where(table: Table, wanted: Mapping[str, Collection[str]]) -> list[int]:
    """The places of the rows that have one of the wanted texts in each of these columns."""
    import numpy as np

    fits = np.ones(table.num_rows, dtype=bool)
    for column, texts in wanted.items():
        # Each text once: comparing codes is far cheaper than comparing a hundred thousand texts.
        encoded: Any = table[column].combine_chunks().dictionary_encode(null_encoding="encode")
        codes = [code for code, text in enumerate(encoded.dictionary.to_pylist()) if text in texts]
        # Off the buffer: Arrow's own conversion imports pandas, which takes half a second and is not needed.
        of_rows = np.frombuffer(encoded.indices.buffers()[1], np.int32, len(encoded), 4 * encoded.indices.offset)
        fits &= np.isin(of_rows, codes)
    return np.flatnonzero(fits).tolist()


def rows_at(table: Table, places: Sequence[int]) -> list[dict[str, Any]]:
    """The rows at these places of a table, in that order."""
    return _taken(table, places).to_pylist()


def _taken(table: Table, places: Sequence[int]) -> Table:
    import numpy as np
    import pyarrow as pa

    # From a buffer, for the same reason as above.
    buffer = pa.py_buffer(np.asarray(places, dtype=np.int64))
    return table.take(pa.Array.from_buffers(pa.int64(), len(places), [None, buffer]))


def read_measures(folder: Path) -> Table:
    """The measures of every planned answer by every scorer, as JSON texts, for `measure_of`.

    Raises:
        UserError: the table is missing or broken.
    """
    return read_arrow(folder, "scores", ("scorer", "measures"))


def measure_of(measures: Table, scorer: str, name: str) -> list[float | None]:
    """One measure of a scorer for every planned answer, in the table's order; null where there is none."""
    texts = _taken(measures, places_where(measures, {"scorer": (scorer,)}))["measures"].to_pylist()
    # Measures are numbers or null, written by `json.dumps`: no text in them could look like a name. Reading the JSON of
    # ten thousand answers for one number in forty takes a second.
    find = re.compile(f'"{re.escape(name)}": ([-+.0-9eE]+)').search
    matches = [None if text is None else find(text) for text in texts]
    return [float(match[1]) if match else None for match in matches]


def read_rows_of(
    folder: Path, table: str, names: Sequence[str], questions: Collection[str]
) -> list[dict[str, Any]]:  # fmt: skip
    """The rows of these questions, in the table's order.

    Raises:
        UserError: the table is missing or broken, or lacks a column.
    """
    if not questions:
        return []
    found = read_arrow(folder, table, ("question_id", *(name for name in names if name != "question_id")))
    return rows_at(found.select(list(names)), places_where(found, {"question_id": set(questions)}))
