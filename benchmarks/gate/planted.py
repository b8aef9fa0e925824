"""Losses of a given mean size, put into the second run of comparisons: spread over all answers, or borne by few."""

from typing import Literal

import numpy as np

from benchmarks.gate.noise import Array, Measured

Spread = Literal["evenly", "by few"]
SPREADS: tuple[Spread, ...] = ("evenly", "by few")
_STEPS = 60


def plant(values: Array, loss: float, measured: Measured, spread: Spread, rng: np.random.Generator) -> Array | None:
    """The values with so much taken off their mean; None where they have not so far to fall.

    "evenly" takes the same off each, as far as the scale goes; "by few" lets single answers, drawn at random, fall to
    the end of the scale. On a scale without ends there is no such end: None.
    """
    up = measured.described.better == "up"
    better = values if up else -values
    ends = measured.ends
    bottom = -np.inf if ends is None else (ends[0] if up else -ends[1])
    room = float(np.nanmean(better)) - bottom
    if loss > room or (spread == "by few" and ends is None):
        return None
    if spread == "by few":
        fallen = np.where(rng.random(values.shape) < loss / room, bottom, better)
        worse = np.where(np.isnan(values), np.nan, fallen)
    else:
        worse = np.maximum(better - _shift(better, bottom, loss), bottom)
    return worse if up else -worse


def _shift(values: Array, bottom: float, loss: float) -> float:
    """How much to take off each, so that the mean falls by `loss` although nothing falls below the bottom."""
    if bottom == -np.inf:
        return loss
    low, high = 0.0, float(np.nanmax(values)) - bottom
    mean = float(np.nanmean(values))
    for _ in range(_STEPS):
        middle = (low + high) / 2
        lost = mean - float(np.nanmean(np.maximum(values - middle, bottom)))
        low, high = (middle, high) if lost < loss else (low, middle)
    return high
