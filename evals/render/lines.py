"""Plain text, line by line: headings, items, quotes, rows and paragraphs as people type them."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from evals.records import BlockKind
from evals.render.markers import Levels, Marker, continues_a_sentence, ends_sentence, is_wrapped, marker, wrap_width
from evals.render.sheet import Rendered, Run, Sheet, tidy

_RULE = re.compile(r"(?:[-=_*~#+•·–—] ?){3,}|`{3,}\w{0,20}|~{3,}\w{0,20}")
_UNDERLINE = re.compile(r"={3,}|-{3,}|~{3,}")
_HASHES = re.compile(r"(#{1,6})\s+(\S.*)")
_CLOSING_HASHES = re.compile(r"\s#+$")
_ROW_RULE = re.compile(r"[|:+ \t-]+")
# A line that gives a date is no heading, however short.
_DATE = re.compile(
    r"\b(?:19|20)\d\d-\d\d?-\d\d?\b"  # 2026-03-03
    r"|\b\d{1,2}[/. ](?:de )?(?:\w{1,12}[/. ])?(?:de )?(?:19|20)\d\d\b"  # 3/3/2026, 3 March 2026, 3 de marzo de 2026
    r"|\b\d{1,2}, (?:19|20)\d\d\b"  # March 3, 2026
)
_LONGEST_HEADING = 80
_MOST_WORDS = 12
_TAB = 4


class _Source(NamedTuple):
    indent: int
    text: str


class _Part(NamedTuple):
    """A block to be, and the number of the first line after it."""

    kind: BlockKind
    level: int
    text: str
    after: int


def read_lines(text: str) -> Rendered:
    """Plain text as blocks. Rules and the underlines of headings are dropped; bullets and numbers of items too."""
    sheet = Sheet()
    for part in _Reader(text).parts():
        sheet.add(part.kind, part.level, tidy([Run(part.text)]))
    return sheet.finish()


class _Reader:
    def __init__(self, text: str) -> None:
        raw = [line.expandtabs(_TAB).rstrip() for line in text.splitlines()]
        self._lines = [_Source(len(line) - len(line.lstrip()), line.strip()) for line in raw]
        self._width = wrap_width(raw)
        self._levels = Levels()
        # The last block was a heading: another may follow without a blank line.
        self._after_heading = False
        self._first = True

    def parts(self) -> Iterator[_Part]:
        at = 0
        while at < len(self._lines):
            line = self._lines[at]
            if not line.text or _RULE.fullmatch(line.text):
                at += 1
                continue
            part = self._heading(at) or self._row(at) or self._quote(at) or self._item(at) or self._paragraph(at)
            if part.kind != "item":
                self._levels = Levels()
            self._after_heading, self._first = part.kind == "heading", False
            at = part.after
            yield part

    # --- one kind of block each: the block that begins at a line, or None ------------------------------------------

    def _heading(self, at: int) -> _Part | None:
        text = self._lines[at].text
        if hashes := _HASHES.fullmatch(text):
            return _Part("heading", len(hashes[1]), _CLOSING_HASHES.sub("", hashes[2]), at + 1)
        if len(text) > _LONGEST_HEADING or (self._text(at - 1) and not self._after_heading):
            return None
        below = self._text(at + 1)
        if _UNDERLINE.fullmatch(below) and not marker(text) and (below[0] == "=" or not text.endswith((".", "!", ","))):
            return _Part("heading", 1 if below[0] == "=" else 2, text, at + 2)
        if self._is_shouted(text) or self._stands_alone(at):
            return _Part("heading", 1 if self._first else 2, text, at + 1)
        return None

    def _is_shouted(self, text: str) -> bool:
        letters = sum(map(str.isalpha, text))
        shouted = text.isupper() and letters >= 4 and not text.endswith((".", "!", ",", ";"))
        return shouted and len(text.split()) <= _MOST_WORDS and not marker(text) and not _is_row(text)

    def _stands_alone(self, at: int) -> bool:
        """Whether a short line without end punctuation heads what follows it."""
        text = self._lines[at].text
        asks = text.endswith("?")
        if marker(text) or _is_row(text) or text.startswith(">") or text[0].islower() or _DATE.search(text):
            return False
        if len(text.split()) > _MOST_WORDS or not any(map(str.isalpha, text)):
            return False
        if (ends_sentence(text) or text.endswith(",")) and not asks:
            return False
        below = next((n for n in range(at + 1, min(at + 6, len(self._lines))) if self._lines[n].text), None)
        if below is None or (asks and self._lines[below].text.endswith("?")):
            return False
        return below > at + 1 or self._is_prose(self._lines[below].text)

    def _is_prose(self, text: str) -> bool:
        return bool(marker(text)) or len(text) > _LONGEST_HEADING or ends_sentence(text)

    def _row(self, at: int) -> _Part | None:
        text = self._lines[at].text
        if not _is_row(text):
            return None
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        return _Part("row", 0, "" if _ROW_RULE.fullmatch(text) else " | ".join(cells), at + 1)

    def _quote(self, at: int) -> _Part | None:
        if not self._lines[at].text.startswith(">"):
            return None
        after = at
        while self._text(after).startswith(">") and (after == at or self._text(after).strip("> ")):
            after += 1
        return _Part("quote", 0, " ".join(self._lines[n].text.lstrip("> ") for n in range(at, after)), after)

    def _item(self, at: int) -> _Part | None:
        line = self._lines[at]
        mark = self._marker(at)
        if mark is None:
            return None
        level = self._levels.of(line.indent, mark.style)
        after = at + 1
        while self._text(after) and self._marker(after) is None and self._goes_on(after, line.indent):
            after += 1
        words = [line.text[mark.length :], *(self._lines[n].text for n in range(at + 1, after))]
        return _Part("item", level, " ".join(words), after)

    def _paragraph(self, at: int) -> _Part:
        after = at + 1
        while self._text(after) and self._is_wrapped(after) and not self._opens(after):
            after += 1
        return _Part("paragraph", 0, " ".join(self._lines[n].text for n in range(at, after)), after)

    # --- what a line is, seen from its neighbours -------------------------------------------------------------------

    def _text(self, at: int) -> str:
        return self._lines[at].text if 0 <= at < len(self._lines) else ""

    def _marker(self, at: int) -> Marker | None:
        mark = marker(self._text(at))
        if mark is None or continues_a_sentence(mark, self._text(at - 1), bool(self._levels.open)):
            return None
        return None if _RULE.fullmatch(self._text(at)) else mark

    def _opens(self, at: int) -> bool:
        text = self._text(at)
        other = text.startswith(">") or _is_row(text) or _HASHES.fullmatch(text) or _RULE.fullmatch(text)
        return bool(other) or self._marker(at) is not None

    def _goes_on(self, at: int, indent: int) -> bool:
        """Whether a line without a marker belongs to the item above it."""
        return not self._opens(at) and (self._lines[at].indent > indent or self._is_wrapped(at))

    def _is_wrapped(self, at: int) -> bool:
        above, line = self._lines[at - 1], self._lines[at]
        return is_wrapped(" " * above.indent + above.text, line.text, self._width)


def _is_row(text: str) -> bool:
    return len(text) > 2 and text.startswith("|") and text.endswith("|")
