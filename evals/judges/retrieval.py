"""Which passages a judge that pays for every word gets to see: BM25 over stems, a few microseconds a claim.

No encoder and no synonyms of several words: a model reads a dozen passages, so the right one only has to be among them.
One answer's whole search must cost less than sending its request.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import zip_longest
from math import log

import numpy as np
from numpy.typing import NDArray

from evals.concepts import load_concepts
from evals.lexicons import load_yaml
from evals.records import Passage
from evals.words import spelled, stem, stems

_UNIT = 1_000_000
"""Weights are whole millionths: sums of them do not depend on their order."""
Scores = NDArray[np.int64]
"""How much each piece shares with a text, by its number."""
_DEPTH = 4
_EVERYWHERE = 0.5
"""Words in more than this share of the pieces tell none of them apart."""
LONGEST = 4_000
"""Passages longer than this many characters are shown in pieces."""


@dataclass(frozen=True, slots=True)
class Piece:
    """`passage.text[start:end]`, as much of a passage as is shown at once."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]

    @property
    def place(self) -> tuple[str, int]:
        """Which piece of which passage this is."""
        return self.passage.id, self.start


def pieces(passage: Passage) -> tuple[Piece, ...]:
    """A passage whole, or cut at the ends of paragraphs, sentences or words where it is long."""
    found: list[Piece] = []
    start, text = 0, passage.text
    while len(text) - start > LONGEST:
        ends = (text.rfind(mark, start + 1, start + LONGEST) + 1 for mark in ("\n", ". ", " "))
        end = next((end for end in ends if end), start + LONGEST)
        found.append(Piece(passage, start, end))
        start = end
    return (*found, Piece(passage, start, len(text)))


class Retrieval:
    """An index of pieces of passages, by the words they share with a claim. Ties go to the piece that comes first."""

    def __init__(self, passages: Iterable[Passage]) -> None:
        self.pieces = tuple(piece for passage in passages for piece in pieces(passage))
        counts = [Counter(_terms(f"{piece.passage.title} {piece.passage.title} {piece.text}")) for piece in self.pieces]
        lengths = [sum(one.values()) for one in counts]
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        weights = load_yaml("search.yaml")["weights"]
        k1, b = float(weights["k1"]), float(weights["b"])
        spread = Counter(term for one in counts for term in one)
        rarity = {term: log(1 + (len(counts) - n + 0.5) / (n + 0.5)) for term, n in spread.items()}
        postings: dict[str, list[tuple[int, int]]] = {}
        for number, one in enumerate(counts):
            norm = k1 * (1 - b + b * lengths[number] / mean) if mean else k1
            for term, count in one.items():
                if spread[term] > _EVERYWHERE * len(counts) > 5:
                    continue
                weight = rarity[term] * count * (k1 + 1) / (count + norm)
                postings.setdefault(term, []).append((number, round(weight * _UNIT)))
        # Numbers of pieces above their weights: a corpus of thousands is searched in one go.
        self._postings: dict[str, NDArray[np.int64]] = {
            term: np.array(rows, np.int64).T.copy() for term, rows in postings.items()
        }

    def scores(self, texts: Sequence[str]) -> Scores:
        """How much each piece shares with each text: (texts, pieces)."""
        known = self._postings
        found = [[known[term] for term in set(_terms(text)) if term in known] for text in texts]
        rows, shape = [row for mine in found for row in mine], (len(texts), len(self.pieces))
        if not rows:
            return np.zeros(shape, np.int64)
        # All texts of an answer in one go: a call to numpy costs more than the sums of one text.
        owner = [number for number, mine in enumerate(found) for _ in mine]
        owners = np.repeat(owner, [row.shape[1] for row in rows])
        numbers, weights = np.concatenate(rows, axis=1)
        sums = np.bincount(owners * len(self.pieces) + numbers, weights, minlength=shape[0] * shape[1])
        return sums.astype(np.int64).reshape(shape)

    def ranked(self, scores: Scores, most: int, only: frozenset[str] | None = None) -> list[int]:
        """The numbers of the `most` best pieces by one text's scores, best first; `only` names passages that count."""
        order = _best_first(scores)
        if only is not None:
            order = [number for number in order if self.pieces[number].passage.id in only]
        return order[:most]

    def best(self, claims: Scores, limit: int) -> tuple[Piece, ...]:
        """The pieces that most claims need, by `scores` of them: everyone's first, everyone's second, and so on.

        At most `limit` pieces.
        """
        # Of many claims a few each fill the places.
        depth = limit if len(claims) * _DEPTH < limit * 2 else _DEPTH
        lists = _leading(claims, depth)
        chosen: dict[int, None] = {}
        for one in zip_longest(*lists):
            # Within a round the piece that most claims ask for goes first.
            asked = Counter(number for number in one if number is not None)
            for number, _ in sorted(asked.items(), key=lambda item: (-item[1], item[0])):
                if len(chosen) < limit:
                    chosen.setdefault(number)
        return tuple(self.pieces[number] for number in chosen)


def _best_first(scores: Scores) -> list[int]:
    return np.argsort(-scores, kind="stable")[: np.count_nonzero(scores)].tolist()


def _leading(scores: Scores, most: int) -> list[list[int]]:
    """For each text its best pieces that share anything with it, at most so many."""
    orders = np.argsort(-scores, axis=1, kind="stable")[:, :most].tolist()
    sharing = np.count_nonzero(scores, axis=1).tolist()
    return [order[:count] for order, count in zip(orders, sharing, strict=True)]


def _terms(text: str) -> list[str]:
    term = _term
    return [found for word in spelled(text) if (found := term(word))]


@lru_cache(maxsize=65536)
def _term(word: str) -> str:
    """What a word is looked up by; "" for a word that tells no passages apart."""
    one = stem(word)
    return "" if one in _stop_words() else _names().get(one, one)


@cache
def _names() -> Mapping[str, str]:
    """Names of one word -> their drug or gene: "Keytruda" must find "pembrolizumab"."""
    concepts = load_concepts()
    single = (name for name in concepts.names if len(name) > 3 and len(stems(name)) == 1)
    tokens = ((stem(name), concepts.token(name)) for name in single)
    return {short: token for short, token in tokens if token and not token.startswith("term:")}


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(map(stem, load_yaml("search.yaml")["stop_words"]))
