"""Rows to charts: inert HTML that the style sheet draws.

No Vega, which takes the browser longer to load than all else of the first view; no SVG, which `st.html` takes out.
"""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import marked

from evals.report.inert import number

Row = Mapping[str, Any]
Rows = Sequence[Row]

_NOTHING = "<p class='quiet'>There is nothing to draw.</p>"
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
_MOST_STEPS = 6
"""An axis much longer than so many steps takes longer ones, or its numbers would run into each other."""
_SHAPES = 6
"""So many shapes of a point tell apart how a run was made; the style sheet has them."""


def score_bars(scores: Rows) -> str:
    """Each scorer's mean as a point with its 95% interval; a scorer without a mean has a row that says so.

    `scores` has scorer, mean, low and high; low and high are null where there are too few questions for an interval.
    """
    return _bars(scores, "scorer", "mean", [0.0, 1.0], "mean score, 1 is good")


def gain_bars(gains: Rows) -> str:
    """Each measure's gain as a point with its 95% interval around a line at zero.

    `gains` has measure, gain, low and high; low and high are null where there are too few questions.
    """
    numbers = [row[name] for row in gains for name in ("gain", "low", "high") if row[name] is not None]
    return _bars(gains, "measure", "gain", [0.0, *numbers], "gain: worse left of zero, better right of it")


def trend_lines(trend: Rows) -> str:
    """Each scorer's mean over the runs, with intervals, one small chart a scorer.

    `trend` has run, made (prompt and generator), scorer, mean, low and high; runs are in the order of time.
    """
    if not trend:
        return _NOTHING
    runs, made = _order(trend, "run"), _order(trend, "made")
    shapes = {name: place % _SHAPES for place, name in enumerate(made)}
    drawn = "".join(
        _small([row for row in trend if row["scorer"] == name], runs, shapes) for name in _order(trend, "scorer")
    )
    told = "".join(f"<span>{_shape(shapes[name])}{marked.plain(name)}</span>" for name in made)
    return f"<div class='trends'>{drawn}</div><div class='legend'>{told}</div>"


# --- rows with a point each ------------------------------------------------------------------------------------------


def _bars(told: Rows, name: str, value: str, numbers: Sequence[float], title: str) -> str:
    if not told:
        return _NOTHING
    ticks = _ticks(min(numbers), max(numbers))
    low, high = ticks[0], ticks[-1]
    lines = "".join(_bar(row, name, value, low, high) for row in told)
    marks = "".join(f"<span style='left:{_share(tick, low, high)}'>{tick:g}</span>" for tick in ticks)
    alt = f"{title}. {'; '.join(_words(row, name, value) for row in told)}"
    return (
        f"<div class='bars' role='img' aria-label='{marked.plain(alt)}' style='--step:{100 / (len(ticks) - 1):.3f}%'>"
        f"{lines}<span></span><div class='axis'>{marks}<p>{title}</p></div></div>"
    )


def _bar(row: Row, name: str, value: str, low: float, high: float) -> str:
    zero = f"<i class='zero' style='left:{_share(0, low, high)}'></i>" if low < 0 else ""
    if row[value] is None:
        drawn = "<span class='quiet'>no number</span>"
    else:
        at = _share(row[value], low, high)
        words = number(row[value]) if low >= 0 else f"{row[value]:+z.2f}"
        drawn = f"<i class='point' style='left:{at}'></i><b style='left:{at}'>{words}</b>"
    if row["low"] is not None and row["high"] is not None:
        wide = _share(low + row["high"] - row["low"], low, high)
        drawn = f"<i class='interval' style='left:{_share(row['low'], low, high)};width:{wide}'></i>{drawn}"
    hover = marked.plain(_words(row, name, value))
    return f"<span class='name'>{marked.plain(row[name])}</span><div class='track' title='{hover}'>{zero}{drawn}</div>"


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from below the lowest to above the highest, at least two."""
    step = next((step for step in _STEPS if (high - low) / step <= _MOST_STEPS), 0.5)
    first, last = math.floor(round(low / step, 6)), math.ceil(round(high / step, 6))
    return [round(place * step, 6) for place in range(first, max(last, first + 1) + 1)]


# --- small charts over the runs --------------------------------------------------------------------------------------


def _small(told: Rows, runs: Sequence[str], shapes: Mapping[str, int]) -> str:
    wide = 100 / len(runs)
    by_run = {row["run"]: row for row in told}
    drawn = "".join(
        _between(by_run.get(one), by_run.get(other), (place + 0.5) * wide, wide)
        for place, (one, other) in enumerate(itertools.pairwise(runs))
    )
    columns = ((by_run[run], place * wide) for place, run in enumerate(runs) if run in by_run)
    drawn += "".join(_column(row, left, wide, shapes) for row, left in columns)
    scorer = marked.plain(told[0]["scorer"])
    alt = marked.plain(". ".join(_words(row, "run", "mean") for row in told))
    # A run's name begins with its day.
    ends = dict.fromkeys((runs[0], runs[-1]))
    days = "".join(f"<span style='width:{wide:.3f}%'>{marked.plain(run[:10])}</span>" for run in ends)
    marks = "<span>1</span><span>0.5</span><span>0</span>"
    return (
        f"<div role='img' aria-label='{scorer}, mean score over the runs. {alt}'><b>{scorer}</b>"
        f"<div class='plot'><div class='marks'>{marks}</div><div class='area'>{drawn}</div></div>"
        f"<div class='days'>{days}</div></div>"
    )


def _between(one: Row | None, other: Row | None, left: float, wide: float) -> str:
    if one is None or other is None or one["mean"] is None or other["mean"] is None:
        return ""
    ends = f"--from:{_share(1 - one['mean'])};--to:{_share(1 - other['mean'])}"
    return f"<i class='line' style='left:{left:.3f}%;width:{wide:.3f}%;{ends}'></i>"


def _column(row: Row, left: float, wide: float, shapes: Mapping[str, int]) -> str:
    drawn = ""
    if row["low"] is not None and row["high"] is not None:
        tall = _share(row["high"] - row["low"])
        drawn = f"<i class='interval' style='bottom:{_share(row['low'])};height:{tall}'></i>"
    if row["mean"] is not None:
        drawn += f"<i class='point shape-{shapes[row['made']]}' style='bottom:{_share(row['mean'])}'></i>"
    hover = marked.plain(_words(row, "run", "mean"))
    return f"<div class='run' title='{hover}' style='left:{left:.3f}%;width:{wide:.3f}%'>{drawn}</div>"


def _shape(number: int) -> str:
    return f"<i class='point shape-{number}'></i>"


# --- both ------------------------------------------------------------------------------------------------------------


def _words(row: Row, name: str, value: str) -> str:
    """All that a point says, for who looks closer and who does not see it."""
    told = f"{row[name]}, {row['made']}" if "made" in row else row[name]
    if row[value] is None:
        return f"{told}: no number"
    known = row["low"] is not None and row["high"] is not None
    interval = f"95% interval {row['low']:.3f} to {row['high']:.3f}" if known else "too few questions for an interval"
    return f"{told}: {value} {row[value]:.3f}, {interval}"


def _share(value: float, low: float = 0.0, high: float = 1.0) -> str:
    return f"{100 * (value - low) / (high - low):.3f}%"


def _order(told: Iterable[Row], name: str) -> list[str]:
    return list(dict.fromkeys(row[name] for row in told))
