"""What every report of a run says, in whatever form: its limits, how it was made, its numbers, where to look first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.records import SEVERITIES, STATUSES, Finding, Item, Severity
from evals.report.inert import anchor, number
from evals.stats import MIN_CLUSTERS
from evals.store import Run

NOT_CLINICAL = "Machine scores are an aid to review. This is not a clinical validation."
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
    "not_found": "no passage speaks about it; it may well be true",
    "not_checkable": "states nothing that a guideline could bear out (a question, a notice)",
    "no_verdict": "the judge failed, or did not look",
}
_MOST_IDS = 20
TOO_FEW = f"Counts only: fewer than {MIN_CLUSTERS} questions, and a mean of so few would read like a result."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An answer that a report points to: its anchor and what to call it."""

    anchor: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorerRow:
    """One scorer's numbers, as `summary.json` gives them, with `interval` in words."""

    name: str
    mean: str
    interval: str
    counts: Mapping[str, int]
    planned: int
    clusters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRow:
    """One of a scorer's lowest answers."""

    scorer: str
    place: Place
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """All findings of one rule and severity: how many, in which answers, and the message of the first."""

    severity: Severity
    rule: str
    scorer: str
    findings: int
    places: tuple[Place, ...]
    example: str


def names_of(run: Run) -> "Names":
    """How this run's answers are called: the repeat is named only where there is more than one."""
    return Names(repeated=any(item.answer.repeat for item in run.items))


@dataclass(frozen=True, slots=True)
class Names:
    """Calls answers "Q10", or "Q10 repeat 1" where questions are asked more than once."""

    repeated: bool

    def of(self, question_id: str, repeat: int) -> Place:
        """The place of an answer."""
        name = f"{question_id} repeat {repeat}" if self.repeated else question_id
        return Place(anchor=anchor(question_id, repeat), name=name)


def corpus_limits(run: Run) -> tuple[str, ...]:
    """What the guideline passages lack: signatures, and a review in time."""
    corpus = run.manifest["corpus"]
    limits = [f"{corpus['unsigned']} of {corpus['passages']} guideline passages are not signed by a clinician."]
    if overdue := corpus["overdue"]:
        limits.append(f"Past the review date: {_listed(overdue)}.")
    if superseded := corpus.get("superseded"):
        limits.append(f"Superseded and not searched: {_listed(superseded)}.")
    return tuple(limits)


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_MOST_IDS]) + (f" and {len(ids) - _MOST_IDS} more" if len(ids) > _MOST_IDS else "")


def how_made(run: Run) -> tuple[tuple[str, str], ...]:
    """Label and value of everything a number of this run rests on."""
    manifest = run.manifest
    suite, signatures, prompt = manifest["suite"], manifest["signatures"], manifest["prompt"]
    sizes = f"{len(run.questions):,} questions, {len(run.items):,} planned answers, {run.summary['answers']:,} answered"
    reads = ", ".join(prompt["read_by_generator"]) or "nothing"
    rows = {
        "Run": manifest["run_id"],
        "Suite": _with(suite["name"], suite.get("description")),
        "Questions": sizes,
        "Generator": _named(manifest["generator"]),
        "Prompt": f"{_named(prompt)}; of it the generator reads: {reads}",
        "Judge": str(manifest["judge"]),
        "Scorers": ", ".join(f"{name} (version {row['version']})" for name, row in run.summary["scorers"].items()),
        "Seed": str(suite.get("seed", 0)),
        "Started": manifest["started"],
        "Finished": manifest.get("finished"),
        "Scoring signature": signatures["scoring"]["digest"],
        "Subject signature": signatures["subject"]["digest"],
    }
    return tuple((label, str(value)) for label, value in rows.items() if value)


def _with(name: str, description: str | None) -> str:
    return f"{name} – {description}" if description else name


def _named(part: Mapping[str, Any]) -> str:
    return f"{part['name']} (version {part['version']})"


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
    """One sliced field: for each of its values a row, with one cell for each scorer of the run."""

    field: str
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
    return tuple(SliceTable(field=field, rows=rows) for field, rows in tables.items())


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


def worst_rows(run: Run, most: int) -> tuple[WorstRow, ...]:
    """The lowest answers of each scorer, lowest first. An answer that is faultless is never among the worst."""
    names = names_of(run)
    return tuple(
        WorstRow(
            scorer=scorer,
            place=names.of(low["question_id"], low["repeat"]),
            value=number(low["value"]),
            reason=low["reason"],
        )
        for scorer, row in run.summary["scorers"].items()
        for low in row["worst"][:most]
        if low["value"] < 1
    )


def finding_rows(run: Run) -> tuple[FindingRow, ...]:
    """Findings by rule, the gravest first, then those in most answers."""
    names = names_of(run)
    found: dict[tuple[Severity, str, str], list[tuple[Item, Finding]]] = {}
    for item in run.items:
        for outcome in item.outcomes:
            for finding in outcome.findings:
                found.setdefault((finding.severity, finding.rule, outcome.scorer), []).append((item, finding))
    rows = [
        FindingRow(
            severity=severity, rule=rule, scorer=scorer, findings=len(group), example=group[0][1].message,
            places=tuple(dict.fromkeys(names.of(item.answer.question_id, item.answer.repeat) for item, _ in group)),
        )
        for (severity, rule, scorer), group in found.items()
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-_rank(row.severity), -len(row.places), row.rule, row.scorer)))


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)


def worst_severity(findings: Iterable[Finding]) -> Severity | None:
    """The gravest severity among findings, or None without any."""
    return max((finding.severity for finding in findings), key=_rank, default=None)


def all_findings(item: Item) -> tuple[Finding, ...]:
    """Every finding of an answer, in the order of the scorers."""
    return tuple(finding for outcome in item.outcomes for finding in outcome.findings)


def gravest(findings: Sequence[Finding], most: int) -> tuple[Finding, ...]:
    """The gravest findings first, in reading order among equals."""
    ranked = sorted(findings, key=lambda f: (-_rank(f.severity), -1 if f.start is None else f.start, f.rule))
    return tuple(ranked[:most])


def ending(item: Item) -> str | None:
    """Why an item has no answer to read, in words; None when it has one."""
    if not item.answer.generator:
        reasons = dict.fromkeys(outcome.reason for outcome in item.outcomes if outcome.status == "skipped")
        return f"Skipped: {'; '.join(reasons) or item.answer.error}"
    return f"Error: {item.answer.error}" if item.answer.status == "error" else None
