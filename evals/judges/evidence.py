"""Passages cut into windows of one or two sentences, and the windows that speak most about a claim."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from evals.concepts import load_concepts
from evals.lexicons import load_yaml
from evals.records import Passage
from evals.sentences import split_sentences
from evals.words import stem, words


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
    start: int
    end: int
    sentences: tuple[str, ...]
    terms: frozenset[str]

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True, slots=True)
class Match:
    """A window and the share of the claim's word weight that it covers, in [0, 1]."""

    window: Window
    coverage: float


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
    """All windows of a set of passages, found by the words they share with a claim."""

    def __init__(self, passages: Iterable[Passage], weights: "Weights | None" = None) -> None:
        self._windows = tuple(window for passage in passages for window in _windows(passage))
        self.weights = weights or Weights(self._windows)
        self._sentences = {" ".join(s.split()) for window in self._windows for s in window.sentences}
        self._by_term: Mapping[str, list[int]] = defaultdict(list)
        for number, window in enumerate(self._windows):
            for token in window.terms:
                self._by_term[token].append(number)

    def find(self, claimed: frozenset[str], k: int, only: frozenset[str] | None = None) -> tuple[Match, ...]:
        """The `k` windows that cover most of the claim's terms, shorter windows first among equals, then by place."""
        total = sum(self.weights.of(token) for token in claimed)
        if not total:
            return ()
        shared: dict[int, float] = defaultdict(float)
        for token in sorted(claimed):
            for number in self._by_term.get(token, ()):
                shared[number] += self.weights.of(token)
        hits = [
            (weight, number)
            for number, weight in shared.items()
            if only is None or self._windows[number].passage_id in only
        ]
        hits.sort(key=lambda hit: (-round(hit[0], 9), self._windows[hit[1]].end - self._windows[hit[1]].start, hit[1]))
        return tuple(Match(self._windows[number], min(1.0, weight / total)) for weight, number in hits[:k])

    def quotes(self, claim: str) -> bool:
        """Whether a sentence of the passages is the claim, word for word."""
        return " ".join(claim.split()) in self._sentences

    def share(self, text: str, said: frozenset[str]) -> float:
        """The share of a text's word weight that is among the terms said, in [0, 1]."""
        own = {term.token for term in terms(text)}
        total = sum(self.weights.of(token) for token in own)
        return sum(self.weights.of(token) for token in own & said) / total if total else 0.0


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


def _windows(passage: Passage) -> Iterable[Window]:
    spans = passage.sentences or split_sentences(passage.text)
    title = {term.token for term in terms(passage.title)}
    own = [{term.token for term in terms(passage.text[span.start : span.end])} for span in spans]
    for number, span in enumerate(spans):
        for size in (1, 2):
            if number + size <= len(spans):
                inside = spans[number : number + size]
                said = frozenset(title.union(*own[number : number + size]))
                sentences = tuple(passage.text[s.start : s.end] for s in inside)
                yield Window(passage.id, span.start, inside[-1].end, sentences, said)
