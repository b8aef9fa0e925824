"""How often 95% intervals cover the true mean, and how often a gate that rests on them errs.

    python -m benchmarks.statistics RUN [RUN ...] [--pair BEFORE AFTER] [--samples N] [--all] [--json]

Each run's scores are taken for the truth and sampled by question cluster, at 20 and 60 clusters, as they are and with
repeats (whose scatter is that of variants of one question, so give a run of the suite `full` too). Beside them stand
scores that are all 1.00 but for a few. --all shows every method that was tried; --pair adds differences of two runs,
and of a run without any change. Exit code 1 when an interval of ours covers less than 93.5% or more than 96.5%, beyond
what so many samples leave to chance (two standard errors); where coverage moves in steps, so that no method hits 95%,
more is allowed: `Population.in_steps` says where.
"""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.statistics.differences import no_change, real_change
from benchmarks.statistics.methods import METHODS
from benchmarks.statistics.populations import Population, Saturated, populations
from evals.errors import UserError

CLUSTERS = (20, 60)
BAND = (93.5, 96.5)


@dataclass(frozen=True)
class Coverage:
    """Of one population, method and number of clusters: per cent covered and missed on either side, and mean width."""

    population: str
    clusters: int
    method: str
    covered: float
    above: float
    below: float
    width: float
    in_steps: bool
    samples: int

    @property
    def right(self) -> bool:
        """Whether the coverage may lie in the band; where it moves in steps, only the lower end counts."""
        low, high = (200 * math.sqrt(end / 100 * (1 - end / 100) / self.samples) for end in BAND)
        return self.covered >= BAND[0] - low and (self.in_steps or self.covered <= BAND[1] + high)


def main() -> int:
    """Print the tables; 1 when one of our intervals covers too little or too much."""
    options = _options()
    methods = tuple(METHODS) if options.all else ("ours",)
    found: list[Coverage] = []
    for population in (*populations(options.runs), Saturated(0.0), Saturated(0.5)):
        found += _coverage(population, methods, options.samples)
    pairs: list[str] = []
    if options.pair:
        before, after = options.pair
        pairs = [*real_change(before, after, options.samples), *no_change(options.runs, options.samples)]
    if options.json:
        print(json.dumps({"coverage": [asdict(one) for one in found], "pairs": pairs}, indent=1, ensure_ascii=False))
    else:
        _show(found, pairs)
    return int(any(not one.right for one in found if one.method == "ours"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders whose scores are sampled")
    parser.add_argument("--pair", type=Path, nargs=2, metavar=("BEFORE", "AFTER"), help="two runs to compare")
    parser.add_argument("--samples", type=int, default=2000, help="samples for each figure (2000)")
    parser.add_argument("--all", action="store_true", help="every method that was tried, not only ours")
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    return parser.parse_args()


def _coverage(population: Population | Saturated, methods: Sequence[str], samples: int) -> list[Coverage]:
    rows: list[Coverage] = []
    for clusters in CLUSTERS:
        sums, sizes, truth = population.draw(samples, clusters, np.random.default_rng(7))
        for method in methods:
            low, high = METHODS[method](sums, sizes)
            above, below = float((low > truth + 1e-9).mean()) * 100, float((high < truth - 1e-9).mean()) * 100
            rows.append(
                Coverage(
                    population.name, clusters, method, round(100 - above - below, 1), round(above, 1), round(below, 1),
                    round(float((high - low).mean()), 4), population.in_steps(clusters), samples,
                )
            )  # fmt: skip
    return rows


def _show(found: Sequence[Coverage], pairs: Sequence[str]) -> None:
    print(
        f"{'population':<50} {'clusters':>8} {'method':<12} {'covers':>7} {'too high':>8} {'too low':>8} {'width':>7}"
    )
    for one in found:
        mark = "" if one.right else "  <- outside" if one.method == "ours" else ""
        steps = " (in steps)" if one.in_steps else ""
        print(
            f"{one.population + steps:<50} {one.clusters:>8} {one.method:<12} {one.covered:>6.1f}% {one.above:>7.1f}% "
            f"{one.below:>7.1f}% {one.width:>7.4f}{mark}"
        )
    ours = [one.covered for one in found if one.method == "ours"]
    inside = sum(BAND[0] <= one <= BAND[1] for one in ours)
    outside = sum(not one.right for one in found if one.method == "ours")
    print(f"ours: mean {sum(ours) / len(ours):.1f}%, {min(ours):.1f}% to {max(ours):.1f}% over {len(ours)} figures")
    print(f"{inside} lie within {BAND[0]}% to {BAND[1]}%, {outside} outside of it beyond chance and steps")
    for line in pairs:
        print(line)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        sys.exit(f"error: {error}")
