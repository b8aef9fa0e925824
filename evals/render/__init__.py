"""Answer as it came (Markdown, HTML or plain text) -> plain text with its blocks, hidden spans and links by offset.

The answer is data: nothing in it is executed or shown as markup anywhere.
"""

import re

from evals.records import TextFormat
from evals.render.characters import clean
from evals.render.lines import read_lines
from evals.render.markdown import to_html
from evals.render.markup import read_html
from evals.render.sheet import Rendered

__all__ = ["Rendered", "render", "sniff"]

_SUFFIXES: dict[str, TextFormat] = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".md": "markdown", ".markdown": "markdown", ".txt": "text",
    ".text": "text",
}  # fmt: skip
# Enough to tell a format by, whatever the length of the answer.
_SAMPLE = 50_000
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADING = re.compile(r"^ {0,3}#{1,6} \S", re.MULTILINE)
_TAG = re.compile(
    r"</(?:p|div|h[1-6]|ul|ol|li|table|section|article|main|blockquote|span|strong|em|b|i|a)>|<(?:br|hr)\b[^<>]{0,20}>",
    re.IGNORECASE,
)
_MARKDOWN = re.compile(
    r"^ {0,3}#{1,6}\s+\S"  # heading
    r"|^ {0,3}(?:```|~~~)"
    r"|(?<!\w)(?:\*\*|__)[^\s*_][^\n]{0,300}?(?:\*\*|__)"  # bold
    r"|\]\([^()\s]{1,500}\)"  # link
    r"|^ {0,3}\|?(?: ?:?-{3,}:? ?\|)+"  # table
    r"|^ {0,3}>\s"
    r"|^ {0,12}[*+-] \S[^\n]*\n(?:\s*\n)? {0,12}[*+-] \S",  # two items
    re.MULTILINE,
)


def render(raw: str, fmt: TextFormat) -> Rendered:
    """The text a reader would meet, and what is what in it. Never fails: any text can be read in any format.

    Markdown too long or too deeply nested for its parser is read as plain text.
    """
    raw = clean(raw)
    if fmt == "html":
        return read_html(raw)
    html = to_html(raw) if fmt == "markdown" else None
    return read_lines(raw) if html is None else read_html(html)


def sniff(raw: str, suffix: str = "") -> TextFormat:
    """The format of an answer: by file suffix where that is telling (".html"), else by what stands in the text."""
    if known := _SUFFIXES.get(suffix.lower()):
        return known
    sample = raw[:_SAMPLE]
    if _PAGE.match(sample):
        return "html"
    tags = sum(1 for _ in _TAG.finditer(sample))
    # A little HTML inside Markdown is still Markdown; a little Markdown inside a page is chance.
    if tags and (sample.lstrip().startswith("<") or tags >= 3) and not _HEADING.search(sample):
        return "html"
    return "markdown" if tags or _MARKDOWN.search(sample) else "text"
