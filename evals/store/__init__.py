"""Run folders: the only place that knows their format.

Layout: `manifest.json`, `summary.json`, Parquet tables keyed by question_id and repeat; besides, the questions asked
and the passages that evidence spans point into, as they were; `README.md` for people and for `load_dataset`.
"""

from evals.store.light import LightRun
from evals.store.read import list_runs, read_manifest, read_run, read_summary
from evals.store.run import TABLES, Run, decide, no_answer
from evals.store.write import write_json, write_run, write_text

__all__ = [
    "TABLES",
    "LightRun",
    "Run",
    "decide",
    "list_runs",
    "no_answer",
    "read_manifest",
    "read_run",
    "read_summary",
    "write_json",
    "write_run",
    "write_text",
]
