"""Answers as inert HTML with their claims and findings marked, by colour and by words.

Every piece of data goes through `plain`: nothing in an answer is markup any more when it reaches the page.
"""

import html
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

import rows

from evals.records import Finding, Item
from evals.report.facts import all_findings
from evals.report.flow import Highlight, Part, Piece, Tag, flow
from evals.report.inert import visible
from evals.report.tallies import LABELS, MEANINGS

SIGNS: Mapping[str, str] = {
    "supported": "✓",
    "contradicted": "✗",
    "partly": "≈",
    "not_found": "?",
    "not_checkable": "–",
    "no_verdict": "!",
}
"""A sign for each verdict label, beside its colour."""

_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
_TAGS = {"heading": "h4", "quote": "blockquote", "code": "pre"}


def plain(text: object) -> str:
    """Data as HTML text, with what a reader could not see shown as its code."""
    return html.escape(visible(str(text)))


def label(text: str) -> str:
    """Data as the label of a link, which Streamlit reads as Markdown: every sign that could be markup is escaped."""
    return _MARKUP.sub(r"\\\1", visible(text))


def answer(item: Item, *, chosen: str | None, claims: bool = True, findings: bool = True) -> str:
    """The answer as a patient reads it, with its claims and findings marked as asked.

    `chosen` is the id of the claim that stands out. Where text is hidden from readers, a tag says so.
    """
    told = item.answer
    highlights = [*_claims(item, chosen)] if claims else []
    if findings:
        highlights += _findings(item, {(mark.start, mark.end) for mark in highlights})
    links = [Highlight(start=k.start, end=k.end, look="link", tags=(_tag(f"link: {k.url}"),)) for k in told.links]
    laid = flow(told.text, told.blocks, told.hidden, [*highlights, *links], "")
    cut = f"<p class='quiet'>{laid.left_out:,} more characters are not shown.</p>" if laid.left_out else ""
    return f"<article class='answer' lang='{plain(told.language)}'>{''.join(map(_part, laid.parts))}{cut}</article>"


def _claims(item: Item, chosen: str | None) -> Iterable[Highlight]:
    labels = rows.labels(item)
    for number, claim in enumerate(item.claims):
        name = labels[claim.claim_id]
        picked = claim.claim_id == chosen
        # What says nothing that a guideline could bear out is left as the patient reads it.
        if picked or name != "not_checkable":
            tag = Tag(text=claim_words(claim.claim_id, name), target="", look=f"claim-tag {name}")
            # The number leads a click to the claim's button: see clicks.js.
            look = f"claim {name} n-{number}{' chosen' if picked else ''}"
            yield Highlight(start=claim.start, end=claim.end, look=look, tags=(tag,))


def _findings(item: Item, claimed: Collection[tuple[int, int]]) -> Iterable[Highlight]:
    for finding in all_findings(item):
        if finding.start is None or finding.end is None:
            continue
        # A remark on exactly a claim's words says no more than the claim's own tag.
        if finding.severity != "info" or (finding.start, finding.end) not in claimed:
            yield _finding(finding, finding.start, finding.end)


def _finding(finding: Finding, start: int, end: int) -> Highlight:
    tag = Tag(text=f"⚑ {finding.rule} {finding.severity}", target="", look=f"finding-tag {finding.severity}")
    return Highlight(start=start, end=end, look=f"finding {finding.severity}", tags=(tag,))


def _tag(text: str) -> Tag:
    return Tag(text=text, target="", look="")


def claim_words(claim_id: str, name: str) -> str:
    """A claim's id and verdict; the commonest verdict as its sign only, or an answer is more tags than text."""
    return f"{claim_id} {SIGNS[name]}" if name == "supported" else f"{claim_id} {SIGNS[name]} {LABELS[name]}"


def _part(part: Part) -> str:
    lines = ((level, "".join(map(_piece, pieces))) for level, pieces in part.lines)
    if part.kind == "item":
        return "".join(f"<div class='item level-{level}' dir='auto'>{line}</div>" for level, line in lines)
    tag = _TAGS.get(part.kind, "div")
    return "".join(f"<{tag} class='block {part.kind}' dir='auto'>{line}</{tag}>" for _, line in lines)


def _piece(piece: Piece) -> str:
    words = f"<span class='{piece.look}'>{plain(piece.text)}</span>" if piece.look else plain(piece.text)
    return words + "".join(tag(told.text, told.look) for told in piece.tags)


def tag(text: str, look: str) -> str:
    """A short label in the text or beside it; `look` is ours, the text is data."""
    return f"<span class='tag {look}'>{plain(text)}</span>"


def verdict_tag(name: str) -> str:
    """A verdict's sign and words in its colour."""
    return f"<span class='claim {name}'>{SIGNS[name]} {LABELS[name]}</span>"


def legend(names: Sequence[str]) -> str:
    """What the marks mean, for the verdicts that occur."""
    rows = [
        f"<div>{verdict_tag(name)}<span class='meaning'>{MEANINGS[name]}</span></div>"
        for name in LABELS
        if name in names and name != "not_checkable"
    ]
    flag = tag("⚑ rule severity", "finding-tag")
    rows.append(f"<div>{flag}<span class='meaning'>a finding, on the underlined words</span></div>")
    return f"<div class='legend'>{''.join(rows)}</div>"
