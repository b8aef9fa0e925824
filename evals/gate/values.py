"""A measure's values by question, read without building every other measure of ten thousand answers."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from evals.compare import Described, Scores, describe, values_of
from evals.compare.measures import OVER_VARIANTS
from evals.store.chosen import measure_of, read_measures
from evals.store.columns import Table

Values = Mapping[str, Sequence[float | None]]


def read_values(scores: Scores, measure: str, measures: Callable[[Path], Table] = read_measures) -> Values:
    """By question one value a repeat, null where there is none; `measures` reads those of all scorers in a folder.

    Raises:
        UserError: there is no such measure, or the run has no such scorer.
    """
    scorer, _, name = measure.partition(".")
    rows = scores.scorers.get(scorer)
    if not name or rows is None or scorer in OVER_VARIANTS:
        return values_of(scores, measure)
    described(measure)
    found: dict[str, list[float | None]] = defaultdict(list)
    for (question, _repeat), value in zip(rows.keys, measure_of(measures(scores.folder), scorer, name), strict=True):
        found[question].append(value)
    return found


@cache
def described(measure: str) -> Described:
    """What a measure means.

    Raises:
        UserError: there is no such scorer or measure.
    """
    return describe(measure)
