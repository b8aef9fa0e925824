"""A large run out of a small one, to see how long the gate takes and how much memory it needs.

    python -m benchmarks.gate large [RUN] [--answers N]

Tables of the given run (the committed baseline by default) are repeated under new question ids until there are so many
answers; the scores of the second run are moved a little, so that intervals are computed in earnest. Then `evals gate`
is started as people start it, and its time and peak memory are printed, start-up included.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evals.store import TABLES

ANSWERS = 10_000
MOVED = 0.02
"""How far scores of the second run are moved at random, up or down."""


def main(run: Path, answers: int = ANSWERS) -> None:
    """Write two large runs, gate one against the other, print time and memory."""
    with tempfile.TemporaryDirectory() as folder:
        for name, seed in (("before", None), ("after", 1)):
            make_large(run, Path(folder) / name, answers, seed)
        command = [sys.executable, "-m", "evals", "gate", "after", "--baseline", "before", "--junit", "j.xml", "--json"]
        # Imports find this checkout, whether or not it is installed.
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
        before = 0.0
        for attempt in (1, 2, 3):
            began = time.monotonic()
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
            seconds = time.monotonic() - began
            used = resource.getrusage(resource.RUSAGE_CHILDREN)
            # Beside the time on the clock, which other work on the machine stretches.
            processor, before = used.ru_utime + used.ru_stime - before, used.ru_utime + used.ru_stime
            verdict = json.loads(done.stdout)["verdict"] if done.returncode in (0, 1, 3) else done.stderr
            print(
                f"{attempt}: {answers:,} answers: {seconds:.2f} s ({processor:.2f} s of processor), peak "
                f"{used.ru_maxrss / 1024:.0f} MB, {verdict}"
            )


def make_large(run: Path, to: Path, answers: int, seed: int | None) -> None:
    """Write a run of so many answers, made of the answers of a small one."""
    to.mkdir()
    questions = pq.read_table(run / "questions.parquet")
    times = -(-answers // len(questions))
    kept = set(range(times))
    for name in TABLES:
        table = pq.read_table(run / f"{name}.parquet")
        if name != "passages":
            column = "id" if name == "questions" else "question_id"
            table = pa.concat_tables([_renamed(table, column, n) for n in sorted(kept)])
        if name == "scores" and seed is not None:
            table = _moved(table, seed)
        pq.write_table(table, to / f"{name}.parquet")
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"run_id": to.name, "planned": [[f"{q}-{n}", r] for n in range(times) for q, r in manifest["planned"]]}
    (to / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (to / "summary.json").write_text("{}", encoding="utf-8")


def _renamed(table: pa.Table, column: str, number: int) -> pa.Table:
    place = table.schema.get_field_index(column)
    ids = pc.binary_join_element_wise(table[column].cast(pa.string()), f"-{number}", "")  # type: ignore[attr-defined]
    return table.set_column(place, column, ids)


def _moved(table: pa.Table, seed: int) -> pa.Table:
    values = np.array(table["value"].to_pylist(), dtype=float)
    moved = np.clip(values + np.random.default_rng(seed).uniform(-MOVED, MOVED, len(values)), 0, 1)
    column = pa.array(np.round(moved, 3), mask=np.isnan(values))
    return table.set_column(table.schema.get_field_index("value"), "value", column)
