"""Blocks of a long document -> pieces short enough to be passages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.corpus.blocks import Block, parts
from evals.sentences import split_sentences

LONGEST = 150
"""Most words in a piece."""
# Scripts without spaces, and tables of digits, count by characters.
_LETTERS_A_WORD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Part of a document: `title` is the heading it stands under, `page` where it begins."""

    title: str
    text: str
    page: int | None


def cut(blocks: Sequence[Block], longest: int = LONGEST) -> tuple[Piece, ...]:
    """The document cut at its headings and pages, then at paragraphs, then at sentences, then, if it must, at words."""
    pieces: list[Piece] = []
    for part in parts(blocks):
        held: list[str] = []
        page: int | None = None
        for block in part.blocks:
            for text in _short(block.text, longest):
                if held and (block.page != page or _size(" ".join(held)) + _size(text) > longest):
                    pieces.append(Piece(title=part.title, text="\n\n".join(held), page=page))
                    held = []
                held.append(text)
                page = block.page
        pieces.append(Piece(title=part.title, text="\n\n".join(held), page=page))
    return tuple(pieces)


def _size(text: str) -> int:
    return max(len(text.split()), len(text) // _LETTERS_A_WORD)


def _short(text: str, longest: int) -> Iterator[str]:
    """A paragraph, or its sentences in groups of at most `longest` words."""
    if _size(text) <= longest:
        yield text
        return
    held = ""
    for sentence in split_sentences(text):
        for stretch in _stretches(text[sentence.start : sentence.end], longest):
            if held and _size(held) + _size(stretch) > longest:
                yield held
                held = ""
            held = f"{held} {stretch}".strip()
    if held:
        yield held


def _stretches(sentence: str, longest: int) -> Iterator[str]:
    if _size(sentence) <= longest:
        yield sentence
        return
    letters = longest * _LETTERS_A_WORD
    words = [word[i : i + letters] for word in sentence.split() for i in range(0, len(word), letters)]
    held: list[str] = []
    length = 0
    for word in words:
        if held and (len(held) >= longest or length + len(word) + 1 > letters):
            yield " ".join(held)
            held, length = [], 0
        held.append(word)
        length += len(word) + 1
    if held:
        yield " ".join(held)
