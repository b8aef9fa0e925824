"""Agreement in words and rows for the screen. Knows nothing of Streamlit."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd
from rows import Row, cell

from evals.report.tallies import LABELS
from evals.review import rubric
from evals.review.agreement import Estimate
from evals.review.estimating import settings
from evals.review.machine_rows import MachineRow
from evals.review.reviewer_rows import ReviewerRow
from evals.review.tables_of_agreement import AgreementTables, PairRow, ScaleRow

TOO_FEW = "not enough reviews yet"
ALIKE = "all chose the same"
CLINICIANS: Mapping[str, str] = {
    "Same choice": "Of all pairs of reviews of one answer, the share in which both chose exactly the same level.",
    "AC1 / AC2": (
        "The same, less what two people would share by chance alone; it stays fair when nearly every answer gets the "
        "same level. AC2, on ordered scales, counts a near miss in part. 1 is perfect, 0 is chance."
    ),
    "Weighted kappa": (
        "An older way to take chance out, near misses counted in part. It can fall to 0 although people agree, when "
        "nearly every answer gets the same level: read it beside “same choice”."
    ),
    "Alpha": (
        "Krippendorff's way, which also works when answers have different reviewers. From 0.80 one may rely on it, "
        "from 0.67 draw tentative conclusions, below that none."
    ),
    "Good enough?": (
        "Whether one review of an answer is enough on this scale: safety scales need AC1 / AC2 of 0.80, the others "
        "kappa and alpha of 0.60. Where not: two reviews of every answer, and better wording of the scale."
    ),
    "In brackets": (
        "Where the number would lie, 95 times in 100, had other questions of the same kind been drawn. No brackets: "
        "fewer than 20 questions with two reviews, or everybody agreed."
    ),
}
"""What each number on agreement means, in plain words."""
MACHINE: Mapping[str, str] = {
    "Missed": "Answers that clinicians call faulty and the machine does not: the dangerous kind of mistake.",
    "False alarm": "Answers that the machine calls faulty and clinicians do not.",
    "Faults found": "Of the answers that clinicians call faulty, the share that the machine finds.",
    "Alarms right": "Of the answers that the machine calls faulty, the share that clinicians do too.",
    "AC1, kappa": "Agreement of machine and clinicians less chance, as above: 1 is perfect, 0 is chance.",
    "Left out": "Answers on which clinicians are evenly split, or that the scorer could not look at.",
}
"""What each number on machine and clinicians means."""
REVIEWERS: Mapping[str, str] = {
    "Stricter or milder": (
        "How far this person's choices on safety scales lie from colleagues' on the same answers: +1 would be always "
        "the strictest against always the mildest level, 0 is like the others."
    ),
    "Drift": "How that changed from the earlier half of their reviews to the later half; near 0 is steady.",
    "Gold": "Share of choices like the agreed ones, on answers with a known right review, hidden in the queue.",
    "Own repeats": "Share of choices like their own first ones, on answers that came twice without notice.",
}
"""What each number on a reviewer means."""
_BLUE, _ORANGE = "#0072B2", "#D55E00"
_ROW, _AXIS = 34, 70


def told(value: Estimate) -> str:
    """A coefficient with its interval, or why there is none."""
    if value.value is None:
        return ALIKE if value.units else TOO_FEW
    if value.low is not None and value.high is not None:
        return f"{value.value:z.2f} ({value.low:z.2f} to {value.high:z.2f})"
    return f"{value.value:z.2f}, too few to rely on" if few(value) else f"{value.value:z.2f}"


def few(value: Estimate) -> bool:
    """Whether too few questions have two judgements for this number to mean anything."""
    return value.clusters < settings()["min_units"]


def enough(row: ScaleRow) -> bool | None:
    """Whether a scale meets its threshold; None where it cannot be told, or rests on too few questions."""
    return None if few(row.raw) else row.enough


def _enough(row: ScaleRow) -> str:
    found = enough(row)
    if found is None:
        return TOO_FEW if few(row.raw) else ALIKE
    if not found:
        return "✗ no"
    low = row.gwet.low if row.safety else None
    return "✓ yes" if low is None or low >= settings()["safety_ac1"] else "✓ yes, but not certain"


def percent(value: float | None) -> str:
    """A share in percent, a dash where there is none."""
    return "–" if value is None else f"{100 * value:.0f}%"


def scales(found: Sequence[ScaleRow]) -> list[Row]:
    """One row for each scale of the rubric, and one for the labels of claims; those not good enough first."""
    return [
        {
            "scale": cell(row.name),
            "kind": "safety" if row.safety else "",
            "units": row.raw.units,
            "raw": told(row.raw),
            "gwet": told(row.gwet),
            "kappa": told(row.kappa),
            "alpha": told(row.alpha),
            "enough": _enough(row),
        }
        for row in sorted(found, key=lambda row: enough(row) is not False)
    ]


def in_short(found: AgreementTables) -> str:
    """The one sentence that a reader with no time should take away."""
    judged = [row for row in found.scales if row.safety and enough(row) is not None]
    if not judged:
        least = settings()["min_units"]
        return f"Not enough reviews yet to say how far clinicians agree: it takes {least} questions with two reviews."
    bad = [row for row in judged if not enough(row)]
    if bad:
        return f"On {len(bad)} of {len(judged)} safety scales clinicians do not agree well enough."
    return "On every safety scale with enough reviews clinicians agree well enough."


def levels(found: Sequence[ScaleRow]) -> list[Row]:
    """How often each level of each scale was chosen, best level first."""
    shown: list[Row] = []
    for row in found:
        scale = rubric().scales.get(row.scale)
        names = {level.id: level.name for level in (scale.levels if scale else rubric().claims)}
        total = sum(row.prevalence.values())
        for level, count in row.prevalence.items():
            share = count / total if total else None
            shown.append({"scale": row.name, "level": names.get(level, level), "times": count, "share": percent(share)})
        if row.cannot_judge:
            shown.append({"scale": row.name, "level": "cannot judge", "times": row.cannot_judge, "share": "–"})
    return shown


def machine(found: Sequence[MachineRow], name: str) -> list[Row]:
    """One row for each scorer, or for each topic of one; `name` is the field that tells the rows apart."""
    return [
        {
            "name": cell(getattr(row, name)),
            "compared": row.compared,
            "clinicians_only": row.clinicians_only,
            "machine_only": row.machine_only,
            "both": row.both,
            "neither": row.neither,
            "found": percent(row.found),
            "right": percent(row.right),
            "gwet": told(row.gwet),
            "kappa": told(row.kappa),
            "left_out": row.unsettled + row.untold,
        }
        for row in found
    ]


def labels(found: Mapping[tuple[str, str], int]) -> list[Row]:
    """The machine's label of a claim down, the clinicians' across, claims counted."""
    theirs = [level.id for level in rubric().claims]
    names = {level.id: level.name for level in rubric().claims}
    ours = [name for name in LABELS if any(one == name for one, _ in found)]
    ours += sorted({one for one, _ in found} - set(ours))
    return [
        {"machine": LABELS.get(one, one), **{names[other]: found.get((one, other), 0) for other in theirs}}
        for one in ours
    ]


def reviewers(found: Sequence[ReviewerRow], names: Mapping[str, str]) -> list[Row]:
    """One row for each reviewer."""
    return [
        {
            "reviewer": cell(names.get(row.reviewer, row.reviewer)),
            "reviews": row.reviews,
            "minutes": None if row.seconds is None else round(row.seconds / 60, 1),
            "severity": _signed(row.severity, row.severity_items),
            "drift": _signed(row.drift, row.severity_items),
            "gold": _share(row.gold, row.gold_items),
            "repeat": _share(row.repeat, row.repeat_items),
            "outside": row.outside,
        }
        for row in found
    ]


def _signed(value: float | None, items: int) -> str:
    if value is None:
        return TOO_FEW
    words = "" if abs(value) < 0.05 else ", stricter" if value > 0 else ", milder"
    return f"{value:+z.2f}{words} ({items} answers)"


def _share(value: float | None, items: int) -> str:
    return TOO_FEW if value is None else f"{percent(value)} of {items}"


def pairs(found: Sequence[PairRow], names: Mapping[str, str], scale: str) -> list[Row]:
    """Each two reviewers on one scale."""
    return [
        {
            "one": cell(names.get(row.one, row.one)),
            "other": cell(names.get(row.other, row.other)),
            "items": row.items,
            "same": percent(row.same),
        }
        for row in found
        if row.scale == scale
    ]


def chart(found: Sequence[ScaleRow]) -> alt.LayerChart | alt.FacetChart:
    """AC1 or AC2 of each scale with its interval, and the line that it should reach."""
    table = pd.DataFrame(
        [
            {"scale": row.name, "value": row.gwet.value, "low": row.gwet.low, "high": row.gwet.high,
             "kind": "safety scale" if row.safety else "other scale"}
            for row in found if row.gwet.value is not None
        ]
    ).astype({"value": float, "low": float, "high": float})  # fmt: skip
    axis = alt.Axis(labelLimit=240)
    base = alt.Chart(table).encode(y=alt.Y("scale:N", title=None, sort=list(table["scale"]), axis=axis))
    scale = alt.Scale(domain=[min(0.0, float(table[["value", "low"]].min().min())), 1])
    title = "agreement less chance (AC1 or AC2); 1 is perfect"
    interval = base.mark_rule(strokeWidth=3, color=_BLUE).encode(
        x=alt.X("low:Q", scale=scale, title=title), x2="high:Q"
    )
    shape = alt.Shape("kind:N", title=None, legend=alt.Legend(orient="bottom"))
    point = base.mark_point(filled=True, size=110, color=_BLUE, opacity=1).encode(
        x=alt.X("value:Q", scale=scale, title=title), shape=shape,
        tooltip=["scale:N", *(alt.Tooltip(f"{name}:Q", format=".2f") for name in ("value", "low", "high"))],
    )  # fmt: skip
    line = alt.Chart(pd.DataFrame({"x": [0.8]})).mark_rule(strokeDash=[6, 4], color=_ORANGE, strokeWidth=2)
    return alt.layer(line.encode(x="x:Q"), interval, point).properties(height=_ROW * len(table) + _AXIS)
