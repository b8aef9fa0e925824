"""Agreement of people on units, with the settings of the data file."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from evals.lexicons import load_yaml
from evals.review.agreement import MISSING, Array, Estimate, estimate, ratings

Unit = tuple[str, dict[str, str]]
"""The cluster of what was rated, and what each reviewer chose."""


@cache
def settings() -> Mapping[str, Any]:
    """`datasets/review/agreement.yaml`."""
    return load_yaml("datasets/review/agreement.yaml")


def agreement(units: Sequence[Unit], levels: Sequence[str], name: str, weights: Array | None) -> Estimate:
    """A coefficient over all people who rated any of the units."""
    people = sorted({who for _, said in units for who in said})
    if not people:
        return Estimate(value=None, low=None, high=None, units=0, clusters=0)
    place = {level: number for number, level in enumerate(levels)}
    values = [[place[said[who]] if who in said else MISSING for who in people] for _, said in units]
    return estimate(
        ratings(values, len(levels), weights), name, [cluster for cluster, _ in units],
        resamples=settings()["resamples"], min_clusters=settings()["min_units"],
    )  # fmt: skip
