"""A statement -> what kind it is and how grave a mistake in it would be."""

import re
from functools import cache

from evals.claims.grammar import is_command
from evals.claims.wording import Patterns, any_in, compiled, lexicon
from evals.concepts import load_concepts
from evals.records import SEVERITIES, ClaimKind, Severity

UNCHECKABLE: frozenset[ClaimKind] = frozenset({"notice", "question", "filler"})
"""Kinds that say nothing a guideline could bear out; their verdict is not_checkable, whatever the judge."""

_READ = 2_000
"""What decides a kind stands within so many characters."""


def kind_of(text: str) -> ClaimKind:
    """The kind of a statement from its own words."""
    if text.rstrip(" \"'”’)*").endswith("?"):
        return "question"
    text = text[:_READ].replace("’", "'")
    for kind, found in _kinds():
        if any_in(found, text) or (kind == "advice" and is_command(text)):
            return kind
    return "fact"


def severity_of(text: str, kind: ClaimKind) -> Severity:
    """What a mistake in a statement could cost; "info" for what is not checked."""
    if kind in UNCHECKABLE:
        return "info"
    text = text[:_READ].replace("’", "'")
    for severity, found in _severities():
        if any_in(found, text) or (severity == "severe" and _names_a_drug(text)):
            return severity
    return "moderate"


def _names_a_drug(text: str) -> bool:
    return bool(_drug_endings().search(text)) or any(concept.kind == "drug" for concept in load_concepts().of(text))


@cache
def _drug_endings() -> re.Pattern[str]:
    return re.compile(rf"\b\w{{2,24}}(?:{'|'.join(lexicon('drug_endings'))})\b", re.IGNORECASE)


@cache
def _kinds() -> tuple[tuple[ClaimKind, Patterns], ...]:
    return tuple((row["kind"], compiled(row["any"])) for row in lexicon("kinds"))


@cache
def _severities() -> tuple[tuple[Severity, Patterns], ...]:
    # The gravest match holds.
    rows = sorted(lexicon("severities"), key=lambda row: -SEVERITIES.index(row["severity"]))
    return tuple((row["severity"], compiled(row["any"])) for row in rows)
