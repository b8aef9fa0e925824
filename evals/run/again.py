"""Asking a model the same thing once more: a session whose requests count as samples of their own."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from evals.llm import Ask, Endpoint, Reply, Session, Usage

T = TypeVar("T")

STRIDE = 1_000
"""Between the samples of two repeats: a judge may itself take several samples of one prompt."""


class Again:
    """The session as the n-th repeat of a judgement sees it: nothing that an earlier repeat was told is reused."""

    def __init__(self, session: "Session", number: int) -> None:
        self._session, self._offset = session, number * STRIDE

    @property
    def usage(self) -> "Usage":
        return self._session.usage

    async def ask(self, endpoint: "Endpoint", ask: "Ask") -> "Reply":
        return await self._session.ask(endpoint, self._sample(ask))

    async def ask_for(self, endpoint: "Endpoint", ask: "Ask", shape: Any) -> tuple[Any, "Reply"]:
        return await self._session.ask_for(endpoint, self._sample(ask), shape)

    async def embed(self, endpoint: "Endpoint", texts: Sequence[str]) -> list[list[float]]:
        return await self._session.embed(endpoint, texts)

    def _sample(self, ask: "Ask") -> "Ask":
        return replace(ask, repeat=ask.repeat + self._offset)


def again(session: "Session | None", number: int) -> Any:
    """The session itself for the first time, a fresh sample of everything after that."""
    return session if number == 0 or session is None else Again(session, number)
