"""Rules that hold a run against its baseline: the mean of a measure must not have fallen by more than a margin.

The decision is the one of `evals.stats.non_inferior`, with two additions. Questions that had a value in the baseline
and have none now are never dropped: the decision must be the same with the worst and with the best value in their
place, or it is UNDECIDED. And where several such rules stand in a policy, a FAIL must hold after Holm's
correction over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.compare import Described, ends_of
from evals.compare.pairs import base_name
from evals.errors import UserError
from evals.gate import regression_told as told
from evals.gate.evidence import Evidence, Slice, count
from evals.gate.pairs import Pair, pair_up
from evals.gate.policy import NoWorse, Policy
from evals.gate.power import detectable, needed
from evals.gate.records import RuleResult, Verdict
from evals.gate.values import described
from evals.gate.wording import count as counted
from evals.gate.wording import ids
from evals.stats import MIN_CLUSTERS, Difference, holm, non_inferior


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A `no_worse` rule before the correction over all of them: what the pairs show, and what they might hide."""

    rule: NoWorse
    part: Slice
    described: Described
    confidence: float
    chosen: Mapping[str, Pair]
    lost: tuple[str, ...]
    seen: Difference | None
    worst: Difference | None
    best: Difference | None
    not_scored: Mapping[str, int]

    @property
    def tail(self) -> float:
        """How unlikely a loss must be by chance to FAIL."""
        return (1.0 - self.confidence) / 2


def compare_rule(rule: NoWorse, policy: Policy, evidence: Evidence, part: Slice) -> Compared | RuleResult:
    """What the pairs of a rule's measure show; its result right away when there is nothing to compare.

    Raises:
        UserError: there is no such measure.
    """
    before = evidence.before
    if before is None:
        return _unknown(rule, "there is no baseline", "A baseline: evals gate RUN --baseline FOLDER.")
    scorer = base_name(rule.no_worse)
    if scorer not in before.scorers:
        return _unknown(rule, f"the baseline was not scored by {scorer}", "A baseline scored by it: evals rescore.")
    if scorer not in evidence.after.scorers:
        raise UserError(f"a rule on {rule.no_worse!r}", "this run did not use its scorer", "a run that did")
    old, new = evidence.values(before, rule.no_worse), evidence.values(evidence.after, rule.no_worse)
    pairs, lost = pair_up(old, new, evidence.comparable(part))
    measure, confidence = described(rule.no_worse), rule.confidence or policy.confidence
    ends = ends_of(measure, old, new)
    seen = worst = best = pairs.difference(evidence, measure, ends, confidence)
    if lost:
        low, high = ends or pairs.seen
        filled = [pairs.with_lost(lost, end) for end in (low, high)]
        worst, best = (more.difference(evidence, measure, ends, confidence) for more in filled)
        worst, best = (worst, best) if measure.better == "up" else (best, worst)
    return Compared(
        rule=rule, part=part, described=measure, confidence=confidence, chosen=pairs, lost=tuple(lost), seen=seen,
        worst=worst, best=best, not_scored=count(evidence.without_score(rule.no_worse, part)),
    )  # fmt: skip


def _unknown(rule: NoWorse, said: str, settle: str) -> RuleResult:
    return RuleResult(
        id=rule.id, kind="no_worse", about=rule.no_worse, because=rule.because, verdict="UNDECIDED", said=said,
        threshold=-rule.margin, bound="low", settle=settle,
    )  # fmt: skip


# --- several rules at once -------------------------------------------------------------------------------------------


def decide_all(found: Sequence[Compared]) -> tuple[RuleResult, ...]:
    """The results of all `no_worse` rules of a policy, in order: a FAIL holds for all of them together (Holm)."""
    p_values = {str(n): one.best.p_worse for n, one in enumerate(found) if one.best and one.best.p_worse is not None}
    adjusted = holm(p_values)
    return tuple(_result(one, adjusted.get(str(n)), len(p_values)) for n, one in enumerate(found))


def _result(one: Compared, adjusted: float | None, rules: int) -> RuleResult:
    rule = one.rule
    verdict, said, settle, questions = _decided(one, adjusted)
    shown = one.seen
    return RuleResult(
        id=rule.id, kind="no_worse", about=rule.no_worse, because=rule.because, verdict=verdict, said=said,
        decides=not (rule.few == "told" and _few(one)), unit=one.described.unit,
        observed=shown.gain if shown else None, low=shown.low if shown else None, high=shown.high if shown else None,
        threshold=-rule.margin, bound="high" if verdict == "FAIL" else "low",
        before=shown.before if shown else None, after=shown.after if shown else None,
        answers=len(one.chosen), clusters=shown.clusters if shown else 0,
        not_scored={**one.not_scored, **({"lost": len(one.lost)} if one.lost else {})},
        detectable=detectable(one.seen, rule.margin, one.tail, rules, one.best),
        p_worse=one.best.p_worse if one.best else None, p_adjusted=adjusted,
        settle=settle, needed=questions, warnings=told.warnings(one), places=told.places(one, verdict),
    )  # fmt: skip


def _few(one: Compared) -> bool:
    return one.seen is None or one.seen.low is None


def _decided(one: Compared, adjusted: float | None) -> tuple[Verdict, str, str, int | None]:
    margin = one.rule.margin
    if one.seen is None or one.worst is None or one.best is None:
        return "UNDECIDED", "no question has a value in both runs", "Questions that both runs could score.", None
    if one.seen.low is None:
        said = f"{counted(one.seen.clusters, 'question')} compared, and an interval needs {MIN_CLUSTERS}"
        return "UNDECIDED", said, f"At least {MIN_CLUSTERS} questions.", MIN_CLUSTERS
    fails = non_inferior(one.best, margin) == "FAIL" and adjusted is not None and adjusted < one.tail
    plain = told.plain(one)
    if non_inferior(one.worst, margin) == "PASS":
        return "PASS", plain, "", None
    if fails:
        return "FAIL", plain, "", None
    if one.lost and non_inferior(one.seen, margin) == "PASS":
        said = f"{plain}; but {counted(len(one.lost), 'question')} lost their value, and the worst case is a loss"
        return "UNDECIDED", said, f"Values for the questions that lost theirs: {ids(one.lost)}.", None
    wanted = needed(one.seen, margin, one.confidence)
    said = plain
    if adjusted is not None and one.seen.high is not None and one.seen.high < 0:
        said += told.holm_said(one, adjusted)
    settle = (
        f"About {wanted:,} questions in place of {one.seen.clusters:,}, if nothing changed and answers vary as here "
        "(more repeats help where it is the generator that varies)."
    )
    return "UNDECIDED", said, settle, wanted
