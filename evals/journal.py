"""The journal of a run under way: one SQLite file, each phase of each item stored the moment it is done.

A killed run loses at most what was being computed; resuming reads the rest from here.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from evals.errors import UserError

Phase = Literal["answer", "judged", "scored"]
NAME = "journal.sqlite3"
_TABLES = (
    "done (phase TEXT, question_id TEXT, repeat INTEGER, payload TEXT NOT NULL,"
    " PRIMARY KEY (phase, question_id, repeat)) WITHOUT ROWID",
    "notes (name TEXT PRIMARY KEY, payload TEXT NOT NULL)",
    "spent (session INTEGER PRIMARY KEY, payload TEXT NOT NULL)",
)


class JournalError(UserError):
    """The journal cannot be read or written: the run broke, and can go on."""

    code = 4


class Journal:
    """Payloads (JSON texts) by phase, question and repeat. Use as a context manager.

    Raises:
        JournalError: from any method, when the file cannot be read or written: a full disk, say.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._path = folder, folder / NAME
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
        rows = self._do(
            "SELECT payload FROM done WHERE phase=? AND question_id=? AND repeat=?", (phase, question_id, repeat)
        )
        return rows[0][0] if rows else None

    def put(self, phase: Phase, question_id: str, repeat: int, payload: str) -> None:
        """Store a payload; it is on disk when this returns."""
        self._do("INSERT OR REPLACE INTO done VALUES (?, ?, ?, ?)", (phase, question_id, repeat, payload))

    def forget(self, phases: tuple[Phase, ...], question_id: str, repeat: int) -> None:
        """Take payloads out, so that these phases are done again."""
        for phase in phases:
            self._do("DELETE FROM done WHERE phase=? AND question_id=? AND repeat=?", (phase, question_id, repeat))

    def note(self, name: str, payload: str) -> None:
        """Store something of the run as a whole."""
        self._do("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, payload))

    def noted(self, name: str) -> str | None:
        """What was stored of the run as a whole, or None."""
        rows = self._do("SELECT payload FROM notes WHERE name=?", (name,))
        return rows[0][0] if rows else None

    def sessions(self) -> tuple[str, ...]:
        """What each session with models has used up to now (JSON texts), oldest first."""
        return tuple(row[0] for row in self._do("SELECT payload FROM spent ORDER BY session"))

    def spent(self, session: int, payload: str) -> None:
        """Store what a session has used; sessions count from 0."""
        self._do("INSERT OR REPLACE INTO spent VALUES (?, ?)", (session, payload))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Store all puts inside it, or none."""
        self._do("BEGIN")
        try:
            yield
            self._do("COMMIT")
        except BaseException:
            # A full disk may have ended the transaction by itself.
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def count(self, phase: Phase) -> int:
        """How many items have this phase done."""
        return self._do("SELECT count(*) FROM done WHERE phase=?", (phase,))[0][0]

    def _do(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            found = f"the journal fails ({error}); what it holds is kept"
            fix = f"Free space if the disk is full, then go on with: evals run --resume {self._folder}"
            raise JournalError(str(self._path), found, "a file that can be written", fix) from error


def remove(folder: Path) -> None:
    """Delete the journal of a finished run."""
    for path in folder.glob(f"{NAME}*"):
        path.unlink()
