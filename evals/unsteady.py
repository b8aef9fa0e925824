"""What does not come out the same twice: scores over repeated answers, labels over repeated judgements, and judges."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from evals.judges.disagreement import judge_of
from evals.judges.escalation import escalated
from evals.records import Item, Verdict


def unsteady(items: Sequence[Item], beside: Sequence[str] = ()) -> dict[str, Any]:
    """Parts of a summary, as plain values; each is there only when there is something to tell.

    `answer_repeats`: for each scorer and question the spread (highest less lowest score) over its repeats.
    `judge_repeats`: for each judge and question the share of claims whose label differs between judgements of the same
    answer. Both name every question that changed, the least steady first, under `worst`.
    `judges`: for each judge beside the deciding one, how many claims both labelled, how many alike, and the answers
    on which they differ. `in_dispute`: how many answers have such a claim, of how many that were judged.
    `cascades`: for each cascade how many claims it judged, how many it passed on to the model, and their share.
    """
    found = {
        "answer_repeats": _spreads(items),
        "judge_repeats": _labels(items),
        "judges": (judges := _judges(items, beside)),
        "in_dispute": _in_dispute(items, judges),
        "cascades": _cascades(items),
    }
    return {name: value for name, value in found.items() if value}


def _spreads(items: Sequence[Item]) -> dict[str, Any]:
    values: dict[tuple[str, str], list[float]] = defaultdict(list)
    for item in items:
        for outcome in item.outcomes:
            if outcome.value is not None:
                values[outcome.scorer, outcome.question_id].append(outcome.value)
    repeated = {key: scores for key, scores in values.items() if len(scores) > 1}
    spreads = {key: round(max(scores) - min(scores), 3) for key, scores in repeated.items()}
    result: dict[str, Any] = {}
    for scorer in dict.fromkeys(scorer for scorer, _ in spreads):
        own = {question: spread for (name, question), spread in spreads.items() if name == scorer}
        worst = sorted(own, key=lambda question: (-own[question], question))
        result[scorer] = {
            "questions": len(own),
            "changed": sum(spread > 0 for spread in own.values()),
            "mean_spread": round(sum(own.values()) / len(own), 3),
            "worst": [{"question_id": q, "spread": own[q]} for q in worst if own[q] > 0],
        }
    return result


def _labels(items: Sequence[Item]) -> dict[str, Any]:
    by_judge: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        for (judge, _), labels in sorted(_by_claim(item).items()):
            if len(labels) > 1:
                by_judge[judge][item.answer.question_id].append(len(set(labels.values())) > 1)
    result: dict[str, Any] = {}
    for judge, questions in by_judge.items():
        shares = {question: sum(differ) / len(differ) for question, differ in questions.items()}
        claims = [differ for found in questions.values() for differ in found]
        worst = sorted(shares, key=lambda question: (-shares[question], question))
        result[judge] = {
            "questions": len(shares),
            "claims": len(claims),
            "changed": sum(claims),
            "share_changed": round(sum(claims) / len(claims), 3),
            "worst": [{"question_id": q, "share_changed": round(shares[q], 3)} for q in worst if shares[q] > 0],
        }
    return result


def _by_claim(item: Item) -> dict[tuple[str, str], dict[int, str]]:
    """Labels against the whole corpus, by judge and claim, then by judge repeat."""
    labels: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for verdict in item.verdicts:
        if verdict.scope == "corpus" and verdict.label is not None:
            labels[judge_of(verdict), verdict.claim_id].setdefault(verdict.judge_repeat, verdict.label)
    return labels


def _judges(items: Sequence[Item], beside: Sequence[str]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name in beside:
        both = alike = failed = 0
        disputed: list[list[Any]] = []
        for item in items:
            own = [v for v in item.verdicts if judge_of(v) == name and v.scope == "corpus" and v.judge_repeat == 0]
            deciding = _deciding(item, beside)
            failed += sum(verdict.status == "error" for verdict in own)
            pairs = [(v.label, deciding[v.claim_id]) for v in own if v.label and deciding.get(v.claim_id)]
            both += len(pairs)
            agreed = sum(one == other for one, other in pairs)
            alike += agreed
            if agreed < len(pairs):
                disputed.append([item.answer.question_id, item.answer.repeat, len(pairs) - agreed])
        result[name] = {"claims": both, "alike": alike, "errors": failed, "disputed": disputed}
    return result


def _in_dispute(items: Sequence[Item], judges: dict[str, Any]) -> dict[str, int]:
    if not judges:
        return {}
    disputed = {(question, repeat) for row in judges.values() for question, repeat, _ in row["disputed"]}
    judged = sum(any(verdict.judge != "rules" for verdict in item.verdicts) for item in items)
    return {"answers": len(disputed), "of": judged}


def _cascades(items: Sequence[Item]) -> dict[str, Any]:
    verdicts = [verdict for item in items for verdict in item.verdicts if "/" in verdict.judge]
    counts = {name: escalated(verdicts, name) for name in sorted({judge_of(verdict) for verdict in verdicts})}
    return {
        name: {"claims": count.claims, "passed_on": count.passed_on, "share": round(count.share, 3)}
        for name, count in counts.items()
        if count.share is not None
    }


def _deciding(item: Item, beside: Sequence[str]) -> dict[str, str | None]:
    def decides(verdict: Verdict) -> bool:
        return verdict.scope == "corpus" and verdict.judge_repeat == 0 and judge_of(verdict) not in beside

    return {verdict.claim_id: verdict.label for verdict in reversed(item.verdicts) if decides(verdict)}
