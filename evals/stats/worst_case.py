"""What a mean could be if everything that has no score had the worst one, or the best one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.stats.intervals import Ends, mean_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The mean if every missing value were the lowest or the highest possible one (Manski, AER 80, 1990).

    `low` and `high` are the lower confidence limit of the first and the upper one of the second; null below the number
    of clusters that limits need.
    """

    lowest_mean: float
    highest_mean: float
    low: float | None
    high: float | None
    values: int
    missing: int


def worst_case(
    clusters: Mapping[str, Sequence[float]],
    missing: Mapping[str, int],
    *,
    ends: Ends = (0.0, 1.0),
    confidence: float = 0.95,
) -> Bounds | None:
    """Bounds over unscored and error items: `missing` says how many values each cluster lacks.

    None when nothing is planned.
    """
    names = sorted({*clusters, *missing})
    filled = [
        mean_interval(
            {name: [*clusters.get(name, ()), *[end] * missing.get(name, 0)] for name in names},
            confidence=confidence,
            ends=ends,
        )
        for end in ends
    ]
    lowest, highest = filled
    if lowest is None or highest is None:
        return None
    return Bounds(
        lowest_mean=lowest.mean, highest_mean=highest.mean, low=lowest.low, high=highest.high,
        values=sum(len(values) for values in clusters.values()), missing=sum(missing.values()),
    )  # fmt: skip
