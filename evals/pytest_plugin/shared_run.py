"""One run folder and one journal for all the processes that a test run is spread over.

The process that people started begins the folder and, when every answer is in the journal, writes its tables; the
others (pytest-xdist's workers) do answers and store them. What is stored is never done again, so a test run that was
stopped goes on with `evals run --resume`.
"""

import asyncio
import datetime
import json
import shutil
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evals import journal
from evals.errors import UserError
from evals.llm.errors import ModelError
from evals.plan import Plan, Unit, asks_models
from evals.records import Item, Passage
from evals.run import Settings, check_same, plan_of, start
from evals.run.folder import collect, finish
from evals.run.hands import Inline
from evals.run.items import CANARIES, Items
from evals.run.spent import together
from evals.store import Run, read_manifest

_PHASES: tuple[journal.Phase, ...] = ("answer", "judged", "scored")


class StoppedError(Exception):
    """The model cannot be used at all: asking for the next question would fail in the same way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One question's answer, judged and scored, and the texts it was given from elsewhere."""

    item: Item
    contexts: tuple[Passage, ...]


def begin(settings: Settings, out: Path) -> Path:
    """A new run folder with an empty journal, which other processes may open from now on.

    Raises:
        UserError: anything the settings name is missing or broken.
    """
    folder = start(plan_of(settings), out, datetime.datetime.now(datetime.UTC), settings.command)
    with journal.Journal(folder):
        return folder


def complete(settings: Settings, folder: Path) -> tuple[Run | None, int, int]:
    """The finished run when every answer is in its journal, else null; how many are, and of how many.

    A run in which nothing was done leaves no folder.
    """
    plan = plan_of(settings)
    with journal.Journal(folder) as log:
        done, planned = log.count("scored"), len(plan.units)
        begun = any(log.count(phase) for phase in _PHASES)
        all_of_it = (*collect(plan, log), _told(plan, log)) if done == planned else None
    if not begun:
        shutil.rmtree(folder)
    return (finish(plan, folder, *all_of_it) if all_of_it else None), done, planned


def _told(plan: Plan, log: journal.Journal) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if _with_models(plan):
        told["usage"] = together(map(json.loads, log.sessions()))
    if canaries := log.noted(CANARIES):
        told["canaries"] = json.loads(canaries)
    return told


def _with_models(plan: Plan) -> bool:
    return any(map(asks_models, (plan.generator, plan.judge, *plan.beside, *plan.scorers)))


class _OwnSession(journal.Journal):
    """The journal as one of several processes sees it: what each has used of models stands in a row of its own."""

    def __init__(self, folder: Path, process: int) -> None:
        super().__init__(folder)
        self._process = process

    def sessions(self) -> tuple[str, ...]:
        return ()

    def spent(self, session: int, payload: str) -> None:
        super().spent(self._process + session, payload)


class Work:
    """Does questions of a run and stores them. `process` is 0 for the only or first process, and different for each."""

    def __init__(self, settings: Settings, folder: Path, process: int, cache: Path | None = None) -> None:
        self._plan, self._process = plan_of(settings), process
        check_same(self._plan, read_manifest(folder))
        self._units: dict[str, list[Unit]] = defaultdict(list)
        for unit in self._plan.units:
            self._units[unit.question.id].append(unit)
        self.passages = self._plan.corpus.passages
        self._hands, self._fatal = Inline(self._plan), ""
        self._open = ExitStack()
        self._log = self._open.enter_context(_OwnSession(folder, process))
        self._items = Items(self._plan, self._log, lambda _: None)
        self._runner: asyncio.Runner | None = None
        self._session: Any = None
        if _with_models(self._plan):
            self._connect(cache)

    def _connect(self, cache: Path | None) -> None:
        # Imported here: connections are for runs that ask models.
        from evals.llm import Session

        self._runner = self._open.enter_context(asyncio.Runner())
        self._session = Session(cache=cache)
        self._runner.run(self._session.__aenter__())
        self._open.callback(lambda: self._ask(self._session.__aexit__(None, None, None)))
        self._open.callback(lambda: self._items.note(self._session, last=True))
        if self._process == 0:
            self._ask(self._items.plant(self._plan, self._session))

    def do(self, question_id: str) -> tuple[Done, ...]:
        """Every planned answer to a question, each phase unless it is stored.

        Raises:
            StoppedError: a model cannot be used at all, here or in an earlier question.
        """
        if self._fatal:
            raise StoppedError(self._fatal)
        units = self._units[question_id]
        try:
            for unit in units:
                self._ask(self._items.do(unit, self._hands, self._session))
        except (ModelError, UserError) as error:
            self._fatal = str(error)
            raise StoppedError(self._fatal) from error
        found: list[Done] = []
        for unit in units:
            (item,), contexts = collect(replace(self._plan, units=(unit,)), self._log)
            found.append(Done(item=item, contexts=contexts))
        return tuple(found)

    def close(self) -> None:
        """Close the journal and the connections; what is stored stays."""
        self._open.close()

    def _ask(self, work: Coroutine[Any, Any, object]) -> None:
        if self._runner is not None:
            self._runner.run(work)
            return
        # Without models nothing is waited for, and without an event loop Ctrl-C stops it at any point.
        try:
            work.send(None)
        except StopIteration:
            return
        raise RuntimeError("work without models waited for something")
