"""A sentence -> its words as the formulas count them.

A hyphen or slash parts words ("follow-up" is two). Figures are one word of one syllable, as Flesch counted them. An
acronym is said letter by letter. Web addresses and bracketed citations are no words.
"""

import re
import unicodedata
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from evals.readability.easy import is_easy
from evals.readability.formulas import Counts
from evals.readability.syllables import count_syllables

LONG = 3
"""Syllables from which a word counts as long (SMOG's polysyllable)."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|[\w.+-]{1,64}+@\S+")
_CITATION = re.compile(r"\[[\w ,;–-]{1,40}\]")
_TOKEN = re.compile(r"\d+(?:[.,:]\d+)*[^\W_]*|[^\W_]+(?:['’][^\W_]+)*")
_RUN = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_LONGEST_ACRONYM = 5
# Words of fewer letters are mostly little words that say nothing of how hard a text is.
_LONGER = 5


class Token(NamedTuple):
    """A word at `text[start:end]` with its counts; `complex` as Fog means it, `unfamiliar` as Dale and Chall do;
    `name` marks the stand-in of a masked name. A tuple, because there are many and they must be made fast.
    """

    text: str
    start: int
    end: int
    syllables: int
    complex: bool
    letters: int
    characters: int
    unfamiliar: bool = False
    name: bool = False


def without_addresses(text: str) -> str:
    """The text with web addresses and bracketed citations blanked out; offsets stay."""
    for pattern, signs in ((_ADDRESS, ("@", "://", "www.")), (_CITATION, ("[",))):
        if any(sign in text for sign in signs):
            text = pattern.sub(lambda match: " " * len(match.group()), text)
    return text


def tokens(text: str, start: int, end: int, shouted: Set[str] = frozenset()) -> tuple[Token, ...]:
    """The words of the sentence `text[start:end]`. `shouted` are words in capitals that are no acronyms ("NOT")."""
    found: list[Token] = []
    new, kind = tuple.__new__, Token  # as Token(…) would, without the call of a function for each word
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        if not word[0].isupper():
            found.append(new(kind, (word, *match.span(), *_measured(word))))
            continue
        spoken = word.lower() if word in shouted else word
        measured = _measured(spoken)
        # Names of people and places are no hard words; short forms in capitals are.
        if found:
            syllables, _, letters, characters, unfamiliar, name = measured
            measured = syllables, False, letters, characters, unfamiliar and spoken.isupper() and len(spoken) > 1, name
        found.append(new(kind, (word, *match.span(), *measured)))
    return tuple(found)


@lru_cache(maxsize=65_536)
def _measured(word: str) -> tuple[int, bool, int, int, bool, bool]:
    """What a token holds behind its place."""
    if word.isascii() and word.isalpha() and word.islower():
        letters = characters = len(word)
        syllables = max(1, count_syllables(word))
    else:
        letters = sum(map(str.isalpha, word))
        characters = sum(map(str.isalnum, word))
        syllables = max(1, sum(map(_run_syllables, _RUN.findall(word))))
    return syllables, _is_complex(word, syllables), letters, characters, not is_easy(word), False


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


def count(words: Sequence[Token]) -> Counts:
    """The sums of some words, with no sentence counted yet."""
    if not words:
        return Counts()
    # Column by column: this runs for every word of every answer.
    _, _, _, syllables, hard, letters, characters, unfamiliar, names = zip(*words, strict=True)
    stand_ins = sum(names)
    return Counts(
        words=len(words), syllables=sum(syllables), polysyllables=sum([number >= LONG for number in syllables]),
        complex=sum(hard), letters=sum(letters), characters=sum(characters), unfamiliar=sum(unfamiliar),
        figures=letters.count(0), names=stand_ins, longer=sum([number >= _LONGER for number in letters]) - stand_ins,
    )  # fmt: skip
