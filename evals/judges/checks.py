"""What word overlap cannot see: numbers, denials, opposites, absolutes, and which drug hits which target."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from evals.concepts import load_concepts
from evals.judges.evidence import Term, terms
from evals.judges.quantities import Quantity, agree, find_quantities
from evals.lexicons import load_yaml
from evals.words import stem, stems

_CLAUSE_END = re.compile(r"[.;:!?]|,\s+(?:but|so|and|unless)\b|\b(?:but|unless|until)\b", re.IGNORECASE)

_CONDITIONAL = re.compile(
    r"(?:\b(?:not|never|no)\b|n't\b)[^.;!?]{0,80}\b(?:before|until|unless|without|just|only)\b"
    r"|\b(?:if|when)\b[^,.;!?]{0,80}(?:\b(?:not|no|cannot)\b|n't\b)|\b(?:not|n't) (?:just|only)\b",
    re.IGNORECASE,
)
UNITLESS = frozenset({"count", "year"})
ABSOLUTE = frozenset({"temperature", "mass", "dose_by_area", "dose_by_weight", "radiation"})
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|do|does|did|can|could|may|should|will|would|has|have|must)\s+\Z")


def settings() -> Mapping[str, Any]:
    """Word lists and cut-offs of the local judge."""
    return load_yaml("judge_local.yaml")


def number_clash(claim: str, evidence: str, *, alike: bool) -> str | None:
    """Why the claim's numbers do not fit the evidence, or None.

    Only a temperature or a dose means the same thing everywhere; other measures count between sentences that say nearly
    the same (`alike`), and bare counts never do: elsewhere they measure different things.
    """
    found, stated = find_quantities(claim), find_quantities(evidence)
    for claimed in found:
        same_kind = [quantity for quantity in stated if quantity.kind == claimed.kind]
        if claimed.kind in UNITLESS or not same_kind or (claimed.kind not in ABSOLUTE and not alike):
            continue
        # A sentence that gives the stated number as well gives this one for something else.
        own = [quantity for quantity in found if quantity.kind == claimed.kind]
        if any(agree(mine, quantity) or _inside(mine, quantity) for mine in own for quantity in same_kind):
            continue
        said = ", ".join(dict.fromkeys(quantity.text for quantity in same_kind))
        return f"The passage says {said}; the answer says {claimed.text}."
    return None


def missing_number(claim: str, evidence: str) -> str | None:
    """A number with a unit in the claim that the evidence does not hold in any form, or None."""
    stated = find_quantities(evidence)
    for claimed in find_quantities(claim):
        same_kind = [quantity for quantity in stated if quantity.kind == claimed.kind]
        fits = any(agree(claimed, quantity) or _inside(claimed, quantity) for quantity in same_kind)
        if claimed.kind not in UNITLESS and not fits:
            return f"The passage does not give the number {claimed.text}."
    return None


def _inside(claimed: Quantity, stated: Quantity) -> bool:
    # "day 9" within "days 7 to 14"; a limit such as 100.4 is not a range, so this never excuses a changed limit.
    return stated.low < stated.high and stated.low <= claimed.low and claimed.high <= stated.high


def denial_clash(claim: str, evidence: str, shared: frozenset[str], weigh: Mapping[str, float]) -> str | None:
    """Whether one text denies what the other states, for words that both use and that carry the claim.

    "Do not X before Y", "if X is not Y" and "not just X" do not deny X, so sentences of that shape are not compared.
    """
    if (clash := _need_clash(claim, evidence)) or _CONDITIONAL.search(claim) or _CONDITIONAL.search(evidence):
        return clash
    claimed, stated = _denied(claim), _denied(evidence)
    flipped = {
        token
        for token in (shared & set(claimed) & set(stated)) - _measures()
        if len(claimed[token]) == 1 and len(stated[token]) == 1 and claimed[token] != stated[token]
    }
    if flipped and sum(weigh.get(token, 0.0) for token in flipped) >= settings()["cutoffs"]["denied"] * sum(
        weigh.values()
    ):
        return "One says it is so, the other says it is not."
    return None


def _need_clash(claim: str, evidence: str) -> str | None:
    free, needed = (re.compile(load_yaml("units.yaml")[key], re.IGNORECASE) for key in ("not_needed", "needed"))
    if free.search(claim) and needed.search(evidence) and not free.search(evidence):
        return "The answer says it is not needed, the passage says it is."
    if free.search(evidence) and needed.search(claim) and not free.search(claim):
        return "The answer says it is needed, the passage says it is not."
    return None


@cache
def _measures() -> frozenset[str]:
    return frozenset(stem(word) for word in load_yaml("units.yaml")["measures"])


@lru_cache(maxsize=4096)
def _denied(text: str) -> Mapping[str, set[bool]]:
    """For each term, whether it is found denied, stated, or both."""
    found = terms(text)
    denied: set[tuple[int, int]] = set()
    ends = [0, *(end.end() for end in _CLAUSE_END.finditer(text)), len(text)]
    for match in _negator().finditer(text):
        limit = next(end for end in ends if end >= match.end())
        reached = [term for term in found if match.end() <= term.start < limit][: settings()["negation_reach"]]
        if _AUXILIARY.search(text, max(0, match.start() - 12), match.start()) or match[0].lower().endswith("n't"):
            # "X is not used" denies X too.
            opening = max((*(end for end in ends if end <= match.start()), text.rfind(",", 0, match.start())))
            reached += [term for term in found if opening <= term.start < match.start()]
        denied |= {(term.start, term.end) for term in reached}
    result: dict[str, set[bool]] = {}
    for term in found:
        result.setdefault(term.token, set()).add((term.start, term.end) in denied)
    return result


@cache
def _negator() -> re.Pattern[str]:
    harmless = "|".join(re.escape(phrase) for phrase in settings()["not_negators"])
    negators = "|".join(re.escape(word) for word in settings()["negators"])
    return re.compile(rf"(?!\b(?:{harmless})\b)\b(?:{negators})\b", re.IGNORECASE)


def opposite_clash(claim: str, evidence: str) -> str | None:
    """A pair of opposite words, one in the claim and only the other in the evidence."""
    said, stated = set(stems(claim)), set(stems(evidence))
    for one, other in _opposites():
        for mine, theirs in ((one, other), (other, one)):
            if stem(mine) in said and stem(theirs) in stated and stem(mine) not in stated and stem(theirs) not in said:
                return f'The answer says "{mine}", the passage says "{theirs}".'
    return None


@cache
def _opposites() -> tuple[tuple[str, str], ...]:
    return tuple((str(one), str(other)) for one, other in settings()["opposites"])


def absolute_word(claim: str, evidence: str) -> str | None:
    """An absolute word ("always", "cure") that the evidence does not use, or None."""
    for word in settings()["absolute"]:
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        if pattern.search(claim) and stem(word) not in set(stems(evidence)) and not pattern.search(evidence):
            return f'The passage does not say "{word}".'
    return None


def wrong_target(claim: str) -> str | None:
    """A drug said to hit a target that the drug lexicon does not give it, or None when it fits or is unclear."""
    found = load_concepts().of(claim)
    drugs = {concept.token for concept in found if concept.kind == "drug"}
    targets = {concept.name for concept in found if concept.kind == "gene"}
    says_target = _target_stems() & set(stems(claim))
    if len(drugs) != 1 or not targets or not says_target or _negator().search(claim):
        return None
    row = load_concepts().drug(next(iter(drugs)))
    known = {str(target) for target in row["targets"]} if row else set()
    if not row or not known or row["parts"] or targets & known or not targets <= _all_targets():
        return None
    return f"{row['generic']} targets {', '.join(sorted(known))}; the answer says {', '.join(sorted(targets))}."


@cache
def _all_targets() -> frozenset[str]:
    from evals.lexicons import load_jsonl

    return frozenset(str(target) for row in load_jsonl("drugs.jsonl") for target in row["targets"])


@cache
def _target_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in settings()["target_words"])


def stage_clash(claim: str, evidence: str) -> str | None:
    """A cancer stage in the claim that the evidence speaks of other stages instead, or None."""
    said, stated = _stages(claim), _stages(evidence)
    if not said or not stated or said & stated:
        return None
    return f"The passage speaks of stage {', '.join(sorted(stated))}; the answer says stage {', '.join(sorted(said))}."


_STAGE = re.compile(
    r"\bstages?\s+((?:[0-4]|I{1,3}|IV)[ABC]?\b(?:\s*(?:,|to|or|and|-|–|through)\s*(?:[0-4]|I{1,3}|IV)[ABC]?\b)*)",
    re.IGNORECASE,
)
_ROMAN = ("0", "I", "II", "III", "IV")


def _stages(text: str) -> frozenset[str]:
    """Stage groups named in a text as Roman numerals, a range with all in between."""
    found: set[str] = set()
    for match in _STAGE.finditer(text):
        parts = [p.upper().rstrip("ABC") for p in re.findall(r"[0-4IVX]+[ABC]?", match[1], re.IGNORECASE)]
        numbers = [int(p) if p.isdigit() else _ROMAN.index(p) for p in parts if p.isdigit() or p in _ROMAN]
        if re.search(r"to|through|-|–", match[1]) and len(numbers) == 2:
            numbers = list(range(min(numbers), max(numbers) + 1))
        found |= {_ROMAN[number] for number in numbers}
    return frozenset(found)


def missing_names(claimed: tuple[Term, ...], said: frozenset[str]) -> tuple[str, ...]:
    """Drugs and genes that the claim names and the evidence does not."""
    return tuple(
        dict.fromkeys(
            t.token.partition(":")[2] for t in claimed if t.token.startswith(("drug:", "gene:")) and t.token not in said
        )
    )
