"""How sure is sure enough: the cut-offs of calibration.json from claims that the rule was not fitted on."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from evals.judges.weighing import ANY_CLASH, LABELS, Look, decisive, raise_share

GRID = tuple(round(0.4 + 0.05 * step, 2) for step in range(12))
# A wrong claim passed as supported harms; a true one called contradicted costs trust in every other alarm.
# A contradiction that no slot check can name gives a reviewer nothing to look at: it has to be
# surer than on any true claim.
RATES = {
    "wrong_called_supported": 0.09,
    "true_called_contradicted": 0.015,
    "true_called_contradicted_unnamed": 0.0,
    "unstated_called_partly": 0.20,
    "told_called_nothing": 0.005,
    "decisive_wrong": 0.10,
}


@dataclass(frozen=True)
class Row:
    """One kept claim: its source (claims of one source share a fold), features, shares of the labels, and looks."""

    source: str
    values: tuple[float, ...]
    wanted: tuple[float, ...]
    written: bool
    looks: tuple[Look, ...]


def choose(shares: np.ndarray, labels: np.ndarray, named: np.ndarray) -> dict[str, float]:
    """The lowest cut-offs that keep to `RATES`."""
    wrong = shares[np.isin(labels, (1, 2)), 0]
    supported = float(np.quantile(wrong, 1 - RATES["wrong_called_supported"]))
    true = shares[labels == 0]
    passed = true[:, 0] >= supported
    against_true = np.where(passed, 0.0, true[:, 1])
    contradicted = float(np.quantile(against_true, 1 - RATES["true_called_contradicted"]))
    unnamed = np.where(named[labels == 0], 0.0, against_true)
    surer = max(contradicted, float(np.quantile(unnamed, 1 - RATES["true_called_contradicted_unnamed"])))
    unstated = shares[labels == 3]
    against = np.where(unstated[:, 0] >= supported, 0.0, unstated[:, 1] + unstated[:, 2])
    partly = float(np.quantile(against, 1 - RATES["unstated_called_partly"]))
    found = {"supported": supported, "contradicted": contradicted, "contradicted_unnamed": surer, "partly": partly}
    return {name: round(cutoff, 3) for name, cutoff in found.items()}


def choose_decisive(looks: Sequence[Sequence[Look]], labels: np.ndarray) -> dict[str, dict[str, float]]:
    """For denials and for any clash the bounds within which it decides most claims and errs no more than allowed."""
    found: dict[str, dict[str, float]] = {}
    for kind, coverage, nearness in product(("negation", ANY_CLASH), GRID, GRID):
        bound = {"coverage": coverage, "nearness": nearness, "share": 1.0}
        decided = np.array([decisive(one, {kind: bound}) > 0 for one in looks])
        right = float((labels[decided] == 1).mean()) if decided.any() else 0.0
        if right >= 1 - RATES["decisive_wrong"] and decided.sum() > found.get(kind, {"n": 0})["n"]:
            found[kind] = {**bound, "share": round(right, 3), "n": int(decided.sum())}
    return found


def raised(shares: np.ndarray, rows: Sequence[Row], bounds: dict[str, dict[str, float]]) -> np.ndarray:
    """The shares as the judge has them, after decisive clashes."""
    found = shares.copy()
    for place, row in enumerate(rows):
        known = dict(zip(LABELS, shares[place], strict=True))
        raised_shares = raise_share(known, "contradicted", decisive(row.looks, bounds))
        found[place] = [raised_shares[name] for name in LABELS]
    return found


def contradictions(
    shares: np.ndarray, wanted: np.ndarray, named: np.ndarray, cutoffs: dict[str, float]
) -> dict[str, dict[str, int]]:
    """Of all kept claims called contradicted, by whether a check names the difference: how many, how many are true."""
    against = (shares[:, 0] < cutoffs["supported"]) & (shares[:, 1] >= cutoffs["contradicted"])
    found: dict[str, dict[str, int]] = {}
    for name, mine in (("named", against & named), ("unnamed", against & ~named)):
        found[name] = {"n": int(mine.sum()), "true": int((wanted[mine, 0] > 0.5).sum())}
    return found


def reliability(shares: np.ndarray, labels: np.ndarray) -> list[dict[str, float]]:
    """Of claims whose share of "supported" lies in a tenth: how many, their mean share, how many are."""
    table: list[dict[str, float]] = []
    for tenth in range(10):
        inside = (shares[:, 0] >= tenth / 10) & (shares[:, 0] < (tenth + 1) / 10 + (tenth == 9))
        if inside.any():
            said, was = shares[inside, 0].mean(), (labels[inside] == 0).mean()
            table.append({"n": int(inside.sum()), "said": round(float(said), 3), "was": round(float(was), 3)})
    return table
