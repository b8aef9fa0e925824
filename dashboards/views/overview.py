"""Is the current prompt safe to show? What was decided and why, what is not known, and what to look at first."""

import address
import charts
import deciding
import looked
import marked
import opened
import packets
import panels
import rows
import streamlit as st
import veil
import who

from evals.report.inert import one_line
from evals.report.tallies import RISKS

_FIRST = 100
"""So many serious findings are listed; the rest are found on the Answers page."""
_TALL = 66
"""Pixels of a table row that holds two lines; Streamlit wraps cells from here on."""
_WORST_CASE = 3
"""Where none was found among n, a rate of up to 3 in n cannot be ruled out (95%)."""


def head(shown: opened.Opened, *, blind: bool) -> None:
    """What was run."""
    told = shown.run.manifest
    st.title("Is this prompt safe to show?")
    parts = {
        **({} if blind else {"Prompt": rows.prompt_name(told), "Generator": told["generator"].get("name")}),
        "Suite": told["suite"].get("name"),
        "Started": str(told.get("started", "")).replace("T", " ").replace("+00:00", " UTC"),
    }
    listed = "".join(f"<li><b>{name}</b> {marked.plain(value or 'not given')}</li>" for name, value in parts.items())
    st.html(f"<ul class='facts'>{listed}</ul>")


# --- how far it reaches ----------------------------------------------------------------------------------------------


def counts(shown: opened.Opened, serious: int) -> None:
    """The numbers that say where to look and how far to trust; what nobody looked at is never told as none."""
    corpus, verdicts = shown.run.manifest["corpus"], shown.run.summary["verdicts"]
    planned, answered = len(shown.sheet), shown.run.summary["answers"]
    judged, unjudged = sum(verdicts.get(name, 0) for name in rows.DECIDED), verdicts.get("no_verdict", 0)
    failed = int((shown.sheet.failed > 0).sum())
    wrong = f"{verdicts.get('contradicted', 0):,} of {judged:,}" if judged else "not known"
    cards = [
        (f"{serious:,} of {answered:,}", "answers with a severe or critical finding"),
        (wrong, "judged claims that a passage contradicts" if judged else "claims contradicted: none was judged"),
        (f"{unjudged:,} of {judged + unjudged:,}", "claims without a verdict, right or wrong"),
        *([(f"{failed:,}", "answers on which a scorer broke")] if failed else []),
        (f"{planned - answered:,} of {planned:,}", "planned answers that are missing"),
        (
            f"{corpus.get('unsigned', '?')} of {corpus.get('passages', '?')}",
            "guideline passages that no clinician signed",
        ),
        (len(corpus.get("overdue") or ()), "guideline passages overdue on the day of the run"),
    ]
    if unjudged or failed:
        st.warning(f"**{_incomplete(judged, unjudged, failed)}**", icon=":material/visibility_off:")
    st.html(panels.cards(cards))


def _incomplete(judged: int, unjudged: int, failed: int) -> str:
    claims = f"{unjudged:,} of {judged + unjudged:,} claims have no verdict" if unjudged else ""
    scorers = f"scorers broke on {failed:,} {'answer' if failed == 1 else 'answers'}" if failed else ""
    told = " and ".join(part for part in (claims, scorers) if part)
    return f"Not everything was looked at: {told}. Counts of findings below are too low by an unknown number."


def coverage(shown: opened.Opened) -> None:
    """Which questions were asked, by risk, and what so few of them cannot show."""
    st.header("How far this reaches")
    codes, values = shown.sheet.about("risk")
    asked = [(name, int((codes == values.index(name)).sum())) for name in RISKS if name in values]
    questions = len({key[0] for key in shown.run.keys})
    told = {
        "Questions asked": f"{questions:,}, answered {len(shown.sheet):,} times in all",
        "By risk": ", ".join(f"{count:,} {name}" for name, count in asked) or "not given",
        "Topics": ", ".join(sorted(filter(None, shown.sheet.about("topic")[1]))),
        "Cancers": ", ".join(sorted(filter(None, shown.sheet.about("cancer")[1]))),
        "Read by clinicians": reviewed(shown),
    }
    st.html(panels.facts((name, one_line(value, 600)) for name, value in told.items() if value))
    if questions:
        most = min(100.0, 100 * _WORST_CASE / questions)
        st.caption(
            f"With {questions:,} questions, a harm that was never seen could still occur in up to "
            f"{most:.1f} of 100 answers (95%)."
        )


def reviewed(shown: opened.Opened) -> str:
    """How many answers clinicians have judged; empty where the reviews are not open to who is looking."""
    if who.person() is None:
        return ""
    states = who.store().item_states(shown.run_id)
    if not states:
        return "no answer of this run was given out for review"
    done = sum(state.state in ("adjudicated", "locked", "submitted") for state in states)
    differ = sum(state.state == "disagreement" for state in states)
    return f"{done} of {len(states)} answers given out are judged; on {differ} the reviewers differ"


# --- what to look at -------------------------------------------------------------------------------------------------


def look_first(shown: opened.Opened, serious: list[int]) -> None:
    """The severe and critical findings; a row opens its answer."""
    st.header("Look at these first")
    if not serious:
        st.info(
            "No severe or critical finding in this run. That proves little: a few dozen questions cannot show that "
            "severe harm is rare, and the scorers miss things."
        )
        return
    more = f" The first {_FIRST} are shown; the others are on the Answers page." if len(serious) > _FIRST else ""
    st.caption(f"{len(serious):,} severe or critical findings. Click a line to open the answer.{more}")
    text = st.column_config.TextColumn
    found = [shown.findings.finding(number) for number in serious[:_FIRST]]
    listed = [row | {"rule": rows.cell(row["rule"])} for row in found]
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
    table = rows.scores(shown.run.summary)
    if not table:
        st.info("No scorer ran.")
        return
    number = st.column_config.NumberColumn
    titles = {"mean": "mean", "low": "95% interval from", "high": "to"}
    names = {name: number(title, format="%.3f") for name, title in titles.items()} | {"clusters": number("questions")}
    st.dataframe(table, hide_index=True, placeholder="–", column_config=names)
    st.caption("Every planned answer ends in one of four ways: scored, unscored (with a reason), error or skipped.")
    st.html(charts.score_bars(table))
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
    found = shown.findings.by_rule(veil.hidden(shown))
    if not found:
        st.info("No findings.")
        return
    st.caption("Click a line to see the answers with this finding.")
    listed = [row | {"named": rows.cell(row["rule"])} for row in found]
    column = st.column_config.Column
    columns = {
        "severity": column("severity", width=70),
        "named": column("rule", width=80),
        "findings": column("findings", width=65),
        "answers": column("answers", width=65),
        "scorer": column("found by", width=95),
        "example": column("for example", width=810),
    }
    place = address.table("rules", listed, columns, height=min(36 * (len(found) + 1), 420))
    if place is not None:
        address.leave("views/answers.py", rule=found[place]["rule"])


def trend(shown: opened.Opened) -> None:
    """The means over the runs that can be compared with this one."""
    st.header("Over time")
    runs = opened.up_to(shown.run)
    table = rows.trend(runs, shown.run.manifest)
    if len({row["run"] for row in table}) < 2:
        st.info("No earlier run was scored in exactly the same way, so there is nothing to compare with.")
    else:
        st.html(charts.trend_lines(table))
        st.caption("Oldest run on the left, this one on the right. Only runs scored in the same way can be compared.")
    others = sum(rows.scoring(told) != rows.scoring(shown.run.manifest) for _, told, _ in runs)
    if others:
        words = "run was" if others == 1 else "runs were"
        st.caption(f"{others} earlier {words} scored differently (scorers, judge, questions, guidelines) and left out.")


def page(shown: opened.Opened) -> None:
    """The whole page; of a run that someone still owes reviews of, only what was asked."""
    hidden = veil.hidden(shown)
    blind = bool(hidden.any())
    head(shown, blind=blind)
    if blind:
        veil.notice(int(hidden.sum()))
        st.info("The numbers of the whole run are hidden too: they would tell about the answers you are to judge.")
        coverage(shown)
        return
    numbers = shown.findings.serious(hidden)
    serious = numbers.tolist()
    hit = set(shown.run.places("findings")[numbers].tolist())
    listed = shown.run.places("findings")[numbers[:_FIRST]].tolist()
    looked.note(shown, [*(shown.run.keys[place] for place in listed), *deciding.linked(shown)], "Overview")
    deciding.gate(shown)
    counts(shown, len(hit))
    deciding.why(shown)
    look_first(shown, serious)
    deciding.never(shown)
    deciding.changed(shown)
    coverage(shown)
    scores(shown)
    trend(shown)
    rules(shown)
    with st.expander("How this run was made"):
        st.html(panels.facts(opened.made(shown)))
    packets.of_run(shown)


page(opened.shown())
