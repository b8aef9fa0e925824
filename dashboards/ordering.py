"""In which order answers stand: the most dangerous first, or as someone asks. Knows nothing of Streamlit."""

from typing import TYPE_CHECKING

import numpy as np

from evals.records import SEVERITIES
from evals.report.tallies import RISKS

if TYPE_CHECKING:
    from sheet import Places, Sheet

ORDERS = ("worst findings first", "most contradicted claims first", "question id")
LOWEST = "lowest "
"""Stands before the name of a scorer in the order by its number."""
EXPLAINED = (
    "Worst first: by the number of critical findings, then of severe ones, then answers that a scorer could not look "
    "at, then by moderate findings, contradicted claims and the risk of the question."
)


def danger(sheet: "Sheet") -> "tuple[Places, ...]":
    """Keys to sort by danger, the first counting last: one critical finding outweighs any number of lighter ones."""
    by_severity = dict(zip(SEVERITIES, (-sheet.counts).T, strict=True))
    codes, names = sheet.about("risk")
    risk = np.array([*(RISKS.index(name) if name in RISKS else len(RISKS) for name in names), len(RISKS)])[codes]
    # What nobody could look at may be anything: it stands behind what is known to be grave, before all else.
    graver = (by_severity["critical"], by_severity["severe"], -sheet.failed, by_severity["moderate"])
    lighter = (-sheet.labelled("contradicted"), risk, by_severity["minor"], by_severity["info"])
    return (*graver, *lighter)[::-1]


def keys(sheet: "Sheet", order: str) -> "tuple[Places, ...]":
    """Keys to sort by an order other than the usual one, the first counting last; none for the order of ids."""
    if order == ORDERS[1]:
        return (-sheet.rank, -sheet.labelled("contradicted"))
    if order == ORDERS[2]:
        return ()
    # An answer without this score comes last: it is not the worst, it is unknown.
    return (np.nan_to_num(sheet.values[order.removeprefix(LOWEST)], nan=2.0),)
