"""Rules on a run by itself: every answer, or a bound of the interval of a mean."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

from evals.compare import ends_of
from evals.compare.pairs import base_name
from evals.errors import UserError, did_you_mean
from evals.gate.evidence import Ended, Evidence, Slice, blocking, count, mend
from evals.gate.policy import AtLeast, AtMost, Every, Policy
from evals.gate.records import Place, RuleResult, Verdict
from evals.gate.values import Values, described
from evals.gate.wording import count as counted
from evals.gate.wording import endings, number
from evals.stats import MIN_CLUSTERS, Interval, mean_interval, upper_bound


def decide_every(rule: Every, policy: Policy, evidence: Evidence, part: Slice) -> tuple[RuleResult, ...]:
    """One result for each measure that the rule names.

    Raises:
        UserError: there is no such measure, or the run has no such scorer.
    """
    names = (rule.every,) if isinstance(rule.every, str) else rule.every
    return tuple(_every(rule, name, policy, evidence, part) for name in names)


def _every(rule: Every, measure: str, policy: Policy, evidence: Evidence, part: Slice) -> RuleResult:
    values, asked = _values(evidence, measure, part), evidence.asked(part)
    wanted, worst = (rule.at_least, min) if rule.at_least is not None else (rule.at_most, max)
    seen = [value for own in values.values() for value in own if value is not None]
    observed = worst(seen, default=None)
    bad = [] if observed is None or not _breaks(rule, observed) else _broken(rule, values, evidence.repeats(measure))
    without = evidence.without_score(measure, part)
    blocked = list(blocking(without))
    verdict, settle = _ended(bool(bad), blocked, without, policy)
    clusters = {asked[key].cluster for key, own in values.items() if own.count(None) < len(own)}
    broken = {asked[key].cluster for key, _, _ in bad}
    rate = upper_bound(len(broken), len(clusters)) if clusters else None
    names = rule.every if isinstance(rule.every, tuple) else ()
    return RuleResult(
        id=f"{rule.id}: {measure}" if len(names) > 1 else rule.id, kind="every", about=measure, because=rule.because,
        verdict=verdict, said=_every_said(rule, len(bad), len(seen), rate), unit=described(measure).unit,
        observed=observed, high=rate, threshold=wanted, bound="worst answer",
        answers=len(seen), clusters=len(clusters), not_scored=count(without), settle=settle,
        warnings=(endings(count(without)),) if without else (),
        places=tuple(
            Place(question_id=key, repeat=repeat, said=f"{measure} is {number(value)}")
            for key, repeat, value in sorted(bad, key=lambda one: (-one[2] if rule.at_least is None else one[2], one))
        )
        or tuple(Place(question_id=o.question_id, repeat=o.repeat, said=o.ending) for o in blocked),
    )  # fmt: skip


def _breaks(rule: Every, value: float) -> bool:
    return value < rule.at_least if rule.at_least is not None else value > (rule.at_most or 0.0)


def _broken(
    rule: Every, values: Values, repeats: Mapping[str, Sequence[int]]
) -> list[tuple[str, int | None, float]]:  # fmt: skip
    return [
        (key, repeat, value)
        for key, own in values.items()
        for repeat, value in zip(_numbered(repeats.get(key, []), len(own)), own, strict=True)
        if value is not None and _breaks(rule, value)
    ]


def _numbered(repeats: Sequence[int], length: int) -> Sequence[int | None]:
    # Measures over several answers have one value for all of them.
    return repeats if len(repeats) == length else [None] * length


def _ended(
    broken: bool, blocked: Sequence[Ended], without: Sequence[Ended], policy: Policy
) -> tuple[Verdict, str]:  # fmt: skip
    if broken:
        return "FAIL", ""
    if blocked:
        return "UNDECIDED", mend(blocked)
    if without and policy.unscored == "undecided":
        return "UNDECIDED", "Someone who reads the answers that could not be scored."
    return "PASS", ""


def _every_said(rule: Every, bad: int, seen: int, rate: float | None) -> str:
    up = rule.at_least is not None
    wanted = f"at least {number(rule.at_least)}" if up else f"at most {number(rule.at_most)}"
    bound = (
        ""
        if rate is None
        else f"; a rate of up to {number(100 * rate)}% of questions below that cannot be ruled out (95%)"
    )
    if bad:
        limit = f"below {number(rule.at_least)}" if up else f"above {number(rule.at_most)}"
        return f"{bad:,} of {counted(seen, 'answer')} {limit}"
    return f"all {counted(seen, 'answer')} are {wanted}{bound if not bad else ''}"


def _values(evidence: Evidence, measure: str, part: Slice) -> Values:
    scorer = base_name(measure)
    if scorer not in evidence.after.scorers:
        raise UserError(
            f"a rule on {measure!r}", f"this run did not use the scorer {scorer!r}", "",
            did_you_mean(scorer, evidence.after.scorers),
        )  # fmt: skip
    asked = evidence.asked(part)
    return {key: own for key, own in evidence.values(evidence.after, measure).items() if key in asked}


# --- a bound of the mean ---------------------------------------------------------------------------------------------


def decide_bound(rule: AtLeast | AtMost, policy: Policy, evidence: Evidence, part: Slice) -> RuleResult:
    """PASS when the bound is on the right side, FAIL when the whole interval is on the wrong one, else UNDECIDED.

    Answers that ended in an error, or had a score in the baseline and have none now, count with the worst value for
    PASS and with the best one for FAIL.

    Raises:
        UserError: there is no such measure, or the run has no such scorer.
    """
    up = isinstance(rule, AtLeast)
    measure = rule.at_least if isinstance(rule, AtLeast) else rule.at_most
    values = _values(evidence, measure, part)
    without = evidence.without_score(measure, part)
    blocked = list(blocking(without))
    ends = ends_of(described(measure), values)
    confidence = rule.confidence or policy.confidence
    seen = worst = best = _interval(values, evidence, [], ends, confidence)
    if blocked:
        worst, best = (
            _interval(values, evidence, [(one.question_id, end) for one in blocked], ends, confidence)
            for end in _fill(values, ends, up=up)
        )
    verdict, settle, needed = _bound_verdict(rule, worst, best, up=up)
    return RuleResult(
        id=rule.id, kind="at_least" if up else "at_most", about=measure, because=rule.because, verdict=verdict,
        said=_bound_said(rule, seen, confidence, up=up), decides=not (rule.few == "told" and _few(seen)),
        unit=described(measure).unit, observed=seen.mean if seen else None, low=seen.low if seen else None,
        high=seen.high if seen else None, threshold=rule.value, bound=rule.bound, answers=seen.values if seen else 0,
        clusters=seen.clusters if seen else 0, not_scored=count(without), settle=settle, needed=needed,
        warnings=(endings(count(without)),) if without else (),
        places=() if verdict == "PASS" else _outliers(rule, values, blocked, up=up),
    )  # fmt: skip


def _fill(values: Values, ends: tuple[float, float] | None, *, up: bool) -> tuple[float, float]:
    numbers = [value for own in values.values() for value in own if value is not None]
    low, high = ends or (min(numbers, default=0.0), max(numbers, default=0.0))
    return (low, high) if up else (high, low)


def _interval(
    values: Values, evidence: Evidence, more: Sequence[tuple[str, float]], ends: tuple[float, float] | None,
    confidence: float,
) -> Interval | None:  # fmt: skip
    clusters: dict[str, list[float]] = defaultdict(list)
    questions = evidence.after.questions
    for key, own in values.items():
        clusters[questions[key].cluster] += [value for value in own if value is not None]
    for key, value in more:
        clusters[questions[key].cluster].append(value)
    return mean_interval(clusters, confidence=confidence, ends=ends)


def _few(seen: Interval | None) -> bool:
    return seen is None or seen.clusters < MIN_CLUSTERS


def _bound_verdict(
    rule: AtLeast | AtMost, worst: Interval | None, best: Interval | None, *, up: bool
) -> tuple[Verdict, str, int | None]:  # fmt: skip
    if worst is None or best is None:
        return "UNDECIDED", "Answers that could be scored.", None
    passes = _end(worst, rule.bound)
    fails = best.mean if rule.bound == "mean" else _end(best, "high" if up else "low")
    if passes is None or fails is None:
        return "UNDECIDED", f"At least {MIN_CLUSTERS} questions.", MIN_CLUSTERS
    if (passes >= rule.value) if up else (passes <= rule.value):
        return "PASS", "", None
    if (fails < rule.value) if up else (fails > rule.value):
        return "FAIL", "", None
    away = abs(worst.mean - rule.value)
    half = abs(worst.mean - passes)
    needed = None if away < 1e-9 else max(MIN_CLUSTERS, round(worst.clusters * (half / away) ** 2))
    told = "More questions" if needed is None else f"About {needed:,} questions in place of {worst.clusters:,}"
    return "UNDECIDED", f"{told}, if the mean stays as it is.", needed


def _end(interval: Interval, bound: Literal["low", "mean", "high"]) -> float | None:
    if interval.clusters < MIN_CLUSTERS:
        return None
    found = {"low": interval.low, "mean": interval.mean, "high": interval.high}[bound]
    # All values alike, on a scale without ends: what was seen is all there is.
    return interval.mean if found is None else found


def _bound_said(rule: AtLeast | AtMost, seen: Interval | None, confidence: float, *, up: bool) -> str:
    if seen is None:
        return "no answer has a value"
    wanted = f"{'at least' if up else 'at most'} {number(rule.value)}"
    if seen.clusters < MIN_CLUSTERS:
        return f"{counted(seen.clusters, 'question')}, and an interval needs {MIN_CLUSTERS}; wanted {wanted}"
    which = {"low": "its lower end", "mean": "the mean", "high": "its upper end"}[rule.bound]
    limits = f"{100 * confidence:g}% interval {number(seen.low)} to {number(seen.high)}"
    return f"mean {number(seen.mean)}, {limits}; {which} should be {wanted}"


def _outliers(rule: AtLeast | AtMost, values: Values, blocked: Sequence[Ended], *, up: bool) -> tuple[Place, ...]:
    found = [
        (value, key)
        for key, own in values.items()
        for value in own
        if value is not None and (value < rule.value if up else value > rule.value)
    ]
    ordered = sorted(found, key=lambda one: (one[0] if up else -one[0], one[1]))
    return (
        *(Place(question_id=one.question_id, repeat=one.repeat, said=one.ending) for one in blocked),
        *(Place(question_id=key, said=number(value)) for value, key in ordered),
    )
