"""An answer -> its sentences as the overreach rules read them: lower case, straight quotes, medicines masked.

Every change keeps the length of the text, so that what is found in a sentence lies at the same place in the answer.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache

from evals.lexicons import load_jsonl, load_yaml
from evals.overreach.cues import MASK, SIGNS, Index
from evals.overreach.families import WORD
from evals.records import Answer, Block, Section, SectionKind
from evals.sentences import split_sentences
from evals.words import lowered

_SAME = {"'": "’", "‘": "’", "ʼ": "’", "′": "’", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"'}
_SAME |= {"‑": "-", "‐": "-", MASK: " ", "\u2009": " ", "\u202f": " ", "*": " ", "_": " "}
_SPACES = {ord(c): " " for c in "\n\r\t\v\f\x00\u00a0\u2028\u2029"}
_STRAIGHT = str.maketrans({**{ord(k): v for k, v in _SAME.items()}, **_SPACES})
_QUOTED = re.compile(r'"[^"]{1,400}"|(?<![^\s(—–:])’(?=\w)[^"’]{2,200}(?:’\w[^"’]{1,100}){0,6}[.,!?]?’(?!\w)')
# Without one of these there is no quotation: told faster than by looking for one.
_OPENED = re.compile(r'"|[\s(—–:]’|\A’')
# Patterns look at no more than this at once, so that their time stays linear in the text.
_LONGEST = 800
_SHORTEST_NAME = 4
_SHORTEST_WITH_ENDING = 7
_CLOSING = "\"'”’»)]*_ "


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence at `start`: its text as rules read it, the cues in it, and where it stands.

    `quotes` are spans of it that stand in quotation marks. `asked`: it is a question. `block` counts blocks.
    """

    start: int
    text: str
    cues: int
    block: int
    kind: str
    section: SectionKind | None
    asked: bool
    quotes: tuple[tuple[int, int], ...] = field(default=())


def read_lines(answer: Answer, text: str, index: Index) -> tuple[Line, ...]:
    """The sentences of the visible text in order, code blocks and references left out."""
    plain = _masked(text, straightened(text))
    sections = sorted(answer.sections, key=lambda section: (section.start, section.end))
    starts = [section.start for section in sections]
    blocks = sorted(answer.blocks, key=lambda block: (block.start, block.end)) or list(_paragraphs(text))
    lines: list[Line] = []
    for number, block in enumerate(blocks):
        section = _section_at(sections, starts, block.start)
        if block.kind == "code" or section == "references":
            continue
        lines.extend(_block_lines(text, plain, block, number, section, index))
    return tuple(lines)


def straightened(text: str) -> str:
    """The text in lower case with straight quotes and plain spaces, each character in its place."""
    return lowered(text).translate(_STRAIGHT)


def _block_lines(
    text: str, plain: str, block: Block, number: int, section: SectionKind | None, index: Index
) -> Iterator[Line]:
    opened = _OPENED.search(plain, max(0, block.start - 1), block.end)
    quotes = [match.span() for match in _QUOTED.finditer(plain, block.start, block.end)] if opened else []
    # An answer that stands in quotation marks as a whole is no quotation.
    quotes = [(a, b) for a, b in quotes if b - a < 0.9 * len(text.strip())]
    spans = split_sentences(text[block.start : block.end])
    for start, end in (
        piece for span in spans for piece in _pieces(text, block.start + span.start, block.start + span.end)
    ):
        read = plain[start:end]
        words = WORD.findall(plain, start, end)
        words += [word for sign, word in SIGNS.items() if sign in read]
        inside = tuple([(a - start, b - start) for a, b in quotes if a < end and b > start])
        asked = "?" in read and text[start:end].rstrip(_CLOSING).endswith("?")
        yield Line(start, read, index.held(words), number, block.kind, section, asked, inside)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence, cut at a space where it is longer than any sentence: a text without full stops."""
    while end - start > _LONGEST:
        cut = text.rfind(" ", start + 1, start + _LONGEST)
        cut = cut if cut > start else start + _LONGEST
        yield start, cut
        start = cut
    yield start, end


def _paragraphs(text: str) -> Iterator[Block]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield Block(kind="paragraph", start=at, end=at + len(line))
        at += len(line) + 1


def _section_at(sections: Sequence[Section], starts: Sequence[int], position: int) -> SectionKind | None:
    index = bisect_right(starts, position) - 1
    return sections[index].kind if index >= 0 and position < sections[index].end else None


# --- medicines -------------------------------------------------------------------------------------------------------


def _masked(text: str, plain: str) -> str:
    """The text with the names of medicines overwritten, so that patterns need not know 700 of them."""
    names = [match.span() for match in WORD.finditer(plain) if _is_medicine(match.group())]
    names += [match.span() for match in _spelled().finditer(text)]
    if not names:
        return plain
    letters = list(plain)
    for start, end in names:
        letters[start:end] = MASK * (end - start)
    return "".join(letters)


@lru_cache(maxsize=32768)
def _is_medicine(word: str) -> bool:
    word = word.removesuffix("’s")
    if word in _not_medicines():
        return False
    return word in _medicines() or (len(word) >= _SHORTEST_WITH_ENDING and word.endswith(_endings()))


@cache
def _medicines() -> frozenset[str]:
    names = [name for row in load_jsonl("drugs.jsonl") for name in (row["generic"], *row["brands"], *row["aliases"])]
    names += load_yaml("overreach_words.yaml")["medicines"]
    words = {word for name in names for word in WORD.findall(straightened(name)) if len(word) >= _SHORTEST_NAME}
    return frozenset(word for word in words if word.isalpha())


@cache
def _not_medicines() -> frozenset[str]:
    return frozenset(load_yaml("overreach_words.yaml")["not_drugs"])


@cache
def _endings() -> tuple[str, ...]:
    return tuple(load_yaml("overreach_words.yaml")["drug_endings"])


@cache
def _spelled() -> re.Pattern[str]:
    return re.compile(load_yaml("overreach_words.yaml")["spelled"])
