"""Which claims of an answer a named source covers, what is known of that source, and which passages rest on it."""

from collections.abc import Mapping, Sequence

from evals.citations.coverage import Citation, read_citations
from evals.citations.library import Library, library_of
from evals.citations.standing import Standing, look_up
from evals.records import Answer, Claim, Passage

__all__ = [
    "Citation", "Library", "Standing", "cited_passages", "library_of", "look_up", "read_citations", "standing_of",
]  # fmt: skip


def cited_passages(
    answer: Answer, claims: Sequence[Claim], corpus: Mapping[str, Passage]
) -> Mapping[str, frozenset[str]]:
    """Claim id → ids of the passages that rest on a source cited for that claim; claims without any are left out.

    What is named for the claim itself (in its sentence, its lead-in, its numbered mark) goes before what is named for
    the whole answer (a list of sources at its end).
    """
    direct: dict[str, frozenset[str]] = {}
    wide: dict[str, frozenset[str]] = {}
    library = library_of(corpus)
    for citation in read_citations(answer, claims):
        found = standing_of(citation, library).passages if citation.reach != "pointer" else frozenset[str]()
        into = direct if citation.reach == "direct" else wide
        for claim_id in citation.claim_ids if found else ():
            into[claim_id] = into.get(claim_id, frozenset()) | found
    both = {claim.claim_id: direct.get(claim.claim_id) or wide.get(claim.claim_id) for claim in claims}
    return {claim_id: passages for claim_id, passages in both.items() if passages}


def standing_of(citation: Citation, library: Library) -> Standing:
    """What is known of a cited source. A passage that the generator itself tied to the words is taken at its word."""
    one = citation.attribution
    if one.vague and not one.passage_id:
        return Standing(kind="uncheckable")
    return look_up(one.name, library, tied=one.passage_id, address=citation.address)
