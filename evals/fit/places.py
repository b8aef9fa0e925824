"""Where sentences begin and end, quick and rough, and which part of an answer a place lies in."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from evals.records import Answer, SectionKind

# A stop after a title or "e.g." ends nothing, nor does one inside a number. Looked back at only where a stop stands.
_END = re.compile(
    r"[.!?…](?<!\bDr\.)(?<!\bMr\.)(?<!\bMs\.)(?<!\bMrs\.)(?<!\bvs\.)(?<!\be\.g\.)(?<!\bi\.e\.)[.!?…]*[\"'”’»)\]]*(?=\s|\Z)|\n+"
)


class Places:
    """Which part of the answer a place lies in."""

    def __init__(self, answer: Answer) -> None:
        self._sections = sorted(answer.sections, key=lambda section: (section.start, section.end))
        self._starts = [section.start for section in self._sections]
        self._blocks = sorted(answer.blocks, key=lambda block: block.start)
        self._block_starts = [block.start for block in self._blocks]

    def section(self, at: int) -> SectionKind | None:
        """The kind of section there, or None outside of any."""
        index = bisect_right(self._starts, at) - 1
        return self._sections[index].kind if index >= 0 and at < self._sections[index].end else None

    def is_item(self, at: int) -> bool:
        """Whether it lies in an item of a list or a row of a table."""
        return self._kind(at) in {"item", "row"}

    def is_heading(self, at: int) -> bool:
        """Whether it lies in a heading."""
        return self._kind(at) == "heading"

    def _kind(self, at: int) -> str:
        # A sentence may begin with the line break before its block.
        index = bisect_right(self._block_starts, at + 2) - 1
        return self._blocks[index].kind if index >= 0 else ""


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence or line that holds a word: quick and rough."""
    at = 0
    for stop in _END.finditer(text):
        if any(map(str.isalnum, text[at : stop.end()])):
            yield at + _lead(text, at, stop.end()), stop.end()
        at = stop.end()
    if any(map(str.isalnum, text[at:])):
        yield at + _lead(text, at, len(text)), len(text)


def _lead(text: str, start: int, end: int) -> int:
    piece = text[start:end]
    return len(piece) - len(piece.lstrip())
