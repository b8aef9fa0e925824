"""Numbers with their units in a text, with offsets, brought to one scale so that two texts can be compared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.judges.slots import lexicon
from evals.judges.slots import quantity_patterns as patterns
from evals.judges.slots.documents import dates_document
from evals.judges.slots.quantity_patterns import Bound, unit_name
from evals.words import stem

_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, range or limit at `start:end`, on the scale of its kind ("temperature" °C, "time" days, "percent").

    `low` and `high` differ for a range. A kind "count" carries in `noun` the root of the word counted. `raw` is the
    number as written, `about` whether the text calls it approximate.
    """

    kind: str
    low: float
    high: float
    raw: float
    text: str
    start: int
    end: int
    bound: Bound = ""
    noun: str = ""
    about: bool = False


def find_quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text in reading order. Numbers inside names ("CD19", "T2", "5-FU") are not quantities."""
    found: list[Quantity] = []
    for quantity in sorted(_all(text), key=lambda q: (q.start, -q.end)):
        if not any(q.start < quantity.end and quantity.start < q.end for q in found) and not _skipped(text, quantity):
            found.append(quantity)
    return tuple(found)


def agree(claimed: Quantity, stated: Quantity) -> bool:
    """Whether two quantities of one kind fit: equal within the rounding people use, or a case within a stated limit."""
    if claimed.bound and stated.bound and claimed.bound != stated.bound:
        return False
    if claimed.low == claimed.high and not claimed.bound:
        # "25 pack-years" is a case of "20 or more"; "for eight weeks" is no case of "at least two weeks".
        if stated.bound and stated.kind not in ("time", "frequency", "mass"):
            return (
                claimed.low >= stated.low - _slack(stated)
                if stated.bound == "at least"
                else claimed.high <= stated.high + _slack(stated)
            )
        if stated.low < stated.high and stated.low <= claimed.low <= stated.high:
            return True
    slack = max(_slack(stated), _slack(claimed) if claimed.about or stated.about else 0.0)
    if stated.low < stated.high and claimed.low == claimed.high and claimed.bound:
        # "At least 50" of "50 to 80".
        return abs(claimed.low - (stated.low if claimed.bound == "at least" else stated.high)) <= slack
    if claimed.low < claimed.high and stated.low == stated.high:
        return claimed.low - slack <= stated.low <= claimed.high + slack and claimed.about
    return abs(claimed.low - stated.low) <= slack and abs(claimed.high - stated.high) <= slack


def _slack(quantity: Quantity) -> float:
    if quantity.kind in ("year", "date", "month"):
        return 0.0
    if quantity.kind == "temperature":
        return 0.06
    if quantity.kind == "percent":
        return max(0.02 * quantity.high, 0.05 * quantity.high if quantity.about else 0.0)
    if quantity.kind in ("time", "frequency"):
        return 0.035 * quantity.high
    return (0.03 if quantity.about else 0.005) * abs(quantity.high)


def _all(text: str) -> Iterator[Quantity]:
    for match in patterns.dates().finditer(text):
        yield _date(match)
    for match in patterns.betweens().finditer(text):
        yield from _number(match, text)
    for match in patterns.shares().finditer(text):
        yield from _share(match, text)
    for match in patterns.frequencies().finditer(text):
        yield from _frequency(match)
    for match in patterns.numbers().finditer(text):
        yield from _number(match, text)


def _skipped(text: str, quantity: Quantity) -> bool:
    if quantity.kind == "count" and patterns.label().search(text[max(0, quantity.start - 20) : quantity.start]):
        return True
    if quantity.kind in ("year", "date") and dates_document(text, quantity.start, quantity.end):
        return True
    return quantity.text.lower() in patterns.lexicon()["not_quantities"] or bool(
        patterns.telephone().search(text[max(0, quantity.start - 6) : quantity.end + 6])
    )


def _date(match: re.Match[str]) -> Quantity:
    month = patterns.months().index(match["month"][:3].lower()) + 1
    year = float(match["year"] or 0)
    # Months count from year 0; without a year only the month is compared.
    value = year * 12 + month if year else float(month)
    return Quantity("date" if year else "month", value, value, value, match[0].strip(), match.start(), match.end())


def _share(match: re.Match[str], text: str) -> Iterator[Quantity]:
    if match["word"]:
        row = {name: float(value) for name, value in patterns.lexicon()["shares"].items()}
        value = row[unit_name(match["word"])]
        yield Quantity(
            "percent",
            value,
            value,
            value,
            match[0].strip(),
            match.start(),
            match.end(),
            _bound(text, match),
            about=True,
        )
        return
    part, whole = _value(match["part"]), _value(match["whole"])
    high = _value(match["top"]) if match["top"] else part
    if whole <= 1 or part > whole:
        return
    low, high, bound, about = 100 * part / whole, 100 * high / whole, _bound(text, match), _is_about(text, match)
    yield Quantity("percent", low, high, part, match[0], match.start(), match.end(), bound, about=about)


def _frequency(match: re.Match[str]) -> Iterator[Quantity]:
    units = patterns.units()
    unit = units.get(unit_name(match["unit"] or match["unit2"] or "")) if not match["word"] else None
    if match["word"]:
        days = float(patterns.lexicon()["frequency_words"][match["word"].lower()])
    elif unit is None or unit[0] != "time":
        return
    elif match["every"]:
        times = {"other": 2.0, "second": 2.0, "third": 3.0}.get((match["step"] or "").lower()) or (
            _value(match["step"]) if match["step"] else 1.0
        )
        days = unit[1] * times
    else:
        days = unit[1] / (
            {"once": 1.0, "twice": 2.0}.get(match["times"].lower()) or _value(match["times"].split()[0]) or 1.0
        )
    yield Quantity("frequency", days, days, days, match[0].strip(), match.start(), match.end())


def _number(match: re.Match[str], text: str) -> Iterator[Quantity]:
    low = _value(match["low"])
    high = _value(match["high"]) if match["high"] else low
    unit = unit_name(match["unit"] or match["lead"] or "")
    kind, factor, offset = patterns.units().get(unit, ("count", 1.0, 0.0))
    noun = ""
    if kind == "count":
        if match["low"].lower() in ("one", "a", "an"):
            return
        if match["low"].isdigit() and low == high and 1900 <= low <= 2100:
            kind = "year"
        else:
            noun = _noun(text, match.end())
    elif match["low"].lower() in ("a", "an") and not _article_counts(text, match):
        return
    low, high = min(low, high), max(low, high)
    low, high, raw, text_ = low * factor + offset, high * factor + offset, low, match[0].strip()
    yield Quantity(
        kind, low, high, raw, text_, match.start(), match.end(), _bound(text, match), noun, _is_about(text, match)
    )


def _is_about(text: str, match: re.Match[str]) -> bool:
    return bool(patterns.about().search(text[max(0, match.start() - 16) : match.start()]))


def _article_counts(text: str, match: re.Match[str]) -> bool:
    return bool(
        re.search(
            r"\b(?:for|within|after|least|than|about|in)\s+\Z",
            text[max(0, match.start() - 9) : match.start()],
            re.IGNORECASE,
        )
    )


def _noun(text: str, end: int) -> str:
    found = re.match(r"[\s-]+((?:[a-z]+[\s-]+){0,2}?[a-z]+)", text[end : end + 40], re.IGNORECASE)
    names = (
        [w for w in re.split(r"[\s-]+", found[1]) if w.lower() not in patterns.lexicon()["noun_fillers"]]
        if found
        else []
    )
    return lexicon.root(stem(names[0])) if names and names[0].lower() not in patterns.lexicon()["no_nouns"] else ""


def _bound(text: str, match: re.Match[str]) -> Bound:
    before, after = text[max(0, match.start() - 22) : match.start()], text[match.end() : match.end() + 34]
    for name, lead, tail in patterns.bounds():
        if lead.search(before) or tail.match(after) or tail.search(match[0]):
            return name
    return ""


def _value(word: str) -> float:
    cleaned = word.strip().lower().replace(",", "")
    if cleaned[:1].isdigit():
        digits, _, scale = cleaned.partition(" ")
        return float(digits) * _SCALES.get(scale.strip(), 1.0)
    words = patterns.number_words()
    return float(sum(words[part] for part in re.split(r"[\s-]+", cleaned) if part in words) or 1)
