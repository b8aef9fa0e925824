"""Words that nearly every ten-year-old reader knows: what the Dale–Chall formula calls familiar.

The published list has no clear licence, so the list here is our own (`datasets/lexicons/easy_words.txt`; its header
tells how it was made and how far it agrees). The regular endings that Dale and Chall allowed are taken off by rule.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from evals.lexicons import lexicon_path
from evals.tables import read_text

METHOD = "easy words-1"
"""Names list and rule; whatever changes which words are easy changes this and with it the scorer's version."""

# Longer "words" are data or noise.
_LONGEST_WORD = 40
_NOT_A_LETTER = re.compile(r"[^a-z]")
_DOUBLED = re.compile(r"([bdfgklmnprtvz])\1\Z")
_SHORTEST_ROOT = 2


@lru_cache(maxsize=65_536)
def is_easy(word: str) -> bool:
    """Whether a word, in any case, is on the list or is a regular form of a word that is. Figures are easy."""
    said = word.lower().replace("’", "'")
    if len(said) > _LONGEST_WORD:
        return False
    listed = _easy_words()
    if said in listed or said[0].isdigit():
        return True
    said = said.removesuffix("'s").removesuffix("'")
    return said in listed or any(root in listed for root in _roots(_NOT_A_LETTER.sub("", said)))


def _roots(word: str) -> Iterator[str]:
    """What the word may be a plural, a tense, a comparison or an adverb of."""
    yield word
    for ending, instead in (("ies", "y"), ("ied", "y"), ("ier", "y"), ("iest", "y"), ("ily", "y"), ("ying", "ie")):
        if word.endswith(ending):
            yield word.removesuffix(ending) + instead
    for ending in ("s", "es", "d", "ed", "ing", "er", "r", "est", "st", "ly"):
        root = word.removesuffix(ending)
        if root == word or len(root) < _SHORTEST_ROOT:
            continue
        yield root
        if ending in {"ing", "ed", "er", "est"}:
            yield root + "e"
            if _DOUBLED.search(root):
                yield root[:-1]


@cache
def _easy_words() -> frozenset[str]:
    lines = read_text(lexicon_path("easy_words.txt")).splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
