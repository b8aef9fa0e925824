"""A comparison in words, and the questions to show for it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evals.gate.records import Place, Verdict
from evals.gate.wording import count as counted
from evals.gate.wording import endings, ids, number, signed
from evals.stats import non_inferior

if TYPE_CHECKING:
    from evals.gate.regression import Compared

_SAME = 1e-9


def plain(one: "Compared") -> str:
    """The means, the gain with its interval, and the loss that is allowed."""
    shown = one.seen
    if shown is None:
        return ""
    return (
        f"from {number(shown.before)} to {number(shown.after)}: gain {signed(shown.gain)}, {100 * one.confidence:g}% "
        f"interval {signed(shown.low)} to {signed(shown.high)}; a loss of {number(one.rule.margin)} is allowed"
    )


def holm_said(one: "Compared", adjusted: float) -> str:
    """Why a loss that stands by itself does not fail."""
    return f"; the loss does not stand after Holm's correction (p {number(adjusted)}, {number(one.tail)} needed)"


def warnings(one: "Compared") -> tuple[str, ...]:
    """What must be known beside the verdict: a sure loss within the margin, and answers without a number."""
    found: list[str] = []
    if (
        one.seen
        and one.seen.high is not None
        and one.seen.high < 0
        and non_inferior(one.seen, one.rule.margin) == "PASS"
    ):
        found.append("surely a little worse, by less than the margin")
    if one.lost:
        found.append(f"{counted(len(one.lost), 'question')} had a value in the baseline and none now: {ids(one.lost)}")
    if rest := {key: amount for key, amount in one.not_scored.items() if key != "lost"}:
        found.append(endings(rest))
    return tuple(found)


def places(one: "Compared", verdict: Verdict) -> tuple[Place, ...]:
    """The questions that lost most, and those that lost their value; of a rule that passed, the latter only."""
    lost = tuple(Place(question_id=key, said="has no value any more") for key in one.lost)
    if verdict == "PASS":
        return lost
    gains = _gains(one)
    worst = sorted((key for key, gain in gains.items() if gain < -_SAME), key=lambda key: (gains[key], key))
    told = (
        Place(question_id=key, said=f"from {number(one.chosen[key][0])} to {number(one.chosen[key][1])}")
        for key in worst
    )
    return (*told, *lost) if verdict == "FAIL" else (*lost, *told)


def _gains(one: "Compared") -> Mapping[str, float]:
    sign = 1.0 if one.described.better == "up" else -1.0
    return {key: sign * (after - before) for key, (before, after) in one.chosen.items()}
