"""Markdown -> HTML, as answer pages show it: line breaks count, raw HTML passes, indented text is no code."""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore

from evals.render.markers import is_wrapped, marker, wrap_width

# The parser drops what lies deeper than it will nest.
_DEEPEST = 60
# More than this is no answer anyone wrote, and the parser takes long over it: such text is read as plain lines.
_MOST_LINES = 20_000
_MOST_CELLS = 50_000
# Marks that the parser looks ahead or back from. Past so many of them in all, paragraphs are taken as they stand.
_MARKS = re.compile(r"[\[\]*_`!<~\\&]")
_MOST_MARKS = 30_000


def to_html(raw: str) -> str | None:
    """The HTML of a Markdown text; None when it is too long or too deeply nested to be read as Markdown."""
    if raw.count("\n") > _MOST_LINES or raw.count("|") > _MOST_CELLS:
        return None
    parser = _parser()
    env: dict[str, object] = {"width": wrap_width(raw.split("\n"))}
    tokens = parser.parse(raw, env)
    if any(token.level >= _DEEPEST - 1 for token in tokens):
        return None
    return parser.renderer.render(tokens, parser.options, env)


@cache
def _parser() -> MarkdownIt:
    options = {"breaks": True, "html": True, "maxNesting": _DEEPEST}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"]).disable("code")
    parser.core.ruler.after("block", "unwrap", _unwrap)
    parser.core.ruler.after("unwrap", "spare", _spare)
    return parser


def _unwrap(state: StateCore) -> None:
    """Join lines that were only wrapped at a margin: their breaks are not meant, though line breaks count."""
    width = state.env["width"]
    for token in state.tokens:
        if token.type == "inline" and "\n" in token.content:
            lines = token.content.split("\n")
            for number in range(len(lines) - 1, 0, -1):
                above, line = lines[number - 1], lines[number]
                meant = above.endswith(("  ", "\\")) or marker(line) or not is_wrapped(above, line, width)
                if not meant:
                    lines[number - 1 : number + 1] = [f"{above} {line}"]
            token.content = "\n".join(lines)


def _spare(state: StateCore) -> None:
    """Turn paragraphs of nothing but brackets and stars into plain text before the parser tries to pair them."""
    marks = 0
    for token in state.tokens:
        if token.type == "inline":
            marks += len(_MARKS.findall(token.content))
            if marks > _MOST_MARKS:
                token.type = "html_block"
                token.content = escapeHtml(token.content).replace("\n", "<br>")
