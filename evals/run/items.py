"""The items of a run, one question and repeat each: what is stored is not done again, what is done is stored."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evals import journal
from evals.plan import Plan, Unit, asks_models
from evals.run.folder import ANSWER, JUDGED, SCORED, failed
from evals.run.hands import Hands
from evals.run.made import Judged, Made
from evals.run.spent import as_json
from evals.run.work import answered, item, judged, read_claims, score_here, scored
from evals.run.writing import Writer

if TYPE_CHECKING:
    from evals.llm import Session

CANARIES = "canaries"
_EVERY = 0.5
"""Seconds between two accounts of what was used: a kill loses count of no more than that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far a run is: items done, now and before it was resumed, of all; errors among them; what was used.

    `waiting`: the server that is waited for until it has started, and why, in words.
    """

    done: int
    before: int
    total: int
    errors: int
    calls: int = 0
    cached: int = 0
    retries: int = 0
    cost: float | None = None
    waiting: str | None = None


Tell = Callable[[State], object]
"""Called with the state whenever an item is done."""


class Items:
    """The items of one run: what is stored already is not done again.

    `together`: what is done may wait a moment to be written with other work (an event loop runs).
    """

    def __init__(self, plan: Plan, log: journal.Journal, tell: Tell, *, together: bool = False) -> None:
        self._log, self._tell = log, tell
        self._writer = Writer(log, together=together)
        self._total, self._done, self._before, self._errors = len(plan.units), 0, 0, 0
        self._sessions: tuple[Mapping[str, Any], ...] = tuple(map(json.loads, log.sessions()))
        self._noted = 0.0
        # Of a new run nothing is stored: it need not be asked of the journal, item by item.
        self._resumed = log.count("answer") > 0
        self._scores_ask = any(map(asks_models, plan.scorers))

    @property
    def spent_before(self) -> float:
        """US dollars known to have been spent before this session."""
        return sum(session["known_cost"] for session in self._sessions)

    async def do(self, unit: Unit, hands: Hands, session: "Session | None") -> None:
        """Answer, judge and score one item, each phase unless it is stored."""
        if self._stored("scored", unit) is not None:
            self._before += 1
        else:
            made, answer = await self._answer(unit, hands, session)
            made, verdicts, judgement = await self._judge(unit, made, hands, session)
            if self._scores_ask:
                self._writer.put(unit, {"judged": judgement})
                outcomes = await scored(unit, made, verdicts, hands, session)
                scores, bad = SCORED.dump_json(outcomes).decode(), failed(item(made, verdicts, outcomes))
                self._writer.put(unit, {"scored": scores})
            else:
                scores, bad = await hands.do(score_stored, unit, answer, judgement)
                # One write: the replies behind the verdicts are stored since they came.
                self._writer.put(unit, {"judged": judgement, "scored": scores})
            self._errors += bad
            self._done += 1
        self.note(session)

    def _stored(self, phase: journal.Phase, unit: Unit) -> str | None:
        return self._log.get(phase, unit.question.id, unit.repeat) if self._resumed else None

    async def _answer(self, unit: Unit, hands: Hands, session: "Session | None") -> tuple[Made, str]:
        """The answer, and as the journal has it."""
        if stored := self._stored("answer", unit):
            answer, contexts = ANSWER.validate_json(stored)
            return Made(answer=answer, contexts=contexts), stored
        made = await answered(unit, hands, session)
        payload = ANSWER.dump_json((made.answer, made.contexts)).decode()
        self._writer.put(unit, {"answer": payload})
        return made, payload

    async def _judge(self, unit: Unit, made: Made, hands: Hands, session: "Session | None") -> tuple[Made, Judged, str]:
        """The answer with its claims, its verdicts, and both as the journal has them or will have them."""
        if stored := self._stored("judged", unit):
            claims, deciding, beside = JUDGED.validate_json(stored)
            return replace(made, claims=claims), Judged(deciding=deciding, beside=beside), stored
        made = made if made.claims else await hands.do(read_claims, made)
        verdicts = await judged(unit, made, hands, session)
        payload = JUDGED.dump_json((made.claims, verdicts.deciding, verdicts.beside)).decode()
        return made, verdicts, payload

    async def plant(self, plan: Plan, session: "Session") -> None:
        """Have each judge that can be given orders in a claim show that it does not obey them."""
        if self._log.noted(CANARIES) is None:
            named: list[tuple[str, Any]] = [
                (plan.judge.name, plan.judge), *zip(plan.beside_names, plan.beside, strict=True)
            ]  # fmt: skip
            asked = [(name, judge) for name, judge in named if hasattr(judge, "canaries")]
            rows = [(await judge.canaries(session)).as_row() | {"judge": name} for name, judge in asked]
            self._log.note(CANARIES, json.dumps(rows))

    def note(self, session: "Session | None", *, last: bool = False) -> None:
        """Store what was used, and tell how far the run is."""
        used: dict[str, Any] = {}
        if session is not None:
            if not last and time.monotonic() - self._noted < _EVERY:
                return
            self._noted = time.monotonic()
            self._writer.write()
            usage = session.usage
            self._log.spent(len(self._sessions), as_json(usage))
            used = {"calls": usage.calls, "cached": usage.cached, "retries": usage.retries, "cost": usage.cost}
            used["waiting"] = session.waiting
        done = self._done + self._before
        self._tell(State(done=done, before=self._before, total=self._total, errors=self._errors, **used))


def score_stored(plan: Plan, unit: Unit, answer: str, judgement: str) -> tuple[str, bool]:
    """The scores of an item whose other phases are given as the journal has them, and whether any part of it failed.

    Payloads go in and out: whoever waits for models has nothing to read or write.
    """
    own, contexts = ANSWER.validate_json(answer)
    claims, deciding, beside = JUDGED.validate_json(judgement)
    made, verdicts = Made(answer=own, contexts=contexts, claims=claims), Judged(deciding=deciding, beside=beside)
    outcomes = score_here(plan, unit, made, verdicts)
    return SCORED.dump_json(outcomes).decode(), failed(item(made, verdicts, outcomes))
