"""Lines of a page or text file -> headings and paragraphs.

A PDF has no paragraphs, only lines; how long a line is and how it ends tells most of what was meant.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from evals.corpus.blocks import Block, tidy
from evals.lexicons import load_yaml

_BULLET = re.compile(r"[•‣◦▪●■○➢✓*–-]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z][.)]\s+")
# A line of a table of contents: dots that lead to a page number.
_CONTENTS_LINE = re.compile(r"(?:\. ?){5,}\s*\d{0,4}\Z")
_ENDED = re.compile(r"[.!?:][\"'”’)\]]*\s*\Z")
_FRAGMENT = re.compile(r"([^\W\d_]+)([-\u2010\u00ad])\Z")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_MOST_HEADING_WORDS = 9


class Layout:
    """How the lines of one document join: learned from all of them, applied to each page."""

    def __init__(self, pages: Sequence[Sequence[str]]) -> None:
        lengths = sorted(len(line.strip()) for lines in pages for line in lines if line.strip())
        self._full = lengths[len(lengths) * 9 // 10] if lengths else 0
        self._prefixes = frozenset(load_yaml("abbreviations.yaml")["prefixes"])
        self._words = Counter(word.lower() for lines in pages for line in lines for word in _WORD.findall(line))

    def blocks(self, lines: Sequence[str], page: int | None = None) -> Iterator[Block]:
        """The headings and paragraphs of a page."""
        held: list[str] = []
        for number, line in enumerate(lines):
            clean = tidy(line)
            following = next((text for other in lines[number + 1 :][:3] if (text := tidy(other))), "")
            if held and (not clean or _BULLET.match(clean) or self._is_heading(clean, held[-1], following)):
                yield Block(kind="text", text=self._joined(held), page=page)
                held = []
            if not clean or _CONTENTS_LINE.search(clean):
                continue
            if not held and self._is_heading(clean, "", following):
                yield Block(kind="heading", text=clean, level=2, page=page)
                continue
            held.append(clean)
            if _ENDED.search(clean) and len(clean) < self._full * 0.75:
                yield Block(kind="text", text=self._joined(held), page=page)
                held = []
        if held:
            yield Block(kind="text", text=self._joined(held), page=page)

    def join(self, before: str, after: str) -> str:
        """Two lines as running text, a word broken at the line's end put together again."""
        broken = _FRAGMENT.search(before)
        following = _WORD.match(after)
        if not broken:
            # "PD-" and "L1", "2020-" and "2025": no space, and the hyphen stays.
            return before + after if before.endswith("-") and not before.endswith(" -") else f"{before} {after}"
        if not following or not after[0].islower():
            return before + after
        left, right = broken.group(1), following.group()
        plain, hyphenated = f"{left}{right}".lower(), f"{left}-{right}".lower()
        is_prefix = not self._words[plain] and left.lower() in self._prefixes
        keeps = is_prefix or self._words[hyphenated] > self._words[plain]
        if keeps and broken.group(2) != "\u00ad":
            return before + after
        return before[: broken.start(2)] + after

    def _joined(self, lines: Sequence[str]) -> str:
        text = lines[0]
        for line in lines[1:]:
            # Only the last words matter to the join: the whole text would be copied and searched for each line.
            cut = max(text.rfind(" ", 0, len(text) - 60), 0) if len(text) > 120 else 0
            text = text[:cut] + self.join(text[cut:], line)
        return text

    def _is_heading(self, line: str, before: str, following: str) -> bool:
        """A short line without a full stop, set off from what comes before, with a new sentence after it."""
        return (
            0 < len(line.split()) <= _MOST_HEADING_WORDS
            and len(line) < self._full * 0.6
            and line[0].isupper()
            and not _BULLET.match(line)
            and line[-1] not in ".,;:!)-\u2010\u00ad"
            and bool(following)
            and (following[0].isupper() or bool(_BULLET.match(following)))
            and (not before or bool(_ENDED.search(before)))
        )


def without_running_lines(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """The pages without the headers, footers and page numbers that run through the document."""
    trimmed = [_stripped(lines) for lines in pages]
    counts = Counter(mark for lines in trimmed for mark in {_mark(line) for line in (*lines[:3], *lines[-3:])})
    filled = sum(bool(lines) for lines in trimmed)
    # Left and right pages, and chapters, may have headers of their own: each then runs on a part of the pages only.
    running = {mark for mark, count in counts.items() if count >= max(3, filled * 0.1)}
    return [_unframed(lines, running) for lines in trimmed]


_PAGE_NUMBER = re.compile(
    r"(?:page|p\.?|página)?\s*[-–|]?\s*(?:\d{1,4}|[ivxl]{1,6})\s*(?:[-–|]|(?:of|/)\s*\d{1,4})?", re.IGNORECASE
)


def _stripped(lines: Sequence[str]) -> list[str]:
    kept = list(lines)
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _unframed(lines: list[str], running: set[str]) -> list[str]:
    def runs(line: str) -> bool:
        return _mark(line) in running or not line.strip() or bool(_PAGE_NUMBER.fullmatch(line.strip()))

    first, last = 0, len(lines)
    while first < min(last, 4) and runs(lines[first]):
        first += 1
    while last > max(first, len(lines) - 4) and runs(lines[last - 1]):
        last -= 1
    return lines[first:last]


def _mark(line: str) -> str:
    """What stays the same in a header from page to page: everything but the numbers."""
    return re.sub(r"\d+", "#", tidy(line).lower())
