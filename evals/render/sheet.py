"""The page being written: tidy lines go in as blocks, and every block, hidden span and link is noted by offset."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from evals.records import Block, BlockKind, Link, Span

# A bare address in running text. The last character may not be the sentence's own punctuation.
_ADDRESS = re.compile(r"https?://[^\s<>\"“”|]{0,2000}[^\s<>\"“”|.,;:!?'’)\]}]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """An answer as a reader meets it.

    `text` is plain: blocks separated by newlines, list items without their bullets, table cells joined by " | ".
    Every block is `text[start:end]`; blocks are in order, do not overlap, and hold all that is not white space. A line
    break inside a block stays as one newline. `hidden` are the spans that a reader would not see.
    """

    text: str
    blocks: tuple[Block, ...]
    hidden: tuple[Span, ...]
    links: tuple[Link, ...]


class Run(NamedTuple):
    """A stretch of text that is seen, or not, and linked, or not, as one. A newline is a line break."""

    text: str
    hidden: bool = False
    url: str | None = None


Line = list[Run]


def tidy(runs: Iterable[Run]) -> list[Line]:
    """Runs cut into lines at newlines, white space collapsed to single spaces, line ends trimmed. Blank lines stay."""
    lines: list[Line] = [[]]
    gap = False
    for run in runs:
        for number, part in enumerate(run.text.split("\n")):
            if number:
                lines.append([])
            words = part.split()
            if not words:
                gap = gap or bool(part)
                continue
            line = lines[-1]
            if line and (gap or part[0].isspace()):
                line.append(_space(line[-1], run))
            line.append(Run(" ".join(words), run.hidden, run.url))
            gap = part[-1].isspace()
    return lines


def plain(line: Line) -> str:
    """The text of a line, without who can see it."""
    return "".join(run.text for run in line)


def shorten(line: Line, count: int) -> Line:
    """The line without its first `count` characters and the space after them."""
    rest: Line = []
    for run in line:
        if count < len(run.text):
            rest.append(run._replace(text=run.text[count:].lstrip() if not rest else run.text[count:]))
        count = max(0, count - len(run.text))
    return [run for run in rest if run.text]


def join(lines: Sequence[Line], glue: str = " ") -> Line:
    """The lines that hold anything, as one line."""
    joined: Line = []
    for line in lines:
        if line and joined:
            joined.append(_space(joined[-1], line[0])._replace(text=glue))
        joined.extend(line)
    return joined


def _space(before: Run, after: Run) -> Run:
    """The space between two runs: hidden or linked only when both sides are."""
    return Run(" ", before.hidden and after.hidden, before.url if before.url == after.url else None)


@dataclass(slots=True)
class Sheet:
    """Collects blocks in reading order."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    hidden: list[Span] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def add(self, kind: BlockKind, level: int, lines: Sequence[Line]) -> None:
        """Write one block of tidy lines; nothing is written when they are all blank."""
        filled = [line for line in lines if line]
        if not filled:
            return
        self._gap(kind)
        start = self.length
        for number, line in enumerate(filled):
            if number:
                self._write(_space(filled[number - 1][-1], line[0])._replace(text="\n"))
            for run in line:
                self._write(run)
        self.blocks.append(Block(kind=kind, start=start, end=self.length, level=level))

    def finish(self) -> Rendered:
        """The finished page, with the addresses that stand bare in the text noted as links too."""
        text = "".join(self.parts)
        return Rendered(
            text=text, blocks=tuple(self.blocks), hidden=tuple(self.hidden), links=_with_addresses(text, self.links)
        )

    def _gap(self, kind: BlockKind) -> None:
        if not self.blocks:
            return
        together = kind == self.blocks[-1].kind and kind in ("item", "row")
        self._put("\n" if together else "\n\n")

    def _write(self, run: Run) -> None:
        start = self.length
        self._put(run.text)
        if run.hidden:
            if self.hidden and self.hidden[-1].end == start:
                start = self.hidden.pop().start
            self.hidden.append(Span(start=start, end=self.length))
        if run.url:
            start = self.length - len(run.text)
            if self.links and self.links[-1].end == start and self.links[-1].url == run.url:
                start = self.links.pop().start
            self.links.append(Link(start=start, end=self.length, url=run.url))

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)


def _with_addresses(text: str, links: list[Link]) -> tuple[Link, ...]:
    taken = iter([*links, Link(start=len(text) + 1, end=len(text) + 1, url="")])
    nearest = next(taken)
    found: list[Link] = []
    for match in _ADDRESS.finditer(text):
        while nearest.end <= match.start():
            nearest = next(taken)
        if match.end() <= nearest.start:
            found.append(Link(start=match.start(), end=match.end(), url=match[0]))
    return tuple(sorted([*links, *found], key=lambda link: link.start))
