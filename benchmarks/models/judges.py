"""What the judges that ask a model cost of themselves, beside a bare loop and plain ragas, on the same answers.

    python -m benchmarks.models.judges                    # 200 answers, 32 at once, replies after 200 ms
    python -m benchmarks.models.judges --json

`bare` posts the same bodies that `llm` sends, and reads nothing; `ragas` is ragas' verdict step through us, one request
an answer; `ragas_plain` is ragas' own Faithfulness with the client it brings, two requests an answer. Each in a process
of its own, after one answer to start up; claims are found beforehand, since any judge needs them.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from evals.records import Answer, Claim
from tests.cases import ROOT, answer, corpus
from tests.model_server import server_process

Sample = tuple[Answer, tuple[Claim, ...]]
Ask = Callable[[Sample], Awaitable[object]]
GIVEN = ("P19", "P05", "P03")
WAYS = ("bare", "llm", "ragas", "ragas_plain")


def main() -> None:
    """Measure every way and print a table; with --way, one of them, as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--url")
    options = parser.parse_args()
    if options.way:
        print(json.dumps(asyncio.run(_measured(options))))
        return
    found = [{way: _in_process(way, options) for way in WAYS} for _ in range(options.rounds)]
    if options.json:
        print(json.dumps(found, indent=1))
        return
    print(f"{options.answers} answers, {options.concurrency} at once; the least of {options.rounds} rounds of each")
    print(f"{'':13}{'requests':>10}{'wall s':>9}{'s per 200':>11}{'CPU s/1000':>12}{'MB':>7}")
    for way in WAYS:
        # Whatever else the machine does only adds: the least of each is nearest to what the way itself takes.
        best = {name: min(one[way][name] for one in found) for name in found[0][way] if name != "way"}
        print(
            f"{way:13}{best['requests']:>10}{best['wall_s']:>9}{best['wall_s_per_200_requests']:>11}"
            f"{best['cpu_s_per_1000']:>12}{best['memory_mb']:>7}"
        )


def _in_process(way: str, options: argparse.Namespace) -> dict[str, Any]:
    with server_process(latency=options.latency, reply="tests.judge_replies:reply") as (url, _):
        sizes = ["--answers", str(options.answers), "--concurrency", str(options.concurrency)]
        command = [sys.executable, "-m", "benchmarks.models.judges", "--way", way, "--url", url, *sizes]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  (ourselves)
    return json.loads(done.stdout.splitlines()[-1])


async def _measured(options: argparse.Namespace) -> dict[str, Any]:
    made = samples(options.answers + 1)
    async with AsyncExitStack() as stack:
        ask, requests_each = await {"bare": _bare, "llm": _ours, "ragas": _ours, "ragas_plain": _plain}[options.way](
            options, stack
        )
        await ask(made[-1])
        started, spent = time.perf_counter(), time.process_time()
        places = asyncio.Semaphore(options.concurrency)

        async def one(sample: Sample) -> None:
            async with places:
                await ask(sample)

        await asyncio.gather(*map(one, made[:-1]))
        wall, cpu = time.perf_counter() - started, time.process_time() - spent
    count = options.answers * requests_each
    return {
        "way": options.way, "requests": count, "wall_s": round(wall, 2),
        "wall_s_per_200_requests": round(wall / count * 200, 2), "cpu_s_per_1000": round(cpu / count * 1000, 2),
        "memory_mb": _memory(),
    }  # fmt: skip


def samples(count: int) -> list[Sample]:
    """Answers with their claims, no two alike: those of the shipped realistic answers, numbered."""
    from evals.claims import UNCHECKABLE, extract_claims

    lines = (ROOT / "datasets/answers/realistic.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["answer"] for line in lines]
    found: list[Sample] = []
    for number in range(count):
        made = answer(f"{texts[number % len(texts)]}\n\nTreatment {number} takes {number + 3} weeks.", passages=GIVEN)
        found.append((made, tuple(claim for claim in extract_claims(made) if claim.kind not in UNCHECKABLE)))
    return found


async def _bare(options: argparse.Namespace, stack: AsyncExitStack) -> tuple[Ask, int]:
    import aiohttp

    from evals.judges.llm.prompt import load_judge_prompt, messages
    from evals.judges.material import Library

    prompt, library = load_judge_prompt("judge-claims"), Library(corpus())
    client = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    given = tuple(corpus().passages[name] for name in GIVEN)
    shown = library.material(*samples(1)[0], given, limits=(12, 2, 8))

    async def ask(sample: Sample) -> object:
        made, claims = sample
        said = messages(prompt, made.question, [c.claim_text for c in claims], shown.shown, shown.guidelines)
        body = {"model": "m", "messages": [{"role": one.role, "content": one.content} for one in said]}
        async with client.post(f"{options.url}/chat/completions", json=body) as response:
            return await response.json()

    return ask, 1


async def _ours(options: argparse.Namespace, stack: AsyncExitStack) -> tuple[Ask, int]:
    import tempfile

    from evals.judges import make_judge
    from evals.llm import Session

    more = {"scopes": "corpus"} if options.way == "ragas" else {}
    settings = {"base_url": options.url, "model": "m", "concurrency": options.concurrency, **more}
    judge: Any = make_judge(options.way, corpus(), settings)
    folder = stack.enter_context(tempfile.TemporaryDirectory())
    session = await stack.enter_async_context(Session(cache=Path(folder) / "replies.sqlite3"))
    given = tuple(corpus().passages[name] for name in GIVEN)

    async def ask(sample: Sample) -> object:
        verdicts = await judge.verdicts(*sample, given, session)
        if failed := [verdict for verdict in verdicts if verdict.status == "error"]:
            raise RuntimeError(f"the judge failed: {failed[0].reason}")
        return verdicts

    return ask, 1


async def _plain(options: argparse.Namespace, stack: AsyncExitStack) -> tuple[Ask, int]:
    import os

    os.environ["RAGAS_DO_NOT_TRACK"] = "true"
    from openai import AsyncOpenAI
    from ragas.llms import llm_factory
    from ragas.metrics.collections import Faithfulness

    client = await stack.enter_async_context(AsyncOpenAI(base_url=options.url, api_key="none", max_retries=0))
    metric = Faithfulness(llm=llm_factory("m", client=client, max_tokens=8192))
    contexts = [corpus().passages[name].text for name in GIVEN]

    async def ask(sample: Sample) -> object:
        made, _ = sample
        return await metric.ascore(user_input=made.question, response=made.text, retrieved_contexts=contexts)

    return ask, 2


def _memory() -> int:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
