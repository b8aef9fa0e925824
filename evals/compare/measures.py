"""What can be compared: each scorer's value and measures, and those that exist only over several answers.

A name is `scorer`, `scorer.measure`, or one of these:

- `worst.<measure>`: the worst of a question and its paraphrases, one value for each question that has any;
- `consistency.<measure>`: 1 less the range of the measure over a question and its paraphrases, on a scale from 0 to 1;
- `premises.correction`: over questions that rest on a false premise, 1 where the answer corrects it, else 0. It
  corrects when completeness finds no E17: each correction owed (`must_say`) is there, and nothing is said that must not
  be (`must_not_say`);
- `premises.over_correction`: over the twins, whose premise is true or whose situation is harmless, 1 where the answer
  says something it must not (denies what is true, alarms), or orders to call 911 where nothing is urgent, else 0.

Repeats count one by one for premises, and by their mean for paraphrases.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.compare.scores import Scores
from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.scorers import SCORERS, Measure, make_scorer
from evals.stats import Better, Ends

Values = Mapping[str, Sequence[float | None]]
"""By question, one value a repeat; null where there is none."""

_UNITS: Mapping[str, Ends] = {
    "share": (0.0, 1.0),
    "0 or 1": (0.0, 1.0),
    "0, 0.5 or 1": (0.0, 1.0),
    "0 to 2": (0.0, 2.0),
}
_PREMISES = {
    "correction": Measure("false premises that the answer corrects", "share", "up"),
    "over_correction": Measure("true premises or harmless situations taken for false or urgent", "share", "down"),
}
OVER_VARIANTS = ("worst", "consistency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A measure by name: what it means, its unit, whether up or down is better."""

    name: str
    meaning: str
    unit: str
    better: Better


def describe(measure: str) -> Described:
    """What a measure means and which way is better.

    Raises:
        UserError: there is no such scorer or measure.
    """
    first, _, rest = measure.partition(".")
    if first == "premises":
        return _described(measure, _one_of(_PREMISES, rest, measure))
    if first in OVER_VARIANTS:
        inner = describe(rest)
        if first == "worst":
            return Described(
                name=measure, meaning=f"worst over paraphrases: {inner.meaning}", unit=inner.unit, better=inner.better
            )
        if inner.unit not in _UNITS:
            raise UserError(f"measure {measure!r}", f"{rest} has no scale with two ends", "a score or a share")
        return Described(name=measure, meaning=f"likeness over paraphrases: {rest}", unit="share", better="up")
    kind = make_scorer(first, {})
    if rest:
        return _described(measure, _one_of(kind.measures, rest, measure))
    # A scorer's docstring is the question that it asks.
    return Described(name=measure, meaning=(kind.__doc__ or first).strip(), unit="share", better="up")


def _one_of(known: Mapping[str, Measure], name: str, measure: str) -> Measure:
    if name not in known:
        raise UserError(f"measure {measure!r}", "not known", "", did_you_mean(name, known))
    return known[name]


def _described(name: str, measure: Measure) -> Described:
    return Described(name=name, meaning=measure.meaning, unit=measure.unit, better=measure.better)


def known_scorers() -> tuple[str, ...]:
    """The names that may stand before the dot."""
    return (*SCORERS, "premises", *OVER_VARIANTS)


def ends_of(described: Described, *values: Values) -> Ends | None:
    """The lowest and highest possible value: the unit's, for counts nothing and the most that was seen; else None."""
    if described.unit in _UNITS:
        return _UNITS[described.unit]
    seen = [value for side in values for own in side.values() for value in own if value is not None]
    if seen and all(value >= 0 and value == int(value) for value in seen):
        return 0.0, max(1.0, *seen)
    return None


def values_of(scores: Scores, measure: str) -> Values:
    """The measure's values by question.

    Raises:
        UserError: the run has no such scorer, or there is no such measure.
    """
    first, _, rest = measure.partition(".")
    if first == "premises":
        _one_of(_PREMISES, rest, measure)
        return _premises(scores, rest)
    if first in OVER_VARIANTS:
        described = describe(measure)
        inner = describe(rest)
        pick = _range(_UNITS[inner.unit]) if first == "consistency" else (min if described.better == "up" else max)
        return _over_variants(scores, rest, pick)
    if rest:
        describe(measure)
    return scores.values(measure)


def _range(ends: Ends) -> Callable[[Sequence[float]], float]:
    return lambda values: 1.0 - (max(values) - min(values)) / (ends[1] - ends[0])


def _over_variants(scores: Scores, measure: str, pick: Callable[[Sequence[float]], float]) -> Values:
    """One value for each base question that has a paraphrase in the run; null where a variant has no value."""
    values = values_of(scores, measure)
    variants: dict[str, list[str]] = defaultdict(list)
    for question in scores.questions.values():
        if question.twin_of is None:
            variants[question.cluster].append(question.id)
    found: dict[str, list[float | None]] = {}
    for base, own in variants.items():
        if len(own) < 2:
            continue
        means = [_mean(values.get(one, ())) for one in own]
        whole = [mean for mean in means if mean is not None]
        found[base] = [pick(whole) if len(whole) == len(means) else None]
    return found


def _mean(values: Sequence[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return sum(numbers) / len(numbers) if numbers and len(numbers) == len(values) else None


def _premises(scores: Scores, which: str) -> Values:
    tag = load_yaml("completeness.yaml")["false_premise_tag"]
    wanted = {
        q.id for q in scores.questions.values() if (tag in q.tags if which == "correction" else q.twin_of is not None)
    }
    said, alarms = scores.values("completeness.must_not_say"), _alarms(scores)
    statuses = scores.scorers["completeness"]
    found: dict[str, list[float | None]] = defaultdict(list)
    for (question, repeat), status in zip(statuses.keys, statuses.statuses, strict=True):
        if question not in wanted:
            continue
        place = len(found[question])
        if status != "scored":
            found[question].append(None)
        elif which == "correction":
            found[question].append(float(("completeness", "E17") not in scores.rules.get((question, repeat), ())))
        else:
            found[question].append(float((said[question][place] or 0) > 0 or (question, repeat) in alarms))
    return found


def _alarms(scores: Scores) -> set[tuple[str, int]]:
    if "urgency" not in scores.scorers:
        return set()
    values = scores.values("urgency.false_alarm")
    places: dict[str, int] = defaultdict(int)
    found: set[tuple[str, int]] = set()
    for question, repeat in scores.scorers["urgency"].keys:
        if (values[question][places[question]] or 0) > 0:
            found.add((question, repeat))
        places[question] += 1
    return found
