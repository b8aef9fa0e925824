"""The bounded bootstrap: limits for a mean whose worst and best possible values are known.

The Bayesian bootstrap (Rubin, Annals of Statistics 9, 1981) gives each cluster a weight from the exponential
distribution and reads the limits off the weighted means. It knows no value that was not seen: of sixty perfect answers
it makes an interval of no width. So half a cluster at the worst and half a cluster at the best possible value stand
beside those seen. For yes/no answers the result is the Jeffreys interval (Brown, Cai and DasGupta, Statistical Science
16, 2001), half a pseudo-answer of each kind.

Nothing is drawn: the distribution of a weighted mean of exponentials is computed by saddlepoint (Barndorff-Nielsen's
r*; Davison and Hinkley, Biometrika 75, 1988, for the bootstrap), right to the third decimal where it can be checked
(Beta quantiles), and the same for everyone.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]

HALF = 0.5
"""How much of a cluster stands at each end. A quarter and a tenth were tried: benchmarks/statistics."""
_STEPS = 60
_TOLERANCE = 1e-6


def quantile(level: float, sums: Array, sizes: Array, weights: Array) -> Array:
    """The `level` quantile of the weighted mean, by row. All three are (rows, clusters)."""
    ratios = sums / sizes
    low, high = ratios.min(axis=1), ratios.max(axis=1)
    width = high - low
    same = width <= 1e-12
    inset = np.where(same, 1.0, width) * 1e-9
    left, right = low + inset, high - inset
    target = float(ndtri(level))
    point = np.clip(_normal(target, sums, sizes, weights), left + inset, right - inset)
    before, at_before, root = point, np.full(len(point), np.nan), np.zeros(len(point))
    for _ in range(_STEPS):
        if np.all(same | (right - left <= _TOLERANCE * np.maximum(width, 1e-12))):
            break
        # Rows that are done repeat their last point; a row of equal values has no distribution to search.
        found, root = _signed_root(np.where(same, low - 1.0, point), sums, sizes, weights, root)
        value = np.where(same, 0.0, found) - target
        left, right = np.where(value < 0, point, left), np.where(value >= 0, point, right)
        next_point = _secant(before, at_before, point, value)
        narrow = _TOLERANCE * np.maximum(width, 1e-12) / 2
        step = np.where(np.abs(next_point - point) < narrow, point - np.sign(value) * narrow, next_point)
        outside = ~((step > left) & (step < right))
        before, at_before = point, value
        point = np.where(outside, (left + right) / 2, step)
    return np.where(same, low, (left + right) / 2)


def _secant(before: Array, at_before: Array, point: Array, value: Array) -> Array:
    with np.errstate(invalid="ignore", divide="ignore"):
        return point - value * (point - before) / (value - at_before)


def _normal(target: float, sums: Array, sizes: Array, weights: Array) -> Array:
    """Where the quantile would lie if the weighted mean were normal: the search starts there."""
    total = (weights * sizes).sum(axis=1)
    mean = (weights * sums).sum(axis=1) / total
    spread = np.sqrt((weights * (sums - mean[:, None] * sizes) ** 2).sum(axis=1)) / total
    return mean + target * spread


def signed_root(point: Array, sums: Array, sizes: Array, weights: Array) -> Array:
    """r*, by row: the weighted mean is below `point` with the probability that a standard normal is below r*.

    `point` must lie strictly between the lowest and the highest mean of the row's clusters; a row for which it does not
    has a meaningless result.
    """
    return _signed_root(point, sums, sizes, weights, np.zeros(len(point)))[0]


def _signed_root(point: Array, sums: Array, sizes: Array, weights: Array, start: Array) -> tuple[Array, Array]:
    """r*, and the saddlepoint it rests on; `start` is where that is looked for first."""
    parts = sums - point[:, None] * sizes
    with np.errstate(all="ignore"):
        root = _saddlepoint(parts, weights, start)
        scaled = 1.0 - root[:, None] * parts
        share = parts / scaled
        cumulant = -(weights * np.log(scaled)).sum(axis=1)
        second = (weights * share**2).sum(axis=1)
        third = 2.0 * (weights * share**3).sum(axis=1)
        w = np.sign(root) * np.sqrt(np.maximum(-2.0 * cumulant, 0.0))
        u = root * np.sqrt(second)
        # Where both are nearly nothing, their quotient is taken at its limit.
        near = np.abs(w) < 1e-4
        quotient: Array = np.divide(np.log(np.divide(u, w)), w)
        limit: Array = np.divide(third, 6.0 * second**1.5)
        correction: Array = np.where(near, limit, quotient)
    return w + correction, root


def _saddlepoint(parts: Array, weights: Array, start: Array) -> Array:
    """Where the derivative of the cumulant function is nothing: Newton's steps, halved where they would leave."""
    low, high = 1.0 / parts.min(axis=1), 1.0 / parts.max(axis=1)
    root = np.where((start > low) & (start < high), start, 0.0)
    for _ in range(_STEPS):
        share = parts / (1.0 - root[:, None] * parts)
        first = (weights * share).sum(axis=1)
        low, high = np.where(first < 0, root, low), np.where(first >= 0, root, high)
        step = root - first / (weights * share**2).sum(axis=1)
        step = np.where((step > low) & (step < high), step, (low + high) / 2)
        if np.all(~(np.abs(step - root) > 1e-9 * np.abs(step))):
            return step
        root = step
    return root


def with_ends(sums: Array, sizes: Array, ends: tuple[Array, ...]) -> tuple[Array, Array, Array]:
    """Sums, sizes and weights with half a cluster of mean size added at each of the given values (one a row)."""
    size = sizes.mean(axis=1, keepdims=True)
    weights = np.concatenate([np.ones_like(sums), np.full((len(sums), len(ends)), HALF)], axis=1)
    added = np.stack(ends, axis=1) * size
    return (
        np.concatenate([sums, added], axis=1),
        np.concatenate([sizes, np.repeat(size, len(ends), axis=1)], axis=1),
        weights,
    )
