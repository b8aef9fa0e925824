"""Labelled sentences -> a kernel model (`evals/likeness.py`) by least squares, for the second readers."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve
from scipy.sparse import csr_matrix

from evals.likeness import STEEPNESS, turned

Floats = NDArray[np.float64]
RIDGE = 0.2


def learn(
    meanings: NDArray[np.float32], signs: csr_matrix, wanted: NDArray[np.bool_], weight: Floats
) -> dict[str, NDArray[np.generic]]:
    """The parts of a model. `wanted` is (sentences, classes); a sentence of little `weight` may be missed."""
    center = meanings.mean(axis=0)
    seen = turned(meanings, center)
    kernel = np.exp(STEEPNESS * (seen @ seen.T - 1))
    kernel += (signs @ signs.T).toarray().astype(np.float32)
    kernel /= 2
    kernel[np.diag_indices(len(kernel))] += (RIDGE / weight).astype(np.float32)
    sides = np.where(wanted, 1.0, -1.0)
    means = sides.mean(axis=0)
    pulls = cho_solve(cho_factor(kernel, lower=True, overwrite_a=True, check_finite=False), sides - means)
    words = np.asarray(signs.T @ pulls)
    scales = np.abs(words).max(axis=0) / 127
    return {
        "center": center.astype(np.float32),
        "examples": np.round(seen * (127 / np.abs(seen).max())).astype(np.int8),
        "pulls": pulls.astype(np.float32),
        "words": np.round(words / scales).astype(np.int8),
        "words_scales": scales.astype(np.float32),
        "means": means.astype(np.float32),
    }
