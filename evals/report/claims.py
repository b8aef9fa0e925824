"""A claim as a report shows it: what the judge said, and the guideline words it rests on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from evals.records import Claim, Item, Passage, Severity, Source, Verdict
from evals.report.inert import anchor, clip, https_address, number, one_line
from evals.report.tallies import LABELS
from evals.store import decide

QUOTE = 600
"""Characters of a quote, reason or message that a report shows."""

Words = tuple[int, int]
"""Start and end in the text of an answer."""

_SCOPES = {"given": "the passages it was given", "cited": "the passages it cites", "corpus": "all passages"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A source in words; `href` only when it may safely be followed, else the address stands in `address` alone."""

    name: str
    address: str
    href: str | None
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """The passage a verdict rests on, with the words that decided it."""

    passage: str
    title: str
    quote: str
    as_of: str
    overdue: bool
    signed_by: str
    sources: tuple[SourceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One finding: where it is told, where it lies, what it says. `name` is its rule's, "" where the rule has none."""

    anchor: str
    rule: str
    name: str
    severity: Severity
    scorer: str
    message: str
    evidence: str
    quote: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimView:
    """One claim with its decided verdict, the findings on the same words, and other scopes where they differ."""

    claim: Claim
    anchor: str
    source: str
    completed: str
    label: str
    words: str
    confidence: str
    reason: str
    judge: str
    evidence: EvidenceView | None
    findings: tuple[FindingView, ...]
    others: tuple[str, ...]


def claim_views(
    item: Item,
    passages: Mapping[str, Passage],
    overdue: Collection[str],
    findings: Mapping[Words, Sequence[FindingView]],
) -> tuple[ClaimView, ...]:
    """The claims of an answer in reading order. `findings` are those that lie exactly on a span.

    A claim tells the findings that repeat its verdict; others on the same words are not its own.
    """
    decided = {verdict.claim_id: verdict for verdict in decide(item.verdicts)}
    every: dict[str, list[Verdict]] = {}
    for verdict in item.verdicts:
        every.setdefault(verdict.claim_id, []).append(verdict)
    # Two claims on the same words: the first tells the findings, so that no anchor is given twice.
    left = {place: list(views) for place, views in findings.items()}
    views: list[ClaimView] = []
    for claim in item.claims:
        verdict, here = decided.get(claim.claim_id), left.get((claim.start, claim.end), [])
        own = tuple(view for view in here if verdict and _repeats(view, verdict))
        left[claim.start, claim.end] = [view for view in here if view not in own]
        views.append(_claim_view(item, claim, verdict, every.get(claim.claim_id, []), passages, overdue, own))
    return tuple(views)


def _repeats(finding: FindingView, verdict: Verdict) -> bool:
    reason = one_line(verdict.reason)
    return finding.rule == verdict.code or bool(reason and reason in finding.message)


def _claim_view(
    item: Item, claim: Claim, verdict: Verdict | None, every: Sequence[Verdict], passages: Mapping[str, Passage],
    overdue: Collection[str], findings: tuple[FindingView, ...],
) -> ClaimView:  # fmt: skip
    answer = item.answer
    source = one_line(answer.text[claim.start : claim.end], QUOTE)
    completed = one_line(claim.claim_text, QUOTE)
    failed = next((v for v in every if v.status == "error"), None)
    label = str(verdict.label) if verdict and verdict.label else "no_verdict"
    shown = verdict or failed
    return ClaimView(
        claim=claim,
        anchor=anchor(answer.question_id, answer.repeat, claim.claim_id),
        source=source,
        completed="" if completed == source else completed,
        label=label,
        words=LABELS[label],
        confidence=number(verdict.confidence) if verdict and verdict.confidence is not None else "",
        reason=one_line(shown.reason, QUOTE) if shown else "No judge gave a verdict.",
        judge=shown.judge if shown else "",
        evidence=_evidence(verdict, passages, overdue) if verdict else None,
        findings=findings,
        others=_others(verdict, every),
    )


def _others(decided: Verdict | None, every: Sequence[Verdict]) -> tuple[str, ...]:
    told: list[str] = []
    for verdict in every:
        where = f"Against {_SCOPES[verdict.scope]}, {verdict.judge}"
        if verdict.status == "error":
            told.append(f"{where}: failed ({one_line(verdict.reason, QUOTE)})")
        elif verdict is not decided and (decided is None or verdict.label != decided.label):
            told.append(f"{where}: {LABELS.get(str(verdict.label), 'no verdict')}")
    return tuple(dict.fromkeys(told))


def _evidence(verdict: Verdict, passages: Mapping[str, Passage], overdue: Collection[str]) -> EvidenceView | None:
    passage = passages.get(verdict.passage_id or "")
    if passage is None:
        return None
    start, end = verdict.evidence_start, verdict.evidence_end
    quote = passage.text[start:end] if start is not None and end is not None else ""
    return EvidenceView(
        passage=passage.id, title=passage.title, quote=clip(quote.strip(), QUOTE), as_of=passage.as_of or "",
        overdue=passage.id in overdue, signed_by=passage.signed_by or "", sources=sources_of(passage, start, end),
    )  # fmt: skip


def sources_of(passage: Passage, start: int | None, end: int | None) -> tuple[SourceView, ...]:
    """The sources seen for the quoted sentences; else the first source listed, as the place to look."""
    seen: set[str] = set()
    if start is not None and end is not None:
        seen = {name for s in passage.sentences if s.start < end and start < s.end for name in s.sources}
    chosen = [source for source in passage.sources if source.id in seen]
    return tuple(_source_view(source, seen=bool(chosen)) for source in chosen or passage.sources[:1])


def _source_view(source: Source, *, seen: bool) -> SourceView:
    parts = [source.organisation, source.document, source.version, f"page {source.page}" if source.page else None]
    name = ", ".join(part for part in parts if part)
    return SourceView(name=name, address=source.url or "", href=https_address(source.url), seen=seen)
