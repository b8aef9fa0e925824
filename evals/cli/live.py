"""The progress of a run on a terminal: rate, errors, requests, cost, time left. Elsewhere nothing is shown."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evals.run import State


@contextmanager
def live_progress() -> Iterator[Callable[["State"], None]]:
    """A function to call with the state of a run whenever it changes."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[told]}"))
    began = time.monotonic()
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("answering, judging, scoring", total=None, told="")

        def tell(state: "State") -> None:
            told = told_of(state, time.monotonic() - began)
            bar.update(task, completed=state.done, total=state.total, told=told)

        yield tell


def told_of(state: "State", seconds: float) -> str:
    """The state in words, after so many seconds of this session."""
    parts: list[str] = [state.waiting] if state.waiting else []
    now = state.done - state.before
    if now and seconds > 0:
        rate = now / seconds
        parts.append(f"{rate:.1f}/s" if rate >= 1 else f"{60 * rate:.1f}/min")
    if state.errors:
        parts.append("1 error" if state.errors == 1 else f"{state.errors:,} errors")
    if state.calls or state.cached:
        parts.append(f"{state.calls:,} requests, {state.cached:,} cached")
    if state.cost:
        parts.append(f"${state.cost:.2f}")
    if now and state.done < state.total:
        parts.append(f"{_clock((state.total - state.done) * seconds / now)} left")
    return " · ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
