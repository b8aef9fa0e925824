"""Two runs over the same questions: the mean gain of a measure with its limits, and what follows for a margin.

The unit is a question asked in both runs: the mean over its repeats after, less the mean over its repeats before, so
that a question with more repeats weighs no more. Questions of one cluster stand together. A gain above zero is better,
whichever way the measure points.

Limits: *t* where no gain is shared by more than half of the clusters (no change, most often) and Cochran's rule holds,
else *bounded*. There, each limit has half a cluster at its own worst case beside the data: for the lower one a pair of
which one side stands at its run's mean and the other at the end of the scale, so that the loss is the largest; for the
upper one the same with the largest gain. One at each limit and not both at both, because a gate reads each limit by
itself. Exchanging the runs turns the interval round, and for yes/no answers FAIL asks about what McNemar's test asks.
`python -m benchmarks.statistics` shows coverage by side.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr, stdtr

from evals.stats.bounded import Array, quantile, signed_root, with_ends
from evals.stats.intervals import MIN_CLUSTERS, Ends, standard_error, student, t_fits

Better = Literal["up", "down"]
Decision = Literal["PASS", "FAIL", "UNDECIDED"]
Pair = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Means before and after in the measure's own unit, and the gain (above zero is better) with its limits.

    `low` and `high` are null below `MIN_CLUSTERS` clusters, and where all pairs are alike on a scale without ends. `sd`
    is the standard deviation of a cluster's gain (null with one cluster), `p_worse` the one-sided p-value against "no
    loss". `fall` and `rise` are how far the mean before could fall and rise: null on a scale without ends.
    """

    before: float
    after: float
    gain: float
    low: float | None
    high: float | None
    pairs: int
    clusters: int
    sd: float | None
    p_worse: float | None
    method: Literal["t", "bounded"] | None
    fall: float | None = None
    rise: float | None = None


def paired_difference(
    pairs: Mapping[str, Sequence[Pair]], *, better: Better, ends: Ends | None = (0.0, 1.0), confidence: float = 0.95
) -> Difference | None:
    """The mean gain over the pairs (before, after) of each cluster; None without a pair.

    `ends` are the lowest and highest possible value of the measure, None where there are none.
    """
    names = sorted(name for name, found in pairs.items() if len(found))
    if not names:
        return None
    sizes = np.array([[float(len(pairs[name])) for name in names]])
    before = np.array([[sum(pair[0] for pair in pairs[name]) for name in names]])
    after = np.array([[sum(pair[1] for pair in pairs[name]) for name in names]])
    return paired_differences(before, after, sizes, better=better, ends=ends, confidence=confidence)[0]


def paired_differences(
    before: Array,
    after: Array,
    sizes: Array,
    *,
    better: Better,
    ends: Ends | None = (0.0, 1.0),
    confidence: float = 0.95,
) -> tuple[Difference, ...]:
    """The same for many comparisons at once (rows): a cluster's sums of values, and how many pairs it has (columns)."""
    sign, rows, clusters = 1.0 if better == "up" else -1.0, *before.shape
    counts = sizes.sum(axis=1)
    # Sums in another order must not make a gain of nothing one of 1e-17.
    gains = np.round(sign * (after - before), 12)
    gain = gains.sum(axis=1) / counts
    residuals = (gains - gain[:, None] * sizes) / sizes.mean(axis=1, keepdims=True)
    old, new = before.sum(axis=1) / counts, after.sum(axis=1) / counts
    scale = _oriented(ends, sign)
    limits = (np.full(rows, np.nan),) * 3 + (np.zeros(rows, dtype=bool),)
    if clusters >= MIN_CLUSTERS:
        limits = difference_limits(gains, sizes, _reach(sign * old, sign * new, scale), confidence=confidence)
    sd = np.sqrt((residuals**2).sum(axis=1) / max(clusters - 1, 1))
    return tuple(
        _row(*(float(one[n]) for one in (old, new, gain, *limits[:3])), pairs=int(counts[n]), clusters=clusters,
             sd=float(sd[n]) if clusters > 1 else None, student=bool(limits[3][n]),
             away=(None, None) if scale is None else _away(sign * float(old[n]), scale))
        for n in range(rows)
    )  # fmt: skip


def _row(
    before: float, after: float, gain: float, low: float, high: float, worse: float, *, pairs: int, clusters: int,
    sd: float | None, student: bool, away: tuple[float | None, float | None],
) -> Difference:  # fmt: skip
    known = not np.isnan(low)
    return Difference(
        before=before, after=after, gain=gain, low=min(low, gain) if known else None,
        high=max(high, gain) if known else None, pairs=pairs, clusters=clusters, sd=sd,
        p_worse=worse if known else None, method=("t" if student else "bounded") if known else None,
        fall=away[0], rise=away[1],
    )  # fmt: skip


def _away(mean: float, scale: Ends) -> tuple[float, float]:
    return max(0.0, mean - scale[0]), max(0.0, scale[1] - mean)


def _oriented(ends: Ends | None, sign: float) -> Ends | None:
    if ends is None:
        return None
    return ends if sign > 0 else (-ends[1], -ends[0])


def _reach(before: Array, after: Array, ends: Ends | None) -> tuple[Array, Array] | None:
    if ends is None:
        return None
    return np.minimum(ends[0] - before, after - ends[1]), np.maximum(ends[1] - before, after - ends[0])


def difference_limits(
    gains: Array, sizes: Array, reach: tuple[Array, Array] | None, *, confidence: float = 0.95
) -> "tuple[Array, Array, Array, np.typing.NDArray[np.bool_]]":
    """Lower and upper limits, p-value against no loss, and whether t was used, of many samples at once (rows).

    `gains` are sums and `sizes` numbers of pairs by cluster; `reach` is the largest loss and the largest gain that one
    pair can show, by row, None where the scale has no ends. NaN where a sample has no limits.
    """
    tail = (1.0 - confidence) / 2
    means = gains.sum(axis=1) / sizes.sum(axis=1)
    residuals = (gains - means[:, None] * sizes) / sizes.mean(axis=1, keepdims=True)
    error = standard_error(residuals)
    fits = t_fits(gains, sizes, residuals)
    half = student(gains.shape[1], tail) * error
    low, high = means - half, means + half
    with np.errstate(divide="ignore", invalid="ignore"):
        worse = np.asarray(stdtr(gains.shape[1] - 1, means / error), dtype=np.float64)
    rest = ~fits
    if rest.any():
        ends = (reach[0][rest], reach[1][rest]) if reach else None
        low[rest], high[rest], worse[rest] = _bounded(gains[rest], sizes[rest], tail, ends)
    return low, high, worse, fits


def _bounded(gains: Array, sizes: Array, tail: float, reach: tuple[Array, Array] | None) -> tuple[Array, Array, Array]:
    ratios = gains / sizes
    least, most = ratios.min(axis=1), ratios.max(axis=1)
    worst = np.minimum(least, reach[0]) if reach else least
    best = np.maximum(most, reach[1]) if reach else most
    low = quantile(tail, *with_ends(gains, sizes, (worst,)))
    upper = with_ends(gains, sizes, (best,))
    high = quantile(1.0 - tail, *upper)
    # The share of the weighted means that lie above zero: below `tail` exactly where the upper limit is below zero.
    inside = (upper[0] / upper[1] < 0).any(axis=1) & (best > 0)
    root = signed_root(np.where(inside, 0.0, means_of(upper)), *upper)
    worse = np.where(inside, ndtr(-root), np.where(high < 0, 0.0, 1.0))
    unknown = (least == most) & (reach is None)
    return tuple(np.where(unknown, np.nan, one) for one in (low, high, worse))  # pyright: ignore[reportReturnType]


def means_of(data: tuple[Array, Array, Array]) -> Array:
    """The weighted mean of each row."""
    sums, sizes, weights = data
    return (weights * sums).sum(axis=1) / (weights * sizes).sum(axis=1)


def non_inferior(difference: Difference | None, margin: float) -> Decision:
    """PASS when the lower limit is above -margin, else FAIL when the upper one is below zero, else UNDECIDED.

    Without limits it is UNDECIDED. (Piaggio and others, CONSORT for non-inferiority, JAMA 308, 2012.)

    Raises:
        ValueError: the margin is negative or no number.
    """
    if not margin >= 0.0:
        raise ValueError(f"a margin is not negative, got {margin!r}")
    if difference is None or difference.low is None or difference.high is None:
        return "UNDECIDED"
    if difference.low > -margin:
        return "PASS"
    return "FAIL" if difference.high < 0 else "UNDECIDED"
