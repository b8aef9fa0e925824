"""Which language a text is in, as far as its little words tell: enough to refuse a formula, not to translate."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import cache, lru_cache

from evals.lexicons import load_yaml

LANGUAGES = ("en", "es")
NAMES: Mapping[str, str] = {
    "en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese", "it": "Italian",
    "vi": "Vietnamese", "tl": "Tagalog",
}  # fmt: skip
# Letters looked at to tell the script.
_SAMPLE = 400


def language_of(words: Sequence[str]) -> str | None:
    """The language with most of its little words among these words (as written), or None when too few are there."""
    if not words:
        return None
    seen, lists = Counter(map(str.lower, words)), _little_words()
    counts = {language: _hits(seen, lists[language]) for language in LANGUAGES}
    best = max(LANGUAGES, key=lambda language: counts[language])
    return best if counts[best] >= load_yaml("languages.yaml")["share"] * len(words) else None


@lru_cache(maxsize=64)
def language_of_text(text: str) -> str | None:
    """The same of a text, whatever its length. Several scorers ask it of each answer."""
    return language_of(bare_words(text))


def bare_words(text: str) -> list[str]:
    """The words of a text without the punctuation around them."""
    return [word.strip('.,;:!?¡¿()"“”') for word in text.split()]


def foreign_shares(words: Sequence[str]) -> Mapping[str, float]:
    """Which share of the words are little words of each language but English; languages without any are left out."""
    if not words:
        return {}
    seen, english = Counter(map(str.lower, words)), _little_words()["en"]
    found: dict[str, float] = {}
    for language, listed in {"es": _little_words()["es"], **_other_words()}.items():
        if hits := _hits(seen, listed - english):
            found[language] = hits / len(words)
    return found


def name_of(words: Sequence[str]) -> str | None:
    """The name of the language of some words that are neither English nor Spanish, or None when it cannot be told."""
    letters = "".join(words)[:_SAMPLE]
    scripts = Counter(unicodedata.name(c, "").partition(" ")[0] for c in letters if c.isalpha())
    for script, _ in scripts.most_common(1):
        if script.partition("-")[0] in (known := load_yaml("languages.yaml")["scripts"]):
            return known[script.partition("-")[0]]
    shares = foreign_shares(words)
    best = max(shares, key=lambda language: (shares[language], language), default=None)
    return NAMES[best] if best and shares[best] >= load_yaml("languages.yaml")["share"] else None


def _hits(seen: Mapping[str, int], listed: Set[str]) -> int:
    return sum(seen[word] for word in listed if word in seen)


@cache
def _other_words() -> Mapping[str, frozenset[str]]:
    return {language: frozenset(words) for language, words in load_yaml("languages.yaml")["others"].items()}


@cache
def _little_words() -> Mapping[str, frozenset[str]]:
    lexicon = load_yaml("languages.yaml")
    return {language: frozenset(lexicon[language]) for language in LANGUAGES}
