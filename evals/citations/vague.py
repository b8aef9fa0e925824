"""Talk of experts, studies and guidelines that names no one (E13b)."""

from collections.abc import Iterator, Sequence

from evals.citations.coverage import Citation
from evals.citations.registry import patterns
from evals.lexicons import load_yaml
from evals.records import Answer, Claim, Finding

_BEFORE = 60
_SHOWN = 120


def vague_talk(answer: Answer, claims: Sequence[Claim], citations: Sequence[Citation]) -> Iterator[Finding]:
    """A finding for each claim that leans on unnamed experts or studies, and names no one besides."""
    named = {i for one in citations if one.reach == "direct" and not _vague(one) for i in one.claim_ids}
    spots = [(c.attribution.start, c.attribution.end, c.attribution.name) for c in citations if _vague(c)]
    taken: set[int] = set()
    for start, end, name in sorted([*spots, *_further(answer, claims)]):
        claim = _at(claims, start, end)
        # "what evidence supports …": judged by what stands before the name, the words that lead to it included.
        at = max(start, answer.text.find(name, start, end))
        before = answer.text[max(0, at - _BEFORE) : at].rpartition("\n")[2]
        if claim is not None and (claim.claim_id in named or claim.start in taken or claim.kind == "question"):
            continue
        if start in taken or patterns("not_vague_after").search(before):
            continue
        taken |= {claim.start if claim else start}
        what = "points to no entry of a list" if name.startswith("[") else "names no one who could be looked up"
        yield Finding(
            rule="E13b", severity=load_yaml("citations.yaml")["severities"]["vague"], start=start, end=end,
            message=f"“{answer.text[start:end][:_SHOWN]}” {what}.",
        )  # fmt: skip


def _further(answer: Answer, claims: Sequence[Claim]) -> Iterator[tuple[int, int, str]]:
    for claim in claims:
        if claim.kind not in ("question", "notice"):
            for match in patterns("vague").finditer(answer.text, claim.start, claim.end):
                yield match.start(), match.end(), match[0]


def _at(claims: Sequence[Claim], start: int, end: int) -> Claim | None:
    return next((one for one in claims if one.start < end and start < one.end), None)


def _vague(citation: Citation) -> bool:
    return citation.attribution.vague and not citation.attribution.passage_id
