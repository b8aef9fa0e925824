"""Tables to charts. Knows altair and nothing of Streamlit."""

import altair as alt
import pandas as pd

# Okabe and Ito's blue and vermilion: told apart by the colour-blind and on both backgrounds.
_LINE = "#0072B2"
_HEIGHT = 46


def score_bars(scores: pd.DataFrame) -> alt.LayerChart:
    """Each scorer's mean as a point with its 95% interval; a scorer without a mean has a row and no point.

    `scores` has scorer, mean, low and high; low and high are null where there are too few questions for an interval.
    """
    rows = scores.astype({"mean": float, "low": float, "high": float})
    base = alt.Chart(rows).encode(y=alt.Y("scorer:N", title=None, sort=None, axis=alt.Axis(labelLimit=160)))
    scale = alt.Scale(domain=[0, 1])
    interval = base.mark_rule(strokeWidth=3, color=_LINE).encode(x=alt.X("low:Q", scale=scale, title="mean score, 1 is good"), x2="high:Q")
    point = base.mark_point(filled=True, size=110, color=_LINE, opacity=1).encode(
        x=alt.X("mean:Q", scale=scale, title="mean score, 1 is good"),
        tooltip=[alt.Tooltip("scorer:N"), *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("mean", "low", "high"))],
    )
    number = point.mark_text(align="left", dx=10, dy=-10, fontSize=13).encode(text=alt.Text("mean:Q", format=".2f"))
    return alt.layer(interval, point, number.encode(color=alt.value("#6b7a8a"))).properties(height=max(2, len(rows)) * _HEIGHT)


def trend_lines(trend: pd.DataFrame) -> alt.FacetChart:
    """Each scorer's mean over the runs, with intervals, one small chart a scorer.

    `trend` has run, prompt, scorer, mean, low and high; runs are in the order of time.
    """
    rows = trend.astype({"mean": float, "low": float, "high": float})
    order = list(dict.fromkeys(rows["run"]))
    x = alt.X("run:N", sort=order, title=None, axis=alt.Axis(labels=False, ticks=False))
    y = alt.Y("mean:Q", scale=alt.Scale(domain=[0, 1]), title="mean score")
    base = alt.Chart(rows)
    layers = (
        base.mark_line(color=_LINE, strokeWidth=1.5).encode(x=x, y=y),
        base.mark_rule(color=_LINE, strokeWidth=2).encode(x=x, y=alt.Y("low:Q"), y2="high:Q"),
        base.mark_point(filled=True, size=80, opacity=1, color=_LINE).encode(
            x=x, y=y, shape=alt.Shape("prompt:N", title="prompt", legend=alt.Legend(orient="bottom")),
            tooltip=["run:N", "prompt:N", "scorer:N", *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("mean", "low", "high"))],
        ),
    )  # fmt: skip
    return alt.layer(*layers).properties(width=260, height=150).facet(facet=alt.Facet("scorer:N", title=None, sort=None), columns=3)
