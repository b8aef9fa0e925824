"""A whole run against a slow model server, beside a bare loop that makes the same number of requests.

    python -m benchmarks.models.pipeline                     # chat + llm, 200 answers, 200 ms, 32 at once
    python -m benchmarks.models.pipeline --generator recorded # llm alone: one request an answer
    python -m benchmarks.models.pipeline --scorers all       # with every local scorer: what the local work costs

Both run in processes of their own, one after the other. Start-up (imports, corpus, questions) is told apart, and so are
the import of ragas and the writing of tables and reports, which a bare loop does not do.
"""

import argparse
import asyncio
import datetime
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.model_server import server_process

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=200)
    parser.add_argument("--latency", type=float, default=0.2)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--generator", choices=("chat", "recorded"), default="chat")
    parser.add_argument("--judge", default="llm")
    parser.add_argument("--scorers", default="faithfulness")
    parser.add_argument("--faults", default="{}")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=("ours", "bare"), help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measured = ours(options) if options.one == "ours" else bare(options)
        sys.stdout.write(json.dumps(measured) + "\n")
        return
    rounds = [_round(options) for _ in range(options.rounds)]
    best = min(rounds, key=lambda one: one["ratio"])
    print(json.dumps({"settings": _settings(options), "rounds": rounds, "best": best}, indent=1))


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    return {name: value for name, value in vars(options).items() if name not in ("one", "url")}


def _round(options: argparse.Namespace) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in ("bare", "ours"):
        # The bare loop knows no faults: what they cost is told beside the ideal.
        faults = json.loads(options.faults) if one == "ours" else {}
        told = {"latency": options.latency, "faults": faults, "reply": "tests.answer_replies:reply"}
        with server_process(**told) as (url, counts):
            command = [sys.executable, "-m", "benchmarks.models.pipeline", *sys.argv[1:], "--one", one, "--url", url]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  (ours)
            if done.returncode:
                raise RuntimeError(done.stderr[-3000:])
            found[one] = json.loads(done.stdout.splitlines()[-1])
            found[one]["server"] = {key: counts()[key] for key in ("requests", "ok", "repeat_ok", "max_in_flight")}
    found["ratio"] = round(found["ours"]["wall"] / found["bare"]["wall"], 3)
    return found


def ours(options: argparse.Namespace) -> dict[str, Any]:
    """One run of the product, from its own entry points."""
    before = time.perf_counter()
    from evals.plan import prepare
    from evals.run import execute, start
    from evals.suite import ALL_SCORERS, Part, load_suite

    imports = time.perf_counter() - before
    asked = {"base_url": options.url, "model": "m", "concurrency": options.concurrency}
    names = ALL_SCORERS if options.scorers == "all" else tuple(options.scorers.split(","))
    with tempfile.TemporaryDirectory() as folder:
        recorded = Path(folder) / "answers.jsonl"
        suite = replace(
            load_suite(ROOT / "datasets/suites/full.yaml"),
            generator=Part(name="chat", settings=asked)
            if options.generator == "chat"
            else Part(name="recorded", settings={"path": str(recorded)}),
            judge=Part(name=options.judge, settings={} if options.judge == "local" else asked),
            scorers=tuple(Part(name=name) for name in names),
        )
        asked_questions = _questions(options.answers)
        recorded.write_text("".join(_rows(asked_questions, asked)) if options.generator == "recorded" else "")
        ragas = _import_ragas() if options.judge == "ragas" else 0.0
        began = time.perf_counter()
        plan = prepare(suite, questions=asked_questions)
        run = start(plan, Path(folder), datetime.datetime.now(datetime.UTC), {})
        started, cpu = time.perf_counter(), _cpu()
        done = [0.0, 0.0, 0.0]

        def tell(state: Any) -> None:
            if state.done == state.total:
                done[:] = [time.perf_counter(), _cpu(), _memory()]

        finished = execute(plan, run, tell)
        ended = time.perf_counter()
        usage = finished.manifest["usage"]
        return {
            "start_up": round(started - began + imports, 2),
            "ragas_import": round(ragas, 2),
            "wall": round(done[0] - started, 3),
            "reports": round(ended - done[0], 2),
            "cpu_parent": round(done[1] - cpu, 2),
            "cpu_workers": round(_cpu(resource.RUSAGE_CHILDREN), 2),
            "requests": usage["calls"],
            "retries": usage["retries"],
            "cpu_parent_per_1000": round(1000 * (done[1] - cpu) / max(1, usage["calls"]), 2),
            "memory_mb": round(done[2]),
            "memory_mb_with_reports": round(_memory()),
            "counts": finished.manifest["counts"],
        }


def _import_ragas() -> float:
    """Seconds that importing ragas takes, told apart: recorded answers leave it nothing to be hidden behind."""
    from evals import ragas_link

    began = time.perf_counter()
    ragas_link.load()
    return time.perf_counter() - began


def _questions(count: int) -> list[Any]:
    """So many different questions: the shipped ones, each with ages of its own where that is not enough."""
    from evals.load import load_questions

    shipped = load_questions(ROOT / "datasets/questions/oncology.jsonl")
    return [
        replace(one, id=f"{one.id}-{age}", text=f"{one.text} I am {age}.", paraphrase_of=None, twin_of=None)
        for age in range(40, 41 + count // len(shipped))
        for one in shipped
    ][:count]


def _rows(questions: list[Any], asked: dict[str, Any]) -> Iterator[str]:
    """Answers as the server would write them, without asking it."""
    from evals.corpus import load_corpus
    from evals.generators import Resources, make_generator
    from evals.prompt import load_prompt
    from tests.answer_replies import answer

    prompt = load_prompt(ROOT / "datasets/prompts/patient-answer.md")
    corpus = load_corpus([ROOT / "datasets/guidelines"])
    made: Any = make_generator("chat", Resources(prompt=prompt, corpus=corpus, questions=tuple(questions)), asked)
    for one in questions:
        sent = "\n".join(message.content for message in made.messages(one, made.passages(one)))
        # A claim of its own in each answer: equal requests would be answered by the cache.
        own = f"Care teams see people of all ages, and {one.id} is one of them."
        yield json.dumps({"question_id": one.id, "id": one.id, "answer": f"{answer(sent)}\n\n{own}"}) + "\n"


def bare(options: argparse.Namespace) -> dict[str, Any]:
    """The same number of requests from a loop that does nothing else."""
    count = options.answers * (1 if options.generator == "recorded" or options.judge == "local" else 2)
    return asyncio.run(_bare(options, count))


async def _bare(options: argparse.Namespace, count: int) -> dict[str, Any]:
    import aiohttp

    body = {"model": "m", "messages": [{"role": "user", "content": "<<<QUESTION\nWhy?\nQUESTION>>> " * 300}]}
    connector = aiohttp.TCPConnector(limit=options.concurrency)
    waiting = iter(range(count))
    async with aiohttp.ClientSession(connector=connector) as session:
        started, cpu = time.perf_counter(), _cpu()

        async def take() -> None:
            for number in waiting:
                asked = {**body, "user": str(number)}
                async with session.post(f"{options.url}/chat/completions", json=asked) as response:
                    await response.json()

        await asyncio.gather(*(take() for _ in range(options.concurrency)))
        wall = time.perf_counter() - started
    return {"wall": round(wall, 3), "cpu_per_1000": round(1000 * (_cpu() - cpu) / count, 2), "requests": count}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu(who: int = resource.RUSAGE_SELF) -> float:
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
