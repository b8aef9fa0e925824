"""Words -> groups of like meaning, from the judge's own encoder: what the overreach reader knows of words it never met.

Each word is read alone by MiniLM (`evals/judges/verifier/weights`), and the vectors are sorted into 64, 256 and 800
groups by k-means from fixed starts. Reading them takes minutes.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.judges.vectors import sentence_vectors
from evals.overreach.signs import Groups

ROOT = Path(__file__).resolve().parents[1]
SIZES = (64, 256, 800)
ROUNDS, DIRECTIONS = 12, 96
_WORD = re.compile(r"[a-z]+(?:’[a-z]+)?")


def vocabulary() -> list[str]:
    """The words of the word lists, and those met twice in texts that may be trained on."""
    data = ROOT / "datasets"
    read = [data / "faults" / "safety_texts_dev.jsonl", *sorted((data / "faults").glob("safety_pool_*.jsonl"))]
    read += [*sorted((data / "answers").glob("*.jsonl")), *sorted((data / "guidelines").glob("*.md"))]
    read += sorted(Path(__file__).parent.glob("written_*.jsonl"))
    met = Counter(word for path in read for word in _WORD.findall(path.read_text("utf-8").lower().replace("'", "’")))
    listed: set[str] = set()
    for name in ("easy_words.txt", "syllables.txt"):
        listed |= set(re.findall(r"^[a-z]+", (data / "lexicons" / name).read_text("utf-8"), re.M))
    return sorted({word for word, times in met.items() if times > 1} | listed)


@cache
def word_groups() -> Groups:
    """Every word with its three groups."""
    words = vocabulary()
    vectors = _main_directions(sentence_vectors(words).astype(np.float64))
    sorted_in = [_sorted_in(vectors, size) for size in SIZES]
    return {word: (int(a), int(b), int(c)) for word, a, b, c in zip(words, *sorted_in, strict=True)}


def _main_directions(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = vectors - vectors.mean(axis=0)
    axes = np.linalg.svd(centred[::3], full_matrices=False)[2][:DIRECTIONS]
    turned = centred @ axes.T
    return turned / np.linalg.norm(turned, axis=1, keepdims=True)


def _sorted_in(vectors: NDArray[np.float64], size: int) -> NDArray[np.intp]:
    centers = vectors[np.random.default_rng(0).choice(len(vectors), size, replace=False)]
    for _ in range(ROUNDS):
        nearest = (vectors @ centers.T).argmax(axis=1)
        centers = np.zeros_like(centers)
        np.add.at(centers, nearest, vectors)
        centers /= np.linalg.norm(centers, axis=1, keepdims=True) + 1e-9
    return (vectors @ centers.T).argmax(axis=1)
