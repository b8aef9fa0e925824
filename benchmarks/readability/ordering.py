"""How well a method orders texts: pairs put right, and rank correlation with levels. Pure arithmetic."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import spearmanr

from benchmarks.figures import wilson
from benchmarks.readability.texts import FLOORS, Graded


@dataclass(frozen=True, slots=True)
class Ordering:
    """One method's figure on one data set, in points (0 to 100), with its 95% interval where there is one."""

    method: str
    points: float
    low: float | None = None
    high: float | None = None


def pair_accuracy(texts: Sequence[Graded], method: str) -> Ordering:
    """The share of pairs whose harder text gets the higher grade; a tie is half a pair.

    Raises:
        ValueError: no group has both a harder and an easier text.
    """
    groups: dict[str, list[Graded]] = defaultdict(list)
    for text in texts:
        groups[text.group].append(text)
    pairs = [sorted(group, key=lambda text: text.level) for group in groups.values() if len(group) == 2]
    if not pairs:
        raise ValueError("no pair to put in order")
    won = sum(
        1.0 if hard.grades[method] > easy.grades[method] else 0.5 * (hard.grades[method] == easy.grades[method])
        for easy, hard in pairs
    )
    low, high = wilson(round(won), len(pairs))
    return Ordering(method, 100 * won / len(pairs), *(None if x is None else 100 * x for x in (low, high)))


def rank_correlation(texts: Sequence[Graded], method: str) -> Ordering:
    """Spearman's rank correlation of grade and level, times 100."""
    found = spearmanr([text.grades[method] for text in texts], [text.level for text in texts])
    return Ordering(method, 100 * float(found.statistic))


def pairs_in(texts: Sequence[Graded]) -> int:
    """How many groups have both their texts."""
    groups: dict[str, int] = defaultdict(int)
    for text in texts:
        groups[text.group] += 1
    return sum(number == 2 for number in groups.values())


def best_single(found: Sequence[Ordering]) -> Ordering:
    """The best single formula: neither the consensus nor a floor that grades nothing."""
    return max(
        (entry for entry in found if not entry.method.startswith("consensus") and entry.method not in FLOORS),
        key=lambda entry: (entry.points, entry.method),
    )
