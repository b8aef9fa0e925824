"""The mean of a measure with its confidence limits, from values by cluster.

Which method (`method` names it), by what is in the data:

- *wilson*: yes/no values, at least `MIN_OF_A_KIND` effective answers of each kind. Wilson's score interval (JASA 22,
  1927) with the effective number of answers: the number of clusters' worth that the design effect leaves (Kish, Survey
  Sampling, 1965).
- *t*: no more than one cluster in ten at either end of the scale, no value that more than half of the clusters
  share, and no more skewed than Cochran's rule allows (Sampling Techniques, 1977, section 2.15: n > 25 G1²). Student's
  t on the clusters' residuals from the ratio of sum to size, which weighs clusters of unequal size properly (ibid.,
  section 6.3).
- *bounded*: everything else, saturated scores above all: the bounded bootstrap of `evals.stats.bounded`.

Coverage decided, on made-up scores that are perfect in a share of 0 to 45% and spread out else, where t from one in
twenty, one in ten, one in four or all was tried; differences are of a point. `python -m benchmarks.statistics RUN…`
shows it on runs: 20 and 60 clusters drawn from the scores of the suites default, full and realistic, as they are and
with repeats. Of 50 figures where coverage does not move in steps, 42 lie within 95% ± 1.5 and 6 above it by no more
than chance (2,000 samples); two at 20 clusters cover more, 97.5% and 98.2%; none covers less. Where one answer decides
or fewer than five differ from the rest it is 93.6% to 100%, but 91.0% in one case of 20 clusters: one answer of 44
scores 0.18 and is often not drawn. With --all: t and the plain bootstrap cover 53% to 86% of nearly perfect scores.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from evals.stats.bounded import Array, quantile, with_ends

Flags = NDArray[np.bool_]
Codes = NDArray[np.int_]

MIN_CLUSTERS = 20
"""Below this many clusters an interval is too uncertain itself to be shown: counts only."""
MIN_OF_A_KIND = 5
"""Wilson's interval misses too often with fewer effective answers of the rarer kind (Brown, Cai, DasGupta, 2001)."""
COCHRAN = 25.0
MOST_ALIKE = 0.5
MOST_AT_END = 0.1

Ends = tuple[float, float]
Method = Literal["t", "wilson", "bounded"]
_CODES: tuple[Method, ...] = ("t", "wilson", "bounded")


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over all values, its confidence limits (null below `MIN_CLUSTERS`), and how much data stands behind it.

    `method` says how the limits were made; null without limits.
    """

    mean: float
    low: float | None
    high: float | None
    values: int
    clusters: int
    method: Method | None = None


def mean_interval(
    clusters: Mapping[str, Sequence[float]],
    *,
    seed: int = 0,  # noqa: ARG001  (callers name the run's seed; no method in use draws anything)
    confidence: float = 0.95,
    ends: Ends | None = (0.0, 1.0),
) -> Interval | None:
    """Mean and confidence interval over clusters; None when there is no value.

    `ends` are the lowest and the highest possible value, None where there are none (grades, words): then the lowest and
    highest seen stand in for them, and values that are all alike have no limits.
    """
    names = sorted(name for name, values in clusters.items() if len(values))
    if not names:
        return None
    sums = np.array([[float(np.sum(clusters[name])) for name in names]])
    sizes = np.array([[float(len(clusters[name])) for name in names]])
    mean, values = float(sums.sum() / sizes.sum()), int(sizes.sum())
    flat = np.concatenate([np.asarray(clusters[name], dtype=np.float64) for name in names])
    if len(names) < MIN_CLUSTERS or (ends is None and np.ptp(flat) == 0):
        return Interval(mean, None, None, values, len(names))
    yes_no = ends == (0.0, 1.0) and bool(np.isin(flat, (0.0, 1.0)).all())
    low, high, codes = limits(sums, sizes, confidence=confidence, ends=ends, yes_no=yes_no)
    # The saddlepoint's last digits are not worth more than a mean that lies outside its own interval by one of them.
    return Interval(
        mean, min(float(low[0]), mean), max(float(high[0]), mean), values, len(names), _CODES[int(codes[0])]
    )


def limits(
    sums: Array, sizes: Array, *, confidence: float = 0.95, ends: Ends | None = (0.0, 1.0), yes_no: bool = False
) -> tuple[Array, Array, Codes]:
    """Lower and upper limits, and the method by its place in t, wilson, bounded, of many samples at once.

    Rows are samples, columns their clusters: the sum of a cluster's values, and how many there are.
    """
    tail = (1.0 - confidence) / 2
    means = sums.sum(axis=1) / sizes.sum(axis=1)
    residuals = (sums - means[:, None] * sizes) / sizes.mean(axis=1, keepdims=True)
    if yes_no:
        count, fits = _effective(means, residuals, sizes)
        low, high = _wilson(means, count, tail)
    else:
        fits = _t_fits(sums, sizes, residuals, ends)
        low, high = _t(means, residuals, tail)
    low, high = low.copy(), high.copy()
    rest = ~fits
    if rest.any():
        low[rest], high[rest] = _bounded(sums[rest], sizes[rest], tail, ends)
    if ends is not None:
        low, high = np.maximum(low, ends[0]), np.minimum(high, ends[1])
    return low, high, np.where(fits, 1 if yes_no else 0, 2)


def _bounded(sums: Array, sizes: Array, tail: float, ends: Ends | None) -> tuple[Array, Array]:
    ratios = sums / sizes
    least, most = ratios.min(axis=1), ratios.max(axis=1)
    bottom = np.full(len(sums), ends[0]) if ends else least
    top = np.full(len(sums), ends[1]) if ends else most
    data = with_ends(sums, sizes, (bottom, top))
    low, high = quantile(tail, *data), quantile(1.0 - tail, *data)
    # Where values crowd at one end, the half cluster at the other end pulls both limits towards it, and nothing is
    # missed on that side. All that may be missed is then left to the near side: its limit rests on its own end alone.
    low = np.minimum(low, quantile(2.0 * tail, *with_ends(sums, sizes, (bottom,))))
    high = np.maximum(high, quantile(1.0 - 2.0 * tail, *with_ends(sums, sizes, (top,))))
    # All at one end: that end is the limit, as for Jeffreys' interval (Brown, Cai and DasGupta, section 4.1.1).
    return np.where(most <= bottom + 1e-12, bottom, low), np.where(least >= top - 1e-12, top, high)


def t_fits(sums: Array, sizes: Array, residuals: Array) -> Flags:
    """Rows not too skewed for Student's t, and without one value that most clusters share."""
    clusters = sums.shape[1]
    square = (residuals**2).mean(axis=1)
    varied = square > 1e-18  # below, it is what rounding leaves of values that are all alike
    skew = np.where(varied, (residuals**3).mean(axis=1) / np.where(varied, square, 1.0) ** 1.5, np.inf)
    ordered = np.sort(np.round(sums / sizes, 9), axis=1)
    reach = int(MOST_ALIKE * clusters)
    alike = (ordered[:, reach:] == ordered[:, : clusters - reach]).any(axis=1)
    return (clusters > COCHRAN * skew**2) & ~alike


def _t_fits(sums: Array, sizes: Array, residuals: Array, ends: Ends | None) -> Flags:
    fits = t_fits(sums, sizes, residuals)
    if ends is None:
        return fits
    ratios = sums / sizes
    at_end = np.maximum((ratios <= ends[0] + 1e-9).mean(axis=1), (ratios >= ends[1] - 1e-9).mean(axis=1))
    return fits & (at_end <= MOST_AT_END)


def standard_error(residuals: Array) -> Array:
    """Of the ratio of sums to sizes, by row: residuals over the mean size, as independent clusters."""
    clusters = residuals.shape[1]
    return np.sqrt((residuals**2).sum(axis=1) / (clusters * (clusters - 1)))


def student(clusters: int, tail: float) -> float:
    """How many standard errors Student's t leaves on one side with this many clusters."""
    quantiles: Array = np.asarray(stdtrit(float(clusters - 1), 1.0 - tail), dtype=np.float64)
    return float(quantiles)


def _t(means: Array, residuals: Array, tail: float) -> tuple[Array, Array]:
    half = student(residuals.shape[1], tail) * standard_error(residuals)
    return means - half, means + half


def _effective(means: Array, residuals: Array, sizes: Array) -> tuple[Array, Flags]:
    """How many independent answers the clusters are worth, and whether that is enough of each kind."""
    variance = (residuals**2).mean(axis=1) / residuals.shape[1]
    spread = means * (1.0 - means)
    independent: Array = np.full(len(means), float(residuals.shape[1]))
    np.divide(spread, variance, out=independent, where=variance > 0)
    count: Array = np.minimum(independent, sizes.sum(axis=1))
    return count, count * np.minimum(means, 1.0 - means) >= MIN_OF_A_KIND - 1e-9


def _wilson(share: Array, count: Array, tail: float) -> tuple[Array, Array]:
    z = float(ndtri(1.0 - tail))
    scale = 1.0 + z**2 / count
    middle = (share + z**2 / (2 * count)) / scale
    half = z * np.sqrt(share * (1.0 - share) / count + z**2 / (4 * count**2)) / scale
    return middle - half, middle + half
