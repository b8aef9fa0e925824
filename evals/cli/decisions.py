"""Commands that decide between runs: `compare`, `rescore`, `rejudge`."""

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.live import live_progress
from evals.cli.options import RUNS, Json, Out, RunFolder, note, print_json
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.store import Run


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(
        "compare", epilog="Example: evals compare reports/runs/<before> reports/runs/<after> --markdown diff.md"
    )(compare)
    app.command("rescore", epilog="Example: evals rescore reports/runs/<run>")(rescore)
    app.command("rejudge", epilog="Example: evals rejudge reports/runs/<run> --judge local")(rejudge)


def compare(
    before: Annotated[Path, typer.Argument(help="The run folder of the baseline.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="The run folder that is compared with it.", show_default=False)],
    measure: Annotated[
        list[str] | None,
        typer.Option(help="One more measure, such as readability.words; may be given several times."),
    ] = None,
    markdown: Annotated[Path | None, typer.Option(help="Also write the comparison as Markdown.")] = None,
    out: Out = RUNS,
    json: Json = False,
) -> None:
    """What got better and worse from one run to another, question by question, with intervals.

    Runs that were scored differently are scored again first, from their stored answers, into new run folders.
    """
    from evals.compare import compare as compare_runs
    from evals.compare.alike import make_alike
    from evals.compare.markdown import comparison_markdown

    with live_progress() as tell:
        one, other, notes = make_alike(before, after, out, datetime.datetime.now(datetime.UTC), tell)
    for line in notes if json else ():
        note(line)
    found = compare_runs(one, other, measures=measure or (), notes=notes)
    if markdown is not None:
        _write(markdown, comparison_markdown(found))
        note(f"wrote {markdown}")
    if json:
        print_json(found.figures())
        return
    from rich.console import Console

    from evals.compare.terminal import render_comparison

    render_comparison(found, Console(highlight=False))


def rescore(run_folder: RunFolder, out: Out = RUNS, json: Json = False) -> None:
    """Score a run's stored answers again with today's scorers: a new run, no answer or verdict is made anew."""
    from evals import rescore as again
    from evals.store import read_run

    run = read_run(run_folder)
    with live_progress() as tell:
        made = again.rescore(run, out, datetime.datetime.now(datetime.UTC), tell)
    _show(made, json=json)


def rejudge(
    run_folder: RunFolder,
    judge: Annotated[
        str | None, typer.Option(help="Judge instead of the run's own, with its default settings.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(min=0, help="Stop before judging costs more US dollars than this.")
    ] = None,
    out: Out = RUNS,
    json: Json = False,
) -> None:
    """Judge a run's stored answers again, and score them: a new run, no answer is made anew."""
    from evals import rescore as again
    from evals.llm.cache import cache_path
    from evals.llm.errors import ModelError
    from evals.store import read_run
    from evals.suite import Part

    run = read_run(run_folder)
    now = datetime.datetime.now(datetime.UTC)
    part = Part(name=judge) if judge else None
    try:
        with live_progress() as tell:
            made = again.rejudge(run, out, now, tell, judge=part, cache=cache_path(out), max_cost=max_cost)
    except ModelError as error:
        note(f"error: {error}")
        raise typer.Exit(4) from error
    _show(made, json=json)


def _show(made: "Run", *, json: bool) -> None:
    from evals.cli.going import show

    show(made, json=json)


def _write(path: Path, text: str) -> None:
    from evals.store import write_text

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)
    except OSError as error:
        raise UserError(str(path), f"cannot be written ({error.strerror})", "a file to write") from error
