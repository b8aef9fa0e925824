"""What must be known of a page before it is read: tables that only lay it out, site menus, its style sheets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import Tag
from bs4.element import NavigableString, PageElement

# A table that holds these is a frame for the page, not a table of data.
_FRAMED = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table"})
_LINKED = frozenset({"a", "button", "script", "style", "svg"})
# Menu entries are short and ask nothing; a list of related questions in a <nav> does not look like this.
_LONGEST_ENTRY = 4
_SENTENCE = re.compile(r"[.?!…:]")


@dataclass(slots=True)
class Layout:
    """Facts about elements, by identity."""

    frames: set[int] = field(default_factory=set)
    contents: set[int] = field(default_factory=set)
    rows: dict[int, int] = field(default_factory=dict)
    menus: set[int] = field(default_factory=set)
    styles: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, page: Tag) -> "Layout":
        """Look the page over once."""
        layout = cls()
        tables: list[int] = []
        menus: list[int] = []
        linked = words = 0
        for node, is_start in _events(page):
            if not isinstance(node, Tag):
                words += len(node.split())
                if menus and not _is_entry(node, words if linked else _LONGEST_ENTRY + 1):
                    layout.contents.add(menus[0])
            elif is_start:
                layout._start(node, tables, menus)
                words = words if linked else 0
                linked += node.name in _LINKED
            else:
                linked -= node.name in _LINKED
                if node.name == "table":
                    tables.pop()
                elif node.name == "nav":
                    menus.pop()
        return layout

    def is_data(self, row: Tag) -> bool:
        """Whether a table row belongs to a table of data."""
        table = self.rows.get(id(row))
        return table is not None and table not in self.frames

    def is_menu(self, tag: Tag) -> bool:
        """Whether an element is a site menu: nothing but links of a few words."""
        return id(tag) in self.menus and id(tag) not in self.contents

    def _start(self, tag: Tag, tables: list[int], menus: list[int]) -> None:
        name = tag.name
        if tables and name in _FRAMED:
            self.frames.add(tables[-1])
        if name == "table":
            tables.append(id(tag))
            if tag.attrs.get("role") in ("presentation", "none"):
                self.frames.add(id(tag))
        elif name == "tr" and tables:
            self.rows[id(tag)] = tables[-1]
        elif name == "nav":
            self.menus.add(id(tag))
            menus.append(id(tag))
        elif name == "style" and "print" not in str(tag.attrs.get("media", "")):
            self.styles.append(tag.get_text())


def _is_entry(text: str, words: int) -> bool:
    """Whether text in a menu is (part of) an entry of so many words, or only a separator."""
    return not any(map(str.isalnum, text)) or (words <= _LONGEST_ENTRY and not _SENTENCE.search(text))


def _events(root: Tag) -> Iterator[tuple[Tag | NavigableString, bool]]:
    """Every element when it begins (True) and ends (False), and every text, in reading order, without recursion."""
    stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.contents))]
    while stack:
        tag, children = stack[-1]
        for child in children:
            if isinstance(child, Tag):
                yield child, True
                stack.append((child, iter(child.contents)))
                break
            if type(child) is NavigableString:
                yield child, True
        else:
            stack.pop()
            if stack:
                yield tag, False
