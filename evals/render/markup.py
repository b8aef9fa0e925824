"""HTML as blocks: a walk over the parsed page without recursion, so that no nesting is too deep."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement, PreformattedString

from evals.records import BlockKind
from evals.render.characters import clean
from evals.render.layout import Layout
from evals.render.markers import Levels, continues_a_sentence, marker
from evals.render.sheet import Line, Rendered, Run, Sheet, join, plain, shorten, tidy
from evals.render.style import Stylesheet
from evals.render.visibility import Look, look_of

_GONE = frozenset({"script", "style", "head", "title", "meta", "link", "iframe", "noembed", "noframes", "annotation"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "button", "caption", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hgroup", "hr", "html", "legend", "li", "listing", "main", "menu", "nav", "ol",
    "optgroup", "option", "p", "plaintext", "pre", "search", "section", "select", "summary", "table", "tbody",
    "td", "template", "textarea", "tfoot", "th", "thead", "tr", "ul", "xmp",
})  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_AS_TYPED = frozenset({"pre", "listing", "plaintext", "xmp", "textarea"})
# Inside a heading that was never closed, these show that the heading is over.
_END_HEADING = frozenset({"p", "ul", "ol", "li", "table", "blockquote", "section", "article", "pre", "dl", *_HEADINGS})
_KEEPS_LINES = re.compile(r"white-space:\s*(?:pre|break-spaces)|(?:^|\s)whitespace-pre")
_BLOCK_STYLE = re.compile(r"display:\s*(?:block|flex|grid|list-item|table)(?![\w-])")
_SUPERSCRIPT = str.maketrans("0123456789-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁻")
_RAISED_NUMBER = re.compile(r"[-−]?\d{1,3}(?:\s?[,–-]\s?\d{1,3})*")


class _Place(NamedTuple):
    """What the tags around a stretch of text make of it."""

    look: Look = Look()
    url: str | None = None
    heading: int = 0
    depth: int = 0
    within: str = ""
    # One shared box for a list item: holds True until its first block is written.
    fresh: tuple[list[bool], ...] = ()
    keeps_lines: bool = False
    code: bool = False
    cell: bool = False
    raised: bool = False
    # How things look around a closed <details>, whose summary is seen all the same.
    around_details: Look | None = None


def read_html(raw: str) -> Rendered:
    """HTML as blocks, hidden spans and links. Scripts, styles, comments, the head and site menus vanish."""
    # The doctype in front keeps the parser from guessing that a short text is a file name or that it is XML.
    # Of the parsers this one alone takes unclosed comments, attributes and 100,000 levels in linear time, and closes
    # <p> and <li> where browsers do.
    page = BeautifulSoup(f"<!DOCTYPE html>{raw}", "lxml", multi_valued_attributes=None)
    return _Walk(page).read()


class _Walk:
    def __init__(self, page: BeautifulSoup) -> None:
        self._page = page
        self._layout = Layout.of(page)
        self._style = Stylesheet()
        for css in self._layout.styles:
            self._style.read(css)
        self._sheet = Sheet()
        self._runs: list[Run] = []
        self._cells: list[Line] | None = None

    def read(self) -> Rendered:
        stack: list[tuple[Tag, Iterator[PageElement], _Place]] = [(self._page, iter(self._page.contents), _Place())]
        while stack:
            tag, children, place = stack[-1]
            for child in children:
                if isinstance(child, Tag):
                    if child.name not in _GONE and not self._layout.is_menu(child):
                        stack.append((child, iter(child.contents), self._open(child, tag, place)))
                        break
                elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
                    self._text(str(child), place)
            else:
                stack.pop()
                self._close(tag, place)
        return self._sheet.finish()

    # --- tags ------------------------------------------------------------------------------------------------------

    def _open(self, tag: Tag, parent: Tag, place: _Place) -> _Place:
        """Enter an element: the place inside it. A block ends the text before it."""
        name = tag.name
        if name == "br":
            self._runs.append(Run("\n"))
            return place
        if _is_block(tag):
            self._break(place)
        if place.heading and name in _END_HEADING:
            self._flush(place)
            place = place._replace(heading=0)
        place = self._seen(tag, parent, place)
        if name == "tr" and self._cells is None and self._layout.is_data(tag):
            self._cells = []
        elif name in ("td", "th") and self._cells is not None:
            return place._replace(cell=True)
        return self._inside(tag, place)

    def _seen(self, tag: Tag, parent: Tag, place: _Place) -> _Place:
        around = place.look
        if tag.name == "summary" and parent.name == "details" and place.around_details is not None:
            around, place = place.around_details, place._replace(around_details=None)
        look = look_of(tag, around, self._style)
        if tag.name == "details" and "open" not in tag.attrs:
            return place._replace(look=look._replace(gone=True), around_details=look)
        return place._replace(look=look)

    def _inside(self, tag: Tag, place: _Place) -> _Place:
        name = tag.name
        level = _heading_level(tag)
        if level and not place.cell:
            return place._replace(heading=level)
        if name in _LISTS:
            return place._replace(depth=place.depth + 1)
        if name == "li" or tag.attrs.get("role") == "listitem":
            return place._replace(depth=max(place.depth, 1), within="item", fresh=([True],))
        if name == "blockquote":
            return place._replace(within="quote")
        if name in _AS_TYPED:
            return place._replace(keeps_lines=True, code=name != "textarea")
        if name == "sup":
            return place._replace(raised=True)
        if name == "a" and (url := str(tag.attrs.get("href", "")).strip()):
            place = place._replace(url=clean(url))
        if _KEEPS_LINES.search(_style_and_class(tag)):
            place = place._replace(keeps_lines=True)
        return place

    def _close(self, tag: Tag, place: _Place) -> None:
        if tag.name in ("td", "th") and self._cells is not None:
            self._cells.append(join(tidy(self._runs)))
            self._runs = []
        elif tag.name == "tr" and self._cells is not None:
            self._row(place)
        elif place.heading and _heading_level(tag):
            self._flush(place)
        elif _is_block(tag):
            self._break(place)

    def _row(self, place: _Place) -> None:
        cells, self._cells = self._cells or [], None
        if any(cells):
            bar = Run(" | ", hidden=place.look.hidden)
            line = [run for number, cell in enumerate(cells) for run in ([bar] if number else []) + cell]
            self._sheet.add("row", 0, tidy(line))
        self._flush(place)

    # --- text ------------------------------------------------------------------------------------------------------

    def _text(self, text: str, place: _Place) -> None:
        text = clean(text)
        if not place.keeps_lines:
            text = text.replace("\n", " ")
        # "10<sup>9</sup>" must not become "109", nor "90%<sup>3</sup>" a number of its own.
        if place.raised and _RAISED_NUMBER.fullmatch(text.strip()):
            text = text.translate(_SUPERSCRIPT)
        self._runs.append(Run(text, place.look.hidden, place.url))

    def _break(self, place: _Place) -> None:
        """The edge of a block: inside a heading or a cell only a space."""
        if place.heading or place.cell:
            self._runs.append(Run(" "))
        else:
            self._flush(place)

    def _flush(self, place: _Place) -> None:
        """Write the text gathered so far."""
        if not self._runs:
            return
        lines, self._runs = tidy(self._runs), []
        if not any(lines):
            return
        if place.heading:
            self._sheet.add("heading", place.heading, [join(lines)])
        elif place.code:
            self._sheet.add("code", 0, lines)
        else:
            self._paragraphs(lines, place)

    def _paragraphs(self, lines: list[Line], place: _Place) -> None:
        """Lines as paragraphs, parted where a line is blank; lines that begin with a bullet or number as items."""
        levels, before = Levels(), ""
        pending: list[Line] = []
        for line in [*lines, []]:
            mark = marker(text := plain(line))
            if mark and continues_a_sentence(mark, before, bool(levels.open)):
                mark = None
            if mark or not line:
                self._lines(pending, place)
                pending = []
            if mark:
                # A bullet typed inside a list item stands for the item itself.
                level = place.depth + (0 if _take(place) else levels.of(0, mark.style))
                self._sheet.add("item", level, [shorten(line, mark.length)])
            elif line:
                levels = Levels()
                pending.append(line)
            before = text

    def _lines(self, lines: list[Line], place: _Place) -> None:
        if not lines:
            return
        kind: BlockKind = "quote" if place.within == "quote" else "paragraph"
        if place.within == "item" and _take(place):
            self._sheet.add("item", place.depth, lines)
        else:
            self._sheet.add(kind, 0, lines)


def _take(place: _Place) -> bool:
    """Whether this is the first block of a list item; it no longer is afterwards."""
    if place.within != "item" or not place.fresh or not place.fresh[0][0]:
        return False
    place.fresh[0][0] = False
    return True


def _is_block(tag: Tag) -> bool:
    return tag.name in _BLOCKS or bool(_BLOCK_STYLE.search(str(tag.attrs.get("style", ""))))


def _heading_level(tag: Tag) -> int:
    if tag.attrs.get("role") == "heading":
        level = str(tag.attrs.get("aria-level", "2"))
        return int(level) if level in {"1", "2", "3", "4", "5", "6"} else 2
    return _HEADINGS.get(tag.name, 0)


def _style_and_class(tag: Tag) -> str:
    return f"{tag.attrs.get('class', '')} {tag.attrs.get('style', '')}" if tag.attrs else ""
