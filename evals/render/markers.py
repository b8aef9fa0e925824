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
# Narrower or wider than this, the longest line is not the margin of a hard-wrapped text.
_NARROWEST, _WIDEST = 50, 120


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

    At equal indents bullets nest under numbers, but numbers never under bullets.
    """

    open: list[tuple[int, str]] = field(default_factory=list)

    def of(self, indent: int, style: str) -> int:
        """The level, from 1, of the next item."""
        key = (indent, style)
        while self.open and (self.open[-1][0] > indent or (self.open[-1][0] == indent and style == "number")):
            self.open.pop()
        if key in self.open:
            del self.open[self.open.index(key) + 1 :]
        else:
            self.open.append(key)
        return len(self.open)


def wrap_width(lines: Sequence[str]) -> int | None:
    """The margin at which a text was wrapped by hand or by a mail program; None when its line breaks are meant.

    A line was wrapped when the first word of the next line would not have fitted. Two such breaks in mid-sentence,
    and more of them than of breaks where it would have fitted, make the text a wrapped one.
    """
    width = max((len(line) for line in lines), default=0)
    if not _NARROWEST <= width <= _WIDEST:
        return None
    wrapped = meant = 0
    for line, after in pairwise(lines):
        if line.strip() and after.strip() and not marker(after.strip()):
            if not is_wrapped(line, after, width):
                meant += 1
            elif not ends_sentence(line):
                wrapped += 1
    return width if wrapped >= 2 and wrapped > meant else None


def is_wrapped(line: str, after: str, width: int) -> bool:
    """Whether the break between two lines is only wrapping at `width` characters."""
    first = after.split(maxsplit=1)[:1]
    return bool(first) and len(line.rstrip()) + 1 + len(first[0]) > width
