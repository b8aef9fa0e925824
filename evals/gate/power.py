"""What a comparison could have seen, and how many questions would settle one that is undecided."""

import math

from evals.stats import MIN_CLUSTERS, Difference, detectable_drop, questions_needed


def needed(difference: Difference, margin: float, confidence: float) -> int:
    """How many question clusters would let a rule pass, if nothing changed and answers vary as they do here."""
    by_spread = questions_needed(difference.sd or 0.0, margin, confidence=confidence)
    if difference.method != "bounded" or difference.low is None:
        return max(by_spread, MIN_CLUSTERS)
    # Limits of the bounded kind close in with the number of clusters, not with its root.
    by_ends = math.ceil(difference.clusters * (difference.gain - difference.low) / margin)
    return max(by_spread, by_ends, MIN_CLUSTERS)


def detectable(
    seen: Difference | None, margin: float, tail: float, rules: int, best: Difference | None = None
) -> float | None:  # fmt: skip
    """The loss that a rule would fail four times of five, were it the one of so many rules that changed.

    `tail` is how unlikely a loss must be by chance to fail. `best` is the difference with the best value for each
    question that lost its own: those hide a loss, and what is left has to make up for what they gain.
    """
    if seen is None:
        return None
    confidence = 1.0 - 2.0 * tail
    if best is None or best == seen:
        return detectable_drop(seen, margin=margin, rules=rules, confidence=confidence)
    drop = detectable_drop(best, margin=0.0, rules=rules, confidence=confidence)
    if drop is None:
        return None
    kept = seen.clusters / best.clusters
    loss = max(margin, (drop + best.gain - kept * seen.gain) / kept)
    return loss if seen.fall is None or loss <= seen.fall else None
