"""A comparison in the terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evals.compare import told
from evals.compare.records import Change, Comparison
from evals.report.inert import visible


def render_comparison(comparison: Comparison, console: Console) -> None:
    """Print a comparison. Texts from data are printed as they are: no markup in them takes effect."""
    first, *rest = told.head(comparison)
    _line(console, first, "bold")
    _lines(console, rest)
    _part(console, "Changed in what was run", told.subject(comparison.subject) if comparison.subject else ("nothing",))
    _table(console, comparison.changes)
    _lines(console, told.footnote())
    _part(console, "Not comparable", told.one_sided(comparison.changes))
    if found := told.slices(comparison):
        _line(console, "Slices with more questions worse than better", "bold")
        _table(console, found)
    _part(console, "Moved most", told.moved(comparison))
    _part(console, "Wording", told.texts(comparison))
    _part(console, "Readability against completeness", (comparison.trade_offs.summary,))
    _lines(console, (f"  {one.message}" for one in comparison.trade_offs.found))


def _part(console: Console, title: str, lines: Iterable[str]) -> None:
    shown = list(lines)
    if shown:
        _line(console, title, "bold")
        _lines(console, (f"  {line}" for line in shown))


def _lines(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        _line(console, line)


def _line(console: Console, text: str, style: str = "") -> None:
    # No markup, no highlighting, no emoji codes: what looks like them came from data.
    console.print(Text(visible(text), style=style, overflow="fold"), markup=False, highlight=False, emoji=False)


def _table(console: Console, changes: Iterable[Change]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("measure", overflow="fold", min_width=12)
    for heading in told.HEADINGS:
        table.add_column(heading, justify="right", overflow="fold")
    for change in changes:
        where = f"{change.field} {change.value}: " if change.field else ""
        table.add_row(Text(visible(where + told.name(change)), overflow="fold"), *told.cells(change))
    console.print(table, markup=False, highlight=False, emoji=False)
