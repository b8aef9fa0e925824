"""How the tests of the model client talk to a loopback server: one session, waits too short to notice."""

import asyncio

import pytest

from evals.llm import Ask, Endpoint, Message, ModelError, Session


def endpoint(server, **changes):
    return Endpoint(**{"base_url": server.url, "model": "m", **changes})


def ask(text, **changes):
    return Ask(messages=(Message(role="user", content=text),), **changes)


def talk(work, **options):
    """What `work(session)` returns, and what the session used."""

    async def run():
        async with Session(**{"first_wait_s": 0.005, **options}) as session:
            return await work(session), session.usage

    return asyncio.run(run())


def failing(work, **options):
    """The error that `work(session)` ends with, and what the session used."""

    async def attempt(session):
        with pytest.raises(ModelError) as caught:
            await work(session)
        return caught.value

    return talk(attempt, **options)


async def many(session, one, asks):
    """A reply or an error for each ask, all at once."""
    return await asyncio.gather(*(session.ask(one, a) for a in asks), return_exceptions=True)
