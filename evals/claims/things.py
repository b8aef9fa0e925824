"""What a sentence or a heading is about: drugs, tests, vaccines, treatments and other things meant again later."""

import re
from dataclasses import dataclass
from functools import cache

from evals.claims.grammar import Clause, is_plural, tokens, without_asides
from evals.claims.wording import listed, patterns, things, words
from evals.concepts import case_rules, load_concepts
from evals.phrases import Phrases

SINGULAR_VERBS = frozenset({"is", "was", "has", "does", "isn't", "wasn't", "hasn't", "doesn't"})
PLURAL_VERBS = frozenset({"are", "were", "have", "do", "aren't", "weren't", "haven't", "don't"})
NOMINAL = re.compile(r"\s*(?:an?|the|another|one of|any|extra|short for)\b", re.IGNORECASE)
"""What follows "is" where a sentence says what its subject is."""

_LEAD_WORD = r"(?:but|and|so|then|also|yet|still|now|today|in short|often|sometimes|usually)"
_LEAD = re.compile(rf"\A(?:{_LEAD_WORD},? )+", re.IGNORECASE)
# A comma, a colon, or a quotation (its letters are x by now).
_BROKEN = re.compile(r"[,;:]|x{3}")
_MOST_WORDS = 5
_LONGEST_HEADING = 90


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be meant: its words, what it is, and a token that is the same for all its names."""

    words: str
    kind: str
    token: str
    plural: bool
    start: int = 0
    end: int = 0


def things_in(text: str) -> tuple[Thing, ...]:
    """The drugs, tests, vaccines, treatments and other known things named in a text, in order; of two that overlap the
    first, then the longer."""
    plain = without_asides(text)
    found = [
        Thing(plain[c.start : c.end], "drug", c.token, plural=False, start=c.start, end=c.end)
        for c in load_concepts().of(plain)
        if c.kind == "drug"
    ]
    for match in _table().find(plain):
        kind, _, name = match.value.partition(":")
        surface = plain[match.start : match.end]
        plural = kind == "drugs" or is_plural(surface.split()[-1].lower())
        token = load_concepts().token(name) or match.value
        found.append(Thing(surface, kind, token, plural, match.start, match.end))
    found.sort(key=lambda thing: (thing.start, -thing.end, thing.token))
    apart: list[Thing] = []
    for thing in found:
        if not apart or thing.start >= apart[-1].end:
            apart.append(thing)
    return tuple(apart)


@cache
def _table() -> Phrases:
    return Phrases(((name, f"{kind}:{name}") for kind, names in things().items() for name in names), case_rules())


def subject_of(sentence: str, clause: Clause) -> Thing | None:
    """The subject of a sentence, when it is a thing we know or one that the sentence defines."""
    head = without_asides(sentence)[: clause.start]
    lead = _LEAD.match(head)
    phrase = " ".join(head[lead.end() if lead else 0 :].split())
    found = tokens(phrase)
    if not 0 < len(found) <= _MOST_WORDS or found[0].word in listed("quantifiers") or _BROKEN.search(phrase):
        return None
    if any(token.word in listed("links") or token.word in words().subordinators for token in found):
        return None
    plural = _is_plural(clause, found[-1].word)
    known = [thing for thing in things_in(phrase) if thing.end == len(phrase)]
    if known:
        return Thing(phrase, known[0].kind, known[0].token, plural)
    defined = clause.verb in {"is", "are", "means"} and NOMINAL.match(sentence, clause.end)
    return Thing(phrase, "other", phrase.lower(), plural) if defined and found[0].word != "there" else None


def _is_plural(clause: Clause, last: str) -> bool:
    if clause.verb in PLURAL_VERBS or clause.verb in SINGULAR_VERBS:
        return clause.verb in PLURAL_VERBS
    if clause.verb in words().third_person:
        return False
    return is_plural(last) or clause.verb in words().verbs


def heading_subject(heading: str) -> Thing | None:
    """The one thing a heading is about: "How chemo works", "What is a mammogram?"."""
    plain = without_asides(heading).strip(" ?:.!*").replace("’", "'")
    if not plain or len(plain) > _LONGEST_HEADING:
        return None
    for one in patterns("headings"):
        if not (match := one.match(plain)):
            continue
        known = things_in(match["subject"])
        if len(known) == 1 and known[0].start == 0 and known[0].end == len(match["subject"]):
            return known[0]
    return None
