"""Run folders: the only place that knows their format.

Layout: `manifest.json`, `summary.json`, Parquet tables keyed by question_id and repeat; besides, the questions asked
and the passages that evidence spans point into, as they were; `README.md` for people and for `load_dataset`.
"""

import io
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.errors import UserError
from evals.parse import parse
from evals.records import Answer, Claim, Finding, Item, Outcome, Passage, Question, Verdict

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = ("answers", "claims", "verdicts", "scores", "findings", "questions", "passages")
Key = tuple[str, int]

# Columns whose value is not a number or a text.
_JSON = frozenset(
    [
        "hidden",
        "sections",
        "blocks",
        "links",
        "passages",
        "attributions",
        "record",
        "measures",
        "cancer",
        "scope",
        "sources",
        "sentences",
        "supersedes",
        "conflicts_with",
        "conflicts",
        "red_flags",
        "tags",
        "must_say",
        "must_not_say",
    ]
)
_DECIDED = ("label", "confidence", "passage_id", "evidence_start", "evidence_end", "reason", "code")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run as read from its folder. Items are in plan order."""

    folder: Path
    manifest: Mapping[str, Any]
    summary: Mapping[str, Any]
    items: tuple[Item, ...]
    questions: Mapping[str, Question]
    passages: Mapping[str, Passage]


# --- writing ---------------------------------------------------------------------------------------------------------


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
        "questions": [_flat(asdict(question)) for question in run.questions.values()],
        "passages": [_flat(asdict(passage)) for passage in run.passages.values()],
    }
    for name, table in rows.items():
        _write_parquet(run.folder / f"{name}.parquet", name, table)
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


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: None
        if value is None
        else json.dumps(value, ensure_ascii=False, sort_keys=True)
        if name in _JSON
        else value
        for name, value in values.items()
    }


def _answer_row(answer: Answer) -> dict[str, Any]:
    return _flat(asdict(answer))


def _claim_rows(item: Item) -> list[dict[str, Any]]:
    decided = {verdict.claim_id: verdict for verdict in decide(item.verdicts)}
    rows = []
    for claim in item.claims:
        verdict = decided.get(claim.claim_id)
        rows.append(_key(item.answer) | asdict(claim) | {name: getattr(verdict, name, None) for name in _DECIDED})
    return rows


def decide(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The decided verdict of each claim: the first one against the whole corpus."""
    decided: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.scope == "corpus" and verdict.status == "ok":
            decided.setdefault(verdict.claim_id, verdict)
    return tuple(decided.values())


def _score_row(outcome: Outcome) -> dict[str, Any]:
    values = asdict(outcome)
    del values["findings"]
    return _flat(values)


def _finding_rows(outcome: Outcome) -> list[dict[str, Any]]:
    key = {"question_id": outcome.question_id, "repeat": outcome.repeat, "scorer": outcome.scorer}
    return [key | asdict(finding) for finding in outcome.findings]


def _write_parquet(path: Path, name: str, rows: list[dict[str, Any]]) -> None:
    import pyarrow.parquet as pq

    temporary = path.with_name(f".{path.name}.partial")
    pq.write_table(_table(name, rows), temporary)
    os.replace(temporary, path)  # noqa: PTH105


def _table(name: str, rows: list[dict[str, Any]]) -> "pa.Table":
    # By way of JSON: building arrays from Python values would import pandas, which costs a second and is not needed.
    from pyarrow import json as arrow_json

    schema = _schema(name)
    if not rows:
        return schema.empty_table()
    data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    return arrow_json.read_json(
        io.BytesIO(data),
        # One block, so that a row of any length fits and the same rows give the same file.
        read_options=arrow_json.ReadOptions(use_threads=False, block_size=len(data) + 1),
        parse_options=arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )


_WHOLE = frozenset(
    [
        "repeat",
        "judge_repeat",
        "seed",
        "tokens_in",
        "tokens_out",
        "page",
        "start",
        "end",
        "evidence_start",
        "evidence_end",
    ]
)
_REAL = frozenset({"value", "confidence", "cost"})
_KEY = ("question_id", "repeat")


def _columns(name: str) -> tuple[str, ...]:
    def of(record: type) -> tuple[str, ...]:
        return tuple(field.name for field in fields(record))

    return {
        "answers": of(Answer),
        "claims": (*_KEY, *of(Claim), *_DECIDED),
        "verdicts": (*_KEY, *of(Verdict)),
        "scores": tuple(column for column in of(Outcome) if column != "findings"),
        "findings": (*_KEY, "scorer", *of(Finding)),
        "questions": of(Question),
        "passages": of(Passage),
    }[name]


def _schema(name: str) -> "pa.Schema":
    import pyarrow as pa

    kinds = {True: pa.int64(), False: pa.string()}
    return pa.schema(
        [(column, pa.float64() if column in _REAL else kinds[column in _WHOLE]) for column in _columns(name)]
    )


# --- reading ---------------------------------------------------------------------------------------------------------


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a run, finished or not.

    Raises:
        UserError: the folder is not a run folder.
    """
    path = folder / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError(str(folder), "not a run folder (no manifest.json)", "a folder under reports/runs/") from error
    except (OSError, ValueError) as error:
        raise UserError(str(path), f"cannot be read ({error})", "the manifest of a run") from error


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
    tables = {name: _read_parquet(folder / f"{name}.parquet") for name in TABLES}
    claims, verdicts, findings, outcomes = (defaultdict(list) for _ in range(4))
    for row in tables["claims"]:
        claims[_pop_key(row)].append(parse(Claim, {k: v for k, v in row.items() if k not in _DECIDED}, "claims"))
    for row in tables["verdicts"]:
        verdicts[_pop_key(row)].append(parse(Verdict, row, "verdicts"))
    for row in tables["findings"]:
        key = _pop_key(row)
        findings[*key, row.pop("scorer")].append(parse(Finding, row, "findings"))
    order: dict[Key, None] = {}
    for row in tables["scores"]:
        key = (row["question_id"], row["repeat"])
        order.setdefault(key)
        values = _unflat(row) | {"findings": findings[*key, row["scorer"]]}
        outcomes[key].append(parse(Outcome, values, "scores"))
    answers = {(row["question_id"], row["repeat"]): parse(Answer, _unflat(row), "answers") for row in tables["answers"]}
    items = tuple(
        Item(
            answer=answers.get(key) or no_answer(*key), claims=tuple(claims[key]), verdicts=tuple(verdicts[key]),
            outcomes=tuple(outcomes[key]),
        )
        for key in order
    )  # fmt: skip
    passages = {row["id"]: parse(Passage, _unflat(row), "passages") for row in tables["passages"]}
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    questions = {row["id"]: parse(Question, _unflat(row), "questions") for row in tables["questions"]}
    return Run(folder=folder, manifest=manifest, summary=summary, items=items, questions=questions, passages=passages)


def no_answer(question_id: str, repeat: int) -> Answer:
    """Stands for a planned item that was skipped: it has no generator and is not written to the answers table."""
    return Answer(question_id=question_id, repeat=repeat, question="", raw="", text="", status="error", error="skipped")


def list_runs(reports: Path) -> tuple[Path, ...]:
    """The run folders under a reports folder, oldest first."""
    found = {path.parent for path in (*reports.glob("*/manifest.json"), *reports.glob("runs/*/manifest.json"))}
    return tuple(sorted(found, key=lambda folder: folder.name))


def _pop_key(row: dict[str, Any]) -> Key:
    return (row.pop("question_id"), row.pop("repeat"))


def _unflat(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json.loads(value) if name in _JSON and value is not None else value for name, value in row.items()}


def _read_parquet(path: Path) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path).to_pylist()
    except (OSError, pa.ArrowInvalid) as error:
        first_line = str(error).splitlines()[0]
        raise UserError(
            str(path),
            f"cannot be read ({first_line})",
            "a table of a finished run",
            "Rebuild it with: evals run --resume",
        ) from error
