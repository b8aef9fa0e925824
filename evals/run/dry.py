"""What a run would ask of models, without asking: calls, tokens and money by endpoint."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from evals.judges.canaries import canary_estimates
from evals.llm.estimate import TYPICAL_CHARACTERS, TYPICAL_CLAIM, Estimate, EstimatesVerdicts, Total, totals
from evals.plan import Plan, asks_models
from evals.records import Question


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
    found = totals([*(estimate for unit in asked for estimate in _of(plan, unit.question)), *_planted(plan)])
    silent = tuple(part.name for part in _asking(plan) if not hasattr(part, "estimate"))
    return Forecast(answers=len(asked), models=found, not_counted=silent)


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


def _planted(plan: Plan) -> Iterator[Estimate]:
    # As `Items.plant` asks: once a run for each judge, however often it judges.
    for judge in (plan.judge, *plan.beside):
        if hasattr(judge, "canaries") and isinstance(judge, EstimatesVerdicts):
            yield from canary_estimates(judge)


def _asking(plan: Plan) -> list[Any]:
    return [part for part in (plan.generator, plan.judge, *plan.beside, *plan.scorers) if asks_models(part)]
