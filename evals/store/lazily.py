"""Parts of opening a run lightly: which tables it must have, their columns, and records made when asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from evals.errors import UserError
from evals.records import Passage, Question

T = TypeVar("T")

_TOLD: Mapping[str, tuple[str, ...]] = {
    "answers": ("question_id", "repeat", "text", "status"),
    "claims": ("question_id", "repeat", "claim_id", "label"),
    "verdicts": ("question_id", "repeat", "claim_id", "judge", "scope"),
    "scores": ("question_id", "repeat", "scorer", "status", "value"),
    "findings": ("question_id", "repeat", "scorer", "rule", "severity", "message"),
    "questions": tuple(field.name for field in fields(Question)),
    "passages": tuple(field.name for field in fields(Passage)),
}
"""Columns by which each table is known."""


class Records(Mapping[str, T]):
    """Records by id, each made when it is first asked for."""

    def __init__(self, ids: Sequence[str], make: Callable[[int], T]) -> None:
        self._places = {name: place for place, name in enumerate(ids)}
        self._make = make
        self._made: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._made:
            self._made[name] = self._make(self._places[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


@contextmanager
def as_user_error(folder: Path) -> Iterator[None]:
    """What rows that are none of a run make a reader raise, as a UserError."""
    try:
        yield
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise UserError(
            str(folder), f"a table lacks or garbles {error}", "the tables of a finished run", "Run it again."
        ) from error


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except (OSError, pa.ArrowException) as error:
        fix = "Run it again, or copy the folder back from where it came."
        told = str(error).splitlines()[0]
        raise UserError(str(path), f"cannot be read ({told})", "a table of a finished run", fix) from error


def check_table(path: Path, table: str) -> None:
    """Refuse a file that is not this table of a run.

    Raises:
        UserError: it is missing or broken, or another table.
    """
    import pyarrow.parquet as pq

    with _reading(path):
        there = set(pq.read_schema(path).names)
    if missing := [name for name in _TOLD[table] if name not in there]:
        raise UserError(str(path), f"it lacks the column {missing[0]!r}", "the tables of a finished run")


def read_table(path: Path) -> Any:
    """A table as Arrow, its texts as dictionaries.

    Raises:
        UserError: it is missing or broken.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with _reading(path):
        texts = [field.name for field in pq.read_schema(path) if pa.types.is_string(field.type)]
        # Most texts stand there many times over: as dictionaries they take little room and are told apart at once.
        return pq.read_table(path, read_dictionary=texts)
