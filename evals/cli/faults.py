"""The command for faults: `faults`."""

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from evals.cli.options import Json, note, print_json, say
from evals.cli.progress import progress_bar
from evals.errors import UserError

if TYPE_CHECKING:
    from evals.detection import Examined, Matrix
    from evals.faults.fault import Half

_TOLD = 20


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("faults", epilog="Example: evals faults --kinds O,D1 --limit 5")(faults)


def faults(
    run_folder: Annotated[
        Path | None,
        typer.Argument(metavar="[RUN]", help="A run folder; without one, the shipped answers labelled good."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Which fault of a kind each answer gets.")] = 0,
    kinds: Annotated[
        str | None,
        typer.Option(help="Kinds of faults, separated by commas: E08, D1-late, or letters for a whole family (D, RF)."),
    ] = None,
    half: Annotated[str, typer.Option(help="Which half of the wordings: measure, or train.")] = "measure",
    each: Annotated[int, typer.Option(min=1, max=20, help="Faults of one kind in one answer, each alone.")] = 1,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first N answers.")] = None,
    owners: Annotated[
        bool, typer.Option("--owners", help="Ask only the scorers that answer for a kind; several times faster.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Also write one JSON line a fault, caught or not.")] = None,
    json: Json = False,
) -> None:
    """Put deliberate faults into good answers and tell what each scorer catches.

    Each fault goes alone into an otherwise untouched answer, which is judged and scored as before. Caught means: a
    scorer that answers for that error says something it did not say before, about those words, or, where something was
    taken out, under that rule. A false alarm is a finding of severity moderate or worse on an untouched answer that a
    person labelled good.
    """
    from evals.detection import bench_of_run, detect, matrix_of, shipped_bench
    from evals.faults.answer_fault import wanted_kinds
    from evals.faults.fault import HALVES
    from evals.store import read_run

    names = [name.strip() for name in kinds.split(",") if name.strip()] if kinds else None
    asked = wanted_kinds(names)
    if half not in HALVES:
        raise UserError(f"--half {half}", "no such half", "measure or train")
    bench = bench_of_run(read_run(run_folder), limit) if run_folder else shipped_bench(limit)
    tested: list[Examined] = []
    with progress_bar() as progress:
        chosen = [kind.name for kind in asked]
        for one in detect(
            bench, half=cast("Half", half), kinds_=chosen, seed=seed, each=each, every_scorer=not owners, tell=progress
        ):  # fmt: skip
            tested.append(one)
    matrix = matrix_of(tested, asked)
    if out is not None:
        _write(out, tested)
    if json:
        print_json({"seed": seed, "half": half, "every_scorer": not owners, **matrix.as_json()})
        return
    _show(matrix, owners=owners)


def _write(path: Path, tested: "list[Examined]") -> None:
    from evals.detection.matrix import missed_row

    rows = [missed_row(caught) for one in tested for caught in one.faults]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(jsonlib.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise UserError(str(path), f"cannot be written ({error.strerror})", "a file to write") from error


def _show(matrix: "Matrix", *, owners: bool) -> None:
    scorers = matrix.scorers
    say(f"faults caught in {matrix.answers} answers, by the scorers that answer for them (exact 95% interval)")
    say("by: " + ", ".join(f"{number} {name}" for number, name in enumerate(scorers, 1)))
    for row in matrix.rows:
        by = " ".join("·" if owners and name not in row.owners else str(row.by[name]) for name in scorers)
        mark = "SHORT" if row.short else ""
        share = f"{row.caught:>3}/{row.faults:<3} ({row.low:4.0%} to {row.high:4.0%}) of {row.wordings:>2} wordings"
        say(f"  {row.kind:14} {row.severity:8} {share} {mark:5} by {by:24} {row.about}")
    say("")
    said = "labelled good" if matrix.labelled else "untouched; nobody labelled them good, so a finding may be right"
    say(f"findings of severity moderate or worse on {matrix.answers} answers {said}")
    for one in matrix.alarms:
        share = f"{one.alarmed}/{one.answers} answers ({one.low:.0%} to {one.high:.0%})"
        say(f"  {one.scorer:14} {share}, {one.findings} findings")
    if matrix.absent:
        note(f"fitted no answer: {', '.join(matrix.absent)}")
    for one in matrix.missed[:_TOLD]:
        words = one.fault.replacement or f"left out: {one.fault.original}"
        note(f"missed {one.fault.kind} in {one.answer}: {' '.join(words.split())[:100]}")
    if len(matrix.missed) > _TOLD:
        note(f"and {len(matrix.missed) - _TOLD} more; --json or --out has them all")
