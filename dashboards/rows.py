"""A run as rows for the screen. Nothing is scored or summed up here that a decision rests on."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.records import SEVERITIES, STATUSES, Item, Passage, Severity
from evals.report.inert import one_line, visible
from evals.store import Run, decide

Key = tuple[str, int]
Row = dict[str, Any]

CHOICES = ("topic", "cancer", "risk", "scorer", "rule", "verdict")
"""What answers can be filtered by, each by several values."""
ORDERS = ("worst findings first", "most contradicted claims first", "question id")
VERDICTS = ("contradicted", "partly", "not_found", "supported", "not_checkable", "no_verdict")
UNSIGNED = "no one"
SERIOUS: tuple[Severity, ...] = ("severe", "critical")


def labels(item: Item) -> dict[str, str]:
    """The decided verdict's label of each claim by claim id, `no_verdict` where no judge gave one."""
    decided = {verdict.claim_id: verdict.label for verdict in decide(item.verdicts)}
    return {claim.claim_id: decided.get(claim.claim_id) or "no_verdict" for claim in item.claims}


def cell(text: str) -> str:
    """Data as a cell of a table: one line, and nothing in it that hides or reorders what is read."""
    return visible(one_line(text))


# --- answers ---------------------------------------------------------------------------------------------------------


def answers(run: Run) -> list[Row]:
    """One row for each planned question and repeat, in plan order."""
    return [_answer_row(run, item) for item in run.items]


def _answer_row(run: Run, item: Item) -> Row:
    answer, question = item.answer, run.questions.get(item.answer.question_id)
    text = answer.question or (question.text if question else "")
    verdicts = Counter(labels(item).values())
    found = [finding for outcome in item.outcomes for finding in outcome.findings]
    rank = max((SEVERITIES.index(finding.severity) for finding in found), default=-1)
    return {
        "question_id": answer.question_id,
        "repeat": answer.repeat,
        "id": cell(answer.question_id),
        "question": cell(text),
        "topic": question.topic if question else "",
        "cancer": question.cancer if question else "",
        "risk": question.risk if question else "",
        "rank": rank,
        "worst": SEVERITIES[rank] if found else "",
        "findings": len(found),
        "contradicted": verdicts["contradicted"],
        "ended": _ended(item),
        "scores": {outcome.scorer: outcome.value for outcome in item.outcomes},
        "rule": {finding.rule for finding in found},
        "verdict": {*verdicts},
        "scorer": {o.scorer for o in item.outcomes if o.findings or o.status != "scored"},
        "words": f"{answer.question_id} {text} {answer.text}".casefold(),
    }


def _ended(item: Item) -> str:
    counts = Counter(outcome.status for outcome in item.outcomes)
    return ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])


def chosen(table: Sequence[Row], wanted: Mapping[str, Sequence[str]], find: str, order: str) -> list[Row]:
    """The rows that meet every filter and hold every word of `find`, in the order asked for.

    `wanted` maps a name of `CHOICES` to the values of which a row must have one; no values, no filter.
    """
    words = find.casefold().split()
    kept = [
        row
        for row in table
        if all(_meets(row[name], values) for name, values in wanted.items())
        and all(word in row["words"] for word in words)
    ]
    return sorted(kept, key=lambda row: (*_place(row, order), row["question_id"], row["repeat"]))


def _meets(value: str | set[str], values: Sequence[str]) -> bool:
    return not values or (value in values if isinstance(value, str) else not value.isdisjoint(values))


def orders(scorers: Iterable[str]) -> list[str]:
    """The orders that answers can be shown in; the first is the usual one."""
    return [*ORDERS, *(f"lowest {name}" for name in scorers)]


def _place(row: Row, order: str) -> tuple[float, ...]:
    if order == ORDERS[1]:
        return (-row["contradicted"], -row["rank"])
    if order == ORDERS[2]:
        return ()
    if order.startswith("lowest ") and (scorer := order.removeprefix("lowest ")) in row["scores"]:
        # An answer without this score comes last: it is not the worst, it is unknown.
        value = row["scores"][scorer]
        return (2.0 if value is None else value,)
    return (-row["rank"], -row["contradicted"], -row["findings"])


# --- findings and scores ---------------------------------------------------------------------------------------------


def findings(run: Run) -> list[Row]:
    """One row for each finding of the run, the gravest first."""
    rows = [
        {
            "severity": finding.severity,
            "rule": finding.rule,
            "message": cell(finding.message),
            "scorer": outcome.scorer,
            "question_id": item.answer.question_id,
            "repeat": item.answer.repeat,
            "id": cell(item.answer.question_id),
            "question": cell(item.answer.question),
        }
        for item in run.items
        for outcome in item.outcomes
        for finding in outcome.findings
    ]
    order = {severity: -rank for rank, severity in enumerate(SEVERITIES)}
    return sorted(rows, key=lambda row: (order[row["severity"]], row["rule"], row["question_id"], row["repeat"]))


def scores(summary: Mapping[str, Any]) -> list[Row]:
    """One row for each scorer as the run's own summary has it: mean, interval and the counts of all four endings."""
    names = ("mean", "low", "high", "clusters", "planned", *STATUSES)
    return [{"scorer": scorer} | {name: row.get(name) for name in names} for scorer, row in summary["scorers"].items()]


def trend(runs: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]], like: Mapping[str, Any]) -> list[Row]:
    """The scores of those runs (name, manifest, summary) that were scored exactly as `like` (a manifest) was."""
    return [
        {"run": name, "made": f"{prompt_name(told)}, {told['generator'].get('name', 'unknown')}", **row}
        for name, told, summary in runs
        if scoring(told) == scoring(like)
        for row in scores(summary)
    ]


def scoring(manifest: Mapping[str, Any]) -> object:
    """What a run's scoring depended on: runs compare where this is equal."""
    return (manifest["signatures"].get("scoring") or {}).get("digest")


def prompt_name(manifest: Mapping[str, Any]) -> str:
    """The prompt's name and version as one phrase."""
    prompt = manifest["prompt"]
    name, version = prompt.get("name", "unknown"), prompt.get("version", "?")
    return f"{name} v{version}" if version else f"{name} ({manifest['generator']['name']} answers)"


# --- guidelines ------------------------------------------------------------------------------------------------------


def uses(run: Run) -> dict[str, dict[str, list[Key]]]:
    """Where each passage was used: `given` to an answer, `cited` by it, `evidence` for a verdict on its claims."""
    found: dict[str, dict[str, list[Key]]] = defaultdict(lambda: {"given": [], "cited": [], "evidence": []})
    for item in run.items:
        key = (item.answer.question_id, item.answer.repeat)
        for passage_id in dict.fromkeys(item.answer.passages):
            found[passage_id]["given"].append(key)
        for passage_id in dict.fromkeys(a.passage_id for a in item.answer.attributions if a.passage_id):
            found[passage_id]["cited"].append(key)
        for passage_id in dict.fromkeys(v.passage_id for v in decide(item.verdicts) if v.passage_id):
            found[passage_id]["evidence"].append(key)
    return dict(found)


def guidelines(run: Run, today: datetime.date) -> list[Row]:
    """One row for each guideline passage, those that need a person first.

    Texts that an answer was given from elsewhere are stored beside the passages and are not guidelines.
    """
    used = uses(run)
    given = {f"{item.answer.question_id}#{item.answer.repeat}/given" for item in run.items}
    replaced = {old: passage.id for passage in run.passages.values() for old in passage.supersedes}
    rows = [
        _passage_row(passage, replaced.get(passage.id, ""), used.get(passage.id, {}), today)
        for passage in run.passages.values()
        if passage.id.rpartition("-")[0] not in given
    ]
    return sorted(rows, key=lambda row: (not row["overdue"], not row["replaced_by"], row["passage_id"]))


def _passage_row(passage: Passage, replaced_by: str, used: Mapping[str, Sequence[Key]], today: datetime.date) -> Row:
    return {
        "passage_id": passage.id,
        "id": cell(passage.id),
        "title": cell(passage.title),
        "cancer": cell(", ".join(passage.cancer)),
        "sources": cell("; ".join(dict.fromkeys(source.organisation for source in passage.sources))),
        "as_of": passage.as_of or "",
        "review_by": passage.review_by or "",
        "overdue": "overdue" if overdue(passage, today) else "",
        "replaced_by": cell(replaced_by),
        "signed": cell(", ".join(part for part in (passage.signed_by, passage.signed_on) if part)) or UNSIGNED,
        **{how: len(used.get(how, ())) for how in ("given", "cited", "evidence")},
    }


def overdue(passage: Passage, today: datetime.date) -> bool:
    """Whether the day to look at this passage again has passed."""
    return passage.review_by is not None and passage.review_by < today.isoformat()
