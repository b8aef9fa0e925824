"""What the shape of a question file cannot show: that the ids and words it uses exist elsewhere."""

from collections.abc import Iterator
from pathlib import Path

from evals.cancers import cancers
from evals.corpus import Corpus
from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.load import read_questions
from evals.records import Question


def check_questions(path: Path, corpus: Corpus) -> tuple[tuple[Question, ...], tuple[UserError, ...]]:
    """The readable questions of a file and every problem found, each with its place.

    Raises:
        UserError: the file as a whole cannot be read.
    """
    questions, problems = read_questions(path)
    found = [problem for question in questions for problem in _check(question, f"{path}: {question.id}", corpus)]
    return questions, (*problems, *found)


def _check(question: Question, where: str, corpus: Corpus) -> Iterator[UserError]:
    flags = {row["id"] for row in load_yaml("red_flags.yaml")["flags"]}
    if question.cancer not in cancers():
        yield UserError(
            where,
            f"field 'cancer' is {question.cancer!r}",
            "a known cancer id",
            did_you_mean(question.cancer, cancers()),
        )
    for passage_id in question.passages:
        if passage_id not in corpus.passages:
            yield UserError(
                where, f"passage {passage_id!r} is not in the corpus", "", did_you_mean(passage_id, corpus.passages)
            )
    for flag in question.red_flags:
        if flag.id not in flags:
            yield UserError(where, f"red flag {flag.id!r} is not known", "", did_you_mean(flag.id, flags))
    if question.record and question.record.cancer and question.record.cancer not in cancers():
        yield UserError(
            where,
            f"field 'record.cancer' is {question.record.cancer!r}",
            "a known cancer id",
            did_you_mean(question.record.cancer, cancers()),
        )
    if not question.must_say:
        yield UserError(where, "field 'must_say' is empty", "what a good answer must say (3 to 8 statements)")
