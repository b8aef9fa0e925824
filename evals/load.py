"""Files in `datasets/` -> records. The only importer of Hugging Face `datasets`."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import UserError, did_you_mean
from evals.parse import parse
from evals.records import STRICT, Question, Severity, TextFormat
from evals.tables import Row, read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """A labelled defect of a recorded answer; an omission has an empty quote and no span."""

    rule: str
    severity: Severity
    quote: str
    note: str
    start: int | None = None
    end: int | None = None

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAnswer:
    """An answer that exists: hand-written, replayed, or brought by a user to be scored."""

    answer: str
    id: str | None = None
    question_id: str | None = None
    question: str | None = None
    contexts: tuple[str, ...] = ()
    record: dict[str, Any] | None = None
    channel: str = "page"
    language: str | None = None
    format: TextFormat | None = None
    voice: str | None = None
    quality: str | None = None
    flaws: tuple[Flaw, ...] = ()

    __pydantic_config__ = STRICT


LONGEST_QUESTION = 20_000
"""Characters. Nobody types more; a record goes into its own field."""

# --- questions -------------------------------------------------------------------------------------------------------

# Own to each variant; everything else a paraphrase leaves out comes from the question it restates.
_OWN = ("id", "text", "tags", "paraphrase_of", "source")


def load_questions(path: Path) -> tuple[Question, ...]:
    """The questions of a JSONL, CSV or Parquet file, paraphrases completed from the question they restate.

    Raises:
        UserError: the first problem, and how many more there are.
    """
    questions, problems = read_questions(path)
    if problems:
        raise _first(problems, f"evals questions check {path}")
    return questions


def read_questions(path: Path) -> tuple[tuple[Question, ...], tuple[UserError, ...]]:
    """The readable questions of a file, and every problem in it.

    Raises:
        UserError: the file as a whole cannot be read.
    """
    rows, problems = _split(read_rows(path))
    if not rows and not problems:
        raise UserError(str(path), "no questions", "at least one row")
    return _questions(rows, problems)


def questions_from_hugging_face(
    name: str, *, split: str = "train", columns: Mapping[str, str] | None = None, config: str | None = None
) -> tuple[Question, ...]:
    """Questions from any Hugging Face dataset: a local file or folder, or a hub id.

    `columns` maps our field names to the dataset's columns; without it the columns must carry our names, of which only
    `text` is required (ids are then made from the row number).

    Raises:
        UserError: the dataset, split or a column does not exist, or a row is not a question.
    """
    table = _hugging_face(name, split, config)
    mapping = dict(columns) if columns else {c: c for c in table.column_names if c in Question.__dataclass_fields__}
    for field, column in mapping.items():
        if field not in Question.__dataclass_fields__:
            raise UserError(
                name,
                f"column mapping for unknown field {field!r}",
                fix=did_you_mean(field, Question.__dataclass_fields__),
            )
        if column not in table.column_names:
            raise UserError(name, f"no column {column!r}", fix=did_you_mean(column, table.column_names))
    if "text" not in mapping:
        raise UserError(
            name, f"columns {', '.join(table.column_names)}", "a column for `text`", "Add `columns: {text: <column>}`."
        )
    width = max(4, len(str(len(table))))
    rows = []
    for number, values in enumerate(table):
        picked = {field: values[column] for field, column in mapping.items() if values[column] is not None}
        rows.append(Row(f"{name}[{split}]: row {number}", {"id": f"row-{number:0{width}d}", **picked}))
    questions, problems = _questions(rows, [])
    if problems:
        raise _first(problems, "")
    return questions


def _hugging_face(name: str, split: str, config: str | None) -> Any:
    # The library tells its maker which dataset is loaded, local files included; nothing leaves the machine unasked.
    os.environ.setdefault("HF_UPDATE_DOWNLOAD_COUNTS", "0")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # A bare `import datasets` beside a folder of that name reads like ours; the alias says whose it is.
    import datasets as hf_datasets
    from datasets.exceptions import DatasetsError

    path = Path(name)
    builders = {".jsonl": "json", ".json": "json", ".csv": "csv", ".parquet": "parquet"}
    try:
        if path.suffix in builders and path.exists():
            return hf_datasets.load_dataset(builders[path.suffix], data_files=str(path), split=split)
        return hf_datasets.load_dataset(name, config, split=split)
    except (OSError, ValueError, RuntimeError, DatasetsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError(
            name, f"could not load split {split!r} with Hugging Face datasets ({first})", "a local path or a hub id",
            "Offline, only local files and datasets already in the Hugging Face cache can be loaded.",
        ) from error  # fmt: skip


def _questions(rows: Sequence[Row], problems: list[UserError]) -> tuple[tuple[Question, ...], tuple[UserError, ...]]:
    by_id: dict[str, Row] = {}
    for row in rows:
        own_id = row.values.get("id")
        if isinstance(own_id, str) and own_id in by_id:
            problems.append(UserError(row.where, f"id {own_id!r} is taken by {by_id[own_id].where}", "a unique id"))
        elif isinstance(own_id, str):
            by_id[own_id] = row
    questions: list[Question] = []
    for row in rows:
        if by_id.get(str(row.values.get("id")), row) is not row:
            continue
        try:
            questions.append(_question(row, by_id))
        except UserError as error:
            problems.append(error)
    return tuple(questions), tuple(problems)


def _question(row: Row, by_id: Mapping[str, Row]) -> Question:
    values = dict(row.values)
    for key in ("paraphrase_of", "twin_of"):
        parent = values.get(key)
        if not isinstance(parent, str):
            continue
        if parent not in by_id:
            raise UserError(row.where, f"{key} {parent!r} is not in this file", fix=did_you_mean(str(parent), by_id))
        if by_id[parent].values.get("paraphrase_of") or by_id[parent].values.get("twin_of"):
            raise UserError(row.where, f"{key} {parent!r} is itself a variant", "the id of a base question")
        if key == "paraphrase_of":
            values = {**{k: v for k, v in by_id[parent].values.items() if k not in _OWN}, **values}
    question = parse(Question, _decoded(values, row.where), row.where)
    for field in ("id", "text"):
        if not getattr(question, field).strip():
            raise UserError(row.where, f"field {field!r} is empty", "some text")
    if len(question.text) > LONGEST_QUESTION:
        raise UserError(row.where, f"a question of {len(question.text):,} characters", f"at most {LONGEST_QUESTION:,}")
    if repeated := _repeated(s.id for s in (*question.must_say, *question.must_not_say)):
        raise UserError(row.where, f"statement id {repeated!r} is used twice", "ids unique within the question")
    return question


def _repeated(ids: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for item in ids:
        if item in seen:
            return item
        seen.add(item)
    return None


def _decoded(values: Mapping[str, Any], where: str) -> dict[str, Any]:
    # CSV has only strings, so lists and objects come as JSON text in a cell.
    result = dict(values)
    for field in ("record", "red_flags", "tags", "must_say", "must_not_say", "passages", "contexts"):
        cell = result.get(field)
        if not isinstance(cell, str):
            continue
        try:
            result[field] = json.loads(cell)
        except ValueError as error:
            raise UserError(where, f"field {field!r} is text that is not JSON", "a JSON list or object") from error
    return result


# --- answers ---------------------------------------------------------------------------------------------------------


def load_answers(path: Path) -> tuple[RecordedAnswer, ...]:
    """The answers of a JSONL, CSV or Parquet file; rows without an id get their row number as id.

    An empty answer is kept: it is recorded later as unscored, with that reason.

    Raises:
        UserError: the first problem, and how many more there are.
    """
    rows, problems = _split(read_rows(path))
    answers: list[RecordedAnswer] = []
    seen: dict[str, str] = {}
    for number, row in enumerate(rows):
        try:
            values = _decoded(row.values, row.where)
            if isinstance(values.get("contexts"), str):
                values["contexts"] = [values["contexts"]]
            answer = parse(RecordedAnswer, {"id": f"row-{number:04d}", **values}, row.where)
        except UserError as error:
            problems.append(error)
            continue
        if answer.id in seen:
            problems.append(UserError(row.where, f"id {answer.id!r} is taken by {seen[answer.id]}", "a unique id"))
        seen[str(answer.id)] = row.where
        answers.append(answer)
    if problems:
        raise _first(problems, "")
    if not answers:
        raise UserError(str(path), "no answers", "at least one row with a field 'answer'")
    return tuple(answers)


def _split(rows: Iterator[Row | UserError]) -> tuple[list[Row], list[UserError]]:
    good: list[Row] = []
    problems: list[UserError] = []
    for row in rows:
        if isinstance(row, UserError):
            problems.append(row)
        else:
            good.append(row)
    return good, problems


def _first(problems: Sequence[UserError], command: str) -> UserError:
    first = problems[0]
    if len(problems) == 1:
        return first
    more = f"{len(problems) - 1} more problem{'s' if len(problems) > 2 else ''} in this file"
    return UserError(
        first.where, first.found, first.wanted, f"{first.fix} {more}{f': {command}' if command else '.'}".strip()
    )
