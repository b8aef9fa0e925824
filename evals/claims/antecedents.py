"""What "it", "they" and "this drug" stand for, where there is exactly one thing that they can stand for.

Looked for in the sentence before, its label, or the heading. A wrong guess would put words into the answer's mouth, so
everything doubtful is left as it is; numbers and denials are never touched.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evals.claims.grammar import Clause, is_plural, main_clause, tokens, without_asides
from evals.claims.things import NOMINAL, SINGULAR_VERBS, Thing, heading_subject, subject_of, things_in
from evals.claims.wording import any_in, lexicon, listed, pattern, patterns, words
from evals.concepts import load_concepts

_PRONOUN = re.compile(r"((?:but|and|so|then|also|yet|still|now|sometimes|here),? )?(it|they)(?= [a-z])", re.IGNORECASE)
_AFTER_LABEL = re.compile(r"(it|they|this|these)(?= [a-z])(?! (?:means?|is why|may be why|makes)\b)", re.IGNORECASE)
_SINGLE_ARTICLE = re.compile(r"\b(?:a|an|the|your|this|that|its|their|each|every|another|one|no)\b", re.IGNORECASE)
_PLURAL_NOMINAL = re.compile(r"\s*(?:[a-z-]+ ){0,3}[a-z-]+s\b", re.IGNORECASE)
_RELATIVE = re.compile(r"\b(?:that|which|who|where|called|named|known)\b", re.IGNORECASE)
_JOINED = re.compile(r"\s*(?:,\s*)*and\s*(?:,\s*)*", re.IGNORECASE)
_DRUGS = frozenset({"drug", "drugs", "treatment", "vaccine"})
_LONGEST_LABEL = 4
_FURTHEST = 3


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a sentence: the heading, a label ("Vaccines. They …"), the sentences of the same block.

    `heading` is empty unless the sentence is the first under it.
    """

    heading: str = ""
    label: str = ""
    sentences: Sequence[str] = ()


def resolved(text: str, before: Before) -> str:
    """The sentence with its first words spelled out, and "this drug" or "these tests" named."""
    return _with_noun(_with_subject(text, before), before)


def pronoun_of(text: str) -> str | None:
    """ "it" or "they" where a sentence has it for its subject and it stands for something."""
    match = _PRONOUN.match(text)
    plain = text[match.start(2) :].replace("’", "'") if match else ""
    return match[2].lower() if match and not any_in(patterns("expletives"), plain) else None


# --- "it" and "they" --------------------------------------------------------------------------------------------------


def _with_subject(text: str, before: Before) -> str:
    label = _AFTER_LABEL.match(text) if before.label else None
    if label and _is_verb(text[label.end() :]):
        plural = label[1].lower() in {"they", "these"}
        if _is_name(before.label) and is_plural(tokens(before.label)[-1].word) == plural:
            return f"{before.label}{text[label.end() :]}"
    pronoun, match = pronoun_of(text), _PRONOUN.match(text)
    thing = _subject_before(pronoun, text[match.end() :].strip(), before) if pronoun and match else None
    if thing is None or match is None:
        return text
    if match[1]:
        return f"{match[1]}{_inside(thing)}{text[match.end() :]}"
    return f"{thing.words[0].upper()}{thing.words[1:]}{text[match.end() :]}"


def _is_verb(rest: str) -> bool:
    # "These take …", not "These drugs take …".
    word = tokens(rest)[0].word
    return word in words().auxiliaries or word in words().verbs or word in words().third_person


def _inside(thing: Thing) -> str:
    first, _, others = thing.words.partition(" ")
    return f"{first.lower()} {others}" if first in {"A", "An", "The"} else thing.words


def _is_name(label: str) -> bool:
    found = tokens(label)
    few = 0 < len(found) <= _LONGEST_LABEL and found[0].word not in listed("quantifiers")
    return few and not any(map(str.isdigit, label))


def _subject_before(pronoun: str, rest: str, before: Before) -> Thing | None:
    if not before.sentences:
        thing = heading_subject(before.heading)
        return thing if thing and thing.plural == (pronoun == "they") else None
    previous = before.sentences[-1]
    clause = main_clause(previous)
    thing = subject_of(previous, clause) if clause else None
    if thing is None or clause is None or thing.plural != (pronoun == "they"):
        return None
    return thing if _is_safe(thing, previous, clause, rest) else None


def _is_safe(thing: Thing, previous: str, clause: Clause, rest: str) -> bool:
    """Whether nothing else in the sentence before can be meant."""
    remainder = without_asides(previous)[clause.end :]
    defines = _defines(thing, clause, remainder)
    relative = _RELATIVE.search(remainder)
    if defines and not relative and not _names_people(remainder):
        return True
    named = [other for other in things_in(remainder) if other.token != thing.token]
    rivals = [other for other in named if other.plural == thing.plural]
    # A sentence on how a drug is given leaves nothing else that could block or cause anything.
    how_given = thing.kind == "drug" and pattern("treatment_talk").match(previous[clause.start :])
    if how_given and not relative and not rivals and pattern("drug_talk").match(rest):
        return all(concept.kind == "term" for concept in load_concepts().of(remainder))
    if thing.kind in _DRUGS and pattern("treatment_talk").match(rest):
        return not any(other.kind in _DRUGS and not (defines and other.kind == "drugs") for other in named)
    if relative or rivals or _names_alike(remainder, plural=thing.plural):
        return False
    if thing.plural:
        return not _names_people(remainder) and not any(is_plural(token.word) for token in tokens(remainder))
    return not _SINGLE_ARTICLE.search(remainder)


def _defines(thing: Thing, clause: Clause, remainder: str) -> bool:
    nominal = NOMINAL.match(remainder) or (thing.plural and _PLURAL_NOMINAL.match(remainder))
    return clause.verb in {"is", "are"} and nominal is not None


def _names_alike(text: str, *, plural: bool) -> bool:
    """Whether a text names a concept of the same number."""
    return any(is_plural(text[c.start : c.end].lower()) == plural for c in load_concepts().of(text))


def _names_people(text: str) -> bool:
    return any(token.word in words().people for token in tokens(text))


# --- "this drug", "these drugs", "the vaccine" ------------------------------------------------------------------------


def _with_noun(text: str, before: Before) -> str:
    then = lexicon("words_back", "then")
    for name in ("several", "single", "the"):
        match = re.search(lexicon("words_back", name) + then, text, re.IGNORECASE)
        if match is None:
            continue
        noun = match["noun"].lower()
        thing = _named_before(text[: match.start()], noun, before, near=name == "the", several=name == "several")
        if thing is None:
            continue
        named = _with_article(thing)
        named = named[0].upper() + named[1:] if match.start() == 0 else named
        return f"{text[: match.start()]}{named}{text[match.end() :]}"
    return text


def _with_article(thing: Thing) -> str:
    counted = thing.kind in {"test", "vaccine"} and not thing.plural and not thing.words.isupper()
    return f"the {thing.words}" if counted and not thing.words.lower().endswith("testing") else thing.words


def _named_before(start: str, noun: str, before: Before, *, near: bool, several: bool) -> Thing | None:
    fits = lexicon("words_back", "fits").get(noun, ())
    if start.rstrip().lower().endswith(" of") or any(thing.kind in fits for thing in things_in(start)):
        return None
    recent = list(before.sentences)[-1 if near else -_FURTHEST :]
    found = {t.token: t for s in (*recent, before.label) for t in things_in(s) if t.kind in fits}
    if not found:
        found = {t.token: t for t in things_in(before.heading) if t.kind in fits}
    if several and "drugs" in fits and not found and recent:
        return _drugs_together(recent[-1])
    only = next(iter(found.values())) if len(found) == 1 else None
    return only if only and (only.plural == several or only.kind == "drugs") else None


def _drugs_together(sentence: str) -> Thing | None:
    """ "Nivolumab and ipilimumab" when they are the subject of a sentence that names no other drug."""
    clause = main_clause(sentence)
    found = [thing for thing in things_in(sentence) if thing.kind == "drug"]
    if clause is None or not found or found[-1].end > clause.start or clause.verb in SINGULAR_VERBS:
        return None
    head = without_asides(sentence)[: clause.start]
    rest = head
    for thing in reversed(found):
        rest = rest[: thing.start] + rest[thing.end :]
    # A pair that is a treatment of its own has one name.
    pair = len(found) == 1 and " and " in found[0].words and not rest.strip()
    if not pair and not (len(found) > 1 and _JOINED.fullmatch(rest)):
        return None
    phrase = head.strip()
    return Thing(phrase, "drugs", phrase.lower(), plural=True)
