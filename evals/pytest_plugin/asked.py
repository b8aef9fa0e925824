"""What the command line asked for, read and checked before any test runs."""

from dataclasses import dataclass, replace
from pathlib import Path

from evals.errors import UserError
from evals.gate import Policy, load_policy
from evals.gate.alike import same_scoring
from evals.gate.one_answer import Had, rules_on_answers
from evals.gate.policy import Every, Never
from evals.parse import parse
from evals.plan import suite_questions
from evals.records import Question
from evals.run import Settings
from evals.shipped import find_named
from evals.store import read_manifest
from evals.store.columns import read_columns
from evals.store.tables import read_parquet, unflat
from evals.suite import Suite, load_suite

BASELINE = Path("reports/baseline")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A suite to be run as tests: its questions, the rules that each answer is held against, where the run goes."""

    suite: Suite
    path: Path
    limit: int | None
    policy: Policy
    rules: tuple[Never | Every, ...]
    baseline: Path | None
    out: Path

    @property
    def settings(self) -> Settings:
        """What a run is made of; the same as `evals run --limit` would take."""
        return Settings(suite=self.suite, command={"limit": self.limit})

    @property
    def node(self) -> str:
        """The node id that its tests stand under."""
        return f"evals-suite:{self.suite.name}"

    def questions(self) -> tuple[Question, ...]:
        """The questions, each a test.

        Raises:
            UserError: they cannot be loaded.
        """
        return suite_questions(self.suite)[: self.limit]


def read_asked(
    suite: str, *, policy: str, baseline: str | None, prompt: str | None, limit: int | None, out: str
) -> Asked:  # fmt: skip
    """What the options ask for.

    Raises:
        UserError: a name or file is not known, or the policy rests on a scorer that the suite lacks.
    """
    if limit is not None and limit < 1:
        raise UserError("--evals-limit", str(limit), "a number from 1")
    path = find_named(suite, "suites", ".yaml", "suite")
    chosen = load_suite(path)
    chosen = replace(chosen, prompt=prompt or chosen.prompt)
    rules = load_policy(find_named(policy, "policies", ".yaml", "policy"))
    before = Path(baseline) if baseline else BASELINE if (BASELINE / "manifest.json").is_file() else None
    if before and (status := read_manifest(before)["status"]) != "finished":
        raise UserError(str(before), f"this run is {status}", "a finished run")
    return Asked(
        suite=chosen, path=path.resolve(), limit=limit, policy=rules,
        rules=rules_on_answers(rules, [part.name for part in chosen.scorers]), baseline=before, out=Path(out).resolve(),
    )  # fmt: skip


# --- the baseline ----------------------------------------------------------------------------------------------------


class Baseline:
    """What the baseline's answers had, by question; nothing of a question that was asked otherwise."""

    def __init__(self, folder: Path) -> None:
        names = ("question_id", "repeat", "scorer", "rule", "severity")
        columns = read_columns(folder, "findings", names)
        self._found: dict[str, list[tuple[int, str, str, str]]] = {}
        for question, *found in zip(*(columns[name] for name in names), strict=True):
            self._found.setdefault(question, []).append(tuple(found))
        rows = read_parquet(folder / "questions.parquet")
        self._asked = {row["id"]: parse(Question, unflat(row), "questions") for row in rows}

    def had(self, question: Question) -> Had:
        """The findings of its answers to this question."""
        return tuple(self._found.get(question.id, ())) if self._asked.get(question.id) == question else ()


def read_baseline(folder: Path, run: Path) -> tuple[Baseline | None, str]:
    """The baseline, or why it cannot be used: findings of two scorings cannot be told apart by being new.

    Raises:
        UserError: a table of it is broken.
    """
    if not same_scoring(folder, run):
        return None, f"{folder} was scored otherwise (evals gate scores it again first)"
    return Baseline(folder), ""
