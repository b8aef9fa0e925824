"""A session: all requests of one run, through one pool of connections, one set of limits, one cache, one bill."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from evals.lexicons import load_yaml
from evals.llm import asking
from evals.llm.cache import Cache
from evals.llm.endpoint import Endpoint
from evals.llm.errors import ModelError
from evals.llm.exchange import Exchange
from evals.llm.kept import Kept
from evals.llm.line import Line, digest, written, written_text
from evals.llm.messages import Ask, Fetched, Message, Reply
from evals.llm.retries import FIRST_WAIT_S
from evals.llm.schemas import CUT_OFF, compact_schema, read_shape, schema_of
from evals.llm.service import Service
from evals.llm.usage import Usage, total
from evals.llm.wire import Said

if TYPE_CHECKING:
    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")

_BATCH = 64
_SENT_AGAIN = 2
_LONGEST_BAD_REPLY = 20_000


class Session:
    """One per run and event loop: `async with Session(cache=path, max_cost=2.0) as session`.

    `cache`: the SQLite file of replies, null for none. `max_cost`: US dollars; no call starts that could pass it.
    `seed`: of the jitter in waits. `first_wait_s`: seconds before the first repeat of a failed request; later waits
    double. Same asks at the same time are sent once.
    """

    def __init__(
        self,
        cache: Path | None = None,
        max_cost: float | None = None,
        *,
        seed: int = 0,
        first_wait_s: float = FIRST_WAIT_S,
    ) -> None:
        self._path = cache
        self._exchange = Exchange(max_cost, seed, first_wait_s)
        self._kept = Kept(None)

    async def __aenter__(self) -> Self:
        self._kept = Kept(None if self._path is None else Cache(self._path))
        self._exchange.transport.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exchange.transport.close()
        self._kept.close()

    @property
    def usage(self) -> Usage:
        """What has been used so far, in total and by endpoint."""
        return total(self._exchange.tallies)

    @property
    def waiting(self) -> str | None:
        """The server that is waited for until it has started, and why; null when none is."""
        return self._exchange.waiting

    def check(self, target: Endpoint | Service) -> None:
        """Fail before the first request if this target cannot be used: no key, or a cost limit without a price.

        Raises:
            UserError: says what is missing.
        """
        self._exchange.line(target)

    async def ask(self, endpoint: Endpoint, ask: Ask) -> Reply:
        """The model's reply, from the cache if this was asked before.

        Raises:
            ModelError: no usable reply; names the cause.
            UserError: a cost limit is set and the price is not known, or the key is gone from the environment.
        """
        line, key = self._exchange.line(endpoint), _chat_key(endpoint, ask)
        said, cached = await self._get(line, key, lambda: asking.chat(self._exchange, line, endpoint, ask, seed=key))
        return Reply(
            text=said.text,
            model=said.model,
            tokens_in=said.tokens_in,
            tokens_out=said.tokens_out,
            cost=0.0 if cached else line.cost(said.tokens_in, said.tokens_out),
            cached=cached,
        )

    async def ask_for(self, endpoint: Endpoint, ask: Ask, shape: type[M]) -> tuple[M, Reply]:
        """The reply as a checked value of a pydantic model; one repair request when it does not fit.

        A reply that ends in the middle of its JSON is asked for again before that: it says nothing of what the model
        would answer. The reply's tokens and cost are those of all requests. `ask.schema` null means the model's own.

        Raises:
            ModelError: as `ask`; kind "bad_reply" when the repaired reply does not fit either.
        """
        if ask.schema is None:
            ask = replace(ask, schema=schema_of(shape))
        first = await self.ask(endpoint, ask)
        found, problem = read_shape(first.text, shape)
        for _ in range(min(endpoint.retries, _SENT_AGAIN) if problem == CUT_OFF else 0):
            self._kept.forget([_chat_key(endpoint, ask)])
            self._exchange.line(endpoint).tally.retries += 1
            first = _together(first, await self.ask(endpoint, ask))
            found, problem = read_shape(first.text, shape)
            if problem != CUT_OFF:
                break
        if found is not None:
            return found, first
        repair = _repair(ask, first.text, problem)
        second = await self.ask(endpoint, repair)
        found, still = read_shape(second.text, shape)
        if found is not None:
            return found, _together(first, second)
        # Whoever asks again wants a new reply: what was kept would only fail again.
        self._kept.forget([_chat_key(endpoint, ask), _chat_key(endpoint, repair)])
        self._exchange.line(endpoint).tally.failures["bad_reply"] += 1
        raise ModelError("bad_reply", f"{endpoint.shown}: the reply does not fit, nor does its repair: {still}")

    async def embed(self, endpoint: Endpoint, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in order; each text's vector is kept by itself.

        Raises:
            ModelError: as `ask`.
        """
        line, wanted = self._exchange.line(endpoint), list(dict.fromkeys(texts))
        batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
        made = await asyncio.gather(*(self._vectors(line, endpoint, batch) for batch in batches))
        vectors = {text: list(said.vectors[0]) for batch, found in zip(batches, made, strict=True)
                   for text, said in zip(batch, found, strict=True)}  # fmt: skip
        return [vectors[text] for text in texts]

    async def _vectors(self, line: Line, endpoint: Endpoint, batch: Sequence[str]) -> list[Said]:
        keys = [_key(endpoint, {"embed": text}) for text in batch]

        async def make(places: Sequence[int]) -> list[Said]:
            asked = [batch[place] for place in places]
            said = await asking.embed(self._exchange, line, endpoint, asked, seed=keys[places[0]])
            return [Said("", said.model, vectors=(vector,)) for vector in said.vectors]

        return await self._counted(line, self._kept.get_all(line, keys, make))

    async def fetch(
        self,
        service: Service,
        body: Mapping[str, Any],
        *,
        repeat: int = 0,
        problem: Callable[[Fetched], str | None] | None = None,
    ) -> Fetched:
        """What an answer service replies to this JSON body, with the same limits, retries and cache.

        `problem` says in a few words what is wrong with a reply that came whole but is no answer; such a reply is not
        kept and the request is repeated.

        Raises:
            ModelError: as `ask`.
        """
        line = self._exchange.line(service)
        key = digest({"url": service.url, "body": body, "repeat": repeat})
        said, cached = await self._get(
            line, key, lambda: asking.fetch(self._exchange, line, service, body, key, problem)
        )
        return Fetched(text=said.text, media_type=said.media_type, cached=cached)

    async def _get(self, line: Line, key: str, make: Callable[[], Awaitable[Said]]) -> tuple[Said, bool]:
        return await self._counted(line, self._kept.get(line, key, make))

    async def _counted(self, line: Line, made: Awaitable[Any]) -> Any:
        try:
            return await made
        except ModelError as error:
            line.tally.failures[error.kind] += 1
            raise


def _chat_key(endpoint: Endpoint, ask: Ask) -> str:
    """The digest of what can change the reply.

    As `digest` would make it of `{"chat": {…}, "parameters": …, "place": …}`, from parts: the schema and the model are
    the same in every request of a judge, and most of the rest is text.
    """
    said = b",".join(b"[%b,%b]" % (written(one.role), written_text(one.content)) for one in ask.messages)
    most, number = written(ask.max_tokens or endpoint.max_tokens), written(ask.repeat)
    schema = b"null" if ask.schema is None else compact_schema(ask.schema)
    name = written(ask.schema_name if ask.schema is not None else None)
    parts = (b'{"chat":{"max_tokens":', most, b',"messages":[', said, b'],"repeat":', number, b',"schema":', schema,
             b',"schema_name":', name, b"},", _model(endpoint), b"}")  # fmt: skip
    return sha256(b"".join(parts)).hexdigest()


def _key(endpoint: Endpoint, asked: Mapping[str, Any]) -> str:
    return digest({**_place(endpoint), **asked})


@lru_cache(maxsize=256)
def _model(endpoint: Endpoint) -> bytes:
    return written(_place(endpoint))[1:-1]


def _place(endpoint: Endpoint) -> dict[str, Any]:
    place = (endpoint.api, endpoint.base_url, endpoint.api_version, endpoint.model)
    return {"place": place, "parameters": endpoint.parameters}


def _repair(ask: Ask, bad: str, problem: str) -> Ask:
    words = load_yaml("model_replies")["repair"].replace("{problem}", problem)
    said = Message(role="assistant", content=bad[:_LONGEST_BAD_REPLY])
    return replace(ask, messages=(*ask.messages, said, Message(role="user", content=words)))


def _together(first: Reply, second: Reply) -> Reply:
    def both(one: float | None, other: float | None) -> Any:
        return None if one is None or other is None else one + other

    return replace(
        second,
        tokens_in=both(first.tokens_in, second.tokens_in),
        tokens_out=both(first.tokens_out, second.tokens_out),
        cost=both(first.cost, second.cost),
        cached=first.cached and second.cached,
    )
