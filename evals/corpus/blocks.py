"""What every kind of document comes down to: headings and stretches of text, in reading order."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

# White space, and the two joiners that Persian and Indic scripts and emoji need.
_KEPT = frozenset("\n\t\r\f\v\u200c\u200d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A heading (`level` 1 to 6) or a paragraph, list item or table row of a document.

    `line` counts from 1 in the file it was read from, 0 where the format has no lines; `page` counts from 1 in a PDF.
    """

    kind: Literal["heading", "text"]
    text: str
    level: int = 0
    line: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """The text of a document: `title` as the document itself gives it, `pages` how many it has (None without pages),
    `warnings` what a reader should know was left out."""

    blocks: tuple[Block, ...]
    title: str | None = None
    pages: int | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A heading with the text under it, up to the next heading. `title` starts with the document's main heading."""

    title: str
    blocks: tuple[Block, ...]


def parts(blocks: Iterable[Block]) -> tuple[Part, ...]:
    """The document cut at its headings; headings with no text of their own only lend their words to those below."""
    found: list[Part] = []
    above: list[Block] = []
    held: list[Block] = []

    def close() -> None:
        if held:
            found.append(Part(title=_title(above), blocks=tuple(held)))
            held.clear()

    for block in blocks:
        if block.kind == "text":
            held.append(block)
        else:
            close()
            above = [heading for heading in above if heading.level < block.level] + [block]
    close()
    return tuple(found)


def _title(above: list[Block]) -> str:
    # The main heading and the nearest one say enough; the whole path would drown the title's own words in search.
    names = [block.text for block in above]
    return ": ".join(dict.fromkeys([names[0], names[-1]])) if names else ""


def tidy(text: str) -> str:
    """Text on one line: runs of white space as one space, control characters and soft hyphens dropped."""
    if not text.isascii() or not text.isprintable():
        text = "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in {"Cc", "Cf"})
    return " ".join(text.split())


def slug(name: str, longest: int = 60) -> str:
    """A name as lower-case letters, digits and hyphens; empty when it has none that ASCII can spell."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")
