"""A comparison as Markdown, for a pull request or a file. Everything that comes from data is escaped."""

from collections.abc import Iterable, Iterator

from evals.compare import told
from evals.compare.records import Change, Comparison
from evals.report.inert import markdown


def comparison_markdown(comparison: Comparison) -> str:
    """The whole comparison; the same comparison gives the same bytes."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    first, *rest = told.head(comparison)
    yield from (f"# {markdown(first)}", "")
    yield from _list(rest)
    yield from _part("What was changed", told.subject(comparison.subject) if comparison.subject else ("nothing",))
    yield from ("## Measures", "", *_table(comparison.changes), "", *map(markdown, told.footnote()), "")
    yield from _part("Not comparable", told.one_sided(comparison.changes))
    if found := told.slices(comparison):
        yield from ("## Slices with more questions worse than better", "", *_table(found), "")
    yield from _part("Moved most", told.moved(comparison))
    yield from _part("Wording", told.texts(comparison))
    trades = comparison.trade_offs
    yield from _part("Readability against completeness", (trades.summary, *(one.message for one in trades.found)))


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    shown = list(_list(lines))
    if shown:
        yield from (f"## {title}", "", *shown)


def _list(lines: Iterable[str]) -> Iterator[str]:
    found = [f"- {markdown(line)}" for line in lines]
    yield from found
    if found:
        yield ""


def _table(changes: Iterable[Change]) -> Iterator[str]:
    yield f"| measure | {' | '.join(told.HEADINGS)} |"
    yield f"| --- |{' ---: |' * len(told.HEADINGS)}"
    for change in changes:
        where = f"{change.field} {change.value}: " if change.field else ""
        yield f"| {markdown(where + told.name(change))} | {' | '.join(told.cells(change))} |"
