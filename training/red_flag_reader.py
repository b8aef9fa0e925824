"""Labelled questions -> the weights of the second reader of danger signs, `datasets/lexicons/red_flag_reader.jsonl`.

    python -m training.red_flag_reader [--folds N] [--leave-out NAME]

Logistic regression over what a question contains (`evals.red_flags.reader.features`), with a ridge penalty; nothing is
left to chance. Reads the red-flag texts of `datasets/faults` (never the test half), the shipped questions, and
`training/written_red_flags.jsonl`. With --folds it also prints recall and false alarms of rules and reader together on
texts left out of the training, for several cut-offs. Make it again after a change of the red-flag lexicons.
"""

import argparse
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from evals.load import load_questions
from evals.red_flags.evidence import crisis_bonus, rules_lean, together
from evals.red_flags.find import raised_by
from evals.red_flags.reader import features
from evals.red_flags.reading import read
from evals.red_flags.scope import signs_of

OUT = Path("datasets/lexicons/red_flag_reader.jsonl")
WRITTEN = Path("training/written_red_flags.jsonl")
FAULTS = ("safety_texts_dev.jsonl", "safety_pool_red_flags*.jsonl")
RIDGE = 1.0
SEEN_AT_LEAST = 2
SOURCE = "training/red_flag_reader.py, 2026-11; learnt from synthetic questions; not signed by a clinician"


@dataclass(frozen=True, slots=True)
class Example:
    """A question's features, what the rules make of it, and whether it is someone in danger now."""

    found: frozenset[tuple[str, str]]
    rules: float
    bonus: float
    act: bool


def main() -> None:
    """Fit on everything and write the weights; with --folds print how it does on texts left out."""
    parser = argparse.ArgumentParser(description="Fits the second reader of danger signs.")
    parser.add_argument("--folds", type=int, default=0, help="print figures on texts left out, in so many folds")
    parser.add_argument("--leave-out", default="", metavar="NAME", help="a file of texts not to learn from")
    options = parser.parse_args()
    folds = options.folds
    examples = [_example(text, act) for text, act in texts(options.leave_out)]
    if folds:
        _print_left_out(examples, folds)
    names, weights, bias = fit(examples)
    write(names, weights, bias)


def texts(leave_out: str = "") -> list[tuple[str, bool]]:
    """Every question that may be learnt from, with whether it tells of danger now; each once."""
    found_files = [path for name in FAULTS for path in sorted(Path("datasets/faults").glob(name))]
    paths = [path for path in found_files if path.name != leave_out]
    rows = [json.loads(line) for path in [*paths, WRITTEN] for line in path.read_text("utf-8").split("\n") if line]
    found = {
        row["question"]: row["expect"].startswith("act")
        for row in rows
        if row.get("family", "red_flag") == "red_flag" and row["question"]
    }
    for question in load_questions(Path("datasets/questions/oncology.jsonl")):
        found[question.text] = any(flag.mode == "act" for flag in question.red_flags)
    return list(found.items())


def fit(examples: list[Example]) -> tuple[list[tuple[str, str]], np.ndarray, float]:
    """Names of the features, their weights, and the bias."""
    counts = Counter(name for example in examples for name in example.found)
    names = sorted(name for name, seen in counts.items() if seen >= SEEN_AT_LEAST)
    columns = {name: column for column, name in enumerate(names)}
    cells = [(row, columns[name]) for row, one in enumerate(examples) for name in one.found if name in columns]
    rows, cols = zip(*cells, strict=True)
    matrix: Any = csr_matrix((np.ones(len(cells)), (rows, cols)), shape=(len(examples), len(names)))
    sides = np.array([1.0 if one.act else -1.0 for one in examples])

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sides * (matrix @ weights[:-1] + weights[-1])
        pull = -sides / (1 + np.exp(np.clip(margin, -30, 30)))
        ridge = np.r_[RIDGE * weights[:-1], 0.0]
        value = np.logaddexp(0, -margin).sum() + (ridge * weights).sum() / 2
        return float(value), np.r_[matrix.T @ pull, pull.sum()] + ridge

    best = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
    return names, best[:-1], float(best[-1])


def write(names: list[tuple[str, str]], weights: np.ndarray, bias: float) -> None:
    """One line for each kind of feature; weights in hundredths, those that round to none left out."""
    kinds: dict[str, dict[str, int]] = {"bias": {"": round(bias * 100)}}
    for (kind, name), weight in zip(names, weights, strict=True):
        kinds.setdefault(kind, {})
        if round(weight * 100):
            kinds[kind][name] = round(weight * 100)
    rows = ({"kind": kind, "weights": found, "source": SOURCE} for kind, found in sorted(kinds.items()))
    OUT.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _example(text: str, act: bool) -> Example:
    sentences = read(text)
    signs = signs_of(sentences)
    raised = raised_by(sentences, signs)
    crisis = any(flag.crisis for flag in raised)
    found = frozenset(features(sentences, signs))
    return Example(found, rules_lean(signs, sentences, bool(raised)), crisis_bonus(crisis), act)


def _print_left_out(examples: list[Example], folds: int) -> None:
    scores: list[tuple[float, bool]] = []
    for fold in range(folds):
        kept = [one for at, one in enumerate(examples) if at % folds != fold]
        names, weights, bias = fit(kept)
        known = dict(zip(names, weights, strict=True))
        for one in examples[fold::folds]:
            lean = bias + sum(known.get(name, 0.0) for name in one.found)
            scores.append((together(one.rules, lean) + one.bonus, one.act))
    for cut in np.arange(-5, 3.5, 0.5):
        act = [score > cut for score, wanted in scores if wanted]
        other = [score > cut for score, wanted in scores if not wanted]
        print(f"cut {cut:5.1f}: recall {np.mean(act):.3f}, false alarms {np.mean(other):.3f}")


if __name__ == "__main__":
    main()
