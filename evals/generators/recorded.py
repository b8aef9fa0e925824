"""Replays answers that exist: a JSONL, CSV or Parquet table, or saved answer pages (.html, .md, .txt)."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from evals.errors import UserError
from evals.generators import Draft, Resources, check_settings
from evals.load import RecordedAnswer, load_answers
from evals.records import Question
from evals.render import sniff
from evals.shipped import find
from evals.tables import SUFFIXES, read_text

PAGE_SUFFIXES = (".html", ".htm", ".md", ".txt")


class Recorded:
    """Gives question Q its recorded answers in file order, one a repeat; a question without any is skipped."""

    name: ClassVar[str] = "recorded"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, answers: Sequence[RecordedAnswer]) -> None:
        self._by_question: dict[str, list[RecordedAnswer]] = {}
        for answer in answers:
            self._by_question.setdefault(answer.question_id or str(answer.id), []).append(answer)

    def repeats(self, question: Question, asked: int, /) -> int:  # noqa: ARG002  (what is recorded decides)
        return len(self._by_question.get(question.id, ()))

    def __call__(self, question: Question, repeat: int, /) -> Draft:
        recorded = self.recorded(question.id, repeat)
        fmt = recorded.format or sniff(recorded.answer)
        return Draft(raw=recorded.answer, format=fmt, contexts=recorded.contexts, model=recorded.voice)

    def recorded(self, question_id: str, repeat: int) -> RecordedAnswer:
        """The recorded answer behind one question and repeat."""
        return self._by_question[question_id][repeat]


def make(resources: Resources, settings: Mapping[str, Any]) -> Recorded:
    """The recorded generator; `settings.path` names a table, a page, or a folder of pages.

    Raises:
        UserError: the path is missing or unreadable, or no answer in it belongs to a question of the suite.
    """
    check_settings("recorded", settings, ("path",), ("path",))
    path = find(str(settings["path"]), "file or folder of recorded answers")
    answers = read_answers(path)
    known = {question.id for question in resources.questions}
    asked = {answer.question_id or str(answer.id) for answer in answers}
    if strangers := sorted(asked - known):
        raise UserError(
            str(path), f"{len(strangers)} question ids are not in this suite ({', '.join(strangers[:3])})",
            "ids of the suite's questions", "Take those rows out, or use `evals score` for answers to other questions.",
        )  # fmt: skip
    return Recorded(answers)


def read_answers(path: Path) -> tuple[RecordedAnswer, ...]:
    """The answers in a table, a page, or a folder of pages (then the file name is the question id).

    Raises:
        UserError: nothing readable is there.
    """
    if path.is_dir():
        pages = sorted(p for p in path.iterdir() if p.suffix.lower() in PAGE_SUFFIXES and p.stem != "README")
        if not pages:
            raise UserError(str(path), "no answer pages", f"files ending in {', '.join(PAGE_SUFFIXES)}")
        for first, second in itertools.pairwise(pages):
            if first.stem == second.stem:
                raise UserError(str(path), f"{first.name} and {second.name} have one name", "a name for each page")
        return tuple(_page(page) for page in pages)
    if path.suffix.lower() in PAGE_SUFFIXES:
        return (_page(path),)
    if path.suffix.lower() in SUFFIXES:
        return load_answers(path)
    raise UserError(str(path), f"suffix {path.suffix!r}", f"one of {', '.join((*SUFFIXES, *PAGE_SUFFIXES))}")


def passed_over(path: Path) -> tuple[Path, ...]:
    """What a folder of answer pages holds besides pages."""
    if not path.is_dir():
        return ()
    return tuple(sorted(p for p in path.iterdir() if p.suffix.lower() not in PAGE_SUFFIXES or p.stem == "README"))


def _page(path: Path) -> RecordedAnswer:
    raw = read_text(path)
    return RecordedAnswer(id=path.stem, answer=raw, format=sniff(raw, path.suffix.lower()))
