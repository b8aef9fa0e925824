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
from typing import Any, NoReturn, TypeVar, cast

from evals.plan import Plan
from evals.run.pipe import packed, unpacked

T = TypeVar("T")

MOST_WORKERS = 8
_LENGTH = struct.Struct("!Q")
_ENDED = "a worker process ended before its work was done"


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
        self._idle: asyncio.Queue[_Line] | None = None

    async def do(self, function: Callable[..., T], given: tuple[Any, ...], named: dict[str, Any]) -> T:
        """What the function says of the plan and these values, in the next process that is free."""
        if self._idle is None:
            self._idle = asyncio.Queue()
            for one in self._sockets:
                _, line = await asyncio.get_running_loop().create_connection(_Line, sock=one)
                self._idle.put_nowait(line)
        line = await self._idle.get()
        good, result = unpacked(await line.ask(packed((function, given, named))))
        # After a cancelled job its result is still to come: such a process is given no other.
        self._idle.put_nowait(line)
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


class _Line(asyncio.Protocol):
    """Our end of the way to one worker: one job there, one result back, each after its length."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._came = bytearray()
        self._result: asyncio.Future[bytes] | None = None

    async def ask(self, job: bytes) -> bytes:
        """The result of a job.

        Raises:
            RuntimeError: the process has ended.
        """
        if self._transport is None or self._transport.is_closing():
            raise RuntimeError(_ENDED)
        self._result = asyncio.get_running_loop().create_future()
        self._transport.write(_LENGTH.pack(len(job)) + job)
        return await self._result

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the way to write on."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Hand over the result once it is whole."""
        self._came += data
        start = _LENGTH.size
        if len(self._came) < start or len(self._came) - start < _LENGTH.unpack_from(self._came)[0]:
            return
        whole = bytes(self._came[start:])
        self._came.clear()
        if self._result and not self._result.done():
            self._result.set_result(whole)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  (asyncio's signature)
        """Tell whoever waits."""
        if self._result and not self._result.done():
            self._result.set_exception(RuntimeError(_ENDED))


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
