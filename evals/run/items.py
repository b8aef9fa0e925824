"""The items of a run, one question and repeat each: what is stored is not done again, what is done is stored."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evals import journal
from evals.plan import Plan, Unit
from evals.run.folder import ANSWER, JUDGED, SCORED, failed
from evals.run.hands import Hands
from evals.run.spent import as_json
from evals.run.work import Judged, Made, answered, item, judged, read_claims, scored

if TYPE_CHECKING:
    from evals.llm import Session

CANARIES = "canaries"
_EVERY = 0.5
"""Seconds between two accounts of what was used: a kill loses count of no more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a run is: items done, now and before it was resumed, of all; errors among them; what was used."""

    done: int
    before: int
    total: int
    errors: int
    calls: int = 0
    cached: int = 0
    retries: int = 0
    cost: float | None = None


Tell = Callable[[State], object]
"""Called with the state whenever an item is done."""


class Items:
    """The items of one run: what is stored already is not done again."""

    def __init__(self, plan: Plan, log: journal.Journal, tell: Tell) -> None:
        self._log, self._tell = log, tell
        self._total, self._done, self._before, self._errors = len(plan.units), 0, 0, 0
        self._sessions: tuple[Mapping[str, Any], ...] = tuple(map(json.loads, log.sessions()))
        self._noted = 0.0

    @property
    def spent_before(self) -> float:
        """US dollars known to have been spent before this session."""
        return sum(session["known_cost"] for session in self._sessions)

    async def do(self, unit: Unit, hands: Hands, session: "Session | None") -> None:
        """Answer, judge and score one item, each phase unless it is stored."""
        key = (unit.question.id, unit.repeat)
        if self._log.get("scored", *key) is not None:
            self._before += 1
        else:
            made, verdicts = await self._judge(unit, await self._answer(unit, hands, session), hands, session)
            outcomes = await scored(unit, made, verdicts, hands, session)
            self._log.put("scored", *key, SCORED.dump_json(outcomes).decode())
            self._errors += failed(item(made, verdicts, outcomes))
            self._done += 1
        self.note(session)

    async def _answer(self, unit: Unit, hands: Hands, session: "Session | None") -> Made:
        key = (unit.question.id, unit.repeat)
        if stored := self._log.get("answer", *key):
            answer, contexts = ANSWER.validate_json(stored)
            return Made(answer=answer, contexts=contexts)
        made = await answered(unit, hands, session)
        self._log.put("answer", *key, ANSWER.dump_json((made.answer, made.contexts)).decode())
        return made

    async def _judge(self, unit: Unit, made: Made, hands: Hands, session: "Session | None") -> tuple[Made, Judged]:
        key = (unit.question.id, unit.repeat)
        if stored := self._log.get("judged", *key):
            claims, deciding, beside = JUDGED.validate_json(stored)
            return replace(made, claims=claims), Judged(deciding=deciding, beside=beside)
        made = made if made.claims else await hands.do(read_claims, made)
        verdicts = await judged(unit, made, hands, session)
        self._log.put("judged", *key, JUDGED.dump_json((made.claims, verdicts.deciding, verdicts.beside)).decode())
        return made, verdicts

    async def plant(self, plan: Plan, session: "Session") -> None:
        """Have each judge that can be given orders in a claim show that it does not obey them."""
        if self._log.noted(CANARIES) is None:
            judges: list[Any] = [judge for judge in (plan.judge, *plan.beside) if hasattr(judge, "canaries")]
            rows = [(await judge.canaries(session)).as_row() for judge in judges]
            self._log.note(CANARIES, json.dumps(rows))

    def note(self, session: "Session | None", *, last: bool = False) -> None:
        """Store what was used, and tell how far the run is."""
        used: dict[str, Any] = {}
        if session is not None:
            if not last and time.monotonic() - self._noted < _EVERY:
                return
            self._noted = time.monotonic()
            usage = session.usage
            self._log.spent(len(self._sessions), as_json(usage))
            used = {"calls": usage.calls, "cached": usage.cached, "retries": usage.retries, "cost": usage.cost}
        done = self._done + self._before
        self._tell(State(done=done, before=self._before, total=self._total, errors=self._errors, **used))
