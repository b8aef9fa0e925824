"""Who does the work that needs no model: this thread, or worker processes while the event loop waits for models."""

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from evals.plan import Plan, asks_models
from evals.run.workers import Workers

P = ParamSpec("P")
T = TypeVar("T")


class Hands(Protocol):
    """Does functions of the plan and other values."""

    plan: Plan

    async def do(self, function: Callable[Concatenate[Plan, P], T], *given: P.args, **named: P.kwargs) -> T:
        """What the function says of the plan and these values."""
        ...


class Inline:
    """Does everything at once, in this thread: nothing is awaited, so it needs no event loop."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    async def do(self, function: Callable[Concatenate[Plan, P], T], *given: P.args, **named: P.kwargs) -> T:
        return function(self.plan, *given, **named)


class Beside:
    """Works beside the event loop, so that no reply waits for a score. Use as a context manager.

    Our own parts work in processes that share this one's memory; where the system has no such processes, and for parts
    from elsewhere (which may hold what no other process can use), in one thread.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ours = _ours(plan)
        """Whether all work here is our own: doing it again changes nothing and costs nobody anything."""
        self._workers = Workers(plan) if self.ours and sys.platform == "linux" else None
        self._thread = ThreadPoolExecutor(1, "local work")

    def __enter__(self) -> "Beside":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        if self._workers:
            self._workers.close()

    async def do(self, function: Callable[Concatenate[Plan, P], T], *given: P.args, **named: P.kwargs) -> T:
        if self._workers:
            return await self._workers.do(function, given, named)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: function(self.plan, *given, **named))


def _ours(plan: Plan) -> bool:
    parts = (plan.generator, plan.judge, *plan.beside, *plan.scorers)
    local = [part for part in parts if not asks_models(part)]
    return all(type(part).__module__.startswith("evals.") and part.name != "python" for part in local)
