"""Labelled texts -> `datasets/lexicons/notices_likeness.npz`: the third reader of notices.

    python -m training.notices_likeness [--leave-out NAME]

Run it after `training.notices`: it reads the same texts, and learns only from sentences near a notice by the linear
reader, as only such are asked about. The test half is never read.
"""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from evals.likeness import STEEPNESS, turned
from evals.meaning import SIZE, meaning
from evals.notices.elements import load_wordings
from evals.notices.found import hear_sentences
from evals.notices.learned import load_reader
from evals.notices.likeness import WEIGHTS, along
from training.notices import NOTICES, ROOT, Example, Table, answer_of, read_examples, tabulate

AXES = 160
"""Directions of meaning that are kept: enough to tell notices apart, less than half the file."""
RIDGE = 0.2
OTHERS = 0.1
"""Weight of a sentence written for another notice, which may say this one too."""
NONE = 0.3
LEARNT_FROM = -3.5
"""Linear score from which a sentence that was not written for a notice teaches what the notice is not."""
# Chosen by leaving out one writer's pool at a time.
NEAR, SURE, RISE, KEEPS = -2.5, 0.05, 0.1, -0.05


def learn(
    table: Table, examples: Sequence[Example], meanings: NDArray[np.float32], linear: NDArray[np.float64]
) -> dict[str, NDArray[np.generic]]:
    """The parts of the model; a row of `meanings` and of `linear` (scores) is a row of the table."""
    center = meanings.mean(axis=0)
    seen = turned(meanings, center).astype(np.float64)
    axes = np.linalg.eigh(seen.T @ seen)[1][:, : SIZE - AXES - 1 : -1].astype(np.float16)
    seen = along(meanings, center, axes.astype(np.float32))
    signs = csr_matrix(table.rows.multiply(1 / np.sqrt(table.rows.multiply(table.rows).sum(axis=1))))
    pulls, means = np.zeros((len(seen), len(NOTICES))), np.zeros(len(NOTICES))
    for column in range(len(NOTICES)):
        chosen, wanted, weight = _lesson(column, table, examples, linear)
        found, means[column] = _solved(seen[chosen], signs[chosen], np.where(wanted, 1.0, -1.0), weight)
        pulls[chosen, column] = found
    words = np.asarray(signs.T @ pulls)
    kept = np.flatnonzero(np.abs(pulls).max(axis=1) > 0)
    parts: dict[str, NDArray[np.generic]] = {
        "center": center.astype(np.float32),
        "axes": axes,
        "examples": np.round(seen[kept] * (127 / np.abs(seen[kept]).max())).astype(np.int8),
        "means": means.astype(np.float32),
        "notices": np.array(NOTICES),
    }
    for name, values in (("pulls", pulls[kept]), ("words", words)):
        scales = np.abs(values).max(axis=0) / 127
        parts |= {name: np.round(values / scales).astype(np.int8), f"{name}_scales": scales.astype(np.float32)}
    return parts


def _lesson(
    column: int, table: Table, examples: Sequence[Example], linear: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]]:
    """The rows that teach one notice, whether they say it, and their weight."""
    own = np.array([examples[text].notice == NOTICES[column] for text in table.texts])
    says = np.array([examples[text].says for text in table.texts])
    none = np.array([examples[text].notice is None for text in table.texts])
    # Other sentences of a text that says a notice may say it too: they teach nothing.
    kept = (none | ~says | table.holds) & (own | (linear[:, column] > LEARNT_FROM))
    chosen = np.flatnonzero(kept)
    weight = np.where(own, 1.0, np.where(none, NONE, OTHERS))
    return chosen, (own & says & table.holds)[chosen], weight[chosen]


def _solved(
    seen: NDArray[np.float32], signs: csr_matrix, sides: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    kernel = np.exp(STEEPNESS * (seen @ seen.T - 1)) + (signs @ signs.T).toarray()
    kernel = kernel / 2 + np.diag(RIDGE / weight)
    mean = float(np.average(sides, weights=weight))
    return cho_solve(cho_factor(kernel, lower=True, check_finite=False), sides - mean), mean


def texts_of(examples: Sequence[Example]) -> list[str]:
    """The text of each row of `tabulate`."""
    wordings, texts = load_wordings("en"), []
    for example in examples:
        _, said = hear_sentences(answer_of(example.text), example.text, wordings)
        blocks = {sentence.block for sentence in said if sentence.notices} if example.notice is None else set()
        texts += [example.text[each.start : each.end] for each in said if each.block not in blocks]
    return texts


def main() -> None:
    """Train and write the file."""
    parser = argparse.ArgumentParser(prog="python -m training.notices_likeness", description=__doc__)
    parser.add_argument("--leave-out", metavar="NAME", help="train without this file, e.g. safety_pool_notices_3")
    left = parser.parse_args().leave_out
    examples = [example for example in read_examples() if example.origin != left]
    table = tabulate(examples)
    linear = load_reader()
    meanings = np.stack([meaning(text) for text in texts_of(examples)])
    parts: dict[str, Any] = learn(table, examples, meanings, table.rows @ linear.weights + linear.offsets)
    parts["figures"] = np.array([NEAR, SURE, RISE, KEEPS])
    path = ROOT / WEIGHTS
    np.savez_compressed(path, **parts)
    print(f"{len(parts['examples'])} sentences -> {WEIGHTS}, {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
