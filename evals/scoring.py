"""Answers that exist already -> a plan to judge and score them (`evals score`)."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evals.errors import UserError
from evals.generators.recorded import Recorded, read_answers
from evals.load import RecordedAnswer, load_questions
from evals.parse import parse
from evals.plan import Plan, prepare
from evals.records import Question, Record
from evals.shipped import find
from evals.suite import Suite

QUESTIONS = "datasets/questions/oncology.jsonl"


def plan_scoring(suite: Suite, path: Path, *, question: str | None, record: str | None) -> Plan:
    """A plan whose generator replays the answers in `path`.

    A row that names a shipped question's id is scored as an answer to it; other rows are their own question, with the
    row's `question` and `record`, or the ones given here.

    Raises:
        UserError: the file or the record is unreadable.
    """
    answers = read_answers(find(path, "file of answers"))
    given_record = _record(record, "--record") if record else None
    shipped = (
        {q.id: q for q in load_questions(find(QUESTIONS, "question file"))}
        if any(a.question_id for a in answers)
        else {}
    )
    # Each answer is its own item, so that two answers to one question do not become repeats of each other.
    asked = tuple(_question(answer, shipped, question, given_record) for answer in answers)
    own_ids = tuple(replace(answer, question_id=None) for answer in answers)
    return prepare(suite, questions=_unique(asked), generator=Recorded(own_ids))


def _question(
    answer: RecordedAnswer, shipped: dict[str, Question], text: str | None, record: Record | None
) -> Question:
    own_record = _record(json.dumps(answer.record), f"record of {answer.id}") if answer.record else record
    if answer.question_id in shipped:
        known = shipped[str(answer.question_id)]
        return replace(known, id=str(answer.id), record=own_record or known.record, twin_of=None, paraphrase_of=None)
    return Question(
        id=str(answer.id),
        text=answer.question or text or "",
        language=answer.language or "en",
        record=own_record,
        source="evals score",
    )


def _record(text: str, where: str) -> Record:
    try:
        values = json.loads(text)
    except ValueError as error:
        raise UserError(where, f"not JSON ({error})", "a JSON object", 'For example {"cancer": "lung"}.') from error
    if not isinstance(values, dict):
        raise UserError(where, f"a JSON {type(values).__name__}", "a JSON object")
    return parse(Record, values, where)


def _unique(questions: Sequence[Question]) -> tuple[Question, ...]:
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise UserError("answers", f"id {question.id!r} is used twice", "a unique id")
        seen.add(question.id)
    return tuple(questions)
