"""Drug names, genes and eponyms in a sentence -> one fixed two-syllable word each.

"Pembrolizumab" has five syllables and no plainer name, so a grade that counts it blames the writer for the disease. The
masked grade counts every recognised name as one word of two syllables that is as familiar as the other longer words of
the text (`formulas.with_names`); the raw grade stands beside it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from evals.concepts import case_rules
from evals.lexicons import load_jsonl, load_yaml
from evals.phrases import Phrases
from evals.readability.tokens import Token

_STAND_IN = "tablet"
_SYLLABLES = 2


NameKind = Literal["drug", "gene", "marker", "eponym"]


@dataclass(frozen=True, slots=True)
class Name:
    """A recognised name at `text[start:end]`. A `marker` ("TMB") is a name too, but one with words to spell out."""

    start: int
    end: int
    kind: NameKind


def name_spans(text: str) -> tuple[Name, ...]:
    """The drugs, genes, markers and eponyms of the lexicons in a text, in order, not overlapping."""
    found: list[Name] = []
    for match in _names().find(text):
        if not found or match.start >= found[-1].end:
            kind: NameKind = match.value  # type: ignore[assignment]  # values are made below, from these kinds
            found.append(Name(match.start, match.end, kind))
    return tuple(found)


def mask(words: tuple[Token, ...], names: Sequence[Name]) -> tuple[Token, ...]:
    """The words of a sentence, each name (of one word or several) replaced by one stand-in; itself without names."""
    if not words:
        return words
    masked: list[Token] = []
    index = bisect_left(names, words[0].start + 1, key=lambda name: name.end)
    if index == len(names) or names[index].start >= words[-1].end:
        return words
    done = 0
    for word in words:
        while index < len(names) and names[index].end <= word.start:
            index += 1
        if index == len(names) or names[index].start >= word.end:
            masked.append(word)
        elif word.start >= done:
            done = names[index].end
            letters = len(_STAND_IN)
            masked.append(Token(_STAND_IN, word.start, done, _SYLLABLES, False, letters, letters, name=True))
    return tuple(masked)


@cache
def _names() -> Phrases:
    eponyms = load_yaml("eponyms.yaml")["eponyms"]
    rules = case_rules()
    # Eponyms count as spelled: "Down syndrome" is one, "down" is not.
    rules = replace(rules, exact=rules.exact | frozenset(eponyms))
    return Phrases([*_drugs(), *_genes(), *((name, "eponym") for name in eponyms)], rules)


def _drugs() -> Iterator[tuple[str, NameKind]]:
    for row in load_jsonl("drugs.jsonl"):
        for name in (row["generic"], *row["brands"], *row["aliases"]):
            # Pairs of drugs are two names and a plain word.
            if " and " not in name and " plus " not in name:
                yield name, "drug"


def _genes() -> Iterator[tuple[str, NameKind]]:
    for row in load_jsonl("genes.jsonl"):
        for name in (row["symbol"], *row["aliases"]):
            # Tests and proteins named in plain words ("liquid biopsy") are left to their own words.
            if name != name.lower():
                yield name, "marker" if row["kind"] == "marker" else "gene"
