"""Approved wordings: notices whose text is locked, compared by the hash of their words.

Only white space is normalised: any other change, down to a comma, is a change.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any, Literal, get_args

from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.notices.elements import load_elements
from evals.readability.language import LANGUAGES
from evals.records import Span

ApprovedPlace = Literal["opening", "closing", "anywhere"]
_FIELDS = ("id", "language", "place", "elements", "text", "sha256")
_CHANNELS = ("page", "chat", "letter")
# A stretch of the answer that shares fewer of its words with the approved text is another text.
_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Approved:
    """A locked wording: the notices it gives, where it must stand, and the SHA-256 of its words with single spaces."""

    id: str
    language: str
    place: ApprovedPlace
    elements: tuple[str, ...]
    words: tuple[str, ...]
    sha256: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """Where an approved wording stands: exactly, or the nearest wording and its differences; no span when missing."""

    approved: Approved
    exact: bool
    span: Span | None
    differences: str = ""


def text_hash(text: str) -> str:
    """The SHA-256 of a text with each run of white space as one space, in hex digits."""
    return hashlib.sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def load_approved(path: str) -> tuple[Approved, ...]:
    """The approved wordings of a YAML file: `source`, and `wordings` with the fields of `Approved`, `text` for words.

    Raises:
        UserError: there is no such file, a field is missing or wrong, or a text does not fit its hash.
    """
    rows = load_yaml(path).get("wordings")
    if not isinstance(rows, tuple) or not rows:
        raise UserError(path, "no list `wordings`", "at least one approved wording")
    found = tuple(_approved(f"{path}: wording {number}", row) for number, row in enumerate(rows, start=1))
    for name, times in Counter(wording.id for wording in found).items():
        if times > 1:
            raise UserError(path, f"{times} wordings with id {name!r}", "each id once")
    return found


def _approved(where: str, row: Any) -> Approved:
    if not isinstance(row, Mapping):
        raise UserError(where, "no mapping", f"the fields {', '.join(_FIELDS)}")
    for field in row:
        if field not in {*_FIELDS, "channels"}:
            raise UserError(where, f"unknown field {field!r}", fix=did_you_mean(str(field), [*_FIELDS, "channels"]))
    for field in _FIELDS:
        if not row.get(field):
            raise UserError(where, f"no field {field!r}", f"the fields {', '.join(_FIELDS)}")
    ids = [element.id for element in load_elements()]
    _check(where, "language", [row["language"]], LANGUAGES)
    _check(where, "place", [row["place"]], get_args(ApprovedPlace))
    _check(where, "elements", row["elements"], ids)
    channels = row.get("channels", _CHANNELS)
    _check(where, "channels", channels, _CHANNELS)
    text, locked = str(row["text"]), str(row["sha256"]).lower()
    if text_hash(text) != locked:
        fix = f"If the change was approved, lock it again: sha256: {text_hash(text)}"
        raise UserError(where, "the text does not fit its sha256", "the text as it was approved", fix)
    elements = tuple(map(str, row["elements"]))
    return Approved(
        str(row["id"]), str(row["language"]), row["place"], elements, tuple(text.split()), locked, tuple(channels)
    )


def _check(where: str, field: str, values: Any, allowed: Sequence[str]) -> None:
    if not isinstance(values, list | tuple):
        raise UserError(where, f"{field}: {values!r}", "a list")
    for value in values:
        if value not in allowed:
            raise UserError(where, f"{field}: {value!r}", f"of {', '.join(allowed)}", did_you_mean(str(value), allowed))


def find_approved(text: str, approved: Approved) -> tuple[Match, ...]:
    """Every place where the wording stands exactly; else the nearest wording, or one match without a span."""
    words = text.split()
    starts = _starts(text, words)
    length = len(approved.words)
    exact = [
        Match(approved, True, _span(words, starts, first, length))
        for first in range(len(words) - length + 1)
        if words[first] == approved.words[0] and text_hash(" ".join(words[first : first + length])) == approved.sha256
    ]
    if exact:
        return tuple(exact)
    first = _nearest(words, approved)
    if first is None:
        return (Match(approved, False, None),)
    length = min(length, len(words) - first)
    changes = _differences(approved.words, words[first : first + length])
    return (Match(approved, False, _span(words, starts, first, length), changes),)


def _starts(text: str, words: Sequence[str]) -> list[int]:
    starts, at = [], 0
    for word in words:
        at = text.index(word, at)
        starts.append(at)
        at += len(word)
    return starts


def _span(words: Sequence[str], starts: Sequence[int], first: int, length: int) -> Span:
    last = first + length - 1
    return Span(start=starts[first], end=starts[last] + len(words[last]))


def _nearest(words: Sequence[str], approved: Approved) -> int | None:
    """The first word of the stretch, as long as the wording, that shares most words with it; the first of equals."""
    length = min(len(approved.words), len(words))
    wanted = Counter(map(str.casefold, approved.words))
    folded = [word.casefold() for word in words]
    window = Counter(folded[:length])
    shared = sum((window & wanted).values())
    best, where = shared, 0
    for first in range(1, len(words) - length + 1):
        gone, new = folded[first - 1], folded[first + length - 1]
        shared -= window[gone] <= wanted[gone]
        window[gone] -= 1
        window[new] += 1
        shared += window[new] <= wanted[new]
        if shared > best:
            best, where = shared, first
    return where if words and best >= _NEAR * len(approved.words) else None


def _differences(approved: Sequence[str], found: Sequence[str]) -> str:
    """What differs, in words: 'approved "a b", found "a c"'; at most three places."""
    steps = SequenceMatcher(None, approved, found, autojunk=False).get_opcodes()
    changes = [
        f"approved “{' '.join(approved[a:b]) or '(nothing)'}”, found “{' '.join(found[c:d]) or '(nothing)'}”"
        for step, a, b, c, d in steps
        if step != "equal"
    ]
    return "; ".join(changes[:3]) + ("; …" if len(changes) > 3 else "")
