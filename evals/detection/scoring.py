"""Answers scored one by one, outside a run folder, with the judge and the scorers of a run or of a suite."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from evals.errors import UserError
from evals.faults.placing import format_of
from evals.generators import Draft, Tie
from evals.generators.recorded import read_answers
from evals.load import RecordedAnswer
from evals.parse import parse
from evals.plan import Plan, Unit, asks_models, prepare
from evals.records import Answer, Item, Question
from evals.run.hands import Inline
from evals.run.work import Judged, item, judged, read_draft, scored
from evals.shipped import find
from evals.store import Run
from evals.suite import Suite, load_suite

if TYPE_CHECKING:
    from evals.llm import Session

SUITE = "datasets/suites/realistic.yaml"

# Scorers that read no verdict: their faults need no judge.
UNJUDGED = frozenset({"readability", "disclaimer", "urgency", "overreach", "personal_fit"})

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Untouched:
    """One answer as it stands, before any fault: its question and the draft that makes it.

    `good` tells whether a person labelled it good; null when nobody labelled it.
    """

    id: str
    question: Question
    repeat: int
    draft: Draft
    good: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The answers to put faults into, and the plan whose judge and scorers look at them."""

    plan: Plan
    answers: tuple[Untouched, ...]

    def score(
        self, untouched: Untouched, raw: str | None = None, *, names: Sequence[str] | None = None,
        session: "Session | None" = None,
    ) -> Item:  # fmt: skip
        """An answer (or, with `raw`, another text in its place) judged and scored, by the scorers of these names.

        The judge is asked where one of them reads its verdicts. `session` is needed where a part asks a model.
        """
        work = self.scoring(untouched, raw, names, session)
        if session is None:
            return _without_waiting(work)
        raise UserError("session", "given to a call that waits for nothing", "await Bench.scoring")

    async def scoring(
        self, untouched: Untouched, raw: str | None, names: Sequence[str] | None, session: "Session | None"
    ) -> Item:
        """The same, for parts that ask models."""
        chosen = tuple(one for one in self.plan.scorers if names is None or one.name in names)
        plan = replace(self.plan, scorers=chosen)
        hands = Inline(plan)
        unit = Unit(question=untouched.question, repeat=untouched.repeat)
        draft = untouched.draft if raw is None else replace(untouched.draft, raw=raw)
        made = read_draft(plan, unit, draft)
        unread = names is not None and UNJUDGED.issuperset(names)
        verdicts = Judged() if unread else await judged(unit, made, hands, session)
        return item(made, verdicts, await scored(unit, made, verdicts, hands, session))

    @property
    def asks(self) -> bool:
        """Whether the judge or a scorer asks a model."""
        return any(map(asks_models, (self.plan.judge, *self.plan.beside, *self.plan.scorers)))


def in_order(
    bench: Bench, works: Sequence[tuple[Untouched, str | None, Sequence[str] | None]], tell: Callable[[Item], object]
) -> list[Item]:
    """Several answers scored, `tell` called with each as it is done; those that ask models eight at a time."""
    if not bench.asks:
        found = []
        for untouched, raw, names in works:
            found.append(bench.score(untouched, raw, names=names))
            tell(found[-1])
        return found
    return asyncio.run(_at_once(bench, works, tell))


async def _at_once(
    bench: Bench, works: Sequence[tuple[Untouched, str | None, Sequence[str] | None]], tell: Callable[[Item], object]
) -> list[Item]:
    from evals.llm import Session

    room = asyncio.Semaphore(8)
    async with Session() as session:

        async def one(untouched: Untouched, raw: str | None, names: Sequence[str] | None) -> Item:
            async with room:
                done = await bench.scoring(untouched, raw, names, session)
            tell(done)
            return done

        return list(await asyncio.gather(*(one(*work) for work in works)))


def _without_waiting(work: Coroutine[Any, Any, T]) -> T:
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("work without models waited for something")


# --- where answers come from -----------------------------------------------------------------------------------------


class _Stands:
    """Stands where the generator stood: answers exist already."""

    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, name: str) -> None:
        self.name = name

    def repeats(self, question: Question, asked: int, /) -> int:  # noqa: ARG002  (answers exist already)
        return asked

    def __call__(self, question: Question, repeat: int, /) -> Draft:
        raise UserError(question.id, f"repeat {repeat} is not among the answers", "an answer that exists")


def shipped_bench(limit: int | None = None) -> Bench:
    """The shipped realistic answers that their writers labelled good, and the realistic suite."""
    suite = load_suite(find(SUITE, "suite"))
    plan = prepare(suite)
    questions = {unit.question.id: unit.question for unit in plan.units}
    recorded = read_answers(find(str(suite.generator.settings["path"]), "answers"))
    good = [one for one in recorded if one.quality == "good"][:limit]
    return Bench(plan=plan, answers=tuple(_recorded(one, questions[str(one.question_id)]) for one in good))


def _recorded(one: RecordedAnswer, question: Question) -> Untouched:
    draft = Draft(raw=one.answer, format=one.format, contexts=one.contexts, model=one.voice)
    return Untouched(id=str(one.id), question=question, repeat=0, draft=draft, good=one.quality == "good")


def bench_of_run(run: Run, limit: int | None = None) -> Bench:
    """The answers of a finished run that can be read, with its own judge and scorers as they are today.

    Where the run replayed answers that a person labelled, only those labelled good.

    Raises:
        UserError: the suite's parts cannot be loaded, or no answer is left.
    """
    suite = parse(Suite, run.manifest["suite"], f"{run.folder}/manifest.json")
    standing: Any = _Stands(run.manifest["generator"]["name"])
    plan = prepare(suite, questions=tuple(run.questions.values()), generator=standing)
    labels = _labels(suite)
    found = [_stored(run, one.answer, labels) for one in run.items if one.answer.status == "ok" and one.answer.text]
    kept = tuple(one for one in found if one is not None and one.good is not False)[:limit]
    if not kept:
        raise UserError(str(run.folder), "no answer to put faults into", "a run with answers that can be read")
    return Bench(plan=plan, answers=kept)


def _labels(suite: Suite) -> Mapping[str, str]:
    """By raw answer what its writer called it, for a suite that replays labelled answers."""
    if suite.generator.name != "recorded":
        return {}
    recorded = read_answers(find(str(suite.generator.settings["path"]), "answers"))
    return {one.answer: one.quality for one in recorded if one.quality}


def _stored(run: Run, answer: Answer, labels: Mapping[str, str]) -> Untouched | None:
    fmt = format_of(answer.raw, answer.text)
    if fmt is None:
        return None
    own = f"{answer.question_id}#{answer.repeat}/given-"
    contexts = tuple(run.passages[name].text for name in answer.passages if name.startswith(own))
    ties = tuple(
        Tie(name=one.name, passage_id=one.passage_id) for one in answer.attributions if one.passage_id is not None
    )
    passages = tuple(name for name in answer.passages if not name.startswith(own))
    draft = Draft(raw=answer.raw, format=fmt, passages=passages, contexts=contexts, ties=ties, model=answer.model)
    quality = labels.get(answer.raw)
    return Untouched(
        id=f"{answer.question_id}#{answer.repeat}", question=run.questions[answer.question_id], repeat=answer.repeat,
        draft=draft, good=None if quality is None else quality == "good",
    )  # fmt: skip
