"""A sentence -> its words as the formulas count them.

A hyphen or slash parts words ("follow-up" is two). Figures are one word of one syllable, as Flesch counted them. An
acronym is said letter by letter. Web addresses and bracketed citations are no words.
"""

import re
import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import lru_cache

from evals.readability.formulas import Counts
from evals.readability.syllables import count_syllables

LONG = 3
"""Syllables from which a word counts as long (SMOG's polysyllable)."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}+@\S+")
_CITATION = re.compile(r"\[[\w ,;–-]{1,40}\]")
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*[^\W_]*|[^\W_]+(?:['’][^\W_]+)*")
_RUN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONGEST_ACRONYM = 5


@dataclass(frozen=True, slots=True)
class Token:
    """A word at `text[start:end]` with its counts; `complex` as Fog means it."""

    text: str
    start: int
    end: int
    syllables: int
    complex: bool
    letters: int
    characters: int


def without_addresses(text: str) -> str:
    """The text with web addresses and bracketed citations blanked out; offsets stay."""
    for pattern in (_ADDRESS, _CITATION):
        text = pattern.sub(lambda match: " " * len(match.group()), text)
    return text


def tokens(text: str, start: int, end: int, shouted: Set[str] = frozenset()) -> tuple[Token, ...]:
    """The words of the sentence `text[start:end]`. `shouted` are words in capitals that are no acronyms ("NOT")."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        syllables, letters, characters = _measured(word.lower() if word in shouted else word)
        named = word[0].isupper() and bool(found)
        hard = not named and _is_complex(word, syllables)
        found.append(Token(word, match.start(), match.end(), syllables, hard, letters, characters))
    return tuple(found)


@lru_cache(maxsize=65_536)
def _measured(word: str) -> tuple[int, int, int]:
    letters = sum(map(str.isalpha, word))
    characters = sum(map(str.isalnum, word))
    return max(1, sum(map(_run_syllables, _RUN.findall(word)))), letters, characters


def _run_syllables(run: str) -> int:
    if run[0].isdigit():
        return 1
    if run.isupper() and 1 < len(run) <= _LONGEST_ACRONYM:
        return sum(3 if letter == "W" else 1 for letter in run)
    plain = run if run.isascii() else _without_accents(run)
    return max(1, count_syllables(plain))


def _without_accents(run: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", run) if not unicodedata.combining(c))


def _is_complex(word: str, syllables: int) -> bool:
    """Fog's hard word: three syllables without those that -es, -ed or -ing add; names do not count."""
    low = word.lower()
    added = low.endswith(("ing", "ted", "ded", "ses", "zes", "ces", "ges", "xes", "ches", "shes"))
    return syllables - added >= LONG


def count(words: Iterable[Token]) -> Counts:
    """The sums of some words, with no sentence counted yet."""
    total = syllables = long = hard = letters = characters = 0
    for word in words:
        total += 1
        syllables += word.syllables
        long += word.syllables >= LONG
        hard += word.complex
        letters += word.letters
        characters += word.characters
    return Counts(0, total, syllables, long, hard, letters, characters)
