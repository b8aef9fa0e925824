"""How often the answers changed when they must, and stayed when they must."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evals.counterfactuals.asking import Outcome


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, with the exact (Clopper–Pearson) 95% interval; no share without cases."""

    right: int
    of: int
    low: float | None
    high: float | None

    @property
    def share(self) -> float | None:
        """`right / of`; null when there is nothing to count."""
        return self.right / self.of if self.of else None

    def __str__(self) -> str:
        if self.share is None or self.low is None or self.high is None:
            return "none to count"
        return f"{self.right} of {self.of} = {self.share:.0%} (95% exact interval {self.low:.0%} to {self.high:.0%})"

    def figures(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {**asdict(self), "share": self.share}


@dataclass(frozen=True, slots=True)
class Rates:
    """`relevant`: changed where a relevant field of the record did. `irrelevant`: stayed where an irrelevant one did.

    `fields` has the same by field; `unanswered` pairs are in none of them.
    """

    relevant: Rate
    irrelevant: Rate
    fields: Mapping[str, tuple[bool, Rate]]
    unanswered: int


def rates_of(outcomes: Sequence[Outcome]) -> Rates:
    """Both rates over all pairs that have both answers."""
    told = [outcome for outcome in outcomes if outcome.right is not None]
    fields: dict[tuple[bool, str], list[Outcome]] = {}
    for outcome in told:
        fields.setdefault((not outcome.pair.relevant, outcome.pair.field), []).append(outcome)
    return Rates(
        relevant=_rate(o for o in told if o.pair.relevant),
        irrelevant=_rate(o for o in told if not o.pair.relevant),
        fields={
            f"{name}{'' if not irrelevant else ' (irrelevant)'}": (not irrelevant, _rate(own))
            for (irrelevant, name), own in sorted(fields.items())
        },
        unanswered=len(outcomes) - len(told),
    )


def rate(right: int, of: int) -> Rate:
    """A share with its exact 95% interval."""
    if not of:
        return Rate(0, 0, None, None)
    from scipy.stats import binomtest  # imported here: scipy.stats takes most of a second

    interval = binomtest(right, of).proportion_ci(method="exact")
    return Rate(right, of, float(interval.low), float(interval.high))


def _rate(outcomes: Iterable[Outcome]) -> Rate:
    found = [bool(outcome.right) for outcome in outcomes]
    return rate(sum(found), len(found))
