"""Transactions on the review store: one write at a time with its rows in the log, and reads of one state."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine

from evals.review import audit
from evals.review.database import reading, writing
from evals.review.key import Key
from evals.review.records import Mode
from evals.review.work import Work


class Transactions:
    """An open database with the key of its log."""

    def __init__(self, engine: Engine, key: Key, mode: Mode, operator: bool, clock: Callable[[], datetime]) -> None:
        self.mode: Mode = mode
        self._engine, self._key, self._operator, self._clock = engine, key, operator, clock

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def write(self) -> Iterator[Work]:
        """A transaction alone in writing: all of it, with its rows in the log, or nothing."""
        with writing(self._engine) as connection:
            at = self._clock().astimezone(UTC).isoformat(timespec="microseconds")
            work = Work(connection, self._key, at, self.mode, self._operator)
            yield work
        if work.ends:
            with reading(self._engine) as connection:
                audit.note_end(connection, self._key)

    @contextmanager
    def read(self) -> Iterator[Work]:
        """One state of the store, to look at."""
        with reading(self._engine) as connection:
            yield Work(connection, self._key, "", self.mode, self._operator)
