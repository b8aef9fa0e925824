"""BM25 over weighted terms: exact, deterministic, numpy only."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray


class Bm25:
    """Scores of documents for a query (Robertson and Zaragoza 2009), k1 and b as there.

    A document is its terms with their weighted counts, so that a word in a title can count more than once; its length
    is the sum of those counts.
    """

    def __init__(self, documents: Sequence[Mapping[str, float]], *, k1: float, b: float) -> None:
        self._size = len(documents)
        lengths = np.array([sum(counts.values()) for counts in documents], dtype=np.float64)
        mean = float(lengths.mean()) if self._size else 0.0
        norms = k1 * (1 - b + b * lengths / mean) if mean else np.full(self._size, k1)
        places: dict[str, list[int]] = {}
        counts: dict[str, list[float]] = {}
        for number, document in enumerate(documents):
            for term, count in document.items():
                places.setdefault(term, []).append(number)
                counts.setdefault(term, []).append(count)
        self._postings: dict[str, tuple[NDArray[np.intp], NDArray[np.float64]]] = {}
        for term, numbers in places.items():
            at = np.array(numbers, dtype=np.intp)
            count = np.array(counts[term])
            rarity = math.log(1 + (self._size - len(numbers) + 0.5) / (len(numbers) + 0.5))
            self._postings[term] = at, rarity * count * (k1 + 1) / (count + norms[at])

    def scores(self, query: Mapping[str, float]) -> NDArray[np.float64]:
        """One score a document, in the order given; 0 where no term of the query occurs."""
        totals = np.zeros(self._size)
        # In a fixed order: floating-point sums depend on it.
        for term in sorted(query):
            if term in self._postings:
                at, weights = self._postings[term]
                totals[at] += query[term] * weights
        return totals
