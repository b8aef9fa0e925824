"""A run of ten thousand answers out of a small one, no two texts the same."""

import json
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.gate.large import make_large

ANSWERS = 10_000
NAMES = ("2026-01-02-000000000-000002", "2026-01-01-000000000-000001")
"""The run that is looked at, and the one that it is compared with."""
_COUNTS = ("scored", "unscored", "error", "skipped", "planned", "clusters")


def make(run: Path, reports: Path, answers: int = ANSWERS) -> None:
    """Write two runs of so many answers into a reports folder, made of the answers of a small one."""
    (reports / "runs").mkdir(parents=True)
    for seed, name in enumerate(NAMES, 1):
        folder = reports / "runs" / name
        make_large(run, folder, answers, seed)
        _tell_apart(folder / "answers.parquet")
        _summarise(run, folder)


def _tell_apart(path: Path) -> None:
    # Texts that are all the same would be read from the disk and searched far faster than real ones.
    table = pq.read_table(path)
    for name in ("text", "raw"):
        told = pc.binary_join_element_wise(table[name], table["question_id"], "\n\nAnswer ")  # type: ignore[attr-defined]
        table = table.set_column(table.schema.get_field_index(name), name, told)
    pq.write_table(table, path)


def _summarise(run: Path, folder: Path) -> None:
    # The means of the small run stand for those of the large one: only how much is read and shown matters here.
    summary = json.loads((run / "summary.json").read_text(encoding="utf-8"))
    large, small = (pq.read_metadata(where / "questions.parquet").num_rows for where in (folder, run))
    times = large / small
    summary["answers"] = round(summary["answers"] * times)
    summary["verdicts"] = {name: round(count * times) for name, count in summary["verdicts"].items()}
    for row in summary["scorers"].values():
        row |= {name: round(row[name] * times) for name in _COUNTS if isinstance(row.get(name), int)}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
