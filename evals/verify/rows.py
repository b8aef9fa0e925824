"""Rows with a premise and a hypothesis -> a verdict each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evals.verify.judges import JudgeError, PairJudge
from evals.verify.verdict import PairVerdict, unscored

PREMISE, HYPOTHESIS = "premise", "hypothesis"


def verify_rows(
    rows: Sequence[Mapping[str, Any]], judge: PairJudge, progress: Callable[[int, int], None] = lambda *_: None
) -> tuple[PairVerdict, ...]:
    """One verdict a row, in the order of the rows; a row without two texts is unscored and says why.

    Each row is judged by itself. Rows that share a premise are judged one after the other, so that the judge reads the
    premise once. `progress` is called with how many rows are done, and how many there are.
    """
    by_premise: dict[str, list[int]] = {}
    verdicts: dict[int, PairVerdict] = {}
    for number, row in enumerate(rows):
        why = _not_text(row, PREMISE) or _not_text(row, HYPOTHESIS)
        if why:
            verdicts[number] = unscored(why)
        else:
            by_premise.setdefault(row[PREMISE], []).append(number)
    progress(len(verdicts), len(rows))
    for premise, numbers in by_premise.items():
        for number in numbers:
            verdicts[number] = _judged(judge, premise, rows[number][HYPOTHESIS])
            progress(len(verdicts), len(rows))
    return tuple(verdicts[number] for number in range(len(rows)))


def _judged(judge: PairJudge, premise: str, hypothesis: str) -> PairVerdict:
    try:
        return judge.verify_pair(premise, hypothesis)
    except JudgeError as error:
        return PairVerdict(status="error", reason=str(error) or "The judge failed and did not say why.")


def _not_text(row: Mapping[str, Any], field: str) -> str | None:
    value = row.get(field)
    if value is None:
        return f"There is no {field}."
    if not isinstance(value, str):
        return f"The {field} is {_kind(value)}, not a text."
    return None if value.strip() else f"The {field} is empty."


def _kind(value: object) -> str:
    names = {"int": "a number", "float": "a number", "bool": "a yes or no", "list": "a list", "dict": "an object"}
    return names.get(type(value).__name__, f"a value of type {type(value).__name__}")
