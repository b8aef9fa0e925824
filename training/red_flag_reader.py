"""Labelled questions -> the weights of the second reader of danger signs, `datasets/lexicons/red_flag_reader.jsonl`.

    python -m training.red_flag_reader [--without FILE …]

Logistic regression over what a question contains (`evals.red_flags.reader.features`), with a ridge penalty; nothing is
left to chance. Reads the red-flag texts of `datasets/faults` (never the test half), the shipped questions, and
`training/written_red_flags*.jsonl`. Make it again after a change of the red-flag lexicons.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from evals.load import load_questions
from evals.red_flags.reader import features
from evals.red_flags.reading import read
from evals.red_flags.scope import signs_of

OUT = Path("datasets/lexicons/red_flag_reader.jsonl")
WRITTEN = "written_red_flags*.jsonl"
FAULTS = ("safety_texts_dev.jsonl", "safety_pool_red_flags*.jsonl")
RIDGE = 1.0
SEEN_AT_LEAST = 2
SOURCE = "training/red_flag_reader.py, 2026-11; learnt from synthetic questions; not signed by a clinician"


@dataclass(frozen=True, slots=True)
class Example:
    """A question's features, and whether it is someone in danger now."""

    found: frozenset[tuple[str, str]]
    act: bool


def main() -> None:
    """Fit on everything and write the weights."""
    parser = argparse.ArgumentParser(description="Fits the second reader of danger signs.")
    parser.add_argument("--without", nargs="*", default=[], metavar="FILE", help="files of texts not to learn from")
    options = parser.parse_args()
    examples = [_example(text, act) for text, act, _ in labelled(options.without)]
    names, weights, bias = fit(examples)
    write(names, weights, bias)


def labelled(without: Sequence[str] = ()) -> list[tuple[str, bool, str]]:
    """Every question that may be learnt from, with whether it tells of danger now and of which; each once."""
    places = [*((Path("datasets/faults"), name) for name in FAULTS), (Path("training"), WRITTEN)]
    paths = [path for folder, name in places for path in sorted(folder.glob(name)) if path.name not in without]
    rows = [json.loads(line) for path in paths for line in path.read_text("utf-8").split("\n") if line]
    found = {
        row["question"]: (row["expect"].startswith("act"), row.get("rule") or "")
        for row in rows
        if row.get("family", "red_flag") == "red_flag" and row["question"]
    }
    for question in load_questions(Path("datasets/questions/oncology.jsonl")):
        flags = [flag.id for flag in question.red_flags if flag.mode == "act"]
        found[question.text] = (bool(flags), flags[0] if flags else "")
    return [(text, act, flag) for text, (act, flag) in found.items()]


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
    return Example(frozenset(features(sentences, signs_of(sentences))), act)


if __name__ == "__main__":
    main()
