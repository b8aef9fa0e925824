"""All answers of a run: filtered, searched, the worst first; a row opens the answer."""

import address
import frames
import opened
import pandas as pd
import streamlit as st

from evals.records import SEVERITIES
from evals.report.facts import LABELS

_RISKS = ("critical", "high", "elevated", "routine")


def filters(shown: opened.Opened) -> pd.DataFrame:
    """The rows that the filters in the address leave, in its order; draws the filters."""
    table, scorers = shown.answers, list(shown.run.summary.get("scorers", {}))
    values = {
        "topic": sorted({*table["topic"]} - {""}),
        "cancer": sorted({*table["cancer"]} - {""}),
        "risk": [risk for risk in _RISKS if risk in {*table["risk"]}],
        "scorer": scorers,
        "rule": sorted({*shown.findings["rule"]}),
        "verdict": [label for label in frames.VERDICTS if any(label in found for found in table["verdicts"])],
    }
    helps = {
        "scorer": "Answers in which this scorer found something, or which it could not score.",
        "rule": "Answers with a finding of this rule.",
        "verdict": "Answers with at least one claim of this verdict.",
    }
    names = {"rule": "Finding"}
    for row in (("topic", "cancer", "risk"), ("scorer", "rule", "verdict")):
        for column, name in zip(st.columns(3), row, strict=True):
            with column:
                address.choose(
                    name, names.get(name, name.capitalize()), values[name], help=helps.get(name), placeholder="all",
                    format_func=LABELS.__getitem__ if name == "verdict" else str,
                )  # fmt: skip
    left, middle, right = st.columns([4, 4, 1], vertical_alignment="bottom")
    with left:
        find = address.write("find", "Search in questions and answers", placeholder="all these words")
    with middle:
        order = address.choose_one("sort", "Sort by", [*frames.ORDERS, *(f"lowest {name}" for name in scorers)])
    right.button("Clear", on_click=address.put, kwargs=dict.fromkeys(address.FILTERS), help="Take all filters away.")
    return frames.chosen(table, {name: address.get_all(name) for name in values}, find, order or frames.ORDERS[0])


def answers(table: pd.DataFrame, total: int) -> None:
    st.caption(f"{len(table)} of {total} answers. Click a line to open the answer, or choose it by name:")
    labels = {f"{row.question_id}, repeat {row.repeat}: {row.question}": (row.question_id, row.repeat) for row in table.itertuples()}
    picked = st.selectbox(
        "Open an answer", list(labels), index=None, placeholder="Type an id or a word of the question",
        label_visibility="collapsed", key=address.table_key("pick"),
    )  # fmt: skip
    if picked:
        address.open_answer(str(labels[picked][0]), int(str(labels[picked][1])), *address.FILTERS)
    event = st.dataframe(
        table, hide_index=True, column_order=_columns(table), column_config=_config(table), height=min(38 * (len(table) + 1), 640),
        on_select="rerun", selection_mode=["single-row", "single-cell"], key=address.table_key("answers"),
    )  # fmt: skip
    address.open_chosen(table, event, *address.FILTERS)


def _columns(table: pd.DataFrame) -> list[str]:
    repeat = ["repeat"] if table["repeat"].max() > 0 else []
    scores = [name for name in table if str(name).startswith("score:")]
    return ["question_id", *repeat, "question", "worst", "findings", "contradicted", *scores, "ended", "risk", "topic", "cancer"]


def _config(table: pd.DataFrame) -> dict[str, object]:
    column = st.column_config
    return {
        "question_id": column.TextColumn("id", width="small"),
        "repeat": column.NumberColumn(width="small"),
        "question": column.TextColumn("question", width="large"),
        "worst": column.TextColumn("worst finding", width="small", help=f"From {SEVERITIES[0]} to {SEVERITIES[-1]}."),
        "findings": column.NumberColumn("findings", width="small"),
        "contradicted": column.NumberColumn("contradicted", width="small", help="Claims that a passage contradicts."),
        "ended": column.TextColumn("how scoring ended", width="small"),
        **{
            name: column.NumberColumn(str(name).removeprefix("score:"), format="%.2f", width="small", help="1 is good. Empty: no score.")
            for name in table
            if str(name).startswith("score:")
        },
    }


shown = opened.shown()
st.title("Answers")
left = filters(shown)
if shown.answers.empty:
    st.info("This run has no answers.")
elif left.empty:
    st.info("No answer meets these filters. Clear them to see all answers again.")
else:
    answers(left, len(shown.answers))
