"""How fast the judge is and how much memory it takes, in a process of its own."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.faithfulness.part import Part, table

ROOT = Path(__file__).resolve().parents[2]


def measure() -> Part:
    """Start a fresh process, wait for its first verdict, then for all others."""
    found = _run()
    first, reading = found["first_pass_seconds"], found["reading_seconds"]
    figures = {
        **found,
        "new_claims_a_second": _rate(found["fresh"], first),
        "end_to_end_new_claims_a_second": _rate(found["fresh"], first + reading),
        "exact_claims_a_second": _rate(found["exact"], found["exact_seconds"]),
        "second_pass_claims_a_second": _rate(found["claims"], found["second_pass_seconds"]),
    }
    lines = (
        f"start-up, from starting Python to the first verdict: {found['start_seconds']:.2f} s (wanted: 2 s or less),",
        f"  {found['start_cpu_seconds']:.2f} s of it its own work (the rest waits for the disk or other programs)",
        f"peak memory: {found['peak_memory_bytes'] / 1e6:.0f} MB (wanted: 600 MB or less)",
        f"claims: {found['fresh']} new, {found['exact']} word for word in a passage, {found['repeated']} said before",
        f"rendering the answers and extracting their claims: {reading:.2f} s;",
        f"  judging them: {first:.2f} s, {found['first_pass_cpu_seconds']:.2f} s of it its own work (on one core)",
        "",
        "claims a second",
        *table([
            ("  new ones, search included (wanted: 10 or more)", _told(figures["new_claims_a_second"])),
            ("  new ones, rendering and extracting included as well", _told(figures["end_to_end_new_claims_a_second"])),
            ("  counted apart: word for word in a passage", _told(figures["exact_claims_a_second"])),
            ("  counted apart: all of them once more (caches)", _told(figures["second_pass_claims_a_second"])),
        ]),
    )  # fmt: skip
    return Part(
        "speed: a fresh process on this machine, the claims of datasets/answers/realistic.jsonl", lines, figures
    )


def _run() -> dict[str, Any]:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.faithfulness.probe"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own module
        if process.stdout is None:
            raise RuntimeError("the probe has no output")
        ready = process.stdout.readline()
        seconds = time.perf_counter() - begun
        rest = process.stdout.read()
    if process.returncode or not ready or not rest:
        raise RuntimeError(f"the probe ended with code {process.returncode}; its own message stands above")
    return {"start_seconds": seconds, **json.loads(ready), **json.loads(rest)}


def _rate(number: int, seconds: float) -> float | None:
    return number / seconds if seconds > 0 and number else None


def _told(rate: float | None) -> str:
    return "-" if rate is None else f"{rate:,.1f}"
