"""A text as the slot checks see it: clauses, content words, which of them are denied, and the values it names."""

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from evals.concepts import Concept, load_concepts
from evals.judges.slots import lexicon
from evals.judges.slots.denial import Denials, find_denials
from evals.judges.slots.quantities import Quantity, find_quantities
from evals.lexicons import load_yaml
from evals.sentences import split_sentences
from evals.words import stem, words

LONGEST = 2000
"""Characters of a text that are compared; a claim and three sentences of evidence are far shorter."""
# "And" after a comma opens a clause only before a word that can begin one; in a list it does not.
_CLAUSE_END = re.compile(
    r"[;:!?]|(?<!\d)\.(?!\d)|\s[–—]\s|,\s+(?:but|so|which|who|because|while|although|unless|if|when)\b"
    r"|\b(?:but|unless|because|although|whereas|unlike|the way|as opposed to)\b"
    r"|,\s+(?:and|or)\s+(?=(?:it|they|you|we|he|she|this|that|these|then|there|must|should|may|can|cannot|is|are"
    r"|will|was|were|never|not|your|some|most|the)\b)",
    re.IGNORECASE,
)

_LEANING = re.compile(
    r"(?:it|its|they|their|this|these|those|such|both|other|another"
    r"|the (?:condition|disease|disorder|cancer|tumors?|drugs?|tests?|mix))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A content word or concept at `start:end`; `key` is what words are compared by, `order` its place in the text."""

    key: str
    start: int
    end: int
    weight: float
    order: int
    clause: int
    sentence: int


@dataclass(frozen=True, slots=True)
class Mark:
    """A phrase at `start:end` that gives `slot` a `value`.

    `denied` when an odd number of negations reach it, `focal` when one denies it first of all, `open` when a phrase
    like "not only" leaves open what is said.
    """

    slot: str
    value: str
    start: int
    end: int
    text: str
    clause: int
    sentence: int
    denied: bool
    focal: bool
    open: bool


@dataclass(frozen=True)
class Reading:
    """Everything the checks need to know of one text."""

    text: str
    tokens: tuple[Token, ...]
    marks: tuple[Mark, ...]
    quantities: tuple[Quantity, ...]
    concepts: tuple[Concept, ...]
    denials: Denials
    clause_ends: tuple[int, ...]
    sentence_ends: tuple[int, ...]

    @cached_property
    def keys(self) -> frozenset[str]:
        """All keys of the text."""
        return frozenset(token.key for token in self.tokens)

    @cached_property
    def weights(self) -> dict[str, float]:
        """The weight of each key."""
        return {token.key: token.weight for token in self.tokens}

    @cached_property
    def by_slot(self) -> dict[str, tuple[Mark, ...]]:
        """The marks of each slot in order."""
        found: dict[str, list[Mark]] = {}
        for mark in self.marks:
            found.setdefault(mark.slot, []).append(mark)
        return {slot: tuple(own) for slot, own in found.items()}

    @cached_property
    def clauses(self) -> tuple[frozenset[str], ...]:
        """The keys of each clause."""
        found: list[set[str]] = [set() for _ in self.clause_ends]
        for token in self.tokens:
            found[token.clause].add(token.key)
        return tuple(frozenset(keys) for keys in found)

    @cached_property
    def sentences(self) -> tuple[frozenset[str], ...]:
        """The keys of each sentence."""
        found: list[set[str]] = [set() for _ in self.sentence_ends]
        for token in self.tokens:
            found[token.sentence].add(token.key)
        return tuple(frozenset(keys) for keys in found)

    @cached_property
    def disease_spans(self) -> tuple[tuple[int, int, str], ...]:
        """Start, end and id of each disease named."""
        return tuple((match.start, match.end, match.value) for match in lexicon.diseases().find(self.text))

    @cached_property
    def diseases(self) -> tuple[str, ...]:
        """The ids of the diseases named, in order of first mention."""
        return tuple(dict.fromkeys(name for _, _, name in self.disease_spans))

    @cached_property
    def leaning(self) -> frozenset[int]:
        """The sentences that open with "it", "they", "the condition": what they speak of is named before."""
        starts = (0, *self.sentence_ends)
        spans = zip(starts, self.sentence_ends, strict=False)
        return frozenset(n for n, (start, end) in enumerate(spans) if _LEANING.match(self.text[start:end].lstrip()))

    def named(self, kind: str) -> tuple[Concept, ...]:
        """The concepts of a kind ("drug", "gene", "term") in order."""
        return tuple(concept for concept in self.concepts if concept.kind == kind)

    def clause_at(self, start: int) -> int:
        """The number of the clause at a place."""
        return _index(self.clause_ends, start)

    def sentence_at(self, start: int) -> int:
        """The number of the sentence at a place."""
        return _index(self.sentence_ends, start)


@lru_cache(maxsize=16384)
def read(text: str) -> Reading:
    """A text taken apart."""
    text = text[:LONGEST].replace("’", "'").replace("\x00", " ")
    sentence_ends = tuple(span.end for span in split_sentences(text)) or (len(text),)
    clause_ends = tuple(
        sorted({*sentence_ends, *(m.start() for m in _CLAUSE_END.finditer(text) if m.start()), len(text)})
    )
    concepts = load_concepts().of(text)
    tokens = _tokens(text, concepts, clause_ends, sentence_ends)
    denials = find_denials(text, tuple((t.start, t.end, t.weight) for t in tokens), clause_ends, sentence_ends)
    quantities = find_quantities(text)
    marks = tuple(_marks(text, denials, quantities, clause_ends, sentence_ends))
    return Reading(text, tokens, marks, quantities, concepts, denials, clause_ends, sentence_ends)


def _tokens(
    text: str, concepts: tuple[Concept, ...], clauses: tuple[int, ...], sentences: tuple[int, ...]
) -> tuple[Token, ...]:
    groups = [(m.start, m.end, f"~{m.value}") for m in lexicon.alike().find(text)]
    named = [(c.start, c.end, c.token) for c in concepts]
    spans = [*named, *(g for g in groups if not any(s <= g[0] and g[1] <= e for s, e, _ in named))]
    covered = [(start, end) for start, end, _ in spans]
    for word in words(text):
        if word.stem not in _stop_words() and not any(s <= word.start and word.end <= e for s, e in covered):
            spans.append((word.start, word.end, lexicon.root(word.stem)))
    found = sorted(set(spans))
    return tuple(
        Token(key, start, end, _weight(key), order, _index(clauses, start), _index(sentences, start))
        for order, (start, end, key) in enumerate(found)
    )


def _weight(key: str) -> float:
    if key.startswith(("drug:", "gene:")):
        return 2.0
    if key.startswith("term:"):
        return 1.5
    word = key.removeprefix("~")
    if lexicon.root(word.lower()) in lexicon.light() or word.isdigit():
        return float(lexicon.slots()["light_weight"])
    return 1.0


def _marks(
    text: str, denials: Denials, quantities: tuple[Quantity, ...], clauses: tuple[int, ...], sentences: tuple[int, ...]
):
    found = sorted(lexicon.marks().find(text, nested=True), key=lambda m: (-m.count, m.start))
    taken: dict[str, list[tuple[int, int]]] = {}
    kept: list[Mark] = []
    for match in found:
        slot, _, value = match.value.partition("/")
        spans = taken.setdefault(slot, [])
        if any(s < match.end and match.start < e for s, e in spans):
            continue
        spans.append((match.start, match.end))
        # "ALL" is a disease.
        if slot == "strength" and text[match.start : match.end].isupper() and match.end - match.start > 1:
            continue
        # "More than 20" and "at least 45" are limits of a number, not directions.
        if any(q.start <= match.start < q.end for q in quantities):
            continue
        start, end = match.start, match.end
        kept.append(
            Mark(slot, value, start, end, text[start:end], _index(clauses, start), _index(sentences, start),
                 denials.denied(start), denials.focal(start, end), denials.near_harmless(start))
        )  # fmt: skip
    return sorted(kept, key=lambda mark: (mark.start, mark.slot, mark.value))


def _index(ends: tuple[int, ...], start: int) -> int:
    return next((number for number, end in enumerate(ends) if start < end), len(ends) - 1)


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(stem(word) for word in load_yaml("search.yaml")["stop_words"])
