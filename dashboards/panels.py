"""What stands beside an answer, as inert HTML: claims, verdicts, passages, findings, records, facts."""

from collections.abc import Iterable, Sequence

import frames
import marked

from evals.records import Claim, Finding, Outcome, Passage, Question, Record, Source, Verdict
from evals.report.facts import LABELS, MEANINGS
from evals.report.inert import number
from evals.report.segments import Mark, segments


def claim(place: int, told: Claim, source: str, label: str) -> str:
    """A claim: its number and verdict, its words in the answer, and its completed wording where that differs."""
    words = " ".join(source.split())
    completed = f"<p class='quiet'>Read as: {marked.plain(told.claim_text)}</p>" if told.claim_text != words else ""
    facts = f"<p class='quiet'>{marked.plain(told.kind)}, {marked.plain(told.severity)} if wrong</p>"
    return f"<div class='said'><p>{marked.claim_tag(place, label)}</p><blockquote dir='auto'>{marked.plain(words)}</blockquote>{completed}{facts}</div>"


def verdict(told: Verdict | None) -> str:
    """A verdict in words, with its confidence and reason."""
    if told is None:
        return "<p>No judge gave a verdict on this claim.</p>"
    sure = "not given" if told.confidence is None else f"{told.confidence:.2f}"
    label = told.label or "no_verdict"
    return (
        f"<dl class='facts'><dt>Verdict</dt><dd><span class='claim {label}'>{marked.SIGNS[label]} {LABELS[label]}</span> ({MEANINGS[label]})</dd>"
        f"<dt>Confidence</dt><dd>{sure} (0 to 1)</dd><dt>Reason</dt><dd>{marked.plain(told.reason or 'none given')}</dd>"
        f"<dt>Judge</dt><dd>{marked.plain(told.judge)}</dd></dl>"
    )


def passage(told: Passage, start: int | None = None, end: int | None = None) -> str:
    """A passage with its evidence span marked, and what one must know to trust it."""
    marks = [Mark(start=start, end=end, kind="evidence", key=0)] if start is not None and end is not None else []
    text = "".join(
        f"<mark class='evidence'>{marked.plain(part.text)}</mark><span class='tag evidence-tag'>evidence</span>" if part.marks else marked.plain(part.text)
        for part in segments(told.text, marks)
    )
    return f"<div class='passage'><p><strong>{marked.plain(told.title)}</strong></p><div class='text' dir='auto'>{text}</div></div>"


def passage_facts(told: Passage, overdue: bool) -> str:
    """A passage's sources, dates and signature as a list of facts."""
    sources = "".join(f"<li>{_source(source)}</li>" for source in told.sources) or "<li>no source named</li>"
    late = " <strong class='warn'>overdue</strong>" if overdue else ""
    signed = f"{marked.plain(told.signed_by)}, {marked.plain(frames.date(told.signed_on))}" if told.signed_by else "<strong class='warn'>no clinician yet</strong>"
    rows = {
        "Passage": marked.plain(told.id) + (f", page {told.page}" if told.page else ""),
        "As of": marked.plain(frames.date(told.as_of)),
        "Review by": marked.plain(frames.date(told.review_by)) + late,
        "Signed by": signed,
        "About": marked.plain(", ".join(told.cancer)),
        **{marked.plain(name.capitalize()): marked.plain(value) for name, value in told.scope.items()},
    }
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items())
    return f"<dl class='facts'>{listed}<dt>Sources</dt><dd><ul>{sources}</ul></dd></dl>"


def _source(source: Source) -> str:
    parts = [source.organisation, source.document, source.version, f"page {source.page}" if source.page else None, source.url]
    seen = "a person read it for these facts" if source.seen else "a pointer, not read for these facts"
    return f"{marked.plain(', '.join(part for part in parts if part))} <span class='quiet'>({seen})</span>"


def conflicts(told: Passage) -> str:
    """Where named bodies differ, empty when nothing is noted."""
    rows = [
        f"<li><strong>{marked.plain(conflict.topic)}</strong>: "
        f"{'; '.join(f'{marked.plain(body)}: {marked.plain(says)}' for body, says in conflict.positions.items())}</li>"
        for conflict in told.conflicts
    ]
    return f"<ul>{''.join(rows)}</ul>" if rows else ""


def findings(found: Sequence[Finding], text: str) -> str:
    """Findings as a list: severity, rule, message, and the words they lie on, or that something was left out."""
    return f"<ul class='findings'>{''.join(f'<li>{_finding(finding, text)}</li>' for finding in found)}</ul>"


def _finding(finding: Finding, text: str) -> str:
    if finding.start is None or finding.end is None:
        where = "<p class='quiet'>Left out: there are no words to point at.</p>"
    else:
        words = " ".join(text[finding.start : finding.end].split())
        where = f"<blockquote dir='auto'>{marked.plain(words if len(words) < 400 else words[:400] + ' …')}</blockquote>"
    evidence = f"<p class='quiet'>Evidence: {marked.plain(finding.evidence)}</p>" if finding.evidence else ""
    return f"<span class='tag finding-tag {finding.severity}'>⚑ {marked.plain(finding.rule)} {finding.severity}</span> {marked.plain(finding.message)}{where}{evidence}"


def outcomes(found: Iterable[Outcome]) -> str:
    """Each scorer's number with its reason, or why there is none."""
    rows = "".join(
        f"<dt>{marked.plain(o.scorer)}</dt><dd><strong>{number(o.value) if o.status == 'scored' else o.status}</strong> {marked.plain(o.reason)}"
        f"<div class='quiet'>{marked.plain(', '.join(f'{name} {value}' for name, value in o.measures.items() if value is not None))}</div></dd>"
        for o in found
    )
    return f"<p class='quiet'>From 0 to 1; 1 is good.</p><dl class='facts'>{rows}</dl>"


def question(told: Question) -> str:
    """What a good answer must and must not say."""
    parts = []
    for title, statements in (("A good answer says", told.must_say), ("A good answer does not say", told.must_not_say)):
        rows = "".join(f"<li>{marked.plain(s.text)} <span class='quiet'>({s.severity})</span></li>" for s in statements)
        parts.append(f"<p><strong>{title}</strong></p>{f'<ul>{rows}</ul>' if rows else '<p>nothing is listed</p>'}")
    return f"<div>{''.join(parts)}</div>"


def record(told: Record) -> str:
    """The record that an answer was fitted to."""
    stage = told.stage
    facts = {
        "Cancer": told.cancer,
        "Histology": told.histology,
        "Stage": " ".join(part for part in (stage.group, stage.t, stage.n, stage.m) if part) if stage else None,
        "Age group": told.age_group,
        "Pregnancy": told.pregnancy,
        "Name on the record": told.name_on_record,
        "Name of the account": told.account_name,
    }
    rows = [(name, value) for name, value in facts.items() if value]
    rows += [(marker.name, marker.result) for marker in told.biomarkers]
    rows += [(f"Treatment{f', line {t.line}' if t.line else ''}", f"{t.name}, {t.start or '?'} to {t.end or 'now'}") for t in told.treatments]
    listed = "".join(f"<dt>{marked.plain(name)}</dt><dd>{marked.plain(value)}</dd>" for name, value in rows)
    text = f"<p><strong>Text of the record</strong></p><div class='text raw' dir='auto'>{marked.plain(told.text)}</div>" if told.text else ""
    return f"<div><dl class='facts'>{listed}</dl>{text}</div>"


def facts(rows: Iterable[tuple[str, object]]) -> str:
    """Names and values as a list."""
    return f"<dl class='facts'>{''.join(f'<dt>{marked.plain(name)}</dt><dd>{marked.plain(value)}</dd>' for name, value in rows)}</dl>"
