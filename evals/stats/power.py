"""What a comparison could have seen: the smallest loss it would fail, and how many questions a margin needs."""

import math
from bisect import bisect_left

from scipy.special import ndtr, ndtri, stdtrit

from evals.stats.paired import Difference

POWER = 0.8


def detectable_drop(difference: Difference, *, power: float = POWER) -> float | None:
    """The smallest true loss that such a comparison would FAIL with this probability; null without limits.

    The gap between gain and upper limit, as it is, and the normal quantile of the power in standard errors (Chow and
    others, Sample Size Calculations in Clinical Research, 2017, section 3.1: z of confidence plus z of power).
    """
    if difference.high is None or difference.sd is None:
        return None
    return difference.high - difference.gain + float(ndtri(power)) * difference.sd / math.sqrt(difference.clusters)


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
