"""Models as ragas wants them, over our session: its calls share our limits, retries, cache, cost and resume.

Imports ragas: only `evals.ragas_link.load` may import this.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import ragas.metrics.collections as collections
from pydantic import BaseModel
from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM
from ragas.metrics.collections import Faithfulness
from ragas.metrics.collections.base import BaseMetric
from ragas.metrics.collections.faithfulness.util import NLIStatementPrompt
from ragas.metrics.result import MetricResult

from evals.judges.fencing import one_line
from evals.llm import Ask, Endpoint, Message, Session

__all__ = [
    "BaseMetric", "MetricResult", "SessionEmbedding", "SessionLlm", "SpokenVerdict", "collections", "verdicts_on"
]  # fmt: skip

_ONLY_ASYNC = "this model is asked with await: use agenerate, aembed_text and ascore"


class SessionLlm(InstructorBaseRagasLLM):
    """A model of ours as ragas calls it: a prompt and a pydantic model in, a checked value of that model out.

    Some metrics send one prompt several times and want different samples: each time counts as a sample of its own, so
    that the cache does not give them one reply three times. Make a new one for every case.
    """

    def __init__(self, session: Session, endpoint: Endpoint, max_tokens: int) -> None:
        self._session, self._endpoint, self._max_tokens = session, endpoint, max_tokens
        self._asked: Counter[str] = Counter()

    def generate(self, prompt: str, response_model: type[Any]) -> Any:  # noqa: ARG002  (ragas' signature)
        """Not offered: it would need an event loop of its own.

        Raises:
            TypeError: always.
        """
        raise TypeError(_ONLY_ASYNC)

    async def agenerate(self, prompt: str, response_model: type[Any]) -> Any:
        """The reply as a value of `response_model`.

        Raises:
            ModelError: no usable reply.
        """
        number = self._asked[prompt]
        self._asked[prompt] += 1
        ask = Ask(
            messages=(Message(role="user", content=prompt),), schema=_schema(response_model),
            schema_name=response_model.__name__, max_tokens=self._max_tokens, repeat=number,
        )  # fmt: skip
        value, _ = await self._session.ask_for(self._endpoint, ask, response_model)
        return value


@cache
def _schema(shape: type[BaseModel]) -> Mapping[str, Any]:
    # Making it takes longer than sending the request.
    return shape.model_json_schema()


class SessionEmbedding(BaseRagasEmbedding):
    """An embedding model of ours as ragas calls it.

    SemanticSimilarity calls `embed_text` from inside the event loop, where nothing can be awaited any more: what it
    will ask for has to be here by then, through `aembed_texts`.
    """

    def __init__(self, session: Session, endpoint: Endpoint) -> None:
        super().__init__()
        self._session, self._endpoint = session, endpoint
        self._known: dict[str, list[float]] = {}

    def embed_text(self, text: str, **_: Any) -> list[float]:
        """The vector of a text that was embedded before.

        Raises:
            TypeError: it was not.
        """
        if text not in self._known:
            raise TypeError(_ONLY_ASYNC)
        return self._known[text]

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        """The vector of one text.

        Raises:
            ModelError: no usable reply.
        """
        return (await self.aembed_texts([text]))[0]

    async def aembed_texts(self, texts: list[str], **_: Any) -> list[list[float]]:
        """The vectors of several texts, in one request.

        Raises:
            ModelError: no usable reply.
        """
        if absent := [text for text in dict.fromkeys(texts) if text not in self._known]:
            found = await self._session.embed(self._endpoint, absent)
            self._known.update(zip(absent, found, strict=True))
        return [self._known[text] for text in texts]


# --- ragas' verdict step on our claims --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SpokenVerdict:
    """What ragas' verdict step says of one claim: 1 or 0 with its reason, or why there is none (`error`)."""

    verdict: int | None
    reason: str
    error: str | None = None


class _Nli(NLIStatementPrompt):
    """ragas' own prompt, word for word; what is the same in every request is made once."""

    _frame: tuple[str, str] | None = None

    def to_string(self, data: Any) -> str:
        inside = data.model_dump_json(indent=4, exclude_none=True)
        if self._frame is None:
            before, _, after = super().to_string(data).rpartition(inside)
            self._frame = before, after
        before, after = self._frame
        return f"{before}{inside}{after}"


_NLI = _Nli()


async def verdicts_on(llm: SessionLlm, claims: Sequence[str], context: str) -> tuple[SpokenVerdict, ...]:
    """ragas' verdicts on claims of ours, one each, in order.

    ragas itself divides the supported verdicts by however many come back, and takes any number but 0 for support. Here
    as many verdicts as claims must come back, each 0 or 1, or there is none.

    Raises:
        ModelError: no usable reply.
    """
    metric = Faithfulness(llm=llm)
    metric.nli_statement_prompt = _NLI
    rows = (await metric._create_verdicts(list(claims), context)).statements  # pyright: ignore[reportPrivateUsage]
    if len(rows) != len(claims):
        error = f"ragas gave {len(rows)} verdicts on {len(claims)} claims"
        return (SpokenVerdict(None, "", error),) * len(claims)
    placed = _placed([one_line(row.statement) for row in rows], claims)
    return tuple(_spoken(None if number is None else rows[number]) for number in placed)


def _placed(said: Sequence[str], claims: Sequence[str]) -> list[int | None]:
    """For each claim the number of its verdict: the one that repeats its words, else the one in its place.

    A verdict that repeats another claim's words, with none left for this claim, belongs to neither place.
    """
    counts = Counter(claims)
    by_words = {text: place for place, text in enumerate(said) if counts[text] == 1}
    return [by_words.get(claim, None if said[place] in counts else place) for place, claim in enumerate(claims)]


def _spoken(row: Any) -> SpokenVerdict:
    if row is None:
        return SpokenVerdict(None, "", "ragas gave no verdict on this claim, and two on another")
    if row.verdict not in (0, 1):
        return SpokenVerdict(None, "", f"ragas gave verdict {row.verdict}, which is neither 0 nor 1")
    return SpokenVerdict(row.verdict, " ".join(row.reason.split()))
