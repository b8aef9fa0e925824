"""What the drug lexicon says of a drug: its targets and its class, and what no drug of that name can be."""

import re
from collections.abc import Iterable
from functools import cache

from evals.concepts import Concept, load_concepts
from evals.judges.slots.finding import SlotFinding
from evals.judges.slots.lexicon import values
from evals.judges.slots.reading import Reading
from evals.lexicons import load_jsonl

_JOINED = re.compile(r"\s*(?:\([^)]*\)\s*)?(?:,\s*(?:and|or)?|and|or|/)\s*", re.IGNORECASE)
_ARE = re.compile(r"\s*(?:,\s*)?(?:is|are|include|includes|:|such as|like)\s*:?\s*", re.IGNORECASE)
_ENDS_IN_VERB = re.compile(r"\b(?:drugs?|antibod(?:y|ies)|inhibitors?|medicines?|that|which)\b", re.IGNORECASE)
_OTHER_MATTER = re.compile(
    r"\b(?:or|plus|with|rather|instead|not|without|if|for|while|when|than|and|in)\b|,", re.IGNORECASE
)
_OF_TARGET = re.compile(r"[\s-]*(?:drug|antibody|inhibitor|blocker|pill)s?\b", re.IGNORECASE)

_IS_FOR = re.compile(
    r"\s*(?:\([^)]*\)\s*)?(?:(?:is|are|works?|treats?|helps?)\s+)(?:\w+\s+){0,6}?(?:(?:for|in|against)\s+)?(?:\w+\s+){0,4}?",
    re.IGNORECASE,
)
_POSITIVE = re.compile(r"[\s-]*(?:positive|\+|mutat|mutant|rearrange|fusion|amplif|change|alter)", re.IGNORECASE)


def impossible(claim: Reading) -> SlotFinding | None:
    """A drug said to hit a target, to be for a marker, or to be of a class, that the drug lexicon does not give it."""
    return _wrong_target(claim) or _wrong_marker(claim) or _wrong_class(claim)


def _wrong_target(claim: Reading) -> SlotFinding | None:
    for gene in claim.named("gene"):
        clause = claim.clause_at(gene.start)
        if gene.name not in _all_targets() or any(claim.clause_at(d.start) == clause for d in claim.denials.found):
            continue
        others = {c.name for c in claim.named("gene") if claim.clause_at(c.start) == clause}
        for drug in _aimed_at(claim, gene, clause):
            known = targets(drug.token)
            if known and not related(known, others):
                said, stated = gene.name, ", ".join(sorted(known))
                reason = f"{drug.name[:1].upper()}{drug.name[1:]} targets {stated}; the answer says {said}."
                return SlotFinding(slot="target", kind="clash", code="E01", said=said, stated=stated, reason=reason)
    return None


def _wrong_marker(claim: Reading) -> SlotFinding | None:
    """A kinase inhibitor said to be for cancers positive for a marker that other drugs hit and it does not."""
    for gene in claim.named("gene"):
        clause = claim.clause_at(gene.start)
        drugs = [c for c in claim.named("drug") if claim.clause_at(c.start) == clause]
        row = load_concepts().drug(drugs[0].token) if len(drugs) == 1 and drugs[0].end <= gene.start else None
        if not row or not str(row["class"]).endswith("kinase inhibitor") or gene.name not in _all_targets():
            continue
        others = {c.name for c in claim.named("gene") if claim.clause_at(c.start) == clause}
        between, rest = claim.text[drugs[0].end : gene.start], claim.text[gene.end :]
        if any(claim.clause_at(d.start) == clause for d in claim.denials.found) or related(row["targets"], others):
            continue
        if _IS_FOR.fullmatch(between) and _POSITIVE.match(rest):
            stated, name = ", ".join(sorted(map(str, row["targets"]))), drugs[0].name
            reason = f"{name[:1].upper()}{name[1:]} targets {stated}; the answer says it is for {gene.name}."
            return SlotFinding(slot="biomarker", kind="clash", code="E02", said=gene.name, stated=stated, reason=reason)
    return None


def _aimed_at(claim: Reading, gene: Concept, clause: int) -> list[Concept]:
    """The drugs that a clause says hit a gene: "A and B block X", "A is an X drug", "the drugs that block X are A"."""
    named = (c for c in claim.named("drug") if claim.clause_at(c.start) == clause)
    # A regimen spelled out gives its drugs as well.
    drugs = [c for c in named if not (row := load_concepts().drug(c.token)) or not row["parts"]]
    before, after = [c for c in drugs if c.end <= gene.start], [c for c in drugs if c.start >= gene.end]
    if before and _hits(claim.text[before[-1].end : gene.start], claim.text[gene.end :]):
        return _listed(claim.text, before[::-1])
    start = claim.clause_ends[clause - 1] if clause else 0
    opening = claim.text[start : gene.start]
    if (
        after
        and _ENDS_IN_VERB.search(opening)
        and target_words().search(opening)
        and _ARE.fullmatch(claim.text[gene.end : after[0].start])
    ):
        return _listed(claim.text, after)
    return []


def _hits(between: str, rest: str) -> bool:
    if _is_a().fullmatch(between):
        return bool(_OF_TARGET.match(rest))
    verb = target_words().search(between)
    return bool(verb) and not _OTHER_MATTER.search(between)


def _listed(text: str, drugs: list[Concept]) -> list[Concept]:
    """The first drug and those joined to it by commas, "and" and "or" alone."""
    found = drugs[:1]
    for drug in drugs[1:]:
        left, right = sorted((found[-1], drug), key=lambda c: c.start)
        if not _JOINED.fullmatch(text[left.end : right.start]):
            break
        found.append(drug)
    return found


def _wrong_class(claim: Reading) -> SlotFinding | None:
    groups = values()["drug_classes"]
    for mark in claim.by_slot.get("drug class", ()):
        between = [c for c in claim.named("drug") if c.end <= mark.start and claim.clause_at(c.start) == mark.clause]
        if not between or mark.denied:
            continue
        drug = between[-1]
        row = load_concepts().drug(drug.token)
        if not row or row["parts"] or not _is_a().fullmatch(claim.text[drug.end : mark.start]):
            continue
        own = str(row["class"]).lower()
        fitting = [g for g, r in groups.items() if any(name.lower() in own for name in r["classes"])]
        if fitting and mark.value not in fitting:
            reason = f"{str(row['generic']).capitalize()} is listed as: {row['class']}; the answer says {mark.text}."
            return SlotFinding(
                slot="class", kind="clash", code="E01", said=mark.text, stated=str(row["class"]), reason=reason
            )
    return None


@cache
def _is_a() -> re.Pattern[str]:
    return re.compile(
        r"\s*(?:\([^)]*\)\s*)?(?:is|are|belongs? to|acts as|works as)\s+"
        r"(?:(?:a|an|the|one|kind|type|form|class|group|of|called)\s+)*(?:\w+\s+)?",
        re.IGNORECASE,
    )


@cache
def target_words() -> re.Pattern[str]:
    """Verbs and nouns between a drug and its target."""
    return re.compile(
        r"\b(?:" + "|".join(re.escape(str(w)).replace(r"\ ", r"\s+") for w in values()["target_words"]) + r")",
        re.IGNORECASE,
    )


@cache
def _all_targets() -> frozenset[str]:
    return frozenset(str(target) for row in load_jsonl("drugs.jsonl") for target in row["targets"])


def targets(token: str) -> frozenset[str]:
    """What a drug hits by the drug lexicon; empty when it is unknown, a regimen, or has no target."""
    row = load_concepts().drug(token)
    return frozenset(map(str, row["targets"])) if row and not row["parts"] else frozenset()


def related(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether any marker of one group is, contains, or belongs with one of the other (a gene and its protein)."""
    mine, theirs = {_short(name) for name in one}, {_short(name) for name in other}
    return any(a.startswith(b) or b.startswith(a) or frozenset((a, b)) in _same_pathway() for a in mine for b in theirs)


def _short(name: str) -> str:
    """A marker's name without its kind; forms of one marker ("HER2-low", "KRAS G12C") by the marker alone."""
    plain = name.removeprefix("gene:").lower()
    return re.split(r"[ -]", plain)[0] if plain.startswith(("her2", "kras")) else plain


@cache
def _same_pathway() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(map(str.lower, pair)) for pair in values()["same_marker"])
