"""What a comparison could have seen: the smallest loss it would fail, and how many questions a margin needs."""

import math
from bisect import bisect_left

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

from evals.stats.bounded import HALF, signed_root
from evals.stats.paired import Difference

POWER = 0.8
_GRID = 400


def detectable_drop(
    difference: Difference, *, margin: float = 0.0, rules: int = 1, confidence: float = 0.95, power: float = POWER
) -> float | None:
    """The smallest true mean loss that such a comparison would FAIL with this probability, however it is spread.

    The upper limit must fall below zero, at the first of Holm's steps over so many `rules`. Spread evenly, a loss
    leaves the scatter of the gains as it is: it takes the gap to that limit, and Student's quantile of the power in
    standard errors (Chow and others, Sample Size Calculations in Clinical Research, 2017, section 3.1). Hardest to see,
    on a scale with ends, is a loss that few answers bear, each falling from the best value to the worst. A loss within
    the margin is allowed, so none below it is meant to be seen. Null without limits, and where the mean has not so far
    to fall.
    """
    if difference.high is None or difference.sd is None:
        return None
    tail, clusters = (1.0 - confidence) / 2, difference.clusters
    level, first = (float(stdtrit(clusters - 1, 1.0 - one)) for one in (tail, tail / max(rules, 1)))
    # The gap to the upper limit grows as the quantile does: so for t, near enough for bounded limits.
    even = (difference.high - difference.gain) * first / level
    spread = float(stdtrit(clusters - 1, power))
    even += spread * difference.sd / math.sqrt(clusters)
    drop = max(margin, even, _borne_by_few(difference, tail / max(rules, 1), spread))
    return drop if difference.fall is None or drop <= difference.fall else None


def _borne_by_few(difference: Difference, tail: float, spread: float) -> float:
    """The mean loss by falls from one end of the scale to the other, so few that the limit just falls below zero.

    As many whole ones as the bounded limit needs, and the binomial spread of their number. Infinite where not even all
    of them would do.
    """
    if difference.fall is None or difference.rise is None:
        return 0.0
    clusters, sd, scale = difference.clusters, difference.sd or 0.0, difference.fall + difference.rise
    falls = np.geomspace(HALF, clusters, _GRID)
    rest = (clusters - falls) / 2
    # The other clusters scatter about no change: half of them a standard deviation above it, half of them below.
    sums = np.tile([-scale, max(difference.rise, difference.fall), sd, -sd], (_GRID, 1))
    weights = np.stack([falls, np.full(_GRID, HALF), rest, rest], axis=1)
    enough = ndtr(-signed_root(np.zeros(_GRID), sums, np.ones_like(sums), weights)) < tail
    if not enough.any():
        return math.inf
    share = math.ceil(falls[enough.argmax()]) / clusters
    # share = p - spread sqrt((p (1 - p) + (sd / scale)²) / clusters), solved for p.
    whole, middle = clusters + spread**2, clusters * share + spread**2 / 2
    rest_of = clusters * share**2 - (spread * sd / scale) ** 2
    return scale * (middle + math.sqrt(max(middle**2 - whole * rest_of, 0.0))) / whole


def questions_needed(sd: float, margin: float, *, confidence: float = 0.95, power: float = POWER) -> int:
    """How many question clusters make a change without effect PASS this margin with this probability.

    One-sided, at half of what `confidence` leaves, as the gate decides: n = ((z_confidence + z_power) sd / margin)²,
    with Student's quantiles in place of the normal ones. `sd` is the standard deviation of a cluster's gain.

    Raises:
        ValueError: the margin is not above zero, or sd is negative.
    """
    if not margin > 0.0 or not sd >= 0.0:
        raise ValueError(f"a margin above zero and an sd that is not negative, got {margin!r} and {sd!r}")
    tail = 1.0 - (1.0 - confidence) / 2

    def enough(count: int) -> bool:
        factor = float(stdtrit(count - 1, tail) + stdtrit(count - 1, power))
        return count >= (factor * sd / margin) ** 2

    # The more clusters, the smaller the quantile: the smallest number that is enough is found by halving.
    most = 2
    while not enough(most):
        most *= 2
    return bisect_left(range(most), True, lo=2, key=enough)


def power_to_fail(drop: float, sd: float, clusters: int, *, confidence: float = 0.95) -> float:
    """The probability that a true loss of this size FAILs, by the normal approximation.

    Raises:
        ValueError: there are no clusters, or sd is negative.
    """
    if clusters < 1 or not sd >= 0.0:
        raise ValueError(f"at least one cluster and an sd that is not negative, got {clusters} and {sd!r}")
    if sd == 0.0:
        return 1.0 if drop > 0 else 0.0
    return float(ndtr(drop / (sd / math.sqrt(clusters)) - ndtri(1.0 - (1.0 - confidence) / 2)))
