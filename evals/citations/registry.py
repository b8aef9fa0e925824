"""The bodies that publish what answers cite, and what rules their documents follow: the lexicons, as records."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from evals.cancers import cancers
from evals.lexicons import load_yaml
from evals.words import stems


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A known publisher. `publishes` are special kinds of document it writes, None when that is not known."""

    name: str
    hosts: tuple[str, ...] = ()
    since: int | None = None
    versions: bool = False
    publishes: frozenset[str] | None = None
    never: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Documents of one body whose titles follow a rule; `wanted` says which."""

    body: str
    match: re.Pattern[str]
    subjects: frozenset[str]
    cancers: frozenset[str]
    wanted: str


@cache
def bodies() -> Mapping[str, Body]:
    """Every known body by name."""
    facts = {row["name"]: row for row in load_yaml("documents.yaml")["facts"]}
    found: dict[str, Body] = {}
    for row in _rows():
        fact = facts.get(row["name"], {})
        publishes = fact.get("publishes")
        found[row["name"]] = Body(
            name=row["name"],
            hosts=tuple(row["hosts"]),
            since=fact.get("since"),
            versions=fact.get("versions", False),
            publishes=None if publishes is None else frozenset(publishes),
            never=any_of(fact["never"]) if "never" in fact else None,
            unless=any_of(fact["unless"]) if "unless" in fact else None,
        )
    return found


@cache
def series() -> tuple[Series, ...]:
    """The series whose titles follow a rule."""
    disease_words = {stem for cancer in cancers().values() for alias in cancer.aliases for stem in stems(alias)}
    return tuple(
        Series(
            body=row["organisation"],
            match=any_of([row["match"]]),
            subjects=frozenset(stem for subject in row["subjects"] for stem in stems(subject)) | disease_words,
            cancers=frozenset(row.get("cancers", ())),
            wanted=row["wanted"],
        )
        for row in load_yaml("documents.yaml")["series"]
    )


@lru_cache(maxsize=4096)
def bodies_in(text: str) -> tuple[tuple[str, int, int], ...]:
    """The bodies named in a text, in order: name, start, end. Their sites count as their names."""
    found = [(_owner(_names()[_key(match[0])]), match.start(), match.end()) for match in _pattern().finditer(text)]
    for match in _HOST.finditer(text):
        if owner := body_of_host(match[1]):
            found.append((owner, match.start(), match.end()))
    return tuple(sorted(found, key=lambda one: (one[1], -one[2])))


def body_of_host(host: str) -> str | None:
    """The body whose site a host name belongs to."""
    labels = host.lower().rstrip(".").split(".")[-6:]
    return next((found for n in range(len(labels)) if (found := _hosts().get(".".join(labels[n:])))), None)


def host_of(address: str) -> str | None:
    """The host name in an address; None when there is none."""
    try:
        return (urlsplit(address if "//" in address else f"//{address}").hostname or "").lower() or None
    except ValueError:  # what stands in an answer need not be an address
        return None


def any_of(patterns: Iterable[str], *, as_spelled: bool = False) -> re.Pattern[str]:
    """One pattern for many."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), 0 if as_spelled else re.IGNORECASE)


@cache
def patterns(key: str) -> re.Pattern[str]:
    """The patterns under a key of citations.yaml."""
    return any_of(load_yaml("citations.yaml")[key], as_spelled=key == "papers")


_HOST = re.compile(r"\b((?:[a-z0-9-]{1,40}\.){1,5}[a-z]{2,6})\b", re.IGNORECASE)


def _called(row: Mapping[str, Any]) -> tuple[str, ...]:
    return (row["name"], *row["aliases"])


def _rows() -> tuple[Mapping[str, Any], ...]:
    further = {row["name"]: row["aliases"] for row in load_yaml("documents.yaml")["facts"] if "aliases" in row}
    known = load_yaml("attributions.yaml")["bodies"]
    merged = ({**row, "aliases": (*row["aliases"], *further.get(row["name"], ()))} for row in known)
    return (*merged, *load_yaml("documents.yaml")["bodies"])


@cache
def _names() -> Mapping[str, str]:
    return {_key(name): row["name"] for row in reversed(_rows()) for name in _called(row)}


@cache
def _pattern() -> re.Pattern[str]:
    spelled = {*load_yaml("attributions.yaml")["as_spelled"], *load_yaml("documents.yaml")["as_spelled"]}
    free = [name for row in _rows() for name in _called(row) if name not in spelled]
    # The longest name first, whichever way it is matched: "Journal of the National Cancer Institute" is not the NCI.
    names = sorted({*free, *spelled}, key=lambda name: (-len(name), name))
    parts = [_escaped(name) if name in spelled else f"(?i:{_escaped(name)})" for name in names]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w|-[a-z])")


def _escaped(name: str) -> str:
    return re.escape(name).replace(r"\ ", r"\s+")


def _key(name: str) -> str:
    return " ".join(name.lower().split())


@cache
def _parts() -> Mapping[str, str]:
    return {row["name"]: row["part_of"] for row in load_yaml("documents.yaml")["facts"] if "part_of" in row}


def _owner(name: str) -> str:
    return _parts().get(name, name)


@cache
def _hosts() -> Mapping[str, str]:
    return {host: row["name"] for row in reversed(_rows()) for host in row["hosts"]}
