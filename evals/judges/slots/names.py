"""Drugs, targets, markers and diseases: which drug hits what, which is for what, and which is taken for which."""

import re
from collections.abc import Iterator
from functools import cache

from evals.cancers import ancestors, cancers, covers
from evals.concepts import load_concepts
from evals.judges.slots import align
from evals.judges.slots.drugs import related, target_words, targets
from evals.judges.slots.finding import SlotFinding, clash, extra
from evals.judges.slots.lexicon import slots, values
from evals.judges.slots.reading import Reading
from evals.judges.slots.replaced import adds, others_agree, same_frame, tokens
from evals.lexicons import load_jsonl, load_yaml
from evals.phrases import Phrases


def find(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """Names in which a claim departs from the evidence."""
    yield from _look_alikes(claim, evidence)
    yield from _pairs(claim, evidence)
    yield from _status(claim, evidence)
    yield from _diseases(claim, evidence)
    yield from _issuers(claim, evidence)
    yield from _absent(claim, evidence)


def _look_alikes(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    said, stated = _alike_names(claim.text), _alike_names(evidence.text)
    for mine, (start, end) in said.items():
        if mine in stated or claim.denials.denied(start):
            continue
        for other in _confused().get(mine, ()):
            if other not in stated or other in said:
                continue
            place, theirs = align.Span(start, end), align.Span(*stated[other])
            if same_frame(claim, place, evidence, theirs, frozenset()) and others_agree(claim, evidence, mine):
                yield clash("entity", "E21", claim.text[start:end], evidence.text[theirs.start : theirs.end])
                return


def _pairs(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """A drug that the evidence ties to one marker, and the claim to another; or a marker tied to another drug."""
    drugs, genes = tokens(claim, "drug"), tokens(claim, "gene")
    their_drugs, their_genes = tokens(evidence, "drug"), tokens(evidence, "gene")
    if drugs & their_drugs and genes and their_genes and not related(genes, their_genes):
        gene = next(c for c in claim.named("gene"))
        theirs = next(c for c in evidence.named("gene"))
        if (
            not claim.denials.denied(gene.start)
            and align.fit(claim, gene, evidence, evidence.sentence_at(theirs.start)) >= slots()["cutoffs"]["near"]
        ):
            # "Blocks" names a target, "is for" the marker that a drug is for.
            slot, code = ("target", "E01") if target_words().search(claim.text) else ("biomarker", "E02")
            yield clash(slot, code, gene.name, theirs.name)
    elif genes & their_genes and drugs and their_drugs and not drugs & their_drugs:
        drug, theirs = next(c for c in claim.named("drug")), next(c for c in evidence.named("drug"))
        unfit = [
            d
            for d in claim.named("drug")
            if (known := targets(d.token)) and not related(known, {g.removeprefix("gene:") for g in genes})
        ]
        fit = align.fit(claim, drug, evidence, evidence.sentence_at(theirs.start))
        if unfit and fit >= slots()["cutoffs"]["clause"] and not claim.denials.denied(drug.start):
            yield clash("target", "E01", unfit[0].name, theirs.name)


def _status(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    said, stated = _statuses(claim), _statuses(evidence)
    for marker, (mine, word, start) in said.items():
        theirs = stated.get(marker)
        if not theirs or mine == theirs[0] or claim.denials.denied(start) or evidence.denials.denied(theirs[2]):
            continue
        place = align.Span(start, start + 1)
        if align.fit(claim, place, evidence, evidence.sentence_at(theirs[2])) >= slots()["cutoffs"]["clause"]:
            yield clash("biomarker", "E02", word, theirs[1])
            return


def _statuses(reading: Reading) -> dict[str, tuple[str, str, int]]:
    """For each marker with one status: the status, its words and its place."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    for match in _status_pattern().finditer(reading.text):
        value = _status_words()[match["status"].lower()]
        found.setdefault(match["marker"].lower(), []).append((value, match[0], match.start()))
    return {marker: rows[0] for marker, rows in found.items() if len({row[0] for row in rows}) == 1}


@cache
def _status_words() -> dict[str, str]:
    return {str(word).lower(): status for status, words in values()["marker_status"].items() for word in words}


@cache
def _status_pattern() -> re.Pattern[str]:
    markers = sorted(
        {
            n
            for row in load_jsonl("genes.jsonl")
            for n in (row["symbol"], *row["aliases"])
            if not n.endswith(("+", "ive"))
        },
        key=len,
        reverse=True,
    )
    extra_markers = [*values()["marker_words"], *markers]
    words = sorted(map(re.escape, _status_words()), key=len, reverse=True)
    return re.compile(
        rf"(?<!\w)(?P<marker>{'|'.join(map(re.escape, extra_markers))})"
        rf"[\s-]*(?:gene\s+|is\s+|status\s+|score\s+(?:of\s+)?)*(?P<status>{'|'.join(words)})(?!\w)",
        re.IGNORECASE,
    )


def _diseases(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    """A disease in the place of another that neither contains nor is contained in it."""
    said, stated = claim.diseases, evidence.diseases
    if not said or not stated or any(_same_line(a, b) for a in said for b in stated):
        return
    if any(_listed(disease, evidence.text) for disease in said):
        return
    mine, theirs = align.Span(*claim.disease_spans[0][:2]), align.Span(*evidence.disease_spans[0][:2])
    fit = align.fit(claim, mine, evidence, evidence.sentence_at(theirs.start))
    drugs = tokens(claim, "drug")
    same_drug = drugs and drugs <= tokens(evidence, "drug")
    if fit < (slots()["cutoffs"]["clause"] if same_drug else slots()["cutoffs"]["frame_disease"]):
        return
    if (
        not adds(claim, mine, evidence, theirs)
        and align.back_fit(evidence, theirs, claim) >= slots()["cutoffs"]["clause"]
    ):
        yield clash("disease", "E06", claim.text[mine.start : mine.end], evidence.text[theirs.start : theirs.end])


def _listed(disease: str, text: str) -> bool:
    """Whether a text names a disease by its organ alone: "breast and ovarian cancer"."""
    organs = cancers()[disease].organs
    return any(re.search(rf"\b{re.escape(organ)}\b", text, re.IGNORECASE) for organ in organs)


def _same_line(one: str, other: str) -> bool:
    return one == other or covers(one, other) or covers(other, one) or other in ancestors(one)


def _issuers(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    mine, theirs = list(_issuer().finditer(claim.text)), list(_issuer().finditer(evidence.text))
    if not mine or not theirs or {m[0] for m in mine} & {m[0] for m in theirs}:
        return
    sentence = evidence.sentence_at(theirs[0].start())
    if align.fit(claim, align.Span(*mine[0].span()), evidence, sentence) >= slots()["cutoffs"]["clause"]:
        yield clash("issuer", "E14", mine[0][0], theirs[0][0])


@cache
def _issuer() -> re.Pattern[str]:
    # Case matters: "who" is no organisation.
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, values()['issuers']))})\b")


def _absent(claim: Reading, evidence: Reading) -> Iterator[SlotFinding]:
    stated = {c.token for c in evidence.concepts}
    for kind, slot, code in (("drug", "drug", "E15"), ("gene", "gene", "E15")):
        for concept in claim.named(kind):
            if concept.token not in stated and not related({concept.name}, {c.name for c in evidence.named(kind)}):
                yield extra(slot, code, claim.text[concept.start : concept.end])
                break
    if (
        claim.diseases
        and evidence.diseases
        and not any(_same_line(a, b) for a in claim.diseases for b in evidence.diseases)
    ):
        yield extra("disease", "E06", claim.diseases[0])


def _alike_names(text: str) -> dict[str, tuple[int, int]]:
    return {m.value: (m.start, m.end) for m in reversed(list(_alike_phrases().find(text)))}


@cache
def _alike_phrases() -> Phrases:
    from evals.concepts import case_rules

    names = dict.fromkeys(name for pair in _name_pairs() for name in pair)
    tokens = {_canonical(name) for name in names}
    known = (
        (name, token) for name in load_concepts().names if (token := load_concepts().token(name)) in tokens and token
    )
    return Phrases([*((name, _canonical(name)) for name in names), *known], case_rules())


def _canonical(name: str) -> str:
    return load_concepts().token(name) or name.lower()


@cache
def _name_pairs() -> tuple[tuple[str, str], ...]:
    listed = ((a, b) for row in load_yaml("look_alikes.yaml")["pairs"] for a in row["left"] for b in row["right"])
    return tuple((str(a), str(b)) for a, b in (*listed, *values()["confused"]))


@cache
def _confused() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for one, other in _name_pairs():
        a, b = _canonical(one), _canonical(other)
        if a != b:
            found.setdefault(a, {})[b] = None
            found.setdefault(b, {})[a] = None
    return {name: tuple(others) for name, others in found.items()}
