"""Public labelled pairs: does the verifier rank supported above unsupported better than words and length do?"""

import sys
from pathlib import Path
from typing import Any

from benchmarks.faithfulness.floors import content_words, overlap, shortness
from benchmarks.faithfulness.pairs import SHORTEST, Task, tasks
from benchmarks.faithfulness.part import Part, decimal, table
from benchmarks.figures import RESAMPLES, Estimate, Ranking, difference
from evals.verify import verify_pair

HEADING = "public: labelled pairs from --data, AUROC of the verifier's score beside word overlap and length"


def measure(data: Path | None) -> Part:
    """AUROC for each task; without a folder of data nothing is measured, and that is said."""
    if data is None:
        return Part(HEADING, ("skipped: no --data DIR",), {"skipped": "no --data DIR"})
    scores: dict[tuple[str, str], float | None] = {}
    figures: dict[str, dict[str, Any]] = {}
    rows: list[tuple[object, ...]] = [("task", "n", "true", "texts", "verifier", "words", "length", "above words")]
    for task in tasks(data):
        print(f"{task.name}: {len(task.pairs)} pairs ...", end=" ", file=sys.stderr, flush=True)
        figures[task.name] = measure_task(task, scores)
        rows.append(_row(task.name, figures[task.name]))
        print(f"verifier {decimal(figures[task.name]['verifier']['value'])}", file=sys.stderr, flush=True)
    unscored = sum(found["unscored"] for found in figures.values())
    notes = (
        "",
        f"Pairs that the verifier could not score, left out: {unscored}. Always supported: AUROC 0.500 everywhere.",
        f"Intervals: 95%, {RESAMPLES:,} resamples of sources (text, abstract, article, question, document).",
        "Above words: verifier minus word overlap, on the same resamples.",
        f"RAGTruth sentences below {SHORTEST} characters are left out, as its notes advise. RAGTruth and K-QA: all",
        "rows, never trained on. The others: only the tenth held out of training. The held-out written claims",
        "fitted the calibration, which turns the verifier's opinions into this score: no fresh test of it.",
    )
    return Part(HEADING, (*table(rows), *notes), figures)


def measure_task(task: Task, scores: dict[tuple[str, str], float | None]) -> dict[str, Any]:
    """The figures of one task; `scores` remembers pairs that an earlier task has judged."""
    for pair in task.pairs:
        key = pair.premise, pair.hypothesis
        if key not in scores:
            scores[key] = verify_pair(*key).score
    scored = [(pair, score) for pair in task.pairs if (score := scores[pair.premise, pair.hypothesis]) is not None]
    pairs = [pair for pair, _ in scored]
    labels, sources = [pair.label for pair in pairs], [pair.source for pair in pairs]
    rankings = {
        "verifier": [score for _, score in scored],
        "words": [overlap(content_words(pair.hypothesis), content_words(pair.premise)) for pair in pairs],
        "length": [shortness(pair.hypothesis) for pair in pairs],
        "always_supported": [1.0 for _ in pairs],
    }
    made = {name: Ranking(values, labels, sources) for name, values in rankings.items()}
    return {
        "n": len(pairs), "unscored": len(task.pairs) - len(pairs), "supported": sum(labels),
        "sources": len(set(sources)), "resampled_by": task.source,
        **{name: _figures(ranking.estimate()) for name, ranking in made.items()},
        "above_words": _figures(difference(made["verifier"], made["words"])),
        "above_length": _figures(difference(made["verifier"], made["length"])),
    }  # fmt: skip


def _figures(estimate: Estimate) -> dict[str, float | None]:
    return {"value": estimate.value, "low": estimate.low, "high": estimate.high}


def _row(name: str, found: dict[str, Any]) -> tuple[object, ...]:
    whole, comma, part = name.partition(", ")
    words, length = (decimal(found[floor]["value"]) for floor in ("words", "length"))
    ours, above = _spread(found["verifier"], "", "-"), _spread(found["above_words"], "+", ", ")
    return f"  {part}" if comma else whole, found["n"], found["supported"], found["sources"], ours, words, length, above


def _spread(found: dict[str, float | None], sign: str, between: str) -> str:
    value, low, high = (found[name] for name in ("value", "low", "high"))
    if value is None:
        return "-"
    if low is None or high is None:
        return f"{value:{sign}.3f}"
    return f"{value:{sign}.3f} ({low:{sign}.2f}{between}{high:{sign}.2f})"
