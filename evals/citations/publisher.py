"""Whether a named body can be the one that says so: its field, what others alone publish, whose document it is."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from evals.cancers import find_cancers
from evals.citations.library import Library, content_words
from evals.citations.registry import bodies, bodies_in, body_of_host
from evals.lexicons import load_yaml

_HOST = r"(?:https?://)?(?:www\.)?((?:[a-z0-9-]{1,40}\.){1,4}[a-z]{2,6})(?:/[^()\s]{0,200})?"
_SITE = re.compile(rf"\({_HOST}\)", re.IGNORECASE)
_ADDRESS = re.compile(rf"(?<!\S){_HOST}", re.IGNORECASE)
_FEWEST_WORDS = 2
_RELATED = 120


def off_field(said: str, around: str, named: Iterable[str], whole: str = "") -> str | None:
    """The named body that does not speak about such things; None when one of them may.

    `said` is the claim; `around` the question and headings it stands under, which may say what a short claim is about;
    `whole` the answer: a body for one disease may be named for any sentence of an answer on that disease.
    """
    known = sorted(named)
    if not known or not all(_off(body, said, around, whole) for body in known):
        return None
    return known[0]


def _off(body: str, said: str, around: str, whole: str) -> bool:
    fact = bodies().get(body)
    if fact and fact.never and fact.never.search(said) and not (fact.unless and fact.unless.search(said)):
        return True
    fields = _fields().get(body, ())
    return bool(fields) and not any(
        field.search(said) or field.search(around) or (disease and field.search(whole)) for field, disease in fields
    )


def not_theirs(name: str, named: frozenset[str], library: Library) -> str:
    """Why a document of this name is not one of the bodies named; empty when nothing tells."""
    if not named or named & _carriers():
        return ""
    return _exclusive(name) or _another_site(name) or _another_title(name, named, library)


def no_journal(name: str) -> str:
    """The journal of a known family that does not exist, as it is named; empty when there is none."""
    for family, pattern, members in _journals():
        for match in pattern.finditer(name):
            if not members.match(match["rest"]):
                return f"{family} {match['rest']}"
    return ""


def _exclusive(name: str) -> str:
    for row in load_yaml("publishers.yaml")["exclusive"]:
        match = _compiled(row["match"]).search(name)
        if match is None:
            continue
        # "PDQ" names its publisher itself: what counts is who is named besides.
        rest = name[: match.start()] + " " + name[match.end() :]
        besides = {body for body, _, _ in bodies_in(rest)}
        if besides and not besides & set(row["bodies"]):
            return f"{' and '.join(sorted(besides))} does not publish {row['what']}."
    return ""


def _another_site(name: str) -> str:
    for match in _SITE.finditer(name):
        owner = body_of_host(match[1])
        before = {body for body, _, _ in bodies_in(name[max(0, match.start() - _RELATED) : match.start()])}
        if owner and before and owner not in before and owner not in _carriers() and not before & _carriers():
            return f"The site {match[1]} is that of {owner}."
    return ""


def _another_title(name: str, named: frozenset[str], library: Library) -> str:
    """Whose a document is that the corpus knows by this very title, when it is none of those named.

    Several bodies may have a page called after a disease; such titles tell nothing.
    """
    # A site in a name is no publisher of its own: "…, cancer.gov, …" under another body's name is that body's claim.
    worded = frozenset(body for body, _, _ in library.bodies(_ADDRESS.sub(" ", _SITE.sub(" ", name)))) or named
    title = content_words(library.title(name))
    if len(title) < _FEWEST_WORDS or find_cancers(library.title(name)):
        return ""
    same = [one for one in library.held if one.content == title]
    owners = frozenset[str]().union(*(one.bodies for one in same))
    if not owners or owners & (worded | _carriers()):
        return ""
    return f"The document of this name is by {' and '.join(sorted(owners))}."


@cache
def _fields() -> Mapping[str, tuple[tuple[re.Pattern[str], bool], ...]]:
    found: dict[str, tuple[tuple[re.Pattern[str], bool], ...]] = {}
    for row in load_yaml("publishers.yaml")["fields"]:
        for body in row["bodies"]:
            found[body] = (*found.get(body, ()), (_compiled(row["words"], re.IGNORECASE), row.get("disease", False)))
    return found


@cache
def _carriers() -> frozenset[str]:
    return frozenset(load_yaml("publishers.yaml")["carriers"])


@cache
def _journals() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    rows: Iterable[Mapping[str, Any]] = load_yaml("publishers.yaml")["journals"]
    return tuple(
        (
            row["family"],
            re.compile(rf"\b{re.escape(row['family'])} (?P<rest>[A-Z][\w-]*(?:(?: (?:and|&|of))? [A-Z][\w-]*)*)"),
            re.compile("|".join(rf"{re.escape(member)}(?!\w)" for member in row["members"])),
        )
        for row in rows
    )


@cache
def _compiled(pattern: str, flags: int = 0) -> re.Pattern[str]:
    return re.compile(pattern, flags)
