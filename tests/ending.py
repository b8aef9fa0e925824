"""A guard for hostile input: what reads it in more than linear time would go on for minutes."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 90.0
"""Seconds of processor time, many times what any of these inputs takes: no measure of speed, which the machine sets."""


@contextmanager
def comes_to_an_end() -> Iterator[None]:
    """Fail a test whose input is still being read after `PATIENCE`, rather than hang with it."""

    def give_up(*_: object) -> None:
        raise AssertionError(f"still reading after {PATIENCE:.0f} s of processor time")

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, PATIENCE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
