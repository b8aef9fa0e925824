"""How many answers of about 500 words the five scorers of the text itself get through in a second, on one core.

    python -m benchmarks.throughput [--passes N] [--json]

The answers are made of the parts of `datasets/answers/`: no part stands in two of them, so that nothing remembered of
one text helps with another. Before each measurement all that is remembered of texts and words is forgotten; then the
shipped guidelines are scored, untimed, so that lexicons are loaded and common words known, as in any run after a
while. Times are this process's own (CPU time) and, beside them, those on the wall clock, which are longer where other
programs run. These also lengthen the CPU time, by half and more, as they crowd the caches: measure on an idle machine.
"""

import argparse
import gc
import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from evals.answers import build_answer
from evals.corpus import load_corpus
from evals.generators import Draft
from evals.load import load_answers, load_questions
from evals.records import Case, Question
from evals.scorers import Scorer, make_scorer, score
from evals.sentences import split_sentences
from evals.shipped import find

SCORERS = ("readability", "disclaimer", "urgency", "overreach", "personal_fit")
WANTED = 50
"""Answers a second."""
WORDS = 500
FILES = ("realistic", "clean")
_GUIDELINES = "datasets/guidelines"
_QUESTIONS = "datasets/questions/oncology.jsonl"
_PART = re.compile(r"\n\s*\n")
_CACHED = type(split_sentences)
_TOGETHER = "all five together"


def main() -> None:
    """Measure and print."""
    options = _options()
    cases = make_cases()
    passages = load_corpus([find(_GUIDELINES, "guidelines")]).passages.values()
    others = [_case(cases[0].question, passage.text) for passage in passages]
    scorers = [make_scorer(name, {}) for name in SCORERS]
    figures = {scorer.name: _milliseconds([scorer], cases, others, options.passes) for scorer in scorers}
    figures[_TOGETHER] = _milliseconds(scorers, cases, others, options.passes)
    rates = {clock: 1000 / spent for clock, spent in figures[_TOGETHER].items()}
    if options.json:
        print(json.dumps({"answers": len(cases), "milliseconds": figures, "answers_a_second": rates}))
        return
    words = sum(len(case.answer.text.split()) for case in cases)
    print(f"{len(cases)} answers of {words / len(cases):.0f} words, median of {options.passes} passes, one core\n")
    print(f"  {'ms an answer':18}{'CPU':>8}{'wall clock':>12}")
    for name, spent in figures.items():
        print(f"  {name:18}{spent['cpu']:8.1f}{spent['wall']:12.1f}")
    print(f"\n{rates['cpu']:.0f} answers a second of CPU time (wanted: {WANTED} or more)")
    print(f"{rates['wall']:.0f} answers a second by the clock")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.throughput", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--passes", type=int, default=3, help="how often to measure (default 3)")
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    return parser.parse_args()


def make_cases() -> list[Case]:
    """Answers of about `WORDS` words, each to another question; every question has a record, that all scorers work."""
    questions = load_questions(find(_QUESTIONS, "questions"))
    records = [question.record for question in questions if question.record]
    return [
        _case(replace(questions[number % len(questions)], record=records[number % len(records)]), raw)
        for number, raw in enumerate(_texts())
    ]


def _texts() -> Iterator[str]:
    """The parts of the shipped answers in order, each once, put together until there are words enough."""
    seen: set[str] = set()
    held: list[str] = []
    for name in FILES:
        for answer in load_answers(Path(find(f"datasets/answers/{name}.jsonl", "answers"))):
            # An HTML page cannot be cut at blank lines.
            for part in _PART.split(answer.answer) if answer.format != "html" else ():
                if part not in seen:
                    seen.add(part)
                    held.append(part)
                if sum(len(each.split()) for each in held) >= WORDS:
                    yield "\n\n".join(held)
                    held = []


def _case(question: Question, raw: str) -> Case:
    answer = build_answer(question, 0, Draft(raw=raw), generator="recorded", prompt=None, seed=0)
    return Case(question=question, answer=answer, claims=(), verdicts=(), corpus={})


def _milliseconds(
    scorers: Sequence[Scorer], cases: Sequence[Case], others: Sequence[Case], passes: int
) -> dict[str, float]:
    """CPU time and time on the wall clock an answer, each the median of some passes."""
    cpu: list[float] = []
    wall: list[float] = []
    for _ in range(passes):
        _forget()
        _score(scorers, others)
        begun, began = time.process_time(), time.perf_counter()
        _score(scorers, cases)
        cpu.append(1000 * (time.process_time() - begun) / len(cases))
        wall.append(1000 * (time.perf_counter() - began) / len(cases))
    return {"cpu": median(cpu), "wall": median(wall)}


def _score(scorers: Sequence[Scorer], cases: Sequence[Case]) -> None:
    for case in cases:
        for scorer in scorers:
            score(scorer, case)


def _forget() -> None:
    """Empty the caches of bounded size, which hold what was made of texts and words; unbounded ones hold lexicons."""
    for held in gc.get_objects():
        if not isinstance(held, _CACHED) or not held.__module__.startswith("evals."):
            continue
        if held.cache_parameters()["maxsize"] is not None:
            held.cache_clear()


if __name__ == "__main__":
    main()
