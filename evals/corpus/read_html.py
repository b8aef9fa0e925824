"""HTML -> blocks: what a reader would see, and nothing run.

A scanner of our own, in one pass and without a tree: parsers that build one take minutes on, or cut short, pages that
are nested a hundred thousand deep or full of unclosed tags.
"""

import re
from html import unescape

from evals.corpus.blocks import Block, Extract, tidy

# Their text is no part of the page's reading matter.
_LEFT_OUT = frozenset(
    (
        "script", "style", "template", "noscript", "svg", "math", "iframe", "object", "canvas", "audio", "video", "nav",
        "footer", "aside", "button", "select", "textarea", "dialog", "head",
    )
)  # fmt: skip
# Their content is not HTML: no tag inside them counts, only their own end.
_RAW = frozenset(("script", "style", "textarea", "title", "iframe", "noscript"))
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
# A new one ends an open one, so that a hidden one without an end tag does not swallow the page.
_SELF_CLOSING = frozenset(("p", "li", "td", "th", "tr", "dt", "dd", "option"))
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = _HEADINGS | {
    "p", "div", "section", "article", "main", "header", "li", "ul", "ol", "dl", "dt", "dd", "table", "thead", "tbody",
    "tfoot", "tr", "caption", "blockquote", "pre", "figure", "figcaption", "form", "fieldset", "address", "hr", "body",
    "html", "details", "summary",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,40})")
_TAG_MARK = re.compile(r"[>\"']")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_HIDDEN = re.compile(r"(?:^|\s)hidden(?=[\s=/]|$)", re.IGNORECASE)
_UNSHOWN = re.compile(r"style\s*=\s*[\"'][^\"']*(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_ROLE_MAIN = re.compile(r"role\s*=\s*[\"']?main\b", re.IGNORECASE)
# A tag whose quote never closes is looked for to the end of the page; after so many such looks over the whole page,
# quotes are no longer minded.
_PATIENCE = 8


def read_html(html: str) -> Extract:
    """The headings, paragraphs, list items and table rows of a page, its main part alone where it marks one."""
    page = _Page()
    page.read(html)
    in_main = tuple(block for block, main in page.found if main)
    chosen = in_main if any(block.kind == "text" for block in in_main) else tuple(block for block, _ in page.found)
    return Extract(blocks=chosen, title=tidy(page.title) or None)


class _Page:
    def __init__(self) -> None:
        self.found: list[tuple[Block, bool]] = []
        self.title = ""
        self._pieces: list[str] = []
        self._cells: list[str] | None = None
        self._level = 0
        self._main = 0
        self._skipped = ""
        self._depth = 0
        self._looked = 0
        self._no_more_tags = False

    def read(self, html: str) -> None:
        position = 0
        while (start := html.find("<", position)) >= 0:
            self._text(html[position:start])
            position = self._markup(html, start)
        self._text(html[position:])
        self._flush()

    def _markup(self, html: str, start: int) -> int:
        """Take in the tag, comment or stray "<" at `start`; the place after it."""
        if html.startswith("<!--", start):
            end = html.find("-->", start + 4)
            return len(html) if end < 0 else end + 3
        if html.startswith(("<!", "<?"), start):
            end = html.find(">", start)
            return len(html) if end < 0 else end + 1
        tag = _TAG.match(html, start)
        after = self._tag_end(html, tag.end()) if tag else -1
        if not tag or after < 0:
            self._text("<")
            return start + 1
        name = tag.group(2).lower()
        if not tag.group(1) and name in _RAW:
            return self._raw(html, name, after)
        (self._end if tag.group(1) else self._start)(name, html[tag.end() : after - 1])
        return after

    def _tag_end(self, html: str, position: int) -> int:
        """The place after the ">" that ends a tag, one inside quotes not counted; -1 when there is none."""
        start = position
        while self._looked <= _PATIENCE * len(html) and (mark := _TAG_MARK.search(html, position)):
            if mark.group() == ">":
                return mark.end()
            close = html.find(mark.group(), mark.end())
            if close < 0:
                break
            position = close + 1
        self._looked += len(html) - start
        if self._no_more_tags:
            return -1
        plain = html.find(">", start) + 1
        self._no_more_tags = plain == 0
        return plain or -1

    def _raw(self, html: str, name: str, position: int) -> int:
        end = re.compile(rf"</{name}\b", re.IGNORECASE).search(html, position)
        stop = end.start() if end else len(html)
        if name == "title" and not self.title:
            self.title = unescape(html[position:stop])
        return stop

    def _text(self, text: str) -> None:
        if text and not self._skipped:
            # A line end of the source is white space; "\n" stands for <br> from here on.
            self._pieces.append(" ".join(unescape(text).split("\n")))

    def _start(self, name: str, attributes: str) -> None:
        if self._skipped:
            if name != self._skipped:
                return
            if name not in _SELF_CLOSING:
                self._depth += 1
                return
            self._skipped = ""
        if name in _LEFT_OUT or (name not in _VOID and _is_hidden(attributes)):
            self._skipped, self._depth = name, 1
            return
        self._open(name, attributes)

    def _open(self, name: str, attributes: str) -> None:
        if name == "br":
            self._pieces.append("\n")
        elif name in {"td", "th"}:
            self._cell()
        elif name in _BLOCKS:
            self._flush()
        if name == "main" or _ROLE_MAIN.search(attributes):
            self._main += 1
        if name == "tr":
            self._cells = []
        if name in _HEADINGS:
            self._level = int(name[1])

    def _end(self, name: str, _: str) -> None:
        if self._skipped:
            if name == self._skipped:
                self._depth -= 1
                self._skipped = "" if self._depth == 0 else name
            return
        if name in {"td", "th"}:
            self._cell()
        elif name in _BLOCKS:
            self._flush()
        if name == "main":
            self._main = 0

    def _cell(self) -> None:
        if self._cells is not None:
            self._cells.append(tidy("".join(self._pieces)))
            self._pieces.clear()

    def _flush(self) -> None:
        """End the block that is open."""
        if self._cells is not None:
            self._cell()
            texts = [" | ".join(cell for cell in self._cells if cell)]
            self._cells = None
        else:
            texts = _lines("".join(self._pieces))
        self._pieces.clear()
        for text in texts:
            if text:
                kind = "heading" if self._level else "text"
                self.found.append((Block(kind=kind, text=text, level=self._level), self._main > 0))
        self._level = 0


def _is_hidden(attributes: str) -> bool:
    return bool(_HIDDEN.search(_QUOTED.sub('""', attributes)) or _UNSHOWN.search(attributes))


def _lines(text: str) -> list[str]:
    """The text cut at its <br>s, except where one only wraps a sentence."""
    lines: list[str] = []
    for line in text.split("\n"):
        clean = tidy(line)
        if lines and clean and clean[0].islower():
            lines[-1] = f"{lines[-1]} {clean}"
        elif clean:
            lines.append(clean)
    return lines
