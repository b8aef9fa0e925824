"""What the vectors of two texts do not tell: which words both have, which numbers fit, what is denied.

For each word piece of a text a row of `SIGNS` numbers; the verifier reads them beside the vectors.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from evals.concepts import load_concepts
from evals.judges.verifier.encoder import KEPT, Encoded, Floats, encode
from evals.judges.verifier.quantities import Quantity, agree, find_quantities
from evals.lexicons import load_yaml
from evals.words import Word, stem, words

SIGNS = (
    "marker", "inside_word", "stop_word", "number", "negator", "denied", "drug", "gene", "title",
    "word_shared", "concept_shared", "concept_missing", "number_agrees", "number_differs", "opposite",
    "denied_otherwise", "nearest_last", "nearest_middle",
)  # fmt: skip
_CLAUSE_END = frozenset(".;:!?")
_AT = {name: place for place, name in enumerate(SIGNS)}


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One text read once: its pieces, its own signs, and what others are compared with."""

    encoded: Encoded
    own: Floats
    stems: tuple[str, ...]
    """For each piece the stem of the word it belongs to, empty for markers and punctuation."""
    concepts: tuple[str, ...]
    quantities: tuple[Quantity, ...]
    denied: Mapping[str, frozenset[bool]]


@lru_cache(maxsize=4096)
def read(text: str, title: bool = False) -> Reading:
    """A sentence with everything that pairs of texts are compared by; `title` marks a heading."""
    encoded = encode(text)
    count = len(encoded.spans)
    own = np.zeros((count, len(SIGNS)), dtype=np.float32)
    own[:, _AT["marker"]] = [start == end for start, end in encoded.spans]
    own[:, _AT["title"]] = title
    stems, concepts = [""] * count, [""] * count
    found = words(text)
    negators, denied = _denials(text, found)
    states: dict[str, set[bool]] = {}
    for number, word in enumerate(found):
        if word.stem not in _stop_words() and number not in negators:
            states.setdefault(word.stem, set()).add(number in denied)
        for place in _inside(encoded.spans, word.start, word.end):
            stems[place] = word.stem
            own[place, _AT["inside_word"]] = encoded.spans[place][0] > word.start
            own[place, _AT["stop_word"]] = word.stem in _stop_words()
            own[place, _AT["number"]] = any(c.isdigit() for c in word.stem)
            own[place, _AT["negator"]] = number in negators
            own[place, _AT["denied"]] = number in denied
    for concept in load_concepts().of(text):
        for place in _inside(encoded.spans, concept.start, concept.end):
            concepts[place] = concept.token
            if concept.kind in ("drug", "gene"):
                own[place, _AT[concept.kind]] = 1
    denials = {word: frozenset(found) for word, found in states.items()}
    return Reading(encoded, own, tuple(stems), tuple(concepts), find_quantities(text), denials)


def compare(one: Sequence[Reading], other: Sequence[Reading]) -> Floats:
    """Signs of the pieces of `one` (its readings in order) seen against `other`."""
    stems = {stem for reading in other for stem in reading.stems if stem}
    concepts = {concept for reading in other for concept in reading.concepts if concept}
    quantities = [quantity for reading in other for quantity in reading.quantities]
    last = np.concatenate([reading.encoded.vectors[1:-1] for reading in other])
    rows = [_signs(reading, stems, concepts, quantities, other, last) for reading in one]
    return np.concatenate(rows)


def _signs(
    reading: Reading,
    stems: set[str],
    concepts: set[str],
    quantities: Sequence[Quantity],
    other: Sequence[Reading],
    unit: Floats,
) -> Floats:
    signs = reading.own.copy()
    agreeing, differing = _numbers(reading.quantities, quantities)
    for place, (word, concept) in enumerate(zip(reading.stems, reading.concepts, strict=True)):
        if not word:
            continue
        signs[place, _AT["word_shared"]] = word in stems
        signs[place, _AT["concept_shared"]] = bool(concept) and concept in concepts
        signs[place, _AT["concept_missing"]] = bool(concept) and concept not in concepts
        signs[place, _AT["number_agrees"]] = word in agreeing
        signs[place, _AT["number_differs"]] = word in differing
        signs[place, _AT["opposite"]] = not _opposites().get(word, frozenset()).isdisjoint(stems)
        mine = reading.denied.get(word)
        theirs = {state for others in other for state in others.denied.get(word, ())}
        signs[place, _AT["denied_otherwise"]] = bool(mine) and bool(theirs) and not (mine & theirs)
    mine = reading.encoded.vectors
    if len(unit):
        signs[:, _AT["nearest_middle"]] = (mine[:, :KEPT] @ unit[:, :KEPT].T).max(axis=1)
        signs[:, _AT["nearest_last"]] = (mine[:, KEPT:] @ unit[:, KEPT:].T).max(axis=1)
    return signs


def _numbers(mine: Sequence[Quantity], theirs: Sequence[Quantity]) -> tuple[set[str], set[str]]:
    """Stems of the words of quantities that fit one of the others, and of those that only meet others of their kind."""
    agreeing: set[str] = set()
    differing: set[str] = set()
    for quantity in mine:
        alike = [q for q in theirs if q.kind == quantity.kind]
        if any(agree(quantity, q) or agree(q, quantity) for q in alike):
            agreeing |= {word.stem for word in words(quantity.text)}
        elif alike:
            differing |= {word.stem for word in words(quantity.text)}
    return agreeing, differing


def _denials(text: str, found: Sequence[Word]) -> tuple[frozenset[int], frozenset[int]]:
    """Which of a text's words deny, and which are within the reach of a denial, by place."""
    reach = int(load_yaml("judge_local.yaml")["negation_reach"])
    negators: set[int] = set()
    denied: set[int] = set()
    left, end = 0, 0
    for place, word in enumerate(found):
        if not _CLAUSE_END.isdisjoint(text[end : word.start]):
            left = 0
        end = word.end
        if word.stem in _negators():
            negators.add(place)
            left = reach
        elif left and word.stem not in _stop_words():
            left -= 1
            denied.add(place)
    return frozenset(negators), frozenset(denied)


def _inside(spans: Sequence[tuple[int, int]], start: int, end: int) -> list[int]:
    return [place for place, (first, last) in enumerate(spans) if start <= first and first < last <= end]


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(stem(word) for word in load_yaml("search.yaml")["stop_words"])


@cache
def _negators() -> frozenset[str]:
    return frozenset(stem(word) for word in load_yaml("judge_local.yaml")["negators"] if " " not in word)


@cache
def _opposites() -> Mapping[str, frozenset[str]]:
    pairs = [(stem(one), stem(other)) for one, other in load_yaml("judge_local.yaml")["opposites"]]
    both = [*pairs, *((other, one) for one, other in pairs)]
    return {word: frozenset(other for one, other in both if one == word) for word, _ in both}
