"""Drug names, genes and eponyms in a sentence -> one fixed two-syllable word each.

"Pembrolizumab" has five syllables and no plainer name, so a grade that counts it blames the writer for the disease. The
masked grade counts every recognised name as the word "tablet"; the raw grade stands beside it.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from evals.concepts import case_rules
from evals.lexicons import load_jsonl, load_yaml
from evals.phrases import Phrases
from evals.readability.tokens import Token

_STAND_IN = "tablet"
_SYLLABLES = 2


Spans = Sequence[tuple[int, int]]


def name_spans(text: str) -> Spans:
    """Where drugs, genes and eponyms of the lexicons stand in a text, in order."""
    return sorted({(match.start, match.end) for match in _names().find(text)})


def mask(words: Sequence[Token], names: Spans) -> tuple[Token, ...]:
    """The words of a sentence, each name (of one word or several) replaced by one stand-in."""
    masked: list[Token] = []
    index = bisect_left(names, words[0].start, key=lambda span: span[1]) if words else 0
    done = 0
    for word in words:
        while index < len(names) and names[index][1] <= word.start:
            index += 1
        if index == len(names) or names[index][0] >= word.end:
            masked.append(word)
        elif word.start >= done:
            done = names[index][1]
            masked.append(Token(_STAND_IN, word.start, done, _SYLLABLES, False, len(_STAND_IN), len(_STAND_IN)))
    return tuple(masked)


@cache
def _names() -> Phrases:
    drugs = [name for row in load_jsonl("drugs.jsonl") for name in (row["generic"], *row["brands"], *row["aliases"])]
    genes = [name for row in load_jsonl("genes.jsonl") for name in (row["symbol"], *row["aliases"])]
    eponyms = load_yaml("eponyms.yaml")["eponyms"]
    rules = case_rules()
    # Tests and proteins in plain words ("liquid biopsy"), and pairs of drugs, are left to their own words.
    names = [name for name in drugs if " and " not in name and " plus " not in name]
    names += [name for name in genes if name != name.lower()]
    # Eponyms count as spelled: "Down syndrome" is one, "down" is not.
    rules = replace(rules, exact=rules.exact | frozenset(eponyms))
    return Phrases(((name, name) for name in (*names, *eponyms)), rules)
