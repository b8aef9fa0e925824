"""The guideline passages behind a run's verdicts: how old they are, who signed them, and where they were used."""

import dataclasses
import datetime
from collections.abc import Mapping, Sequence

import address
import marked
import opened
import panels
import rows
import signing
import streamlit as st
import veil
import who

from evals.records import Passage
from evals.review import Signature

_SHOW = ("All", "Overdue", "Superseded", "Not signed", "Used in this run")
_LIST = ("Passages", "Documents")
_MOST_USES = 40
_HOW = {"given": "Given to", "cited": "Named as a source by", "evidence": "Evidence for a verdict on"}
Given = Mapping[str, Sequence[Signature]]


@st.cache_resource(max_entries=4, show_spinner="Reading the guidelines …")
def _passages(folder: str, stamp: int, today: datetime.date, _shown: opened.Opened) -> list[rows.Row]:  # noqa: ARG001  (keys)
    return rows.guidelines(_shown.run, today)


@st.cache_resource(max_entries=4, show_spinner=False)
def _uses(folder: str, stamp: int, _shown: opened.Opened) -> dict[str, dict[str, list[rows.Key]]]:  # noqa: ARG001  (keys)
    return rows.uses(_shown.run)


def listing(shown: opened.Opened, given: Given) -> list[rows.Row]:
    """One row for each passage of the run, with who signed it here, the ones that need a person first."""
    folder = shown.run.folder
    listed: list[rows.Row] = []
    for row in _passages(str(folder), opened.stamp(folder), opened.today(), shown):
        told = shown.run.passages[row["passage_id"]]
        here = signing.in_short(told, given.get(told.id, ()))
        held = bool(told.signed_by) or signing.holds(told, given.get(told.id, ()))
        listed.append({**row, "signed": rows.cell(here) if here else row["signed"], "held": held})
    return listed


def head(listed: Sequence[rows.Row]) -> None:
    """The title, and how far these passages can be relied on."""
    st.title("Guidelines")
    unsigned = sum(not row["held"] for row in listed)
    if unsigned:
        st.warning(
            f"**{unsigned} of {len(listed)} passages are not signed by a clinician.** "
            "A verdict is no better than the passage it rests on."
        )
    late = sum(bool(row["overdue"]) for row in listed)
    old = sum(bool(row["replaced_by"]) for row in listed)
    if late or old:
        used = sum(
            row["given"] + row["cited"] + row["evidence"] > 0 for row in listed if row["overdue"] or row["replaced_by"]
        )
        st.warning(
            f"**{late} overdue, {old} superseded by a newer passage**, {used} of them used in this run.",
            icon=":material/history:",
        )


def table(kept: Sequence[rows.Row], every: int, show: str) -> None:
    """The passages to choose from; the chosen one goes into the address."""
    today = opened.today().isoformat()
    st.caption(f"{len(kept)} of {every} passages. Overdue is as of today, {today}. Click a line to read and sign it.")
    height = min(36 * (len(kept) + 1), 300 if address.get("passage") else 480)
    place = address.table(f"passages-{show}", kept, columns(), height=height)
    # Only a new choice moves the page: a link, or the way back, may since have asked for another passage.
    if place is not None and (show, place) != st.session_state.get("passage chosen"):
        address.put(passage=kept[place]["passage_id"])
    st.session_state["passage chosen"] = (show, place)


def _kept(row: rows.Row, show: str) -> bool:
    if show in ("Overdue", "Superseded"):
        return bool(row["overdue" if show == "Overdue" else "replaced_by"])
    if show == "Not signed":
        return not row["held"]
    return show == "All" or row["given"] + row["cited"] + row["evidence"] > 0


def columns() -> dict[str, object]:
    """The columns of the table."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "id": text("id", width=50),
        "title": text("title", width=255),
        "cancer": text("cancer", width=85),
        "sources": text("sources", width=130),
        "as_of": text("as of", width=85),
        "review_by": text("review by", width=85),
        "overdue": text("overdue", width=70),
        "replaced_by": text("superseded by", width=105),
        "signed": text("signed by", width=115),
        "given": number("given", width=60, help="Answers that were given this passage."),
        "cited": number("cited", width=60, help="Answers that name it as a source."),
        "evidence": number("evidence", width=75, help="Answers with a verdict that rests on it."),
    }


def documents(shown: opened.Opened, listed: Sequence[rows.Row], given: Given) -> None:
    """The documents that the passages rest on."""
    passages = [shown.run.passages[row["passage_id"]] for row in listed]
    found = signing.documents(passages, given, opened.today().isoformat())
    st.caption(f"{len(found)} documents that the passages name as their sources, those with overdue passages first.")
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    st.dataframe(
        found,
        hide_index=True,
        placeholder="–",
        height=min(36 * (len(found) + 1), 560),
        column_config={
            "organisation": text("organisation", width=150),
            "document": text("document", width=400),
            "version": text("version", width=150),
            "passages": number("passages", width=75),
            "as_of": text("oldest as of", width=95),
            "review_by": text("first review by", width=110),
            "overdue": number("overdue", width=75),
            "unsigned": number("not signed", width=80),
        },
    )


def passage(shown: opened.Opened, passage_id: str, given: Given) -> None:
    """One passage: its text, what one must know of it, who signed it, and where it was used."""
    told = shown.run.passages.get(passage_id)
    if told is None:
        st.warning("**This passage is not in this run.** Choose one in the table.")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("The passage")
        _newer(shown, told)
        st.html(panels.passage(told))
        if differ := panels.conflicts(told):
            st.subheader("Where experts differ")
            st.html(differ)
        signing.panel(told, given.get(told.id, ()))
    with right:
        st.header("About it")
        st.html(panels.passage_facts(_as_signed(told, given.get(told.id, ())), rows.overdue(told, opened.today())))
        where_used(shown, passage_id)


def _as_signed(told: Passage, given: Sequence[Signature]) -> Passage:
    """The passage with the last signature under its text as it is now."""
    valid = [one for one in given if not signing.stale(one, told)]
    return dataclasses.replace(told, signed_by=valid[-1].name, signed_on=valid[-1].at[:10]) if valid else told


def _newer(shown: opened.Opened, told: Passage) -> None:
    newer = [other for other in shown.run.passages.values() if told.id in other.supersedes]
    for other in newer:
        st.warning("**A newer passage replaces this one.**", icon=":material/history:")
        link = address.carry("run", "show", passage=other.id)
        st.page_link("views/guidelines.py", label=marked.label(f"Open {other.id}: {other.title}"), query_params=link)


def where_used(shown: opened.Opened, passage_id: str) -> None:
    """Links to the answers that a passage had a part in, those left out that this person still has to judge."""
    st.subheader("Used in this run")
    folder = shown.run.folder
    used = _uses(str(folder), opened.stamp(folder), shown).get(passage_id)
    if not used:
        st.html("<p>By no answer.</p>")
        return
    owed = veil.hidden(shown)
    for how, every in used.items():
        keys = [key for key in every if not owed[shown.run.place_of[key]]]
        if keys:
            _uses_of(how, keys)
        if left_out := len(every) - len(keys):
            words = "an answer" if left_out == 1 else f"{left_out} answers"
            st.caption(f"{words.capitalize()} you still have to review: left out.")


def _uses_of(how: str, keys: Sequence[rows.Key]) -> None:
    st.caption(f"{_HOW[how]} {len(keys)} {'answer' if len(keys) == 1 else 'answers'}")
    with st.container(horizontal=True, gap="small"):
        for question, repeat in keys[:_MOST_USES]:
            label = marked.label(f"{question} repeat {repeat}" if repeat else question)
            link = address.carry("run", question=question, repeat=str(repeat))
            st.page_link("views/answer.py", label=label, query_params=link)
    if len(keys) > _MOST_USES:
        st.caption(f"and {len(keys) - _MOST_USES} more")


def lists(shown: opened.Opened, listed: Sequence[rows.Row], given: Given) -> None:
    """The passages, or the documents that they rest on."""
    with st.container(horizontal=True, gap="large"):
        kind = address.choose_one("list", "List", _LIST, st.segmented_control, required=True)
        show = address.choose_one("show", "Show", _SHOW, st.segmented_control, required=True)
    kept = [row for row in listed if _kept(row, show)]
    if not kept:
        st.info("No passage is like that.")
    elif kind == _LIST[0]:
        table(kept, len(listed), show)
    else:
        documents(shown, kept, given)


def page(shown: opened.Opened) -> None:
    """The whole page."""
    given = signing.signatures()
    listed = listing(shown, given)
    head(listed)
    if not listed:
        st.info("This run used no guideline passages.")
    else:
        lists(shown, listed, given)
    if wanted := address.get("passage"):
        passage(shown, wanted, given)


with who.reached():
    page(opened.shown())
