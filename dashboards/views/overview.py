"""Is the current prompt safe to show? What is known, what is not, and what to look at first."""

import address
import charts
import frames
import marked
import opened
import pandas as pd
import streamlit as st

_FIRST = 200
"""So many serious findings are listed; the rest are found on the Answers page."""


def head(shown: opened.Opened) -> None:
    told = shown.run.manifest
    st.title("Is this prompt safe to show?")
    parts = {
        "Prompt": frames.prompt_name(told),
        "Generator": (told.get("generator") or {}).get("name"),
        "Judge": told.get("judge"),
        "Suite": (told.get("suite") or {}).get("name"),
        "Started": str(told.get("started", "")).replace("T", " "),
    }
    listed = "".join(f"<li><b>{name}</b> {marked.plain(value or 'not given')}</li>" for name, value in parts.items())
    st.html(f"<ul class='facts'>{listed}</ul>")
    st.warning(
        "**Not decided.** There is no gate yet: nothing here says that this prompt is safe to show to patients. "
        "The machine's scores and findings below are an aid to review. They are not a clinical validation.",
        icon=":material/gavel:",
    )


def counts(shown: opened.Opened) -> None:
    serious = frames.serious(shown.findings)
    answers, corpus = shown.answers, shown.run.manifest.get("corpus") or {}
    verdicts = shown.run.summary.get("verdicts", {})
    failed = int(answers["ended"].isin(["no answer", "skipped"]).sum())
    hit = len(serious.drop_duplicates(["question_id", "repeat"]))
    numbers = [
        ("Answers with a severe or critical finding", f"{hit} of {len(answers) - failed}", "What an automatic scorer flagged. It misses things."),
        ("Contradicted claims", verdicts.get("contradicted", 0), "Claims that a passage contradicts, by the judge's verdict."),
        ("Claims without a verdict", verdicts.get("no_verdict", 0), "No judge could say anything about these."),
        ("Questions without an answer", failed, "Planned, but skipped or failed."),
        ("Passages no clinician signed", f"{corpus.get('unsigned', '?')} of {corpus.get('passages', '?')}", "Verdicts rest on these texts."),
        ("Passages overdue for review", len(corpus.get("overdue") or ()), "On the day of the run."),
    ]  # fmt: skip
    with st.container(horizontal=True, key="counts"):
        for label, value, note in numbers:
            st.metric(label, value, help=note, border=True, width=190)


def look_first(shown: opened.Opened) -> None:
    st.header("Look at these first")
    serious = frames.serious(shown.findings).reset_index(drop=True)
    if serious.empty:
        st.info(
            "No severe or critical finding in this run. That is no proof: rare harm does not show in a few dozen questions, "
            "and the scorers miss things."
        )
        return
    st.caption(f"{len(serious)} severe or critical findings. Choose a line to open the answer.")
    table = serious.head(_FIRST)
    picked = st.dataframe(
        table, hide_index=True, column_order=["severity", "rule", "message", "question_id", "question", "scorer"],
        column_config=_columns(), on_select="rerun", selection_mode=["single-row", "single-cell"],
        key=address.table_key("serious"), height=min(38 * (len(table) + 1), 420),
    )  # fmt: skip
    address.open_chosen(table, picked)
    if len(serious) > _FIRST:
        st.caption(f"The first {_FIRST}. The others are on the Answers page.")


def _columns() -> dict[str, object]:
    return {
        "severity": st.column_config.TextColumn("severity", width="small"),
        "rule": st.column_config.TextColumn("rule", width="small"),
        "message": st.column_config.TextColumn("what was found", width="large"),
        "question_id": st.column_config.TextColumn("id", width="small"),
        "question": st.column_config.TextColumn("question", width="medium"),
        "scorer": st.column_config.TextColumn("found by", width="small"),
    }


def scores(shown: opened.Opened) -> None:
    st.header("Scores")
    table = frames.scores(shown.run.summary)
    if table.empty:
        st.info("No scorer ran.")
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.altair_chart(charts.score_bars(table), alt="Mean score of each scorer with its 95% interval")
        st.caption("Point: mean. Line: 95% interval, resampling questions. No line: fewer than 20 questions, too few for one.")
    with right:
        number = st.column_config.NumberColumn(format="%.3f")
        st.dataframe(
            table, hide_index=True,
            column_config={"mean": number, "low": number, "high": number, "clusters": st.column_config.NumberColumn("questions")},
        )  # fmt: skip
        st.caption("Every planned answer ends in one of four ways: scored, unscored (with a reason), error or skipped.")
    _not_scored(shown)


def _not_scored(shown: opened.Opened) -> None:
    rows = [
        {"scorer": name, "answers": count, "why": why}
        for name, row in shown.run.summary.get("scorers", {}).items()
        for why, count in (row.get("not_scored") or {}).items()
    ]
    if rows:
        with st.expander("Why some answers have no score"):
            st.dataframe(pd.DataFrame(rows), hide_index=True, column_config={"why": st.column_config.TextColumn(width="large")})


def rules(shown: opened.Opened) -> None:
    st.header("Findings by rule")
    rows = shown.run.summary.get("findings", [])
    if not rows:
        st.info("No findings.")
        return
    st.dataframe(pd.DataFrame(rows)[["severity", "rule", "scorer", "findings", "answers"]], hide_index=True, height="auto")


def trend(shown: opened.Opened) -> None:
    st.header("Over time")
    table, others = frames.trend(opened.summaries(shown.run.folder), shown.run.manifest)
    if table["run"].nunique() < 2:
        st.info("No earlier run was scored in exactly the same way, so there is nothing to compare with.")
    else:
        st.altair_chart(charts.trend_lines(table), alt="Mean score of each scorer over the runs, with 95% intervals")
        st.caption("Oldest run on the left, this one on the right. Only runs scored in exactly the same way can be compared.")
    if others:
        st.caption(f"{others} earlier runs were scored differently (other scorers, judge, questions or guidelines) and are left out.")


shown = opened.shown()
head(shown)
counts(shown)
look_first(shown)
scores(shown)
rules(shown)
trend(shown)
