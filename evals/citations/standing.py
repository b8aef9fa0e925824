"""A source's name -> what is known of it: held in the corpus, known to exist, unknown, or not possible."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from evals.cancers import covers, find_cancers
from evals.citations.library import Held, Library, distinct_words, drugs_in, without_bodies, years_in
from evals.citations.publisher import no_journal, not_theirs
from evals.citations.registry import any_of, bodies, body_of_host, host_of, patterns, series
from evals.lexicons import load_yaml

Kind = Literal["held", "known", "unknown_document", "unknown_body", "impossible", "not_theirs", "uncheckable"]
"""held: passages rest on it; known: its body exists, nothing of it is here; not_theirs: somebody else's document;
uncheckable: a person, trial or paper."""

_VERSION = re.compile(r"\b(?:version|v\.?)\s?\d{1,2}\.(?:19|20)\d{2}\b", re.IGNORECASE)
_EDITION = re.compile(
    r"\b(?:\d{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh)\s+ed(?:ition|\.)", re.IGNORECASE
)
_MORE_THAN_HALF = 0.5
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of a named source.

    `passages` rest on it (kind "held" only); `cancers` are the diseases its title names; `document` is set when more
    than the body was named; `problem` says what is wrong with an unknown or impossible one.
    """

    kind: Kind
    bodies: frozenset[str] = frozenset()
    passages: frozenset[str] = frozenset()
    cancers: tuple[str, ...] = ()
    document: bool = False
    problem: str = ""


@lru_cache(maxsize=4096)
def look_up(name: str, library: Library, *, tied: str | None = None, address: str | None = None) -> Standing:
    """What is known of the source of that name; `tied` is a passage it is known to stand for."""
    name = patterns("name_ends").sub("", name[:_LONGEST])
    named = frozenset(body for body, _, _ in library.bodies(name))
    title = distinct_words(library.title(name))
    if tied:
        return Standing(kind="held", bodies=named, passages=frozenset({tied}), document=bool(title))
    if problem := _bad_address(name, address, library) or _no_journal(name):
        return Standing(kind="impossible", bodies=named, problem=problem)
    if not named:
        return _nobodys(name, title, library)
    of_body = [one for one in library.held if one.bodies & named]
    exact = [one for one in of_body if title and one.own == title]
    if problem := _misdated(name, named, library) or ("" if exact else _misnamed(name, named, title)):
        return Standing(kind="impossible", bodies=named, problem=problem)
    if problem := not_theirs(name, named, library):
        return Standing(kind="not_theirs", bodies=named, document=True, problem=problem)
    diseases = find_cancers(library.title(name))
    # A title that is no more than a disease ("Breast Cancer") may stand for any document of the body on it.
    found = exact if exact and not diseases else _of_drugs(drugs_in(name), of_body) or _held(title, diseases, of_body)
    return Standing(
        kind="held" if found else "known",
        bodies=named,
        passages=frozenset(one.passage_id for one in found),
        cancers=diseases or (_common_cancers(found) if title else ()),
        document=bool(title),
    )


def _of_drugs(drugs: frozenset[str], of_body: Iterable[Held]) -> list[Held]:
    """The labels of drugs: a passage on a drug that rests on labels rests on that drug's."""
    return [one for one in of_body if drugs and drugs <= one.drugs]


def _held(title: frozenset[str], diseases: tuple[str, ...], of_body: Iterable[Held]) -> list[Held]:
    """The sources of a body that a title may mean; all of them when only the body is named."""
    if not title:
        return list(of_body)
    close = [one for one in of_body if len(title & one.words) / len(title) > _MORE_THAN_HALF]
    if not diseases:
        return close
    return [one for one in [*close, *of_body] if _same_disease(one, diseases) or (one in close and not one.cancers)]


def _same_disease(one: Held, diseases: tuple[str, ...]) -> bool:
    return any(covers(mine, asked) or covers(asked, mine) for mine in one.cancers for asked in diseases)


def _common_cancers(held: Iterable[Held]) -> tuple[str, ...]:
    """The diseases that all documents meant have in their titles."""
    each = [set(one.cancers) for one in held]
    return tuple(sorted(set.intersection(*each))) if each else ()


# --- what cannot be --------------------------------------------------------------------------------------------------


def _misdated(name: str, named: frozenset[str], library: Library) -> str:
    years = years_in(name)
    # A version bears the year to come from autumn on.
    newest = library.newest_year + bool(_VERSION.search(name))
    if late := [year for year in years if year > newest]:
        return f"It is dated {late[0]}, but the newest documents known here are from {library.newest_year}."
    since = [bodies()[body].since if body in bodies() else None for body in named]
    first = min((year or 0 for year in since), default=0)
    if early := [year for year in years if year < first]:
        return f"It is dated {early[0]}, before {_who(named)} existed ({first})."
    return ""


def _misnamed(name: str, named: frozenset[str], title: frozenset[str]) -> str:
    known = [bodies()[body] for body in named if body in bodies()]
    if len(known) == len(named) and all(body.publishes is not None for body in known):
        allowed = frozenset[str]().union(*(body.publishes or () for body in known))
        if odd := [kind for kind in _kinds(name) if kind not in allowed]:
            return f"{_who(named)} is not known to publish {_article(odd[0])}."
        if _VERSION.search(name) and not any(body.versions for body in known):
            return f"{_who(named)} does not number its documents in this way."
    return _off_series(name, named, title)


def _who(named: Iterable[str]) -> str:
    return " and ".join(sorted(named))


def _kinds(name: str) -> list[str]:
    bare = without_bodies(name)
    found = [kind for kind in load_yaml("documents.yaml")["kinds"] if any_of([rf"\b{kind}s?\b"]).search(bare)]
    numbered = bool(_EDITION.search(bare))
    return [kind for kind in found if kind != "edition" or numbered]


def _article(kind: str) -> str:
    return "numbered editions" if kind == "edition" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _off_series(name: str, named: frozenset[str], title: frozenset[str]) -> str:
    for one in series():
        if one.body not in named or len(named) > 1 or not title or not one.match.search(name):
            continue
        strange = [word for word in title if word not in one.subjects]
        diseases = find_cancers(without_bodies(name)) if one.cancers else ()
        if len(strange) / len(title) > _MORE_THAN_HALF or (diseases and not one.cancers & set(diseases)):
            return f"{one.body} is not known to have a document of this name: {one.wanted}."
    return ""


def _no_journal(name: str) -> str:
    found = no_journal(name)
    return f"No journal {found} is known to exist." if found else ""


def _bad_address(name: str, address: str | None, library: Library) -> str:
    host = host_of(address) if address else None
    # A hospital may link to its own page; but who names a known body must lead to a site that is known.
    if not host or known_host(host, library) or not library.bodies(name):
        return ""
    return f"The address {host} belongs to no body known here."


def known_host(host: str, library: Library) -> bool:
    """Whether a host belongs to a known body or is one that the corpus itself rests on."""
    return body_of_host(host) is not None or host in library.hosts


# --- bodies that are not known ---------------------------------------------------------------------------------------


def _nobodys(name: str, title: frozenset[str], library: Library) -> Standing:
    diseases = find_cancers(name)
    if drugs := drugs_in(name):  # "the Keytruda label"
        labels = frozenset(one.passage_id for one in _of_drugs(drugs, library.held))
        return Standing(kind="held" if labels else "uncheckable", passages=labels, document=True)
    alike = [one for one in library.held if len(title) > 1 and title <= one.words]
    if alike:
        return Standing(
            kind="held", passages=frozenset(one.passage_id for one in alike), cancers=diseases, document=True
        )
    if patterns("people").search(name) or patterns("papers").search(name):
        return Standing(kind="uncheckable")
    if not title and not _has_word(name, "body_words"):
        return Standing(kind="uncheckable")
    if _has_word(name, "document_words") or _EDITION.search(name) or _VERSION.search(name):
        return Standing(kind="unknown_document", document=True, problem="No document of this name is known here.")
    return Standing(kind="unknown_body", problem="No body of this name is known here.")


def _has_word(name: str, key: str) -> bool:
    words = "|".join(re.escape(word) for word in load_yaml("citations.yaml")[key])
    return bool(re.search(rf"\b(?:{words})\b", name, re.IGNORECASE))
