"""The bodies and publications that answers name, and the words around a name: `datasets/lexicons/attributions.yaml`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from evals.lexicons import load_yaml


@dataclass(frozen=True, slots=True)
class Words:
    """The word lists of the lexicon, in lower case."""

    vague: frozenset[str]
    vague_singular: frozenset[str]
    vague_adjectives: frozenset[str]
    name_tails: frozenset[str]
    name_links: frozenset[str]
    no_names: frozenset[str]
    not_sources: frozenset[str]
    not_before: frozenset[str]
    other_verbs: frozenset[str]
    auxiliaries: frozenset[str]


@cache
def words() -> Words:
    """The word lists of the lexicon."""
    lexicon = load_yaml("attributions.yaml")
    return Words(*(frozenset(str(word).lower() for word in lexicon[name]) for name in Words.__slots__))


@cache
def phrases(key: str) -> re.Pattern[str]:
    """A pattern for the whole phrases under a key of the lexicon, the longest first, in any case."""
    return re.compile(rf"(?<![\w-])(?:{_alternatives(load_yaml('attributions.yaml')[key])})(?![\w-])", re.IGNORECASE)


@cache
def first_words(key: str) -> frozenset[str]:
    """The first words of the phrases under a key of the lexicon."""
    return frozenset(str(phrase).lower().split()[0] for phrase in load_yaml("attributions.yaml")[key])


@cache
def known_bodies() -> re.Pattern[str]:
    """A pattern for the names and short names of known bodies."""
    lexicon = load_yaml("attributions.yaml")
    names = [str(name) for body in lexicon["bodies"] for name in (body["name"], *body["aliases"])]
    spelled = frozenset(map(str, lexicon["as_spelled"]))
    free = _alternatives(name for name in names if name not in spelled)
    return re.compile(rf"(?<![\w-])(?:(?i:{free})|{_alternatives(spelled)})(?!\w|-[a-z])")


@cache
def body_words() -> re.Pattern[str]:
    """A pattern for the words that make a capitalised name one of a body: "Society", "Journal"."""
    return re.compile(rf"(?<!\w)(?:{_alternatives(load_yaml('attributions.yaml')['body_words'])})(?!\w)")


def body_of(url: str) -> str | None:
    """The body whose site an address belongs to; None for an address of anyone else."""
    try:
        host = (urlsplit(url).hostname or "").lower().rstrip(".")
    except ValueError:  # what stands in a link need not be an address
        return None
    labels = host.split(".")[-6:]
    return next((found for n in range(len(labels)) if (found := _hosts().get(".".join(labels[n:])))), None)


def _alternatives(names: Iterable[object]) -> str:
    longest_first = sorted({str(name) for name in names}, key=lambda name: (-len(name), name))
    return "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in longest_first)


@cache
def _hosts() -> Mapping[str, str]:
    bodies = load_yaml("attributions.yaml")["bodies"]
    return {str(host): str(body["name"]) for body in bodies for host in body["hosts"]}
