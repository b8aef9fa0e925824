"""A finished run opened for a screen: at once, however many answers it holds.

Tables are read as columns when they are first asked for, and records are made only of the answers that are shown.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from evals.errors import UserError
from evals.parse import parse
from evals.records import Item, Passage, Question
from evals.store.lazily import Records, as_user_error, check_table, read_table
from evals.store.read import build_run, read_manifest, read_summary
from evals.store.run import TABLES, Key, Run
from evals.store.tables import unflat

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")


class LightRun:
    """A finished run, read as far as it was asked about. Safe to share between threads.

    Every method raises UserError where a table turns out to be broken.
    """

    def __init__(self, folder: Path) -> None:
        """Open a run folder.

        Raises:
            UserError: it is no run folder, the run is not finished, or a table is missing or another one.
        """
        self.folder = folder
        self.manifest: Mapping[str, Any] = read_manifest(folder)
        if self.manifest.get("status") != "finished":
            fix = f"evals run --resume {folder}"
            raise UserError(str(folder), f"this run is {self.manifest.get('status')}", "a finished run", fix)
        self.summary: Mapping[str, Any] = read_summary(folder)
        self._lock = RLock()
        self._tables: dict[str, Any] = {}
        self._codes: dict[tuple[str, str], tuple[Any, list[str]]] = {}
        for name in TABLES:
            check_table(folder / f"{name}.parquet", name)

    # --- columns ---

    def column(self, table: str, name: str) -> list[Any]:
        """A column as Python values; values that are JSON stay text."""
        return self._table(table)[name].to_pylist()

    def numbers(self, table: str, name: str) -> "np.ndarray":
        """A column of numbers; NaN where there is none."""
        import numpy as np
        import pyarrow as pa

        return np.asarray(self._table(table)[name].cast(pa.float64()).to_numpy(), dtype=float)

    def codes(self, table: str, name: str) -> "tuple[np.ndarray, list[str]]":
        """A column of texts as codes into a list of its different values; -1 where there is none."""
        import numpy as np

        with self._lock:
            if (table, name) not in self._codes:
                coded = self._coded(table, name)
                indices = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
                self._codes[table, name] = (indices, coded.dictionary.to_pylist())
            return self._codes[table, name]

    def holds(self, table: str, name: str, words: str) -> "np.ndarray":
        """Which rows hold these words in a column of texts, whatever their case."""
        import numpy as np
        import pyarrow.compute as pc

        coded = self._coded(table, name)
        found = pc.match_substring(coded.dictionary, words, ignore_case=True)  # type: ignore[attr-defined]
        every = np.append(found.to_numpy(zero_copy_only=False).astype(bool), False)  # the last stands for none
        return every[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)]

    def _coded(self, table: str, name: str) -> Any:
        import pyarrow as pa

        column = self._table(table)[name].unify_dictionaries()
        if not column.num_chunks:
            return pa.array([], pa.string()).dictionary_encode()
        return pa.concat_arrays(column.chunks)

    # --- answers ---

    @cached_property
    def keys(self) -> list[Key]:
        """Question id and repeat of every planned answer, in plan order."""
        return list(self._plan[0])

    @cached_property
    def place_of(self) -> Mapping[Key, int]:
        """Where each planned answer stands in the plan."""
        return {key: place for place, key in enumerate(self.keys)}

    def places(self, table: str) -> "np.ndarray":
        """For each row of a table, where its answer stands in the plan; -1 for one that was not planned."""
        if table == "scores":
            return self._plan[1]
        with self._lock:
            if table not in self._placed:
                self._placed[table] = self._place(table)
            return self._placed[table]

    @cached_property
    def _placed(self) -> "dict[str, np.ndarray]":
        return {}

    def _place(self, table: str) -> "np.ndarray":
        import numpy as np

        cells, keys = self._cells(table)
        place_of = np.array([self.place_of.get(key, -1) for key in keys], dtype=np.int64)
        return place_of[cells] if keys else cells

    @cached_property
    def _plan(self) -> "tuple[list[Key], np.ndarray]":
        import numpy as np

        cells, keys = self._cells("scores")
        first = np.empty(len(keys), dtype=np.int64)
        first[cells[::-1]] = np.arange(len(cells))[::-1]  # what is written last stands: the first row of each answer
        order = np.argsort(first)
        places = np.empty(len(keys), dtype=np.int64)
        places[order] = np.arange(len(order))
        return [keys[cell] for cell in order.tolist()], places[cells]

    def _cells(self, table: str) -> "tuple[np.ndarray, list[Key]]":
        """For each row of a table which of the keys is its answer's, and the keys, each once. Without sorting rows."""
        import numpy as np

        codes, names = self.codes(table, "question_id")
        column = self._table(table)["repeat"]
        if column.null_count:
            where = str(self.folder / f"{table}.parquet")
            raise UserError(where, f"{column.null_count} rows without a repeat number", "the table of a finished run")
        coded = column.combine_chunks().dictionary_encode()
        repeats, numbers = coded.indices.to_numpy(), coded.dictionary.to_pylist()
        wide = max(1, len(numbers))
        cells = codes * wide + repeats
        present = np.zeros(len(names) * wide, dtype=bool)
        present[cells] = True
        rank = np.cumsum(present) - 1
        keys = [(names[cell // wide], numbers[cell % wide]) for cell in np.flatnonzero(present).tolist()]
        return rank[cells], keys

    def item(self, key: Key) -> Item:
        """One planned answer with its claims, verdicts and scores; KeyError when it was not planned."""
        if key not in self.place_of:
            raise KeyError(key)
        return self.part((key,)).items[0]

    def part(self, keys: Sequence[Key]) -> Run:
        """The run with these answers only, in plan order, their questions, and the passages that they rest on."""
        import numpy as np

        wanted = [self.place_of[key] for key in keys]
        tables: dict[str, list[dict[str, Any]]] = {}
        for name in ("answers", "claims", "verdicts", "scores", "findings"):
            chosen = np.flatnonzero(np.isin(self.places(name), wanted))
            tables[name] = self._table(name).take(chosen).to_pylist()
        questions = {key[0] for key in keys}
        passages = {row["passage_id"] for row in tables["verdicts"]}
        for row in tables["answers"]:
            passages.update(json.loads(row["passages"] or "[]"))
        tables["questions"] = self._of("questions", questions)
        tables["passages"] = self._of("passages", passages)
        with as_user_error(self.folder):
            return build_run(self.folder, self.manifest, self.summary, tables)

    def _of(self, table: str, ids: Collection[str | None]) -> list[dict[str, Any]]:
        import numpy as np

        found = np.array([n for n, name in enumerate(self.column(table, "id")) if name in ids], dtype=np.int64)
        return self._table(table).take(found).to_pylist()

    # --- questions and passages ---

    @cached_property
    def questions(self) -> Records[Question]:
        """The questions asked, by id."""
        return Records(self.column("questions", "id"), lambda place: self._record(Question, "questions", place))

    @cached_property
    def passages(self) -> Records[Passage]:
        """The guideline passages, by id."""
        return Records(self.column("passages", "id"), lambda place: self._record(Passage, "passages", place))

    def _record(self, kind: type[T], table: str, place: int) -> T:
        row = self._table(table).slice(place, 1).to_pylist()[0]
        with as_user_error(self.folder):
            return parse(kind, unflat(row), table)

    def warm(self) -> None:
        """Read the tables that a single answer needs, so that the first one opens as fast as the others."""
        for name in ("questions", "findings", "scores", "claims", "verdicts", "answers", "passages"):
            self._table(name)

    def _table(self, name: str) -> Any:
        with self._lock:
            if name not in self._tables:
                self._tables[name] = read_table(self.folder / f"{name}.parquet")
            return self._tables[name]
