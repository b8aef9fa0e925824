"""Answers as inert HTML with their claims and findings marked, by colour and by words.

Every piece of data goes through `plain`: nothing in an answer is markup any more when it reaches the page.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import frames

from evals.records import Answer, Block, Claim, Finding, Item
from evals.report.facts import LABELS, MEANINGS, all_findings
from evals.report.inert import visible
from evals.report.segments import Mark, Segment, segments

SIGNS = {"supported": "✓", "contradicted": "✗", "partly": "≈", "not_found": "?", "not_checkable": "–", "no_verdict": "!"}
"""A sign for each verdict label, beside its colour."""

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
# What says nothing that a guideline could bear out is left as the patient reads it.
_UNMARKED = ("not_checkable",)
_TAGS = {"heading": "h4", "quote": "blockquote", "code": "pre"}


def plain(text: object) -> str:
    """Data as HTML text, with what a reader could not see shown as its code."""
    return html.escape(visible(str(text)))


# --- an answer -------------------------------------------------------------------------------------------------------


def answer(item: Item, *, chosen: str | None, claims: bool = True, findings: bool = True) -> str:
    """The answer as a patient reads it, with its claims and findings marked as asked.

    `chosen` is the id of the claim that stands out. Hidden text is left out, as a reader would not see it.
    """
    labels = frames.labels(item)
    marks = _place_marks(item.answer)
    if claims:
        marks += [Mark(start=c.start, end=c.end, kind="claim", key=n) for n, c in enumerate(item.claims) if _shown(c, labels, chosen)]
    found = all_findings(item)
    if findings:
        marks += [Mark(start=f.start, end=f.end, kind="finding", key=n) for n, f in enumerate(found) if f.start is not None and f.end is not None]
    painter = _Painter(item, labels, found, chosen)
    cut = segments(item.answer.text, marks)
    blocks = groupby(cut, key=lambda segment: next((m.key for m in reversed(segment.marks) if m.kind == "block"), None))
    body = "".join(painter.block(None if key is None else item.answer.blocks[key], tuple(part)) for key, part in blocks)
    return f"<article class='answer' lang='{plain(item.answer.language)}'>{body}</article>"


def _place_marks(told: Answer) -> list[Mark]:
    marks = [Mark(start=block.start, end=block.end, kind="block", key=n) for n, block in enumerate(told.blocks)]
    marks += [Mark(start=span.start, end=span.end, kind="hidden", key=n) for n, span in enumerate(told.hidden)]
    return marks + [Mark(start=link.start, end=link.end, kind="link", key=n) for n, link in enumerate(told.links)]


def _shown(claim: Claim, labels: dict[str, str], chosen: str | None) -> bool:
    return claim.claim_id == chosen or labels[claim.claim_id] not in _UNMARKED


class _Painter:
    """Turns the segments of one answer into HTML."""

    def __init__(self, item: Item, labels: dict[str, str], findings: Sequence[Finding], chosen: str | None) -> None:
        self._item, self._labels, self._findings, self._chosen = item, labels, findings, chosen

    def block(self, block: Block | None, parts: Sequence[Segment]) -> str:
        inner = "".join(self._segment(part) for part in parts)
        if not inner.strip():
            return ""
        if block and block.kind == "item":
            return f"<div class='item level-{min(max(block.level, 1), 6)}' dir='auto'>{inner}</div>"
        tag = _TAGS.get(block.kind, "div") if block else "div"
        return f"<{tag} class='block {block.kind if block else 'paragraph'}' dir='auto'>{inner}</{tag}>"

    def _segment(self, segment: Segment) -> str:
        by_kind = {kind: [m for m in segment.marks if m.kind == kind] for kind in ("hidden", "claim", "finding", "link")}
        if by_kind["hidden"]:
            return ""
        text = plain(segment.text)
        classes = [*self._claim_classes(by_kind["claim"]), *self._finding_classes(by_kind["finding"]), *(["link"] if by_kind["link"] else [])]
        tags = "".join(self._end_tags(segment, by_kind["claim"], by_kind["finding"], by_kind["link"]))
        return f"<span class='{' '.join(classes)}'>{text}</span>{tags}" if classes else text

    def _claim_classes(self, marks: Sequence[Mark]) -> Iterator[str]:
        if not marks:
            return
        claims = [self._item.claims[mark.key] for mark in marks]
        first = next((claim for claim in claims if claim.claim_id == self._chosen), claims[0])
        yield from ("claim", self._labels[first.claim_id])
        if first.claim_id == self._chosen:
            yield "chosen"

    def _finding_classes(self, marks: Sequence[Mark]) -> Iterator[str]:
        if marks:
            yield from ("finding", frames.worst(self._findings[mark.key].severity for mark in marks))

    def _end_tags(self, segment: Segment, claims: Sequence[Mark], findings: Sequence[Mark], links: Sequence[Mark]) -> Iterator[str]:
        for mark in claims:
            if mark.end == segment.end:
                yield claim_tag(mark.key + 1, self._labels[self._item.claims[mark.key].claim_id])
        for mark in findings:
            if mark.end == segment.end:
                finding = self._findings[mark.key]
                yield f"<span class='tag finding-tag {finding.severity}'>⚑ {plain(finding.rule)} {finding.severity}</span>"
        for mark in links:
            if mark.end == segment.end:
                yield f"<span class='tag'>link: {plain(self._item.answer.links[mark.key].url)}</span>"


def claim_tag(number: int, label: str) -> str:
    """A claim's number and verdict; in words, save for the commonest, where the sign must do."""
    words = "" if label == "supported" else f" {LABELS[label]}"
    return f"<span class='tag claim-tag {label}'>{number} {SIGNS[label]}{words}</span>"


def legend(labels: Iterable[str]) -> str:
    """What the marks mean, for the verdicts that occur."""
    present = set(labels)
    rows = [
        f"<span class='claim {label}'>{SIGNS[label]} {LABELS[label]}</span><span class='meaning'>{MEANINGS[label]}</span>"
        for label in LABELS if label in present and label not in _UNMARKED
    ]  # fmt: skip
    rows.append("<span class='finding severe'>underlined</span><span class='tag finding-tag severe'>⚑ rule</span><span class='meaning'>a finding</span>")
    return f"<div class='legend'>{''.join(f'<div>{row}</div>' for row in rows)}</div>"


def label(text: str) -> str:
    """Data as the label of a link, which Streamlit reads as Markdown: every sign that could be markup is escaped."""
    return _MARKUP.sub(r"\\\1", visible(text))
