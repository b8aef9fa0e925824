"""Which words of a web page a reader does not see."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from bs4 import Tag

from evals.render.style import CLEAR, Colour, Stylesheet, alike, colour, length

# Shown by a click, by a missing feature, or never: not seen by someone who reads the page.
_UNSEEN_TAGS = frozenset({"template", "noscript", "audio", "video", "canvas", "datalist", "object"})
_FOR_SCREEN_READERS = re.compile(
    r"(?:^|\s)(?:\w{1,20}-)?(?:sr-only|visually-?hidden|screen-reader(?:-text|-only)?|hidden-visually|hide-visually|assistive-text)(?=\s|$)"
)
_NOT_SHOWN = re.compile(r"(?:^|\s)(?:hidden|invisible|is-hidden|d-none)(?=\s|$)")
# "hidden md:block", "d-none d-lg-flex": hidden on small screens only.
_SHOWN_SOMEWHERE = re.compile(
    r"(?:^|\s)(?:\w{2,4}:(?:block|flex|grid|inline|visible|contents|table)|d-\w{2,3}-(?!none))"
)
_OFF_SCREEN = -999
_FAINTEST = 0.05


class Look(NamedTuple):
    """How words at some place of the page look, as far as it decides whether they are seen."""

    gone: bool = False
    invisible: bool = False
    tiny: bool = False
    ink: Colour | None = None
    paper: Colour | None = None

    @property
    def hidden(self) -> bool:
        """Whether a reader would not see words that look like this."""
        if self.gone or self.invisible or self.tiny or self.ink == CLEAR:
            return True
        return self.ink is not None and self.paper is not None and alike(self.ink, self.paper)


def look_of(tag: Tag, around: Look, sheet: Stylesheet) -> Look:
    """How words in an element look, given how they look around it."""
    name, attributes = tag.name, tag.attrs
    if not attributes and not sheet.rules:
        return around._replace(gone=True) if name in _UNSEEN_TAGS or name == "dialog" else around
    classes = str(attributes.get("class", ""))
    style = sheet.style(name, str(attributes.get("id", "")), classes.split(), str(attributes.get("style", "")))
    return Look(
        gone=around.gone or _by_markup(tag, classes) or _by_style(style),
        invisible=_invisible(style.get("visibility"), around.invisible),
        tiny=_tiny(style.get("font-size"), around.tiny),
        ink=_ink(tag, style, around.ink),
        paper=_paper(tag, style, around.paper),
    )


def _by_markup(tag: Tag, classes: str) -> bool:
    attributes = tag.attrs
    if tag.name in _UNSEEN_TAGS or (tag.name == "dialog" and "open" not in attributes):
        return True
    if "hidden" in attributes or str(attributes.get("aria-hidden", "")).strip().lower() == "true":
        return True
    if _FOR_SCREEN_READERS.search(classes) and "not-sr-only" not in classes:
        return True
    return bool(_NOT_SHOWN.search(classes)) and not _SHOWN_SOMEWHERE.search(classes)


def _by_style(style: Mapping[str, str]) -> bool:
    if not style:
        return False
    if style.get("display") == "none" or style.get("content-visibility") == "hidden":
        return True
    opacity = length(style.get("opacity", ""))
    if opacity and opacity[0] / (100 if opacity[1] == "%" else 1) < _FAINTEST:
        return True
    return _is_clipped(style) or _is_off_screen(style)


def _is_clipped(style: Mapping[str, str]) -> bool:
    """Whether an element has no room for its words."""
    clip = style.get("clip", "") + style.get("clip-path", "")
    if re.match(r"rect\((?:[01](?:px)?[\s,]*){4}\)|inset\((?:50|100)%\)", clip):
        return True
    if not style.get("overflow", "").startswith(("hidden", "clip")):
        return False
    sides = [length(style.get(side, "")) for side in ("height", "max-height", "width", "max-width")]
    # The classic recipe for text that only screen readers read is a box of one pixel.
    return any(side is not None and side[0] <= (1 if side[1] == "px" else 0) for side in sides)


def _is_off_screen(style: Mapping[str, str]) -> bool:
    moved = ["text-indent"]
    if style.get("position") in ("absolute", "fixed"):
        moved += ["left", "right", "top", "bottom", "margin-left", "margin-top"]
    return any((far := length(style.get(side, ""))) is not None and far[0] <= _OFF_SCREEN for side in moved)


def _invisible(value: str | None, around: bool) -> bool:
    # Unlike `display: none`, this can be taken back further in.
    return around if value in (None, "inherit", "") else value in ("hidden", "collapse")


def _tiny(value: str | None, around: bool) -> bool:
    size = length(value) if value else None
    if size is None:
        return around and value in (None, "inherit", "", "smaller", "larger")
    if size[0] <= 0:
        return True
    return around and size[1] in ("em", "%", "ex", "ch")  # a share of nothing is nothing


def _ink(tag: Tag, style: Mapping[str, str], around: Colour | None) -> Colour | None:
    value = style.get("color") or (str(tag.attrs.get("color", "")) if tag.name == "font" else "")
    return around if not value or value == "inherit" else colour(value)


def _paper(tag: Tag, style: Mapping[str, str], around: Colour | None) -> Colour | None:
    value = style.get("background-color") or style.get("background") or str(tag.attrs.get("bgcolor", ""))
    if not value:
        return around
    ground = colour(value.split()[0] if value.startswith("#") else value)
    return around if ground == CLEAR or value in ("none", "inherit", "initial") else ground
