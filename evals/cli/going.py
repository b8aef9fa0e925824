"""A run on the command line: begun, gone on with, shown, and how it ends."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from evals.cli.live import live_progress
from evals.cli.models import show_forecast, used_lines
from evals.cli.options import note, print_json, say
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.plan import Plan
    from evals.store import Run
    from evals.suite import Suite

_SHOWN_ERRORS = 5


def begin(
    suite: "Suite",
    out: Path,
    command: dict[str, Any],
    *,
    max_cost: float | None = None,
    cache: bool = True,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Start a run and see it through, or only tell what it would ask.

    Raises:
        UserError: anything it names is missing or broken.
    """
    from evals.run import Settings, check_models, check_prices, forecast, plan_of, start

    plan = plan_of(Settings(suite=suite, command=command))
    check_models(plan)
    if max_cost is not None:
        check_prices(plan, max_cost)
    if dry_run:
        show_forecast(forecast(plan), json=json)
        return
    kept = {**command, **({} if max_cost is None else {"max_cost": max_cost}), **({} if cache else {"cache": False})}
    folder = start(plan, out, datetime.datetime.now(datetime.UTC), kept)
    _execute(plan, folder, kept, json=json)


def go_on(folder: Path, *, errors: bool, max_cost: float | None, json: bool) -> None:
    """Finish a run that was interrupted or, with `errors`, do again what ended in one.

    Raises:
        UserError: it is no run, or its inputs have changed.
    """
    from evals.journal import NAME as JOURNAL
    from evals.parse import parse
    from evals.run import Settings, check_models, check_same, plan_of, reopen
    from evals.store import read_manifest, read_run
    from evals.suite import Suite

    manifest = read_manifest(folder)
    if manifest["status"] == "finished" and not errors:
        note("this run is finished already; nothing to do")
        show(read_run(folder), json=json)
        return
    if missing := {"suite", "command", "signatures"} - set(manifest):
        raise UserError(f"{folder}/manifest.json", f"it lacks {', '.join(sorted(missing))}", "the manifest of a run")
    if manifest["status"] != "finished" and not (folder / JOURNAL).exists():
        note("the journal of this run is gone: everything is generated again")
    command = {**manifest["command"], **({} if max_cost is None else {"max_cost": max_cost})}
    plan = plan_of(Settings(suite=parse(Suite, manifest["suite"], f"{folder}/manifest.json"), command=command))
    check_same(plan, manifest)
    check_models(plan)
    if errors:
        count = reopen(plan, folder)
        note(f"{count} answers ended in an error and are done again" if count else "no answer ended in an error")
        if not count and manifest["status"] == "finished":
            show(read_run(folder), json=json)
            return
    _execute(plan, folder, command, json=json)


def _execute(plan: "Plan", folder: Path, command: dict[str, Any], *, json: bool) -> None:
    from evals.llm.cache import cache_path
    from evals.llm.errors import ModelError
    from evals.run import execute

    cache = cache_path(folder.parent) if command.get("cache", True) else None
    try:
        with live_progress() as tell:
            finished = execute(plan, folder, tell, cache=cache, max_cost=command.get("max_cost"))
    except KeyboardInterrupt:
        note(f"interrupted; nothing stored is lost. Resume with: evals run --resume {folder}")
        raise
    except ModelError as error:
        note(f"error: {error}")
        note(f"nothing stored is lost. Resume with: evals run --resume {folder}")
        raise typer.Exit(4) from error
    except Exception:
        note(f"the run broke; nothing stored is lost. Resume with: evals run --resume {folder}")
        raise
    show(finished, json=json)
    _end_on_errors(finished)


def _end_on_errors(finished: "Run") -> None:
    answers = [item.answer.error for item in finished.items if item.answer.status == "error" and item.answer.generator]
    verdicts = [v.reason for item in finished.items for v in item.verdicts if v.status == "error"]
    answered = [item for item in finished.items if item.answer.status == "ok"]
    scores = [outcome.reason for item in answered for outcome in item.outcomes if outcome.status == "error"]
    causes = sorted({str(cause) for cause in (*answers, *verdicts, *scores)})
    if not causes:
        return
    for cause in causes[:_SHOWN_ERRORS]:
        note(f"error: {cause}")
    if len(causes) > _SHOWN_ERRORS:
        note(f"and {len(causes) - _SHOWN_ERRORS} more causes")
    counts = (("answers", answers), ("verdicts", verdicts), ("scores", scores))
    counted = " and ".join(f"{len(found)} {what}" for what, found in counts if found)
    note(
        f"{counted} ended in error; the report lists them. "
        f"Do only these again with: evals run --retry-errors {finished.folder}"
    )
    raise typer.Exit(4)


def show(finished: "Run", *, json: bool) -> None:
    """Print the summary of a run; the last line is its folder."""
    if json:
        print_json(
            {
                "run": str(finished.folder),
                "summary": dict(finished.summary),
                "counts": dict(finished.manifest.get("counts", {})),
                **({"usage": finished.manifest["usage"]} if finished.manifest.get("usage") else {}),
            }
        )
        return
    from rich.console import Console

    from evals.report import render_terminal

    render_terminal(finished, Console(highlight=False))
    for line in used_lines(finished.manifest.get("usage")):
        say(line)
    say(f"Report: {finished.folder / 'report.html'}")
    say(str(finished.folder))
