"""Differences of two runs: how often their intervals cover, and how often a gate errs when nothing has changed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.statistics.populations import paired, variants
from evals.stats.paired import difference_limits

Array = NDArray[np.float64]
CLUSTERS = (20, 60)
MARGINS = (0.03, 0.05, 0.1)


def real_change(before: Path, after: Path, samples: int) -> Iterator[str]:
    """Coverage of the mean gain from one run to the other, clusters resampled."""
    for scorer, one, other in paired(before, after):
        truth = float((other - one).mean())
        for clusters in CLUSTERS:
            rng = np.random.default_rng(11)
            chosen = rng.integers(0, len(one), (samples, clusters))
            low, high, used = _limits(one[chosen], other[chosen])
            above, below = float((low > truth + 1e-9).mean()), float((high < truth - 1e-9).mean())
            yield (
                f"gain {scorer:<13} {truth:+.3f} {clusters:>3} clusters: covers {100 * (1 - above - below):.1f}% "
                f"(too high {100 * above:.1f}%, too low {100 * below:.1f}%), width {float((high - low).mean()):.3f}, "
                f"t in {100 * used:.0f}%"
            )


def no_change(runs: Sequence[Path], samples: int) -> Iterator[str]:
    """FAIL and PASS rates where before and after are two answers to nearly the same question, in random order."""
    for run in runs:
        for scorer, pairs in variants(run):
            rng = np.random.default_rng(13)
            chosen = pairs[rng.integers(0, len(pairs), (samples, 60))]
            turned = rng.integers(0, 2, chosen.shape[:2])
            one = np.take_along_axis(chosen, turned[:, :, None], axis=2)[:, :, 0]
            other = np.take_along_axis(chosen, 1 - turned[:, :, None], axis=2)[:, :, 0]
            low, high, _ = _limits(one, other)
            rates = []
            for margin in MARGINS:
                passed = low > -margin
                rates.append(f"{margin}: {passed.mean():.0%} PASS, {((high < 0) & ~passed).mean():.1%} FAIL")
            below = f"below zero {float((high < 0).mean()):.1%}"
            yield f"no change {run.name[:21]} {scorer:<13} {below}; {'; '.join(rates)}"


def _limits(one: Array, other: Array) -> tuple[Array, Array, float]:
    before, after = one.mean(axis=1), other.mean(axis=1)
    reach = np.minimum(-before, after - 1.0), np.maximum(1.0 - before, after)
    low, high, _, used = difference_limits(np.round(other - one, 12), np.ones_like(one), reach)
    return low, high, float(used.mean())
