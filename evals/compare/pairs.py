"""One measure of two runs -> pairs by question and cluster, and the change they show."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from evals.compare.measures import OVER_VARIANTS, Described, Values, describe, ends_of, values_of
from evals.compare.records import Change, Missing, Moved
from evals.compare.scores import Asked, Scores
from evals.stats import MIN_CLUSTERS, Ends, detectable_drop, mcnemar, paired_difference

_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """A measure's means over repeats, before and after, of the questions that have both; `one_sided` have one."""

    described: Described
    ends: Ends | None
    means: Mapping[str, tuple[float, float]]
    one_sided: tuple[str, ...]
    yes_no: bool


def find_missing(before: Scores, after: Scores) -> Missing:
    """The questions that cannot be paired."""
    one, other = before.questions, after.questions
    return Missing(
        only_before=tuple(key for key in one if key not in other),
        only_after=tuple(key for key in other if key not in one),
        asked_differently=tuple(k for k in one if k in other and one[k].content != other[k].content),
    )


def pair_up(before: Scores, after: Scores, measure: str, shared: Collection[str]) -> Pairs:
    """The measure in both runs, paired over the shared questions.

    A question with a repeat that has no value has none: a mean over what is left would hide the failure.

    Raises:
        UserError: there is no such measure, or a run lacks the scorer.
    """
    described = describe(measure)
    values = [values_of(scores, measure) for scores in (before, after)]
    means = [{key: _mean(own) for key, own in side.items() if key in shared} for side in values]
    both: dict[str, tuple[float, float]] = {}
    single: list[str] = []
    for key in dict.fromkeys([*means[0], *means[1]]):
        pair = (means[0].get(key), means[1].get(key))
        if pair[0] is not None and pair[1] is not None:
            both[key] = (pair[0], pair[1])
        elif pair != (None, None):
            single.append(key)
    return Pairs(
        described=described, ends=ends_of(described, *values), means=both, one_sided=tuple(single),
        yes_no=_yes_no(values, both),
    )  # fmt: skip


def _mean(values: Sequence[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return sum(numbers) / len(numbers) if numbers and len(numbers) == len(values) else None


def _yes_no(values: Sequence[Values], both: Collection[str]) -> bool:
    return bool(both) and all(value in (0.0, 1.0) for side in values for key in both for value in side.get(key, ()))


def change_of(
    pairs: Pairs, questions: Mapping[str, Asked], *, field: str | None = None, value: str | None = None,
    confidence: float = 0.95,
) -> Change:  # fmt: skip
    """What the pairs show; with `field`, of the questions with that value only, and then counts below 20 clusters."""
    chosen = {k: v for k, v in pairs.means.items() if field is None or str(getattr(questions[k], field)) == value}
    single = (k for k in pairs.one_sided if field is None or str(getattr(questions[k], field)) == value)
    clusters: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for key, pair in chosen.items():
        clusters[questions[key].cluster].append(pair)
    described = pairs.described
    gains = [gain(described, pair) for pair in chosen.values()]
    worse, improved = sum(g < -_SAME for g in gains), sum(g > _SAME for g in gains)
    few = field is not None and len(clusters) < MIN_CLUSTERS
    difference = None
    if not few:
        difference = paired_difference(clusters, better=described.better, ends=pairs.ends, confidence=confidence)
    # McNemar's pairs are independent: only where no question stands beside its variants.
    exact = pairs.yes_no and len(chosen) == len(clusters) >= MIN_CLUSTERS
    return Change(
        measure=described.name, meaning=described.meaning, unit=described.unit, better=described.better, field=field,
        value=value, difference=difference, worse=worse, same=len(gains) - worse - improved, improved=improved,
        clusters=len(clusters), one_sided=tuple(single),
        detectable=None if difference is None else detectable_drop(difference),
        p_mcnemar=mcnemar(worse, improved) if exact else None,
    )  # fmt: skip


def gain(described: Described, pair: tuple[float, float]) -> float:
    """How much better the second of two values is."""
    return pair[1] - pair[0] if described.better == "up" else pair[0] - pair[1]


def moved(pairs: Pairs, most: int) -> list[Moved]:
    """The questions whose mean changed most, losses before gains of the same size."""
    found = [
        Moved(
            measure=pairs.described.name, question_id=key, before=pair[0], after=pair[1],
            gain=round(gain(pairs.described, pair), 9),
        )
        for key, pair in pairs.means.items()
    ]  # fmt: skip
    changed = [one for one in found if abs(one.gain) > _SAME]
    return sorted(changed, key=lambda one: (-abs(one.gain), one.gain, one.question_id))[:most]


def base_name(measure: str) -> str:
    """The scorer that a measure needs in both runs."""
    first, _, rest = measure.partition(".")
    if first in OVER_VARIANTS:
        return base_name(rest)
    return "completeness" if first == "premises" else first
