"""E08: another number, unit, date or temperature; never one that says the same."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from evals.faults.fault import Edit, Half, half_of, pick
from evals.faults.numbers import Quantity, fitted_unit, quantities, value_of, written
from evals.faults.tables import fault_file
from evals.records import Severity

_F, _C = r"\d{2,3}(?:\.\d)?", r"\d{2}(?:\.\d)?"
_DEGREE_F, _DEGREE_C = r" ?(?:°|degrees) ?F(?:ahrenheit)?\b", r" ?(?:°|degrees) ?C(?:elsius)?\b"
# The second number in brackets is the same temperature on the other scale.
_TEMPERATURE = re.compile(
    rf"(?<![\w.])(?:(?P<f>{_F}){_DEGREE_F}(?: ?\((?P<fc>{_C}){_DEGREE_C}\))?"
    rf"|(?P<c>{_C}){_DEGREE_C}(?: ?\((?P<cf>{_F}){_DEGREE_F}\))?)"
)
_ASKS = re.compile(r"^(?:ask|tell|talk)\b|\?\s*$", re.I)
# A value that is held against a limit told elsewhere may well be another one: "At 101 °F you are past it."
_HELD_AGAINST = re.compile(r"\b(?:past|beyond|over|above|under|below) (?:it|that|this|the (?:limit|mark|line))\b", re.I)
# A clinically plain difference: less than this is rounding, or close enough to be argued about.
_RATIO, _DEGREES = 1.25, 0.5
_AGE_STEP, _PERCENT_STEP, _OLDEST = 5, 10, 95
_SEVERITY: dict[str, Severity] = {"dose": "critical", "year": "minor", "ratio": "moderate", "burden": "moderate"}


def number_faults(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """One other value for each quantity, one other unit, one other frequency or month."""
    if _ASKS.search(sentence) or _HELD_AGAINST.search(sentence):
        return
    yield from _temperatures(sentence, half, seed)
    for quantity in quantities(sentence):
        if edit := _other_value(sentence, quantity, half, seed):
            yield edit
        yield from _other_unit(sentence, quantity, half, seed)
    for row in _rows("frequency_ways", half):
        for match in re.finditer(row["find"], sentence, re.I):
            yield _edit(match.start(), match.end(), match.expand(row["put"]), row["id"], "E08-frequency", "moderate")


def _rows(name: str, half: Half) -> list[Mapping[str, Any]]:
    return [row for row in fault_file("swaps.yaml")[name] if half_of(f"number:{row['id']}") == half]


def _edit(start: int, end: int, put: str, row: str, operator: str, severity: Severity) -> Edit:
    return Edit(
        start=start,
        end=end,
        replacement=put,
        operator=operator,
        template=f"number:{row}",
        code="E08",
        severity=severity,
    )


def _temperatures(sentence: str, half: Half, seed: int) -> Iterator[Edit]:
    """Both scales change together."""
    for match in _TEMPERATURE.finditer(sentence):
        celsius = float(match.group("c")) if match.group("c") else (float(match.group("f")) - 32) / 1.8
        rows = [row for row in _rows("temperature_ways", half) if abs(row["c"] - celsius) >= _DEGREES]
        if not rows:
            continue
        row = pick(rows, seed, "E08-temperature", sentence, match.start())
        scales = {"f": row["f"], "cf": row["f"], "c": row["c"], "fc": row["c"]}
        text, offset = match.group(), match.start()
        for name in sorted(scales, key=match.start, reverse=True):
            if match.group(name):
                start, end = match.start(name) - offset, match.end(name) - offset
                whole = "." not in match.group(name) and scales[name].is_integer()
                text = text[:start] + f"{scales[name]:.{0 if whole else 1}f}" + text[end:]
        yield _edit(match.start(), match.end(), text, row["id"], "E08-temperature", "critical")


def _other_value(sentence: str, quantity: Quantity, half: Half, seed: int) -> Edit | None:
    options = [
        (row["id"], put)
        for row in _rows("number_ways", half)
        if quantity.kind in row.get("kinds", ("time", "burden", "percent", "dose"))
        and (put := _changed(quantity, row)) is not None
    ]
    if not options:
        return None
    row, put = pick(options, seed, "E08-number", sentence, quantity.start)
    severity = _SEVERITY.get(quantity.kind, "moderate")
    return _edit(quantity.start, quantity.end, put, row, "E08-number", severity)


def _changed(quantity: Quantity, row: Mapping[str, Any]) -> str | None:
    """The stretch with the row's value in it, or None where that would not differ, or make no sense."""
    first = value_of(quantity.first)
    new = first * row["by"] if "by" in row else first + row["add"]
    put = written(new, quantity.first)
    if put is None or not _differs(quantity, first, value_of(put)):
        return None
    second = _second(quantity, row, value_of(put))
    other = _other(quantity, first, value_of(put))
    if second is None or other is None:
        return None
    last = value_of(second) if second else value_of(put)
    unit = fitted_unit(quantity.unit, last) if quantity.kind == "time" else quantity.unit
    return f"{put}{quantity.joint}{second}{quantity.rest}{unit}{other}"


def _second(quantity: Quantity, row: Mapping[str, Any], first: float) -> str | None:
    """The end of the range: moved along, but an age range keeps its end while that lies above the start."""
    if not quantity.second:
        return ""
    old = value_of(quantity.second)
    if quantity.kind == "age_range" and first < old:
        return quantity.second
    new = old * row["by"] if "by" in row else old + row["add"]
    if quantity.kind == "percent" and new >= 100:
        return None
    put = written(new, quantity.second)
    return put if put and value_of(put) > first else None


def _other(quantity: Quantity, old: float, new: float) -> str | None:
    """The equal value in brackets ("96 hours (4 days)"), changed alike."""
    if not quantity.other:
        return ""
    value = value_of(quantity.other) * new / old
    if abs(value - round(value)) > 0.01:
        return None
    unit = fitted_unit(quantity.other_unit.removesuffix(")"), round(value))
    return f" ({round(value)}{unit})"


def _differs(quantity: Quantity, old: float, new: float) -> bool:
    if quantity.kind == "year":
        return new != old
    if quantity.head and new <= value_of(quantity.head):
        return False
    if quantity.bound == "least" and quantity.kind == "time" and new < old:
        return False  # what lasts at least four weeks lasts at least two
    if quantity.bound == "most" and quantity.kind in {"time", "percent"} and new > old:
        return False
    if quantity.kind in {"age", "age_range"}:
        return old / 2 <= new < _OLDEST and abs(new - old) >= _AGE_STEP
    if quantity.kind == "percent":
        return 0 < new < 100 and abs(new - old) >= min(_PERCENT_STEP, old / 2)
    return max(old, new) / min(old, new) >= _RATIO


def _other_unit(sentence: str, quantity: Quantity, half: Half, seed: int) -> Iterator[Edit]:
    if quantity.other or quantity.kind not in {"time", "dose"}:
        return
    unit = quantity.unit.lstrip(" -")
    options = [
        (row["id"], new)
        for row in _rows("unit_ways", half)
        if (new := row["pairs"].get(unit)) and not (quantity.bound == "least" and _is_shorter(row["id"]))
    ]
    if options:
        row, new = pick(options, seed, "E08-unit", sentence, quantity.start)
        start = quantity.end - len(unit)
        severity = "critical" if quantity.kind == "dose" else "moderate"
        # The number goes along, so that the span says what was meant.
        put = sentence[quantity.start : start] + new
        yield _edit(quantity.start, quantity.end, put, row, "E08-unit", severity)


@cache
def _is_shorter(row: str) -> bool:
    return row in {"weeks-to-days", "months-to-weeks", "years-to-months", "hours-to-minutes"}
