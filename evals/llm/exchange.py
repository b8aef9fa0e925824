"""One request until it ends: through the gate, within the cost limit, repeated by kind of failure."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from evals.errors import UserError
from evals.llm import wire_anthropic, wire_openai
from evals.llm.endpoint import Endpoint, key_from
from evals.llm.errors import ModelError
from evals.llm.faults import Fault
from evals.llm.gate import Gate
from evals.llm.line import Line
from evals.llm.prices import price_of
from evals.llm.purse import Purse
from evals.llm.retries import Budget, Tries
from evals.llm.service import Service
from evals.llm.starting import Starting
from evals.llm.transport import SHORTEST_SECRET, Raw, Request, Transport, blotted
from evals.llm.usage import Tally
from evals.llm.wire import Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request, how its reply is read, and the most tokens of the reply. `seed` makes its waits its own.

    The request is made when its turn comes: thousands may be waiting.
    """

    request: Callable[[], Request]
    read: Callable[[Raw], Said | Fault]
    tokens_out: int
    seed: str


class Exchange:
    """All lines of one session over one transport."""

    def __init__(self, max_cost: float | None, seed: int, first_wait_s: float) -> None:
        self.transport = Transport()
        self.purse = Purse(max_cost)
        self.tallies: dict[str, Tally] = {}
        self._seed = seed
        self._first_wait_s = first_wait_s
        self._lines: dict[Endpoint | Service, Line] = {}
        self._gates: dict[tuple[str, str | None], Gate] = {}

    def line(self, target: Endpoint | Service) -> Line:
        """The line to an endpoint or service, made when it is first asked for.

        Raises:
            UserError: no key in the environment, or a cost limit without a known price.
        """
        if (line := self._lines.get(target)) is not None:
            return line
        if target.key_env:
            key_from(target.key_env, target.shown)
        price = target.price if isinstance(target, Service) else price_of(target)
        if self.purse.most is not None and price is None:
            raise _no_price(target)
        place = target.url if isinstance(target, Service) else target.base_url
        gate = self._gates.setdefault((place, target.key_env), Gate())
        gate.allow(target.concurrency, target.requests_per_minute)
        tally = self.tallies.setdefault(target.shown, Tally())
        start = Starting(target.start_wait_s, self._first_wait_s)
        line = Line(target, gate, tally, Budget(target.retries, target.concurrency), start, price)
        self._lines[target] = line
        return line

    @property
    def waiting(self) -> str | None:
        """The server that is waited for until it has started, and why; null when none is."""
        return next((told for line in self._lines.values() if (told := line.waiting)), None)

    async def run(self, line: Line, call: Call) -> Said:
        """What the reply says.

        Raises:
            ModelError: there is none; names the cause.
        """
        tries = Tries(line.target.retries, f"{self._seed}:{call.seed}", self._first_wait_s)
        while True:
            outcome, started = await self._try(line, call)
            if isinstance(outcome, Said):
                line.budget.replied()
                return outcome
            wait = _until_there(line, outcome, started)
            if wait is None:
                wait = tries.wait(outcome, line.budget, reached=line.reached)
            if wait is None:
                raise _error(line, outcome, tries)
            line.tally.retries += 1
            if outcome.kind == "rate_limit":
                line.gate.pause(wait)  # also where the server did not say how long
            await asyncio.sleep(wait)

    async def _try(self, line: Line, call: Call) -> tuple[Said | Fault, float]:
        """How the request ended, and when it started."""
        target = line.target
        secret = key_from(target.key_env, target.shown) if target.key_env else None
        header = _key_header(target, secret) if secret else {}
        started = await line.gate.enter()
        try:
            request = call.request()
            most = line.most_cost(request.body, call.tokens_out)
            await self.purse.hold(most)
            paid = most  # a request that is cut short here may have been answered there
            try:
                raw = await self.transport.post(request, header, secret)
                outcome = raw if isinstance(raw, Fault) else _without_key(call.read(raw), secret)
                paid = _bill(line, outcome, most)
            finally:
                self.purse.settle(most, paid)
        finally:
            line.gate.leave()
        _learn(line, outcome, started)
        return outcome, started


def _without_key(outcome: Said | Fault, secret: str | None) -> Said | Fault:
    # What only shows once it is read: in UTF-16, say. All else is gone before.
    if secret and isinstance(outcome, Fault):
        return replace(outcome, cause=blotted(outcome.cause, secret))
    if not secret or len(secret) < SHORTEST_SECRET or not isinstance(outcome, Said):
        return outcome
    if secret not in outcome.text and secret not in outcome.model:
        return outcome
    return replace(outcome, text=blotted(outcome.text, secret), model=blotted(outcome.model, secret))


def _bill(line: Line, outcome: Said | Fault, most: float) -> float:
    """Write one request into the bill; US dollars for the limit, where what is not known counts as the most."""
    tokens = (outcome.tokens_in, outcome.tokens_out) if isinstance(outcome, Said) else outcome.tokens
    if isinstance(outcome, Fault):
        line.tally.faults[outcome.kind] += 1
        if tokens is None:
            line.tally.lost += outcome.charged
            return most if outcome.charged else 0.0
    cost = line.cost(*(tokens or (None, None)))
    line.tally.add(*(tokens or (None, None)), cost)
    return most if cost is None else cost


def _learn(line: Line, outcome: Said | Fault, started: float) -> None:
    if isinstance(outcome, Said):
        line.reached = line.good = True
        line.gate.replied()
        return
    line.reached = line.reached or not outcome.connect
    if outcome.overload and (line.good or not line.start.limit(outcome)):
        line.gate.overloaded(started)
    if outcome.wait:
        line.gate.pause(outcome.wait)


def _until_there(line: Line, fault: Fault, started: float) -> float | None:
    """Seconds to wait for a server that has not given one reply yet; null where this is not about its start.

    Raises:
        ModelError: it has been waited for long enough.
    """
    if line.good or not line.start.limit(fault):
        return None
    wait = line.start.pause(fault, started)
    if wait is None:
        waited = f"waited {line.start.waited:.3g} s for it to start; start_wait_s sets how long"
        raise ModelError(fault.kind, f"{line.target.shown}: {fault.cause} ({waited})", fatal=True)
    line.gate.probe(wait)
    return wait


def _error(line: Line, fault: Fault, tries: Tries) -> ModelError:
    times = f" (tried {tries.made} times{tries.note})" if tries.made > 1 else tries.note
    # Once an endpoint has replied, such an answer is about one request, not about the address or the key.
    fatal = fault.connect or (fault.fatal and not (line.good and fault.status in {403, 404, 405, 410}))
    return ModelError(fault.kind, f"{line.target.shown}: {fault.cause}{times}{_hint(line, fault)}", fatal=fatal)


def _hint(line: Line, fault: Fault) -> str:
    if fault.kind != "auth":
        return ""
    variable = line.target.key_env
    return f". The key came from {variable}" if variable else ". No key was sent: name its variable in key_env"


def _key_header(target: Endpoint | Service, key: str) -> Mapping[str, str]:
    if isinstance(target, Service):
        return {target.key_header: f"{target.key_prefix}{key}"}
    return wire_anthropic.key_header(key) if target.api == "anthropic" else wire_openai.key_header(target, key)


def _no_price(target: Endpoint | Service) -> UserError:
    form = "price: 0.002 (US dollars a request)" if isinstance(target, Service) else "price: {input: 0.5, output: 1.5}"
    free = "price: 0" if isinstance(target, Service) else "price: {input: 0, output: 0}"
    return UserError(
        f"--max-cost with {target.shown}",
        "its price is not known",
        f"a model of the price list, or {form} in its settings",
        f"What costs nothing, such as a model on your own machine, has {free}.",
    )
