"""An answer's sentences, each with how much a reader has read before it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.records import Answer, Block, SectionKind

_NOTICES: frozenset[SectionKind | None] = frozenset({"opening_notice", "closing_notice", "upload"})
_SILENT: frozenset[SectionKind | None] = frozenset({"title", "date", "related", "references", "questions"})
# Plain ends of sentences: instructions are short, and the splitter for claims would take most of the time.
_END = re.compile(r"(?<=[.!?…])(?<!\bDr\.)(?<!\bSt\.)(?<!e\.g\.)(?<!i\.e\.)[\"'”’)\]*_]*\s+|\n+")


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence, how many words and paragraphs stand before it, and whether it stands in a notice or is a heading."""

    start: int
    end: int
    before: int
    paragraph: int
    notice: bool
    heading: bool


def places_of(answer: Answer, text: str) -> Iterator[Place]:
    """The sentences of an answer outside titles, references and the like, in order."""
    before, paragraph = 0, -1
    for block, section in _blocks(answer, text):
        notice = section in _NOTICES
        counted = block.kind != "heading" and not notice
        paragraph += counted
        for start, end in _sentences(text, block):
            yield Place(start, end, before, paragraph, notice, block.kind == "heading")
            before += text.count(" ", start, end) + 1 if counted else 0


def _blocks(answer: Answer, text: str) -> Iterator[tuple[Block, SectionKind | None]]:
    sections = sorted(answer.sections, key=lambda section: (section.start, section.end))
    blocks = sorted(answer.blocks, key=lambda block: (block.start, block.end)) or list(_lines(text))
    index = 0
    for block in blocks:
        while index < len(sections) and sections[index].end <= block.start:
            index += 1
        inside = index < len(sections) and sections[index].start <= block.start
        section = sections[index].kind if inside else None
        if block.kind != "code" and section not in _SILENT:
            yield block, section


def _sentences(text: str, block: Block) -> Iterator[tuple[int, int]]:
    start = block.start
    for mark in [*_END.finditer(text, block.start, block.end), None]:
        end = mark.start() if mark else block.end
        if text[start:end].strip():
            yield start, end
        start = mark.end() if mark else end


def _lines(text: str) -> Iterator[Block]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield Block(kind="paragraph", start=at, end=at + len(line))
        at += len(line) + 1
