"""The true rate in a run from a sample judged by clinicians and all of it judged by the machine. Pure functions.

Prediction-powered inference (Angelopoulos, Bates, Fannjiang, Jordan and Zrnic, Science 382, 2023): the machine's rate
over all answers, plus what clinicians' judgements of a sample say that it is off by. Here the sample is drawn with
unequal, known probabilities, so that each judged answer weighs 1/probability (Hájek's form of the Horvitz-Thompson
estimator; this is the difference estimator of Särndal, Swensson and Wretman, Model Assisted Survey Sampling, 1992). The
answers are those of one run and fixed: only the drawing is random.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z = 1.959964


@dataclass(frozen=True, slots=True)
class Unit:
    """One answer of the run: what the machine predicts, its probability to be drawn, and the clinicians' judgement.

    `predicted` and `judged` lie in [0, 1]; `judged` is None where clinicians did not judge.
    """

    predicted: float
    probability: float
    judged: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate over all `answers` with its 95% interval; `judged` answers stand behind it. Null without any.

    `missed` and `false_alarms` are the estimated shares of all answers on which the machine is wrong either way.
    """

    value: float | None
    low: float | None
    high: float | None
    answers: int
    judged: int
    machine: float
    missed: float | None
    false_alarms: float | None


def powered(units: Sequence[Unit]) -> Rate:
    """The rate by machine and clinicians together.

    Raises:
        ValueError: a probability is not in (0, 1].
    """
    if any(not 0 < unit.probability <= 1 for unit in units):
        raise ValueError("the probability to be drawn lies in (0, 1]")
    machine = sum(unit.predicted for unit in units) / len(units) if units else 0.0
    judged = [(unit, unit.judged) for unit in units if unit.judged is not None]
    if not judged:
        return Rate(value=None, low=None, high=None, answers=len(units), judged=0, machine=machine, missed=None,
                    false_alarms=None)  # fmt: skip
    # Not everybody who was asked answers: the chance to be judged is smaller than the chance to be drawn.
    expected = sum(unit.probability for unit in units)
    answered = min(1.0, len(judged) / expected)
    weights = [1 / unit.probability for unit, _ in judged]
    left = [1 - unit.probability * answered for unit, _ in judged]
    off = [value - unit.predicted for unit, value in judged]
    missed, alarms = _mean(weights, [max(e, 0.0) for e in off]), _mean(weights, [max(-e, 0.0) for e in off])
    value = machine + missed - alarms
    low, high = _interval(value, missed, alarms, weights, left, off)
    return Rate(
        value=_share(value), low=_share(low), high=_share(high), answers=len(units), judged=len(judged),
        machine=round(machine, 4), missed=round(missed, 4), false_alarms=round(alarms, 4),
    )  # fmt: skip


def alone(units: Sequence[Unit]) -> Rate:
    """The rate by clinicians alone: as if the machine had said nothing."""
    return powered([Unit(0.0, unit.probability, unit.judged) for unit in units])


def _mean(weights: Sequence[float], values: Sequence[float]) -> float:
    return sum(w * v for w, v in zip(weights, values, strict=True)) / sum(weights)


def _share(value: float) -> float:
    return round(min(max(value, 0.0), 1.0), 4)


def _interval(
    value: float, missed: float, alarms: float, weights: Sequence[float], left: Sequence[float], off: Sequence[float]
) -> tuple[float, float]:
    """The wider, on each side, of two intervals.

    The one by the normal law fits many judgements; where errors are rare it is too short, down to nothing. The other
    adds up exact binomial limits of both kinds of error (Zou and Donner, Statistics in Medicine 27, 2008), each on the
    effective number of judgements (Korn and Graubard, Survey Methodology 24, 1998).
    """
    total, number = sum(weights), len(weights)
    mean = missed - alarms
    squares = sum(u * (w * (e - mean)) ** 2 for w, u, e in zip(weights, left, off, strict=True))
    normal = Z * sqrt(squares * (number / (number - 1) if number > 1 else 1.0)) / total
    kish = total**2 / sum(w * w for w in weights)
    unseen = sqrt(sum(u * w * w for w, u in zip(weights, left, strict=True)) / sum(w * w for w in weights))
    m_low, m_high = _binomial(missed, kish)
    a_low, a_high = _binomial(alarms, kish)
    below = unseen * sqrt((missed - m_low) ** 2 + (a_high - alarms) ** 2)
    above = unseen * sqrt((m_high - missed) ** 2 + (alarms - a_low) ** 2)
    return value - max(normal, below), value + max(normal, above)


def _binomial(share: float, number: float) -> tuple[float, float]:
    """Clopper and Pearson's limits for a share of a number that need not be whole."""
    from scipy.stats import beta

    hits = share * number
    low = float(beta.ppf(0.025, hits, number - hits + 1)) if hits > 0 else 0.0
    high = float(beta.ppf(0.975, hits + 1, number - hits)) if hits < number else 1.0
    return low, high
