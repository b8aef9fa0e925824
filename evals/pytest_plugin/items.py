"""The tests of a suite: one a question. Nothing is generated when they are collected."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from evals.errors import UserError
from evals.gate.one_answer import Held, Seen, hold
from evals.pytest_plugin import wording
from evals.pytest_plugin.shared_run import Done, StoppedError
from evals.records import Answer, Question

if TYPE_CHECKING:
    from evals.pytest_plugin.session import SuiteSession

NOTE = "evals.note"
"""The name of the property under which a test tells what it could not check."""


class SuiteNode(pytest.Collector):
    """A suite, as the parent of its questions."""

    run: "SuiteSession"

    @classmethod
    def of(cls, session: pytest.Session, run: "SuiteSession") -> "SuiteNode":
        """The node of the suite that was asked for."""
        node = cls.from_parent(session, name=run.asked.node, nodeid=run.asked.node, path=run.asked.path)
        node.run = run
        return node

    def collect(self) -> Iterator[pytest.Item]:
        """A test for each question that was asked for."""
        try:
            questions = self.run.asked.questions()
        except UserError as error:
            raise self.CollectError(str(error)) from error
        for question in questions:
            if not self.run.chosen or question.id in self.run.chosen:
                yield QuestionItem.of(self, question)


class QuestionItem(pytest.Item):
    """One question: its answers are made, judged and scored when the test is set up, and then held to the rules.

    What the machinery could not do is an error of the test, what is wrong with an answer a failure.
    """

    parent: SuiteNode
    question: Question
    answers: list[tuple[Answer, tuple[Held, ...]]]

    @classmethod
    def of(cls, suite: SuiteNode, question: Question) -> "QuestionItem":
        """The test of this question."""
        item = cls.from_parent(suite, name=question.id)
        item.question = question
        item.add_marker("evals")
        return item

    def setup(self) -> None:
        """Answer, judge and score, unless that is stored already."""
        run = self.parent.run
        try:
            done = run.work.do(self.question.id)
        except StoppedError as error:
            pytest.fail(f"{self.question.id}: {error}", pytrace=False)
        self.user_properties += _told(self.question, done, run.folder)
        if all(not one.item.answer.generator for one in done):
            pytest.skip("; ".join(sorted({outcome.reason for one in done for outcome in one.item.outcomes})))
        if errors := [str(one.item.answer.error) for one in done if one.item.answer.status == "error"]:
            pytest.fail(f"{self.question.id}: no answer: {'; '.join(errors)}", pytrace=False)
        self.answers = [(one.item.answer, self._held(one)) for one in done]
        verdicts = {held.verdict for _, each in self.answers for held in each}
        if "UNDECIDED" in verdicts and "FAIL" not in verdicts:
            pytest.fail(wording.undecided(self.question, self.answers, run.asked.policy.name), pytrace=False)
        self._check_looked_at(done)

    def _held(self, done: Done) -> tuple[Held, ...]:
        run = self.parent.run
        passages = {**run.work.passages, **{passage.id: passage for passage in done.contexts}}
        baseline, why_not = run.baseline
        had = baseline.had(self.question) if baseline else None
        seen = Seen(
            question=self.question, item=done.item, passages=passages, had=had, why_no_baseline=why_not
        )  # fmt: skip
        return hold(run.asked.rules, run.asked.policy, seen)

    def _check_looked_at(self, done: tuple[Done, ...]) -> None:
        """An answer that no scorer could read must not pass because nothing was found in it."""
        for one in done:
            if all(outcome.status != "scored" for outcome in one.item.outcomes):
                reasons = "; ".join(sorted({outcome.reason for outcome in one.item.outcomes}))
                pytest.fail(f"{self.question.id}: no scorer could look at the answer: {reasons}", pytrace=False)

    def runtest(self) -> None:
        """Fail with what is wrong, where, and what the passage says; tell what could not be checked."""
        policy = self.parent.run.asked.policy.name
        each = [(answer, held) for answer, rules in self.answers for held in rules]
        self.user_properties += [(NOTE, note) for answer, held in each for note in wording.notes(answer, held)]
        if any(held.verdict == "FAIL" for _, held in each):
            pytest.fail(wording.failure(self.question, self.answers, policy), pytrace=False)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The suite's file, and the name under which failures are headed."""
        return self.path, None, self.nodeid


def _told(question: Question, done: tuple[Done, ...], folder: Path) -> list[tuple[str, Any]]:
    """What JUnit shows of a test besides its outcome."""
    found: list[tuple[str, Any]] = [("evals.run", str(folder)), ("evals.question", question.text)]
    for one in done:
        repeat = f"#{one.item.answer.repeat}" if len(done) > 1 else ""
        found += [
            (f"evals.{outcome.scorer}{repeat}", outcome.status if outcome.value is None else outcome.value)
            for outcome in one.item.outcomes
        ]
    return found
