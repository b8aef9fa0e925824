"""What a run would ask of models, without asking: calls, tokens and money by endpoint."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evals.errors import UserError
from evals.judges.canaries import canary_estimates
from evals.llm.estimate import TYPICAL_CHARACTERS, TYPICAL_CLAIM, Estimate, EstimatesVerdicts, Total, totals
from evals.llm.rehearsal import Rehearsal
from evals.plan import Plan, asks_models
from evals.records import Answer, Case, Question

_USUAL_PASSAGES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """At most, when nothing is cached and nothing fails; `cost` in US dollars, null where a price is not known."""

    answers: int
    models: tuple[Total, ...]
    not_counted: tuple[str, ...] = ()
    """Parts that ask models and cannot tell how much."""

    @property
    def calls(self) -> int:
        """Requests to all models."""
        return sum(total.calls for total in self.models)

    @property
    def cost(self) -> float | None:
        """US dollars for all models, null when one of them has no known price."""
        costs = [total.cost for total in self.models if total.cost is not None]
        return sum(costs) if len(costs) == len(self.models) else None


def forecast(plan: Plan) -> Forecast:
    """What the run would ask; answers that do not exist yet are taken to be of the usual length."""
    asked = [unit for unit in plan.units if not unit.skip]
    tried, silent = _rehearsed(plan, [unit.question for unit in asked])
    told = (estimate for unit in asked for estimate in _of(plan, unit.question))
    return Forecast(answers=len(asked), models=totals([*told, *tried, *_planted(plan)]), not_counted=silent)


def check_models(plan: Plan) -> None:
    """Refuse scorers whose models cannot be asked; generators and judges are checked when they are made.

    A scorer is not: old runs are compared and gated where there is no key.

    Raises:
        UserError: no model is named, a setting is wrong, or the environment has no key.
    """
    for part in plan.scorers:
        getattr(part, "endpoints", tuple)()


def check_prices(plan: Plan, max_cost: float) -> None:
    """Refuse a limit that could not be kept.

    Raises:
        UserError: the price of a model is not known.
    """
    from evals.llm import Session

    session = Session(max_cost=max_cost)
    for part in plan.scorers:
        for endpoint in getattr(part, "endpoints", tuple)():
            session.check(endpoint)
    for unit in [unit for unit in plan.units if not unit.skip][:1]:
        for estimate in _of(plan, unit.question):
            session.check(estimate.endpoint)


def _of(plan: Plan, question: Question) -> Iterator[Estimate]:
    for part in _asking(plan):
        if not hasattr(part, "estimate"):
            continue
        if part is plan.generator:
            yield from part.estimate(question)
            continue
        for _ in range(1 if part in plan.scorers else plan.suite.judge_repeats):
            yield from part.estimate(TYPICAL_CHARACTERS, TYPICAL_CHARACTERS // TYPICAL_CLAIM)


def _rehearsed(plan: Plan, questions: list[Question]) -> tuple[list[Estimate], tuple[str, ...]]:
    """What scorers that cannot tell beforehand would ask, found by trying; and the parts that stay unknown."""
    silent = [part for part in _asking(plan) if not hasattr(part, "estimate")]
    known: list[Estimate] = []
    unknown: list[str] = []
    for part in silent:
        found = asyncio.run(_tried(plan, part, questions)) if hasattr(part, "scored") else None
        unknown += [part.name] if found is None else []
        known += found or ()
    return known, tuple(unknown)


async def _tried(plan: Plan, scorer: Any, questions: list[Question]) -> list[Estimate] | None:
    """What a scorer asks of a usual answer to each question; null where it breaks before it asks anything."""
    rehearsal, broken = Rehearsal(), False
    for question in questions:
        try:
            await scorer.scored(_usual(plan, question), rehearsal)
        except UserError:
            raise
        except Exception:  # noqa: BLE001  (code from elsewhere that was given no true reply; what it asked counts)
            broken = True
    return None if broken and not rehearsal.estimates else rehearsal.estimates


def _usual(plan: Plan, question: Question) -> Case:
    """A question with an answer of the usual length, from passages as the generator would be given them."""
    search = getattr(plan.generator, "passages", None)
    ids = [passage.id for passage in search(question)] if search else list(question.passages)
    given = [name for name in ids if name in plan.corpus.passages] or list(plan.corpus.passages)[:_USUAL_PASSAGES]
    said = " ".join(passage.text for passage in plan.corpus.passages.values())[:TYPICAL_CHARACTERS]
    answer = Answer(
        question_id=question.id, repeat=0, question=question.text, raw=said, text=said, generator="",
        passages=tuple(given),
    )  # fmt: skip
    return Case(question=question, answer=answer, claims=(), verdicts=(), corpus=plan.corpus.passages)


def _planted(plan: Plan) -> Iterator[Estimate]:
    # As `Items.plant` asks: once a run for each judge, however often it judges.
    for judge in (plan.judge, *plan.beside):
        if hasattr(judge, "canaries") and isinstance(judge, EstimatesVerdicts):
            yield from canary_estimates(judge)


def _asking(plan: Plan) -> list[Any]:
    return [part for part in (plan.generator, plan.judge, *plan.beside, *plan.scorers) if asks_models(part)]
