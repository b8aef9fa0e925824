"""Many scores together: per scorer and per slice, with intervals, counts of all four endings, and the worst answers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evals.records import SEVERITIES, STATUSES, Item, Outcome, Question
from evals.stats import MIN_CLUSTERS, mean_interval
from evals.store import decide

WORST = 5


def summarise(
    items: Sequence[Item], questions: Sequence[Question], slices: Sequence[str], *, seed: int
) -> dict[str, Any]:
    """The summary of a run as plain values, ready for JSON.

    `scorers` maps each scorer to its row; `slices` lists one row for each slice value and scorer (no interval and no
    mean below 20 question clusters: counts only); then verdict labels, findings by rule, and claims without a verdict.
    """
    by_id = {question.id: question for question in questions}
    outcomes = [outcome for item in items for outcome in item.outcomes]
    scorers = list(dict.fromkeys(outcome.scorer for outcome in outcomes))
    return {
        "answers": sum(1 for item in items if item.answer.status == "ok"),
        "scorers": {name: _row([o for o in outcomes if o.scorer == name], by_id, seed) for name in scorers},
        "slices": _slices(outcomes, scorers, by_id, slices, seed),
        "verdicts": _labels(items),
        "findings": _findings(outcomes),
    }


def _row(outcomes: Sequence[Outcome], questions: Mapping[str, Question], seed: int) -> dict[str, Any]:
    clusters: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.value is not None:
            clusters[questions[outcome.question_id].cluster].append(outcome.value)
    interval = mean_interval(clusters, seed=seed)
    scored = sorted((o for o in outcomes if o.value is not None), key=lambda o: (o.value, o.question_id, o.repeat))
    return {
        "version": outcomes[0].version,
        "planned": len(outcomes),
        **{status: sum(o.status == status for o in outcomes) for status in STATUSES},
        "mean": _rounded(interval.mean) if interval else None,
        "low": _rounded(interval.low) if interval else None,
        "high": _rounded(interval.high) if interval else None,
        "clusters": interval.clusters if interval else 0,
        "not_scored": dict(sorted(Counter(o.reason for o in outcomes if o.status != "scored").items())),
        "worst": [
            {"question_id": o.question_id, "repeat": o.repeat, "value": o.value, "reason": o.reason}
            for o in scored[:WORST]
        ],
        "measures": _measures(outcomes),
    }


def _measures(outcomes: Iterable[Outcome]) -> dict[str, dict[str, float | int]]:
    values: dict[str, list[float]] = defaultdict(list)
    for outcome in outcomes:
        for name, value in outcome.measures.items():
            if value is not None:
                values[name].append(value)
    return {
        name: {"mean": round(sum(found) / len(found), 3), "n": len(found)} for name, found in sorted(values.items())
    }


def _slices(
    outcomes: Sequence[Outcome],
    scorers: Sequence[str],
    questions: Mapping[str, Question],
    fields: Sequence[str],
    seed: int,
) -> list[dict[str, Any]]:
    rows = []
    for field in fields:
        for value in sorted({str(getattr(question, field)) for question in questions.values()}):
            for scorer in scorers:
                part = [
                    o for o in outcomes if o.scorer == scorer and str(getattr(questions[o.question_id], field)) == value
                ]
                if part:
                    rows.append({"field": field, "value": value, "scorer": scorer} | _slice_row(part, questions, seed))
    return rows


def _slice_row(part: Sequence[Outcome], questions: Mapping[str, Question], seed: int) -> dict[str, Any]:
    row = _row(part, questions, seed)
    kept = {key: row[key] for key in ("planned", *STATUSES, "clusters", "mean", "low", "high")}
    # A mean of a handful of questions reads like a finding and is not one.
    return kept if row["clusters"] >= MIN_CLUSTERS else {**kept, "mean": None, "low": None, "high": None}


def _labels(items: Iterable[Item]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for item in items:
        decided = {verdict.claim_id: verdict for verdict in decide(item.verdicts)}
        for claim in item.claims:
            verdict = decided.get(claim.claim_id)
            counts[str(verdict.label) if verdict else "no_verdict"] += 1
    return dict(sorted(counts.items()))


def _findings(outcomes: Iterable[Outcome]) -> list[dict[str, Any]]:
    answers: dict[tuple[str, str, str], set[tuple[str, int]]] = defaultdict(set)
    counts: Counter[tuple[str, str, str]] = Counter()
    for outcome in outcomes:
        for finding in outcome.findings:
            key = (outcome.scorer, finding.rule, finding.severity)
            counts[key] += 1
            answers[key].add((outcome.question_id, outcome.repeat))
    order = {severity: -rank for rank, severity in enumerate(SEVERITIES)}
    return [
        {"scorer": scorer, "rule": rule, "severity": severity, "findings": counts[key], "answers": len(answers[key])}
        for key in sorted(counts, key=lambda k: (order[k[2]], -len(answers[k]), k))
        for scorer, rule, severity in (key,)
    ]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
