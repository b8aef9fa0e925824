"""A server that has not given one reply yet: it may still be starting, so it is waited for instead of given up.

A model server is there before its model is: llama.cpp says 503 while it reads the weights, a container's port refuses
connections until its program listens, a proxy says 502. None of that says anything about a request.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from evals.llm.faults import Fault

LOADING_S = 300.0
"""Seconds that a server may say 502 or 503 before its first reply, where no `start_wait_s` is set."""
ABSENT_S = 10.0
"""Seconds that nobody may be there before the first reply: more often a wrong address than a slow start."""
_LONGEST_PAUSE_S = 5.0


@dataclass(slots=True)
class Starting:
    """The time until one endpoint's first reply. `allowed` is its `start_wait_s`, null for the defaults above."""

    allowed: float | None
    first_wait_s: float
    clock: Callable[[], float] = time.monotonic
    _cause: str = ""
    _limit: float = 0.0
    _since: float | None = None
    _rounds: int = field(default=0)
    _failed_at: float = float("-inf")
    _again_at: float = float("-inf")

    @property
    def waited(self) -> float:
        """Seconds since the first sign that the server is not there yet; 0 without one."""
        return 0.0 if self._since is None else self.clock() - self._since

    @property
    def told(self) -> str:
        """What is waited for, for people."""
        return f"{self._cause}; {self.waited:.0f} s of at most {self._limit:.0f} s waited for it to start"

    def limit(self, fault: Fault) -> float:
        """Seconds that this fault is waited for; 0 for one that has nothing to do with a start."""
        silent = fault.kind == "connection" and not fault.begun
        if not fault.retry or not (silent or fault.status in {502, 503}):
            return 0.0
        if self.allowed is not None:
            return self.allowed
        return LOADING_S if fault.status else ABSENT_S

    def pause(self, fault: Fault, started: float) -> float | None:
        """Seconds until the server is asked again after this fault of a request sent at `started`; null when no more.

        Requests that were under way together count as one try.
        """
        limit, now = self.limit(fault), self.clock()
        if not limit:
            return None
        self._since = now if self._since is None else self._since
        self._cause, self._limit = fault.cause, limit
        end = self._since + limit
        if now >= end:
            return None
        if started >= self._failed_at:
            wait = min(_LONGEST_PAUSE_S, self.first_wait_s * 2 ** min(self._rounds, 16))
            self._rounds, self._failed_at = self._rounds + 1, now
            self._again_at = min(end, now + max(wait, fault.wait or 0.0))
        return max(0.0, self._again_at - now)
