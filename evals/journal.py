"""The journal of a run under way: one SQLite file, each phase of each item stored the moment it is done.

A killed run loses at most what was being computed; resuming reads the rest from here.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from evals.errors import UserError

Phase = Literal["answer", "judged", "scored"]
NAME = "journal.sqlite3"
_TABLES = (
    "done (phase TEXT, question_id TEXT, repeat INTEGER, payload TEXT NOT NULL,"
    " PRIMARY KEY (phase, question_id, repeat)) WITHOUT ROWID",
    "notes (name TEXT PRIMARY KEY, payload TEXT NOT NULL)",
    "spent (session INTEGER PRIMARY KEY, payload TEXT NOT NULL)",
)


class Journal:
    """Payloads (JSON texts) by phase, question and repeat. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        try:
            self._db = sqlite3.connect(self._path, isolation_level=None)
            # WAL survives a killed process without an fsync for each row; a power cut may cost the last rows, no more.
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=NORMAL")
            with self.together():
                for table in _TABLES:
                    self._db.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        except sqlite3.DatabaseError as error:
            raise UserError(str(self._path), f"the journal cannot be read ({error})", "", "Start a new run.") from error

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def get(self, phase: Phase, question_id: str, repeat: int) -> str | None:
        """The stored payload, or None when this phase is not done for this item."""
        row = self._db.execute(
            "SELECT payload FROM done WHERE phase=? AND question_id=? AND repeat=?", (phase, question_id, repeat)
        ).fetchone()
        return row[0] if row else None

    def put(self, phase: Phase, question_id: str, repeat: int, payload: str) -> None:
        """Store a payload; it is on disk when this returns."""
        self._db.execute("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?)", (phase, question_id, repeat, payload))

    def forget(self, phases: tuple[Phase, ...], question_id: str, repeat: int) -> None:
        """Take payloads out, so that these phases are done again."""
        for phase in phases:
            self._db.execute(
                "DELETE FROM done WHERE phase=? AND question_id=? AND repeat=?", (phase, question_id, repeat)
            )

    def note(self, name: str, payload: str) -> None:
        """Store something of the run as a whole."""
        self._db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, payload))

    def noted(self, name: str) -> str | None:
        """What was stored of the run as a whole, or None."""
        row = self._db.execute("SELECT payload FROM notes WHERE name=?", (name,)).fetchone()
        return row[0] if row else None

    def sessions(self) -> tuple[str, ...]:
        """What each session with models has used up to now (JSON texts), oldest first."""
        return tuple(row[0] for row in self._db.execute("SELECT payload FROM spent ORDER BY session"))

    def spent(self, session: int, payload: str) -> None:
        """Store what a session has used; sessions count from 0."""
        self._db.execute("INSERT OR REPLACE INTO spent VALUES (?, ?)", (session, payload))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Store all puts inside it, or none."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def count(self, phase: Phase) -> int:
        """How many items have this phase done."""
        return self._db.execute("SELECT count(*) FROM done WHERE phase=?", (phase,)).fetchone()[0]


def remove(folder: Path) -> None:
    """Delete the journal of a finished run."""
    for path in folder.glob(f"{NAME}*"):
        path.unlink()
