"""Commands around the reply cache: `cache stats`, `cache clear`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.options import RUNS, Json, print_json, say

if TYPE_CHECKING:
    from evals.llm.cache import Cache, CacheStats

_PATH_HELP = "The cache file. Default: EVALS_CACHE, or reports/.cache/replies.sqlite3."
_Path = Annotated[Path | None, typer.Option("--path", help=_PATH_HELP, show_default=False)]

_DAY_S = 86_400


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    cache = typer.Typer(
        no_args_is_help=True,
        help="Replies of models that are kept, so that nothing is paid for twice.",
        rich_markup_mode=None,
    )
    cache.command("stats", epilog="Example: evals cache stats --json")(stats)
    cache.command("clear", epilog="Example: evals cache clear --older-than 30 --model gpt-4o-mini")(clear)
    app.add_typer(cache, name="cache")


def stats(path: _Path = None, json: Json = False) -> None:
    """Say what is kept: replies, size, age, and what they cost, by model."""
    from contextlib import closing
    from dataclasses import asdict

    from evals.llm.cache import CacheStats

    where = _where(path)
    if where.exists():
        with closing(_open(where)) as cache:
            found = cache.stats()
    else:
        found = CacheStats(path=str(where), bytes=0, replies=0, oldest=None, newest=None, models=())
    if json:
        print_json(asdict(found))
    else:
        _show(found)


def clear(
    older_than: Annotated[
        float | None, typer.Option(min=0, help="Only replies kept more than so many days ago.", show_default=False)
    ] = None,
    model: Annotated[str | None, typer.Option(help="Only replies of this model.", show_default=False)] = None,
    path: _Path = None,
    json: Json = False,
) -> None:
    """Drop kept replies: all, or the old ones, or one model's."""
    import time
    from contextlib import closing

    where = _where(path)
    removed = 0
    if where.exists():
        before = None if older_than is None else time.time() - older_than * _DAY_S
        with closing(_open(where)) as cache:
            removed = cache.clear(before=before, model=model)
    if json:
        print_json({"removed": removed})
    else:
        say(f"{_replies(removed)} removed from {where}")


def _where(path: Path | None) -> Path:
    from evals.llm.cache import cache_path

    return path or cache_path(RUNS)


def _open(path: Path) -> "Cache":
    from evals.llm.cache import Cache

    return Cache(path)


def _show(found: "CacheStats") -> None:
    if not found.replies or found.oldest is None or found.newest is None:
        say(f"no replies are kept in {found.path}")
        return
    since = f"{_day(found.oldest)} to {_day(found.newest)}"
    say(f"{_replies(found.replies)} in {found.path}, {found.bytes / 1e6:.1f} MB, {since}")
    for kept in found.models:
        cost = "cost not known" if kept.cost is None else f"cost ${kept.cost:.2f}"
        say(f"  {kept.model or 'answer service'} at {kept.base_url}: {_replies(kept.replies)}, {cost}")


def _day(seconds: float) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).date().isoformat()


def _replies(count: int) -> str:
    return f"{count} {'reply' if count == 1 else 'replies'}"
