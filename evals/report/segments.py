"""Text and the marks on it -> segments, so that a screen can highlight without ever slicing by offset itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something to show on `text[start:end]`: what kind of thing, and which one of them."""

    start: int
    end: int
    kind: str
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of text on which the same marks lie from its first character to its last, in the order given."""

    start: int
    end: int
    text: str
    marks: tuple[Mark, ...]


def segments(text: str, marks: Iterable[Mark]) -> tuple[Segment, ...]:
    """Cut a text wherever a mark begins or ends; the segments in order make up the whole text.

    Marks may overlap, nest and repeat. What of a mark lies outside the text is ignored, and so is an empty mark.
    """
    opening: dict[int, list[tuple[int, Mark]]] = defaultdict(list)
    closing: dict[int, list[int]] = defaultdict(list)
    for order, mark in enumerate(marks):
        start, end = max(0, mark.start), min(mark.end, len(text))
        if start < end:
            opening[start].append((order, mark))
            closing[end].append(order)
    cuts = sorted({0, *opening, *closing, len(text)})
    lying: dict[int, Mark] = {}
    found: list[Segment] = []
    for start, end in pairwise(cuts):
        for order in closing.get(start, ()):
            del lying[order]
        lying.update(opening.get(start, ()))
        here = tuple(lying[order] for order in sorted(lying))
        found.append(Segment(start=start, end=end, text=text[start:end], marks=here))
    return tuple(found)
