"""Passages cut into windows of one or two sentences, and the windows that may decide a claim.

Search is by words and by meaning together: the windows that cover most of the claim's weighted words, and the sentences
whose vectors are nearest. `benchmarks/faithfulness` prints what each finds alone.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from evals.concepts import load_concepts
from evals.judges.vectors import sentence_vector, sentence_vectors
from evals.lexicons import load_yaml
from evals.records import Passage
from evals.sentences import split_sentences
from evals.words import stem, words

BY_WORDS = 6
BY_MEANING = 4


@dataclass(frozen=True, slots=True)
class Term:
    """One content word or concept at `text[start:end]`."""

    token: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Window:
    """One or two neighbouring sentences of a passage, with all terms that count as said there, its title's included."""

    passage_id: str
    title: str
    cancer: tuple[str, ...]
    start: int
    end: int
    sentences: tuple[str, ...]
    terms: frozenset[str]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Match:
    """A window, the share of the claim's word weight it covers in [0, 1], and the cosine of its nearest sentence."""

    window: Window
    coverage: float
    nearness: float


@lru_cache(maxsize=8192)
def terms(text: str) -> tuple[Term, ...]:
    """Concepts and remaining content words of a text in order; a named concept hides the words of its name."""
    concepts = load_concepts().of(text)
    covered = [(concept.start, concept.end) for concept in concepts]
    found = [Term(concept.token, concept.start, concept.end) for concept in concepts]
    for word in words(text):
        inside = any(start <= word.start and word.end <= end for start, end in covered)
        if not inside and word.stem not in _stop_words():
            found.append(Term(word.stem, word.start, word.end))
    return tuple(sorted(found, key=lambda term: (term.start, term.end, term.token)))


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(stem(word) for word in load_yaml("search.yaml")["stop_words"])


class Evidence:
    """All windows of a set of passages, found by the words and the meaning they share with a claim."""

    def __init__(self, passages: Iterable[Passage], weights: "Weights | None" = None) -> None:
        self._windows = tuple(window for passage in passages for window in _windows(passage))
        self.weights = weights or Weights(self._windows)
        self._quoted = {" ".join(s.split()): window for window in self._windows for s in window.sentences}
        self._by_term: Mapping[str, list[int]] = defaultdict(list)
        for number, window in enumerate(self._windows):
            for token in window.terms:
                self._by_term[token].append(number)
        self._single = [number for number, window in enumerate(self._windows) if len(window.sentences) == 1]
        self._row = {number: row for row, number in enumerate(self._single)}
        self._vectors = sentence_vectors([self._windows[number].text for number in self._single])

    def find(self, claim: str, only: frozenset[str] | None = None) -> tuple[Match, ...]:
        """The windows worth reading for a claim: the best by words, then the best by meaning, each once."""
        claimed = frozenset(term.token for term in terms(claim))
        total = sum(self.weights.of(token) for token in claimed)
        shared = self._shared(claimed)
        allowed = [n for n, window in enumerate(self._windows) if only is None or window.passage_id in only]
        nearness = self._vectors @ sentence_vector(claim) if len(self._vectors) else np.zeros(0)

        def near(number: int) -> float:
            rows = [self._row[n] for n in self._parts(number) if n in self._row]
            return max((float(nearness[row]) for row in rows), default=0.0)

        by_words = [number for number in allowed if shared.get(number)]
        by_words.sort(key=lambda n: (-round(shared[n], 9), self._windows[n].end - self._windows[n].start, n))
        by_meaning = sorted((n for n in allowed if n in self._row), key=lambda n: (-round(near(n), 4), n))
        chosen = dict.fromkeys([*by_words[:BY_WORDS], *by_meaning[:BY_MEANING]])
        return tuple(
            Match(self._windows[n], min(1.0, shared.get(n, 0.0) / total) if total else 0.0, round(near(n), 4))
            for n in chosen
        )

    def _shared(self, claimed: frozenset[str]) -> Mapping[int, float]:
        shared: dict[int, float] = defaultdict(float)
        for token in sorted(claimed):
            for number in self._by_term.get(token, ()):
                shared[number] += self.weights.of(token)
        return shared

    def _parts(self, number: int) -> tuple[int, ...]:
        # A sentence is followed by the window that it opens, then by the next sentence.
        return (number,) if len(self._windows[number].sentences) == 1 else (number - 1, number + 1)

    def quoted(self, claim: str) -> Window | None:
        """A window whose sentence is the claim, word for word, or None."""
        return self._quoted.get(" ".join(claim.split()))


class Weights:
    """How much each term tells: inverse frequency over windows; a term never seen weighs as much as the rarest."""

    def __init__(self, windows: Iterable[Window]) -> None:
        counts: Counter[str] = Counter()
        total = 0
        for window in windows:
            counts.update(window.terms)
            total += 1
        self._unseen = math.log(1 + total)
        self._weights = {token: math.log(1 + total / count) for token, count in counts.items()}

    def of(self, token: str) -> float:
        """The weight of a term, above 0."""
        return self._weights.get(token, self._unseen)


def passage_sentences(passage: Passage) -> tuple[tuple[int, int, str], ...]:
    """The sentences of a passage with their places."""
    spans = passage.sentences or split_sentences(passage.text)
    return tuple((span.start, span.end, passage.text[span.start : span.end]) for span in spans)


def _windows(passage: Passage) -> Iterable[Window]:
    found = passage_sentences(passage)
    title = {term.token for term in terms(passage.title)}
    own = [{term.token for term in terms(text)} for _, _, text in found]
    for number, (start, _, _) in enumerate(found):
        for size in (1, 2):
            if number + size <= len(found):
                inside = found[number : number + size]
                said = frozenset(title.union(*own[number : number + size]))
                texts = tuple(text for *_, text in inside)
                yield Window(passage.id, passage.title, passage.cancer, start, inside[-1][1], texts, said)
