"""Tables to charts. Knows altair and nothing of Streamlit."""

import altair as alt
import pandas as pd

# Okabe and Ito's blue: told apart by the colour-blind, and readable on white and on black.
_LINE = "#0072B2"
_ROW, _AXIS = 44, 62
"""Pixels of a scorer's row, and of the axis below the rows."""
_TITLE = "mean score, 1 is good"


def score_bars(scores: pd.DataFrame) -> alt.LayerChart | alt.FacetChart:
    """Each scorer's mean as a point with its 95% interval; a scorer without a mean has a row and no point.

    `scores` has scorer, mean, low and high; low and high are null where there are too few questions for an interval.
    """
    base = alt.Chart(_numbers(scores)).encode(y=alt.Y("scorer:N", title=None, sort=None, axis=alt.Axis(labelLimit=160)))
    scale = alt.Scale(domain=[0, 1])
    interval = base.mark_rule(strokeWidth=3, color=_LINE).encode(
        x=alt.X("low:Q", scale=scale, title=_TITLE), x2="high:Q"
    )
    mean = base.encode(x=alt.X("mean:Q", scale=scale, title=_TITLE), tooltip=["scorer:N", *_tooltips()])
    point = mean.mark_point(filled=True, size=110, color=_LINE, opacity=1)
    words = mean.mark_text(dy=-13, fontSize=13, color="#768594").encode(text=alt.Text("mean:Q", format=".2f"))
    return alt.layer(interval, point, words).properties(height=_ROW * max(1, len(scores)) + _AXIS)


def trend_lines(trend: pd.DataFrame) -> alt.FacetChart:
    """Each scorer's mean over the runs, with intervals, one small chart a scorer.

    `trend` has run, made (prompt and generator), scorer, mean, low and high; runs are in the order of time.
    """
    rows = _numbers(trend)
    runs, scorers = list(dict.fromkeys(rows["run"])), list(dict.fromkeys(rows["scorer"]))
    # A run's name begins with its day.
    axis = alt.Axis(labelExpr="slice(datum.label, 0, 10)", labelAngle=-40, ticks=False)
    base = alt.Chart(rows).encode(x=alt.X("run:N", sort=runs, title=None, axis=axis))
    mean = base.encode(y=alt.Y("mean:Q", scale=alt.Scale(domain=[0, 1]), title="mean score"))
    shape = alt.Shape(
        "made:N", title="prompt, generator", legend=alt.Legend(orient="bottom", columns=2, labelLimit=300)
    )
    layers = (
        mean.mark_line(color=_LINE, strokeWidth=1.5),
        base.mark_rule(color=_LINE, strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
        mean.mark_point(filled=True, size=80, opacity=1, color=_LINE).encode(
            shape=shape, tooltip=["run:N", "made:N", "scorer:N", *_tooltips()]
        ),
    )
    facet = alt.Facet("scorer:N", title=None, sort=scorers)
    return alt.layer(*layers).properties(width=200, height=150).facet(facet=facet, columns=3)


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    # A column of nothing but nulls has no type, and altair would take it for words.
    return table.astype({"mean": float, "low": float, "high": float})


def _tooltips() -> list[alt.Tooltip]:
    return [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("mean", "low", "high")]
