"""A fresh process that starts the local judge and judges the realistic answers; prints two lines of JSON.

python -m benchmarks.faithfulness.probe
"""

import json
import resource
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from evals.answers import build_answer
from evals.claims import UNCHECKABLE, extract_claims
from evals.corpus import load_corpus
from evals.generators import Draft
from evals.judges import Judge, make_judge
from evals.load import load_answers
from evals.records import Answer, Claim, Question, TextFormat
from evals.shipped import find

ANSWERS = "datasets/answers/realistic.jsonl"
FIRST = "Call your care team the same day when your temperature goes up while you are on chemo."


def main() -> None:
    """First a verdict, then all claims of all answers, twice."""
    judge = make_judge("local", load_corpus([find("datasets/guidelines", "corpus folder")]), {})
    claim = Claim(claim_id="c1", start=0, end=len(FIRST), claim_text=FIRST, kind="advice", severity="severe")
    judge(_answer(FIRST, "text"), (claim,), ())
    print(json.dumps({"start_cpu_seconds": time.process_time()}), flush=True)
    begun = time.perf_counter()
    answers = [_answer(recorded.answer, recorded.format) for recorded in load_answers(find(ANSWERS, "answers"))]
    work = [(a, tuple(c for c in extract_claims(a) if c.kind not in UNCHECKABLE)) for a in answers]
    reading = time.perf_counter() - begun
    before = time.process_time()
    first = _timed(judge, work)
    cpu = time.process_time() - before
    again = _timed(judge, work)
    memory = peak_memory()
    kinds = _kinds([claim.claim_text for _, claims in work for claim in claims])
    quotes = [text for text, kind in kinds if kind == "exact"]
    exact = _timed(judge, [(_answer(text, "text"), (replace(claim, claim_text=text),)) for text in quotes])
    result = {
        "reading_seconds": reading, "peak_memory_bytes": memory, "claims": len(kinds), "first_pass_seconds": first,
        "first_pass_cpu_seconds": cpu,
        "second_pass_seconds": again, "exact_seconds": exact,
        **{kind: sum(one == kind for _, one in kinds) for kind in ("fresh", "exact", "repeated")},
    }  # fmt: skip
    print(json.dumps(result), flush=True)


def _answer(raw: str, form: TextFormat | None) -> Answer:
    asked = Question(id="Q1", text="")
    return build_answer(asked, 0, Draft(raw=raw, format=form), generator="probe", prompt=None, seed=0)


def _timed(judge: Judge, work: list[tuple[Answer, tuple[Claim, ...]]]) -> float:
    """Seconds for all claims of all answers, an answer at a time as in a run."""
    begun = time.perf_counter()
    for answer, claims in work:
        judge(answer, claims, ())
    return time.perf_counter() - begun


def _kinds(texts: list[str]) -> list[tuple[str, str]]:
    """Which claims quote a passage word for word, which were judged before in this process, which are new."""
    from evals.judges.evidence import Evidence

    evidence = Evidence(load_corpus([find("datasets/guidelines", "corpus folder")]).searched)
    seen: set[str] = set()
    kinds: list[tuple[str, str]] = []
    for text in texts:
        kinds.append((text, "exact" if evidence.quoted(text) else "repeated" if text in seen else "fresh"))
        seen.add(text)
    return kinds


def peak_memory() -> int:
    """The most memory this process has held, in bytes."""
    status = Path("/proc/self/status")
    if status.is_file():
        # `ru_maxrss` may be inherited from the process that started this one; the high-water mark is our own.
        fields: Mapping[str, str] = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        return int(fields["VmHWM"].split()[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main()
