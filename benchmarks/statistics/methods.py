"""The ways to make an interval that were tried, each over many samples at once (rows; columns are clusters)."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from evals.stats import bounded, limits
from evals.stats.bounded import quantile

Array = NDArray[np.float64]
Limits = tuple[Array, Array]
TAIL = 0.025
_RESAMPLES = 400


def ours(sums: Array, sizes: Array) -> Limits:
    """What `evals.stats.mean_interval` gives."""
    ratios = sums / sizes
    binary = bool(np.isin(ratios, (0.0, 1.0)).all() and (sizes == 1).all())
    low, high, _ = limits(sums, sizes, yes_no=binary)
    means = sums.sum(axis=1) / sizes.sum(axis=1)
    return np.minimum(low, means), np.maximum(high, means)


def student(sums: Array, sizes: Array) -> Limits:
    """Student's t on cluster residuals, cut at the ends of the scale."""
    means, residuals = _residuals(sums, sizes)
    clusters = sums.shape[1]
    half = stdtrit(clusters - 1, 1 - TAIL) * np.sqrt((residuals**2).sum(axis=1) / (clusters * (clusters - 1)))
    return np.maximum(means - half, 0.0), np.minimum(means + half, 1.0)


def percentile(sums: Array, sizes: Array) -> Limits:
    """The percentile bootstrap over clusters, which was the method before."""
    rng = np.random.default_rng(1)
    low, high = np.empty(len(sums)), np.empty(len(sums))
    for row in range(len(sums)):
        clusters = sums.shape[1]
        weights = rng.multinomial(clusters, np.full(clusters, 1 / clusters), _RESAMPLES).astype(float)
        means = (weights @ sums[row]) / (weights @ sizes[row])
        low[row], high[row] = np.quantile(means, [TAIL, 1 - TAIL])
    return low, high


def wilson_all(sums: Array, sizes: Array) -> Limits:
    """Wilson's interval with as many yes/no answers as clusters, whatever the values."""
    means, clusters = sums.sum(axis=1) / sizes.sum(axis=1), float(sums.shape[1])
    z = float(ndtri(1 - TAIL))
    middle = (means + z**2 / (2 * clusters)) / (1 + z**2 / clusters)
    half = z * np.sqrt(means * (1 - means) / clusters + z**2 / (4 * clusters**2)) / (1 + z**2 / clusters)
    return middle - half, middle + half


def with_weight(weight: float) -> Callable[[Array, Array], Limits]:
    """The bounded bootstrap with this much of a cluster at each end."""

    def made(sums: Array, sizes: Array) -> Limits:
        size = sizes.mean(axis=1, keepdims=True)
        data = (
            np.concatenate([sums, np.zeros_like(size), size], axis=1),
            np.concatenate([sizes, size, size], axis=1),
            np.concatenate([np.ones_like(sums), np.full((len(sums), 2), weight)], axis=1),
        )
        low, high = quantile(TAIL, *data), quantile(1 - TAIL, *data)
        return low, np.where((sums >= sizes - 1e-12).all(axis=1), 1.0, high)

    return made


def _residuals(sums: Array, sizes: Array) -> tuple[Array, Array]:
    means = sums.sum(axis=1) / sizes.sum(axis=1)
    return means, (sums - means[:, None] * sizes) / sizes.mean(axis=1, keepdims=True)


METHODS: Mapping[str, Callable[[Array, Array], Limits]] = {
    "ours": ours,
    "t": student,
    "percentile": percentile,
    "wilson": wilson_all,
    "bounded": with_weight(bounded.HALF),
    "bounded 1/4": with_weight(0.25),
    "bounded 1": with_weight(1.0),
}
