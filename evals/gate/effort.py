"""Rules on what was done, not on what was found: how much was looked at, and what it cost."""

from collections.abc import Mapping
from typing import Any

from evals.errors import UserError, did_you_mean
from evals.gate.evidence import Evidence, Slice
from evals.gate.policy import Cost, Coverage
from evals.gate.records import Place, RuleResult, Verdict
from evals.gate.wording import count as counted
from evals.gate.wording import ids, number


def decide_coverage(rule: Coverage, evidence: Evidence, part: Slice) -> RuleResult:
    """The scorer that looked at least decides.

    Raises:
        UserError: the run has no such scorer.
    """
    after = evidence.after
    for scorer in rule.scorers:
        if scorer not in after.scorers:
            raise UserError(
                f"a rule on scorer {scorer!r}", "this run did not use it", "", did_you_mean(scorer, after.scorers)
            )
    asked = evidence.asked(part)
    dropped = _dropped(evidence, part)
    shares: dict[str, tuple[float, int, int, list[Place]]] = {}
    for scorer in rule.scorers or tuple(after.scorers):
        rows = after.scorers[scorer]
        good = ("scored",) if rule.count == "scored" else ("scored", "unscored")
        missing = [
            Place(question_id=question, repeat=repeat, said=status)
            for (question, repeat), status in zip(rows.keys, rows.statuses, strict=True)
            if status not in good and question in asked
        ]
        own, _ = evidence.planned(scorer, part)
        planned = own + len(dropped)
        share = (own - len(missing)) / planned if planned else 0.0
        shares[scorer] = (share, own - len(missing), planned, missing)
    scorer = min(shares, key=lambda name: (shares[name][0], name))
    share, looked, planned, missing = shares[scorer]
    verdict: Verdict = "PASS" if share >= rule.coverage else ("FAIL" if rule.below == "fail" else "UNDECIDED")
    gone = (
        f"; {counted(len(dropped), 'question')} of the baseline not asked any more: {ids(dropped)}" if dropped else ""
    )
    done = "scored" if rule.count == "scored" else "looked at"
    return RuleResult(
        id=rule.id, kind="coverage", about=f"share of planned answers {done}", because=rule.because, verdict=verdict,
        said=f"{looked:,} of {planned:,} {done} by {scorer}, the least; wanted {number(100 * rule.coverage)}%{gone}",
        observed=share, threshold=rule.coverage, bound="observed", unit="share", answers=looked, clusters=len(asked),
        settle="" if verdict == "PASS" else "The answers that are missing: evals run --retry-errors RUN.",
        places=(*missing, *(Place(question_id=key, said="not asked any more") for key in dropped)),
    )  # fmt: skip


def _dropped(evidence: Evidence, part: Slice) -> tuple[str, ...]:
    if evidence.before is None:
        return ()
    questions = evidence.before.questions
    return tuple(key for key in evidence.missing.only_before if part.holds(questions[key]))


def decide_cost(rule: Cost, evidence: Evidence) -> RuleResult:
    """What the run says that its models cost; a run that asked none cost nothing."""
    answers = _answers(evidence.after.manifest)
    spent = _cost(evidence.after.manifest)
    old = _cost(evidence.before.manifest) if evidence.before else None
    share = 1 if rule.cost == "run" else answers
    seen = None if spent is None or not share else spent / share
    limit = rule.at_most
    if rule.times_baseline is not None:
        one = _answers(evidence.before.manifest) if evidence.before and rule.cost == "answer" else 1
        limit = None if old is None or not one else rule.times_baseline * old / one
    verdict, said, settle = _cost_verdict(rule, seen, limit)
    return RuleResult(
        id=rule.id, kind="cost", about=f"US dollars for {'the run' if rule.cost == 'run' else 'an answer'}",
        because=rule.because, verdict=verdict, said=said, observed=seen, threshold=limit, bound="observed", unit="US$",
        answers=answers, settle=settle,
    )  # fmt: skip


def _cost_verdict(rule: Cost, seen: float | None, limit: float | None) -> tuple[Verdict, str, str]:
    if limit is None:
        return "UNDECIDED", "there is no baseline whose cost is known", "A baseline whose cost is known."
    if seen is None:
        return "UNDECIDED", "the cost is not known", "A price for each model asked (datasets/models/prices.yaml)."
    told = f"US$ {seen:.4f}, at most {limit:.4f}" if seen else f"no model was paid for; at most US$ {limit:.4f}"
    return ("PASS" if seen <= limit else "FAIL"), f"{told} for {'the run' if rule.cost == 'run' else 'an answer'}", ""


def _answers(manifest: Mapping[str, Any]) -> int:
    return len(manifest.get("planned", ()))


def _cost(manifest: Mapping[str, Any]) -> float | None:
    usage = manifest.get("usage")
    if not usage or not (usage.get("calls") or usage.get("cached")):
        return 0.0
    return usage.get("cost")
