"""What asking models through us costs beside a bare loop, plain ragas and whole runs, in one go.

    python -m benchmarks.models                                    # 400 requests of 200 ms, 32 at once
    python -m benchmarks.models --concurrency 256 --requests 5000 --latency 1
    python -m benchmarks.models --ragas --pipeline                 # beside plain ragas; whole runs: chat, llm, ragas
    python -m benchmarks.models --server http://127.0.0.1:8801/v1  # against a server that is there already

Every way runs in a process of its own, one after the other, as many rounds as wanted; a ratio is taken within a round,
so that what else the machine does weighs on both sides. The best round is shown: the others waited for the machine.
"""

import argparse
import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.model_server import server_process

ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ("wall_s", "ratio", "cpu_s_per_1000", "memory_mb_at_start", "memory_mb", "first_reply_s")
HEADINGS = ("wall s", "x bare", "CPU s/1000", "MB at start", "MB", "first reply s")

Counts = Callable[[], dict[str, Any]]


def main() -> None:
    """Measure and print a table, or JSON."""
    options = _options()
    ways = ["bare", "session", "structured", *(["ragas"] if options.ragas else [])]
    rounds = [_round(options, ways) for _ in range(options.rounds)]
    best = {way: min((one[way] for one in rounds), key=lambda found: found["ratio"]) for way in ways}
    runs = _pipelines(options) if options.pipeline else {}
    if options.json:
        print(json.dumps({"best": best, "rounds": rounds, "pipeline": runs}, indent=1))
        return
    print(f"{options.requests} requests, {options.concurrency} at once, best of {options.rounds} rounds")
    print(f"{'':12}" + "".join(f"{heading:>15}" for heading in HEADINGS))
    for way in ways:
        print(f"{way:12}" + "".join(f"{best[way][column]:>15}" for column in COLUMNS))
    for name, found in runs.items():
        print(f"{name}: {json.dumps(found)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", help="URL of a server that is there already; default: one of our own")
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds, of our own server")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ragas", action="store_true", help="measure plain ragas too")
    parser.add_argument("--pipeline", action="store_true", help="measure whole runs too (our own server)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


@contextlib.contextmanager
def _server(options: argparse.Namespace) -> Iterator[str]:
    if options.server:
        yield options.server.rstrip("/")
        return
    with server_process(latency=options.latency, reply="benchmarks.models.replies:reply") as (url, _):
        yield url


def _round(options: argparse.Namespace, ways: list[str]) -> dict[str, Any]:
    """Each way once, with its wall clock as a multiple of the bare loop's."""
    found: dict[str, Any] = {}
    for way in ways:
        with _server(options) as url:
            sizes = ["--requests", str(options.requests), "--concurrency", str(options.concurrency)]
            found[way] = _run(["benchmarks.models.one", way, "--url", url, *sizes])
        found[way]["ratio"] = round(found[way]["wall_s"] / found["bare"]["wall_s"], 3)
    return found


def _pipelines(options: argparse.Namespace) -> dict[str, Any]:
    sizes = ["--concurrency", str(options.concurrency), "--latency", str(options.latency)]
    runs = {
        "recorded answers, llm judge": ["--generator", "recorded", "--judge", "llm"],
        "chat, llm judge": ["--generator", "chat", "--judge", "llm"],
        "recorded answers, ragas judge": ["--generator", "recorded", "--judge", "ragas"],
    }
    rounds = ["--rounds", str(options.rounds)]
    found = {
        name: _run(["benchmarks.models.pipeline", *how, *sizes, *rounds], lines=None) for name, how in runs.items()
    }
    return {name: one["best"] for name, one in found.items()}


def _run(module: list[str], lines: int | None = -1) -> dict[str, Any]:
    """The JSON that a module prints: on its last line, or as all it prints."""
    done = subprocess.run([sys.executable, "-m", *module], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  (our own modules)
    if done.returncode:
        raise RuntimeError(f"{' '.join(module)} failed:\n{done.stderr[-3000:]}")
    return json.loads(done.stdout if lines is None else done.stdout.splitlines()[lines])


if __name__ == "__main__":
    main()
