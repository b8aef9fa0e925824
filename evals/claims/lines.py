"""An answer -> the lines that may state something: visible sentences of the body, with where they stand."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

from evals.claims.grammar import stands_alone
from evals.claims.wording import lead_words
from evals.records import Answer, Attribution, Block, BlockKind, SectionKind, Span
from evals.sentences import split_sentences

_CLAIM_SECTIONS: frozenset[SectionKind] = frozenset({"body", "urgent"})
_CLAIM_BLOCKS: frozenset[BlockKind] = frozenset({"paragraph", "item", "row", "quote"})
_HAS_WORD = re.compile(r"[^\W\d_]{2,}")
_BULLET = re.compile(r"(?:(?<=\s)|\A)[•▪◦‣●]\s+")
_NUMBER = re.compile(r"(?:(?<=[.:;!?]\s)|\A)\(?(?:(\d{1,2})|([a-h]))[.)]\s+(?=[^\W\d_])")
# Straight quotes open before a word and close after one; inch marks and stray ones do not count.
_QUOTES = re.compile(r"[“«][^“”«»]{1,600}[”»]|(?<!\w)\"(?=\S)[^\"]{1,600}(?<=\S)\"(?!\w)")
_TABLE_HEAD = re.compile(r"<th\b|^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*\|", re.IGNORECASE | re.MULTILINE)
_LONGEST_LABEL = 8
# What may stand between a named source and what it is said to say: "(2024):", ", ", " and other publishers: ".
_LEAD_END = re.compile(r"\A[\s)”\"']*(?:\([^()]*\))?(?:\s*[:,–—-]|\s[^.:,;!?]{0,50}:)\s*")
_LEAD_AT = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence, item or table row at `answer.text[start:end]`, and its surroundings.

    `words` is the text without the source it names. `index` counts the lines of a block from 0, `last` marks the last
    one. `fresh` means that the block is the first under `heading`; `header` holds the cells of a table's first row.
    """

    start: int
    end: int
    words: str
    kind: BlockKind
    level: int
    block: int
    index: int
    last: bool
    heading: str
    fresh: bool
    header: tuple[str, ...] = ()


def find_lines(answer: Answer) -> Iterator[Line]:
    """The lines of an answer in reading order."""
    hidden, sources = _Cover(answer.hidden), _Sources(answer.attributions)
    for line in _blocks(answer):
        yield from _lines_of(line, hidden, sources)


def _blocks(answer: Answer) -> Iterator[Line]:
    """The blocks that may state something, each as one line, with their headings."""
    heading, fresh = "", False
    table = _Table(answer)
    blocks = list(_body(answer))
    for number, (block, in_body) in enumerate(blocks):
        text = answer.text[block.start : block.end]
        following = blocks[number + 1][0] if number + 1 < len(blocks) else None
        is_head = table.read(block, text, following)
        if block.kind == "heading" or (in_body and _is_label(text, block, following)):
            heading, fresh = text.strip(), True
        elif not is_head:
            if in_body and block.kind in _CLAIM_BLOCKS:
                yield Line(
                    start=block.start, end=block.end, words=text, kind=block.kind, level=block.level, block=number,
                    index=0, last=True, heading=heading, fresh=fresh, header=table.header,
                )  # fmt: skip
            fresh = False


def _body(answer: Answer) -> Iterator[tuple[Block, bool]]:
    """Every block, and whether it lies in a section that makes statements."""
    sections = sorted(answer.sections, key=lambda section: section.start)
    starts = [section.start for section in sections]
    for block in sorted(answer.blocks, key=lambda block: (block.start, block.end)):
        at = bisect_right(starts, block.start) - 1
        inside = at >= 0 and block.end <= sections[at].end and sections[at].kind in _CLAIM_SECTIONS
        yield block, inside or not sections


def _is_label(text: str, block: Block, following: Block | None) -> bool:
    """Whether a paragraph is a heading in all but name: a few words without a verb, before something else."""
    if block.kind != "paragraph" or following is None or following.kind == "heading":
        return False
    plain = text.strip()
    ends_open = plain[-1:].isalnum() or plain[-1:] == ")"
    return ends_open and len(plain.split()) <= _LONGEST_LABEL and not stands_alone(plain)


class _Table:
    """Tells the first row of a table from the others; `header` holds its cells while the table lasts."""

    def __init__(self, answer: Answer) -> None:
        self.header: tuple[str, ...] = ()
        self._text = answer.text
        self._headed = _TABLE_HEAD.search(answer.raw) is not None
        self._in_table = False

    def read(self, block: Block, text: str, following: Block | None) -> bool:
        """Whether a block, the next in reading order, is the head of a table."""
        first = block.kind == "row" and not self._in_table
        self._in_table = block.kind == "row"
        if first:
            self.header = self._cells(text, following) if self._headed or text.startswith("|") else ()
        elif not self._in_table:
            self.header = ()
        return first and bool(self.header)

    def _cells(self, text: str, following: Block | None) -> tuple[str, ...]:
        cells = cells_of(text)
        told = any(cell.endswith((".", "!")) for cell in cells)
        if following is None or following.kind != "row" or len(cells) < 2 or told:
            return ()
        return cells if len(cells_of(self._text[following.start : following.end])) == len(cells) else ()


def cells_of(row: str) -> tuple[str, ...]:
    """The cells of a table row."""
    return tuple(cell.strip() for cell in row.split("|"))


def _lines_of(line: Line, hidden: "_Cover", sources: "_Sources") -> Iterator[Line]:
    found: list[Line] = []
    for start, end, kind, level in _parts(line):
        # A row is told as a whole: its cells are no sentences.
        spans = (Span(start=0, end=end - start),) if kind == "row" else _sentences(line.words[start:end])
        for span in spans:
            first, last = line.start + start + span.start, line.start + start + span.end
            source = line.words[start + span.start : start + span.end]
            if not source.strip() or not _HAS_WORD.search(source) or hidden.touches(first, last):
                continue
            first, last = first + len(source) - len(source.lstrip()), last - len(source) + len(source.rstrip())
            words = sources.cut(first, source.strip())
            found.append(replace(line, start=first, end=last, words=words, kind=kind, level=level))
    for index, one in enumerate(found):
        yield replace(one, index=index, last=index + 1 == len(found))


def _parts(line: Line) -> list[tuple[int, int, BlockKind, int]]:
    """A block cut at the marks of a list that runs on in it ("Call for: • fever • chills")."""
    text = line.words
    marks = list(_BULLET.finditer(text))
    if len(marks) < 2:
        marks = _numbered(text)
    if line.kind == "row" or len(marks) < 2:
        return [(0, len(text), line.kind, line.level)]
    parts: list[tuple[int, int, BlockKind, int]] = [(0, marks[0].start(), line.kind, line.level)]
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        parts.append((mark.end(), end, "item", line.level + 1))
    return parts


def _numbered(text: str) -> list[re.Match[str]]:
    marks = list(_NUMBER.finditer(text))
    counted = [int(mark[1]) if mark[1] else ord(mark[2]) - ord("a") + 1 for mark in marks]
    return marks if counted == list(range(1, len(marks) + 1)) else []


def _sentences(text: str) -> list[Span]:
    """The sentences of a text; what stands in one pair of quotation marks is never parted."""
    quotes = [match.span() for match in _QUOTES.finditer(text)]
    merged: list[Span] = []
    at = 0
    for span in split_sentences(text):
        while at < len(quotes) and quotes[at][1] <= span.start:
            at += 1
        if merged and at < len(quotes) and quotes[at][0] < merged[-1].end and span.start < quotes[at][1]:
            merged[-1] = Span(start=merged[-1].start, end=span.end)
        else:
            merged.append(span)
    return merged


class _Cover:
    """Spans asked many times whether they touch a stretch of text."""

    def __init__(self, spans: tuple[Span, ...]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for span in sorted(spans, key=lambda span: span.start):
            if self._ends and span.start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], span.end)
            else:
                self._starts.append(span.start)
                self._ends.append(span.end)

    def touches(self, start: int, end: int) -> bool:
        at = bisect_right(self._ends, start)
        return at < len(self._starts) and self._starts[at] < end


class _Sources:
    """What an answer names as its sources, to be cut from what they are said to say."""

    def __init__(self, attributions: tuple[Attribution, ...]) -> None:
        self._found = sorted(attributions, key=lambda one: one.end)
        self._ends = [one.end for one in self._found]

    def cut(self, start: int, source: str) -> str:
        """ "According to the NCI (…): X" claims X; who said so is checked by another scorer."""
        words = source
        for one in self._found[bisect_right(self._ends, start) :]:
            if one.start > start + _LEAD_AT or one.end - start >= len(source):
                break
            rest = _LEAD_END.sub("", source[one.end - start :])
            if rest != source[one.end - start :] and (_HAS_WORD.search(rest) or not rest):
                words = rest
                break
        lead = lead_words().match(words)
        words = words[lead.end() :] if lead and _HAS_WORD.search(words[lead.end() :]) else words
        # What is left begins a sentence, unless its letters are a name: "mRNA vaccines".
        return words if words == source or not words[:2].islower() else words[0].upper() + words[1:]
