"""The little of CSS that decides whether words can be seen: declarations, simple selectors, lengths and colours."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

Colour = tuple[int, int, int]
# What may be asked of a colour that is no colour at all.
CLEAR: Colour = (-1, -1, -1)
# Channels this close cannot be told apart by eye.
_NEAR = 12

_SIMPLE_SELECTOR = re.compile(r"(?P<tag>[a-z][a-z0-9]*|\*)?(?P<rest>(?:[.#][\w-]+)*)", re.IGNORECASE)
_LENGTH = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))\s*(px|pt|em|rem|ex|ch|vw|vh|%|in|cm|mm)?")
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_RGB = re.compile(r"rgba?\(([^()]{1,80})\)")
_NAMED: Mapping[str, Colour] = MappingProxyType({
    "white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255),
    "yellow": (255, 255, 0), "aqua": (0, 255, 255), "cyan": (0, 255, 255), "fuchsia": (255, 0, 255),
    "magenta": (255, 0, 255), "silver": (192, 192, 192), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "maroon": (128, 0, 0), "olive": (128, 128, 0), "green": (0, 128, 0), "purple": (128, 0, 128),
    "teal": (0, 128, 128), "navy": (0, 0, 128), "orange": (255, 165, 0), "snow": (255, 250, 250),
    "whitesmoke": (245, 245, 245), "ivory": (255, 255, 240), "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211), "transparent": CLEAR,
})  # fmt: skip


@lru_cache(maxsize=4096)
def declarations(style: str) -> Mapping[str, str]:
    """Property -> value, both in lower case; the last of a name wins, as in CSS, and `!important` wins over all."""
    found: dict[str, str] = {}
    important: set[str] = set()
    for declaration in style.lower().split(";"):
        name, colon, value = declaration.partition(":")
        name, value = name.strip(), value.strip()
        bare = value.removesuffix("!important").rstrip()
        if colon and (value != bare or name not in important):
            found[name] = bare
            if value != bare:
                important.add(name)
    return MappingProxyType(found)


def length(value: str) -> tuple[float, str] | None:
    """A CSS length as number and unit; None for anything else (`auto`, `calc(…)`)."""
    found = _LENGTH.fullmatch(value.strip())
    return (float(found[1]), found[2] or "") if found else None


def colour(value: str) -> Colour | None:
    """The colour of a declaration, `CLEAR` when wholly see-through; None when this cannot be told."""
    value = value.strip().lower()
    if value in _NAMED:
        return _NAMED[value]
    if found := _HEX.fullmatch(value):
        digits = found[1] if len(found[1]) > 4 else "".join(digit * 2 for digit in found[1])
        if digits[6:] == "00":
            return CLEAR
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    if found := _RGB.fullmatch(value):
        return _channels(re.split(r"[\s,/]+", found[1].strip()))
    return None


def alike(one: Colour, other: Colour) -> bool:
    """Whether words in one colour cannot be told from a ground in the other."""
    return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))


def _channels(parts: Sequence[str]) -> Colour | None:
    numbers = [length(part) for part in parts]
    if len(numbers) not in (3, 4) or any(number is None for number in numbers):
        return None
    values = [number[0] * (2.55 if number[1] == "%" else 1) for number in numbers[:3] if number]
    alpha = numbers[3] if len(numbers) == 4 else None
    return CLEAR if alpha and alpha[0] == 0 else (round(values[0]), round(values[1]), round(values[2]))


class _Rule(NamedTuple):
    weight: tuple[int, int]
    tag: str
    names: frozenset[str]
    style: Mapping[str, str]


@dataclass(slots=True)
class Stylesheet:
    """The rules of a page's own style sheets that have simple selectors: `p`, `.note`, `div.note`, `#id`.

    Rules inside `@media` and the like are left out: they hold on some screens only.
    """

    rules: dict[str, list[_Rule]] = field(default_factory=dict)
    count: int = 0

    def read(self, css: str) -> None:
        """Take in one style sheet; what cannot be understood is passed over, as browsers do."""
        for selectors, style in _rules(_without_comments(css)):
            for selector in selectors.split(","):
                self._add(selector.strip(), style)

    def style(self, tag: str, identifier: str, classes: Iterable[str], inline: str) -> Mapping[str, str]:
        """The declarations that hold for an element, its `style` attribute included."""
        own = declarations(inline) if inline else None
        if not self.rules:
            return own or {}
        names = {tag, *(f".{name}" for name in classes), f"#{identifier}"}
        fitting = [rule for name in names for rule in self.rules.get(name, ()) if rule.names <= names]
        merged: dict[str, str] = {}
        for rule in sorted((r for r in fitting if r.tag in (tag, "")), key=lambda rule: rule.weight):
            merged |= rule.style
        return {**merged, **own} if own else merged

    def _add(self, selector: str, style: Mapping[str, str]) -> None:
        found = _SIMPLE_SELECTOR.fullmatch(selector)
        if not found or not selector or selector == "*":
            return
        tag = (found["tag"] or "").lower().strip("*")
        names = re.findall(r"[.#][\w-]+", found["rest"])
        self.count += 1
        weight = (sum(100 if name[0] == "#" else 10 for name in names) + bool(tag), self.count)
        # Filed under one of its names: an element that lacks it cannot match.
        self.rules.setdefault(names[0] if names else tag, []).append(_Rule(weight, tag, frozenset(names), style))


def _rules(css: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Selector list and declarations of each rule at the top level."""
    depth = start = body = 0
    for brace in re.finditer(r"[{}]", css):
        if brace[0] == "{":
            depth += 1
            body = brace.end() if depth == 1 else body
        elif depth:
            depth -= 1
            if depth == 0:
                selectors = css[start : body - 1].rpartition(";")[2].strip()
                if not selectors.startswith("@"):
                    yield selectors, declarations(css[body : brace.start()])
                start = brace.end()
        else:
            start = brace.end()


def _without_comments(css: str) -> str:
    kept: list[str] = []
    at = 0
    while (start := css.find("/*", at)) >= 0:
        kept.append(css[at:start])
        end = css.find("*/", start + 2)
        at = len(css) if end < 0 else end + 2
    return "".join([*kept, css[at:]])
