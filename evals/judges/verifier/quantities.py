"""Numbers with their units in a text, brought to one scale so that a claim and a passage can be compared.

The verifier was trained with this reading of numbers, so it changes only with a new training; the slot checks have a
finer one of their own.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

from evals.lexicons import load_yaml

Bound = Literal["", "at least", "at most"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, range or limit on the scale of its unit class ("temperature" in °C, "time" in days, "percent", ...)."""

    kind: str
    low: float
    high: float
    text: str
    bound: Bound = ""


_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


@lru_cache(maxsize=4096)
def find_quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in reading order. Numbers inside names ("CD19", "T2", "5-FU") are not quantities."""
    spelled = _spelled(text)
    numbers = (_quantity(match, spelled) for match in _pattern().finditer(spelled))
    return tuple(quantity for quantity in numbers if quantity.text not in _not_quantities())


def agree(claimed: Quantity, stated: Quantity) -> bool:
    """Whether two quantities of one kind fit: equal within the rounding people use, or a case within a stated limit."""
    if stated.bound and not claimed.bound:
        # "25 pack-years" is one of "20 or more".
        return claimed.low >= stated.low if stated.bound == "at least" else claimed.high <= stated.high
    slack = 0.06 if claimed.kind == "temperature" else 0.005 * max(1.0, abs(stated.high))
    return abs(claimed.low - stated.low) <= slack and abs(claimed.high - stated.high) <= slack


def _quantity(match: re.Match[str], text: str) -> Quantity:
    units = _units()
    low = float(match["low"].replace(",", ""))
    high = float(match["high"].replace(",", "")) if match["high"] else low
    # "day 9" and "9 days" are one unit.
    unit = re.sub(r"[\s.-]+", " ", (match["unit"] or match["lead"] or "").lower()).strip()
    kind, factor, offset = units.get(unit, ("count", 1.0, 0.0))
    if kind == "count" and not match["high"] and low == int(low) and 1900 <= low <= 2100:
        kind = "year"
    before, after = text[max(0, match.start() - 14) : match.start()], text[match.end() : match.end() + 30]
    found: list[Bound] = [name for name, lead, tail in _bounds() if lead.search(before) or tail.match(after)]
    bound: Bound = found[0] if found else ""
    return Quantity(kind, low * factor + offset, high * factor + offset, match[0].strip(), bound)


def _spelled(text: str) -> str:
    # Same length is not needed: quantities carry their own words, no offsets.
    words = _number_words()
    return re.sub(r"\b(" + "|".join(words) + r")\b", lambda found: words[found[0].lower()], text, flags=re.IGNORECASE)


@cache
def _bounds() -> tuple[tuple[Bound, re.Pattern[str], re.Pattern[str]], ...]:
    lead, tail = r"(?:{})\s+\Z", r"\s*(?:\([^)]*\)\s*)?(?:{})\b"
    names: tuple[Bound, ...] = ("at least", "at most")
    rows = load_yaml("units.yaml")["bounds"]
    return tuple(
        (
            name,
            re.compile(lead.format("|".join(map(re.escape, rows[name]["before"]))), re.IGNORECASE),
            re.compile(tail.format("|".join(map(re.escape, rows[name]["after"]))), re.IGNORECASE),
        )
        for name in names
    )


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
    lead = "|".join(load_yaml("units.yaml")["units_before"])
    return re.compile(
        rf"(?<![\w.-])(?:(?P<lead>{lead})\s+)?(?P<low>{_NUMBER})(?:\s*(?:-|–|to|and)\s*(?P<high>{_NUMBER}))?(?:[\s-]*(?P<unit>{unit})(?![\w²³]))?(?![\w]|[-–][A-Za-z]|\.\d)",
        re.IGNORECASE,
    )
