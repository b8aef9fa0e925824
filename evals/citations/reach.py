"""A claim beside its source: does it reach beyond the source's disease or field, and who says it in a passage?"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Literal

from evals.cancers import ancestors, covers, find_cancers
from evals.citations.registry import any_of, bodies_in, patterns
from evals.concepts import load_concepts
from evals.lexicons import load_yaml
from evals.records import Answer, Attribution, Claim

Stretch = Literal["all", "named", "context"]
"""all: the claim is about any cancer; named: it names another one; context: question and headings are about another."""

_SAYING_WINDOW = 60


def said_of(answer: Answer, claim: Claim, named: Iterable[Attribution]) -> str:
    """What a claim says, without the names of its sources: "the leukemia guide" in them is not what it is about."""
    text = claim.claim_text
    for one in named:
        if one.start < claim.end and claim.start < one.end:
            text = text.replace(answer.text[one.start : one.end], " ").replace(one.name, " ")
    return text


def stretch(said: str, context: Sequence[str], documented: Iterable[str]) -> Stretch | None:
    """How a claim reaches beyond a document about the diseases `documented`; None when it does not.

    `context` are the diseases that question and headings speak of, for a claim that names none.
    """
    documented = tuple(documented)
    if not documented:
        return None
    if any(not _denied(said, match.start()) for match in patterns("all_cancers").finditer(said)):
        return "all"
    named = [cancer for cancer in find_cancers(said) if cancer not in _wide()]
    asked = named or [cancer for cancer in context if cancer not in _wide()]
    if any(_speaks_for(one, cancer) for one in documented for cancer in asked):
        return None
    if not named and not asked and any(one.kind != "term" for one in load_concepts().of(said)):
        return None  # a drug or gene is of one disease or another, and nothing says of which
    return "named" if named else "context"


def _denied(said: str, place: int) -> bool:
    return bool(patterns("all_cancers_denied").search(said, max(0, place - 80), place))


def _speaks_for(documented: str, asked: str) -> bool:
    """Whether a document on one disease may be cited for another: itself, a part, or the next wider everyday name."""
    return covers(documented, asked) or asked in ancestors(documented)


def somebody_else(evidence: str, said: str, named: frozenset[str]) -> str | None:
    """The body that says so in a passage's own words, when it is none of those named; None when nobody is.

    A body that the claim speaks of itself ("the NCI explains that the FDA approved …") is not somebody else.
    """
    sayers = [body for body, start, end in bodies_in(evidence) if _says(evidence, start, end)]
    spoken_of = {body for body, _, _ in bodies_in(said)}
    if not sayers or set(sayers) & named or set(sayers) & spoken_of:
        return None
    return sayers[0]


def _says(evidence: str, start: int, end: int) -> bool:
    if re.search(r"(?i)\b(according to|in the view of)\s+(the\s+)?$", evidence[max(0, start - 30) : start]):
        return True
    after = evidence[end : end + _SAYING_WINDOW].split(". ")[0]
    return bool(_saying().match(after))


@cache
def _saying() -> re.Pattern[str]:
    # "ACS (a charity) said", "USPSTF, a panel of US experts, recommends", "NCCN also prefers".
    aside = r"(?:\s*\([^()]*\)|,[^,]*,)?\s*(?:also\s+|now\s+|and\s+the\s+)?"
    return any_of([rf"{aside}{load_yaml('citations.yaml')['says']}\b"])


@cache
def _wide() -> frozenset[str]:
    return frozenset(load_yaml("citations.yaml")["wide_groups"])
