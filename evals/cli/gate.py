"""Commands that decide on a prompt change: `gate`, and `baseline accept`."""

import datetime
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.live import live_progress
from evals.cli.options import RUNS, Json, Out, RunFolder, note, print_json, say
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.gate import Gate

BASELINE = Path("reports/baseline")
OVERRIDE = "EVALS_OVERRIDE"

baseline_app = typer.Typer(help="The run that others are held against.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("gate", epilog="Example: evals gate reports/runs/<run> --baseline reports/baseline --markdown gate.md")(
        gate
    )
    baseline_app.command(
        "accept",
        epilog='Example: evals baseline accept reports/runs/<run> --why "plainer notices, agreed on 2026-11-23"',
    )(accept)
    app.add_typer(baseline_app, name="baseline")


def gate(
    run_folder: RunFolder,
    baseline: Annotated[
        Path | None,
        typer.Option(
            help="The run to hold it against.  [default: reports/baseline, where there is one]", show_default=False
        ),
    ] = None,
    policy: Annotated[str, typer.Option(help="A policy by name (datasets/policies) or path.")] = "default",
    junit: Annotated[Path | None, typer.Option(help="Also write JUnit XML: a test case for each rule.")] = None,
    markdown: Annotated[Path | None, typer.Option(help="Also write the whole decision as Markdown.")] = None,
    comment: Annotated[Path | None, typer.Option(help="Also write the body of a pull-request comment.")] = None,
    annotations: Annotated[
        bool, typer.Option("--annotations", help="Print annotations on the prompt file for GitHub Actions.")
    ] = False,
    report_url: Annotated[
        str, typer.Option(help="Where the run's report.html can be read; links lead there.")
    ] = "report.html",
    out: Out = RUNS,
    json: Json = False,
) -> None:
    """Pass, fail or undecided: a run held against a baseline by the rules of a policy.

    Exit code 0 = passed, 1 = failed, 3 = undecided. The decision is kept in the run's folder as gate.json. With
    EVALS_OVERRIDE="reason" in the environment an undecided gate, and no other, ends with 0; the reason is recorded.
    """
    from evals.gate.terminal import render_gate

    made = _decide(run_folder, baseline, policy, out)
    _write_files(made, run_folder, {"junit": junit, "markdown": markdown, "comment": comment}, report_url)
    if json:
        print_json(made.figures())
    else:
        from rich.console import Console

        render_gate(made, Console(highlight=False, markup=False, emoji=False))
    if annotations:
        _annotate(made, run_folder, json=json)
    raise typer.Exit(made.exit_code)


def _decide(run_folder: Path, baseline: Path | None, policy: str, out: Path) -> "Gate":
    from evals.compare import read_scores
    from evals.gate import decide, load_policy
    from evals.shipped import find_named
    from evals.store import write_json

    rules = load_policy(find_named(policy, "policies", ".yaml", "policy"))
    before, after, notes = _alike(_baseline(baseline), run_folder, out)
    with _without_collector():
        scores = read_scores(after)
        made = decide(
            scores, read_scores(before) if before else None, rules, notes=notes,
            override=os.environ.get(OVERRIDE, "").strip(),
        )  # fmt: skip
    try:
        write_json(run_folder / "gate.json", made.figures())
    except OSError as error:
        raise UserError(str(run_folder / "gate.json"), f"cannot be written ({error.strerror})") from error
    return made


@contextmanager
def _without_collector() -> Iterator[None]:
    """A decision makes no cycles of objects, and looking for some among 10,000 answers takes a third of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _baseline(given: Path | None) -> Path | None:
    if given is not None:
        return given
    return BASELINE if (BASELINE / "manifest.json").is_file() else None


def _alike(before: Path | None, after: Path, out: Path) -> tuple[Path | None, Path, tuple[str, ...]]:
    """Both runs scored alike: as they are, or scored again first from their stored answers."""
    from evals.gate.alike import same_scoring

    if before is None:
        return None, after, ()
    if same_scoring(before, after):
        return before, after, ()
    # Imported here: scoring again needs all the machinery, deciding does not.
    from evals.compare.alike import make_alike

    with live_progress() as tell:
        one, other, notes = make_alike(before, after, out, datetime.datetime.now(datetime.UTC), tell)
    for line in notes:
        note(line)
    return one.folder, other.folder, notes


def _write_files(made: "Gate", run_folder: Path, asked: dict[str, Path | None], report_url: str) -> None:
    from evals.cli.files import write_file
    from evals.gate.junit import gate_junit
    from evals.gate.markdown import comment_markdown, gate_markdown

    prompt_file, _ = _prompt_file(run_folder)
    makers = {
        "junit": lambda: gate_junit(made, prompt_file),
        "markdown": lambda: gate_markdown(made, report_url),
        "comment": lambda: comment_markdown(made, report_url),
    }
    for name, path in asked.items():
        if path is not None:
            write_file(path, makers[name]())
            note(f"wrote {path}")


def _prompt_file(run_folder: Path) -> tuple[str | None, str]:
    """The path and text of the prompt that the run used, as far as they can be found here."""
    from evals.shipped import find_named
    from evals.store import read_manifest

    suite = read_manifest(run_folder).get("suite", {})
    try:
        path = find_named(str(suite.get("prompt", "")), "prompts", ".md", "prompt")
        text = path.read_text(encoding="utf-8")
    except (UserError, OSError, UnicodeDecodeError):
        return None, ""
    try:
        # GitHub shows annotations on paths from the checkout's root.
        return path.resolve().relative_to(Path.cwd().resolve()).as_posix(), text
    except ValueError:
        return path.as_posix(), text


def _annotate(made: "Gate", run_folder: Path, *, json: bool) -> None:
    from evals.gate.annotations import gate_annotations

    path, text = _prompt_file(run_folder)
    for line in gate_annotations(made, path, text):
        # With --json, standard output holds JSON alone; GitHub reads both streams.
        (note if json else say)(line)


def accept(
    run_folder: RunFolder,
    why: Annotated[str, typer.Option(help="Why this run is the new baseline; recorded in it.", show_default=False)],
    to: Annotated[Path, typer.Option(help="The folder of the baseline.")] = BASELINE,
    json: Json = False,
) -> None:
    """Make a run the baseline that later runs are held against, and record why."""
    from evals.baseline import accept_baseline

    record = accept_baseline(run_folder, to, why, datetime.datetime.now(datetime.UTC))
    if json:
        print_json(record)
        return
    say(f"{to} now holds run {record['run']} ({record['files']} files, {record['bytes'] / 1e6:.1f} MB)")
