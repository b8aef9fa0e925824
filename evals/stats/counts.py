"""Exact statistics of counts: shares, events that must never happen, and pairs of yes and no."""

import math

from scipy.special import bdtr, betaincinv, ndtri


def clopper_pearson(yes: int, of: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval for a share of independent answers (Clopper and Pearson, Biometrika 26, 1934).

    Raises:
        ValueError: there are no answers, or more yes than answers.
    """
    _check(yes, of)
    tail = (1.0 - confidence) / 2
    low = 0.0 if yes == 0 else float(betaincinv(yes, of - yes + 1, tail))
    high = 1.0 if yes == of else float(betaincinv(yes + 1, of - yes, 1.0 - tail))
    return low, high


def wilson(yes: float, of: float, *, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval (JASA 22, 1927). Counts may be effective ones, that is, no whole numbers.

    Raises:
        ValueError: there are no answers, or more yes than answers.
    """
    _check(yes, of)
    z, share = float(ndtri(1.0 - (1.0 - confidence) / 2)), yes / of
    scale = 1.0 + z**2 / of
    middle = (share + z**2 / (2 * of)) / scale
    half = z * math.sqrt(share * (1.0 - share) / of + z**2 / (4 * of**2)) / scale
    return max(0.0, middle - half), min(1.0, middle + half)


def upper_bound(events: int, of: int, *, confidence: float = 0.95) -> float:
    """The exact one-sided upper bound for the rate of an event seen so often among so many independent units.

    For events that must never happen: `of` counts question clusters, and `events` clusters with at least one.

    Raises:
        ValueError: there are no units, or more events than units.
    """
    _check(events, of)
    return 1.0 if events == of else float(betaincinv(events + 1, of - events, confidence))


def rule_of_three(of: int) -> float:
    """About the upper 95% bound when none of so many units had the event (Hanley and Lippman-Hand, JAMA 249, 1983).

    Raises:
        ValueError: there are no units.
    """
    _check(0, of)
    return min(1.0, 3.0 / of)


def mcnemar(worse: int, better: int) -> float:
    """The exact two-sided p-value for as many changed pairs worse as better (McNemar, Psychometrika 12, 1947).

    It is 1 without a changed pair.

    Raises:
        ValueError: a count is negative.
    """
    if worse < 0 or better < 0:
        raise ValueError(f"counts are not negative, got {worse} and {better}")
    changed = worse + better
    if changed == 0:
        return 1.0
    return min(1.0, 2.0 * float(bdtr(min(worse, better), changed, 0.5)))


def _check(yes: float, of: float) -> None:
    if of <= 0 or not 0 <= yes <= of:
        raise ValueError(f"so many of so many, got {yes} of {of}")
