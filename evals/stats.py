"""Numbers with their uncertainty. Pure functions, seeded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 10_000
MIN_CLUSTERS = 20
"""Below this many clusters a bootstrap interval is too short to trust, so none is given."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over all values, its confidence limits (null below `MIN_CLUSTERS`), and how much data stands behind it."""

    mean: float
    low: float | None
    high: float | None
    values: int
    clusters: int


def mean_interval(
    clusters: Mapping[str, Sequence[float]], *, seed: int = 0, confidence: float = 0.95
) -> Interval | None:
    """Mean and percentile bootstrap interval, resampling whole clusters; None when there is no value.

    Answers to one question, its paraphrases and repeats are not independent, so the question is what is resampled
    (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
    """
    names = sorted(name for name, values in clusters.items() if values)
    if not names:
        return None
    sums = np.array([float(np.sum(clusters[name])) for name in names])
    sizes = np.array([float(len(clusters[name])) for name in names])
    mean = float(sums.sum() / sizes.sum())
    low = high = None
    if len(names) >= MIN_CLUSTERS:
        # Imported here: scipy.stats takes most of a second, and most commands need no interval.
        from scipy.stats import bootstrap

        result = bootstrap(
            (sums, sizes), _ratio, paired=True, vectorized=True, n_resamples=RESAMPLES, confidence_level=confidence,
            method="percentile", rng=np.random.default_rng(seed),
        )  # fmt: skip
        low, high = float(result.confidence_interval.low), float(result.confidence_interval.high)
    return Interval(mean, low, high, int(sizes.sum()), len(names))


def _ratio(
    sums: "np.typing.NDArray[np.float64]", sizes: "np.typing.NDArray[np.float64]", axis: int = -1
) -> "np.typing.NDArray[np.float64]":
    return sums.sum(axis=axis) / sizes.sum(axis=axis)
