"""All answers of a run: filtered, searched, the worst first, a page at a time; a row opens the answer."""

import math

import address
import looked
import opened
import ordering
import packets
import rows
import sheet
import streamlit as st
import veil

from evals.records import SEVERITIES
from evals.report.tallies import LABELS, RISKS

PAGE = 100
"""So many answers stand on one page of the list."""
_HELP = {
    "scorer": "Answers in which this scorer found something, or which it could not score.",
    "rule": "Answers with a finding of this rule.",
    "verdict": "Answers with at least one claim of this verdict.",
    "disagreement": "Answers on which two judges, or two looks of one judge, say different things of the same claim; "
    "or on which two clinicians differ.",
}
_NAMES = {"rule": "Finding"}
_ALWAYS = ("topic", "cancer", "risk", "rule")
"""The filters that stand above the list; the others open by a button, and the list is there sooner."""
_FIRST = ("urgency", "faithfulness", "overreach")
"""The scorers whose numbers stand first: danger signs, truth, overstepping."""
_SCORE = "From 0 to 1; 1 is good. A dash: no score, for urgency mostly because nothing is urgent."
_UNKNOWN = "“Not known”: a scorer broke, and found nothing only because it did not look."
_UNJUDGED = "A dash: no judge looked."


def filters(shown: opened.Opened, hidden: sheet.Places) -> None:
    """The filters, the search and the order, each kept in the address; hidden answers bring no choice of their own."""
    all_answers = shown.sheet
    options = {name: sorted(set(all_answers.about(name)[1]) - {""}) for name in ("topic", "cancer")}
    options["risk"] = [risk for risk in RISKS if risk in all_answers.about("risk")[1]]
    options["scorer"] = shown.scorers
    options["rule"] = sorted({row["rule"] for row in shown.findings.by_rule(hidden)})
    options["verdict"] = [name for name in rows.VERDICTS if all_answers.labelled(name)[~hidden].any()]
    options["disagreement"] = [sheet.JUDGES, sheet.CLINICIANS]
    for column, name in zip(st.columns(len(_ALWAYS)), _ALWAYS, strict=True):
        with column:
            _choose(name, options[name])
    search, order, more, clear = st.columns([4, 4, 2, 1], vertical_alignment="bottom")
    with search:
        address.write("find", "Search in questions and answers", placeholder="all these words")
    with order:
        address.choose_one("sort", "Sort by", all_answers.orders(), help=ordering.EXPLAINED)
    rarer = [name for name in sheet.CHOICES if name not in _ALWAYS]
    used = sum(bool(address.get_all(name)) for name in rarer)
    with more.popover(f"More filters ({used} set)" if used else "More filters", width="stretch", key="more"):
        for name in rarer:
            _choose(name, options[name])
    clear.button("Clear", on_click=address.put, kwargs=dict.fromkeys(address.FILTERS), help="Take all filters away.")


def _choose(name: str, options: list[str]) -> None:
    label = _NAMES.get(name, name.capitalize())
    address.choose(name, label, options, help=_HELP.get(name), placeholder="all", format_func=_words)


def _words(value: str) -> str:
    return LABELS.get(value) or rows.cell(value)


def answers(found: sheet.Places, hidden: sheet.Places, shown: opened.Opened) -> None:
    """A page of rows, and two ways to open one: by a click, or by its name."""
    pages = math.ceil(len(found) / PAGE)
    at = _page(pages)
    st.caption(f"{len(found):,} of {len(shown.sheet):,} answers{_where(at, pages)}. Click a line to open the answer.")
    page_of = found[at * PAGE : (at + 1) * PAGE].tolist()
    listed = [rows.answer(shown.sheet, place, hidden=bool(hidden[place])) for place in page_of]
    looked.note(shown, [shown.run.keys[place] for place in page_of if not hidden[place]], "Answers")
    place = by_name(listed)
    clicked = address.table("answers", listed, columns(shown), height=min(36 * (len(listed) + 1), 640))
    if pages > 1:
        turn(at, pages)
    if not hidden.any():
        keys = [shown.run.keys[place] for place in found[: packets.MOST].tolist()]
        packets.of_answers(shown, keys, f"Packet of the first {len(keys)} of these")
    place = clicked if clicked is not None else place
    if place is not None:
        row = listed[place]
        address.leave("views/answer.py", *address.FILTERS, question=row["question_id"], repeat=str(row["repeat"]))


def _page(pages: int) -> int:
    asked = address.get("at") or ""
    return min(max(int(asked) - 1, 0), pages - 1) if asked.isdecimal() and len(asked) < 9 else 0


def _where(at: int, pages: int) -> str:
    return f", page {at + 1:,} of {pages:,}" if pages > 1 else ""


def turn(at: int, pages: int) -> None:
    """The way to the other pages."""
    with st.container(horizontal=True, vertical_alignment="center", key="pages"):
        for label, shortcut, to in (("Previous page", "P", at - 1), ("Next page", "N", at + 1)):
            there = 0 <= to < pages
            st.button(
                label, shortcut=shortcut, disabled=not there, on_click=address.put,
                kwargs={"at": str(to + 1) if to else None},
            )  # fmt: skip
        st.caption(f"Page {at + 1:,} of {pages:,}")


def by_name(listed: list[rows.Row]) -> int | None:
    """A list to type into: the way to an answer of this page without a mouse."""
    return st.selectbox(
        "Open an answer",
        range(len(listed)),
        index=None,
        format_func=lambda place: (
            f"{listed[place]['id']}, repeat {listed[place]['repeat']}: {listed[place]['question']}"
        ),
        placeholder="Open an answer by its id or a word of its question",
        label_visibility="collapsed",
        key=f"by-name-{st.session_state.get('left', 0)}",
    )


def columns(shown: opened.Opened) -> dict[str, object]:
    """The columns of the table, from left to right what a reader who looks for danger wants to know first."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    repeated = any(repeat for _, repeat in shown.run.keys)
    differ = number("judges differ", width=90, help="Claims on which judges say different things.")
    scores = {
        f"score:{name}": number(name, format="%.2f", width=max(60, 9 * len(name)), help=_SCORE)
        for name in sorted(shown.scorers, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    }
    first = {name: scores[name] for name in (f"score:{one}" for one in _FIRST) if name in scores}
    return {
        "id": text("id", width=50),
        **({"repeat": number("repeat", width=60)} if repeated else {}),
        "worst": text(
            "worst finding", width=100, help=f"Severities go from {SEVERITIES[0]} to {SEVERITIES[-1]}. {_UNKNOWN}"
        ),
        "grave": number("grave findings", width=100, help="Severe and critical ones."),
        **first,
        "contradicted": number("contradicted", width=95, help=f"Claims that a passage contradicts. {_UNJUDGED}"),
        "risk": text("risk", width=75, help="What is at stake in the question."),
        "question": text("question", width=330),
        "findings": number("all findings", width=90),
        **scores,
        **({"differ": differ} if shown.sheet.judges_differ.any() else {}),
        "ended": text("scoring ended", width=150),
        "topic": text("topic"),
        "cancer": text("cancer"),
    }


def page(shown: opened.Opened) -> None:
    """The whole page."""
    st.title("Answers")
    if not len(shown.sheet):
        st.info("This run has no answers.")
        return
    hidden = veil.hidden(shown)
    if hidden.any():
        veil.notice(int(hidden.sum()))
    filters(shown, hidden)
    found = veil.filtered(shown)
    if len(found):
        answers(found, hidden, shown)
    else:
        st.info("No answer meets these filters. Clear them to see all answers again.")


page(opened.shown())
