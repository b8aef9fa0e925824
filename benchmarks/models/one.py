"""One way of asking a model server, measured in a process of its own; prints one JSON object.

    python -m benchmarks.models.one bare --url http://127.0.0.1:8801/v1 --requests 400 --concurrency 32

`bare` is aiohttp and nothing else, `session` our client with its cache, `structured` our client with a schema and a
checked reply, `ragas` plain ragas `Faithfulness` (two requests an answer) through the client that ragas brings.
"""

import argparse
import asyncio
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

CONTEXT = " ".join(["Chemotherapy can lower white blood cells, and a fever is then an emergency."] * 12)
ANSWER = "Chemotherapy can lower white blood cells. A fever is an emergency. Call your care team at once."

Ask = Callable[[int], Awaitable[object]]


def main() -> None:
    """Measure one way and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", choices=sorted(WAYS))
    parser.add_argument("--url", required=True)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--concurrency", type=int, default=32)
    options = parser.parse_args()
    sys.stdout.write(json.dumps(asyncio.run(WAYS[options.way](options))) + "\n")


async def _measured(options: argparse.Namespace, ask: Ask, began: float, requests_each: int = 1) -> dict[str, Any]:
    """Ask once to start up, then for all: seconds, processor seconds, memory before and after."""
    await ask(-1)
    started, cpu, memory = time.perf_counter(), time.process_time(), _memory()
    count = options.requests // requests_each
    await asyncio.gather(*(ask(number) for number in range(count)))
    wall, spent = time.perf_counter() - started, time.process_time() - cpu
    return {
        "first_reply_s": round(started - began, 3),
        "wall_s": round(wall, 3),
        "cpu_s_per_1000": round(1000 * spent / (count * requests_each), 2),
        "memory_mb": _memory(),
        "memory_mb_at_start": memory,
        "requests": count * requests_each,
    }


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _prompt(number: int) -> str:
    return f"Answer {number}.\n{CONTEXT}\n\n{ANSWER}"


async def _bare(options: argparse.Namespace) -> dict[str, Any]:
    began = time.perf_counter()
    import aiohttp

    places = asyncio.Semaphore(options.concurrency)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:

        async def ask(number: int) -> object:
            body = {"model": "m", "messages": [{"role": "user", "content": _prompt(number)}]}
            async with places, client.post(f"{options.url}/chat/completions", json=body) as response:
                return (await response.json())["choices"][0]["message"]["content"]

        return await _measured(options, ask, began)


async def _session(options: argparse.Namespace) -> dict[str, Any]:
    began = time.perf_counter()
    from evals.llm import Ask as ModelAsk
    from evals.llm import Endpoint, Message, Session

    endpoint = Endpoint(base_url=options.url, model="m", concurrency=options.concurrency)
    with tempfile.TemporaryDirectory() as folder:
        async with Session(cache=Path(folder) / "replies.sqlite3") as session:

            async def ask(number: int) -> object:
                message = Message(role="user", content=_prompt(number))
                return await session.ask(endpoint, ModelAsk(messages=(message,)))

            return await _measured(options, ask, began)


async def _structured(options: argparse.Namespace) -> dict[str, Any]:
    began = time.perf_counter()
    from pydantic import BaseModel

    from evals.llm import Ask as ModelAsk
    from evals.llm import Endpoint, Message, Session

    class Checked(BaseModel):
        reason: str
        verdict: int

    endpoint = Endpoint(base_url=options.url, model="m", concurrency=options.concurrency)
    with tempfile.TemporaryDirectory() as folder:
        async with Session(cache=Path(folder) / "replies.sqlite3") as session:

            async def ask(number: int) -> object:
                message = Message(role="user", content=_prompt(number))
                return await session.ask_for(endpoint, ModelAsk(messages=(message,)), Checked)

            return await _measured(options, ask, began)


async def _ragas(options: argparse.Namespace) -> dict[str, Any]:
    began = time.perf_counter()
    os.environ["RAGAS_DO_NOT_TRACK"] = "true"
    from openai import AsyncOpenAI
    from ragas.llms import llm_factory
    from ragas.metrics.collections import Faithfulness

    client = AsyncOpenAI(base_url=options.url, api_key="none-needed", max_retries=0)
    faithfulness = Faithfulness(llm=llm_factory("m", client=client, max_tokens=4096))
    places = asyncio.Semaphore(options.concurrency)

    async def ask(number: int) -> object:
        async with places:
            return await faithfulness.ascore(
                user_input=f"Question {number}?", response=f"{ANSWER} ({number})", retrieved_contexts=[CONTEXT]
            )

    return await _measured(options, ask, began, requests_each=2)


WAYS = {"bare": _bare, "session": _session, "structured": _structured, "ragas": _ragas}


if __name__ == "__main__":
    main()
