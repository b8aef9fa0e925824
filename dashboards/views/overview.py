"""Is the current prompt safe to show? What is known, what is not, and what to look at first."""

import address
import charts
import marked
import opened
import pandas as pd
import panels
import rows
import streamlit as st

from evals.report.facts import NOT_CLINICAL, finding_rows, how_made

_FIRST = 200
"""So many serious findings are listed; the rest are found on the Answers page."""
_TALL = 66
"""Pixels of a table row that holds two lines; Streamlit wraps cells from here on."""


def head(shown: opened.Opened) -> None:
    """What was run, and that nobody has decided on it."""
    told = shown.run.manifest
    st.title("Is this prompt safe to show?")
    parts = {
        "Prompt": rows.prompt_name(told),
        "Generator": told["generator"].get("name"),
        "Suite": told["suite"].get("name"),
        "Started": str(told.get("started", "")).replace("T", " ").replace("+00:00", " UTC"),
    }
    listed = "".join(f"<li><b>{name}</b> {marked.plain(value or 'not given')}</li>" for name, value in parts.items())
    st.html(f"<ul class='facts'>{listed}</ul>")
    st.warning(
        "**Not decided.** There is no gate yet: nothing here says that this prompt is safe to show to patients. "
        f"{NOT_CLINICAL}",
        icon=":material/gavel:",
    )
    with st.expander("How this run was made"):
        st.html(panels.facts(how_made(shown.run)))


def counts(shown: opened.Opened, serious: list[rows.Row]) -> None:
    """The numbers that say where to look and how far to trust."""
    corpus, verdicts = shown.run.manifest["corpus"], shown.run.summary["verdicts"]
    planned, answered = len(shown.answers), shown.run.summary["answers"]
    hit = len({(row["question_id"], row["repeat"]) for row in serious})
    cards = [
        (f"{hit} of {answered}", "answers with a severe or critical finding"),
        (verdicts.get("contradicted", 0), "claims that a passage contradicts"),
        (verdicts.get("no_verdict", 0), "claims without a verdict"),
        (f"{planned - answered} of {planned}", "planned answers that are missing"),
        (
            f"{corpus.get('unsigned', '?')} of {corpus.get('passages', '?')}",
            "guideline passages that no clinician signed",
        ),
        (len(corpus.get("overdue") or ()), "guideline passages overdue on the day of the run"),
    ]
    st.html(panels.cards(cards))


def look_first(serious: list[rows.Row]) -> None:
    """The severe and critical findings; a row opens its answer."""
    st.header("Look at these first")
    if not serious:
        st.info(
            "No severe or critical finding in this run. That proves little: a few dozen questions cannot show that "
            "severe harm is rare, and the scorers miss things."
        )
        return
    more = f" The first {_FIRST} are shown; the others are on the Answers page." if len(serious) > _FIRST else ""
    st.caption(f"{len(serious)} severe or critical findings. Click a line to open the answer.{more}")
    text = st.column_config.TextColumn
    listed = [row | {"rule": rows.cell(row["rule"])} for row in serious[:_FIRST]]
    columns = {
        "severity": text("severity", width=70),
        "rule": text("rule", width=90),
        "message": text("what was found", width=430),
        "id": text("id", width=50),
        "question": text("question", width=360),
        "scorer": text("found by", width=100),
    }
    height = min(_TALL * len(listed) + 40, 480)
    place = address.table("serious", listed, columns, row_height=_TALL, height=height)
    if place is not None:
        row = listed[place]
        address.leave("views/answer.py", question=row["question_id"], repeat=str(row["repeat"]))


def scores(shown: opened.Opened) -> None:
    """Each scorer's mean with its interval, and how every planned answer ended."""
    st.header("Scores")
    table = pd.DataFrame(rows.scores(shown.run.summary))
    if table.empty:
        st.info("No scorer ran.")
        return
    number = st.column_config.NumberColumn
    names = {**dict.fromkeys(("mean", "low", "high"), number(format="%.3f")), "clusters": number("questions")}
    st.dataframe(table, hide_index=True, placeholder="–", column_config=names)
    st.caption("Every planned answer ends in one of four ways: scored, unscored (with a reason), error or skipped.")
    st.altair_chart(charts.score_bars(table), alt="Mean score of each scorer with its 95% interval")
    st.caption("Point: mean. Line: 95% interval, resampling questions. No line: fewer than 20 questions.")
    why = [
        {"scorer": name, "answers": count, "why": rows.cell(reason)}
        for name, row in shown.run.summary["scorers"].items()
        for reason, count in (row.get("not_scored") or {}).items()
    ]
    if why:
        with st.expander("Why some answers have no score"):
            st.dataframe(why, hide_index=True, column_config={"why": st.column_config.TextColumn(width="large")})


def rules(shown: opened.Opened) -> None:
    """All findings by rule; a row leads to the answers with it."""
    st.header("Findings by rule")
    found = finding_rows(shown.run)
    if not found:
        st.info("No findings.")
        return
    st.caption("Click a line to see the answers with this finding.")
    listed = [
        {
            "severity": row.severity,
            "rule": rows.cell(row.rule),
            "scorer": row.scorer,
            "findings": row.findings,
            "answers": len(row.places),
            "example": rows.cell(row.example),
        }
        for row in found
    ]
    column = st.column_config.Column
    columns = {
        **{name: column(name, width=85) for name in ("severity", "rule", "findings", "answers")},
        "scorer": column("found by", width=100),
        "example": column("for example", width=620),
    }
    place = address.table("rules", listed, columns, height=min(36 * (len(found) + 1), 420))
    if place is not None:
        address.leave("views/answers.py", rule=found[place].rule)


def trend(shown: opened.Opened) -> None:
    """The means over the runs that can be compared with this one."""
    st.header("Over time")
    runs = opened.up_to(shown.run)
    table = rows.trend(runs, shown.run.manifest)
    if len({row["run"] for row in table}) < 2:
        st.info("No earlier run was scored in exactly the same way, so there is nothing to compare with.")
    else:
        alt = "Mean score of each scorer over the runs, with 95% intervals"
        st.altair_chart(charts.trend_lines(pd.DataFrame(table)), alt=alt)
        st.caption("Oldest run on the left, this one on the right. Only runs scored in the same way can be compared.")
    others = sum(rows.scoring(told) != rows.scoring(shown.run.manifest) for _, told, _ in runs)
    if others:
        words = "run was" if others == 1 else "runs were"
        st.caption(f"{others} earlier {words} scored differently (scorers, judge, questions, guidelines) and left out.")


def page(shown: opened.Opened) -> None:
    """The whole page."""
    serious = [row for row in shown.findings if row["severity"] in rows.SERIOUS]
    head(shown)
    counts(shown, serious)
    look_first(serious)
    scores(shown)
    rules(shown)
    trend(shown)


page(opened.shown())
