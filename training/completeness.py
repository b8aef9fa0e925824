"""Statements with labels -> what counts as said: `completeness_said.yaml`, and the cut-offs of `completeness.yaml`.

    python -m training.completeness --data DIR

Two kinds: written statements kept from the verifier's training by hash of their answer or source, and the points of
the question set, looked for in a real model's answers by a reader who did not know the scorers (`model_points.jsonl`).
Each answer, and each source text taken for an answer, is asked for its statements the way the completeness scorer asks.
Prints what the cut-offs find, on folds (by source, by question) that the rule was not fitted on.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from scipy.optimize import minimize

from evals.answers import build_answer
from evals.claims import extract_claims
from evals.generators import Draft
from evals.judges.saying import FEATURES, features
from evals.judges.statements import Statements, parts_of
from evals.judges.verifier import weights_digest
from evals.load import load_questions
from evals.records import Question
from evals.shipped import shipped_root
from training.own import HERE, answer_rows, answer_source, documents, passages
from training.public import held_out

OUT = shipped_root() / "datasets" / "lexicons" / "completeness_said.yaml"
AROUND = 2_000
"""Characters of a document kept on either side of the place a claim was written for: about as long as an answer."""
MODEL_SHARE = 0.6
"""Of the weight: real answers leave things out; written statements turn them round, which real answers seldom do."""
PENALTY = 0.05
FOLDS = 8
ASSERTED_WRONGLY = 0.02
"""Wrong or unstated claims that may count as asserted: it is an accusation, so few."""
# What the labels say of "is it said?"; half said is between, and counts half.
SAID = {"said": 1.0, "supported": 1.0, "partly": 0.0, "unsaid": 0.0, "contradicted": 0.0, "not_enough": 0.0}


@dataclass(frozen=True)
class Row:
    """One statement asked of one answer: where it comes from, its label, and what the scorer sees."""

    source: str
    label: str
    model: bool
    values: tuple[float, ...]


def main() -> None:
    """Ask every answer and source for its statements, fit the rule, write it and print what it finds."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    rows = [*model_rows(), *written_rows(arguments.parse_args().data)]
    values, said, weight = (
        np.array([row.values for row in rows]),
        np.array([SAID[row.label] for row in rows]),
        _weights(rows),
    )
    sources = {name: place % FOLDS for place, name in enumerate(sorted({row.source for row in rows}))}
    fold = np.array([sources[row.source] for row in rows])
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled, kept = (values - mean) / scale, np.zeros(len(rows))
    for one in range(FOLDS):
        kept[fold == one] = _share(
            scaled[fold == one], fit(scaled[fold != one], said[fold != one], weight[fold != one])
        )
    cutoff = even(kept, said > 0, np.array([row.label == "partly" for row in rows]), weight)
    _write(mean, scale, fit(scaled, said, weight), rows)
    print(f"says: cut-off {cutoff:.3f}, where as much of what is said is missed as of the rest is taken for said")
    for model in (True, False):
        for label in SAID:
            mine = np.array([row.model == model and row.label == label for row in rows])
            if mine.any():
                kind = "model's answers" if model else "written"
                print(f"  {kind:16} {label:13} n={mine.sum()} found {np.mean(kept[mine] >= cutoff):.3f}")
    written = np.array([not row.model for row in rows])
    asserted = float(np.quantile(kept[written & (said == 0)], 1 - ASSERTED_WRONGLY))
    found = np.mean(kept[written & (said > 0)] >= asserted)
    print(f"asserts: cut-off {asserted:.3f}, finds {found:.3f} of supported written claims")


def fit(scaled: np.ndarray, said: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Bias and weights of a logistic regression with a quadratic penalty."""

    def loss(line: np.ndarray) -> tuple[float, np.ndarray]:
        odds = scaled @ line[1:] + line[0]
        error = weight * (1 / (1 + np.exp(-odds)) - said) / weight.sum()
        value = (weight * (np.logaddexp(0, odds) - said * odds)).sum() / weight.sum()
        return value + PENALTY / 2 * (line[1:] ** 2).sum(), np.r_[error.sum(), scaled.T @ error + PENALTY * line[1:]]

    return minimize(loss, np.zeros(scaled.shape[1] + 1), jac=True, method="L-BFGS-B").x


def even(shares: np.ndarray, said: np.ndarray, partly: np.ndarray, weight: np.ndarray) -> float:
    """The cut-off at which the share missed of what is said is the share found of what is not said at all."""

    def gap(cutoff: float) -> float:
        missed = weight[said & (shares < cutoff)].sum() / weight[said].sum()
        unsaid = ~said & ~partly
        return abs(missed - weight[unsaid & (shares >= cutoff)].sum() / weight[unsaid].sum())

    return round(float(min(np.unique(shares), key=gap)), 3)


def _share(scaled: np.ndarray, line: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(scaled @ line[1:] + line[0])))


def _weights(rows: Sequence[Row]) -> np.ndarray:
    """Each kind its share of the whole; half said says half as much."""
    weight = np.array([0.5 if row.label == "partly" else 1.0 for row in rows])
    model = np.array([row.model for row in rows])
    weight[model] *= MODEL_SHARE / weight[model].sum()
    weight[~model] *= (1 - MODEL_SHARE) / weight[~model].sum()
    return weight


def _write(mean: np.ndarray, scale: np.ndarray, line: np.ndarray, rows: Sequence[Row]) -> None:
    found = {
        name: {
            "mean": round(float(mean[at]), 5),
            "scale": round(float(scale[at]), 5),
            "weight": round(float(line[at + 1]), 5),
        }
        for at, name in enumerate(FEATURES)
    }
    content = {
        "source": "Fitted by training/completeness.py. Labels by language-model readers; no clinician has read them.",
        "fitted_for": weights_digest(),
        "statements": {"model": sum(row.model for row in rows), "written": sum(not row.model for row in rows)},
        "bias": round(float(line[0]), 5), "features": found,
    }  # fmt: skip
    OUT.write_text("# Made by a script: do not edit.\n" + yaml.safe_dump(content, sort_keys=False, width=120))


def model_rows() -> Iterator[Row]:
    """The points that a reader looked for in a model's answers."""
    questions = {
        question.id: question for question in load_questions(shipped_root() / "datasets/questions/oncology.jsonl")
    }
    answers = {row["id"]: row for row in _lines("model_answers.jsonl")}
    made: dict[str, Statements] = {}
    for row in _lines("model_points.jsonl"):
        answer = answers[row["answer"]]
        question = questions[answer["question_id"]]
        if row["answer"] not in made:
            made[row["answer"]] = _asked(question, answer["answer"])
        point = next(point for point in question.must_say if point.id == row["point"])
        yield from _row(question.id, row["said"], True, made[row["answer"]], point.text)


def written_rows(data: Path) -> Iterator[Row]:
    """The written statements kept from the verifier's training, each asked of its answer or of its source text."""
    for row in answer_rows():
        if held_out(answer_source(row)):
            statements = _statements(row["question"], " ".join(row["answer"]))
            yield from _row(answer_source(row), row["label"], False, statements, row["statement"])
    claims: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in (*_lines("written_pairs.jsonl"), *_lines("written_paragraphs.jsonl")):
        if held_out(row["source"]):
            claims[row["source"]].append(row)
    for source, found in sorted(claims.items()):
        statements = _statements(*_text(source, data))
        for row in found:
            yield from _row(source, row["label"], False, statements, row["claim"])


def _row(source: str, label: str, model: bool, statements: Statements, claim: str) -> Iterator[Row]:
    heard = statements.heard(claim)
    if heard is not None:
        yield Row(source, label, model, features(heard, parted=len(parts_of(claim)) > 1))


def _lines(name: str) -> Iterator[dict[str, str]]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _text(source: str, data: Path) -> tuple[str, str]:
    if "#" in source:
        passage = passages()[source.partition("#")[0]]
        return passage.title, passage.text
    name, _, span = source.partition("@")
    start, end = map(int, span.split("-"))
    title, text = documents(data)[name]
    return title, text[max(0, start - AROUND) : end + AROUND]


def _statements(title: str, text: str) -> Statements:
    return _asked(Question(id="source", text=title or "What is known?"), f"{title}\n\n{text}" if title else text)


def _asked(question: Question, raw: str) -> Statements:
    draft = Draft(raw=raw, format="text")
    answer = build_answer(question, 0, draft, generator="source", prompt=None, seed=0)
    return Statements(answer, extract_claims(answer))


if __name__ == "__main__":
    main()
