"""Text -> words as search and lexicons compare them: folded, stemmed, with spans."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

# Letters, digits and combining accents, with an apostrophe inside ("Hodgkin's"); hyphens part words.
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+(?:['’](?:[^\W_]|[\u0300-\u036f])+)*")
# The same for a text without combining accents, which nearly all are: twice as fast.
_PLAIN_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ACCENT = re.compile(r"[\u0300-\u036f]")
# Longer "words" are data (base64, digests): cut, so that no cache or stemmer chews on them.
_LONGEST = 60


class Word(NamedTuple):
    """A word at `text[start:end]` and its `stem`, by which words are compared. A tuple, because there are many."""

    stem: str
    start: int
    end: int


def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order."""
    new, kind, pattern = (
        tuple.__new__,
        Word,
        _pattern(text),
    )  # as Word(…) would, without a function's call for each word
    spans = [match.span() for match in pattern.finditer(text)]
    pairs = zip(map(stem, pattern.findall(text)), spans, strict=True)
    return tuple([new(kind, (stemmed, start, end)) for stemmed, (start, end) in pairs])


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text's words in order."""
    return tuple([stem(word) for word in spelled(text)])


def spelled(text: str) -> list[str]:
    """The words of a text as they are spelled, in order."""
    return _pattern(text).findall(text)


def _pattern(text: str) -> re.Pattern[str]:
    return _PLAIN_WORD if text.isascii() or not _ACCENT.search(text) else _WORD


def lowered(text: str) -> str:
    """The text in small letters, each character in its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join([low if len(low := char.lower()) == 1 else char for char in text])


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """A word in lower case, without accents, possessive and the commonest endings.

    Forms of a word must meet in one stem, but a stem need not be a word: "driving", "drives" and "drive" give "driv".
    """
    folded = fold(word[:_LONGEST])
    if not (folded.isascii() and folded.isalpha()):
        return folded
    return _without_endings(folded)


def fold(word: str) -> str:
    """A word in lower case, without accents, possessive or apostrophes."""
    if not word.isascii():
        word = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).replace("’", "'")
    return word.casefold().removesuffix("'s").replace("'", "")


def _without_endings(word: str) -> str:
    word = _singular(word)
    for ending in ("ment", "ing", "ed"):
        root = word.removesuffix(ending)
        # A root without a vowel is no root: "bring", "shed"; a short one is chance: "wing", "need".
        if root != word and len(root) >= (5 if ending == "ment" else 3) and any(c in "aeiouy" for c in root):
            word = _undoubled(root) if ending != "ment" else root
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1]


def _undoubled(root: str) -> str:
    # "stopping" -> "stop", but "swelling" -> "swell" and "passed" -> "pass", as in "swell" and "pass".
    return root[:-1] if root[-1] == root[-2] and root[-1] not in "lsz" else root
