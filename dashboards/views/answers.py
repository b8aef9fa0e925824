"""All answers of a run: filtered, searched, the worst first; a row opens the answer."""

from collections.abc import Sequence

import address
import opened
import rows
import streamlit as st

from evals.records import SEVERITIES
from evals.report.tallies import LABELS

_HELP = {
    "scorer": "Answers in which this scorer found something, or which it could not score.",
    "rule": "Answers with a finding of this rule.",
    "verdict": "Answers with at least one claim of this verdict.",
}
_SCORE = "From 0 to 1; 1 is good. A dash: no score."
_RISKS = ("critical", "high", "elevated", "routine")
_MOST_NAMES = 500
"""With more answers than this the list to type into is left out; the search narrows them down."""


def filters(shown: opened.Opened) -> None:
    """The filters, the search and the order, each kept in the address."""
    options = {name: sorted({row[name] for row in shown.answers} - {""}) for name in ("topic", "cancer")}
    options["risk"] = [risk for risk in _RISKS if any(row["risk"] == risk for row in shown.answers)]
    options["scorer"] = shown.scorers
    options["rule"] = sorted({row["rule"] for row in shown.findings})
    options["verdict"] = [name for name in rows.VERDICTS if any(name in row["verdict"] for row in shown.answers)]
    for names in (rows.CHOICES[:3], rows.CHOICES[3:]):
        for column, name in zip(st.columns(3), names, strict=True):
            with column:
                label = "Finding" if name == "rule" else name.capitalize()
                address.choose(name, label, options[name], help=_HELP.get(name), placeholder="all", format_func=_words)
    left, middle, right = st.columns([4, 4, 1], vertical_alignment="bottom")
    with left:
        address.write("find", "Search in questions and answers", placeholder="all these words")
    with middle:
        address.choose_one("sort", "Sort by", rows.orders(shown.scorers))
    right.button("Clear", on_click=address.put, kwargs=dict.fromkeys(address.FILTERS), help="Take all filters away.")


def _words(value: str) -> str:
    return LABELS.get(value) or rows.cell(value)


def answers(found: Sequence[rows.Row], shown: opened.Opened) -> None:
    """The rows, and two ways to open one: by a click, or by its name."""
    st.caption(f"{len(found)} of {len(shown.answers)} answers. Click a line to open the answer.")
    place = by_name(found) if len(found) <= _MOST_NAMES else None
    listed = [row | {f"score:{name}": value for name, value in row["scores"].items()} for row in found]
    clicked = address.table("answers", listed, columns(shown), height=min(36 * (len(found) + 1), 640))
    place = clicked if clicked is not None else place
    if place is not None:
        row = found[place]
        address.leave("views/answer.py", *address.FILTERS, question=row["question_id"], repeat=str(row["repeat"]))


def by_name(found: Sequence[rows.Row]) -> int | None:
    """A list to type into: the way to an answer without a mouse."""
    return st.selectbox(
        "Open an answer",
        range(len(found)),
        index=None,
        format_func=lambda place: f"{found[place]['id']}, repeat {found[place]['repeat']}: {found[place]['question']}",
        placeholder="Open an answer by its id or a word of its question",
        label_visibility="collapsed",
        key=f"by-name-{st.session_state.get('left', 0)}",
    )


def columns(shown: opened.Opened) -> dict[str, object]:
    """The columns of the table."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    repeated = any(row["repeat"] for row in shown.answers)
    return {
        "id": text("id", width=60),
        **({"repeat": number("repeat", width=60)} if repeated else {}),
        "question": text("question", width=360),
        "risk": text("risk", width=70),
        "worst": text("worst finding", width=100, help=f"Severities go from {SEVERITIES[0]} to {SEVERITIES[-1]}."),
        "findings": number("findings", width=70),
        "contradicted": number("contradicted", width=95, help="Claims that a passage contradicts."),
        **{f"score:{name}": number(name, format="%.2f", width=85, help=_SCORE) for name in shown.scorers},
        "ended": text("scoring ended", width=150),
        "topic": text("topic"),
        "cancer": text("cancer"),
    }


def page(shown: opened.Opened) -> None:
    """The whole page."""
    st.title("Answers")
    if not shown.answers:
        st.info("This run has no answers.")
        return
    filters(shown)
    if found := opened.filtered(shown):
        answers(found, shown)
    else:
        st.info("No answer meets these filters. Clear them to see all answers again.")


page(opened.shown())
