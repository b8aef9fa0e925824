"""Treatments: what the record says was given, and which treatment a text names at a place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from evals.concepts import load_concepts
from evals.fit.sayings import compiled
from evals.lexicons import load_jsonl, load_yaml
from evals.records import Record


@dataclass(frozen=True, slots=True)
class Given:
    """Treatments on the record, each by all its names: generic names, kinds ("chemotherapy"), operations.

    `going` and `ended` are those without and with an end date. `mentioned` are named in the free text only.
    `lines` is how many lines were begun, `systemic_lines` those with medicines.
    """

    wording: str
    had: frozenset[str]
    going: frozenset[str]
    ended: frozenset[str]
    mentioned: frozenset[str]
    lines: int
    systemic_lines: int


@dataclass(frozen=True, slots=True)
class Named:
    """A treatment named at `text[start:end]`, by its own name first, then by the kinds it belongs to."""

    name: str
    kinds: tuple[str, ...]
    start: int
    end: int

    @property
    def specific(self) -> bool:
        """Whether it is a drug or a named operation, not a kind such as chemo."""
        return self.name not in words()["kinds"] or self.name in words()["operations"]


def words() -> Mapping[str, Any]:
    """The lexicon of treatments."""
    return load_yaml("personal_fit_treatment.yaml")


def pattern(name: str) -> re.Pattern[str]:
    """A pattern of the lexicon."""
    return compiled(words()[name])


def read_given(record: Record) -> Given:
    """The treatments on a record."""
    had: set[str] = set()
    going: set[str] = set()
    ended: set[str] = set()
    lines: set[int] = set()
    systemic: set[int] = set()
    for number, row in enumerate(record.treatments, start=1):
        names = _names_of(row.name)
        had |= names
        # An operation is over the day it is done; a medicine without an end goes on.
        (ended if row.end or "surgery" in names else going).update(names)
        lines.add(row.line or number)
        if names & set(words()["systemic"]):
            systemic.add(row.line or number)
    wording = "; ".join(
        f"{row.name} ({row.start or '?'} to {row.end or 'now'})" if row.start or row.end else row.name
        for row in record.treatments
    )
    count, medicines = max(lines, default=0), max(systemic, default=0)
    return Given(
        wording, frozenset(had), frozenset(going - ended), frozenset(ended - going),
        frozenset(_names_of(record.text)), count, medicines,
    )  # fmt: skip


def may_name(text: str, tokens: frozenset[str]) -> bool:
    """Whether a text with these words (in small letters) can name a treatment at all."""
    return not tokens.isdisjoint(_first_tokens()) or bool(_any_kind().search(text))


def find_named(text: str) -> Iterator[Named]:
    """The treatments named in a text: drugs by generic name, and kinds."""
    taken = bytearray(len(text))
    for name, start, end in _drugs(text):
        kinds = _kinds_of_drug(name)
        if kinds is not None:
            taken[start:end] = b"\1" * (end - start)
            yield Named(name, kinds, start, end)
    for kind in words()["kinds"] if _any_kind().search(text) else ():
        for match in _kind(kind).finditer(text):
            if not any(taken[match.start() : match.end()]):
                more = ("surgery",) if kind in words()["operations"] else ()
                yield Named(kind, (kind, *more), match.start(), match.end())


def _names_of(text: str) -> set[str]:
    names: set[str] = set()
    for named in find_named(text):
        names |= {named.name, *named.kinds}
        row = load_concepts().drug(f"drug:{named.name}")
        for part in row["parts"] if row else ():
            names |= {part.lower(), *(_kinds_of_drug(part.lower()) or ())}
    if pattern("operation_words").search(text):
        names.add("surgery")
    return names


def _drugs(text: str) -> Iterator[tuple[str, int, int]]:
    # Looking up every word of an answer is dear; a text without a drug's first letters has no drug.
    tokens = _first_tokens()
    if not any(token in tokens for token in re.findall(r"[a-z0-9]+", text.lower())):
        return
    for concept in load_concepts().of(text):
        if concept.kind == "drug":
            yield concept.name, concept.start, concept.end


@cache
def _first_tokens() -> frozenset[str]:
    first: set[str] = set()
    for row in load_jsonl("drugs.jsonl"):
        for name in (row["generic"], *row["brands"], *row["aliases"]):
            first.update(re.findall(r"[a-z0-9]+", name.lower())[:1])
    return frozenset(first)


@cache
def _kinds_of_drug(name: str) -> tuple[str, ...] | None:
    row = load_concepts().drug(f"drug:{name}")
    if row is None or any(kind in row["class"] for kind in words()["not_treatment"]):
        return None
    kinds = [kind for part, kinds in words()["classes"].items() if part in row["class"] for kind in kinds]
    return tuple(dict.fromkeys(kinds))


@cache
def _kind(kind: str) -> re.Pattern[str]:
    return compiled(words()["kinds"][kind])


@cache
def _any_kind() -> re.Pattern[str]:
    return compiled("|".join(words()["kinds"].values()))
