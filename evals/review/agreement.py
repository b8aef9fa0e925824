"""How far raters agree: raw, Gwet's AC1 and AC2, kappa, Krippendorff's alpha, with bootstrap intervals. Pure functions.

Ratings are an array of units by raters holding category numbers from 0, and -1 where a rater did not rate. Formulas:
Gwet, Handbook of Inter-Rater Reliability, 4th ed., 2014 (chapters 2, 3 and 5: any number of raters, missing ratings,
weights); Cohen, Psychological Bulletin 70, 1968 (weighted kappa); Conger, Psychological Bulletin 88, 1980 (its form for
more than two raters); Krippendorff, Content Analysis, 2004, chapter 11 (alpha; ordinal metric).

Every coefficient is a function of sums over units, so a bootstrap sample is only another set of unit counts: `counts`
has one row for each sample. Units are resampled in whole clusters (answers to one question are not independent).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Coefficient = Callable[["Ratings", Array], Array]
MISSING = -1


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings prepared for the coefficients: `table` units × categories counts how many raters chose each."""

    values: NDArray[np.int64]
    weights: Array
    table: Array

    @property
    def raters(self) -> Array:
        """Raters of each unit."""
        return self.table.sum(axis=1)


def ratings(values: Sequence[Sequence[int]], categories: int, weights: Array | None = None) -> Ratings:
    """Ratings of units by raters; `weights` is the agreement worth of two categories, identity by default."""
    array = np.asarray(values, dtype=np.int64).reshape(len(values), -1)
    table = np.stack([(array == category).sum(axis=1) for category in range(categories)], axis=1).astype(np.float64)
    return Ratings(array, np.eye(categories) if weights is None else weights, table)


def quadratic(categories: int) -> Array:
    """Agreement worth falling with the square of the distance of ordered categories."""
    if categories < 2:
        return np.eye(categories)
    places = np.arange(categories, dtype=np.float64)
    return 1 - ((places[:, None] - places[None, :]) / (categories - 1)) ** 2


# --- coefficients: counts (samples × units) -> one value a sample, NaN where it cannot be told -----------------------


def raw(data: Ratings, counts: Array) -> Array:
    """Share of agreeing pairs, each unit with two raters or more counting alike; weighted where the data are."""
    worth = data.table @ data.weights
    raters = data.raters
    paired = raters >= 2
    pairs = np.where(paired, raters * (raters - 1), 1.0)
    agreed = np.where(paired, (data.table * (worth - 1)).sum(axis=1) / pairs, 0.0)
    return _divide(counts @ agreed, counts @ paired.astype(np.float64))


def gwet(data: Ratings, counts: Array) -> Array:
    """AC1, or AC2 with weights (Gwet 2008; Handbook 2014)."""
    size = data.table.shape[1]
    raters = np.maximum(data.raters, 1)
    rated = (data.raters >= 1).astype(np.float64)
    shares = _divide(counts @ (data.table / raters[:, None]), (counts @ rated)[:, None])
    chance = data.weights.sum() * (shares * (1 - shares)).sum(axis=1) / (size * (size - 1)) if size > 1 else np.ones(1)
    return _corrected(raw(data, counts), chance)


def kappa(data: Ratings, counts: Array) -> Array:
    """Cohen's kappa, weighted where the data are; Conger's form of it for more than two raters."""
    size, number = data.table.shape[1], data.values.shape[1]
    chosen = np.stack([data.values == category for category in range(size)], axis=2).astype(np.float64)
    each = np.einsum("bu,urk->brk", counts, chosen)
    rated = each.sum(axis=2)
    shares = _divide(each, rated[:, :, None])
    # A rater without a rating in this sample has no marginal: the others make up the mean.
    present = (rated > 0).astype(np.float64)
    some = present.sum(axis=1)
    shares = np.where(present[:, :, None] > 0, shares, 0.0)
    mean = _divide(shares.sum(axis=1), some[:, None])
    spread = np.einsum("brk,brl->bkl", shares, shares) - some[:, None, None] * mean[:, :, None] * mean[:, None, :]
    spread = _divide(spread, (some - 1)[:, None, None])
    expected = mean[:, :, None] * mean[:, None, :] - _divide(spread, some[:, None, None])
    chance = np.einsum("kl,bkl->b", data.weights, expected)
    return _corrected(raw(data, counts), chance) if number > 1 else np.full(len(counts), np.nan)


def alpha(data: Ratings, counts: Array, *, ordinal: bool = False) -> Array:
    """Krippendorff's alpha, nominal or ordinal. It takes its own metric: weights play no part."""
    raters = data.raters
    paired = np.where(raters >= 2, raters, 1.0)
    usable = np.where((raters >= 2)[:, None], data.table, 0.0)
    size = usable.shape[1]
    pairs = usable[:, :, None] * usable[:, None, :] - usable[:, :, None] * np.eye(size)[None]
    coincidences = np.einsum("bu,ukl->bkl", counts, pairs / np.where(raters >= 2, paired - 1, 1.0)[:, None, None])
    totals = coincidences.sum(axis=2)
    number = totals.sum(axis=1)
    distance = _ordinal(totals) if ordinal else np.broadcast_to(1 - np.eye(size), coincidences.shape)
    observed = (coincidences * distance).sum(axis=(1, 2))
    expected = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2))
    return 1 - _divide((number - 1) * observed, expected)


def _ordinal(totals: Array) -> Array:
    # Distance of two ranks: the ratings lying between them, half of those at either end; squared.
    ends = np.cumsum(totals, axis=1) - totals / 2
    return (ends[:, :, None] - ends[:, None, :]) ** 2


def _corrected(agreed: Array, chance: Array) -> Array:
    return _divide(agreed - chance, 1 - chance)


def _divide(above: Array, below: Array) -> Array:
    below = np.asarray(below, dtype=np.float64)
    return np.where(np.abs(below) > 1e-12, above / np.where(np.abs(below) > 1e-12, below, 1.0), np.nan)


COEFFICIENTS: Mapping[str, Coefficient] = {
    "raw": raw,
    "gwet": gwet,
    "kappa": kappa,
    "alpha": alpha,
    "alpha_ordinal": lambda data, counts: alpha(data, counts, ordinal=True),
}


# --- with intervals --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A coefficient with its 95% interval; null where it cannot be told (no pairs, no variation) or data are few.

    Resampling perfect agreement shows nothing but perfect agreement, which is no interval. Raw agreement then has the
    exact lower limit for that many clusters without a difference (Clopper and Pearson 1934), the others have none.
    """

    value: float | None
    low: float | None
    high: float | None
    units: int
    clusters: int


def estimate(
    data: Ratings, name: str, clusters: Sequence[str], *, resamples: int, min_clusters: int, seed: int = 0
) -> Estimate:
    """A coefficient of `COEFFICIENTS` with a percentile bootstrap over whole clusters of units.

    `clusters` names the cluster of each unit. Below `min_clusters` clusters with a pair there is no interval.
    """
    coefficient = COEFFICIENTS[name]
    paired = data.raters >= 2
    names = sorted({cluster for cluster, pair in zip(clusters, paired, strict=True) if pair})
    value = _number(coefficient(data, np.ones((1, len(data.table))))[0]) if names else None
    low = high = None
    if value is not None and len(names) >= min_clusters:
        place = {cluster: number for number, cluster in enumerate(names)}
        random = np.random.default_rng(seed)
        drawn = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
        member = np.array([place.get(cluster, -1) for cluster in clusters])
        counts = np.where(member >= 0, drawn[:, np.maximum(member, 0)], 0).astype(np.float64)
        found = np.concatenate([coefficient(data, part) for part in np.array_split(counts, max(1, resamples // 200))])
        low, high = _limits(found)
        if low == high:
            low, high = (_number(0.025 ** (1 / len(names))), value) if name == "raw" and value == 1 else (None, None)
    return Estimate(value=value, low=low, high=high, units=int(paired.sum()), clusters=len(names))


def _limits(found: Array) -> tuple[float | None, float | None]:
    told = found[~np.isnan(found)]
    # Where many samples have no variation at all, what is left over is no fair sample of anything.
    if len(told) < 0.9 * len(found):
        return None, None
    low, high = np.quantile(told, [0.025, 0.975])
    return _number(low), _number(high)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
