"""Whether and when a failed request is repeated: by kind of failure, with growing jittered waits, within a budget."""

import hashlib

from evals.llm.faults import Fault

FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 30.0
_FEWER = {"timeout": 2, "bad_reply": 4}
"""Kinds that cost time or money each time are repeated less often than `retries` allows."""
_PATIENCE = 4
"""An overloaded server says that it will answer later: such replies count a quarter."""


class Budget:
    """Repeats that one endpoint may still have, over all asks: a dead server is not asked seven times by everybody.

    It starts full (every request that may be under way can use all its retries) and each good reply refills two.
    """

    def __init__(self, retries: int, concurrency: int) -> None:
        self.most = float(max(1, retries) * concurrency)
        self.left = self.most

    def take(self) -> bool:
        """Use one repeat if there is one."""
        if self.left < 1:
            return False
        self.left -= 1
        return True

    def replied(self) -> None:
        """A good reply refills."""
        self.left = min(self.most, self.left + 2)


class Tries:
    """The tries of one ask."""

    def __init__(self, retries: int, seed: str, first_wait_s: float = FIRST_WAIT_S) -> None:
        self.made = 1
        self._first = first_wait_s
        self.note = ""
        self._retries = retries
        self._seed = seed
        self._used: dict[str, int] = {}

    def wait(self, fault: Fault, budget: Budget, *, reached: bool) -> float | None:
        """Seconds to wait before the next try, null when there is none. `reached`: the server has ever answered."""
        used = self._used[fault.kind] = self._used.get(fault.kind, 0) + 1
        most = min(self._retries, _FEWER.get(fault.kind, self._retries))
        if fault.connect and not reached:
            most = min(most, 2)
        if fault.overload and fault.kind != "timeout":
            most = self._retries * _PATIENCE
        if not fault.retry or used > most or self.made > self._retries * _PATIENCE:
            return None
        # A server that says "later" works: that is an appointment, not a failure, and costs nothing of the budget.
        if fault.wait is None and fault.kind != "rate_limit" and not budget.take():
            self.note = "; so many requests failed that none is repeated any more"
            return None
        self.made += 1
        return self._backoff(used) if fault.wait is None else fault.wait + self._jitter() * self._first / 2

    def _backoff(self, used: int) -> float:
        return min(LONGEST_WAIT_S, self._first * 2 ** min(used - 1, 16)) * (0.5 + 0.5 * self._jitter())

    def _jitter(self) -> float:
        # From the request, not from a shared generator: the same run waits the same, whatever order replies come in.
        drawn = hashlib.blake2b(f"{self._seed}:{self.made}".encode(), digest_size=8).digest()
        return int.from_bytes(drawn) / 2**64
