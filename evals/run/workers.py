"""Worker processes that share this one's memory, spoken to from the event loop: one job at a time each.

A pool of the standard library has two threads of its own here, which would take the processor from the event loop in
the middle of its work; these are read and written by the event loop itself.
"""

import asyncio
import contextlib
import multiprocessing
import os
import signal
import socket
import struct
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn, TypeVar

from evals.plan import Plan
from evals.run.pipe import packed, unpacked

T = TypeVar("T")

MOST_WORKERS = 8
_LENGTH = struct.Struct("!Q")
_LIMIT = 1 << 30


class Workers:
    """Processes that do functions of a plan. They begin here, before there is an event loop or an open connection."""

    def __init__(self, plan: Plan) -> None:
        # One processor is left to the event loop.
        count = min(MOST_WORKERS, max(1, len(os.sched_getaffinity(0))))
        fork = multiprocessing.get_context("fork")
        self._sockets: list[socket.socket] = []
        self._processes: list[BaseProcess] = []
        for _ in range(count):
            ours, theirs = socket.socketpair()
            self._sockets.append(ours)
            # A child that held our ends would keep its siblings waiting after we are gone.
            process = fork.Process(target=_serve, args=(plan, theirs, tuple(self._sockets)), daemon=True)
            process.start()
            theirs.close()
            self._processes.append(process)
        self._idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] | None = None

    async def do(self, function: Callable[..., T], given: tuple[Any, ...], named: dict[str, Any]) -> T:
        """What the function says of the plan and these values, in the next process that is free."""
        if self._idle is None:
            self._idle = asyncio.Queue()
            for one in self._sockets:
                self._idle.put_nowait(await asyncio.open_connection(sock=one, limit=_LIMIT))
        reader, writer = await self._idle.get()
        try:
            _send(writer, (function, given, named))
            await writer.drain()
            (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
            good, result = unpacked(await reader.readexactly(length))
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise RuntimeError("a worker process ended before its work was done") from error
        # After a cancelled job its result is still to come: such a process is given no other.
        self._idle.put_nowait((reader, writer))
        if good:
            return result
        raise result

    def close(self) -> None:
        """End the processes, whatever they are at."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()
        for one in self._sockets:
            one.close()


def _send(writer: asyncio.StreamWriter, value: object) -> None:
    data = packed(value)
    writer.write(_LENGTH.pack(len(data)) + data)


# --- in the worker ---------------------------------------------------------------------------------------------------


def _serve(plan: Plan, connection: socket.socket, parents: tuple[socket.socket, ...]) -> NoReturn:
    # Ctrl-C reaches the whole group of processes; the run decides what becomes of its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    for one in parents:
        one.close()
    # An end of the stream, or one that breaks, is the end of the run, stopped, killed or done.
    with contextlib.suppress(ConnectionError), connection, connection.makefile("rb") as jobs:
        while head := jobs.read(_LENGTH.size):
            function, given, named = unpacked(jobs.read(_LENGTH.unpack(head)[0]))
            data = _done(function, plan, given, named)
            connection.sendall(_LENGTH.pack(len(data)) + data)
    os._exit(0)


def _done(function: Callable[..., Any], plan: Plan, given: tuple[Any, ...], named: dict[str, Any]) -> bytes:
    try:
        return packed((True, function(plan, *given, **named)))
    except Exception as error:  # noqa: BLE001  (whatever it is, it is told where the work was asked for)
        try:
            data = packed((False, error))
            unpacked(data)  # some errors can be written and not read
        except Exception:  # noqa: BLE001  (an error of a kind that cannot travel goes as words)
            return packed((False, RuntimeError(f"{type(error).__name__}: {error}")))
        return data
