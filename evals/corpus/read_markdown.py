"""Markdown -> blocks. Marks of emphasis, links and lists go; their words stay."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from evals.corpus.blocks import Block, tidy

_BREAKS = {"softbreak", "hardbreak"}
_WORDS = {"text", "code_inline", "text_special"}


def markdown_blocks(text: str) -> tuple[Block, ...]:
    """The headings, paragraphs, list items and table rows of a Markdown text, with their lines."""
    return tuple(block for block in _blocks(_parser().parse(text)) if block.text)


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    level, row, row_line = 0, [], 0
    in_row = False
    for token in tokens:
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open":
            level = int(token.tag[1])
        elif token.type == "tr_open":
            in_row, row, row_line = True, [], line
        elif token.type == "tr_close":
            in_row = False
            yield Block(kind="text", text=" | ".join(cell for cell in row if cell), line=row_line)
        elif token.type == "inline":
            words = tidy(_words(token))
            if in_row:
                row.append(words)
            else:
                yield Block(kind="heading" if level else "text", text=words, level=level, line=line)
            level = 0
        elif token.type in {"fence", "code_block"}:
            yield Block(kind="text", text=tidy(token.content), line=line)
        elif token.type == "html_block":
            from evals.corpus.read_html import read_html

            yield from (replace(block, line=line) for block in read_html(token.content).blocks)


def _words(token: Token) -> str:
    # Inline HTML tags and images are left out; the text between tags comes as text of its own.
    children = token.children or []
    return "".join(child.content if child.type in _WORDS else " " * (child.type in _BREAKS) for child in children)
