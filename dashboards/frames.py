"""A run as tables for the screen. Nothing is scored or summed up here that a decision rests on."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from evals.records import SEVERITIES, STATUSES, Item, Passage
from evals.store import Run, decide

Key = tuple[str, int]

ORDERS = ("worst findings first", "most contradicted claims first", "question id")
VERDICTS = ("contradicted", "partly", "not_found", "supported", "not_checkable", "no_verdict")
_SERIOUS = ("severe", "critical")


def labels(item: Item) -> dict[str, str]:
    """The decided verdict's label of each claim by claim id, `no_verdict` where no judge gave one."""
    decided = {verdict.claim_id: verdict.label for verdict in decide(item.verdicts)}
    return {claim.claim_id: decided.get(claim.claim_id) or "no_verdict" for claim in item.claims}


def worst(severities: Iterable[str]) -> str:
    """The gravest of some severities, empty when there is none."""
    return max(severities, key=SEVERITIES.index, default="")  # type: ignore[arg-type]


# --- answers ---------------------------------------------------------------------------------------------------------


def answers(run: Run) -> pd.DataFrame:
    """One row for each planned question and repeat, in plan order; a column of values for each scorer."""
    scorers = list(run.summary.get("scorers", {}))
    return pd.DataFrame([_answer_row(run, item, scorers) for item in run.items])


def _answer_row(run: Run, item: Item, scorers: Sequence[str]) -> dict[str, Any]:
    answer, question = item.answer, run.questions.get(item.answer.question_id)
    text = answer.question or (question.text if question else "")
    verdicts = Counter(labels(item).values())
    values = {outcome.scorer: outcome.value for outcome in item.outcomes}
    found = [finding for outcome in item.outcomes for finding in outcome.findings]
    gravest = worst(finding.severity for finding in found)
    return {
        "question_id": answer.question_id,
        "repeat": answer.repeat,
        "question": text,
        "topic": question.topic if question else "",
        "cancer": question.cancer if question else "",
        "risk": question.risk if question else "",
        "worst": gravest,
        "rank": SEVERITIES.index(gravest) if gravest else -1,  # type: ignore[arg-type]
        "findings": len(found),
        "contradicted": verdicts["contradicted"],
        "not_found": verdicts["not_found"],
        "ended": _ended(item),
        **{f"score:{name}": values.get(name) for name in scorers},
        "rules": tuple(dict.fromkeys(finding.rule for finding in found)),
        "verdicts": tuple(verdicts),
        "scorers": tuple(o.scorer for o in item.outcomes if o.findings or o.status != "scored"),
        "words": f"{answer.question_id} {text} {answer.text}".casefold(),
    }


def _ended(item: Item) -> str:
    if item.answer.error == "skipped":
        return "skipped"
    if item.answer.status == "error":
        return "no answer"
    counts = Counter(outcome.status for outcome in item.outcomes)
    return ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])


def chosen(table: pd.DataFrame, wanted: Mapping[str, Sequence[str]], find: str, order: str) -> pd.DataFrame:
    """The rows that meet every filter, in the order asked for; ties by question id and repeat.

    `wanted` maps topic, cancer, risk, rule, scorer or verdict to the values of which a row must have one.
    """
    kept = table
    for name, values in wanted.items():
        if values and len(kept):
            column = {"rule": "rules", "scorer": "scorers", "verdict": "verdicts"}.get(name, name)
            kept = kept[[_meets(cell, values) for cell in kept[column]]]
    for part in find.casefold().split():
        kept = kept[[part in words for words in kept["words"]]]
    return _ordered(kept, order)


def _meets(cell: str | tuple[str, ...], values: Sequence[str]) -> bool:
    return any(value in cell for value in values) if isinstance(cell, tuple) else cell in values


def _ordered(table: pd.DataFrame, order: str) -> pd.DataFrame:
    by: list[str] = ["question_id", "repeat"]
    up = [True, True]
    if order == ORDERS[0]:
        by, up = ["rank", "contradicted", "findings", *by], [False, False, False, *up]
    elif order == ORDERS[1]:
        by, up = ["contradicted", "rank", *by], [False, False, *up]
    elif order.startswith("lowest ") and f"score:{order.removeprefix('lowest ')}" in table:
        by, up = [f"score:{order.removeprefix('lowest ')}", *by], [True, *up]
    # Answers without this score come last: they are not the worst, they are unknown.
    return table.sort_values(by, ascending=up, na_position="last", kind="stable")


# --- findings and scores ---------------------------------------------------------------------------------------------


def findings(run: Run) -> pd.DataFrame:
    """One row for each finding of the run, the gravest first."""
    columns = ["severity", "rule", "message", "scorer", "question_id", "repeat", "question", "left_out"]
    rows = [
        {
            "severity": finding.severity, "rule": finding.rule, "message": finding.message, "scorer": outcome.scorer,
            "question_id": item.answer.question_id, "repeat": item.answer.repeat, "question": item.answer.question,
            "left_out": finding.start is None,
        }
        for item in run.items for outcome in item.outcomes for finding in outcome.findings
    ]  # fmt: skip
    order = {severity: -rank for rank, severity in enumerate(SEVERITIES)}
    rows.sort(key=lambda row: (order[row["severity"]], row["rule"], row["question_id"], row["repeat"]))
    return pd.DataFrame(rows, columns=columns)


def serious(table: pd.DataFrame) -> pd.DataFrame:
    """The severe and critical ones of a table of findings."""
    return table[table["severity"].isin(_SERIOUS)]


def scores(summary: Mapping[str, Any]) -> pd.DataFrame:
    """One row for each scorer as the run's own summary has it: mean, interval and the counts of all four endings."""
    columns = ["scorer", "mean", "low", "high", "clusters", "planned", *STATUSES]
    rows = [{"scorer": name} | {key: row.get(key) for key in columns[1:]} for name, row in summary.get("scorers", {}).items()]
    return pd.DataFrame(rows, columns=columns)


def trend(runs: Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]], like: Mapping[str, Any]) -> tuple[pd.DataFrame, int]:
    """Means over the runs scored exactly as `like` (a manifest) was, oldest first, and how many others are left out."""
    same = [(name, told, summary) for name, told, summary in runs if _scoring(told) == _scoring(like)]
    rows = [
        {"run": name, "started": told.get("started"), "prompt": prompt_name(told), **row}
        for name, told, summary in same
        for row in scores(summary).to_dict("records")
    ]
    return pd.DataFrame(rows, columns=["run", "started", "prompt", "scorer", "mean", "low", "high"]), len(runs) - len(same)


def _scoring(manifest: Mapping[str, Any]) -> object:
    return manifest.get("signatures", {}).get("scoring", {}).get("digest")


def prompt_name(manifest: Mapping[str, Any]) -> str:
    """The prompt's name and version as one phrase."""
    prompt = manifest.get("prompt") or {}
    return f"{prompt.get('name', 'unknown')} v{prompt.get('version', '?')}"


# --- guidelines ------------------------------------------------------------------------------------------------------


def uses(run: Run) -> dict[str, dict[str, list[Key]]]:
    """Where each passage was used: `given` to an answer, `cited` by it, or `evidence` for a verdict on one of its claims."""
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


def guidelines(run: Run, today: datetime.date) -> pd.DataFrame:
    """One row for each guideline passage, those that need a person first; texts given from elsewhere are not guidelines."""
    used = uses(run)
    given = {f"{item.answer.question_id}#{item.answer.repeat}/given-" for item in run.items}
    replaced = {old: passage.id for passage in run.passages.values() for old in passage.supersedes}
    rows = [
        _passage_row(passage, replaced.get(passage.id), used.get(passage.id, {}), today)
        for passage in run.passages.values()
        if passage.id.rpartition("given-")[0] + "given-" not in given
    ]
    rows.sort(key=lambda row: (not row["overdue"], not row["replaced_by"], row["id"]))
    return pd.DataFrame(rows, columns=list(_passage_row(Passage(id="", title="", text=""), None, {}, today)))


def _passage_row(passage: Passage, replaced_by: str | None, used: Mapping[str, Sequence[Key]], today: datetime.date) -> dict[str, Any]:
    return {
        "id": passage.id,
        "title": passage.title,
        "cancer": ", ".join(passage.cancer),
        "sources": "; ".join(dict.fromkeys(source.organisation for source in passage.sources)),
        "as_of": passage.as_of or "",
        "review_by": passage.review_by or "",
        "overdue": overdue(passage, today),
        "replaced_by": replaced_by or "",
        "signed_by": passage.signed_by or "",
        "signed_on": passage.signed_on or "",
        **{how: len(used.get(how, ())) for how in ("given", "cited", "evidence")},
    }


def overdue(passage: Passage, today: datetime.date) -> bool:
    """Whether the day to look at this passage again has passed."""
    return bool(passage.review_by) and str(passage.review_by) < today.isoformat()
