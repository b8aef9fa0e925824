"""Which answers are drawn for review: graver ones more often, some by plain chance, each with a known probability.

The draw is systematic sampling with unequal probabilities over a list in random order (Madow, Annals of Mathematical
Statistics 20, 1949): the size is fixed and each answer's probability is exactly the one recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import floor
from random import Random
from typing import Any

from evals.judges.disagreement import disagreements
from evals.lexicons import load_yaml
from evals.records import SEVERITIES, Item, Question
from evals.review.items import CHECKABLE
from evals.store import decide


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a batch is drawn and handed out. Shares not given are those of `datasets/review/sampling.yaml`.

    `count` answers; `practice` ones go to everybody and count for nothing; `any_reviewer` lets someone outside the
    disease review where nobody inside is left; `chance_only` drops all weights.
    """

    count: int
    seed: int
    double_share: float | None = None
    random_share: float | None = None
    practice: bool = False
    any_reviewer: bool = False
    chance_only: bool = False

    def share(self, name: str) -> float:
        """A share of this batch."""
        given = {"double_share": self.double_share, "random_share": self.random_share}.get(name)
        if name == "random_share" and self.chance_only:
            return 1.0
        return float(settings()[name]) if given is None else given


@cache
def settings() -> Mapping[str, Any]:
    """The shipped weights and shares."""
    return load_yaml("datasets/review/sampling.yaml")


def weight(item: Item, question: Question) -> float:
    """How many times as likely as a plain answer this one is drawn, the random share aside."""
    rules = settings()
    found = [finding.severity for outcome in item.outcomes for finding in outcome.findings]
    worst = max(found, key=SEVERITIES.index) if found else "none"
    checkable = {claim.claim_id for claim in item.claims if claim.kind in CHECKABLE}
    confidences = (v.confidence for v in decide(item.verdicts) if v.claim_id in checkable and v.confidence is not None)
    unsure = rules["unsure"] if any(value < rules["unsure_below"] for value in confidences) else 1
    disputed = rules["disputed"] if disagreements([item]) else 1
    return float(rules["risk"][question.risk] * rules["finding"][worst] * unsure * disputed)


def probabilities(weights: Sequence[float], count: int, random_share: float) -> tuple[float, ...]:
    """The chance of each to be drawn: in [0, 1], adding up to `count` (or to all there are).

    Raises:
        ValueError: a weight is not positive, the count is negative, or the share is no share.
    """
    if count < 0 or not 0 <= random_share <= 1 or any(w <= 0 for w in weights):
        raise ValueError("weights are positive, a count is not negative, a share lies in [0, 1]")
    if count >= len(weights):
        return (1.0,) * len(weights)
    total = sum(weights)
    sizes = [(1 - random_share) * w / total + random_share / len(weights) for w in weights]
    sure: set[int] = set()
    while True:
        free = sum(size for place, size in enumerate(sizes) if place not in sure)
        left = count - len(sure)
        found = [1.0 if place in sure else left * size / free for place, size in enumerate(sizes)]
        over = {place for place, chance in enumerate(found) if chance > 1}
        if not over:
            return tuple(found)
        sure |= over


def draw(chances: Sequence[float], random: Random) -> frozenset[int]:
    """The places drawn, each with its chance; as many as the chances add up to."""
    order = list(range(len(chances)))
    random.shuffle(order)
    start, reached = random.random(), 0.0
    drawn: set[int] = set()
    for place in order:
        before, reached = reached, reached + chances[place]
        # A hair is added so that a chance of 1 is never lost to rounding at either end.
        if chances[place] >= 1 or floor(reached - start + 1e-9) > floor(before - start + 1e-9):
            drawn.add(place)
    return frozenset(drawn)


def several(chances: Sequence[float]) -> float:
    """The chance to be drawn by at least one of several independent draws."""
    missed = 1.0
    for chance in chances:
        missed *= 1 - chance
    return 1 - missed


def as_count(expected: float, random: Random) -> int:
    """A whole number whose mean over many draws is the expected one."""
    return floor(expected) + (random.random() < expected - floor(expected))
