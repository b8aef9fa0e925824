"""Suite files: what to run, with what, and how it is judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from evals.errors import UserError
from evals.parse import parse
from evals.plain_yaml import plain_yaml
from evals.records import STRICT
from evals.tables import read_text

Include = Literal["base", "all"]


ALL_SCORERS = (
    "faithfulness", "citations", "completeness", "readability", "disclaimer", "urgency", "overreach", "personal_fit",
)  # fmt: skip
"""What a suite that names no scorers asks of each answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceQuestions:
    """Questions from a Hugging Face dataset: a local file or folder, or a hub id."""

    dataset: str
    split: str = "train"
    config: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A generator, judge or scorer by name, with its settings.

    A scorer that stands for many has the one that is meant after a colon: `ragas:AnswerRelevancy`.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What to run. `include` "base" leaves paraphrases and twins out; `slices` name fields of a question.

    `judge` decides: its verdicts are scored. `judges` give verdicts beside it, kept apart by name. `repeats` is how
    many answers each question gets, `judge_repeats` how often a judge that asks a model judges each answer.
    """

    name: str
    description: str = ""
    questions: str | HuggingFaceQuestions
    include: Include = "base"
    corpus: tuple[str, ...] = ("datasets/guidelines",)
    generator: Part = Part(name="composer")
    prompt: str = "patient-answer"
    judge: Part = Part(name="local")
    judges: tuple[Part, ...] = ()
    scorers: tuple[Part, ...] = tuple(Part(name=name) for name in ALL_SCORERS)
    repeats: int = 1
    judge_repeats: int = 1
    seed: int = 0
    slices: tuple[Literal["topic", "cancer", "risk", "intent", "language"], ...] = ("risk", "topic", "cancer")

    __pydantic_config__ = STRICT


def load_suite(path: Path) -> Suite:
    """The suite in a YAML file.

    Raises:
        UserError: the file is not YAML, or a field is unknown, missing or of the wrong kind.
    """
    values = plain_yaml(read_text(path), str(path))
    if not isinstance(values, dict):
        raise UserError(str(path), "not a mapping", "lines of `field: value`")
    suite = parse(Suite, {**values, **_shorthand(values)}, str(path))
    for name, low, high in (("repeats", 1, 100), ("judge_repeats", 1, 100), ("seed", 0, 2**31 - 1)):
        if not low <= getattr(suite, name) <= high:
            raise UserError(str(path), f"field {name!r} is {getattr(suite, name)}", f"a number from {low} to {high}")
    names = [part.name for part in suite.scorers]
    if not names or len(set(names)) < len(names):
        fix = "Several metrics of one scorer have names of their own, as ragas:AnswerRelevancy." if names else ""
        raise UserError(str(path), f"field 'scorers' is {names}", "at least one scorer, each named once", fix)
    return suite


def _shorthand(values: Mapping[str, Any]) -> dict[str, Any]:
    # A bare name stands for a part without settings.
    result: dict[str, Any] = {}
    for key in ("generator", "judge"):
        if isinstance(values.get(key), str):
            result[key] = {"name": values[key]}
    for key in ("scorers", "judges"):
        if isinstance(values.get(key), list):
            result[key] = [{"name": s} if isinstance(s, str) else s for s in values[key]]
    if isinstance(values.get("corpus"), str):
        result["corpus"] = [values["corpus"]]
    return result
