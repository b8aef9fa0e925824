"""Tables of pairs: read with all their columns, written again with the verdicts beside them.

Columns of the table keep their names and values. One that bears the name of a column of the verdict (`label`, say) is
kept under `input_label`. A Parquet table keeps its column types when it is written as Parquet again.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.errors import UserError, did_you_mean
from evals.tables import SUFFIXES, Row, read_rows, read_text
from evals.verify import cells
from evals.verify.rows import HYPOTHESIS, PREMISE
from evals.verify.verdict import PairVerdict

if TYPE_CHECKING:
    import pyarrow as pa

ADDED = ("label", "score", "evidence_start", "evidence_end", "reason", "status", "judge")


@dataclass(frozen=True, eq=False)
class Pairs:
    """The rows of a table of pairs: `columns` in their order, `places` where each row stands ("pairs.csv:14")."""

    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]
    places: tuple[str, ...]
    table: "pa.Table | None" = None

    @property
    def renamed(self) -> Mapping[str, str]:
        """The columns that make room for the verdict's, and what they are called then."""
        taken, names = {*self.columns, *ADDED}, dict[str, str]()
        for column in self.columns:
            if column in ADDED:
                name = f"input_{column}"
                while name in taken:
                    name = f"input_{name}"
                taken.add(name)
                names[column] = name
        return names


def read_pairs(path: Path) -> Pairs:
    """The rows of a JSONL, CSV or Parquet table of pairs.

    Raises:
        UserError: the file cannot be read, a row of it cannot, it has no rows, or no premise or hypothesis.
    """
    rows: list[Row] = []
    problems: list[UserError] = []
    for row in read_rows(path):
        if isinstance(row, UserError):
            problems.append(row)
        else:
            rows.append(row)
    if problems:
        first, more = problems[0], f" {len(problems) - 1} more such rows." if len(problems) > 1 else ""
        raise UserError(first.where, first.found, first.wanted, (first.fix + more).strip())
    columns, table = _columns(path, rows)
    for wanted in (PREMISE, HYPOTHESIS):
        if columns and wanted not in columns:
            known = did_you_mean(wanted, columns)
            raise UserError(str(path), f"no column {wanted!r}", f"{PREMISE!r} and {HYPOTHESIS!r}", known)
    if not rows:
        raise UserError(str(path), "no rows", f"at least one row with {PREMISE!r} and {HYPOTHESIS!r}")
    return Pairs(columns, tuple(row.values for row in rows), tuple(row.where for row in rows), table)


def _columns(path: Path, rows: Sequence[Row]) -> tuple[tuple[str, ...], "pa.Table | None"]:
    # A row leaves out what it has no value for, so a column can be missing in every row.
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return tuple(next(csv.reader(io.StringIO(read_text(path), newline="")), [])), None
    if suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        if len(set(table.column_names)) != len(table.column_names):
            raise UserError(str(path), "repeated column names", "one name for each column")
        return tuple(table.column_names), table
    return tuple(dict.fromkeys(name for row in rows for name in row.values)), None


def check_out(source: Path, out: Path, *, force: bool) -> None:
    """Refuse, before any work, an output that could not or should not be written.

    Raises:
        UserError: the suffix is unknown, it is the input, a folder, in no folder, or there already (without `force`).
    """
    if out.suffix.lower() not in SUFFIXES:
        raise UserError(f"--out {out}", f"suffix {out.suffix!r}", f"one of {', '.join(SUFFIXES)}")
    if out.exists() and source.exists() and out.samefile(source):
        raise UserError(f"--out {out}", "this is the table of pairs itself", "another file")
    if out.is_dir():
        raise UserError(f"--out {out}", "a folder", f"a {', '.join(SUFFIXES)} file")
    if not out.parent.is_dir():
        raise UserError(f"--out {out}", f"no such folder: {out.parent}", "a file in a folder that exists")
    if out.exists() and not force:
        raise UserError(f"--out {out}", "this file exists already", "a new file", "Use --force to replace it.")


def write_pairs(pairs: Pairs, verdicts: Sequence[PairVerdict], judge: str, out: Path) -> int:
    """Write the rows with their verdicts, whole or not at all; gives how many cells of a CSV were made harmless.

    Raises:
        UserError: the file cannot be written, or a value cannot be held by its format.
    """
    added = [_added(verdict, judge) for verdict in verdicts]
    writers: Mapping[str, Callable[[Pairs, Sequence[Mapping[str, Any]], Path], int]] = {
        ".jsonl": _write_jsonl, ".csv": _write_csv, ".parquet": _write_parquet,
    }  # fmt: skip
    partial = out.with_name(f".{out.name}.partial")
    try:
        changed = writers[out.suffix.lower()](pairs, added, partial)
        partial.replace(out)
    except OSError as error:
        found = f"cannot be written ({error.strerror or error})"
        raise UserError(f"--out {out}", found, "a file you may write") from error
    finally:
        # After Ctrl-C too, nothing half-written stays; after success it is gone already.
        with suppress(OSError):
            partial.unlink(missing_ok=True)
    return changed


def _added(verdict: PairVerdict, judge: str) -> dict[str, Any]:
    return {name: judge if name == "judge" else getattr(verdict, name) for name in ADDED}


def _rows(pairs: Pairs, added: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    renamed = pairs.renamed
    names = [(renamed.get(column, column), column) for column in pairs.columns]
    return [
        {name: row.get(column) for name, column in names} | dict(verdict)
        for row, verdict in zip(pairs.rows, added, strict=True)
    ]


def _write_jsonl(pairs: Pairs, added: Sequence[Mapping[str, Any]], path: Path) -> int:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in _rows(pairs, added):
            file.write(cells.as_json(row) + "\n")
    return 0


def _write_csv(pairs: Pairs, added: Sequence[Mapping[str, Any]], path: Path) -> int:
    changed = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([cells.harmless(pairs.renamed.get(column, column)) for column in pairs.columns] + list(ADDED))
        for row in _rows(pairs, added):
            texts = [cells.as_text(value) for value in row.values()]
            shown = [cells.harmless(text) for text in texts]
            changed += sum(before != after for before, after in zip(texts, shown, strict=True))
            writer.writerow(shown)
    return changed


def _write_parquet(pairs: Pairs, added: Sequence[Mapping[str, Any]], path: Path) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    renamed = pairs.renamed
    if pairs.table is not None:
        table = pairs.table.rename_columns([renamed.get(column, column) for column in pairs.columns])
    else:
        given = {c: [row.get(c) for row in pairs.rows] for c in pairs.columns}
        table = pa.table({renamed.get(column, column): _array(values) for column, values in given.items()})
    kinds = {"score": pa.float64(), "evidence_start": pa.int64(), "evidence_end": pa.int64()}
    for name in ADDED:
        values = pa.array([verdict[name] for verdict in added], type=kinds.get(name, pa.string()))
        table = table.append_column(name, values)
    pq.write_table(table, path, compression="zstd")
    return 0


def _array(values: Sequence[Any]) -> "pa.Array":
    import pyarrow as pa

    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        # A column of several kinds of values: text stays as it is, everything else becomes JSON.
        return pa.array([None if value is None else cells.as_text(value) for value in values], type=pa.string())
