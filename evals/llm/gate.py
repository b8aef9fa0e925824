"""How many requests to one provider may be under way, and when the next may start.

Concurrency starts at its limit: a healthy server is busy at once. It is cut by a factor when the server says it is
overloaded, once for all requests that were under way together, and grows back by steps with each good reply. A pause
that one reply asks for holds for all.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable

_CUT = 0.7
_ROUNDS = 8
"""So many rounds of good replies bring concurrency from nothing back to its limit."""


class Gate:
    """Shared by all endpoints of one provider."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.most = 0
        self.limit = 0.0
        self.busy = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._cut_at = float("-inf")
        self._paused_until = float("-inf")
        self._interval = 0.0
        self._next_start = float("-inf")
        self._good = self._probing = False

    def allow(self, concurrency: int, requests_per_minute: int | None) -> None:
        """Take in an endpoint's limits: the widest concurrency and the strictest rate count for the provider."""
        if concurrency > self.most:
            self.limit += concurrency - self.most
            self.most = concurrency
        if requests_per_minute:
            self._interval = max(self._interval, 60.0 / requests_per_minute)

    async def enter(self) -> float:
        """Wait for a place, for the end of a pause and for the rate; returns when the request started."""
        if self.busy < int(self.limit) and not self._waiting:
            self.busy += 1
        else:
            await self._queue()
        try:
            while (left := self.delay(self._clock())) > 0:
                await asyncio.sleep(left)
        except BaseException:
            self.leave()
            raise
        return self._clock()

    async def _queue(self) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.leave()  # the place was given just as its taker went away
            raise

    def delay(self, now: float) -> float:
        """Seconds until a request may start. 0 takes the place in the rate, so it is asked until it says 0."""
        if now < self._paused_until:
            return self._paused_until - now
        if not self._interval:
            return 0.0
        if now < self._next_start:
            return self._next_start - now
        self._next_start = max(now, self._next_start) + self._interval
        return 0.0

    def leave(self) -> None:
        """Give the place to the next in line."""
        self.busy -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self.busy < int(self.limit):
            place = self._waiting.popleft()
            if not place.done():
                self.busy += 1
                place.set_result(None)

    def replied(self) -> None:
        """A good reply: grow back towards the limit, at once where only the start was waited for."""
        self._good = True
        if self._probing:
            self._probing = False
            self.limit = float(self.most)
            self._wake()
        if self.limit < self.most:
            self.limit = min(self.most, self.limit + max(1.0, self.most / _ROUNDS) / self.limit)
            self._wake()

    def overloaded(self, started: float) -> None:
        """The server wants less: cut, unless the request started before the last cut."""
        if started >= self._cut_at:
            self.limit = max(1.0, self.limit * _CUT)
            self._cut_at = self._clock()

    def probe(self, seconds: float) -> None:
        """The server is not there yet: after so many seconds one request at a time, until the first good reply.

        A provider that has given a good reply, of another model say, is there.
        """
        if not self._good:
            self._probing = True
            self.limit = 1.0
            self.pause(seconds)

    def pause(self, seconds: float) -> None:
        """No request starts for so long."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)
