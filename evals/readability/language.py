"""Which language a text is in, as far as its little words tell: enough to refuse a formula, not to translate."""

from collections.abc import Mapping, Sequence
from functools import cache

from evals.lexicons import load_yaml

LANGUAGES = ("en", "es")
NAMES: Mapping[str, str] = {"en": "English", "es": "Spanish"}


def language_of(words: Sequence[str]) -> str | None:
    """The language with most of its little words among these words (as written), or None when too few are there."""
    if not words:
        return None
    counts = dict.fromkeys(LANGUAGES, 0)
    lists = _little_words()
    for word in words:
        low = word.lower()
        for language in LANGUAGES:
            counts[language] += low in lists[language]
    best = max(LANGUAGES, key=lambda language: counts[language])
    return best if counts[best] >= load_yaml("languages.yaml")["share"] * len(words) else None


@cache
def _little_words() -> Mapping[str, frozenset[str]]:
    lexicon = load_yaml("languages.yaml")
    return {language: frozenset(lexicon[language]) for language in LANGUAGES}
