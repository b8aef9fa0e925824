"""Commands that make and show runs: `run`, `score`, `report`."""

import datetime
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from evals.cli.options import RUNS, Json, Out, RunFolder, note, print_json, say
from evals.cli.progress import progress_bar
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.plan import Plan
    from evals.store import Run
    from evals.suite import Part, Suite


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("run", epilog="Example: evals run --prompt datasets/prompts/my-prompt.md --limit 10")(run)
    app.command("score", epilog="Example: evals score page.html --question 'How does immunotherapy work?'")(score)
    app.command("report", epilog="Example: evals report reports/runs/<run> --csv scores.csv")(report)


def run(
    suite: Annotated[
        str, typer.Option(help="Suite by name or path: default, full, realistic, or your own YAML.")
    ] = "default",
    prompt: Annotated[str | None, typer.Option(help="Prompt by name or path, instead of the suite's.")] = None,
    generator: Annotated[
        str | None,
        typer.Option(help="Generator instead of the suite's: composer, recorded:FILE, python:MODULE:FUNCTION."),
    ] = None,
    judge: Annotated[str | None, typer.Option(help="Judge instead of the suite's.")] = None,
    corpus: Annotated[
        list[str] | None, typer.Option(help="Corpus folder instead of the suite's; may be given several times.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N questions.")] = None,
    repeats: Annotated[int | None, typer.Option(min=1, help="Answers per question.")] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Finish a run that was interrupted. Takes no other option.")
    ] = None,
    out: Out = RUNS,
    json: Json = False,
) -> None:
    """Questions -> answers -> verdicts -> scores -> report. The last line printed is the run folder."""
    from evals.shipped import find_named
    from evals.suite import load_suite

    if resume is not None:
        _resume(resume, [suite != "default", prompt, generator, judge, corpus, limit, repeats], json=json)
        return
    chosen = load_suite(find_named(suite, "suites", ".yaml", "suite"))
    chosen = replace(
        chosen,
        prompt=prompt or chosen.prompt,
        generator=_part(generator) if generator else chosen.generator,
        judge=_part(judge) if judge else chosen.judge,
        corpus=tuple(corpus) if corpus else chosen.corpus,
        repeats=repeats or chosen.repeats,
    )
    _start_and_show(chosen, out, {"limit": limit}, json=json)


def score(
    file: Annotated[
        Path,
        typer.Argument(
            help="JSONL, CSV or Parquet with a field `answer`, a saved answer page (.html, .md, .txt), or a folder."
        ),
    ],
    scorers: Annotated[str | None, typer.Option(help="Scorers, separated by commas; all by default.")] = None,
    question: Annotated[str | None, typer.Option(help="The question, for a page or rows without one.")] = None,
    record: Annotated[
        str | None, typer.Option(help="The patient's record as JSON, for a page or rows without one.")
    ] = None,
    corpus: Annotated[list[str] | None, typer.Option(help="Corpus folder; may be given several times.")] = None,
    out: Out = RUNS,
    json: Json = False,
) -> None:
    """Score answers that exist already. The last line printed is the run folder."""
    from evals.generators.recorded import passed_over
    from evals.scorers import SCORERS
    from evals.suite import Part, Suite

    names = [name.strip() for name in scorers.split(",") if name.strip()] if scorers else list(SCORERS)
    suite = Suite(
        name="score",
        questions=str(file),
        generator=Part(name="recorded", settings={"path": str(file)}),
        scorers=tuple(Part(name=name) for name in names),
        corpus=tuple(corpus) if corpus else Suite.__dataclass_fields__["corpus"].default,
        slices=(),
    )
    for other in passed_over(file):
        note(f"not an answer page, passed over: {other}")
    _start_and_show(suite, out, {"score": str(file), "question": question, "record": record}, json=json)


def report(
    run_folder: RunFolder,
    csv: Annotated[Path | None, typer.Option(help="Also write scores as CSV, safe to open in a spreadsheet.")] = None,
    json: Json = False,
) -> None:
    """Write report.html and report.md of a run again, show its summary, and export its scores."""
    from evals.report import export_csv, write_reports
    from evals.store import read_run

    found = read_run(run_folder)
    write_reports(found)
    if csv:
        export_csv(found, csv)
        note(f"wrote {csv}")
    _show(found, json=json)


# --- shared by run and score -----------------------------------------------------------------------------------------


def _part(text: str) -> "Part":
    from evals.suite import Part

    name, _, value = text.partition(":")
    settings: dict[str, Any] = {}
    if value:
        keys = {"recorded": "path", "python": "function"}
        if name not in keys:
            raise UserError(f"--generator {text}", f"{name!r} takes no value after the colon", "a name", f"Try {name}.")
        settings[keys[name]] = value
    return Part(name=name, settings=settings)


def _plan(suite: "Suite", command: dict[str, Any]) -> "Plan":
    from evals.plan import prepare
    from evals.scoring import plan_scoring

    if path := command.get("score"):
        return plan_scoring(suite, Path(path), question=command.get("question"), record=command.get("record"))
    return prepare(suite, limit=command.get("limit"))


def _start_and_show(suite: "Suite", out: Path, command: dict[str, Any], *, json: bool) -> None:
    from evals.run import start

    plan = _plan(suite, command)
    folder = start(plan, out, datetime.datetime.now(datetime.UTC), command)
    _execute(plan, folder, json=json)


def _resume(folder: Path, others: list[object], *, json: bool) -> None:
    from evals.journal import NAME as JOURNAL
    from evals.parse import parse
    from evals.run import check_same
    from evals.store import read_manifest, read_run
    from evals.suite import Suite

    if any(others):
        raise UserError(
            "--resume", "given with other options", "--resume alone", "A run resumes with the settings it started with."
        )
    manifest = read_manifest(folder)
    if manifest["status"] == "finished":
        note("this run is finished already; nothing to do")
        _show(read_run(folder), json=json)
        return
    if missing := {"suite", "command", "signatures"} - set(manifest):
        raise UserError(f"{folder}/manifest.json", f"it lacks {', '.join(sorted(missing))}", "the manifest of a run")
    if not (folder / JOURNAL).exists():
        note("the journal of this run is gone: everything is generated again")
    plan = _plan(parse(Suite, manifest["suite"], f"{folder}/manifest.json"), manifest["command"])
    check_same(plan, manifest)
    _execute(plan, folder, json=json)


def _execute(plan: "Plan", folder: Path, *, json: bool) -> None:
    from evals.run import execute

    try:
        with progress_bar() as progress:
            finished = execute(plan, folder, progress)
    except KeyboardInterrupt:
        note(f"interrupted; nothing stored is lost. Resume with: evals run --resume {folder}")
        raise
    except Exception:
        note(f"the run broke; nothing stored is lost. Resume with: evals run --resume {folder}")
        raise
    _show(finished, json=json)
    errors = {item.answer.error for item in finished.items if item.answer.status == "error" and item.answer.generator}
    if errors:
        for error in sorted(map(str, errors))[:5]:
            note(f"error: {error}")
        note(f"{finished.manifest['counts']['error']} planned scores ended in error; the report lists them")
        raise typer.Exit(4)


def _show(finished: "Run", *, json: bool) -> None:
    if json:
        print_json(
            {
                "run": str(finished.folder),
                "summary": dict(finished.summary),
                "counts": dict(finished.manifest.get("counts", {})),
            }
        )
        return
    from rich.console import Console

    from evals.report import render_terminal

    render_terminal(finished, Console(highlight=False))
    say(f"Report: {finished.folder / 'report.html'}")
    say(str(finished.folder))
