"""Numbers with their units in a text, brought to one scale so that a claim and a passage can be compared."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from evals.lexicons import load_yaml


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number or a range on the scale of its unit class ("temperature" in °C, "time" in days, "percent", ...)."""

    kind: str
    low: float
    high: float
    text: str


_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


@lru_cache(maxsize=4096)
def find_quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in reading order. Numbers inside names ("CD19", "T2", "5-FU") are not quantities."""
    numbers = (_quantity(match) for match in _pattern().finditer(_spelled(text)))
    return tuple(quantity for quantity in numbers if quantity.text not in _not_quantities())


def agree(claimed: Quantity, stated: Quantity) -> bool:
    """Whether two quantities of one kind say the same: equal limits, within the rounding people use."""
    slack = 0.06 if claimed.kind == "temperature" else 0.005 * max(1.0, abs(stated.high))
    return abs(claimed.low - stated.low) <= slack and abs(claimed.high - stated.high) <= slack


def _quantity(match: re.Match[str]) -> Quantity:
    units = _units()
    low = float(match["low"].replace(",", ""))
    high = float(match["high"].replace(",", "")) if match["high"] else low
    unit = re.sub(r"[\s.-]+", " ", (match["unit"] or "").lower()).strip()
    kind, factor, offset = units.get(unit, ("count", 1.0, 0.0))
    if kind == "count" and not match["high"] and low == int(low) and 1900 <= low <= 2100:
        kind = "year"
    return Quantity(kind, low * factor + offset, high * factor + offset, match[0].strip())


def _spelled(text: str) -> str:
    # Same length is not needed: quantities carry their own words, no offsets.
    words = _number_words()
    return re.sub(r"\b(" + "|".join(words) + r")\b", lambda found: words[found[0].lower()], text, flags=re.IGNORECASE)


@cache
def _not_quantities() -> frozenset[str]:
    return frozenset(map(str, load_yaml("units.yaml")["not_quantities"]))


@cache
def _number_words() -> Mapping[str, str]:
    lexicon = load_yaml("units.yaml")
    return {phrase: str(value) for phrase, value in (*lexicon["frequencies"].items(), *lexicon["number_words"].items())}


@cache
def _units() -> Mapping[str, tuple[str, float, float]]:
    return {
        name: (row["kind"], float(row.get("factor", 1)), float(row.get("offset", 0)))
        for row in load_yaml("units.yaml")["units"]
        for name in row["names"]
    }


@cache
def _pattern() -> re.Pattern[str]:
    names = sorted(_units(), key=len, reverse=True)
    unit = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in names)
    return re.compile(
        rf"(?<![\w.-])(?P<low>{_NUMBER})(?:\s*(?:-|–|to|and)\s*(?P<high>{_NUMBER}))?(?:[\s-]*(?P<unit>{unit})(?![\w²³]))?(?![\w]|[-–][A-Za-z]|\.\d)",
        re.IGNORECASE,
    )
