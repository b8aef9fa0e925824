"""Search over passages and over their sentences: BM25 with synonyms, ties broken by id."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.cancers import covers, find_cancers
from evals.concepts import Concepts, load_concepts
from evals.corpus.bm25 import Bm25
from evals.corpus.load import Corpus
from evals.corpus.spelling import Spelling
from evals.corpus.terms import Weights, disease_terms, load_weights, query_terms, terms, vocabulary
from evals.records import Passage


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found; a higher score fits better, scores of two queries do not compare."""

    passage_id: str
    score: float


@dataclass(frozen=True, slots=True)
class SentenceHit:
    """A sentence found, at `passage.text[start:end]`."""

    passage_id: str
    start: int
    end: int
    score: float


class Index:
    """A search index of a corpus's passages in force; superseded ones are not found."""

    def __init__(self, corpus: Corpus, *, concepts: Concepts | None = None, weights: Weights | None = None) -> None:
        self._concepts = concepts or load_concepts()
        self._weights = weights or load_weights()
        self._passages = corpus.searched
        known = [text for p in self._passages for text in (p.title, p.text)]
        self._spelling = Spelling([*known, *self._concepts.names, *vocabulary()])
        self._sentences = [(p.id, s) for p in self._passages for s in p.sentences]
        whole: list[Mapping[str, float]] = []
        single: list[Mapping[str, float]] = []
        for passage in self._passages:
            counts, by_sentence = self._counts(passage)
            whole.append(counts)
            single += by_sentence
        self._by_passage = Bm25(whole, k1=self._weights.k1, b=self._weights.b)
        self._by_sentence = Bm25(single, k1=self._weights.k1, b=self._weights.b)

    def search(self, query: str, k: int = 5, *, cancers: Sequence[str] = ()) -> tuple[Hit, ...]:
        """The best k passages for a query, best first; fewer when fewer share a word with it.

        `cancers` are the diseases it is about, beside those it names: passages on other diseases are held back.
        """
        meant = self._spelling.correct(query)
        wanted = query_terms(query, cancers, self._concepts, self._weights)
        if meant != query:
            for name, weight in query_terms(meant, (), self._concepts, self._weights).items():
                wanted[name] = max(weight * self._weights.slip, wanted.get(name, 0.0))
        scores = self._by_passage.scores(wanted)
        asked = tuple(dict.fromkeys((*cancers, *find_cancers(meant))))
        if asked:
            scores = scores * [1.0 if _fits(p.cancer, asked) else self._weights.other_disease for p in self._passages]
        return tuple(Hit(self._passages[i].id, score) for i, score in _best(scores, k))

    def sentences(self, query: str, k: int = 5) -> tuple[SentenceHit, ...]:
        """The best k sentences for a query, best first; ties in the order of passage id and place."""
        scores = self._by_sentence.scores(query_terms(query, (), self._concepts, self._weights))
        found = ((*self._sentences[i], score) for i, score in _best(scores, k))
        return tuple(SentenceHit(passage_id, s.start, s.end, score) for passage_id, s, score in found)

    def _counts(self, passage: Passage) -> tuple[dict[str, float], list[dict[str, float]]]:
        """The weighted terms of a passage, and of each of its sentences with the title for context."""
        weights = self._weights
        title: dict[str, float] = {}
        for term in terms(passage.title, self._concepts, weights):
            title[term.name] = title.get(term.name, 0.0) + term.weight
        diseases = disease_terms((*passage.cancer, *find_cancers(passage.title)), weights, narrower=False)
        counts = {name: weight * weights.title for name, weight in title.items()} | diseases
        context = {name: weight * weights.context for name, weight in (diseases | title).items()}
        by_sentence = [dict(context) for _ in passage.sentences]
        starts = [sentence.start for sentence in passage.sentences]
        for term in terms(passage.text, self._concepts, weights):
            number = bisect_right(starts, term.start) - 1
            for where in (counts, by_sentence[number]) if number >= 0 else (counts,):
                where[term.name] = where.get(term.name, 0.0) + term.weight
        return counts, by_sentence


def _fits(passage_cancers: Iterable[str], asked: Iterable[str]) -> bool:
    """Whether a passage is about what was asked: it covers one of the diseases, or is about a kind of it."""
    named = tuple(passage_cancers)
    return any(covers(named, one) or any(covers(one, cancer) for cancer in named) for one in asked)


def _best(scores: NDArray[np.float64], k: int) -> list[tuple[int, float]]:
    """Places and scores of the best k, equal scores in their order; what scores nothing is not found."""
    rounded = np.round(scores, 6)
    order = np.argsort(-rounded, kind="stable")[: max(k, 0)]
    return [(int(place), float(rounded[place])) for place in order if rounded[place] > 0]
