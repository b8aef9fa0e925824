"""Text -> concepts: one canonical token for all names of a drug, a gene or a medical idea.

"Keytruda" and "pembrolizumab" are one concept, and so are "high temperature" and "fever". The names are data:
`datasets/lexicons/` drugs, genes and synonyms.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from evals.lexicons import load_jsonl, load_yaml
from evals.phrases import CaseRules, Phrases
from evals.words import stem

ConceptKind = Literal["drug", "gene", "term"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept named at `text[start:end]`; `token` is its canonical name with its kind ("drug:pembrolizumab")."""

    token: str
    start: int
    end: int

    @property
    def kind(self) -> ConceptKind:
        kind, _, _ = self.token.partition(":")
        return kind  # type: ignore[return-value]  # tokens are made in this file, from these three kinds

    @property
    def name(self) -> str:
        return self.token.partition(":")[2]


class Concepts:
    """The concepts of a set of lexicons.

    A group of synonyms that holds a name of one drug or gene gives further names to that drug or gene; any other group
    is a concept of its own, named by its first term.
    """

    def __init__(self, drugs: Sequence[Row], genes: Sequence[Row], synonyms: Sequence[Row], rules: CaseRules) -> None:
        names = [*_drug_names(drugs), *_gene_names(genes)]
        known = Phrases(names, rules)
        for row in synonyms:
            owners = {token for term in row["terms"] for token in known.values(term)}
            token = owners.pop() if len(owners) == 1 else f"term:{row['terms'][0].lower()}"
            names += [(term, token) for term in row["terms"]]
        self._phrases = Phrases(names, rules)
        self.names = tuple(name for name, _ in names)
        self._drugs = {f"drug:{row['generic'].lower()}": row for row in drugs}

    def of(self, text: str, *, nested: bool = False) -> tuple[Concept, ...]:
        """The concepts named in a text, in order.

        At each place the longest name counts, except that a regimen spelled out ("nivolumab and ipilimumab") also gives
        its drugs. With `nested` every name counts, overlapping ones too. A name shared by two concepts gives both.
        """
        found = list(self._phrases.find(text, nested=nested))
        concepts = [Concept(match.value, match.start, match.end) for match in found]
        if nested:
            return tuple(concepts)
        return tuple(part for concept in concepts for part in (concept, *self._parts_inside(text, concept)))

    def token(self, name: str) -> str | None:
        """The canonical token of a name, or None when it is unknown or stands for several concepts."""
        values = self._phrases.values(name)
        return values[0] if len(values) == 1 else None

    def drug(self, token: str) -> Row | None:
        """The lexicon's row of a drug concept: class, targets, parts of a regimen."""
        return self._drugs.get(token)

    def _parts_inside(self, text: str, concept: Concept) -> Iterator[Concept]:
        row = self._drugs.get(concept.token)
        if not row or not row["parts"]:
            return
        parts = {f"drug:{part.lower()}" for part in row["parts"]}
        for match in self._phrases.find(text[concept.start : concept.end], nested=True):
            if match.value in parts:
                yield Concept(match.value, concept.start + match.start, concept.start + match.end)


@cache
def load_concepts() -> Concepts:
    """The concepts of the shipped lexicons."""
    return Concepts(load_jsonl("drugs.jsonl"), load_jsonl("genes.jsonl"), load_jsonl("synonyms.jsonl"), case_rules())


@cache
def case_rules() -> CaseRules:
    """How short forms that are also words are told apart in the shipped lexicons."""
    lexicon, search = load_yaml("concepts.yaml"), load_yaml("search.yaml")
    return CaseRules(
        exact=frozenset(lexicon["exact"]),
        stop_words=frozenset(map(stem, search["stop_words"])),
        not_after={form: frozenset(map(stem, company)) for form, company in lexicon["not_after"].items()},
        not_before={form: frozenset(map(stem, company)) for form, company in lexicon["not_before"].items()},
    )


def _drug_names(drugs: Sequence[Row]) -> Iterator[tuple[str, str]]:
    for row in drugs:
        for name in (row["generic"], *row["brands"], *row["aliases"]):
            yield name, f"drug:{row['generic'].lower()}"


def _gene_names(genes: Sequence[Row]) -> Iterator[tuple[str, str]]:
    for row in genes:
        for name in (row["symbol"], *row["aliases"]):
            yield name, f"gene:{row['symbol']}"
