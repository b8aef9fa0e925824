"""The second reader of notices: labelled short texts -> its weights.

    python -m training.notices [--check] [--without FILE …]

Reads the texts that rule writers may read (`datasets/faults/safety_texts_dev.jsonl` and `safety_pool_notices*.jsonl`),
those written for this training (`written_notices.jsonl`) and the wordings of the tests; writes
`datasets/lexicons/notices_learned.npz`. The test half is never read. --check writes nothing and prints how well texts
are told apart that were left out of training, a fifth at a time, for a choice of cut-offs.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from evals.notices.elements import load_wordings
from evals.notices.found import hear_sentences
from evals.notices.learned import BUCKETS, WEIGHTS, Told, features
from evals.records import Answer

ROOT = Path(__file__).parents[1]
NOTICES = tuple(f"D{number}" for number in range(1, 13))
WRITTEN = ROOT / "training" / "written_notices.jsonl"
OTHERS = 0.1
"""Weight of a sentence written for another notice: most likely, but not surely, it does not say this one."""
NONE = 0.3
"""Weight of a sentence of plain clinical text."""
RIDGE = 0.3


@dataclass(frozen=True, slots=True)
class Example:
    """A text labelled for one notice (none: a passage that says none); `words` is what says it, `also` what else."""

    notice: str | None
    says: bool
    text: str
    words: str
    origin: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Sentences as rows: features, the number of their text, whether they hold the words, whether a pattern fired."""

    rows: csr_matrix
    texts: NDArray[np.int64]
    holds: NDArray[np.bool_]


def main() -> None:
    """Train on everything and write the weights, or check on what was left out."""
    parser = argparse.ArgumentParser(prog="python -m training.notices", description=__doc__)
    parser.add_argument("--check", action="store_true", help="print cross-validated figures, write nothing")
    parser.add_argument("--without", nargs="*", default=[], metavar="FILE", help="e.g. safety_pool_notices_9.jsonl")
    options = parser.parse_args()
    examples = [example for example in read_examples() if f"{example.origin}.jsonl" not in options.without]
    if options.check:
        check(examples)
        return
    table = tabulate(examples)
    weights, offsets = fit_all(table, examples)
    write(weights, offsets)
    print(f"{len(examples)} texts, {table.rows.shape[0]} sentences -> {WEIGHTS}")


def read_examples() -> list[Example]:
    """Every labelled text that may be read, in a fixed order."""
    folder = ROOT / "datasets" / "faults"
    paths = [folder / "safety_texts_dev.jsonl", *sorted(folder.glob("safety_pool_notices*.jsonl")), WRITTEN]
    labelled = [
        Example(
            row["rule"],
            row["expect"] == "present",
            row["text"],
            row.get("words") or row["text"],
            path.stem,
            tuple(row.get("also", ())),
        )
        for path in paths
        for row in map(json.loads, path.read_text("utf-8").splitlines())
        if row["family"] == "notice"
    ]
    return [*labelled, *_wordings(), *_passages(), *_answers()]


def _wordings() -> Iterator[Example]:
    wordings = yaml.safe_load((ROOT / "tests" / "notice_wordings.yaml").read_text("utf-8"))
    for notice, verdicts in wordings.items():
        for verdict, languages in verdicts.items():
            for text in languages.get("en", ()):
                yield Example(notice, verdict == "accept", text, text, "wordings")


def _passages() -> Iterator[Example]:
    # What guidelines say of care is no notice, however near its words.
    for path in sorted((ROOT / "datasets" / "guidelines").glob("*.md")):
        text = path.read_text("utf-8").split("\n---\n", 1)[-1]
        plain = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        yield Example(None, False, plain[:1500].replace("{", "(").replace("}", ")"), "", "guidelines")


def _answers() -> Iterator[Example]:
    lines = (ROOT / "datasets" / "answers" / "clean.jsonl").read_text("utf-8").splitlines()
    for row in map(json.loads, lines):
        yield Example(None, False, row["answer"], "", "answers")


def tabulate(examples: Sequence[Example]) -> Table:
    """The sentences of the texts."""
    wordings = load_wordings("en")
    told: list[Told] = []
    texts: list[int] = []
    holds: list[bool] = []
    for number, example in enumerate(examples):
        heard, said = hear_sentences(answer_of(example.text), example.text, wordings)
        if example.notice is None:
            # Where a pattern finds a notice, its neighbours may be notices too: they teach nothing.
            said_in = {sentence.block for sentence in said if sentence.notices}
            plain = [n for n, sentence in enumerate(said) if sentence.block not in said_in]
            heard, said = [heard[n] for n in plain], [said[n] for n in plain]
        at = example.text.find(example.words)
        start, end = (at, at + len(example.words)) if at >= 0 else (0, len(example.text))
        holds += [sentence.start < end and sentence.end > start for sentence in said]
        texts += [number] * len(said)
        # Far apart, so that texts are no neighbours.
        told += [replace(each.told(), block=each.place.block + 1000 * number) for each in heard]
    found = features(told)
    rows = csr_matrix((found.values, (found.sentences, found.buckets)), shape=(len(told), BUCKETS))
    return Table(rows, np.array(texts), np.array(holds))


def answer_of(text: str) -> Answer:
    return Answer(question_id="text", question="", raw=text, text=text)


def fit_all(table: Table, examples: Sequence[Example]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights, one column a notice, and offsets."""
    fitted = [_fit_notice(notice, table, examples) for notice in NOTICES]
    return np.stack([weights for weights, _ in fitted], axis=1), np.array([offset for _, offset in fitted])


def _fit_notice(notice: str, table: Table, examples: Sequence[Example]) -> tuple[NDArray[np.float64], float]:
    own = np.array([examples[text].notice == notice for text in table.texts])
    says = np.array([examples[text].says for text in table.texts])
    # Other sentences of a text that says it may say it too: they teach nothing.
    kept = np.flatnonzero(~own | ~says | table.holds)
    wanted = (own & says & table.holds)[kept]
    none = np.array([examples[text].notice is None for text in table.texts])
    importance = np.where(own, 1.0, np.where(none, NONE, OTHERS))
    return fit(table.rows[kept], wanted, importance[kept])


def fit(
    rows: csr_matrix, wanted: NDArray[np.bool_], importance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Logistic regression with a ridge."""
    signs = np.where(wanted, 1.0, -1.0)
    columns = rows.T.tocsr()

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = at[:-1]
        margins = signs * (rows @ weights + at[-1])
        value = float((importance * np.logaddexp(0, -margins)).sum() + RIDGE / 2 * weights @ weights)
        slope = -importance * signs / (1 + np.exp(np.clip(margins, -30, 30)))
        return value, np.concatenate([columns @ slope + RIDGE * weights, [slope.sum()]])

    best = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 40}).x
    return best[:-1], float(best[-1])


def write(weights: NDArray[np.float64], offsets: NDArray[np.float64]) -> None:
    """Store the weights as whole numbers of 8 bits with one scale a notice."""
    scales = np.abs(weights).max(axis=0) / 127
    whole = np.round(weights / scales).astype(np.int8)
    np.savez_compressed(
        ROOT / WEIGHTS,
        weights=whole, scales=scales.astype(np.float32), offsets=offsets.astype(np.float32), notices=np.array(NOTICES),
    )  # fmt: skip


def check(examples: Sequence[Example], folds: int = 5) -> None:
    """Print how well texts left out are told apart, for each cut-off `adds`, by origin."""
    table = tabulate(examples)
    best = np.full(len(examples), -np.inf)
    for fold in range(folds):
        away = table.texts % folds == fold
        inside = Table(table.rows[~away], table.texts[~away], table.holds[~away])
        weights, offsets = fit_all(inside, examples)
        scores = table.rows[away] @ weights + offsets
        for text, row in zip(table.texts[away], scores, strict=True):
            notice = examples[text].notice
            if notice is not None:
                best[text] = max(best[text], row[NOTICES.index(notice)])
    for cut in np.arange(-3.5, 0.1, 0.25):
        print(f"adds {cut:5.2f}", *(f"{name} {_f1(best, examples, name, cut):.3f}" for name in _origins(examples)))


def _origins(examples: Sequence[Example]) -> list[str]:
    return sorted({example.origin for example in examples if example.notice is not None})


def _f1(best: NDArray[np.float64], examples: Sequence[Example], origin: str, cut: float) -> float:
    pairs = [(e.says, bool(score > cut)) for e, score in zip(examples, best, strict=True) if e.origin == origin]
    hits, wrong = pairs.count((True, True)), sum(says != found for says, found in pairs)
    return 2 * hits / (2 * hits + wrong) if hits else 0.0


if __name__ == "__main__":
    main()
