"""Numbers in a sentence: where they stand, what they measure, and how another value is written in their place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["time", "percent", "age", "age_range", "dose", "ratio", "burden", "year"]
Bound = Literal["", "least", "most"]

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_N = r"(?P<{}>\d{{1,3}}(?:,\d{{3}})+|\d{{1,5}}(?:\.\d{{1,3}})?|" + "|".join(WORDS[1:]) + ")"
_FIRST = _N.format("first")
_RANGE = _FIRST + r"(?P<to>(?:\s?[-–]\s?| to | or | and )" + _N.format("second") + ")?"
_TIME = r"hours?|days?|weeks?|months?|years?"
_DOSE = r"mg/m2|mg/m²|mg/kg|mg|mcg|µg|grams?|g|milligrams?|micrograms?|mL|ml|Gy"
_EDGE = r"(?<![\w.,+/-])"
_AGES = rf"(?:age|aged|ages|at|between)(?: age)? {_FIRST}(?P<to>(?: to |[-–]| and ){_N.format('second')})"
_AGE = r"(?:age|aged|ages|screening at|over|under|starts? at|to|above) (?P<first>[1-9]\d)"
# What makes a number something else than an age.
_NO_AGE = rf"(?![\w%-]|[.,]\d| ?(?:{_TIME}|{_DOSE}|to|or|and|liver)\b)"
_SAME_TIME = rf"(?P<same> \((?P<other>\d{{1,4}}) (?:{_TIME})\))?"
_SCORE = rf"(?:\bCPS\)?|\bscore|\bhazard ratio) (?:is |of |at least |≥ ?)+{_FIRST}(?![\w%]|\.\d)"
_YEAR = rf"(?:(?<=\s)|(?<=^)|(?<=mid-))(?P<first>(?:19|20)\d\d)(?![\w%,-]|\.\d| ?(?:{_DOSE}|people)\b)"
_FORMS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("year", re.compile(_YEAR)),
    ("percent", re.compile(rf"{_EDGE}{_RANGE}(?P<unit> ?%| percent\b)", re.I)),
    ("burden", re.compile(rf"{_EDGE}{_FIRST}(?P<rest> or more)?(?P<unit>[ -]pack-years\b)", re.I)),
    ("burden", re.compile(_SCORE, re.I)),
    ("dose", re.compile(rf"{_EDGE}{_RANGE}(?P<unit> ?(?:{_DOSE})\b)")),
    ("age_range", re.compile(rf"\b{_AGES}(?!\w|%|-|[.,]\d| ?(?:{_TIME}|{_DOSE})\b)", re.I)),
    ("age", re.compile(rf"\b{_AGE}{_NO_AGE}", re.I)),
    ("time", re.compile(rf"{_EDGE}{_RANGE}(?P<unit>[ -](?:{_TIME})\b)(?! old){_SAME_TIME}", re.I)),
    ("ratio", re.compile(rf"{_EDGE}(?P<head>\d{{1,2}}) in {_FIRST}(?![\w%])", re.I)),
)
_LEAST = re.compile(r"(?:at least|over|more than|minimum of|from)\s+(?:the past )?\Z", re.I)
_MOST = re.compile(r"(?:up to|within|under|below|less than|no more than|at most)\s+(?:the past )?\Z", re.I)
_NO_QUANTITY = re.compile(r"24[- ]hour\b|\b(?:stage|phase|category|grade|exon|group)s? \Z", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number (or a range) and what it measures.

    `start:end` is the stretch to replace: the number, the second of a range, the unit and an equal value in brackets.
    `first`, `second` (of a range), `other` (the equal value) and `unit` (with its space) are as written; `head` is the
    9 of "9 in 10".
    """

    kind: Kind
    start: int
    end: int
    first: str
    joint: str = ""
    second: str = ""
    unit: str = ""
    rest: str = ""
    other: str = ""
    other_unit: str = ""
    head: str = ""
    bound: Bound = ""


def quantities(sentence: str) -> Iterator[Quantity]:
    """The quantities in order; at one place the first form in the table wins."""
    taken: list[tuple[int, int]] = []
    found: list[Quantity] = []
    for kind, form in _FORMS:
        for match in form.finditer(sentence):
            start, end = match.start("first"), match.end()
            if any(start < b and a < end for a, b in taken) or _NO_QUANTITY.search(sentence[max(0, start - 10) : end]):
                continue
            taken.append((start, end))
            found.append(_quantity(kind, sentence, match))
    yield from sorted(found, key=lambda quantity: quantity.start)


def _quantity(kind: Kind, sentence: str, match: re.Match[str]) -> Quantity:
    parts = match.groupdict()
    start, second = match.start("first"), parts.get("second") or ""
    before = sentence[max(0, start - 20) : start]
    other = parts.get("other") or ""
    return Quantity(
        kind=kind,
        start=start,
        end=match.end(),
        first=parts["first"],
        joint=(parts.get("to") or "")[: -len(second)] if second else "",
        second=second,
        unit=parts.get("unit") or "",
        rest=parts.get("rest") or "",
        other=other,
        other_unit=(parts.get("same") or "").partition(other)[2] if other else "",
        head=parts.get("head") or "",
        bound="least" if _LEAST.search(before) else "most" if _MOST.search(before) else "",
    )


def value_of(text: str) -> float:
    """The number that a word or numeral stands for."""
    low = text.lower()
    return float(WORDS.index(low)) if low in WORDS else float(low.replace(",", ""))


def written(value: float, like: str) -> str | None:
    """A value written as the old one was (word, decimals, thousands), or None when it cannot be."""
    if like.lower() in WORDS:
        whole = round(value)
        word = WORDS[whole] if 0 < whole < len(WORDS) else str(whole) if whole > 0 else None
        return word.capitalize() if word and like[0].isupper() else word
    decimals = len(like.partition(".")[2])
    text = f"{value:,.{decimals}f}" if "," in like else f"{value:.{decimals}f}"
    return text if float(text.replace(",", "")) > 0 else None


def fitted_unit(unit: str, value: float) -> str:
    """The unit in the singular or plural that the value asks for. Joined by a hyphen it stays as it is."""
    word = unit.strip(" ")
    if not word.isalpha() or unit.startswith("-") or word in {"mg", "mcg", "g", "ml", "mL", "Gy", "percent"}:
        return unit
    if value == 1:
        return unit.removesuffix("s")
    return unit if unit.endswith("s") else unit + "s"
