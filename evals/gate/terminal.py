"""A decision on a terminal. What comes from data is printed as it is: no markup in it takes effect."""

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from evals.gate import told
from evals.gate.records import Gate
from evals.report.inert import one_line, visible

_STYLES = {"PASS": "green", "FAIL": "bold red", "UNDECIDED": "bold yellow"}
_PLACES = 5


def render_gate(gate: Gate, console: Console) -> None:
    """Print the verdict, a row for each rule, and what did not pass in full."""
    console.print(_text(told.headline(gate), _STYLES[gate.verdict]))
    for line in told.about(gate):
        console.print(_text(line))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in told.HEADINGS[:4]:
        table.add_column(heading, overflow="fold")
    for result in gate.results:
        shown, rule, said, questions, _ = told.cells(result)
        table.add_row(_text(shown, _STYLES[result.verdict]), _text(rule), _text(said), _text(questions))
    console.print(Padding(table, (1, 0)))
    seen = [f"{one.about} {told.number(one.detectable)}" for one in gate.results if one.detectable is not None]
    if seen:
        console.print(_text(f"Smallest loss that would have failed four times of five: {', '.join(seen)}"))
    for result in (*told.open_rules(gate), *told.warned_rules(gate)):
        console.print(_text(f"\n{told.cells(result)[0]}: {result.id}", _STYLES[result.verdict]))
        for line in told.details(result):
            console.print(Padding(_text(line), (0, 0, 0, 2)))
        places, more = told.places(result, _PLACES)
        for place in places:
            console.print(Padding(_text(f"{place.question_id}: {one_line(told.place_said(place), 200)}"), (0, 0, 0, 4)))
        if more:
            console.print(Padding(_text(f"and {more:,} more in gate.json"), (0, 0, 0, 4)))


def _text(value: str, style: str = "") -> Text:
    return Text(visible(value), style=style, overflow="fold")
