"""What people see at the end of `evals run`: the numbers, where to look first, and what they are not."""

from collections.abc import Iterable
from itertools import groupby

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evals.records import STATUSES
from evals.report import facts, tallies
from evals.report.inert import one_line, visible
from evals.report.judging import told_in_lines
from evals.store import Run

_WORST = 3
_FINDINGS = 5
_SEVERITY_STYLES = {"critical": "bold red", "severe": "red", "moderate": "yellow"}


def render_terminal(run: Run, console: Console) -> None:
    """Print the summary of a run. Texts from data are printed as they are: no markup in them takes effect."""
    _print(console, _text(f"{run.manifest['suite']['name']}: {run.summary['answers']:,} answers", "bold"))
    _print(console, _scores(run))
    _print(console, _worst(run))
    counts = ", ".join(f"{count:,} {tallies.LABELS[label]}" for label, count in tallies.verdict_rows(run.summary))
    _print(console, _text(f"Claims: {counts or 'none judged'}"))
    for line in told_in_lines(run):
        _print(console, _text(one_line(line, 300)))
    _print(console, _findings(run))
    for limit in facts.corpus_limits(run):
        _print(console, _text(limit))
    _print(console, _text(facts.READ_YOURSELF_SHORT, "bold"))
    _print(console, _text(facts.NOT_CLINICAL, "bold"))


def _print(console: Console, shown: Text | Table | Padding | None) -> None:
    # No markup, no highlighting, no emoji codes: what looks like them came from data.
    if shown is not None:
        console.print(shown, markup=False, highlight=False, emoji=False)


def _text(value: str, style: str = "") -> Text:
    return Text(visible(value), style=style, overflow="fold")


def _scores(run: Run) -> Padding:
    # No lines between columns: with them the eight columns would not fit into 80 characters.
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("scorer", overflow="fold", min_width=8)
    for heading in ("mean", "95% interval", *STATUSES, "planned"):
        table.add_column(heading, justify="right", no_wrap=True)
    rows = tallies.scorer_rows(run.summary)
    for row in rows:
        counts = (str(row.counts[status]) for status in STATUSES)
        table.add_row(_text(row.name), row.mean, row.interval, *counts, str(row.planned))
    return Padding(table, (1, 0))


def _worst(run: Run) -> Padding | None:
    rows = facts.worst_rows(run, _WORST)
    if not rows:
        return None
    groups = groupby(rows, key=lambda row: row.scorer)
    lines = (
        (scorer, ", ".join(f"{one_line(row.place.name, 40)}: {row.value}" for row in group), "")
        for scorer, group in groups
    )
    return _listed("Lowest answers", lines)


def _findings(run: Run) -> Padding | None:
    rows = facts.finding_rows(run)
    if not rows:
        return None
    lines = [(row.severity, _told(row), _SEVERITY_STYLES.get(row.severity, "")) for row in rows[:_FINDINGS]]
    if len(rows) > _FINDINGS:
        lines.append(("", f"and {len(rows) - _FINDINGS} more in the report", ""))
    return _listed("Gravest findings of these scorers", lines)


def _told(row: facts.FindingRow) -> str:
    answers = "1 answer" if len(row.places) == 1 else f"{len(row.places)} answers"
    return f"{row.rule} ({row.findings} in {answers}): {one_line(row.example, 120)}"


def _listed(title: str, lines: Iterable[tuple[str, str, str]]) -> Padding:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold", max_width=24)
    grid.add_column(overflow="fold")
    for label, value, style in lines:
        grid.add_row(_text(label, style), _text(value))
    framed = Table.grid()
    framed.add_row(_text(title, "bold"))
    framed.add_row(Padding(grid, (0, 0, 0, 2)))
    return Padding(framed, (0, 0, 1, 0))
