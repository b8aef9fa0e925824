"""Doing all items of a run: one after another, or as many at once as the models allow; stored as they are done."""

import asyncio
import gc
import json
import signal
import threading
from collections.abc import Awaitable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from evals import journal, store
from evals.errors import UserError
from evals.llm.errors import ModelError
from evals.plan import Plan, Unit, asks_models
from evals.run.folder import collect, finish
from evals.run.hands import Beside, Inline
from evals.run.items import CANARIES, Items, Tell
from evals.run.spent import together
from evals.run.workers import MOST_WORKERS

if TYPE_CHECKING:
    from evals.llm import Session

T = TypeVar("T")

_TOLD_EVERY = 1.0
"""Seconds between two accounts of a run in which nothing gets done."""


def execute(
    plan: Plan, folder: Path, tell: Tell, *, cache: Path | None = None, max_cost: float | None = None
) -> store.Run:
    """Do what is left of a run and finish it. Safe to call again after a kill at any point.

    `cache` is the file of models' replies (null: one in the run folder, gone when the run is finished), `max_cost` the
    US dollars that the whole run may cost.

    Raises:
        ModelError: a model cannot be used at all; what is done is stored, and the run can be resumed.
        KeyboardInterrupt: stopped by a signal; likewise.
    """
    with_models = any(map(asks_models, (plan.generator, plan.judge, *plan.beside, *plan.scorers)))
    own_cache = folder / "replies.sqlite3"
    with ExitStack() as stack:
        stack.enter_context(_what_is_loaded_stays())
        # Worker processes begin before any file is opened or connection made: they must share none.
        beside = stack.enter_context(Beside(plan)) if with_models else None
        log = stack.enter_context(journal.Journal(folder))
        items = Items(plan, log, tell, together=beside is not None and beside.ours)
        if beside:
            _at_once(items, beside, cache or own_cache, max_cost)
        else:
            hands = Inline(plan)
            for unit in plan.units:
                _without_waiting(items.do(unit, hands, None))
        told: dict[str, Any] = {"usage": together(map(json.loads, log.sessions()))} if with_models else {}
        if canaries := log.noted(CANARIES):
            told["canaries"] = json.loads(canaries)
        found, contexts = collect(plan, log)
    run = finish(plan, folder, found, contexts, told)
    for path in folder.glob(f"{own_cache.name}*"):
        path.unlink()
    return run


@contextmanager
def _what_is_loaded_stays() -> Iterator[None]:
    """Corpus, lexicons and models outlive the run: looking through them for garbage takes time, here and in workers."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _without_waiting(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine that awaits nothing gives; without an event loop, Ctrl-C stops it at any point."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("work without models waited for something")


# --- with models -----------------------------------------------------------------------------------------------------


def _at_once(items: Items, hands: Beside, cache: Path, max_cost: float | None) -> None:
    try:
        asyncio.run(_all(items, hands, cache, max_cost))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    except BaseExceptionGroup as errors:
        raise _gravest(errors) from errors


async def _all(items: Items, hands: Beside, cache: Path, max_cost: float | None) -> None:
    # Imported here: connections are for runs that ask models.
    from evals.llm import Session

    _warm_up(hands.plan)
    left = None if max_cost is None else max(0.0, max_cost - items.spent_before)
    async with Session(cache=cache, max_cost=left) as session:
        units = iter(hands.plan.units)
        fatal: list[ModelError] = []
        telling = asyncio.create_task(_keep_telling(items, session))
        try:
            with _stopped_by_signals():
                async with asyncio.TaskGroup() as group:
                    group.create_task(_until_fatal(items.plant(hands.plan, session), fatal))
                    for _ in range(min(_window(hands.plan), len(hands.plan.units))):
                        group.create_task(_take(units, items, hands, session, fatal))
                        # One after another, so that the first request is sent before the last is put together.
                        await asyncio.sleep(0)
        finally:
            telling.cancel()
            items.note(session, last=True)
    if fatal:
        raise fatal[0]


async def _keep_telling(items: Items, session: "Session") -> None:
    # Also while nothing is done: a slow model, or a server that is still starting.
    while True:
        await asyncio.sleep(_TOLD_EVERY)
        items.note(session)


async def _take(
    units: Iterator[Unit], items: Items, hands: Beside, session: "Session", fatal: list[ModelError]
) -> None:
    for unit in units:
        await _until_fatal(items.do(unit, hands, session), fatal)
        if fatal:
            return


async def _until_fatal(work: Awaitable[None], fatal: list[ModelError]) -> None:
    # What cannot go on for one cannot for any; but requests under way are paid for, so their replies are waited for.
    try:
        await work
    except (ModelError, BaseExceptionGroup) as error:
        worst = _gravest(error)
        if not isinstance(worst, ModelError):
            raise
        fatal.append(worst)


def _warm_up(plan: Plan) -> None:
    # What takes seconds to import is imported while the first answers are made; worker processes have begun by now.
    for part in (plan.generator, plan.judge, *plan.beside, *plan.scorers):
        if warm := getattr(part, "warm_up", None):
            warm()


def _window(plan: Plan) -> int:
    """How many items are under way: enough to keep every model busy while others are worked on here."""
    suite, made = plan.suite, (plan.generator, plan.judge, *plan.beside)
    parts = zip((suite.generator, suite.judge, *suite.judges), made, strict=True)
    return 2 * MOST_WORKERS + sum(int(part.settings.get("concurrency", 32)) for part, one in parts if asks_models(one))


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Ctrl-C and SIGTERM cancel what is under way; replies that have come are stored by then."""
    task = asyncio.current_task()
    if task is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


def _gravest(errors: BaseException) -> BaseException:
    """The one error to tell of: what a person can mend before what only we can."""
    flat: list[BaseException] = []
    left: list[BaseException] = [errors]
    for error in left:
        left.extend(error.exceptions) if isinstance(error, BaseExceptionGroup) else flat.append(error)
    return next((error for error in flat if isinstance(error, ModelError | UserError)), flat[0])
