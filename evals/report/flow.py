"""An answer's text as its blocks, cut into marked pieces: what the patient sees, and what was hidden from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from evals.records import Block, Span
from evals.report.segments import Mark, Segment, segments

SHOWN = 60_000
"""Characters of an answer that a report shows; the rest is in the run's tables. No page for patients is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A short label after highlighted words, leading to what is said about them."""

    text: str
    target: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Highlight:
    """How a claim or finding shows in the text: its look (a CSS class), tags at its end, an anchor at its start."""

    start: int
    end: int
    look: str
    tags: tuple[Tag, ...] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text that looks the same throughout. `text` is empty for a tag that stands by itself."""

    text: str
    look: str
    anchors: tuple[str, ...]
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One block, or a run of list items or table rows, each a line of pieces with its level."""

    kind: str
    lines: tuple[tuple[int, tuple[Piece, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """The text as shown, its hidden stretches, and how many characters are left out at the end."""

    parts: tuple[Part, ...]
    hidden: tuple[tuple[Piece, ...], ...]
    left_out: int


_PARAGRAPH = Block(kind="paragraph", start=0, end=0)


def flow(
    text: str, blocks: Sequence[Block], hidden: Sequence[Span], highlights: Sequence[Highlight], anchor: str
) -> Flow:
    """Lay an answer out. `anchor` is the answer's own; the box of hidden stretch 1 is at `anchor-h1`."""
    shown = text[:SHOWN]
    marks = [
        *(Mark(start=b.start, end=b.end, kind="block", key=n) for n, b in enumerate(blocks)),
        *(Mark(start=h.start, end=h.end, kind="hidden", key=n) for n, h in enumerate(hidden)),
        *(Mark(start=h.start, end=h.end, kind="highlight", key=n) for n, h in enumerate(highlights)),
    ]
    lines: list[tuple[Block, list[Piece]]] = []
    unseen: list[list[Piece]] = [[] for _ in hidden]
    at: int | None = None
    for segment in segments(shown, marks):
        keys = {mark.kind: mark.key for mark in segment.marks}
        place = keys.get("block")
        if place is None and not segment.text.strip():
            continue
        if not lines or place != at:
            lines.append((_PARAGRAPH if place is None else blocks[place], []))
            at = place
        piece = _piece(segment, highlights)
        if "hidden" not in keys:
            lines[-1][1].append(piece)
            continue
        if not unseen[keys["hidden"]]:
            lines[-1][1].append(_pointer(keys["hidden"] + 1, anchor))
        unseen[keys["hidden"]].append(piece)
    return Flow(parts=_parts(lines), hidden=tuple(tuple(p) for p in unseen if p), left_out=len(text) - len(shown))


def _piece(segment: Segment, highlights: Sequence[Highlight]) -> Piece:
    lying = [highlights[mark.key] for mark in segment.marks if mark.kind == "highlight"]
    return Piece(
        text=segment.text,
        look=" ".join(dict.fromkeys(h.look for h in lying if h.look)),
        anchors=tuple(h.anchor for h in lying if h.anchor and max(0, h.start) == segment.start),
        tags=tuple(tag for h in lying if min(h.end, SHOWN) == segment.end for tag in h.tags),
    )


def _pointer(number: int, anchor: str) -> Piece:
    tag = Tag(text=f"hidden text {number}", target=f"{anchor}-h{number}", look="hidden")
    return Piece(text="", look="", anchors=(), tags=(tag,))


def _parts(lines: Iterable[tuple[Block, list[Piece]]]) -> tuple[Part, ...]:
    filled = ((block, tuple(pieces)) for block, pieces in lines if pieces)
    groups = ([line for _, line in group] for _, group in groupby(enumerate(filled), key=_listed))
    return tuple(
        Part(kind=group[0][0].kind, lines=tuple((min(block.level, 6), pieces) for block, pieces in group))
        for group in groups
    )


def _listed(line: tuple[int, tuple[Block, tuple[Piece, ...]]]) -> str | int:
    # Items and rows stand together as one list or table; every other block stands alone.
    number, (block, _) = line
    return block.kind if block.kind in ("item", "row") else number
