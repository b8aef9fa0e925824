"""A proposed change -> one that reads well: capitals, a/an, spaces, and never an empty span."""

import re
from dataclasses import replace
from functools import cache

from evals.faults.fault import Edit
from evals.faults.tables import fault_file

_ARTICLE_BEFORE = re.compile(r"(?:(?<=\s)|\A|(?<=[(\"“]))([Aa]n?)\s+\Z")
# A capital only where it begins: "vitamin A and", "hepatitis A in" hold no article.
_ARTICLE_INSIDE = re.compile(r"(\AAn?|\ban?)(?=\s+([\w:+-]+))")
_FIRST_WORD = re.compile(r"[\w:+-]+")
_WORD_BEFORE = re.compile(r"\S+\s*\Z")
_WORD_AFTER = re.compile(r"\s*\S+")
# Letters whose names begin with a vowel sound: "an MRI".
_SPOKEN_VOWEL = frozenset("AEFILMNORSX")


def mended(sentence: str, edit: Edit) -> Edit | None:
    """The edit with its grammar mended, or None when it changes nothing or leaves nothing."""
    edit = _with_words(sentence, edit)
    edit = _with_capital(sentence, edit)
    edit = _with_article(sentence, edit)
    after = apply(sentence, edit)
    if not any(map(str.isalnum, after)) or " ".join(after.split()).lower() == " ".join(sentence.split()).lower():
        return None
    return edit


def apply(sentence: str, edit: Edit) -> str:
    """The sentence after the edit."""
    return sentence[: edit.start] + edit.replacement + sentence[edit.end :]


def _with_words(sentence: str, edit: Edit) -> Edit:
    """A deletion takes in a neighbouring word, so that something is there to point at."""
    if edit.replacement.strip():
        return edit
    if before := _WORD_BEFORE.search(sentence, max(0, edit.start - 200), edit.start):
        kept = before.group() + edit.replacement
        # "chemo only if X." -> "chemo.": the space belongs to what went.
        if sentence[edit.end : edit.end + 1] in {"", ".", ",", ";", "!", "?", " "}:
            kept = kept.rstrip()
        return replace(edit, start=before.start(), replacement=kept)
    if after := _WORD_AFTER.match(sentence, edit.end):
        return replace(edit, end=after.end(), replacement=after.group().lstrip())
    return edit


def _with_capital(sentence: str, edit: Edit) -> Edit:
    """A capital where the sentence begins."""
    if any(map(str.isalnum, sentence[: edit.start])) or not edit.replacement:
        return edit
    first = next((i for i, letter in enumerate(edit.replacement) if letter.isalnum()), None)
    starts_high = next((letter.isupper() for letter in sentence if letter.isalpha()), False)
    if first is None or not starts_high or _keeps_small(edit.replacement[first:]):
        return edit
    text = edit.replacement
    return replace(edit, replacement=text[:first] + text[first].upper() + text[first + 1 :])


def _keeps_small(text: str) -> bool:
    """Whether the first word is spelled with a small first letter on purpose: "mRNA", "dMMR"."""
    word = _FIRST_WORD.match(text)
    return bool(word) and any(letter.isupper() for letter in word.group()[1:])


def _with_article(sentence: str, edit: Edit) -> Edit:
    """As it sounds: "a" or "an", before what was put in and within it."""
    fitted = _ARTICLE_INSIDE.sub(lambda m: _article(m.group(1), m.group(2)), edit.replacement)
    edit = replace(edit, replacement=fitted)
    before = _ARTICLE_BEFORE.search(sentence, max(0, edit.start - 10), edit.start)
    word = _FIRST_WORD.match(edit.replacement)
    if not before or not word:
        return edit
    article = _article(before.group(1), word.group())
    if article == before.group(1):
        return edit
    return replace(edit, start=before.start(1), replacement=f"{article} {edit.replacement}")


def _article(article: str, word: str) -> str:
    right = "an" if _sounds_vowel(word) else "a"
    return right.capitalize() if article[0].isupper() else right


def _sounds_vowel(word: str) -> bool:
    first = word.split("-")[0]
    said = _said()
    if word in said or first in said:
        return (said.get(word) or said[first]) == "an"
    if word[0].isdigit():
        return word.startswith("8") or re.match(r"1[18](?!\d)", word) is not None
    letters = [letter for letter in first if letter.isalpha()]
    if len(letters) > 1 and letters[1].isupper() and letters[0].isupper():
        return letters[0] in _SPOKEN_VOWEL
    return word[0].lower() in "aeiou"


@cache
def _said() -> dict[str, str]:
    """Words that do not sound as they are spelled: {"MET": "a", "hour": "an"}."""
    return {word: article for article, words in fault_file("swaps.yaml")["articles"].items() for word in words}
