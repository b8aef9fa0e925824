"""The command for texts of any origin: `verify`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.options import Json, note, print_json, say
from evals.cli.progress import progress_bar

if TYPE_CHECKING:
    from evals.verify import Pairs, PairVerdict

_TOLD = 5
_LABELS = ("supported", "contradicted", "partly", "not_found")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command("verify", epilog="Example: evals verify pairs.csv --out verified.csv")(verify)


def verify(
    pairs: Annotated[
        Path, typer.Argument(help="JSONL, CSV or Parquet with the columns `premise` and `hypothesis`; others are kept.")
    ],
    out: Annotated[Path, typer.Option(help="Table to write: JSONL, CSV or Parquet by its suffix.")],
    judge: Annotated[str, typer.Option(help="Judge of pairs.")] = "local",
    force: Annotated[bool, typer.Option("--force", help="Replace the output if it is there already.")] = False,
    json: Json = False,
) -> None:
    """Does each premise bear out its hypothesis? The same rows with label, score, evidence and reason.

    A score is the probability that the premise supports the hypothesis. A row that cannot be judged has a reason and no
    score. The output is written when all rows are done: Ctrl-C leaves none.
    """
    from evals.verify import check_out, make_pair_judge, read_pairs, verify_rows, write_pairs

    check_out(pairs, out, force=force)
    made = make_pair_judge(judge)
    try:
        found = read_pairs(pairs)
        signature = made.signature
        with progress_bar() as progress:
            verdicts = verify_rows(found.rows, made, lambda done, total: progress("verifying", done, total))
        changed = write_pairs(found, verdicts, signature, out)
    except KeyboardInterrupt:
        note("interrupted; nothing was written")
        raise
    _notes(found, verdicts, changed)
    _show(verdicts, signature, out, json=json)
    if any(verdict.status == "error" for verdict in verdicts):
        raise typer.Exit(4)


def _notes(pairs: "Pairs", verdicts: "Sequence[PairVerdict]", changed: int) -> None:
    for column, name in pairs.renamed.items():
        note(f"your column {column!r} is kept as {name!r}")
    if changed:
        note(
            f"{changed} cells were changed so that no spreadsheet runs them or hides a part of them; offsets count the "
            "texts as they came. Parquet and JSONL keep every character."
        )
    wanting = [(place, one) for place, one in zip(pairs.places, verdicts, strict=True) if one.status != "scored"]
    for place, verdict in wanting[:_TOLD]:
        note(f"{place}: {verdict.status}: {verdict.reason}")
    if len(wanting) > _TOLD:
        note(f"and {len(wanting) - _TOLD} more; the columns `status` and `reason` have them all")


def _show(verdicts: "Sequence[PairVerdict]", signature: str, out: Path, *, json: bool) -> None:
    labels = Counter(verdict.label for verdict in verdicts)
    statuses = Counter(verdict.status for verdict in verdicts)
    if json:
        counts = {"rows": len(verdicts), **{status: statuses[status] for status in ("scored", "unscored", "error")}}
        by_label = {label: labels[label] for label in _LABELS}
        print_json({"out": str(out), "judge": signature, **counts, "labels": by_label})
        return
    told = ", ".join(f"{labels[label]:,} {label.replace('_', ' ')}" for label in _LABELS)
    say(f"{statuses['scored']:,} of {len(verdicts):,} pairs judged: {told}")
    if wanting := len(verdicts) - statuses["scored"]:
        say(f"{wanting:,} could not be judged: {statuses['unscored']:,} unscored, {statuses['error']:,} in error")
    say(str(out))
