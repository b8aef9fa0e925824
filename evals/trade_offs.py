"""Readability bought by dropping facts: where an answer got easier to read and says less of what it must."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evals.records import Outcome
from evals.store.run import Run

GRADE = "grade"
"""The measure of `readability` that is compared: school years, lower is easier."""
SAID = "must_say"
"""The measure of `completeness` that is compared: the share said of what must be, by severity."""
EASIER = 0.5
"""School years that a grade must fall to count as easier: less is a matter of a few words."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """A question whose answers got easier and poorer. Figures are means over its repeats.

    Grades are school years, `said_*` shares in [0, 1]. `lost` are the points found missing after and not before, as
    completeness words them.
    """

    question_id: str
    grade_before: float
    grade_after: float
    said_before: float
    said_after: float
    lost: tuple[str, ...]

    @property
    def message(self) -> str:
        """One sentence for a report."""
        return (
            f"{self.question_id}: grade {self.grade_before:.1f} -> {self.grade_after:.1f}, but points made "
            f"{self.said_before:.0%} -> {self.said_after:.0%}"
        )

    def figures(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {**asdict(self), "message": self.message}


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOffs:
    """The questions that traded facts for ease, the worst loss first.

    `compared` questions have both measures in both runs; `easier` of them got easier; `incomparable` are the others
    that stand in either run.
    """

    found: tuple[TradeOff, ...]
    compared: int
    easier: int
    incomparable: tuple[str, ...]

    @property
    def summary(self) -> str:
        """One sentence for a report."""
        text = f"{len(self.found)} of {self.easier} answers that got easier to read say less of what they must"
        text += f" ({self.compared} questions compared"
        return text + (f", {len(self.incomparable)} could not be)" if self.incomparable else ")")

    def figures(self) -> dict[str, Any]:
        """Everything, for machines."""
        rows = [one.figures() for one in self.found]
        return {
            "found": rows,
            "compared": self.compared,
            "easier": self.easier,
            "incomparable": list(self.incomparable),
        }


@dataclass(frozen=True, slots=True)
class _Told:
    grade: float | None
    said: float | None
    missing: tuple[str, ...]


def find_trade_offs(before: Run, after: Run, *, easier: float = EASIER) -> TradeOffs:
    """Questions whose readability grade fell by `easier` school years or more while completeness fell too.

    The runs are taken as comparable: whoever calls has seen to their scoring signatures. A question without a grade or
    a completeness score on either side is counted as incomparable, never as unchanged.
    """
    one, other = _by_question(before), _by_question(after)
    both = [key for key in one if key in other and _complete(one[key]) and _complete(other[key])]
    traded: list[TradeOff] = []
    gained = 0
    for key in both:
        made = _trade(key, one[key], other[key])
        if made.grade_before - made.grade_after >= easier - _SAME:
            gained += 1
            if made.said_before - made.said_after > _SAME:
                traded.append(made)
    traded.sort(key=lambda t: (t.said_after - t.said_before, t.grade_after - t.grade_before, t.question_id))
    left = [key for key in dict.fromkeys([*one, *other]) if key not in set(both)]
    return TradeOffs(found=tuple(traded), compared=len(both), easier=gained, incomparable=tuple(left))


def _trade(question_id: str, before: _Told, after: _Told) -> TradeOff:
    assert before.grade is not None and after.grade is not None  # noqa: PT018  (seen to by _complete)
    assert before.said is not None and after.said is not None  # noqa: PT018
    return TradeOff(
        question_id=question_id, grade_before=before.grade, grade_after=after.grade, said_before=before.said,
        said_after=after.said, lost=tuple(point for point in after.missing if point not in before.missing),
    )  # fmt: skip


def _complete(told: _Told) -> bool:
    return told.grade is not None and told.said is not None


def _by_question(run: Run) -> dict[str, _Told]:
    """Means over the repeats of each question, in the run's order. A repeat without a score takes the question out."""
    grades: dict[str, list[float | None]] = {}
    said: dict[str, list[float | None]] = {}
    missing: dict[str, dict[str, None]] = {}
    for item in run.items:
        key = item.answer.question_id
        outcomes: Mapping[str, Outcome] = {outcome.scorer: outcome for outcome in item.outcomes}
        grades.setdefault(key, []).append(_measure(outcomes.get("readability"), GRADE))
        said.setdefault(key, []).append(_measure(outcomes.get("completeness"), SAID))
        found = outcomes["completeness"].findings if "completeness" in outcomes else ()
        missing.setdefault(key, {}).update((f.message, None) for f in found if f.start is None)
    return {key: _Told(_mean(grades[key]), _mean(said[key]), tuple(missing[key])) for key in grades}


def _measure(outcome: Outcome | None, name: str) -> float | None:
    if outcome is None or outcome.status != "scored":
        return None
    value = outcome.measures.get(name)
    return None if value is None else float(value)


def _mean(values: list[float | None]) -> float | None:
    numbers = [value for value in values if value is not None]
    return sum(numbers) / len(numbers) if numbers and len(numbers) == len(values) else None
