"""Comparisons in which nothing changed: for each question two answers that might as well stand in each other's place.

Where a run has several answers to enough questions (repeats, or paraphrases), any two different ones of them are drawn,
with all their measures. Where it has one, its score stands for the question's mean, and each side scatters about it as
answers to one question do in a run that has several, within the scale. Without such a run, each side draws, measure by
measure, another one of the question's own score and the two that lie nearest; where scores lie apart, at the tail of
school grades above all, two answers then differ by more than any repeats do. Question clusters are drawn with
replacement.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals.compare import Described, describe, ends_of, read_scores
from evals.gate.values import Values, read_values
from evals.stats import MIN_CLUSTERS, Ends

Array = NDArray[np.float64]
Places = NDArray[np.int_]
Sides = tuple[Array, Array]
Kind = Literal["answers to one question", "own score and scatter", "nearest scores"]
NEAR = 3


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measure of all answers: rows are question clusters, columns their answers, NaN where there is no value."""

    described: Described
    values: Array
    ends: Ends | None


@dataclass(frozen=True, kw_only=True)
class Noise:
    """The answers of a run to draw from. `answers` counts those of each cluster."""

    run: str
    kind: Kind
    answers: Places
    measures: Mapping[str, Measured]
    scatter: "Noise | None" = None

    def draw(self, comparisons: int, clusters: int, rng: np.random.Generator) -> dict[str, Sides]:
        """By measure the values before and after: a row a comparison, a column a question."""
        chosen = rng.integers(0, len(self.answers), (comparisons, clusters))
        if self.kind == "nearest scores":
            return {name: _nearest(one.values[:, 0], chosen, rng) for name, one in self.measures.items()}
        if self.scatter is not None:
            places = [self.scatter.places(chosen.shape, rng) for _ in range(2)]
            return {name: self._scattered(name, chosen, places) for name in self.measures}
        first, second = _two(self.answers[chosen], rng)
        return {name: (one.values[chosen, first], one.values[chosen, second]) for name, one in self.measures.items()}

    def places(self, shape: tuple[int, ...], rng: np.random.Generator) -> tuple[Places, Places]:
        """So many answers at random: their clusters, and which one of the cluster's answers each is."""
        rows = rng.integers(0, len(self.answers), shape)
        return rows, rng.integers(0, self.answers[rows])

    def residuals(self, measure: str, places: tuple[Places, Places]) -> Array:
        """How far these answers lie from their question's mean, as if it were known: 0 where there is no value."""
        values = self.measures[measure].values
        own = np.nanmean(np.where(np.isnan(values).all(axis=1, keepdims=True), 0.0, values), axis=1)
        known = np.maximum((~np.isnan(values)).sum(axis=1), 2)
        # The mean of k values leaves residuals too small by sqrt((k - 1) / k).
        away = (values - own[:, None]) * np.sqrt(known / (known - 1))[:, None]
        return np.nan_to_num(away)[places]

    def _scattered(self, name: str, chosen: Places, places: "list[tuple[Places, Places]]") -> Sides:
        measured, scatter = self.measures[name], self.scatter
        assert scatter is not None
        ends = measured.ends or (-np.inf, np.inf)
        own = measured.values[:, 0][chosen]
        before, after = (np.clip(own + scatter.residuals(name, one), *ends) for one in places)
        return before, after


def read_noise(folder: Path, measures: Sequence[str], scatter: Noise | None = None) -> Noise:
    """The answers of a run, with these measures; `scatter` is used where the run has one answer a question.

    Raises:
        UserError: it is no finished run, or lacks a measure's scorer.
    """
    scores = read_scores(folder)
    found = {name: read_values(scores, name) for name in dict.fromkeys(measures)}
    clusters: dict[str, list[str]] = defaultdict(list)
    for question in scores.questions.values():
        answered = any(value is not None for values in found.values() for value in values[question.id])
        if question.twin_of is None and answered:
            clusters[question.cluster].append(question.id)
    first = next(iter(found.values()))
    counts = {name: sum(len(first[one]) for one in own) for name, own in clusters.items()}
    several = sorted(name for name, count in counts.items() if count > 1)
    many = len(several) >= MIN_CLUSTERS
    names = several if many else sorted(clusters)
    other: Kind = "nearest scores" if scatter is None else "own score and scatter"
    return Noise(
        run=folder.name, kind="answers to one question" if many else other, scatter=None if many else scatter,
        answers=np.array([counts[name] for name in names]),
        measures={name: _measured(name, values, [clusters[one] for one in names]) for name, values in found.items()},
    )  # fmt: skip


def _measured(name: str, values: Values, clusters: Sequence[Sequence[str]]) -> Measured:
    own = [[value for question in cluster for value in values[question]] for cluster in clusters]
    table = np.full((len(own), max(map(len, own))), np.nan)
    for row, found in enumerate(own):
        table[row, : len(found)] = [np.nan if value is None else value for value in found]
    described = describe(name)
    return Measured(described=described, values=table, ends=ends_of(described, values))


def _two(counts: Places, rng: np.random.Generator) -> tuple[Places, Places]:
    """Two different places among so many, for each."""
    first = rng.integers(0, counts)
    return first, (first + rng.integers(1, np.maximum(counts, 2))) % counts


def _nearest(values: Array, chosen: Places, rng: np.random.Generator) -> Sides:
    known = np.flatnonzero(~np.isnan(values))
    ordered = known[np.argsort(values[known], kind="stable")]
    place = np.zeros(len(values), dtype=int)
    place[ordered] = np.arange(len(ordered))
    low = np.clip(place[chosen] - NEAR // 2, 0, max(0, len(ordered) - NEAR))
    first, second = _two(np.full(chosen.shape, min(NEAR, len(ordered))), rng)
    missing = np.isnan(values[chosen])
    before, after = (np.where(missing, np.nan, values[ordered[low + one]]) for one in (first, second))
    return before, after
