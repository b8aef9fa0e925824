"""Comparisons in which nothing changed: for each question answers that might as well stand in each other's place.

Where a run has several answers to enough questions (repeats, or paraphrases), any two different ones of them are drawn,
with all their measures. Where it has one answer a question, the other answers are lent, measure by measure, by a run
that has several: a like answer is looked for there (one of the `LIKE` whose values lie nearest), and the answers to the
same question beside it are moved with it to the borrower's value, within the scale. So an answer at the end of its
scale differs from the next one as much as such answers do, and not as an average answer would. Question clusters are
drawn with replacement.

`python -m benchmarks.gate spread` holds this against what answers to one question really differ by, and against two
ways that were used before: the nearest scores of the same run, and the scatter of any question.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.compare import Described, Scores, describe, ends_of, read_scores
from evals.compare.pairs import base_name
from evals.errors import UserError
from evals.gate.values import read_values
from evals.stats import MIN_CLUSTERS, Ends

Array = NDArray[np.float64]
Places = NDArray[np.int_]
Sides = tuple[Array, Array]
Key = tuple[str, int]
LIKE = 5
"""How many answers of the lender are taken to be like one. Fewer would repeat single answers, more would mix levels."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One measure of all answers: rows are question clusters, columns their answers, NaN where there is no value."""

    described: Described
    values: Array
    ends: Ends | None


@dataclass(frozen=True, kw_only=True)
class Noise:
    """The answers of a run to draw from. `answers` counts those of each cluster; a `lender` has several of each.

    `keys` are question and repeat of each cluster's answers, in the order of the columns of its values.
    """

    run: str
    keys: Sequence[Sequence[Key]]
    answers: Places
    measures: Mapping[str, Measured]
    lender: "Noise | None" = None

    @property
    def kind(self) -> str:
        """For people."""
        return "answers to one question" if self.lender is None else f"as like answers of {self.lender.run} differ"

    def draw(self, comparisons: int, clusters: int, rng: np.random.Generator, each: int = 1) -> dict[str, Sides]:
        """By measure the values before and after: a row a comparison, a column a question.

        `each` is how many answers a question has on each side, whose mean its value is.

        Raises:
            UserError: so many answers cannot be drawn from those there are.
        """
        able = np.arange(len(self.answers))
        if each > 1 and self.lender is None:
            able = np.flatnonzero(self.answers == self.answers.max())
        chosen = able[rng.integers(0, len(able), (comparisons, clusters))]
        if self.lender is None:
            counts = self.answers[chosen]
            places = _places(counts, each, rng)
            return {name: _sides(one.values[chosen], places) for name, one in self.measures.items()}
        found: dict[str, Sides] = {}
        for name, one in self.measures.items():
            rows = lent(one, self.lender.measures[name], chosen, rng)
            found[name] = _sides(rows, _places(np.full(chosen.shape, rows.shape[-1]), each, rng))
        return found


def read_noise(folder: Path, measures: Sequence[str], lender: Noise | None = None) -> Noise:
    """The answers of a run, with these measures; the `lender` is used where the run has one answer a question.

    Raises:
        UserError: it is no finished run, lacks a measure's scorer, or has one answer a question and there is no lender.
    """
    scores = read_scores(folder)
    keys = _answered(scores)
    found = {name: _by_key(scores, name) for name in dict.fromkeys(measures)}
    clusters: dict[str, list[Key]] = defaultdict(list)
    for question, repeat in keys:
        if scores.questions[question].twin_of is None and any((question, repeat) in own for own in found.values()):
            clusters[scores.questions[question].cluster].append((question, repeat))
    several = sorted(name for name, own in clusters.items() if len(own) > 1)
    many = len(several) >= MIN_CLUSTERS
    if not many and lender is None:
        wanted = f"several answers to at least {MIN_CLUSTERS} questions (evals run --repeats 3), or --noise RUN"
        raise UserError(str(folder), f"several answers to {len(several)} questions", wanted)
    own = [clusters[name] for name in (several if many else sorted(clusters))]
    return Noise(
        run=folder.name, lender=None if many else lender, answers=np.array([len(one) for one in own]), keys=own,
        measures={name: _measured(name, values, own) for name, values in found.items()},
    )  # fmt: skip


def _answered(scores: Scores) -> list[Key]:
    """The answers that there are: those that ended in an error are asked for again before a gate decides."""
    rows = list(scores.scorers.values())
    return [key for n, key in enumerate(rows[0].keys) if any(one.statuses[n] != "error" for one in rows)]


def _by_key(scores: Scores, measure: str) -> dict[Key, float]:
    """A measure's values by question and repeat, where there is one."""
    values = read_values(scores, measure)
    places: dict[str, int] = defaultdict(int)
    found: dict[Key, float] = {}
    for question, repeat in scores.scorers[base_name(measure)].keys:
        value = values[question][places[question]]
        places[question] += 1
        if value is not None:
            found[question, repeat] = value
    return found


def _measured(name: str, values: Mapping[Key, float], clusters: Sequence[Sequence[Key]]) -> Measured:
    table = np.full((len(clusters), max(map(len, clusters))), np.nan)
    for row, own in enumerate(clusters):
        table[row, : len(own)] = [values.get(key, np.nan) for key in own]
    described = describe(name)
    return Measured(described=described, values=table, ends=ends_of(described, {"": list(values.values())}))


# --- drawing ---------------------------------------------------------------------------------------------------------


def _places(counts: Places, each: int, rng: np.random.Generator) -> tuple[Places, Places]:
    """Which of a question's answers stand before and after: (comparisons, questions, answers drawn) each.

    One each: two different answers. Several each: the mean of m drawn with replacement from k scatters as that of
    m k / (k - 1) answers does, so that three of three are drawn as two.

    Raises:
        UserError: no whole number of draws does for so many answers.
    """
    if each == 1:
        first = rng.integers(0, counts)
        second = (first + rng.integers(1, np.maximum(counts, 2))) % counts
        return first[..., None], second[..., None]
    draws = each * (counts - 1) / counts
    if (draws != np.round(draws)).any() or len(np.unique(draws)) > 1:
        known = ", ".join(str(one) for one in np.unique(counts))
        raise UserError("--each", str(each), f"1, or a multiple of the answers to a question ({known})")
    shape = (*counts.shape, int(draws.flat[0]))
    first, second = (rng.integers(0, counts[..., None], shape) for _ in range(2))
    return first, second


def _sides(rows: Array, places: tuple[Places, Places]) -> Sides:
    # A question with an answer that has no value has none, as the gate has it.
    before, after = (np.take_along_axis(rows, one, axis=-1).mean(axis=-1) for one in places)
    return before, after


def lent(borrower: Measured, lender: Measured, chosen: Places, rng: np.random.Generator) -> Array:
    """For each answer chosen (the first of its question) as many answers as the lender's questions have.

    NaN where the borrower has no value. Only questions of the lender lend whose answers all have one.
    """
    own = borrower.values[:, 0]
    whole = lender.values[~np.isnan(lender.values).any(axis=1)]
    away = np.abs(np.nan_to_num(own)[:, None] - whole.ravel()[None, :])
    ordered = np.argsort(away, axis=1, kind="stable")
    # As many as lie no farther than the last of LIKE: those that are tied all count.
    farthest = np.sort(away, axis=1)[:, [min(LIKE, whole.size) - 1]]
    many = (away <= farthest + 1e-9).sum(axis=1)
    taken = ordered[chosen, (rng.random(chosen.shape) * many[chosen]).astype(int)]
    moved = whole[taken // whole.shape[1]] + (own[chosen] - whole.ravel()[taken])[..., None]
    return np.clip(moved, *(borrower.ends or (-np.inf, np.inf)))
