"""The whole work on one question as a function of (question, settings) that can be sent to any process or machine."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evals.plan import Plan, Unit, prepare, unit_of
from evals.records import Item, Question
from evals.run.hands import Inline
from evals.run.work import answered, item, judged, scored
from evals.scoring import plan_scoring
from evals.signature import digest
from evals.suite import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything a run is made of: picklable, and enough to do its work wherever the code and the data lie.

    `command` holds what the suite does not: `limit`, or `score` with `question` and `record` for answers from a file.
    """

    suite: Suite
    command: Mapping[str, Any] = field(default_factory=dict[str, Any])


_plans: dict[str, Plan] = {}


def plan_of(settings: Settings) -> Plan:
    """The plan of these settings, made once a process.

    Raises:
        UserError: anything they name is missing or broken.
    """
    key = digest([asdict(settings.suite), dict(settings.command)])
    if key not in _plans:
        command = settings.command
        if path := command.get("score"):
            texts = {name: command.get(name) for name in ("question", "record")}
            _plans[key] = plan_scoring(settings.suite, Path(path), **texts)
        else:
            _plans[key] = prepare(settings.suite, limit=command.get("limit"))
    return _plans[key]


def work(settings: Settings, question: Question, repeat: int, cache: Path | None = None) -> Item:
    """One question answered, judged and scored: the same in any process, on any machine.

    `cache` keeps the replies of models, so that doing it again asks no model twice.

    Raises:
        ModelError: a model cannot be used at all.
    """
    plan = plan_of(settings)
    return asyncio.run(_alone(plan, unit_of(question, repeat, plan.generator), cache))


async def _alone(plan: Plan, unit: Unit, cache: Path | None) -> Item:
    from evals.llm import Session

    async with Session(cache=cache) as session:
        hands = Inline(plan)
        made = await answered(unit, hands, session)
        verdicts = await judged(unit, made, hands, session)
        return item(made, verdicts, await scored(unit, made, verdicts, hands, session))
