"""The word lists of the slot checks, compiled once: phrases that mark a slot's value, and words that stand for one."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from evals.cancers import cancers
from evals.concepts import case_rules
from evals.lexicons import load_yaml
from evals.phrases import Phrases
from evals.words import stem

# Tried longest first; a root keeps at least the number of letters given.
_ENDINGS = (
    ("ically", 4), ("ational", 4), ("ation", 4), ("ition", 4), ("ical", 4), ("ness", 4), ("ance", 4), ("ancy", 4),
    ("ence", 4), ("ency", 4), ("able", 3), ("ible", 3), ("abl", 3), ("ibl", 3), ("anc", 4), ("enc", 4), ("iv", 4),
    ("ive", 4), ("ant", 4), ("ent", 4), ("ion", 4), ("ety", 3), ("ity", 4), ("al", 4), ("ic", 4), ("ist", 4), ("ly", 3),
    ("at", 5), ("y", 4), ("er", 4), ("or", 5), ("est", 4),
)  # fmt: skip


def slots() -> Mapping[str, Any]:
    """Words and cut-offs of the checks that compare words."""
    return load_yaml("slots.yaml")


def values() -> Mapping[str, Any]:
    """Values that exclude one another, strengths, outcomes and classes."""
    return load_yaml("slot_values.yaml")


@cache
def root(stemmed: str) -> str:
    """A stem without the endings that make one part of speech of another: "pregnancy" and "pregnant" meet in one."""
    word = stemmed
    if not (word.isascii() and word.isalpha()):
        return word
    for _ in range(2):
        shorter = next(
            (word.removesuffix(e) for e, least in _ENDINGS if word.endswith(e) and len(word) - len(e) >= least), word
        )
        if shorter == word:
            break
        word = shorter
    return word


@cache
def alike() -> Phrases:
    """Words and short phrases that stand for the same thing; each stands for the first of its group."""
    return Phrases((name, group[0]) for group in slots()["alike"] for name in group)


@cache
def diseases() -> Phrases:
    """What people call each disease, standing for its id."""
    return Phrases(((alias, cancer.id) for cancer in cancers().values() for alias in cancer.aliases), case_rules())


@cache
def light() -> frozenset[str]:
    """Roots of words that say little about what a sentence is about."""
    return frozenset(root(stem(word)) for word in slots()["light"])


@cache
def marks() -> Phrases:
    """Every phrase that gives a slot a value, standing for "slot/value"."""
    return Phrases((phrase, value) for phrase, value in _marks())


def _marks() -> Iterator[tuple[str, str]]:
    for row in slots()["directions"]:
        yield from _each(f"direction:{row['name']}", {"+": row["plus"], "-": row["minus"]})
    for one, other in slots()["pairs"]:
        yield from _each(f"direction:{one}, {other}", {"+": (one,), "-": (other,)})
    yield from _each("order", slots()["order"])
    for row in values()["values"]:
        yield from _each(row["slot"], row["values"])
    yield from _each("strength", {**values()["strength"], 0: values()["not_strong"]})
    yield from _each("outcome", values()["outcome"])
    for kind, names in values()["kinds"].items():
        # A list holds several names of one thing.
        groups = [(name,) if isinstance(name, str) else name for name in names]
        yield from _each(f"kind:{kind}", {group[0]: group for group in groups})
    yield from _each("drug class", {group: row["names"] for group, row in values()["drug_classes"].items()})


def _each(slot: str, phrases: Mapping[Any, Iterable[str]]) -> Iterator[tuple[str, str]]:
    return ((phrase, f"{slot}/{value}") for value, names in phrases.items() for phrase in names)


@cache
def firm() -> frozenset[str]:
    """Directions where "not the one" means the other."""
    return frozenset(f"direction:{row['name']}" for row in slots()["directions"] if row.get("firm"))
