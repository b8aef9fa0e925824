"""Scorers: each asks one question of one case. The table below is the whole list, in the order reports show them.

To add one: its file here, one line in `SCORERS`, its test. From outside this repository: an entry point in the group
`evals.scorers` whose value is a scorer class.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from evals.errors import UserError, did_you_mean
from evals.records import Answer, Case, Outcome, Score, Unscored

if TYPE_CHECKING:
    from evals.llm import Session

MAX_CHARACTERS = 60_000
"""Answers longer than this (about 10,000 words) are not patient answers; they are recorded as unscored."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What one measure of a scorer means, its unit, and whether up or down is better."""

    meaning: str
    unit: str
    better: Literal["up", "down"]


class Scorer(Protocol):
    """Looks at one case and answers with a Score, or says why it cannot. Its docstring is the question it asks."""

    name: ClassVar[str]
    version: ClassVar[str]
    measures: ClassVar[Mapping[str, Measure]]

    def __call__(self, case: Case, /) -> Score | Unscored: ...


class AsksModels(Scorer, Protocol):
    """A scorer that asks a model: what it makes of a case is awaited."""

    async def scored(self, case: Case, session: "Session", /) -> Score | Unscored: ...


# name -> "module:class". Modules load when a suite names them.
SCORERS: dict[str, str] = {
    "faithfulness": "evals.scorers.faithfulness:Faithfulness",
    "citations": "evals.scorers.citations:Citations",
    "completeness": "evals.scorers.completeness:Completeness",
    "readability": "evals.scorers.readability:Readability",
    "disclaimer": "evals.scorers.disclaimer:Disclaimer",
    "urgency": "evals.scorers.urgency:Urgency",
    "overreach": "evals.scorers.overreach:Overreach",
    "personal_fit": "evals.scorers.personal_fit:PersonalFit",
    "ragas": "evals.scorers.ragas:Ragas",
}


def make_scorer(name: str, settings: Mapping[str, Any]) -> Scorer:
    """The scorer of that name; its settings are its dataclass fields.

    One that stands for many (`variant` names the setting that tells which) has it after a colon in its name, which then
    is the name of this scorer: `ragas:AnswerRelevancy`.

    Raises:
        UserError: no such scorer, or it has no such setting.
    """
    base, colon, which = name.partition(":")
    kind = _kind(name, base)
    fields = [field.name for field in dataclasses.fields(kind) if field.name != "name"]
    for key in settings:
        if key not in fields:
            raise UserError(
                f"settings of scorer {name!r}",
                f"unknown setting {key!r}",
                fix=did_you_mean(key, fields) if fields else "It has none.",
            )
    return kind(**settings, **_variant(kind, name, which, settings)) if colon else kind(**settings)


def _kind(name: str, base: str) -> Any:
    if base in SCORERS:
        module, _, attribute = SCORERS[base].partition(":")
        return getattr(import_module(module), attribute)
    # Only now: this opens a file of each installed distribution.
    outside = {point.name: point for point in entry_points(group="evals.scorers")}
    if base not in outside:
        raise UserError(f"scorer {name!r}", "not known", fix=did_you_mean(base, [*SCORERS, *outside]))
    return outside[base].load()


def _variant(kind: Any, name: str, which: str, settings: Mapping[str, Any]) -> dict[str, str]:
    setting = getattr(kind, "variant", None)
    if setting is None:
        raise UserError(f"scorer {name!r}", "it takes nothing after a colon", name.partition(":")[0])
    if setting in settings or not which:
        raise UserError(f"scorer {name!r}", f"{setting} is set twice, or empty", f"a {setting} after the colon alone")
    return {setting: which, "name": name}


def unscorable(answer: Answer) -> str | None:
    """Why no scorer can say anything of this answer, or None when they can."""
    if not answer.text.strip():
        return "the answer is empty"
    if len(answer.text) > MAX_CHARACTERS:
        return f"the answer has {len(answer.text):,} characters; at most {MAX_CHARACTERS:,} are scored"
    return None


def score(scorer: Scorer, case: Case) -> Outcome:
    """How this scorer ends on this case: scored, unscored or error, never nothing."""
    answer = case.answer
    if answer.status == "error":
        return _outcome(scorer, answer, Unscored(f"no answer: {answer.error}"), "error")
    if reason := unscorable(answer):
        return _outcome(scorer, answer, Unscored(reason), "unscored")
    return _ended(scorer, answer, scorer(case))


async def score_asking(scorer: AsksModels, case: Case, session: "Session") -> Outcome:
    """The same for a scorer that asks a model; a request that fails is an error of this case.

    Raises:
        ModelError: the model cannot be used at all (`fatal`).
    """
    from evals.llm.errors import ModelError

    if case.answer.status == "error" or unscorable(case.answer):
        return score(scorer, case)
    try:
        return _ended(scorer, case.answer, await scorer.scored(case, session))
    except ModelError as error:
        if error.fatal:
            raise
        return _outcome(scorer, case.answer, Unscored(f"the model failed: {error}"), "error")


def _ended(scorer: Scorer, answer: Answer, result: Score | Unscored) -> Outcome:
    return _outcome(scorer, answer, result, "scored" if isinstance(result, Score) else "unscored")


def skipped(scorer: Scorer, question_id: str, reason: str) -> Outcome:
    """The outcome of a planned item that has no answer to score."""
    return Outcome(
        question_id=question_id, repeat=0, scorer=scorer.name, version=scorer.version, status="skipped", value=None,
        reason=reason, measures={}, findings=(),
    )  # fmt: skip


def _outcome(
    scorer: Scorer, answer: Answer, result: Score | Unscored, status: Literal["scored", "unscored", "error"]
) -> Outcome:
    # Three decimals: far finer than any decision, and immune to the last bits of floating point.
    measures = {key: None if value is None else round(value, 3) for key, value in result.measures.items()}
    return Outcome(
        question_id=answer.question_id, repeat=answer.repeat, scorer=scorer.name, version=scorer.version, status=status,
        value=round(result.value, 3) if isinstance(result, Score) else None, reason=result.reason, measures=measures,
        findings=result.findings,
    )  # fmt: skip
