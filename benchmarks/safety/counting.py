"""What a scorer found against what readers labelled: counts by rule, and pooled figures with exact intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scipy.stats import binomtest

Row = tuple[str, str, bool, bool]
"""Text id, rule, whether it was expected, whether it was found."""


@dataclass(frozen=True, slots=True)
class Exact:
    """So many of so many with the exact (Clopper–Pearson) 95% interval; all null when there is nothing to count."""

    found: int
    of: int
    value: float | None
    low: float | None
    high: float | None

    def __str__(self) -> str:
        if self.value is None or self.low is None or self.high is None:
            return "none to count"
        return f"{self.value:.3f} (exact 95% interval {self.low:.3f} to {self.high:.3f}; {self.found} of {self.of})"

    def figures(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {"value": self.value, "low": self.low, "high": self.high, "found": self.found, "of": self.of}


def exact(found: int, of: int) -> Exact:
    """A share with its Clopper–Pearson interval."""
    if not of:
        return Exact(found, of, None, None, None)
    interval = binomtest(found, of).proportion_ci(method="exact")
    return Exact(found, of, found / of, float(interval.low), float(interval.high))


@dataclass(frozen=True, slots=True)
class Tally:
    """How often found and expected agree: hits, false alarms, misses, and rightly silent."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def n(self) -> int:
        """How many texts were counted."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def precision(self) -> Exact:
        """Found rightly, of all found."""
        return exact(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> Exact:
        """Found, of all expected."""
        return exact(self.tp, self.tp + self.fn)

    @property
    def false_alarms(self) -> Exact:
        """Found wrongly, of all not expected."""
        return exact(self.fp, self.fp + self.tn)

    @property
    def f1(self) -> Exact:
        """2tp / (2tp + fp + fn).

        It is 2j / (1 + j), where j = tp / (tp + fp + fn), and rises with it, so the exact interval of j carries over.
        """
        share = exact(self.tp, self.tp + self.fp + self.fn)
        if share.value is None or share.low is None or share.high is None:
            return share
        value, low, high = (2 * j / (1 + j) for j in (share.value, share.low, share.high))
        return Exact(share.found, share.of, value, low, high)


def tally(rows: Sequence[Row]) -> Tally:
    """The counts of these rows."""
    pairs = [(expected, found) for _, _, expected, found in rows]
    return Tally(*(pairs.count(pair) for pair in ((True, True), (False, True), (True, False), (False, False))))


def by_rule(rows: Sequence[Row]) -> dict[str, Tally]:
    """The counts by rule, in the order of letters and numbers (D2 before D10)."""
    rules = sorted({rule for _, rule, _, _ in rows}, key=_natural)
    return {rule: tally([row for row in rows if row[1] == rule]) for rule in rules}


def _natural(rule: str) -> tuple[str, int, str]:
    letters = rule.rstrip("0123456789")
    digits = rule[len(letters) :]
    return letters, int(digits) if digits else 0, rule
