"""One planned answer as a report shows it: question, scores, marked text, findings, claims, what it should say."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.records import SEVERITIES, Finding, Item, Outcome, Question, Record
from evals.report.claims import QUOTE, ClaimView, FindingView, Words, claim_views
from evals.report.facts import Names, all_findings, ending, names_of, worst_severity
from evals.report.flow import Flow, Highlight, Tag, flow
from evals.report.inert import anchor, clip, measure, number, one_line
from evals.report.rules import rule_name
from evals.store import Run

_LONG = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """How one scorer ended on an answer."""

    scorer: str
    status: str
    value: str
    reason: str
    measures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimGroup:
    """Claims told together. `open` = a reviewer should see them without asking; `printed` = paper shows them folded."""

    title: str
    open: bool
    printed: bool
    claims: tuple[ClaimView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerView:
    """Everything a report shows of one planned answer. `ending` says why there is nothing to read, else is None."""

    anchor: str
    name: str
    question: Question
    question_text: str
    tags: tuple[tuple[str, str], ...]
    ending: str | None
    language: str
    scores: tuple[ScoreView, ...]
    flow: Flow
    links: tuple[tuple[str, str], ...]
    findings: tuple[FindingView, ...]
    claims: tuple[ClaimGroup, ...]
    record: tuple[tuple[str, str], ...]
    worst: str
    kinds: str


def answer_views(run: Run) -> Iterator[AnswerView]:
    """The answers of a run in plan order, one at a time: a big run's views would not fit into memory together."""
    overdue, names = frozenset(run.manifest["corpus"]["overdue"]), names_of(run)
    for item in run.items:
        yield answer_view(run, item, names, overdue)


def answer_view(run: Run, item: Item, names: Names, overdue: Collection[str]) -> AnswerView:
    """One answer."""
    answer, question = item.answer, run.questions[item.answer.question_id]
    place = names.of(answer.question_id, answer.repeat)
    findings = _finding_views(item)
    claims = claim_views(item, run.passages, overdue, _by_span(item, findings))
    told = {view.anchor for claim in claims for view in claim.findings}
    return AnswerView(
        anchor=place.anchor,
        name=place.name,
        question=question,
        question_text=clip(question.text, _LONG),
        tags=_tags(question),
        ending=ending(item),
        language=answer.language,
        scores=tuple(_score_view(outcome) for outcome in item.outcomes),
        flow=flow(answer.text, answer.blocks, answer.hidden, _highlights(item, claims, findings), place.anchor),
        links=tuple((one_line(answer.text[n.start : n.end], 200), one_line(n.url, 500)) for n in answer.links),
        findings=_gravest_first(view for view in findings if view.anchor not in told),
        claims=_grouped(claims),
        record=_record_rows(answer.record or question.record),
        worst=worst_severity(all_findings(item)) or "none",
        kinds=" ".join(_kinds(item, claims)),
    )


# Label -> the group it is told in; a "not found" is for the reviewer too, but it is no sign of an error.
_GROUPS = {
    "contradicted": ("Contradicted, partly supported, or without a verdict", True),
    "not_found": ("Not found in the guidelines", True),
    "supported": ("Supported", False),
    "not_checkable": ("Nothing to check", False),
}


def _grouped(claims: Sequence[ClaimView]) -> tuple[ClaimGroup, ...]:
    told: dict[str, list[ClaimView]] = {label: [] for label in _GROUPS}
    for claim in claims:
        told[claim.label if claim.label in told else "contradicted"].append(claim)
    groups = ((label, tuple(found)) for label, found in told.items() if found)
    return tuple(
        ClaimGroup(
            title=f"{_GROUPS[label][0]}: {len(found)} {'claim' if len(found) == 1 else 'claims'}",
            open=_GROUPS[label][1], printed=label == "supported", claims=found,
        )
        for label, found in groups
    )  # fmt: skip


def _kinds(item: Item, claims: Sequence[ClaimView]) -> Iterator[str]:
    # What the page's filter looks for.
    if any(claim.label == "contradicted" for claim in claims):
        yield "contradicted"
    if any(SEVERITIES.index(finding.severity) >= SEVERITIES.index("severe") for finding in all_findings(item)):
        yield "grave"
    if any(outcome.status != "scored" for outcome in item.outcomes):
        yield "unscored"


def _tags(question: Question) -> tuple[tuple[str, str], ...]:
    flags = ", ".join(f"{flag.id} ({flag.mode})" for flag in question.red_flags)
    rows = {
        "topic": question.topic, "cancer": question.cancer, "intent": question.intent, "risk": question.risk,
        "language": "" if question.language == "en" else question.language, "red flags": flags,
        "tags": ", ".join(question.tags), "restates": question.paraphrase_of or "", "twin of": question.twin_of or "",
    }  # fmt: skip
    return tuple((label, value) for label, value in rows.items() if value)


def _score_view(outcome: Outcome) -> ScoreView:
    measures = ", ".join(f"{name} {measure(value)}" for name, value in outcome.measures.items() if value is not None)
    return ScoreView(
        scorer=outcome.scorer, status=outcome.status, value=number(outcome.value), reason=one_line(outcome.reason),
        measures=measures,
    )  # fmt: skip


# --- findings and highlights -----------------------------------------------------------------------------------------


def _finding_views(item: Item) -> tuple[FindingView, ...]:
    found = [(outcome.scorer, finding) for outcome in item.outcomes for finding in outcome.findings]
    return tuple(_finding_view(item, f"f{n}", scorer, finding) for n, (scorer, finding) in enumerate(found, 1))


def _finding_view(item: Item, key: str, scorer: str, finding: Finding) -> FindingView:
    answer = item.answer
    quote = answer.text[finding.start : finding.end] if _has_span(finding) else ""
    return FindingView(
        anchor=anchor(answer.question_id, answer.repeat, key), rule=finding.rule, name=rule_name(finding.rule),
        severity=finding.severity, scorer=scorer, message=one_line(finding.message),
        evidence=one_line(finding.evidence, QUOTE),
        quote=one_line(quote, QUOTE),
        target=anchor(answer.question_id, answer.repeat, key, "text") if quote.strip() else "",
    )  # fmt: skip


def _gravest_first(findings: Iterable[FindingView]) -> tuple[FindingView, ...]:
    return tuple(sorted(findings, key=lambda finding: -SEVERITIES.index(finding.severity)))


def _short(finding: FindingView) -> str:
    return f"{one_line(finding.rule, 24)} {finding.severity}"


def _has_span(finding: Finding) -> bool:
    return finding.start is not None and finding.end is not None


def _by_span(item: Item, views: Sequence[FindingView]) -> Mapping[Words, list[FindingView]]:
    lying: dict[Words, list[FindingView]] = {}
    for finding, view in zip(all_findings(item), views, strict=True):
        if finding.start is not None and finding.end is not None:
            lying.setdefault((finding.start, finding.end), []).append(view)
    return lying


def _highlights(item: Item, claims: Sequence[ClaimView], findings: Sequence[FindingView]) -> list[Highlight]:
    marks = [_claim_highlight(view) for view in claims]
    told = {view.anchor for claim in claims for view in claim.findings}
    for finding, view in zip(all_findings(item), findings, strict=True):
        if finding.start is not None and finding.end is not None and view.anchor not in told:
            tag = _tag(view)
            marks.append(
                Highlight(start=finding.start, end=finding.end, look=tag.look, tags=(tag,), anchor=view.target)
            )
    return marks


def _tag(view: FindingView) -> Tag:
    # Dozens of small ones (long sentences, abbreviations) would drown the few that matter.
    if view.severity in ("info", "minor"):
        return Tag(text=one_line(view.rule, 24), target=view.anchor, look="slight")
    return Tag(text=_short(view), target=view.anchor, look="finding")


def _claim_highlight(view: ClaimView) -> Highlight:
    # A finding on exactly the claim's words shares the claim's tag: two labels for one thing would be noise.
    claim, graver = view.claim, [finding for finding in view.findings if finding.severity != "info"]
    rules = "".join(f", {_short(finding)}" for finding in graver)
    text = f"{claim.claim_id} {view.words}{rules}"
    look = f"v-{view.label}"
    if not rules and view.label == "supported":
        text = claim.claim_id
    if not rules and view.label == "not_checkable":
        return Highlight(start=claim.start, end=claim.end, look="", anchor=f"{view.anchor}-text")
    tag = Tag(text=text, target=view.anchor, look=look)
    return Highlight(start=claim.start, end=claim.end, look=look, tags=(tag,), anchor=f"{view.anchor}-text")


# --- the record ------------------------------------------------------------------------------------------------------


def _record_rows(record: Record | None) -> tuple[tuple[str, str], ...]:
    if record is None:
        return ()
    stage = record.stage
    rows = {
        "Name on the record": record.name_on_record,
        "Name on the account": record.account_name,
        "Cancer": record.cancer,
        "Histology": record.histology,
        "Stage": " ".join(part for part in (stage.group, stage.t, stage.n, stage.m) if part) if stage else None,
        "Biomarkers": "; ".join(f"{marker.name}: {marker.result}" for marker in record.biomarkers),
        "Treatments": "; ".join(_treatment(t.name, t.line, t.start, t.end) for t in record.treatments),
        "Age group": record.age_group,
        "Pregnancy": record.pregnancy,
        "Uploaded text": clip(record.text, _LONG),
    }
    return tuple((label, value) for label, value in rows.items() if value)


def _treatment(name: str, line: int | None, start: str | None, end: str | None) -> str:
    when = f"{start or '?'} to {end or 'now'}" if start or end else ""
    about = ", ".join(part for part in (f"line {line}" if line else "", when) if part)
    return f"{name} ({about})" if about else name
