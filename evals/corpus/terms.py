"""Text -> the terms that search compares: stems, concepts, diseases, each with a weight."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from evals.cancers import ancestors, cancers, find_cancers
from evals.concepts import Concepts
from evals.lexicons import load_yaml
from evals.phrases import CaseRules, Phrases
from evals.words import Word, stem, words

# Too wide to tell passages apart.
_WIDE = frozenset({"general", "solid-tumor", "blood"})


@dataclass(frozen=True, slots=True)
class Term:
    """A search term of the text that begins at `start`; `weight` 1 for a word."""

    name: str
    start: int
    weight: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The numbers of `datasets/lexicons/search.yaml`; what each does is written there."""

    k1: float
    b: float
    title: float
    context: float
    cancer: float
    phrase: float
    related: float
    topic: float
    slip: float
    other_disease: float


@cache
def load_weights() -> Weights:
    """The shipped weights."""
    return Weights(**{name: float(value) for name, value in load_yaml("search.yaml")["weights"].items()})


def terms(text: str, concepts: Concepts, weights: Weights) -> Iterator[Term]:
    """The terms of a text: each word as its stem or its concept, and each term of several words beside them."""
    by_start: dict[int, list[tuple[int, str]]] = {}
    for concept in concepts.of(text, nested=True):
        by_start.setdefault(concept.start, []).append((concept.end, concept.token))
    stop_words = _stop_words()
    for word in words(text):
        here = by_start.get(word.start, [])
        single = [token for end, token in here if end <= word.end + 1]  # + 1: "ER+"
        if single:
            yield from (Term(token, word.start, 1.0) for token in single)
        elif word.stem not in stop_words and not _is_chance(text, word):
            yield Term(word.stem, word.start, 1.0)
        yield from (Term(token, word.start, weights.phrase) for end, token in here if token not in single)


def _is_chance(text: str, word: Word) -> bool:
    """Whether a single letter says nothing: it does as a capital, in "T, N and M"."""
    return word.end - word.start == 1 and word.stem.isalpha() and not text[word.start].isupper()


def disease_terms(ids: Iterable[str], weights: Weights, *, narrower: bool) -> dict[str, float]:
    """Terms for diseases: the disease itself, its wider groups and, for a query, its narrower ones."""
    found: dict[str, float] = {}
    for cancer in ids:
        related = [*ancestors(cancer), *(other for other in cancers() if narrower and cancer in ancestors(other))]
        for other in (cancer, *related):
            weight = weights.cancer * (1.0 if other == cancer else weights.related)
            if other not in _WIDE:
                found[f"cancer:{other}"] = max(weight, found.get(f"cancer:{other}", 0.0))
    return found


def query_terms(text: str, cancers_asked: Iterable[str], concepts: Concepts, weights: Weights) -> dict[str, float]:
    """A query's terms with their weights: its own, what its drugs and subjects belong to, and its diseases."""
    found: dict[str, float] = {}

    def add(names: Iterable[tuple[str, float]]) -> None:
        for name, weight in names:
            found[name] = max(weight, found.get(name, 0.0))

    add((term.name, term.weight) for term in terms(text, concepts, weights))
    drugs = [row for name in found if (row := concepts.drug(name))]
    kinship = [words_of for row in drugs for words_of in (row["class"], *row["targets"], *row["parts"])]
    subjects = [words_of for told in (text, *kinship) for words_of in _subjects(told)]
    for weight, others in ((weights.related, kinship), (weights.topic, subjects)):
        add((term.name, weight) for words_of in others for term in terms(words_of, concepts, weights))
    asked = dict.fromkeys((*cancers_asked, *find_cancers(text)))
    add(disease_terms(asked, weights, narrower=True).items())
    return found


def _subjects(text: str) -> Iterator[str]:
    """What guidelines call the subjects that a patient speaks of."""
    phrases, words_for = _topics()
    for match in phrases.find(text, nested=True):
        yield from words_for[int(match.value)]


def vocabulary() -> Iterator[str]:
    """The words that search itself knows, beside those of the passages and the concepts."""
    yield from load_yaml("search.yaml")["stop_words"]
    yield from (alias for cancer in cancers().values() for alias in cancer.aliases)
    yield from (phrase for row in load_yaml("topics.yaml")["topics"] for phrase in (*row["when"], *row["add"]))


@cache
def _topics() -> tuple[Phrases, tuple[tuple[str, ...], ...]]:
    lexicon = load_yaml("topics.yaml")
    rows, company = lexicon["topics"], lexicon["not_before"]
    rules = CaseRules(not_before={phrase: frozenset(map(stem, others)) for phrase, others in company.items()})
    phrases = Phrases(((phrase, str(number)) for number, row in enumerate(rows) for phrase in row["when"]), rules)
    return phrases, tuple(row["add"] for row in rows)


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(map(stem, load_yaml("search.yaml")["stop_words"]))
