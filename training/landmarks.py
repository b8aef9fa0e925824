"""Labelled sentences -> a kernel model (`evals/likeness.py`) that keeps only some of them as examples.

All sentences are fitted, but only the drawn ones pull: as many as a scorer has the time to compare with.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from evals.likeness import STEEPNESS, turned

Floats = NDArray[np.float32]
RIDGE = 0.2
# Keeps the equations solvable where two drawn sentences are nearly the same.
_FLOOR = 0.01


def drawn(classed: NDArray[np.bool_], most: int) -> NDArray[np.intp]:
    """The places of at most `most` sentences, a little more than half of them of some class."""
    random = np.random.default_rng(0)
    inside, outside = np.flatnonzero(classed), np.flatnonzero(~classed)
    some = random.choice(inside, min(len(inside), round(0.55 * most)), replace=False)
    others = random.choice(outside, min(len(outside), most - len(some)), replace=False)
    return np.sort(np.concatenate([some, others]))


def learn_few(
    meanings: Floats, signs: csr_matrix, wanted: NDArray[np.bool_], most: int
) -> dict[str, NDArray[np.generic]]:
    """The parts of a model with at most `most` examples. `wanted` is (sentences, classes)."""
    center = meanings.mean(axis=0)
    seen = turned(meanings, center)
    kept = drawn(wanted[:, 0], most)
    kernel = np.exp(STEEPNESS * (seen @ seen[kept].T - 1)) + (signs @ signs[kept].T).toarray().astype(np.float32)
    kernel /= 2
    sides = np.where(wanted, 1.0, -1.0).astype(np.float32)
    means = sides.mean(axis=0)
    normal = (kernel.T @ kernel).astype(np.float64) + RIDGE * kernel[kept]
    normal[np.diag_indices(len(kept))] += _FLOOR
    right = (kernel.T @ (sides - means)).astype(np.float64)
    pulls = cho_solve(cho_factor(normal, lower=True, overwrite_a=True, check_finite=False), right)
    words = np.asarray(signs[kept].T @ pulls)
    scales = np.abs(words).max(axis=0) / 127
    return {
        "center": center.astype(np.float32),
        "examples": np.round(seen[kept] * (127 / np.abs(seen).max())).astype(np.int8),
        "pulls": pulls.astype(np.float32),
        "words": np.round(words / scales).astype(np.int8),
        "words_scales": scales.astype(np.float32),
        "means": means.astype(np.float32),
    }
