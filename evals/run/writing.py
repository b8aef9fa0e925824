"""Finished work on its way into the journal."""

import asyncio

from evals import journal
from evals.errors import UserError
from evals.plan import Unit

_SOON = 0.05
"""Seconds that finished work may wait for other work to be written with it: one write each would cost as much time as
sending a request. A kill repeats so much of our own work and no request, since every reply is stored as it comes."""


class Writer:
    """Puts finished phases into the journal: at once, or (`together`) with all that is finished a moment later."""

    def __init__(self, log: journal.Journal, *, together: bool) -> None:
        self._log, self._together = log, together
        self._waiting: list[tuple[Unit, dict[journal.Phase, str]]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._broken: UserError | None = None

    def put(self, unit: Unit, payloads: dict[journal.Phase, str]) -> None:
        """Store the phases of an item.

        Raises:
            UserError: the journal cannot be written, now or since the last call.
        """
        if self._broken:
            raise self._broken
        self._waiting.append((unit, payloads))
        if not self._together:
            self.write()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_SOON, self._write_later)

    def write(self) -> None:
        """Store what is waiting; it is on disk when this returns.

        Raises:
            UserError: the journal cannot be written, now or since the last call.
        """
        if self._broken:
            raise self._broken
        if self._timer is not None:
            self._timer.cancel()
        waiting, self._waiting, self._timer = self._waiting, [], None
        if not waiting:
            return
        with self._log.together():
            for unit, payloads in waiting:
                for phase, payload in payloads.items():
                    self._log.put(phase, unit.question.id, unit.repeat, payload)

    def _write_later(self) -> None:
        try:
            self.write()
        except UserError as error:
            # Nobody awaits this: it is told to whoever writes next, or at the end.
            self._broken = error
