"""What stands beside an answer, as inert HTML: claims, verdicts, passages, findings, records, facts."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import marked

from evals.records import Answer, Claim, Finding, Outcome, Passage, Question, Record, Source, Treatment, Verdict
from evals.report.inert import number, one_line
from evals.report.segments import Mark, Segment, segments
from evals.report.tallies import MEANINGS

_QUOTE = 400
"""So many characters of an answer or passage are quoted in a list."""
_MOST_HIDDEN = 20
_DIGEST = re.compile(r"[0-9a-f]{12,64}")


def claim(told: Claim, source: str, name: str) -> str:
    """A claim: its id and verdict, its words in the answer, and its completed wording where that differs."""
    words = " ".join(source.split())
    completed = f"<p class='quiet'>Read as: {marked.plain(told.claim_text)}</p>" if told.claim_text != words else ""
    head = marked.tag(marked.claim_words(told.claim_id, name), f"claim-tag {name}")
    kind = f"<span class='quiet'>{marked.plain(told.kind)}; {marked.plain(told.severity)} if wrong</span>"
    quote = f"<blockquote dir='auto'>{marked.plain(words)}</blockquote>"
    return f"<div class='said'><p>{head} {kind}</p>{quote}{completed}</div>"


def verdict(told: Verdict | None) -> str:
    """A verdict in words, with its confidence and reason."""
    if told is None:
        return "<p>No judge gave a verdict on this claim.</p>"
    name = told.label or "no_verdict"
    rows = {
        "Verdict": f"{marked.verdict_tag(name)} {MEANINGS[name]}",
        "Confidence": "not given" if told.confidence is None else f"{told.confidence:.2f} of 1",
        "Reason": marked.plain(told.reason or "none given"),
        "Judge": marked.plain(told.judge),
    }
    return _list(rows.items())


def passage(told: Passage, start: int | None = None, end: int | None = None) -> str:
    """A passage with its evidence span marked."""
    marks = [Mark(start=start, end=end, kind="evidence", key=0)] if start is not None and end is not None else []
    text = "".join(_evidence(part) if part.marks else marked.plain(part.text) for part in segments(told.text, marks))
    title = f"<p><strong>{marked.plain(told.title)}</strong></p>"
    return f"<div class='passage'>{title}<div class='text' dir='auto'>{text}</div></div>"


def _evidence(part: Segment) -> str:
    return f"<mark class='evidence'>{marked.plain(part.text)}</mark>{marked.tag('evidence', 'evidence-tag')}"


def passage_facts(told: Passage, overdue: bool) -> str:
    """A passage's sources, dates and signature."""
    sources = "".join(f"<li>{_source(source)}</li>" for source in told.sources) or "<li>no source named</li>"
    late = " <strong class='warn'>overdue</strong>" if overdue else ""
    unsigned = "<strong class='warn'>no clinician yet</strong>"
    rows = {
        "Passage": marked.plain(told.id) + (f", page {told.page}" if told.page else ""),
        "As of": marked.plain(told.as_of or "not given"),
        "Review by": marked.plain(told.review_by or "not given") + late,
        "Signed by": marked.plain(f"{told.signed_by}, {told.signed_on or 'no date'}") if told.signed_by else unsigned,
        "About": marked.plain(", ".join(told.cancer)),
        **{marked.plain(name[:1].upper() + name[1:]): marked.plain(value) for name, value in told.scope.items()},
        "Sources": f"<ul>{sources}</ul>",
    }
    return _list(rows.items())


def _source(source: Source) -> str:
    parts = [
        source.organisation,
        source.document,
        source.version,
        f"page {source.page}" if source.page else None,
        source.url,
    ]
    seen = "read at least in part for these facts" if source.seen else "a pointer, not read for these facts"
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
        where = "<p class='quiet'>About the answer as a whole: there are no words to point at.</p>"
    else:
        words = one_line(text[finding.start : finding.end], _QUOTE)
        quote = f"<blockquote dir='auto'>{marked.plain(words)}</blockquote>"
        where = quote if words else "<p class='quiet'>It names a place outside the answer's text.</p>"
    evidence = (
        f"<p class='quiet'>Evidence: {marked.plain(one_line(finding.evidence, _QUOTE))}</p>" if finding.evidence else ""
    )
    head = marked.tag(f"⚑ {finding.rule} {finding.severity}", f"finding-tag {finding.severity}")
    return f"{head} {marked.plain(finding.message)}{where}{evidence}"


def hidden(answer: Answer) -> str:
    """What an answer holds that a reader does not see."""
    rows = (one_line(answer.text[span.start : span.end]) for span in answer.hidden[:_MOST_HIDDEN])
    more = len(answer.hidden) - _MOST_HIDDEN
    listed = "".join(f"<div class='text raw' dir='auto'>{marked.plain(text)}</div>" for text in rows)
    return f"<p><strong>Hidden from readers</strong></p>{listed}{f'<p>and {more} more</p>' if more > 0 else ''}"


def outcomes(found: Iterable[Outcome]) -> str:
    """Each scorer's number with its reason, or why there is none."""
    rows = []
    for outcome in found:
        value = number(outcome.value) if outcome.status == "scored" else outcome.status
        measures = ", ".join(f"{name} {value:g}" for name, value in outcome.measures.items() if value is not None)
        told = (
            f"<strong>{value}</strong> {marked.plain(outcome.reason)}<div class='quiet'>{marked.plain(measures)}</div>"
        )
        rows.append((marked.plain(outcome.scorer), told))
    return f"<p class='quiet'>From 0 to 1; 1 is good.</p>{_list(rows)}"


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
    about = {
        "Cancer": told.cancer,
        "Histology": told.histology,
        "Stage": " ".join(part for part in (stage.group, stage.t, stage.n, stage.m) if part) if stage else None,
        "Age group": told.age_group,
        "Pregnancy": told.pregnancy,
        "Name on the record": told.name_on_record,
        "Name of the account": told.account_name,
    }
    rows = [(name, value) for name, value in about.items() if value]
    rows += [(marker.name, marker.result) for marker in told.biomarkers]
    rows += [(_line(treatment), _treatment(treatment)) for treatment in told.treatments]
    title = "<p><strong>Text of the record</strong></p>"
    text = f"{title}<div class='text raw' dir='auto'>{marked.plain(told.text)}</div>" if told.text else ""
    return f"<div>{facts(rows)}{text}</div>"


def _line(treatment: Treatment) -> str:
    return f"Treatment, line {treatment.line}" if treatment.line else "Treatment"


def _treatment(treatment: Treatment) -> str:
    dated = treatment.start or treatment.end
    return f"{treatment.name}, {treatment.start or '?'} to {treatment.end or 'now'}" if dated else treatment.name


def parts_changed(parts: Iterable[Mapping[str, Any]]) -> str:
    """The changed parts of a prompt and what runs it, before and after; what no score can show is said."""
    rows = []
    for part in parts:
        unread = " <strong class='warn'>not read by this generator: no score can show what it does</strong>"
        old, new = (one_line(str(part.get(name, "")), _QUOTE) for name in ("before", "after"))
        # Digests tell a reader that something changed, and nothing more.
        same = _DIGEST.fullmatch(old) and _DIGEST.fullmatch(new)
        told = "changed" if same else f"{marked.plain(old)} → {marked.plain(new)}"
        name = str(part.get("part", "?")).replace("_", " ").replace(".", ": ", 1)
        rows.append((marked.plain(name), f"{told}{'' if part.get('read', True) else unread}"))
    return _list(rows)


def facts(rows: Iterable[tuple[str, object]]) -> str:
    """Names and values, both data, as a list."""
    return _list((marked.plain(name), marked.plain(value)) for name, value in rows)


def _list(rows: Iterable[tuple[str, str]]) -> str:
    return f"<dl class='facts'>{''.join(f'<dt>{name}</dt><dd>{value}</dd>' for name, value in rows)}</dl>"


def cards(numbers: Iterable[tuple[object, str]]) -> str:
    """Big numbers, each over what it counts."""
    rows = (f"<div><b>{marked.plain(value)}</b><span>{marked.plain(words)}</span></div>" for value, words in numbers)
    return f"<div class='cards'>{''.join(rows)}</div>"
