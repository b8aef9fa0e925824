"""Figures in a sentence that are danger signs: temperature, oxygen, blood pressure, pulse, sugar, stools."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from evals.lexicons import load_yaml
from evals.notices.combinations import Hit
from evals.notices.groups import Word

_DECIMAL = re.compile(r"[.,·]\Z")
_UNIT = re.compile(r"\s?(?:°|º|˚|degree|deg\b|fahrenheit|celsius|centigrade|grados|[cf]\b)", re.IGNORECASE)
_PRESSURE = re.compile(r"\s?(?:/|over)\s?")
_NEAR = 6


@dataclass(frozen=True, slots=True)
class _Figure:
    """A number said by the words `first` to `last`; `exact` when it was written with decimals."""

    value: float
    first: int
    last: int
    exact: bool


def read_figures(text: str, words: Sequence[Word]) -> dict[str, list[Hit]]:
    """Sign -> the words that give it. Words are those of one sentence; their offsets count in `text`."""
    figures = list(_figures(text, words))
    if not figures:
        return {}
    lexicon = load_yaml("red_flag_figures.yaml")
    found: dict[str, list[Hit]] = {}
    pressures = _pressures(text, words, figures)
    for figure in figures:
        name = "pressure_low" if figure in pressures else _temperature(text, words, figure)
        name = name or next((sign for sign, row in lexicon["near"].items() if _reads(words, figure, row)), None)
        if name:
            found.setdefault(name, []).append((figure.first, figure.last))
    return found


def _reads(words: Sequence[Word], figure: _Figure, row: dict[str, object]) -> bool:
    low, high = row["from"], row["to"]
    if not float(str(low)) <= figure.value <= float(str(high)):
        return False
    return _beside(words, figure, str(row["beside"]).split()) and not _beside(
        words, figure, str(row.get("not", "")).split()
    )


def _beside(words: Sequence[Word], figure: _Figure, listed: Sequence[str]) -> bool:
    nearby = words[max(0, figure.first - _NEAR) : figure.last + _NEAR + 1]
    return any(word.folded.startswith(stem) for word in nearby for stem in listed)


def _temperature(text: str, words: Sequence[Word], figure: _Figure) -> str | None:
    limits = load_yaml("red_flag_figures.yaml")["temperature"]
    near, high, top = limits["celsius"] if figure.value < 50 else limits["fahrenheit"]
    if not near <= figure.value <= top:
        return None
    end = words[figure.last].end
    other = words[figure.last + 1 : figure.last + 2]
    before = words[max(0, figure.first - 2) : figure.first]
    just_said = any(word.folded.startswith(("temp", "fever", "fiebre")) for word in before)
    if other and not just_said and other[0].folded.startswith(tuple(str(limits["other_units"]).split())):
        return None
    told = _UNIT.match(text, end) or _beside(words, figure, str(limits["beside"]).split())
    if not told and (not figure.exact or _beside(words, figure, str(limits["other_values"]).split())):
        return None
    return "fever_high" if figure.value >= high else "fever_near"


def _pressures(text: str, words: Sequence[Word], figures: Sequence[_Figure]) -> list[_Figure]:
    """Upper figures of a blood pressure that is too low."""
    low = load_yaml("red_flag_figures.yaml")["pressure_below"]
    return [
        upper
        for upper, lower in pairwise(figures)
        if 50 <= upper.value < low
        and 20 <= lower.value < upper.value
        and _PRESSURE.fullmatch(text, words[upper.last].end, words[lower.first].start)
    ]


def _figures(text: str, words: Sequence[Word]) -> Iterator[_Figure]:
    at = 0
    while at < len(words):
        figure = _digits(text, words, at) or _spelled_out(words, at)
        if figure:
            yield figure
        at = figure.last + 1 if figure else at + 1


def _digits(text: str, words: Sequence[Word], at: int) -> _Figure | None:
    match = re.match(r"(\d{1,4})(?:f|c|x|st|nd|rd|th)?\Z", words[at].folded)
    if not match or not match.group(1).isascii():
        return None
    following = words[at + 1] if at + 1 < len(words) else None
    if following and _DECIMAL.fullmatch(text, words[at].end, following.start):
        decimals = re.match(r"(\d{1,2})(?:f|c)?\Z", following.folded)
        if decimals and decimals.group(1).isascii():
            return _Figure(float(f"{match.group(1)}.{decimals.group(1)}"), at, at + 1, True)
    half = [word.folded for word in words[at + 1 : at + 4]]
    if half in (["and", "a", "half"], ["point", "five"]) or half[:2] in (
        ["y", "medio"],
        ["y", "media"],
        ["point", "five"],
    ):
        return _Figure(float(match.group(1)) + 0.5, at, at + 2, True)
    return _Figure(float(match.group(1)), at, at, False)


def _spelled_out(words: Sequence[Word], at: int) -> _Figure | None:
    """A number in words: "a hundred and one point five", "one oh two", "thirty nine", "treinta y ocho"."""
    numbers = load_yaml("red_flag_figures.yaml")["numbers"]
    value, last, index = None, at, at
    while index < len(words) and index - at < 7:
        word = words[index].folded
        if word in numbers and not (word == "a" and value is not None):
            value, last = _joined(value, float(numbers[word])), index
        elif word == "point" and value is not None and index + 1 < len(words) and words[index + 1].folded in numbers:
            return _Figure(value + float(numbers[words[index + 1].folded]) / 10, at, index + 1, True)
        elif word in {"half", "medio", "media"} and value is not None and index - last <= 3:
            return _Figure(value + 0.5, at, index, True)
        elif not (value is not None and word in {"and", "y", "a"}):
            break
        index += 1
    return None if value is None else _Figure(value, at, last, False)


def _joined(value: float | None, following: float) -> float:
    if value is None:
        return following
    if following == 100:
        return value * 100
    if value == 1 and following == 0:
        return 10  # "one oh" …
    if value == 10 and following < 10:
        return 100 + following  # … "two"
    # "ninety nine five" is two numbers, "thirty eight" one.
    return value + following if following < value and value % 10 == 0 else following
