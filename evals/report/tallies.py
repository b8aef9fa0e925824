"""The numbers of a summary as rows that every report shows: by scorer, by slice, by verdict, and what has no number."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.records import STATUSES, Risk
from evals.report.inert import number
from evals.stats import MIN_CLUSTERS

LABELS: Mapping[str, str] = {
    "supported": "supported",
    "contradicted": "contradicted",
    "partly": "partly supported",
    "not_found": "not found",
    "not_checkable": "not checkable",
    "no_verdict": "no verdict",
}
"""Verdict labels as people read them, in the order reports show them."""

MEANINGS: Mapping[str, str] = {
    "supported": "a passage says the same",
    "contradicted": "a passage says otherwise",
    "partly": "a passage says part of it, or says it with a limit that is missing here",
    "not_found": "the program found no match: it may be true, false or dangerous",
    "not_checkable": "states nothing that a guideline could bear out (a question, a notice)",
    "no_verdict": "the judge failed, or did not look",
}
RISKS: tuple[Risk, ...] = ("critical", "high", "elevated", "routine")
"""Risks of a question in the order reports show them; `elevated` is what clinicians call medium."""

TOO_FEW = f"Where only counts stand, there are fewer than {MIN_CLUSTERS} questions: too few for a mean that says much."


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerRow:
    """One scorer's numbers, as `summary.json` gives them, with `interval` in words."""

    name: str
    mean: str
    interval: str
    counts: Mapping[str, int]
    planned: int
    clusters: int


def scorer_rows(summary: Mapping[str, Any]) -> tuple[ScorerRow, ...]:
    """The summary table, one row a scorer, in the order of the suite."""
    return tuple(scorer_row(name, row) for name, row in summary["scorers"].items())


def scorer_row(name: str, row: Mapping[str, Any]) -> ScorerRow:
    """One row of the summary, or of a slice."""
    return ScorerRow(
        name=name,
        mean=number(row["mean"]),
        interval=_interval(row),
        counts={status: row[status] for status in STATUSES},
        planned=row["planned"],
        clusters=row["clusters"],
    )


def _interval(row: Mapping[str, Any]) -> str:
    if row["low"] is None or row["high"] is None:
        return "–"
    return f"{number(row['low'])} to {number(row['high'])}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceTable:
    """One sliced field: for each of its values a row, with one cell for each scorer of the run.

    `folded` = a reviewer seldom needs it at once. `note` explains the values where they need it, else is empty.
    """

    field: str
    note: str
    folded: bool
    rows: tuple[tuple[str, tuple[ScorerRow | None, ...]], ...]


def slice_tables(summary: Mapping[str, Any]) -> tuple[SliceTable, ...]:
    """The slices, one table a field; a cell is None where a scorer has nothing planned in that slice."""
    cells: dict[str, dict[str, dict[str, ScorerRow]]] = {}
    for row in summary["slices"]:
        of_value = cells.setdefault(row["field"], {}).setdefault(row["value"], {})
        of_value[row["scorer"]] = scorer_row(row["scorer"], row)
    scorers = tuple(summary["scorers"])
    tables = {
        field: tuple((value, tuple(found.get(scorer) for scorer in scorers)) for value, found in values.items())
        for field, values in cells.items()
    }
    return tuple(_slice_table(field, rows) for field, rows in tables.items())


def _slice_table(field: str, rows: tuple[tuple[str, tuple[ScorerRow | None, ...]], ...]) -> SliceTable:
    if field != "risk":
        return SliceTable(field=field, note="", folded=True, rows=rows)
    order: tuple[str, ...] = RISKS
    ranked = tuple(sorted(rows, key=lambda row: order.index(row[0])))
    return SliceTable(field=field, note="elevated = medium", folded=False, rows=ranked)


def counts_in_words(row: ScorerRow) -> str:
    """ "11 scored, 1 error of 12 planned": every ending that happened, so that no answer goes missing."""
    parts = [f"{count} {status}" for status, count in row.counts.items() if count or status == "scored"]
    return f"{', '.join(parts)} of {row.planned}"


def verdict_rows(summary: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """How many claims got which verdict: label and count, without labels that no claim got."""
    return tuple((label, summary["verdicts"][label]) for label in LABELS if summary["verdicts"].get(label))


def reason_rows(summary: Mapping[str, Any]) -> tuple[tuple[str, str, int], ...]:
    """Why there is no number: scorer, reason, count; the commonest first."""
    rows = [
        (scorer, reason, count)
        for scorer, row in summary["scorers"].items()
        for reason, count in row["not_scored"].items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row[2], row[0], row[1])))
