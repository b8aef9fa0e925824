"""Any metric of `ragas.metrics.collections`, asked of one case, its result translated to a score or a reason for none.

In a suite: `{name: "ragas:AnswerRelevancy", settings: {llm: {base_url: …, model: …}, embeddings: {…}}}`, as many as
wanted; that name stands in tables, reports and policies. The metric itself is unchanged; `ragas`, which is
`ragas:Faithfulness`, is plain ragas, for comparison with our judges. Its calls go through our client. After the colon
stands a class of ragas; `options` are its own settings (strictness, mode, …), `llm` and `embeddings` those of an
endpoint each; metrics that ask no model need neither. The reference that some metrics compare with is what the question
says a good answer must say. A runner awaits `scored`; `__call__` is for everyone else and opens a session of its own.
"""

import asyncio
import inspect
import math
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from evals import ragas_link
from evals.errors import UserError, did_you_mean
from evals.records import Case, Passage, Score, Unscored
from evals.scorers import Measure

if TYPE_CHECKING:
    from evals.llm import Endpoint, Session


@dataclass(frozen=True)
class Ragas:
    """What does a metric of ragas make of this answer?"""

    metric: str = "Faithfulness"
    llm: Mapping[str, Any] | None = None
    embeddings: Mapping[str, Any] | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    max_tokens: int = 8192
    name: str = "ragas"

    variant: ClassVar[str] = "metric"
    """The setting that stands after the colon in the scorer's name."""
    version: ClassVar[str] = f"1/{ragas_link.RAGAS}"
    measures: ClassVar[dict[str, Measure]] = {
        "raw": Measure("the metric's own value, before it is brought to the scale from 0 to 1", "as ragas has it", "up")
    }

    def __post_init__(self) -> None:
        # Told before anything is asked of a model; without ragas it is told when ragas is wanted.
        if (known := ragas_link.metric_names()) and self.metric not in known:
            fix = did_you_mean(self.metric, known)
            raise UserError(f"scorer {self.name}: metric {self.metric!r}", "no metric of ragas", fix=fix)

    def warm_up(self) -> None:
        """Start importing ragas in the background; see `ragas_link.warm_up`."""
        ragas_link.warm_up()

    def endpoints(self) -> tuple["Endpoint", ...]:
        """The models this asks.

        Raises:
            UserError: none is named and the metric asks one, a setting is missing or wrong, or there is no key.
        """
        from evals.llm import endpoint_from

        if self.metric not in _MODEL_FREE and not (self.llm or self.embeddings):
            raise UserError(
                f"scorer {self.name}", "it asks a model, and none is named", "{base_url: …, model: …}", _FIX
            )
        asked = (("llm", self.llm), ("embeddings", self.embeddings))
        return tuple(endpoint_from(settings, f"scorer {self.name}.{name}") for name, settings in asked if settings)

    def __call__(self, case: Case, /) -> Score | Unscored:
        if self.metric not in _MODEL_FREE and not (self.llm or self.embeddings):
            return Unscored(f"ragas' {self.metric} asks a model: name one in the scorer's settings (llm, embeddings)")
        # A thread of its own has no event loop yet, whoever calls.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._alone(case)).result()

    async def _alone(self, case: Case) -> Score | Unscored:
        from evals.llm import ModelError, Session

        async with Session() as session:
            try:
                return await self.scored(case, session)
            except ModelError as error:
                if error.fatal:
                    raise
                return Unscored(f"the model failed: {error}")

    async def scored(self, case: Case, session: "Session", /) -> Score | Unscored:
        """The score of one case, with calls over this session.

        Raises:
            ModelError: the model failed, on this case or (`fatal`) altogether.
            UserError: there is no such metric, or it cannot be made with these settings.
        """
        models = await ragas_link.loaded()
        metric = self._made(models, session)
        takes = inspect.signature(metric.ascore).parameters
        if foreign := [name for name, one in takes.items() if not _can_give(one)]:
            return Unscored(f"ragas' {self.metric} is not for answers like these: it asks for {', '.join(foreign)}")
        inputs = {name: _INPUTS[name](case) for name in takes if name in _INPUTS}
        needed = [name for name in inputs if takes[name].default is inspect.Parameter.empty]
        if missing := next((name for name in needed if not inputs[name]), None):
            return Unscored(f"ragas' {self.metric} needs {_WORDS[missing]}, and there is none")
        if "reference" in inputs and isinstance(getattr(metric, "embeddings", None), models.SessionEmbedding):
            await metric.embeddings.aembed_texts([inputs["reference"], inputs["response"]])
        try:
            result = await metric.ascore(**inputs)
        except (ValueError, ImportError) as error:
            # What ragas itself refuses (an input it cannot use, a library it does not bring); never a failed call.
            return Unscored(f"ragas' {self.metric} gave no score: {_first_line(error)}")
        return translated(self.metric, result.value, result.reason, metric.allowed_values)

    def _made(self, models: Any, session: "Session") -> Any:
        kind = getattr(models.collections, self.metric)
        takes = inspect.signature(kind.__init__).parameters
        parts = dict(self.options)
        for name, settings in (("llm", self.llm), ("embeddings", self.embeddings)):
            if name in takes:
                parts[name] = self._model(models, session, name, settings)
        try:
            return kind(**parts)
        except (TypeError, ValueError) as error:
            where = f"scorer {self.name}: metric {self.metric!r}"
            raise UserError(where, f"cannot be made ({_first_line(error)})", fix="Look at its options.") from error
        except ImportError as error:
            where = f"scorer {self.name}: metric {self.metric!r}"
            raise UserError(where, "needs a library that is not here", fix=_first_line(error)) from error

    def _model(self, models: Any, session: "Session", name: str, settings: Mapping[str, Any] | None) -> Any:
        from evals.llm import endpoint_from

        if not settings:
            raise UserError(
                f"scorer {self.name}.{name}", f"missing, and {self.metric} asks one", "{base_url: …, model: …}"
            )
        endpoint = endpoint_from(settings, f"scorer {self.name}.{name}")
        if name == "embeddings":
            return models.SessionEmbedding(session, endpoint)
        return models.SessionLlm(session, endpoint, self.max_tokens)


def translated(metric: str, value: object, reason: str | None, allowed: object) -> Score | Unscored:
    """What ragas gave as a score in [0, 1], or why it is none. Nothing is bent to fit: a value off its scale is none.

    `allowed` is the metric's own scale, lowest and highest.
    """
    said = f" ({' '.join(reason.split())})" if reason else ""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return Unscored(f"ragas' {metric} gave no number{said or f': {value!r}'[:80]}")
    low, high = allowed if isinstance(allowed, tuple) and len(allowed) == 2 else (0.0, 1.0)
    measures = {"raw": float(value)}
    if not low <= value <= high + 1e-9:  # a mean of cosines can end a hair above 1
        return Unscored(f"ragas' {metric} gave {value:.3f}, off its scale of {low:g} to {high:g}{said}", measures)
    share = min(1.0, (value - low) / (high - low))
    scale = "" if (low, high) == (0, 1) else f" on its scale of {low:g} to {high:g}"
    return Score(share, f"ragas' {metric} gave {value:.2f}{scale}{said}", measures)


def _can_give(parameter: inspect.Parameter) -> bool:
    """Whether a metric's input is one that a case has; some mean a conversation with tools by `user_input`."""
    if parameter.name not in _INPUTS:
        return parameter.default is not inspect.Parameter.empty
    return parameter.name != "user_input" or "Message" not in str(parameter.annotation)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__


def _given(case: Case) -> list[str]:
    return [case.corpus[name].text for name in case.answer.passages if name in case.corpus]


def _expected(case: Case) -> list[str]:
    found: list[Passage] = [case.corpus[name] for name in case.question.passages if name in case.corpus]
    return [passage.text for passage in found]


def _reference(case: Case) -> str:
    return " ".join(statement.text for statement in case.question.must_say)


_INPUTS: Mapping[str, Callable[[Case], Any]] = {
    "user_input": lambda case: case.question.text or case.answer.question,
    "response": lambda case: case.answer.text,
    "retrieved_contexts": _given,
    "reference_contexts": _expected,
    "reference": _reference,
}
_MODEL = "{base_url: …, model: …}"
_FIX = "Settings stand in a suite: llm, embeddings."
_WORDS = {
    "user_input": "a question", "response": "an answer", "retrieved_contexts": "passages that the answer was given",
    "reference_contexts": "passages that the question names",
    "reference": "what a good answer must say (must_say of the question)",
}  # fmt: skip
_MODEL_FREE = frozenset(
    {"BleuScore", "CHRFScore", "ExactMatch", "NonLLMStringSimilarity", "QuotedSpansAlignment", "RougeScore",
     "StringPresence"}
)  # fmt: skip
