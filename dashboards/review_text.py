"""An answer cut into pieces for the review component: every highlight is cut here, none in the browser.

Each piece knows which characters of the stored answer it stands for, so that the browser can say what was selected.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from evals.records import Block, Record, Treatment
from evals.report.flow import SHOWN
from evals.report.inert import visible
from evals.report.segments import Mark as Cut
from evals.report.segments import Segment, segments
from evals.review import Content, Shown, ShownPassage, Side

Piece = dict[str, Any]
Part = dict[str, Any]

_CHARACTER = re.compile(r"\r\n?|.", re.DOTALL)
_PARAGRAPH = Block(kind="paragraph", start=0, end=0)


def parts(shown: Shown, content: Content, sides: Sequence[Side] = ()) -> list[Part]:
    """The answer as a reader sees it: blocks of pieces, each with the claims and remarks that lie on it.

    A piece is `text` for the answer's characters `start` to `end`; `after` are short labels to show behind it.
    """
    blocks, claims, links, remarks = shown.blocks, shown.claims, shown.links, _remarks(content, sides)
    cuts = [
        *(Cut(start=b.start, end=b.end, kind="block", key=n) for n, b in enumerate(blocks)),
        *(Cut(start=h.start, end=h.end, kind="hidden", key=n) for n, h in enumerate(shown.hidden)),
        *(Cut(start=c.start, end=c.end, kind="claim", key=n) for n, c in enumerate(claims)),
        *(Cut(start=k.start, end=k.end, kind="link", key=n) for n, k in enumerate(links)),
        *(Cut(start=start, end=end, kind="remark", key=n) for n, (start, end, _) in enumerate(remarks)),
    ]
    lines: list[tuple[int | None, list[Piece]]] = []
    for segment in segments(shown.text[:SHOWN], cuts):
        lying = {mark.kind: mark.key for mark in segment.marks}
        at = lying.get("block")
        if "hidden" in lying or (at is None and not segment.text.strip()):
            continue
        if not lines or lines[-1][0] != at:
            lines.append((at, []))
        lines[-1][1].extend(_pieces(segment, shown, remarks))
    return _laid(lines, blocks)


def _pieces(segment: Segment, shown: Shown, remarks: Sequence[tuple[int, int, str]]) -> list[Piece]:
    on = {kind: [m.key for m in segment.marks if m.kind == kind] for kind in ("claim", "link", "remark")}
    ends = [(m.kind, m.key) for m in segment.marks if min(m.end, SHOWN) == segment.end]
    after = [
        *({"claim": shown.claims[n].claim_id, "words": str(n + 1)} for kind, n in ends if kind == "claim"),
        *({"words": f"link: {visible(shown.links[n].url)}"} for kind, n in ends if kind == "link"),
        *({"words": f"⚑ {remarks[n][2]}"} for kind, n in ends if kind == "remark"),
    ]
    looks = {"remark": bool(on["remark"]), "link": bool(on["link"])}
    claims = [shown.claims[n].claim_id for n in on["claim"]]
    found = [{**piece, **looks, "claims": claims, "after": []} for piece in atoms(segment.text, segment.start)]
    found[-1]["after"] = after
    return found


def _remarks(content: Content, sides: Sequence[Side]) -> list[tuple[int, int, str]]:
    """Start, end and label of each remark on words, one's own and those of the two sides."""
    found: list[tuple[int, int, str]] = []
    for whose, told in (("", content), *((f"{side.label}: ", side.content) for side in sides)):
        for number, mark in enumerate(told.marks, start=1):
            if mark.start is not None and mark.end is not None:
                found.append((mark.start, mark.end, f"{whose}{mark.code or f'remark {number}'}"))
    return found


def _laid(lines: Iterable[tuple[int | None, list[Piece]]], blocks: Sequence[Block]) -> list[Part]:
    # Items and rows stand together as one list or table; every other block stands alone.
    numbered = [(n, _PARAGRAPH if at is None else blocks[at], pieces) for n, (at, pieces) in enumerate(lines)]
    groups = groupby(numbered, key=lambda line: line[1].kind if line[1].kind in ("item", "row") else line[0])
    return [
        {"kind": found[0][1].kind, "lines": [{"level": min(b.level, 6), "pieces": pieces} for _, b, pieces in found]}
        for found in (list(group) for _, group in groups)
    ]


def atoms(text: str, start: int) -> Iterator[Piece]:
    """The text in pieces of which each is shown as it is, or, where it cannot be seen, stands as a whole as codes."""
    if visible(text) == text:
        yield {"text": text, "start": start, "end": start + len(text), "whole": False}
        return
    runs = groupby(_CHARACTER.finditer(text), key=lambda found: visible(found[0]) != found[0])
    for odd, run in runs:
        found = list(run)
        words = "".join(match[0] for match in found)
        yield {
            "text": visible(words),
            "start": start + found[0].start(),
            "end": start + found[-1].end(),
            "whole": odd,
        }


def hidden(shown: Shown) -> list[str]:
    """What the answer holds that its reader does not see."""
    return [visible(shown.text[span.start : span.end])[:2_000] for span in shown.hidden[:20]]


def left_out(shown: Shown) -> int:
    """Characters at the end of the answer that no page shows."""
    return max(0, len(shown.text) - SHOWN)


def passage(told: ShownPassage) -> dict[str, Any]:
    """A passage with its sources in words and its date."""
    return {
        "id": visible(told.id),
        "title": visible(told.title),
        "text": visible(told.text),
        "sources": [visible(source) for source in told.sources],
        "asOf": visible(told.as_of or "no date"),
    }


def record(told: Record | None) -> list[tuple[str, str]]:
    """The record that came with the question, as names and values."""
    if told is None:
        return []
    stage = told.stage
    found = {
        "Cancer": told.cancer,
        "Histology": told.histology,
        "Stage": " ".join(part for part in (stage.group, stage.t, stage.n, stage.m) if part) if stage else None,
        "Age group": told.age_group,
        "Pregnancy": told.pregnancy,
        "Name on the record": told.name_on_record,
        "Name of the account": told.account_name,
    }
    rows = [(name, value) for name, value in found.items() if value]
    rows += [(marker.name, marker.result) for marker in told.biomarkers]
    rows += [(f"Treatment, line {t.line}" if t.line else "Treatment", _treatment(t)) for t in told.treatments]
    rows += [("Text", told.text)] if told.text else []
    return [(visible(str(name)), visible(str(value))) for name, value in rows]


def _treatment(told: Treatment) -> str:
    return f"{told.name}, {told.start or '?'} to {told.end or 'now'}" if told.start or told.end else told.name
