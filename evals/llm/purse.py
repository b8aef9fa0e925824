"""The cost limit of a session: a hard stop that counts what requests under way may still cost."""

import asyncio
from collections import deque

from evals.llm.errors import ModelError


class Purse:
    """Money spent and held, in US dollars; `most` null means no limit."""

    def __init__(self, most: float | None) -> None:
        self.most = most
        self.spent = 0.0
        self.held = 0.0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def hold(self, amount: float) -> None:
        """Set aside what a request may cost at most; waits while requests under way may yet leave enough.

        Raises:
            ModelError: (fatal) the limit would be passed, with nothing under way.
        """
        while self.most is not None and self.spent + self.held + amount > self.most:
            if self.held <= 1e-12:
                raise ModelError(
                    "cost",
                    f"the cost limit of ${self.most:g} is reached: ${self.spent:.4f} spent, the next call may cost "
                    f"${amount:.4f}. Resume the run with a higher --max-cost",
                    fatal=True,
                )
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiting)
            await waiting
        self.held += amount

    def settle(self, held: float, paid: float) -> None:
        """Turn what was set aside into what it cost."""
        self.held = max(0.0, self.held - held)
        self.spent += paid
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(None)
