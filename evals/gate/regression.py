"""Rules that hold a run against its baseline: the mean of a measure must not have fallen by more than a margin.

The decision is the one of `evals.stats.non_inferior`, with two additions. Questions that had a value in the baseline
and have none now are never dropped: the decision must be the same with the worst and with the best value in their
place, or it is UNDECIDED. And where several such rules stand in a policy, a FAIL must hold after Holm's
correction over them."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scipy.special import ndtri

from evals.compare import Described, ends_of
from evals.compare.pairs import base_name
from evals.errors import UserError
from evals.gate.evidence import Evidence, Slice, count
from evals.gate.policy import NoWorse, Policy
from evals.gate.records import Place, RuleResult, Verdict
from evals.gate.values import Values, described
from evals.gate.wording import count as counted
from evals.gate.wording import endings, ids, number, signed
from evals.stats import (
    MIN_CLUSTERS,
    Difference,
    Ends,
    holm,
    non_inferior,
    paired_difference,
    questions_needed,
)
from evals.stats.power import POWER

Pair = tuple[float, float]
_SAME = 1e-9


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
    sides = [evidence.values(scores, rule.no_worse) for scores in (before, evidence.after)]
    pairs, lost = _pairs(sides, [key for key in evidence.asked(part) if key in evidence.shared])
    measure, confidence = described(rule.no_worse), rule.confidence or policy.confidence
    ends = ends_of(measure, *sides)
    seen = worst = best = _difference(pairs, evidence, measure, ends, confidence)
    if lost:
        low, high = ends or _seen(pairs)
        filled = [{**pairs, **{key: (old, end) for key, old in lost.items()}} for end in (low, high)]
        worst, best = (_difference(more, evidence, measure, ends, confidence) for more in filled)
        worst, best = (worst, best) if measure.better == "up" else (best, worst)
    return Compared(
        rule=rule, part=part, described=measure, confidence=confidence, chosen=pairs, lost=tuple(lost), seen=seen,
        worst=worst, best=best, not_scored=count(evidence.without_score(rule.no_worse, part)),
    )  # fmt: skip


def _pairs(sides: Sequence[Values], asked: Sequence[str]) -> tuple[dict[str, Pair], dict[str, float]]:
    """The means of the questions with a value in both runs, and the old means of those that lost theirs.

    A question with a repeat that has no value has none: a mean over what is left would hide the failure.
    """
    pairs: dict[str, Pair] = {}
    lost: dict[str, float] = {}
    for key in asked:
        old, new = (_mean(side.get(key, ())) for side in sides)
        if old is not None and new is not None:
            pairs[key] = (old, new)
        elif old is not None:
            lost[key] = old
    return pairs, lost


def _unknown(rule: NoWorse, said: str, settle: str) -> RuleResult:
    return RuleResult(
        id=rule.id, kind="no_worse", about=rule.no_worse, because=rule.because, verdict="UNDECIDED", said=said,
        threshold=-rule.margin, bound="low", settle=settle,
    )  # fmt: skip


def _mean(values: Sequence[float | None]) -> float | None:
    if len(values) == 1:
        return values[0]
    numbers = [value for value in values if value is not None]
    return sum(numbers) / len(numbers) if numbers and len(numbers) == len(values) else None


def _seen(pairs: Mapping[str, Pair]) -> Ends:
    values = [value for pair in pairs.values() for value in pair]
    return min(values, default=0.0), max(values, default=0.0)


def _difference(
    pairs: Mapping[str, Pair], evidence: Evidence, measure: Described, ends: Ends | None, confidence: float
) -> Difference | None:  # fmt: skip
    clusters: dict[str, list[Pair]] = defaultdict(list)
    questions = evidence.after.questions
    for key, pair in pairs.items():
        clusters[questions[key].cluster].append(pair)
    return _without_change(paired_difference(clusters, better=measure.better, ends=ends, confidence=confidence))


def _without_change(difference: Difference | None) -> Difference | None:
    # On a scale without ends, pairs that are all alike have no limits: then what was seen is all that can be said.
    if difference is None or difference.low is not None or difference.clusters < MIN_CLUSTERS:
        return difference
    gain = difference.gain
    return replace(difference, low=gain, high=gain, p_worse=0.0 if gain < 0 else 1.0)


# --- several rules at once -------------------------------------------------------------------------------------------


def decide_all(found: Sequence[Compared]) -> tuple[RuleResult, ...]:
    """The results of all `no_worse` rules of a policy, in order: a FAIL holds for all of them together (Holm)."""
    p_values = {str(n): one.best.p_worse for n, one in enumerate(found) if one.best and one.best.p_worse is not None}
    adjusted = holm(p_values)
    return tuple(_result(one, adjusted.get(str(n)), len(p_values)) for n, one in enumerate(found))


def _result(one: Compared, adjusted: float | None, rules: int) -> RuleResult:
    rule, described = one.rule, one.described
    verdict, said, settle, needed = _decided(one, adjusted)
    shown = one.seen
    gains = {
        key: pair[1] - pair[0] if described.better == "up" else pair[0] - pair[1] for key, pair in one.chosen.items()
    }
    return RuleResult(
        id=rule.id, kind="no_worse", about=rule.no_worse, because=rule.because, verdict=verdict, said=said,
        decides=not (rule.few == "told" and _few(one)), unit=described.unit,
        observed=shown.gain if shown else None, low=shown.low if shown else None, high=shown.high if shown else None,
        threshold=-rule.margin, bound="high" if verdict == "FAIL" else "low",
        before=shown.before if shown else None, after=shown.after if shown else None,
        answers=len(one.chosen), clusters=shown.clusters if shown else 0,
        not_scored={**one.not_scored, **({"lost": len(one.lost)} if one.lost else {})},
        detectable=_detectable(one, rules), p_worse=one.best.p_worse if one.best else None, p_adjusted=adjusted,
        settle=settle, needed=needed, warnings=_warnings(one), places=_places(one, gains, verdict),
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
    plain = _plain(one)
    if non_inferior(one.worst, margin) == "PASS":
        return "PASS", plain, "", None
    if fails:
        return "FAIL", plain, "", None
    if one.lost and non_inferior(one.seen, margin) == "PASS":
        said = f"{plain}; but {counted(len(one.lost), 'question')} lost their value, and the worst case is a loss"
        return "UNDECIDED", said, f"Values for the questions that lost theirs: {ids(one.lost)}.", None
    needed = _needed(one.seen, margin, one.confidence)
    told = "" if adjusted is None or one.seen.high is None or one.seen.high >= 0 else _holm_said(one, adjusted)
    said = f"{plain}{told}"
    settle = (
        f"About {needed:,} questions in place of {one.seen.clusters:,}, if nothing changed and answers vary as here "
        "(more repeats help where it is the generator that varies)."
    )
    return "UNDECIDED", said, settle, needed


def _plain(one: Compared) -> str:
    shown = one.seen
    if shown is None:
        return ""
    return (
        f"from {number(shown.before)} to {number(shown.after)}: gain {signed(shown.gain)}, {100 * one.confidence:g}% "
        f"interval {signed(shown.low)} to {signed(shown.high)}; a loss of {number(one.rule.margin)} is allowed"
    )


def _holm_said(one: Compared, adjusted: float) -> str:
    return f"; the loss does not stand after Holm's correction (p {number(adjusted)}, {number(one.tail)} needed)"


def _needed(difference: Difference, margin: float, confidence: float) -> int:
    by_spread = questions_needed(difference.sd or 0.0, margin, confidence=confidence)
    if difference.method != "bounded" or difference.low is None:
        return max(by_spread, MIN_CLUSTERS)
    # Limits of the bounded kind close in with the number of clusters, not with its root.
    by_ends = math.ceil(difference.clusters * (difference.gain - difference.low) / margin)
    return max(by_spread, by_ends, MIN_CLUSTERS)


def _detectable(one: Compared, rules: int) -> float | None:
    """The loss that this rule would fail four times of five, were it the one that changed.

    Two things must happen: the upper limit falls below zero, at Holm's first step, and the lower one below -margin,
    else the rule passes. The spread of the estimate comes on top (as in `evals.stats.detectable_drop`).
    """
    seen = one.seen
    if seen is None or seen.high is None or seen.low is None or seen.sd is None:
        return None
    error = seen.sd / math.sqrt(seen.clusters)
    level = float(ndtri(1.0 - one.tail))
    # The gap to the upper limit grows as the normal quantile does: so for t, near enough for bounded limits.
    above = (seen.high - seen.gain) * float(ndtri(1.0 - one.tail / max(rules, 1))) / level
    below = one.rule.margin - min(seen.gain - seen.low, level * error)
    return max(above, below) + float(ndtri(POWER)) * error


def _warnings(one: Compared) -> tuple[str, ...]:
    found: list[str] = []
    if (
        one.seen
        and one.seen.high is not None
        and one.seen.high < 0
        and non_inferior(one.seen, one.rule.margin) == "PASS"
    ):
        found.append("surely a little worse, by less than the margin")
    if one.lost:
        found.append(
            f"{counted(len(one.lost), 'question')} had a value in the baseline and have none now: {ids(one.lost)}"
        )
    if rest := {key: amount for key, amount in one.not_scored.items() if key != "lost"}:
        found.append(endings(rest))
    return tuple(found)


def _places(one: Compared, gains: Mapping[str, float], verdict: Verdict) -> tuple[Place, ...]:
    lost = tuple(Place(question_id=key, said="has no value any more") for key in one.lost)
    if verdict == "PASS":
        return lost
    worst = sorted((key for key, gain in gains.items() if gain < -_SAME), key=lambda key: (gains[key], key))
    told = (
        Place(question_id=key, said=f"from {number(one.chosen[key][0])} to {number(one.chosen[key][1])}")
        for key in worst
    )
    return (*told, *lost) if verdict == "FAIL" else (*lost, *told)
