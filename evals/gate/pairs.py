"""A measure's means of two runs, question by question, as arrays: ten thousand pairs without an object for each."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from evals.compare import Described
from evals.gate.evidence import Evidence
from evals.gate.values import Values
from evals.stats import MIN_CLUSTERS, Difference, Ends, paired_differences

Array = NDArray[np.float64]
Pair = tuple[float, float]


class Pairs(Mapping[str, Pair]):
    """The means before and after of the questions that have both, in plan order."""

    def __init__(self, keys: Sequence[str], before: Array, after: Array) -> None:
        self.keys_, self.before, self.after = tuple(keys), before, after

    @cached_property
    def _by_key(self) -> dict[str, Pair]:
        return dict(zip(self.keys_, zip(self.before.tolist(), self.after.tolist(), strict=True), strict=True))

    def __getitem__(self, key: str) -> Pair:
        return self._by_key[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys_)

    def __len__(self) -> int:
        return len(self.keys_)

    @property
    def seen(self) -> Ends:
        """The lowest and the highest mean of either run; zeros without a pair."""
        if not self.keys_:
            return 0.0, 0.0
        return float(min(self.before.min(), self.after.min())), float(max(self.before.max(), self.after.max()))

    def with_lost(self, lost: "Pairs", end: float) -> "Pairs":
        """These and the lost ones, which all fell or rose to one value."""
        after = np.concatenate([self.after, np.full(len(lost), end)])
        return Pairs((*self.keys_, *lost.keys_), np.concatenate([self.before, lost.before]), after)

    def difference(
        self, evidence: Evidence, measure: Described, ends: Ends | None, confidence: float
    ) -> Difference | None:  # fmt: skip
        """What the pairs show, question clusters together; None without a pair."""
        if not self.keys_:
            return None
        ranks = evidence.cluster_ranks
        places = np.array([ranks[key] for key in self.keys_])
        sizes = np.bincount(places).astype(float)
        before, after = (np.bincount(places, weights=side).astype(float) for side in (self.before, self.after))
        asked = sizes > 0
        (found,) = paired_differences(
            before[asked][None], after[asked][None], sizes[asked][None], better=measure.better, ends=ends,
            confidence=confidence,
        )  # fmt: skip
        return _without_change(found)


def _without_change(difference: Difference) -> Difference:
    # On a scale without ends, pairs that are all alike have no limits: then what was seen is all that can be said.
    if difference.low is not None or difference.clusters < MIN_CLUSTERS:
        return difference
    gain = difference.gain
    return replace(difference, low=gain, high=gain, p_worse=0.0 if gain < 0 else 1.0)


def pair_up(before: Values, after: Values, asked: Sequence[str]) -> tuple[Pairs, Pairs]:
    """The questions with a value in both runs, and those that lost theirs, whose mean after is not a number.

    A question with a repeat that has no value has none: a mean over what is left would hide the failure.
    """
    old, new = (_means(side, asked) for side in (before, after))
    had, has = ~np.isnan(old), ~np.isnan(new)
    return _some(asked, old, new, had & has), _some(asked, old, new, had & ~has)


def _some(asked: Sequence[str], old: Array, new: Array, chosen: NDArray[np.bool_]) -> Pairs:
    keys = asked if chosen.all() else tuple(itertools.compress(asked, chosen.tolist()))
    return Pairs(keys, old[chosen], new[chosen])


def _means(values: Values, asked: Sequence[str]) -> Array:
    """By question the mean over its repeats, not a number where it has none."""
    return np.array([_mean(values.get(key, ())) for key in asked], dtype=np.float64)


def _mean(values: Sequence[float | None]) -> float | None:
    if len(values) == 1:
        return values[0]
    numbers = [value for value in values if value is not None]
    return sum(numbers) / len(numbers) if numbers and len(numbers) == len(values) else None
