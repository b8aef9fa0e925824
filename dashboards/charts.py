"""Rows to charts, as Vega-Lite in plain values: importing a chart library would cost the first view a second."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Spec = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]

# Okabe and Ito's blue: told apart by the colour-blind, and readable on white and on black.
_LINE = "#0072B2"
_GREY = "#768594"
_ROW, _AXIS = 44, 62
"""Pixels of a scorer's row, and of the axis below the rows."""
_TITLE = "mean score, 1 is good"


def score_bars(scores: Rows) -> Spec:
    """Each scorer's mean as a point with its 95% interval; a scorer without a mean has a row and no point.

    `scores` has scorer, mean, low and high; low and high are null where there are too few questions for an interval.
    """
    axis = {"scale": {"domain": [0, 1]}, "title": _TITLE}
    mean = _number("mean", **axis)
    hover = [_name("scorer"), *_hover("mean", "low", "high")]
    return _rows(scores, "scorer", [
        {"mark": {"type": "rule", "strokeWidth": 3, "color": _LINE},
         "encoding": {"x": _number("low", **axis), "x2": {"field": "high"}}},
        {"mark": {"type": "point", "filled": True, "size": 110, "color": _LINE, "opacity": 1},
         "encoding": {"x": mean, "tooltip": hover}},
        {"mark": {"type": "text", "dy": -13, "fontSize": 13},
         "encoding": {"x": mean, "text": {"field": "mean", "type": "quantitative", "format": ".2f"}}},
    ])  # fmt: skip


def gain_bars(gains: Rows) -> Spec:
    """Each measure's gain as a point with its 95% interval around a line at zero.

    `gains` has measure, gain, low and high; low and high are null where there are too few questions.
    """
    axis = {"title": "gain: worse left of zero, better right of it"}
    hover = [_name("measure"), *_hover("gain", "low", "high")]
    return _rows(gains, "measure", [
        {"mark": {"type": "rule", "strokeDash": [4, 3], "color": _GREY}, "encoding": {"x": {"datum": 0}}},
        {"mark": {"type": "rule", "strokeWidth": 3, "color": _LINE},
         "encoding": {"x": _number("low", **axis), "x2": {"field": "high"}}},
        {"mark": {"type": "point", "filled": True, "size": 110, "color": _LINE, "opacity": 1},
         "encoding": {"x": _number("gain", **axis), "tooltip": hover}},
    ])  # fmt: skip


def trend_lines(trend: Rows) -> Spec:
    """Each scorer's mean over the runs, with intervals, one small chart a scorer.

    `trend` has run, made (prompt and generator), scorer, mean, low and high; runs are in the order of time.
    """
    runs, scorers = _order(trend, "run"), _order(trend, "scorer")
    # A run's name begins with its day.
    axis = {"labelExpr": "slice(datum.label, 0, 10)", "labelAngle": -40, "ticks": False}
    across = {"field": "run", "type": "nominal", "sort": runs, "title": None, "axis": axis}
    mean = _number("mean", scale={"domain": [0, 1]}, title="mean score")
    legend = {"orient": "bottom", "columns": 2, "labelLimit": 300}
    shape = {"field": "made", "type": "nominal", "title": "prompt, generator", "legend": legend}
    hover = [*(_name(name) for name in ("run", "made", "scorer")), *_hover("mean", "low", "high")]
    layers = [
        {"mark": {"type": "line", "color": _LINE, "strokeWidth": 1.5}, "encoding": {"x": across, "y": mean}},
        {"mark": {"type": "rule", "color": _LINE, "strokeWidth": 2},
         "encoding": {"x": across, "y": _number("low"), "y2": {"field": "high"}}},
        {"mark": {"type": "point", "filled": True, "size": 80, "opacity": 1, "color": _LINE},
         "encoding": {"x": across, "y": mean, "shape": shape, "tooltip": hover}},
    ]  # fmt: skip
    return {
        "data": _data(trend, ("run", "made", "scorer", "mean", "low", "high")),
        "facet": {"field": "scorer", "type": "nominal", "title": None, "sort": scorers}, "columns": 3,
        "spec": {"width": 200, "height": 150, "layer": layers},
    }  # fmt: skip


def _rows(told: Rows, name: str, layers: list[Spec]) -> Spec:
    kept = {field for layer in layers for part in layer["encoding"].values() for field in _fields(part)}
    where = {"field": name, "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 200}}
    placed = [
        layer | {"encoding": layer["encoding"] | {"y": where}} if _has_field(layer) else layer for layer in layers
    ]
    height = _ROW * max(1, len(told)) + _AXIS
    return {"data": _data(told, (name, *sorted(kept - {name}))), "height": height, "layer": placed}


def _has_field(layer: Spec) -> bool:
    # What stands for no row, a line at zero say, goes through all of them.
    return any(True for part in layer["encoding"].values() for _ in _fields(part))


def _fields(part: Spec | list[Spec]) -> Iterable[str]:
    parts = part if isinstance(part, list) else [part]
    return (one["field"] for one in parts if "field" in one)


def _data(told: Rows, names: Iterable[str]) -> Spec:
    kept = list(names)
    return {"values": [{name: row.get(name) for name in kept} for row in told]}


def _order(told: Rows, name: str) -> list[Any]:
    return list(dict.fromkeys(row[name] for row in told))


def _number(field: str, **more: Any) -> Spec:
    return {"field": field, "type": "quantitative", **more}


def _name(field: str) -> Spec:
    return {"field": field, "type": "nominal"}


def _hover(*fields: str) -> list[Spec]:
    return [{"field": field, "type": "quantitative", "format": ".3f"} for field in fields]
