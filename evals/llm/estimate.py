"""What a run would ask of models, before it asks: calls, tokens and money, from the lengths of texts.

A part that talks to a model says what one item costs: a generator `estimate(question)`, a judge
`estimate(characters, claims)` for an answer of that length with that many checkable claims. The runner adds them up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from evals.llm import Endpoint, Service
    from evals.records import Question

CHARACTERS_PER_TOKEN = 4.0
"""English prose in the tokenizers of current models has 4 to 5 characters a token; 4 errs on the dear side."""
TYPICAL_CHARACTERS = 3_000
"""An answer page of the shipped prompt has about 3,000 characters, notices and questions to ask included."""
TYPICAL_CLAIM = 75
"""Characters of an answer for each checkable claim in it, as the composer's pages have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What one item asks of one endpoint, when nothing is cached and nothing fails."""

    endpoint: Endpoint | Service
    calls: int
    tokens_in: int
    tokens_out: int


@runtime_checkable
class EstimatesAnswers(Protocol):
    """A generator that can say what one answer takes."""

    def estimate(self, question: Question, /) -> tuple[Estimate, ...]: ...


@runtime_checkable
class EstimatesVerdicts(Protocol):
    """A judge that can say what the verdicts on one answer take: `characters` of text, `claims` to check in it."""

    def estimate(self, characters: int, claims: int, /) -> tuple[Estimate, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """All that a run asks of one endpoint; `cost` in US dollars, null where no price is known for the model."""

    endpoint: Endpoint | Service
    calls: int
    tokens_in: int
    tokens_out: int
    cost: float | None


def tokens(characters: int) -> int:
    """About how many tokens a text of that many characters is."""
    return math.ceil(characters / CHARACTERS_PER_TOKEN)


def totals(estimates: Iterable[Estimate]) -> tuple[Total, ...]:
    """The sums by endpoint, in order of first use."""
    by_endpoint: dict[Endpoint | Service, list[Estimate]] = {}
    for estimate in estimates:
        by_endpoint.setdefault(estimate.endpoint, []).append(estimate)
    return tuple(_total(endpoint, found) for endpoint, found in by_endpoint.items())


def _total(endpoint: Endpoint | Service, found: list[Estimate]) -> Total:
    tokens_in, tokens_out = sum(e.tokens_in for e in found), sum(e.tokens_out for e in found)
    calls = sum(e.calls for e in found)
    return Total(
        endpoint=endpoint,
        calls=calls,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        cost=_cost(endpoint, calls, tokens_in, tokens_out),
    )


def _cost(endpoint: Endpoint | Service, calls: int, tokens_in: int, tokens_out: int) -> float | None:
    from evals.llm.prices import price_of
    from evals.llm.service import Service as Answering

    if isinstance(endpoint, Answering):
        return None if endpoint.price is None else calls * endpoint.price
    known = price_of(endpoint)
    return known.cost(tokens_in, tokens_out) if known else None
