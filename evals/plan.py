"""A suite -> a plan: everything a run needs, loaded and checked, before anything is generated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from evals.answers import build_answer
from evals.citations import cited_passages
from evals.claims import extract_claims
from evals.corpus import Corpus, load_corpus
from evals.errors import UserError
from evals.generators import Draft, Generator, Resources, make_generator
from evals.judges import Judge, make_judge
from evals.llm.prices import price as list_price
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
    """A run ready to start: everything loaded and checked, nothing generated.

    `judge` decides; those `beside` it have the names `beside_names`, which tell their verdicts apart.
    """

    suite: Suite
    prompt: Prompt
    corpus: Corpus
    generator: Generator
    judge: Judge
    beside: tuple[Judge, ...] = ()
    beside_names: tuple[str, ...] = ()
    scorers: tuple[Scorer, ...]
    units: tuple[Unit, ...]
    signatures: Mapping[str, Any]


def asks_models(part: object) -> bool:
    """Whether a generator, judge or scorer asks a model, and so is awaited with a session."""
    return any(hasattr(part, name) for name in ("draft", "verdicts", "scored"))


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
    beside = tuple(make_judge(part.name, corpus, part.settings) for part in suite.judges)
    scorers = tuple(make_scorer(part.name, part.settings) for part in suite.scorers)
    chosen = asked[:limit] if limit is not None else asked
    if any(map(asks_models, (made, judge, *beside, *scorers))):
        _read_ahead(corpus)
    signatures = {
        "scoring": scoring_signature(suite, {s.name: s.version for s in scorers}, judge, chosen, corpus),
        "subject": subject_signature(suite, suite.generator, made.version, prompt),
    }
    return Plan(
        suite=suite, prompt=prompt, corpus=corpus, generator=made, judge=judge, beside=beside,
        beside_names=_beside_names(judge, beside), scorers=scorers, units=_units(chosen, made, suite.repeats),
        signatures=signatures,
    )  # fmt: skip


def _read_ahead(corpus: Corpus) -> None:
    # What loads at first use loads before the first request, not while replies wait for it; and before worker
    # processes begin, which then share it.
    import_module("aiohttp")
    list_price("")
    draft = Draft(raw="# Fever\n\nAccording to the NCI, call your doctor at 100.4 °F. It may be an infection.")
    answer = build_answer(Question(id="", text=""), 0, draft, generator="", prompt=None, seed=0)
    cited_passages(answer, extract_claims(answer), corpus.passages)


def _beside_names(judge: Judge, beside: Sequence[Judge]) -> tuple[str, ...]:
    # Two judges of one kind (two models, say) must not pass for one: the second of a name gets a number.
    taken = [judge.name]
    for one in beside:
        number = sum(name.partition("#")[0] == one.name for name in taken)
        taken.append(f"{one.name}#{number + 1}" if number else one.name)
    return tuple(taken[1:])


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
    return tuple(
        unit_of(question, number, generator)
        for question in questions
        for number in range(max(1, generator.repeats(question, repeats)))
    )


def unit_of(question: Question, repeat: int, generator: Generator) -> Unit:
    """The unit of one question and repeat; a generator without any answer to it makes it one to skip."""
    absent = generator.repeats(question, repeat + 1) == 0
    return Unit(question=question, repeat=repeat, skip="no recorded answer for this question" if absent else None)
