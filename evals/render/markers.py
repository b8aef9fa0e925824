"""List items as people type them: what opens an item, how deep it lies, and which line breaks are only wrapping."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

# "1.", "2)", "(3)", "a)", "iv." – at most two digits, so that a year opens no item. One capital with a full stop would
# be an initial ("A. Smith"), so letters with a full stop are small.
_MARKER = re.compile(
    r"(?P<glyph>[•‣◦⁃▪▫●○■□►▶➤➢✓✔·–—*-])\s+"
    r"|(?P<number>\(?\d{1,2}[.)])\s+"
    r"|(?P<roman>\(?[ivx]{1,4}[.)])\s+"
    r"|(?P<letter>\(?[a-z][.)]|\(?[A-Z]\))\s+"
)
_ENDS_SENTENCE = re.compile(r"[.!?:;…][\"'”’)\]]*$")
# Shorter lines are meant to be short; a wider text was not wrapped at a margin.
_NARROWEST, _WIDEST = 40, 130
_FEWEST_WRAPPED = 2
# Numbers and letters do not nest under bullets of the same indent; letters nest under numbers.
_RANKS = {"number": 0, "letter": 1, "roman": 1}


class Marker(NamedTuple):
    """What opens a list item: its style ("•", "number", …), its length, and for a number its value."""

    style: str
    length: int
    number: int | None = None


def marker(text: str) -> Marker | None:
    """The list marker that a line begins with, if anything follows it."""
    found = _MARKER.match(text)
    if not found or found.end() == len(text):
        return None
    kind = found.lastgroup or ""
    number = int(found[kind].strip("(.)")) if kind == "number" else None
    return Marker(found[kind] if kind == "glyph" else kind, found.end(), number)


def continues_a_sentence(mark: Marker, before: str, in_list: bool) -> bool:
    """Whether "3. The …" is not an item but the wrapped end of a sentence such as "grade 3. The …"."""
    later = mark.number is not None and mark.number > 1
    return later and not in_list and bool(before) and not ends_sentence(before)


def ends_sentence(text: str) -> bool:
    """Whether the text ends in a mark that closes a sentence or a stem."""
    return bool(_ENDS_SENTENCE.search(text[-8:]))


@dataclass(slots=True)
class Levels:
    """The nesting of the items of one list, told by indent first and by style of marker where indents are equal.

    At equal indents bullets nest under letters and numbers, never the other way round.
    """

    open: list[tuple[int, str]] = field(default_factory=list)

    def of(self, indent: int, style: str) -> int:
        """The level, from 1, of the next item."""
        key, rank = (indent, style), _RANKS.get(style, 2)
        while self.open and (self.open[-1][0], _RANKS.get(self.open[-1][1], 2)) > (indent, rank):
            self.open.pop()
        if key in self.open:
            del self.open[self.open.index(key) + 1 :]
        else:
            self.open.append(key)
        return len(self.open)


def wrap_width(lines: Sequence[str]) -> int | None:
    """The margin at which a text was wrapped by hand or by a mail program; None when it was not."""
    wrapped = [len(line) for line, after in pairwise(lines) if _breaks_a_sentence(line, after)]
    return max(wrapped) if len(wrapped) >= _FEWEST_WRAPPED and max(wrapped) <= _WIDEST else None


def is_wrapped(line: str, after: str, width: int | None) -> bool:
    """Whether the break between two lines is only wrapping: in mid-sentence, or because the next word did not fit."""
    if _breaks_a_sentence(line, after):
        return True
    first = after.split(maxsplit=1)[:1]
    return width is not None and bool(first) and len(line.rstrip()) + 1 + len(first[0]) > width


def _breaks_a_sentence(line: str, after: str) -> bool:
    text = after.lstrip()
    return len(line) >= _NARROWEST and text[:1].islower() and not ends_sentence(line.rstrip()) and not marker(text)
