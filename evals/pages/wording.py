"""Phrases as people write them in a lexicon, and the fast way to find them in a sentence.

The phrase language is explained at the top of `datasets/lexicons/page_parts.yaml`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from evals.lexicons import load_yaml

_WORD = re.compile(r"\w+")
_GAP = r"(?:\w+ ){0,5}?"
# Sentence ends (but not "A.I."), and line breaks inside a block.
_BREAK = re.compile(r"(?<=[.!?…])(?<!\b[A-Za-z]\.)[\"”’)\]*]{0,3}\s+|\n")
_NUMBERING = re.compile(r"(?:\d{1,2}|[ivx]{1,4}) ")


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence made ready for matching: its words in lower case without accents, each followed by one space."""

    line: str
    words: frozenset[str]


def said(text: str) -> Said:
    """A sentence made ready for matching."""
    words = _merge(_WORD.findall(_fold(text)))
    return Said("".join(f"{word} " for word in words), frozenset(words))


def sentences(text: str) -> tuple[Said, ...]:
    """The sentences of a block made ready for matching; those without a word are left out."""
    return tuple(one for part in _BREAK.split(text) if part and (one := said(part)).words)


def without_number(line: Said) -> Said:
    """A heading without the number it begins with: "4. Sources"."""
    found = _NUMBERING.match(line.line)
    return Said(line.line[found.end() :], line.words) if found and found.end() < len(line.line) else line


@dataclass(frozen=True, slots=True)
class Wording:
    """A set of phrases, filed under one word of each so that most are never tried."""

    by_word: Mapping[str, tuple[re.Pattern[str], ...]] = field(repr=False)
    always: tuple[re.Pattern[str], ...] = field(repr=False)
    words: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, phrases: Iterable[str]) -> "Wording":
        """The phrases, compiled."""
        filed: dict[str, list[re.Pattern[str]]] = {}
        always: list[re.Pattern[str]] = []
        for phrase in phrases:
            pattern, keys = _compile(phrase)
            for key in keys:
                filed.setdefault(key, []).append(pattern)
            if not keys:
                always.append(pattern)
        return cls({key: tuple(patterns) for key, patterns in filed.items()}, tuple(always), frozenset(filed))

    def found(self, text: Said) -> bool:
        """Whether any of the phrases stands in the sentence."""
        # Few words of a sentence, or none, have a phrase filed under them.
        tried = [pattern for word in self.words & text.words for pattern in self.by_word[word]]
        return any(pattern.search(text.line) for pattern in (*tried, *self.always))

    def found_in(self, texts: Iterable[Said]) -> bool:
        """Whether any of the phrases stands in any of the sentences."""
        return any(map(self.found, texts))


@cache
def wording(*names: str) -> Wording:
    """The phrases under a key of the page lexicon, such as `wording("notice", "strong")`."""
    content: Any = load_yaml("page_parts.yaml")
    for name in names:
        content = content[name]
    return Wording.of(_flat(content))


def _flat(content: Any) -> Iterable[str]:
    if isinstance(content, Mapping):
        return [phrase for inner in content.values() for phrase in _flat(inner)]
    return [str(phrase) for phrase in content]


def _compile(phrase: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """The pattern of a phrase, and words of which a text must hold one to match it."""
    pattern, best = "", frozenset[str]()
    for piece in phrase.split():
        optional = piece.endswith("?")
        choices = [_fold(choice) for choice in piece.rstrip("?").split("|")]
        if piece in ("^", "$"):
            pattern += piece
        elif piece == "*":
            pattern += _GAP
        else:
            pattern += f"(?:{'|'.join(map(_choice, choices))}){'?' if optional else ''}"
            whole = frozenset() if any(choice.endswith("~") for choice in choices) else frozenset(choices)
            if whole and not optional and (not best or len(whole) < len(best)):
                best = whole
    return re.compile(pattern if pattern.startswith("^") else rf"(?<!\w){pattern}"), best


def _choice(word: str) -> str:
    stem = word.removesuffix("~")
    return re.escape(stem) + (r"\w{0,12} " if stem != word else " ")


def _fold(text: str) -> str:
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return plain.replace("'", "").replace("’", "").replace("‘", "")


def _merge(words: list[str]) -> list[str]:
    """Several words that mean one ("artificial intelligence") become that one."""
    if _same().keys().isdisjoint(words):
        return words
    merged: list[str] = []
    at = 0
    while at < len(words):
        same = next((s for s in _same().get(words[at], ()) if words[at : at + len(s[0])] == s[0]), None)
        merged.append(same[1] if same else words[at])
        at += len(same[0]) if same else 1
    return merged


@cache
def _same() -> Mapping[str, tuple[tuple[list[str], str], ...]]:
    table: dict[str, list[tuple[list[str], str]]] = {}
    for one, others in load_yaml("page_parts.yaml")["same"].items():
        for other in others:
            words = _fold(other).split()
            table.setdefault(words[0], []).append((words, str(one)))
    return {word: tuple(sorted(rows, key=lambda row: -len(row[0]))) for word, rows in table.items()}
