"""Replies kept in one SQLite file, so that nothing is paid for twice; several processes may share it.

A reply's key is a digest of base URL, model, parameters, messages, schema and repeat number: prompts, which may hold
patients' words, are not stored, and neither is any key of a provider.
"""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from evals.errors import UserError

_FORMAT = 1
_PATIENCE_S = 20.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    key TEXT PRIMARY KEY,
    base_url TEXT NOT NULL,
    model TEXT NOT NULL,
    created REAL NOT NULL,
    cost REAL,
    reply TEXT NOT NULL
)
"""


def cache_path(runs: Path) -> Path:
    """Where the replies of runs in this folder are kept: `EVALS_CACHE`, or `.cache/replies.sqlite3` beside the folder.

    `reports/runs` gives `reports/.cache/replies.sqlite3`.
    """
    given = os.environ.get("EVALS_CACHE")
    return Path(given).expanduser() if given else runs.parent / ".cache" / "replies.sqlite3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One reply to be kept: `reply` is any JSON object, `cost` US dollars or null."""

    key: str
    base_url: str
    model: str
    cost: float | None
    reply: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStats:
    """The replies of one model in the cache: how many, and what they cost (null when one's cost is not known)."""

    base_url: str
    model: str
    replies: int
    cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheStats:
    """What a cache holds; times in seconds since 1970, null when it is empty."""

    path: str
    bytes: int
    replies: int
    oldest: float | None
    newest: float | None
    models: tuple[ModelStats, ...]


class Cache:
    """One open cache file.

    Raises:
        UserError: the file cannot be made, opened or read as a cache.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                # Replies speak of patients' questions: for the owner's eyes.
                path.touch(mode=0o600, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise UserError(str(path), f"the reply cache cannot be opened: {error}", fix=_FIX) from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._base.close()
            self._complain(error)

    def _prepare(self) -> None:
        version = self._patiently("PRAGMA user_version")
        if version > _FORMAT:
            self._base.close()
            raise UserError(str(self._path), f"a reply cache of a newer version ({version})", fix=_FIX)
        if version == 0:
            self._base.execute("PRAGMA auto_vacuum = INCREMENTAL")
        self._patiently("PRAGMA journal_mode = WAL")
        # A killed process loses nothing in this mode, a power cut at most the last moments.
        self._base.execute("PRAGMA synchronous = NORMAL")
        if version == 0:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.execute(_SCHEMA)
            self._base.execute(f"PRAGMA user_version = {_FORMAT}")
            self._base.execute("COMMIT")

    def _patiently(self, statement: str) -> Any:
        # Switching to WAL does not wait for others by itself.
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                return self._base.execute(statement).fetchone()[0]
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def get(self, key: str) -> Mapping[str, Any] | None:
        """The reply kept under this key.

        Raises:
            UserError: the file cannot be read.
        """
        try:
            row = self._base.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
            return None if row is None else json.loads(row[0])
        except (sqlite3.Error, ValueError) as error:
            self._complain(error)

    def put(self, entries: Iterable[Entry]) -> None:
        """Keep replies; they are on disk when this returns. The first one under a key stays.

        Raises:
            UserError: the file cannot be written.
        """
        now = time.time()
        rows = [
            (entry.key, entry.base_url, entry.model, now, entry.cost, json.dumps(entry.reply, ensure_ascii=False))
            for entry in entries
        ]
        try:
            self._base.execute("BEGIN IMMEDIATE")
            self._base.executemany("INSERT OR IGNORE INTO replies VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._base.execute("COMMIT")
        except sqlite3.Error as error:
            if self._base.in_transaction:
                self._base.execute("ROLLBACK")
            self._complain(error)

    def forget(self, keys: Iterable[str]) -> None:
        """Drop replies, so that the same asks are sent again.

        Raises:
            UserError: the file cannot be written.
        """
        try:
            self._base.executemany("DELETE FROM replies WHERE key = ?", [(key,) for key in keys])
        except sqlite3.Error as error:
            self._complain(error)

    def stats(self) -> CacheStats:
        """What is kept, by model.

        Raises:
            UserError: the file cannot be read.
        """
        try:
            replies, oldest, newest = self._base.execute(
                "SELECT COUNT(*), MIN(created), MAX(created) FROM replies"
            ).fetchone()
            rows = self._base.execute(
                "SELECT base_url, model, COUNT(*), SUM(cost), COUNT(cost) FROM replies "
                "GROUP BY base_url, model ORDER BY base_url, model"
            ).fetchall()
        except sqlite3.Error as error:
            self._complain(error)
        models = tuple(
            ModelStats(base_url=url, model=model, replies=count, cost=cost if count == priced else None)
            for url, model, count, cost, priced in rows
        )
        names = (self._path, self._path.with_name(self._path.name + "-wal"))
        size = sum(name.stat().st_size for name in names if name.exists())
        return CacheStats(
            path=str(self._path), bytes=size, replies=replies, oldest=oldest, newest=newest, models=models
        )

    def clear(self, *, before: float | None = None, model: str | None = None) -> int:
        """Drop replies kept before a time (seconds since 1970) or of one model, or all; returns how many.

        Raises:
            UserError: the file cannot be written.
        """
        try:
            with closing(
                self._base.execute(
                    "DELETE FROM replies WHERE (?1 IS NULL OR created < ?1) AND (?2 IS NULL OR model = ?2)",
                    (before, model),
                )
            ) as done:
                count = done.rowcount
            # As a script: `execute` would step once, and each step gives one page back.
            self._base.executescript("PRAGMA incremental_vacuum;")
            self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            self._complain(error)
        return count

    def _complain(self, error: Exception) -> NoReturn:
        raise UserError(str(self._path), f"the reply cache fails: {error}", fix=_FIX) from error


_FIX = "Free space or move the file away; EVALS_CACHE names another place."
