"""The client side of models: one place for requests, limits, retries, cache and cost.

    async with Session(cache=path, max_cost=2.0) as session:
        reply = await session.ask(endpoint, Ask(messages=(Message(role="user", content="…"),)))
        found, reply = await session.ask_for(endpoint, ask, Shape)      # a pydantic model
        vectors = await session.embed(endpoint, ["…"])
        fetched = await session.fetch(service, {"question": "…"})       # any HTTP answer service

Keys come from the environment and go into request headers, nowhere else. Nothing here prints.
"""

from evals.llm.cache import cache_path
from evals.llm.endpoint import ENDPOINT_SETTINGS, Endpoint, Parameters, endpoint_from
from evals.llm.errors import KINDS, Kind, ModelError
from evals.llm.messages import Ask, Fetched, Message, Reply
from evals.llm.prices import Price, price
from evals.llm.service import SERVICE_SETTINGS, Service, service_from
from evals.llm.session import Session
from evals.llm.usage import Usage

__all__ = [
    "ENDPOINT_SETTINGS",
    "KINDS",
    "SERVICE_SETTINGS",
    "Ask",
    "Endpoint",
    "Fetched",
    "Kind",
    "Message",
    "ModelError",
    "Parameters",
    "Price",
    "Reply",
    "Service",
    "Session",
    "Usage",
    "cache_path",
    "endpoint_from",
    "price",
    "service_from",
]
