"""A rule on new findings where nothing changed: one answer to a question has some that another has not."""

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from benchmarks.gate.noise import Array, Noise
from evals.gate.chance import more_than_chance
from evals.gate.policy import Findings
from evals.records import SEVERITIES
from evals.store.columns import read_columns

Counts = list[list[Counter[str]]]
"""By question and answer, how many findings of each rule."""


def newly_found(run: Path, wanted: Findings, noise: Noise, drawn: tuple[int, int], confidence: float) -> str:
    """The shares of verdicts in so many comparisons of so many questions, one answer to each on either side."""
    rng, found = np.random.default_rng(3), _counts(run, wanted, noise)
    worse = np.zeros((*drawn, 2), dtype=bool)
    for comparison, question in np.ndindex(drawn):
        own = found[rng.integers(0, len(found))]
        one, other = (own[place] for place in rng.permutation(len(own))[:2])
        worse[comparison, question] = [_more(other, one), _more(one, other)]
    failed = [_fails(row, confidence) for row in worse]
    passed = ~worse[:, :, 0].any(axis=1)
    share = float(np.mean(failed))
    return (
        f"{passed.mean():.1%} PASS, {share:.1%} FAIL, {1 - passed.mean() - share:.1%} UNDECIDED "
        f"(new in {worse[:, :, 0].mean():.1%} of questions)"
    )


def _fails(row: Array, confidence: float) -> bool:
    sides = [{str(question) for question in np.flatnonzero(row[:, side])} for side in (0, 1)]
    return more_than_chance(sides[0], sides[1], confidence)


def _more(one: Counter[str], other: Counter[str]) -> bool:
    return any(amount > other[rule] for rule, amount in one.items())


def _counts(run: Path, wanted: Findings, noise: Noise) -> Counts:
    names = ("question_id", "repeat", "scorer", "rule", "severity")
    columns = read_columns(run, "findings", names)
    grave = SEVERITIES[SEVERITIES.index(wanted.severity) :]
    found: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for question, repeat, scorer, rule, severity in zip(*(columns[name] for name in names), strict=True):
        if scorer == wanted.scorer and severity in grave and rule in (wanted.rules or (rule,)):
            found[question, repeat][rule] += 1
    return [[found[key] for key in keys] for keys in noise.keys]
