"""A suite -> a plan: everything a run needs, loaded and checked, before anything is generated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.corpus import Corpus, load_corpus
from evals.errors import UserError
from evals.generators import Generator, Resources, make_generator
from evals.judges import Judge, make_judge
from evals.load import load_questions, questions_from_hugging_face
from evals.prompt import Prompt, load_prompt
from evals.records import Question
from evals.scorers import Scorer, make_scorer
from evals.shipped import find, find_named
from evals.signature import scoring_signature, subject_signature
from evals.suite import HuggingFaceQuestions, Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One planned question and repeat; `skip` says why it will have no answer."""

    question: Question
    repeat: int
    skip: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run ready to start: everything loaded and checked, nothing generated."""

    suite: Suite
    prompt: Prompt
    corpus: Corpus
    generator: Generator
    judge: Judge
    scorers: tuple[Scorer, ...]
    units: tuple[Unit, ...]
    signatures: Mapping[str, Any]


def prepare(
    suite: Suite,
    *,
    limit: int | None = None,
    questions: Sequence[Question] | None = None,
    generator: Generator | None = None,
) -> Plan:
    """Load and check everything a run needs.

    `questions` and `generator` stand in for the suite's own (for `evals score`).

    Raises:
        UserError: anything the suite names is missing or broken.
    """
    asked = tuple(questions) if questions is not None else suite_questions(suite)
    prompt = load_prompt(find_named(suite.prompt, "prompts", ".md", "prompt"))
    corpus = load_corpus([find(path, "corpus folder or file") for path in suite.corpus])
    resources = Resources(prompt=prompt, corpus=corpus, questions=asked, seed=suite.seed)
    made = generator or make_generator(suite.generator.name, resources, suite.generator.settings)
    judge = make_judge(suite.judge.name, corpus, suite.judge.settings)
    scorers = tuple(make_scorer(part.name, part.settings) for part in suite.scorers)
    chosen = asked[:limit] if limit is not None else asked
    signatures = {
        "scoring": scoring_signature(suite, {s.name: s.version for s in scorers}, judge, chosen, corpus),
        "subject": subject_signature(suite, suite.generator, made.version, prompt),
    }
    return Plan(
        suite=suite, prompt=prompt, corpus=corpus, generator=made, judge=judge, scorers=scorers,
        units=_units(chosen, made, suite.repeats), signatures=signatures,
    )  # fmt: skip


def suite_questions(suite: Suite) -> tuple[Question, ...]:
    """The questions a suite names.

    Raises:
        UserError: they cannot be loaded, or none is left after leaving variants out.
    """
    source = suite.questions
    if isinstance(source, HuggingFaceQuestions):
        found = questions_from_hugging_face(
            source.dataset, split=source.split, columns=source.columns, config=source.config
        )
    else:
        found = load_questions(find(source, "question file"))
    if suite.include == "base":
        found = tuple(q for q in found if not (q.paraphrase_of or q.twin_of))
    if not found:
        raise UserError(f"suite {suite.name!r}", "no questions to run")
    return found


def _units(questions: Sequence[Question], generator: Generator, repeats: int) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for question in questions:
        planned = generator.repeats(question, repeats)
        units += [Unit(question=question, repeat=number) for number in range(planned)]
        if planned == 0:
            units.append(Unit(question=question, repeat=0, skip="no recorded answer for this question"))
    return tuple(units)
