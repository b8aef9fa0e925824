"""What rules look at: two runs' scores, which questions they share, and how each planned answer ended."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from evals.compare import Asked, Missing, Scores, find_missing
from evals.compare.pairs import base_name
from evals.gate.values import Values, read_values
from evals.records import Question
from evals.store.chosen import read_measures
from evals.store.columns import Table, read_arrow

T = TypeVar("T")

FINDING = ("question_id", "repeat", "scorer", "rule", "severity")
Ending = Literal["unscored", "error", "skipped", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which questions a rule is about: those with one of these values in each named field; all without a field."""

    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    def holds(self, question: Asked | Question) -> bool:
        """Whether the question belongs to it."""
        return all(str(getattr(question, name)) in values for name, values in self.where.items())

    def __str__(self) -> str:
        return ", ".join(f"{name} {' or '.join(values)}" for name, values in self.where.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """One planned answer without a score, and how that came: "lost" when the baseline's had one."""

    question_id: str
    repeat: int
    ending: Ending


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The run's scores, and the baseline's where there is one. `shared` questions were asked alike in both."""

    after: Scores
    before: Scores | None = None
    missing: Missing = field(default_factory=Missing)
    shared: frozenset[str] = frozenset()
    _kept: dict[Any, Any] = field(default_factory=dict[Any, Any], repr=False, compare=False)

    def _once(self, key: object, make: Callable[[], T]) -> T:
        # Rules ask for the same again and again, and with ten thousand answers each time counts.
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def findings(self, folder: Path) -> Table:
        """The columns of a run's findings by which rules choose."""
        return self._once(("findings", folder), lambda: read_arrow(folder, "findings", FINDING))

    def values(self, scores: Scores, measure: str) -> Values:
        """The measure's values by question, in either run."""
        return self._once(
            ("values", scores is self.after, measure),
            lambda: read_values(scores, measure, self._measures),
        )

    def _measures(self, folder: Path) -> Table:
        return self._once(("measures", folder), lambda: read_measures(folder))

    def asked(self, part: Slice) -> Mapping[str, Asked]:
        """The run's questions of a slice, in plan order."""
        if not part.where:
            return self.after.questions
        return self._once(
            ("asked", str(part)),
            lambda: {key: question for key, question in self.after.questions.items() if part.holds(question)},
        )

    def planned(self, scorer: str, part: Slice) -> tuple[int, frozenset[str]]:
        """How many answers of a slice the scorer was to look at, and the clusters of their questions."""
        return self._once(("planned", scorer, str(part)), lambda: self._planned(scorer, part))

    def _planned(self, scorer: str, part: Slice) -> tuple[int, frozenset[str]]:
        asked = self.asked(part)
        keys = [question for question, _ in self.after.scorers[scorer].keys if question in asked]
        return len(keys), frozenset(asked[key].cluster for key in dict.fromkeys(keys))

    def comparable(self, part: Slice) -> Sequence[str]:
        """The questions of a slice that were asked alike in both runs, in plan order."""
        return self._once(
            ("comparable", str(part)), lambda: [key for key in self.asked(part) if key in self.shared]
        )  # fmt: skip

    @property
    def cluster_ranks(self) -> Mapping[str, int]:
        """By question the place of its cluster among all clusters, sorted by name."""
        return self._once("ranks", self._cluster_ranks)

    def _cluster_ranks(self) -> dict[str, int]:
        clusters = {key: question.cluster for key, question in self.after.questions.items()}
        ranks = {name: rank for rank, name in enumerate(sorted(set(clusters.values())))}
        return {key: ranks[name] for key, name in clusters.items()}

    def without_score(self, measure: str, part: Slice) -> tuple[Ended, ...]:
        """The slice's planned answers that the measure's scorer gave no score for, in plan order."""
        scorer = base_name(measure)
        return self._once(("without", scorer, str(part)), lambda: self._without_score(scorer, part))

    def _without_score(self, scorer: str, part: Slice) -> tuple[Ended, ...]:
        rows = self.after.scorers[scorer]
        if rows.statuses.count("scored") == len(rows.statuses):
            return ()
        asked = self.asked(part)
        ended = [
            (key, status)
            for key, status in zip(rows.keys, rows.statuses, strict=True)
            if status != "scored" and key[0] in asked
        ]
        had = self._had_score(scorer) if ended else {}
        found: list[Ended] = []
        for (question, repeat), status in ended:
            # As many of a question's answers without a score as the baseline has are nothing new.
            lost = question in had and had[question] == 0
            if had.get(question, 0) and status != "error":
                had[question] -= 1
            found.append(Ended(question_id=question, repeat=repeat, ending=_ending(status, lost)))
        return tuple(found)

    def _had_score(self, scorer: str) -> dict[str, int]:
        """By question with a score in the baseline, how many of its answers there had none."""
        if self.before is None or scorer not in self.before.scorers:
            return {}
        rows, without = self.before.scorers[scorer], Counter[str]()
        scored: set[str] = set()
        for (question, _), status in zip(rows.keys, rows.statuses, strict=True):
            if status == "scored":
                scored.add(question)
            else:
                without[question] += 1
        return {question: without[question] for question in scored & self.shared}

    def repeats(self, measure: str) -> Mapping[str, Sequence[int]]:
        """The repeats of each question, in the order in which the measure's values come."""
        return self._once(("repeats", base_name(measure)), lambda: self._repeats(base_name(measure)))

    def _repeats(self, scorer: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for question, repeat in self.after.scorers[scorer].keys:
            found[question].append(repeat)
        return found


def gather(after: Scores, before: Scores | None) -> Evidence:
    """The evidence of a run and, where there is one, its baseline; their scoring is taken to be the same."""
    if before is None:
        return Evidence(after=after)
    missing = find_missing(before, after)
    different = set(missing.asked_differently)
    shared = frozenset(key for key in after.questions if key in before.questions and key not in different)
    return Evidence(after=after, before=before, missing=missing, shared=shared)


def count(endings: Sequence[Ended]) -> dict[str, int]:
    """How many answers ended how."""
    found: dict[str, int] = {}
    for one in endings:
        found[one.ending] = found.get(one.ending, 0) + 1
    return dict(sorted(found.items()))


def blocking(endings: Sequence[Ended]) -> Iterator[Ended]:
    """Those that may hide something: errors, and scores that the baseline had."""
    return (one for one in endings if one.ending in ("error", "lost"))


def mend(blocked: Sequence[Ended]) -> str:
    """What to do about answers that may hide something."""
    if any(one.ending == "error" for one in blocked):
        return "Scores for the answers that ended in an error: evals run --retry-errors RUN."
    return "Scores for the answers that had one in the baseline; their reasons stand in the report."


def _ending(status: str, had: bool) -> Ending:
    if status == "error":
        return "error"
    if had:
        return "lost"
    return "skipped" if status == "skipped" else "unscored"
