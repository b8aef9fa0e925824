"""The wording that claims are found by, read once from `datasets/lexicons/claim_kinds.yaml` and compiled."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from evals.lexicons import load_yaml

Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """Word lists, all in lower case."""

    imperatives: frozenset[str]
    before_imperatives: frozenset[str]
    auxiliaries: frozenset[str]
    verbs: frozenset[str]
    third_person: frozenset[str]
    pasts: frozenset[str]
    plurals: frozenset[str]
    before_nouns: frozenset[str]
    subordinators: frozenset[str]
    scopes: frozenset[str]
    reporting: frozenset[str]
    anaphora: frozenset[str]
    frames: frozenset[str]
    people: frozenset[str]


@cache
def words() -> Words:
    """The word lists."""
    lexicon = load_yaml("claim_kinds.yaml")
    listed = {name: frozenset(lexicon[name]) for name in Words.__slots__ if name != "third_person"}
    return Words(**listed, third_person=frozenset(map(_third_person, lexicon["verbs"])))


def _third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + ("es" if verb.endswith(("s", "sh", "ch", "x", "z", "o")) else "s")


@cache
def lexicon(*keys: str) -> Any:
    """What stands in the lexicon under a path of keys."""
    value: Any = load_yaml("claim_kinds.yaml")
    for key in keys:
        value = value[key]
    return value


@cache
def pattern(*keys: str) -> re.Pattern[str]:
    """The compiled pattern under a path of keys."""
    return re.compile(lexicon(*keys), re.IGNORECASE)


@cache
def patterns(*keys: str) -> Patterns:
    """The compiled patterns of the list under a path of keys."""
    return compiled(lexicon(*keys))


@cache
def listed(*keys: str) -> frozenset[str]:
    """The words of the list under a path of keys."""
    return frozenset(lexicon(*keys))


@cache
def lead_words() -> re.Pattern[str]:
    """What a line may begin with that is no part of its statement: "In short: "."""
    return re.compile(rf"\W{{0,3}}(?:{'|'.join(lexicon('leads'))})\W{{0,2}}\s*[:–—]\s+", re.IGNORECASE)


def compiled(rows: Iterable[str]) -> Patterns:
    """Patterns that do not regard case."""
    return tuple(re.compile(row, re.IGNORECASE) for row in rows)


def any_in(found: Patterns, text: str) -> bool:
    """Whether one of the patterns occurs in the text."""
    return any(one.search(text) for one in found)


def things() -> Mapping[str, tuple[str, ...]]:
    """The nouns that "it" or "this test" may stand for, by kind."""
    return lexicon("kinds_of_things")
