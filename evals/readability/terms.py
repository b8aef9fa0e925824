"""The jargon lexicons, ready to look words up in: technical words (A), everyday words in a clinical sense (B), short
forms (C), and long everyday words that have plainer ones.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from evals.errors import UserError
from evals.lexicons import load_yaml
from evals.readability.tokens import Token
from evals.records import Severity

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# What may stand between two words of one term.
_GAP = re.compile(r"[ \n\u00a0\-‐‑–]{1,2}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of the lexicon: plain words for it, where it can be looked up, how much it matters when not explained.

    `keep`: the reader will meet it again, so it is to be explained and not replaced.
    """

    term: str
    plain: str
    source: str
    severity: Severity = "minor"
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Everyday:
    """An everyday word in a clinical sense: found by `pattern` in sentences that hold one of the `cues`."""

    entry: Entry
    cues: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry found at `text[start:end]`."""

    entry: Entry
    start: int
    end: int


class Terms:
    """Entries to be found among the words of a sentence, the longest at each place."""

    def __init__(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """`entries` are pairs (the term's forms, joined by ", "; what they stand for)."""
        index: dict[str, dict[tuple[str, ...], Entry]] = {}
        for forms, entry in entries:
            for form in forms.split(", "):
                for key in _with_plural(tuple(_WORD.findall(form.lower()))):
                    index.setdefault(key[0], {}).setdefault(key, entry)
        self._index = {first: sorted(keys.items(), key=_longest_first) for first, keys in index.items()}

    def find(self, text: str, words: Sequence[Token]) -> Iterator[Hit]:
        """The entries among the words of a sentence, in order, parts of proper names apart."""
        at = 0
        while at < len(words):
            found = self._index.get(words[at].text.lower())
            if not found:
                at += 1
                continue
            match = next((pair for pair in found if _fits(text, words, at, pair[0])), None)
            if match:
                key, entry = match
                if not _in_proper_name(words, at, at + len(key)):
                    yield Hit(entry, words[at].start, words[at + len(key) - 1].end)
                at += len(key)
            else:
                at += 1

    def __len__(self) -> int:
        return len({entry.term for keys in self._index.values() for _key, entry in keys})


def _longest_first(pair: tuple[tuple[str, ...], Entry]) -> int:
    return -len(pair[0])


@cache
def technical() -> Terms:
    """Class A.

    Raises:
        UserError: the lexicon lacks a part, or a term has no plain words.
    """
    lexicon = load_yaml("jargon.yaml")
    return Terms([*_grouped(lexicon["groups"], False), *_grouped(lexicon["keep"], True)])


@cache
def plainer() -> Terms:
    """Long or official words with plainer ones; no jargon."""
    lexicon = load_yaml("jargon_plain.yaml")
    return Terms((forms, Entry(forms.split(", ")[0], plain, "CDC")) for forms, plain in lexicon["terms"].items())


@cache
def everyday() -> tuple[Everyday, ...]:
    """Class B."""
    lexicon = load_yaml("jargon_everyday.yaml")
    found: list[Everyday] = []
    for row in lexicon["entries"]:
        entry = Entry(row["term"], row["plain"], lexicon["sources"][row["source"]], row["severity"])
        found.append(Everyday(entry, tuple(row["cue"]), re.compile(row["pattern"], re.IGNORECASE)))
    return tuple(found)


@cache
def short_forms() -> Mapping[str, Entry]:
    """Class C, by short form in capitals; the plain words begin with the long form."""
    lexicon = load_yaml("jargon_acronyms.yaml")
    source = lexicon["looked_up_in"]
    return {
        form.upper(): Entry(form, f"{long}: {plain}", source) for form, (long, plain) in lexicon["terms"].items()
    }  # fmt: skip


def _grouped(groups: Sequence[Mapping], keep: bool) -> Iterator[tuple[str, Entry]]:
    for group in groups:
        for forms, plain in group["terms"].items():
            if not isinstance(forms, str) or not isinstance(plain, str) or not plain:
                raise UserError("jargon.yaml", f"{forms!r}: {plain!r}", "a term with plain words for it")
            yield forms, Entry(forms.split(", ")[0], plain, group["source"], "info" if keep else "minor", keep)


def _with_plural(key: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    *first, last = key
    yield key
    if not last.endswith("s"):
        yield (*first, f"{last}s")
    if last.endswith("y"):
        yield (*first, f"{last[:-1]}ies")
    elif last.endswith(("x", "ch", "sh", "ss")):
        yield (*first, f"{last}es")


def _fits(text: str, words: Sequence[Token], at: int, key: tuple[str, ...]) -> bool:
    if at + len(key) > len(words):
        return False
    for offset, wanted in enumerate(key):
        word = words[at + offset]
        if word.text.lower() != wanted:
            return False
        if offset and not _GAP.fullmatch(text, words[at + offset - 1].end, word.start):
            return False
    return True


def _in_proper_name(words: Sequence[Token], first: int, last: int) -> bool:
    """Whether a term is part of a name in capitals ("Food and Drug Administration", "Society of Hematology")."""
    if first == 0 or not words[first].text[0].isupper() or words[first].text.isupper():
        return False
    beside = [words[i] for i in (first - 1, last) if 0 < i < len(words)]
    return any(word.text[0].isupper() and not word.text.isdigit() for word in (*beside, *words[first + 1 : last]))
