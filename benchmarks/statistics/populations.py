"""Score distributions of runs as populations of question clusters to sample from, with their true means."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.compare import Scores, read_scores
from evals.stats import MIN_CLUSTERS
from evals.stats.intervals import MIN_OF_A_KIND

Array = NDArray[np.float64]
REPEATS = 3


@dataclass(frozen=True)
class Population:
    """Clusters by sum and size. `choices` holds the values that a cluster's repeats are drawn from, if it has any."""

    name: str
    sums: Array
    sizes: Array
    choices: Array | None = None

    @property
    def mean(self) -> float:
        """What an interval should cover."""
        return float(self.sums.sum() / self.sizes.sum())

    def in_steps(self, clusters: int) -> bool:
        """Whether coverage moves in steps and no method hits 95%.

        One cluster has half of the variance, or more; or fewer than `MIN_OF_A_KIND` clusters of a sample are expected
        to differ from the commonest value, so that coverage is that of a count of rare events.
        """
        residuals = (self.sums - self.mean * self.sizes) ** 2
        one = float(residuals.max(initial=0.0)) >= 0.5 * float(residuals.sum())
        ratios = self.sums / self.sizes if self.choices is None else self.choices.ravel()
        _, counts = np.unique(np.round(ratios, 9), return_counts=True)
        return one or clusters * (1.0 - counts.max() / counts.sum()) < MIN_OF_A_KIND

    def draw(self, samples: int, clusters: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """So many samples of so many clusters, sums and sizes, and the true mean of each."""
        chosen, truth = rng.integers(0, len(self.sums), (samples, clusters)), np.full(samples, self.mean)
        if self.choices is None:
            return self.sums[chosen], self.sizes[chosen], truth
        drawn = rng.integers(0, self.choices.shape[1], (samples, clusters, REPEATS))
        return self.choices[chosen[:, :, None], drawn].sum(axis=2), np.full((samples, clusters), float(REPEATS)), truth


def populations(folders: Sequence[Path]) -> Iterator[Population]:
    """Each scorer of each run with enough clusters, as it is and with repeats."""
    found = {(folder.name, scorer): _clusters(folder, scorer) for folder in folders for scorer in _scorers(folder)}
    noise: dict[str, list[float]] = defaultdict(list)
    for (_, scorer), clusters in found.items():
        for values in clusters:
            noise[scorer] += [value - sum(values) / len(values) for value in values if len(values) > 1]
    for number, ((run, scorer), clusters) in enumerate(found.items()):
        if len(clusters) < MIN_CLUSTERS:
            continue
        name = f"{run[:21]} {scorer}"
        sums = np.array([sum(values) for values in clusters])
        sizes = np.array([float(len(values)) for values in clusters])
        yield Population(name, sums, sizes)
        if noise[scorer]:
            yield _with_repeats(name, sums / sizes, np.array(noise[scorer]), number)


def _with_repeats(name: str, means: Array, noise: Array, seed: int) -> Population:
    """Repeats scatter about a question's mean as variants of one question do about theirs, within the scale."""
    drawn = np.random.default_rng(seed).choice(noise, 200)
    choices = np.clip(means[:, None] + drawn[None, :], 0.0, 1.0)
    return Population(f"{name}, {REPEATS} repeats", choices.mean(axis=1), np.ones(len(means)), choices)


@dataclass(frozen=True)
class Saturated:
    """All 1.00 but a few at `value`: in each sample the share of the few is another one, from `least` to `most`."""

    value: float
    least: float = 0.005
    most: float = 0.15

    def in_steps(self, clusters: int) -> bool:
        """As `Population.in_steps`, with the mean share of the few."""
        return clusters * (self.least + self.most) / 2 < MIN_OF_A_KIND

    @property
    def name(self) -> str:
        """For the table."""
        return f"1.00 but {self.least:.1%} to {self.most:.0%} at {self.value}"

    def draw(self, samples: int, clusters: int, rng: np.random.Generator) -> tuple[Array, Array, Array]:
        """So many samples of so many clusters, and the true mean of each."""
        share = rng.uniform(self.least, self.most, samples)
        failed = rng.random((samples, clusters)) < share[:, None]
        return np.where(failed, self.value, 1.0), np.ones((samples, clusters)), 1.0 - share * (1.0 - self.value)


def _scorers(folder: Path) -> tuple[str, ...]:
    return tuple(read_scores(folder).scorers)


def _clusters(folder: Path, scorer: str) -> list[list[float]]:
    scores = read_scores(folder)
    clusters: dict[str, list[float]] = defaultdict(list)
    for question, values in scores.values(scorer).items():
        clusters[scores.questions[question].cluster] += [value for value in values if value is not None]
    return [values for _, values in sorted(clusters.items()) if values]


def paired(before: Path, after: Path) -> Iterator[tuple[str, Array, Array]]:
    """Per scorer, the cluster means of both runs over the clusters that have them."""
    one, other = read_scores(before), read_scores(after)
    for scorer in one.scorers:
        if scorer not in other.scorers:
            continue
        sides = [_means(_by_cluster(scores, scorer)) for scores in (one, other)]
        both = sorted(set(sides[0]) & set(sides[1]))
        if len(both) >= MIN_CLUSTERS:
            yield scorer, np.array([sides[0][k] for k in both]), np.array([sides[1][k] for k in both])


def variants(folder: Path) -> Iterator[tuple[str, Array]]:
    """Per scorer, the values of a question and one of its variants: two answers to what is nearly the same."""
    scores = read_scores(folder)
    for scorer in scores.scorers:
        own = [values[:2] for values in _by_cluster(scores, scorer).values() if len(values) > 1]
        if len(own) >= MIN_CLUSTERS - 5:
            yield scorer, np.array(own)


def _by_cluster(scores: Scores, scorer: str) -> dict[str, list[float]]:
    clusters: dict[str, list[float]] = defaultdict(list)
    for question, values in scores.values(scorer).items():
        if scores.questions[question].twin_of is None:
            clusters[scores.questions[question].cluster] += [value for value in values if value is not None]
    return clusters


def _means(clusters: dict[str, list[float]]) -> dict[str, float]:
    return {key: sum(values) / len(values) for key, values in clusters.items() if values}
