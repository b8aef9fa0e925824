"""Figures with their uncertainty: shares, rankings, and differences of rankings. Pure and seeded."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, rankdata

from evals.stats import MIN_CLUSTERS, mean_interval

RESAMPLES = 2_000

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95% Wilson interval, and the one from resampling whole clusters.

    Without cases there is no interval; below `evals.stats.MIN_CLUSTERS` clusters there is none of the second kind.
    """

    found: int
    of: int
    low: float | None
    high: float | None
    clusters: int
    cluster_low: float | None
    cluster_high: float | None

    @property
    def share(self) -> float | None:
        """`found / of`; null when there is nothing to count."""
        return self.found / self.of if self.of else None

    @property
    def short(self) -> str:
        """The share with its Wilson interval."""
        if self.share is None or self.low is None or self.high is None:
            return "none to count"
        return f"{self.found:>4}/{self.of:<4} = {self.share:4.0%}  ({self.low:.0%} to {self.high:.0%})"

    def __str__(self) -> str:
        if self.cluster_low is None or self.cluster_high is None:
            return self.short
        return f"{self.short[:-1]}; by cluster {self.cluster_low:.0%} to {self.cluster_high:.0%})"

    def figures(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {**asdict(self), "share": self.share}


def count(found: int, of: int) -> Share:
    """A share of cases that are each their own cluster, or whose clusters are not known."""
    low, high = wilson(found, of)
    return Share(found, of, low, high, of, None, None)


def share(clusters: Mapping[str, Sequence[bool]]) -> Share:
    """The share of true values, with intervals that treat cases as alone and clusters as wholes."""
    values = [value for name in sorted(clusters) for value in clusters[name]]
    low, high = wilson(sum(values), len(values))
    whole = mean_interval({name: [float(value) for value in found] for name, found in clusters.items()})
    if whole is None:
        return Share(0, 0, None, None, 0, None, None)
    return Share(sum(values), len(values), low, high, whole.clusters, whole.low, whole.high)


def wilson(found: int, of: int) -> tuple[float | None, float | None]:
    """The 95% Wilson interval of a share; null when there is nothing to count."""
    if not of:
        return None, None
    interval = binomtest(found, of).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    """How often a true case scores above a false one, ties counting half; null without both kinds."""
    truth = np.asarray(labels, dtype=bool)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return None
    ranks = rankdata(np.asarray(scores, dtype=np.float64))
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and its 95% interval by resampling clusters; no interval below `evals.stats.MIN_CLUSTERS` clusters."""

    value: float | None
    low: float | None
    high: float | None
    clusters: int

    def __str__(self) -> str:
        if self.value is None:
            return "undefined"
        if self.low is None or self.high is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


class Ranking:
    """AUROC of one score and its bootstrap over clusters.

    Wins of true over false cases are counted once for each pair of clusters; a resample only weighs these counts, so
    2,000 of them are two matrix products.
    """

    def __init__(self, scores: Sequence[float], labels: Sequence[bool], clusters: Sequence[str]) -> None:
        self.names = sorted(set(clusters))
        self.value = auroc(scores, labels)
        place = {name: number for number, name in enumerate(self.names)}
        where = np.array([place[name] for name in clusters], dtype=np.int64)
        truth, values = np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64)
        self._positives = np.bincount(where[truth], minlength=len(self.names)).astype(np.float64)
        self._negatives = np.bincount(where[~truth], minlength=len(self.names)).astype(np.float64)
        self._wins = np.zeros((len(self.names), len(self.names)))
        against = where[~truth]
        for cluster, score in zip(where[truth], values[truth], strict=True):
            won = (score > values[~truth]) + 0.5 * (score == values[~truth])
            self._wins[cluster] += np.bincount(against, weights=won, minlength=len(self.names))

    def resampled(self, weights: Numbers) -> Numbers:
        """AUROC under each row of cluster weights; NaN, to be dropped, where a row holds only one kind of case."""
        possible = (weights @ self._positives) * (weights @ self._negatives)
        won = ((weights @ self._wins) * weights).sum(axis=1)
        return np.divide(won, possible, out=np.full(len(weights), np.nan), where=possible > 0)

    def estimate(self, *, seed: int = 0) -> Estimate:
        """The AUROC with its interval."""
        return _estimate(self.value, self.resampled(_draws(len(self.names), seed)), len(self.names))


def difference(one: Ranking, other: Ranking, *, seed: int = 0) -> Estimate:
    """How much higher the first AUROC is, both taken on the same resamples of the same cases.

    Raises:
        ValueError: the two do not have the same clusters.
    """
    if one.names != other.names:
        raise ValueError("a paired difference needs the same clusters on both sides")
    draws = _draws(len(one.names), seed)
    value = None if one.value is None or other.value is None else one.value - other.value
    return _estimate(value, one.resampled(draws) - other.resampled(draws), len(one.names))


def _draws(clusters: int, seed: int) -> Numbers:
    """How often each cluster is drawn in each resample, (RESAMPLES, clusters)."""
    chances = np.full(clusters, 1 / max(1, clusters))
    return np.random.default_rng(seed).multinomial(clusters, chances, size=RESAMPLES).astype(np.float64)


def _estimate(value: float | None, resampled: Numbers, clusters: int) -> Estimate:
    kept = resampled[~np.isnan(resampled)]
    if value is None or clusters < MIN_CLUSTERS or not len(kept):
        return Estimate(value, None, None, clusters)
    low, high = np.quantile(kept, (0.025, 0.975))
    return Estimate(value, float(low), float(high), clusters)
