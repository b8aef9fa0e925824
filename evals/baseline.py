"""The baseline: a finished run, kept small enough to be committed, with the reason why it was accepted."""

import datetime
import os
import shutil
from pathlib import Path
from typing import Any

from evals.errors import UserError
from evals.store import TABLES, read_run, write_json

RECORD = "baseline.json"
_KEPT = ("manifest.json", "summary.json", "README.md", *(f"{table}.parquet" for table in TABLES))
"""Reports are left out: they can be made again (`evals report`), and they are most of a run's size."""
_MOST_HISTORY = 200


def accept_baseline(run: Path, to: Path, why: str, now: datetime.datetime) -> dict[str, Any]:
    """Put a finished run in the baseline's place, whole or not at all, and give what was recorded.

    Earlier reasons are kept, newest first, with the runs they belong to.

    Raises:
        UserError: there is no reason, the run is not finished or broken, or `to` holds something that is no baseline.
    """
    if not why.strip():
        raise UserError("--why", "no reason", "why this run is the new baseline, in words")
    read_run(run)  # a baseline that cannot be read would fail every later gate
    if to.resolve() == run.resolve():
        raise UserError(str(to), "this is the baseline itself", "the folder of another run")
    if to.exists() and (not to.is_dir() or (any(to.iterdir()) and not (to / "manifest.json").is_file())):
        raise UserError(str(to), "it holds something else than a run", "a folder for the baseline", "Use --to.")
    record = _record(run, to, why.strip(), now)
    made = to.with_name(f".{to.name}.partial")
    try:
        _fill(made, run, record)
        _swap(made, to)
    except OSError as error:
        raise UserError(str(to), f"cannot be written ({error.strerror})", "a folder you may write to") from error
    return record


def _record(run: Path, to: Path, why: str, now: datetime.datetime) -> dict[str, Any]:
    from evals.store import read_manifest

    manifest = read_manifest(run)
    history: list[Any] = []
    if (to / RECORD).is_file():
        history = _history(to / RECORD)
    files = [run / name for name in _KEPT if (run / name).is_file()]
    return {
        "run": manifest["run_id"], "why": why, "accepted": now.isoformat(timespec="seconds"),
        "subject": manifest["signatures"]["subject"]["digest"], "scoring": manifest["signatures"]["scoring"]["digest"],
        "files": len(files), "bytes": sum(path.stat().st_size for path in files), "before": history[:_MOST_HISTORY],
    }  # fmt: skip


def _history(path: Path) -> list[Any]:
    import json

    try:
        old = json.loads(path.read_text(encoding="utf-8"))
        return [{key: old[key] for key in ("run", "why", "accepted")}, *old.get("before", [])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            str(path), f"cannot be read ({error})", "the record of a baseline", "Mend or remove it."
        ) from error


def _fill(made: Path, run: Path, record: dict[str, Any]) -> None:
    if made.exists():
        shutil.rmtree(made)
    made.mkdir(parents=True)
    for name in _KEPT:
        if (run / name).is_file():
            shutil.copyfile(run / name, made / name)
    write_json(made / RECORD, record)


def _swap(made: Path, to: Path) -> None:
    old = to.with_name(f".{to.name}.old")
    if old.exists():
        shutil.rmtree(old)
    if to.exists():
        os.replace(to, old)  # noqa: PTH105
    os.replace(made, to)  # noqa: PTH105
    if old.exists():
        shutil.rmtree(old)
