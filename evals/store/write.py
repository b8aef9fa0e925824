"""Run -> folder. Every file is written whole or not at all, and the same run gives the same bytes."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals.records import Answer, Item, Outcome
from evals.store.run import DECIDED, TABLES, Run, decide
from evals.store.tables import flat, write_parquet


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    temporary = path.with_name(f".{path.name}.partial")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    os.replace(temporary, path)  # noqa: PTH105  (Path.replace is the same call; os.replace says that it overwrites)


def write_run(run: Run) -> None:
    """Write tables, summary and README of a run, but not its manifest; the same run gives the same bytes."""
    items = run.items
    rows = {
        "answers": [_answer_row(item.answer) for item in items if item.answer.generator],
        "claims": [row for item in items for row in _claim_rows(item)],
        "verdicts": [_key(item.answer) | asdict(verdict) for item in items for verdict in item.verdicts],
        "scores": [_score_row(outcome) for item in items for outcome in item.outcomes],
        "findings": [row for item in items for outcome in item.outcomes for row in _finding_rows(outcome)],
        "questions": [flat(asdict(question)) for question in run.questions.values()],
        "passages": [flat(asdict(passage)) for passage in run.passages.values()],
    }
    for name, table in rows.items():
        write_parquet(run.folder / f"{name}.parquet", name, table)
    write_json(run.folder / "summary.json", run.summary)
    write_text(run.folder / "README.md", _readme(run))


def _readme(run: Run) -> str:
    about = {
        "questions": "the questions asked, one a row, with what an answer must and must not say",
        "answers": "one row for each answer: raw, rendered text, its parts, how it was made",
        "claims": "the checkable statements of each answer, with the decided verdict against the whole corpus",
        "verdicts": "every verdict of every judge, by scope",
        "scores": "one row for each answer and scorer: status, value, reason, measures",
        "findings": "spans of answers with a rule, a severity and a message",
        "passages": "the guideline passages as they were, which evidence offsets point into",
    }
    configs = "\n".join(f"- config_name: {name}\n  data_files: {name}.parquet" for name in TABLES)
    lines = "\n".join(f"- `{name}.parquet`: {about[name]}" for name in TABLES)
    manifest = run.manifest
    return f"""---
configs:
{configs}
---
# Run {manifest["run_id"]}

Suite `{manifest["suite"]["name"]}`, generator `{manifest["generator"]["name"]}`, prompt
`{manifest["prompt"]["name"]}`, judge `{manifest["judge"]}`.
Open `report.html` in a browser, or `report.md`. Tables are keyed by `question_id` and `repeat`:

{lines}

`datasets.load_dataset("<this folder>", "scores")` opens a table. `manifest.json` says how the numbers were made.
Machine scores are an aid to review. They are not a clinical validation.
"""


def _key(answer: Answer) -> dict[str, Any]:
    return {"question_id": answer.question_id, "repeat": answer.repeat}


def _answer_row(answer: Answer) -> dict[str, Any]:
    return flat(asdict(answer))


def _claim_rows(item: Item) -> list[dict[str, Any]]:
    decided = {verdict.claim_id: verdict for verdict in decide(item.verdicts)}
    rows = []
    for claim in item.claims:
        verdict = decided.get(claim.claim_id)
        rows.append(_key(item.answer) | asdict(claim) | {name: getattr(verdict, name, None) for name in DECIDED})
    return rows


def _score_row(outcome: Outcome) -> dict[str, Any]:
    values = asdict(outcome)
    del values["findings"]
    return flat(values)


def _finding_rows(outcome: Outcome) -> list[dict[str, Any]]:
    key = {"question_id": outcome.question_id, "repeat": outcome.repeat, "scorer": outcome.scorer}
    return [key | asdict(finding) for finding in outcome.findings]
