"""Folder -> run."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.errors import UserError
from evals.parse import parse
from evals.records import Answer, Claim, Finding, Item, Outcome, Passage, Question, Verdict
from evals.store.run import DECIDED, TABLES, Key, Run, no_answer
from evals.store.tables import read_parquet, unflat


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run, finished or not.

    Raises:
        UserError: the folder is not a run folder.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise UserError(str(folder), "not a run folder (no manifest.json)", "a folder under reports/runs/")
    manifest = _read_json(path)
    if missing := {"run_id", "status"} - set(manifest):
        raise UserError(str(path), f"it lacks {', '.join(sorted(missing))}", "the manifest of a run")
    return manifest


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(str(path), f"cannot be read ({error})", "a JSON file of a run") from error
    if not isinstance(value, dict):
        raise UserError(str(path), f"a JSON {type(value).__name__}", "a JSON object")
    return value


def read_run(folder: Path) -> Run:
    """A finished run.

    Raises:
        UserError: the folder is not a run folder, the run is not finished, or a table is missing or broken.
    """
    manifest = read_manifest(folder)
    if manifest.get("status") != "finished":
        raise UserError(
            str(folder), f"this run is {manifest.get('status')}", "a finished run", f"evals run --resume {folder}"
        )
    tables = {name: read_parquet(folder / f"{name}.parquet") for name in TABLES}
    try:
        return build_run(folder, manifest, read_summary(folder), tables)
    except (KeyError, ValueError) as error:
        raise UserError(
            str(folder), f"a table lacks or garbles {error}", "the tables of a finished run", "Run it again."
        ) from error


def read_summary(folder: Path) -> dict[str, Any]:
    """The summary of a finished run.

    Raises:
        UserError: it is missing or broken.
    """
    return _read_json(folder / "summary.json")


def build_run(
    folder: Path, manifest: Mapping[str, Any], summary: Mapping[str, Any], tables: dict[str, list[dict[str, Any]]]
) -> Run:
    """A run of the rows of its tables.

    Raises:
        KeyError: a row lacks a column.
        ValueError: a value is not what it should be.
    """
    claims, verdicts, findings, outcomes = (defaultdict(list) for _ in range(4))
    for row in tables["claims"]:
        claims[_pop_key(row)].append(parse(Claim, {k: v for k, v in row.items() if k not in DECIDED}, "claims"))
    for row in tables["verdicts"]:
        verdicts[_pop_key(row)].append(parse(Verdict, row, "verdicts"))
    for row in tables["findings"]:
        key = _pop_key(row)
        findings[*key, row.pop("scorer")].append(parse(Finding, row, "findings"))
    order: dict[Key, None] = {}
    for row in tables["scores"]:
        key = (row["question_id"], row["repeat"])
        order.setdefault(key)
        values = unflat(row) | {"findings": findings[*key, row["scorer"]]}
        outcomes[key].append(parse(Outcome, values, "scores"))
    answers = {(row["question_id"], row["repeat"]): parse(Answer, unflat(row), "answers") for row in tables["answers"]}
    items = tuple(
        Item(
            answer=answers.get(key) or no_answer(*key), claims=tuple(claims[key]), verdicts=tuple(verdicts[key]),
            outcomes=tuple(outcomes[key]),
        )
        for key in order
    )  # fmt: skip
    passages = {row["id"]: parse(Passage, unflat(row), "passages") for row in tables["passages"]}
    questions = {row["id"]: parse(Question, unflat(row), "questions") for row in tables["questions"]}
    return Run(folder=folder, manifest=manifest, summary=summary, items=items, questions=questions, passages=passages)


def list_runs(reports: Path) -> tuple[Path, ...]:
    """The run folders under a reports folder, oldest first."""
    found = {path.parent for path in (*reports.glob("*/manifest.json"), *reports.glob("runs/*/manifest.json"))}
    return tuple(sorted(found, key=lambda folder: folder.name))


def _pop_key(row: dict[str, Any]) -> Key:
    return (row.pop("question_id"), row.pop("repeat"))
