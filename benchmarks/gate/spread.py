"""By how much two answers to one question differ, and by how much each way of making up such answers has them differ.

    python -m benchmarks.gate spread [RUN ...]

RUN has several answers to a question (reports/examples/repeats by default). The first answer of each of its questions
is taken as if there were no other, and each way to make up a second one is tried on it:

- *like answers*: what `python -m benchmarks.gate errors` does, each half of the questions lending to the other;
- *any question*: the scatter of any question of the other half, wherever on the scale it stands;
- *nearest scores*: one of the three answers of the run, to whatever questions, whose scores lie nearest.

What is shown is the standard deviation of the gain from one answer to another, and the share of questions whose value
does not change at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.gate.noise import Array, Measured, Noise, Places, Sides, lent, read_noise

NEAREST = 3
DRAWN = (400, 60)
Way = Callable[[Measured, Measured, Places, np.random.Generator], Sides]


def main(runs: Sequence[Path], measures: Sequence[str]) -> None:
    """Print a table for each run."""
    for run in runs:
        noise = read_noise(run, measures)
        print(f"{run.name}: {len(noise.answers)} questions with {noise.answers.min()} to {noise.answers.max()} answers")
        print(f"{'':<29}{'sd of the gain':^44}{'no change at all':^44}")
        print(f"{'measure':<27}" + 2 * (f"{'real':>8}" + "".join(f"{name:>16}"[:16] for name in WAYS)))
        for name in measures:
            found = gains(noise, name)
            told = [f"{np.nanstd(one):.3f}" for one in found.values()]
            same = [f"{np.mean(np.abs(one[~np.isnan(one)]) < 1e-9):.0%}" for one in found.values()]
            print(f"{name:<27}" + "".join(f"{one:>{8 if n == 0 else 16}}" for n, one in enumerate(told)), end="")
            print("".join(f"{one:>{8 if n == 0 else 16}}" for n, one in enumerate(same)))


def gains(noise: Noise, measure: str) -> Mapping[str, Array]:
    """The gains from one answer to another, really and as each way makes them up; NaN where one has no value."""
    rng = np.random.default_rng(0)
    before, after = noise.draw(*DRAWN, rng)[measure]
    found = {"real": (after - before).ravel()}
    measured = noise.measures[measure]
    halves = [replace(measured, values=measured.values[half::2]) for half in (0, 1)]
    for name, way in WAYS.items():
        made: list[Array] = []
        for borrower, lender in (halves, halves[::-1]):
            # The nearest scores are looked for in the whole run: in a half of it they would lie farther apart.
            single = replace(borrower, values=(measured if way is _nearest else borrower).values[:, :1])
            one, other = way(single, lender, rng.integers(0, len(single.values), DRAWN), rng)
            made.append((other - one).ravel())
        found[name] = np.concatenate(made)
    return found


def _like(borrower: Measured, lender: Measured, chosen: Places, rng: np.random.Generator) -> Sides:
    rows = lent(borrower, lender, chosen, rng)
    first = rng.integers(0, rows.shape[-1], chosen.shape)
    second = (first + rng.integers(1, rows.shape[-1], chosen.shape)) % rows.shape[-1]
    one, other = (np.take_along_axis(rows, place[..., None], axis=-1)[..., 0] for place in (first, second))
    return one, other


def _any(borrower: Measured, lender: Measured, chosen: Places, rng: np.random.Generator) -> Sides:
    whole = lender.values[~np.isnan(lender.values).any(axis=1)]
    # The mean of k values leaves residuals too small by sqrt((k - 1) / k).
    away = ((whole - whole.mean(axis=1, keepdims=True)) * np.sqrt(whole.shape[1] / (whole.shape[1] - 1))).ravel()
    ends = borrower.ends or (-np.inf, np.inf)
    own = borrower.values[:, 0][chosen]
    one, other = (np.clip(own + away[rng.integers(0, len(away), chosen.shape)], *ends) for _ in range(2))
    return one, other


def _nearest(borrower: Measured, _: Measured, chosen: Places, rng: np.random.Generator) -> Sides:
    values = borrower.values[:, 0]
    known = np.flatnonzero(~np.isnan(values))
    ordered = known[np.argsort(values[known], kind="stable")]
    place = np.zeros(len(values), dtype=int)
    place[ordered] = np.arange(len(ordered))
    low = np.clip(place[chosen] - NEAREST // 2, 0, max(0, len(ordered) - NEAREST))
    first = rng.integers(0, NEAREST, chosen.shape)
    second = (first + rng.integers(1, NEAREST, chosen.shape)) % NEAREST
    missing = np.isnan(values[chosen])
    one, other = (np.where(missing, np.nan, values[ordered[low + n]]) for n in (first, second))
    return one, other


WAYS: Mapping[str, Way] = {"like answers": _like, "any question": _any, "nearest scores": _nearest}
