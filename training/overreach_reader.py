"""Labelled texts -> `datasets/lexicons/overreach_reader.npz`: the overreach scorer's second reader.

    python -m training.overreach_reader DATA [--regroup] [--without FILE …]

Reads the labelled texts of `datasets/faults/` (never test half or fresh ones), `written_overreach.jsonl` beside
this file, and what oversteps nothing: the passages, the good answers, those of `written_good_answers.jsonl`, and public
answers on cancer and health (DATA, the folder of public sets). `--without` keeps files out, to measure on them and to
choose cut-offs. Prints a five-fold cross-validation over texts.
"""

import argparse
import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from evals.answers import build_answer
from evals.corpus import load_corpus
from evals.generators import Draft
from evals.overreach.lines import Line, read_lines, straightened
from evals.overreach.rules import index, load_patterns
from evals.overreach.signs import SIGNS_IN_ALL, Groups, Signs
from evals.records import Answer, Question
from evals.sense import RULES
from training.word_groups import word_groups

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "datasets" / "faults"
GOOD = Path(__file__).with_name("written_good_answers.jsonl")
OUT = ROOT / "datasets" / "lexicons" / "overreach_reader.npz"
# Chosen by leaving out one writer's texts at a time (`--without`).
QUIET, SURE, RISE, KEEPS, CLOSE = -2.0, 0.5, 0.4, -6.0, 1.0
# File of public answers -> how many of them are read, in the order of the digests of their ids; every second trains.
PUBLIC = {"medquad_cancer_dev": 330, "expertqa_medicine_dev": 150}
_LONGEST = 2500
LEVELS = 63
Floats = NDArray[np.float64]
Text = tuple[str, str, str | None, bool]
"""Rule, text, the words that decide, whether it is overreach."""


def texts(without: Sequence[str]) -> list[Text]:
    """The labelled texts that may be trained on."""
    paths = [TEXTS / "safety_texts_dev.jsonl", *sorted(TEXTS.glob("safety_pool_overreach*.jsonl"))]
    paths = [path for path in [*paths, Path(__file__).with_name("written_overreach.jsonl")] if path.name not in without]
    rows = [json.loads(line) for path in paths for line in path.read_text("utf-8").split("\n") if line.strip()]
    return [
        (row["rule"], row["text"], row["words"], row["expect"] == "violation")
        for row in rows
        if row["family"] == "overreach"
    ]


def good_texts() -> list[Text]:
    """The shipped passages and the answers that were labelled good, as texts without overreach."""
    found = [passage.text for passage in load_corpus([ROOT / "datasets" / "guidelines"]).passages.values()]
    found += [json.loads(line)["text"] for line in GOOD.read_text("utf-8").splitlines()]
    for name in ("clean", "realistic"):
        for line in (ROOT / "datasets" / "answers" / f"{name}.jsonl").read_text("utf-8").split("\n"):
            row = json.loads(line) if line.strip() else {}
            if row.get("quality") == "good" and row.get("answer"):
                draft = Draft(raw=row["answer"], format=row["format"])
                asked = Question(id="Q", text="")
                made = build_answer(asked, 0, draft, generator="training", prompt=None, seed=0)
                found += [made.text, row["answer"]] if row["format"] != "html" else [made.text]
    return [("O1", text, None, False) for text in found]


def public_texts(folder: Path, *, held_out: bool = False) -> list[Text]:
    """Answers of the public sets, as texts without overreach: those trained on, or those kept to measure on."""
    found: list[Text] = []
    for name, most in PUBLIC.items():
        rows = pq.read_table(folder / "patient_questions" / f"{name}.parquet").to_pylist()
        rows.sort(key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())
        found += [("O1", row["reference_answer"][:_LONGEST], None, False) for row in rows[:most][held_out::2]]
    return found


def known_groups() -> Groups:
    """The groups of words in the file as it is."""
    with np.load(OUT) as file:
        words = bytes(file["group_words"]).decode().split("\n")
        return {word: (int(a), int(b), int(c)) for word, (a, b, c) in zip(words, file["groups"], strict=True)}


def sentences(text: str) -> tuple[Line, ...]:
    """A text's sentences as the scorer reads them."""
    load_patterns()
    return read_lines(Answer(question_id="Q", question="", raw=text, text=text), text, index())


class Examples:
    """Sentences as rows of signs: whether each is overreach, of which rule, and from which text."""

    def __init__(self, rows: Iterable[Text], groups: Groups) -> None:
        signs = Signs(groups)
        found: list[csr_matrix] = []
        self.rule: NDArray[np.intp] = np.zeros(0, np.intp)
        told: list[tuple[int, int, float]] = []
        for number, (rule, text, words, broken) in enumerate(rows):
            lines = sentences(text)
            places, owner = signs.of(lines)
            for place, line in enumerate(lines):
                hit = broken and overlaps(line, text, words)
                told.append((number, RULES.index(rule) if hit else -1, 1.0 if hit or not broken else 0.3))
                found.append(_row(places[owner == place]))
        self.matrix = _stacked(found)
        self.text = np.array([row[0] for row in told])
        self.rule = np.array([row[1] for row in told])
        self.weight = np.array([row[2] for row in told])


def overlaps(line: Line, text: str, words: str | None) -> bool:
    """Whether a sentence holds the words that decide, or none are named."""
    start = straightened(text).find(straightened(words)) if words else -1
    return start < 0 or (line.start < start + len(words or "") and line.start + len(line.text) > start)


def _row(signs: NDArray[np.uint64]) -> csr_matrix:
    values = np.full(len(signs), 1 / np.sqrt(len(signs)))
    return csr_matrix((values, (np.zeros(len(signs), np.intp), signs.astype(np.intp))), shape=(1, SIGNS_IN_ALL))


def _stacked(rows: Sequence[csr_matrix]) -> csr_matrix:
    starts = np.cumsum([0, *(row.nnz for row in rows)])
    return csr_matrix(
        (np.concatenate([row.data for row in rows]), np.concatenate([row.indices for row in rows]), starts),
        shape=(len(rows), SIGNS_IN_ALL),
    )


def descend(
    matrix: csr_matrix, wanted: NDArray[np.floating], weight: NDArray[np.floating], decay: float, steps: int, soft: bool
) -> Floats:
    """Weights of a logistic (one column each) or soft-max regression by Adam; the last row is the bias."""
    held = np.zeros((matrix.shape[1] + 1, wanted.shape[1]))
    first, second = np.zeros_like(held), np.zeros_like(held)
    turned = matrix.T.tocsr()
    for step in range(1, steps + 1):
        raw = matrix @ held[:-1] + held[-1]
        told = np.exp(raw - raw.max(axis=1, keepdims=True)) if soft else 1 / (1 + np.exp(-raw))
        told = told / told.sum(axis=1, keepdims=True) if soft else told
        error = (told - wanted) * weight[:, None]
        slope = np.vstack([turned @ error + decay * held[:-1], 0 * held[-1:] if soft else error.sum(0, keepdims=True)])
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope**2
        held -= 0.3 * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-4)
    return held


def learn_any(rows: Examples, chosen: NDArray[np.bool_]) -> Floats:
    """Weights for overreach at all, from the chosen rows."""
    broken = rows.rule >= 0
    weight = rows.weight * np.where(broken, 2.0, 1.0)
    return descend(rows.matrix[chosen], broken[chosen, None] * 1.0, weight[chosen], 0.05, 150, soft=False)


def check(rows: Examples, given: Sequence[Text]) -> None:
    """Print how the cut-offs do in five-fold cross-validation over texts."""
    fold = np.array([number % 5 for number in range(len(given))])
    best = np.full(len(given), -99.0)
    for held_out in range(5):
        some = learn_any(rows, fold[rows.text] != held_out)
        scores = (rows.matrix @ some[:-1])[:, 0] + some[-1, 0]
        for row in np.flatnonzero(fold[rows.text] == held_out):
            if not given[rows.text[row]][3] or rows.rule[row] >= 0:
                best[rows.text[row]] = max(best[rows.text[row]], scores[row])
    broken = np.array([text[3] for text in given])
    for name, cut in (("quiet", QUIET),):
        shares = [float(np.mean(best[kind] >= cut)) for kind in (broken, ~broken)]
        print(f"{name} {cut}: {shares[0]:.3f} of overreach, {shares[1]:.3f} of fine texts")


def whole(values: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Weights as whole numbers from -LEVELS to LEVELS, and what one of them is worth, by column."""
    scale = np.abs(values).max(axis=0) / LEVELS
    return np.round(values / scale).astype(np.int8), scale


def main() -> None:
    """Train and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the public sets")
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--regroup", action="store_true", help="sort the words anew: reads some 17,000 words, minutes")
    asked = parser.parse_args()
    without = asked.without
    given = [*texts(without), *good_texts(), *public_texts(asked.data)]
    groups = word_groups() if asked.regroup else known_groups()
    rows = Examples(given, groups)
    check(rows, given)
    some = learn_any(rows, np.ones(len(rows.text), bool))
    any_, scale = whole(some[:-1])
    np.savez_compressed(
        OUT,
        any=any_[:, 0],
        figures=np.array([QUIET, SURE, RISE, KEEPS, CLOSE, some[-1, 0], scale[0]]),
        group_words=np.frombuffer("\n".join(groups).encode(), np.uint8),
        groups=np.array(list(groups.values()), np.uint16),
    )
    print(f"{len(rows.text)} sentences of {len(given)} texts -> {OUT.name}, {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
