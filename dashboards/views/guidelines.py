"""The guideline passages behind a run's verdicts: how old they are, who signed them, and where they were used."""

from collections.abc import Sequence

import address
import marked
import opened
import panels
import rows
import streamlit as st

_SHOW = ("All", "Overdue", "Not signed", "Used in this run")
_MOST_USES = 40
_HOW = {"given": "Given to", "cited": "Named as a source by", "evidence": "Evidence for a verdict on"}


def head(listed: Sequence[rows.Row]) -> None:
    """The title, and how much of this has been signed."""
    st.title("Guidelines")
    unsigned = sum(row["signed"] == rows.UNSIGNED for row in listed)
    if unsigned:
        st.warning(
            f"**{unsigned} of {len(listed)} passages are not signed by a clinician.** "
            "A verdict is no better than the passage it rests on."
        )


def table(listed: Sequence[rows.Row]) -> None:
    """The passages to choose from; the chosen one goes into the address."""
    show = address.choose_one("show", "Show", _SHOW, st.segmented_control, required=True)
    kept = [row for row in listed if _kept(row, show)]
    today = opened.today().isoformat()
    st.caption(
        f"{len(kept)} of {len(listed)} passages. Overdue is as of today, {today}. Click a line to read the passage."
    )
    if not kept:
        st.info("No passage is like that.")
        return
    height = min(36 * (len(kept) + 1), 300 if address.get("passage") else 480)
    place = address.table(f"passages-{show}", kept, columns(), height=height)
    # Only a new choice moves the page: a link, or the way back, may since have asked for another passage.
    if place is not None and (show, place) != st.session_state.get("passage chosen"):
        address.put(passage=kept[place]["passage_id"])
    st.session_state["passage chosen"] = (show, place)


def _kept(row: rows.Row, show: str) -> bool:
    if show == "Overdue":
        return bool(row["overdue"])
    if show == "Not signed":
        return row["signed"] == rows.UNSIGNED
    return show == "All" or row["given"] + row["cited"] + row["evidence"] > 0


def columns() -> dict[str, object]:
    """The columns of the table."""
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "id": text("id", width=60),
        "title": text("title", width=300),
        "cancer": text("cancer", width=100),
        "sources": text("sources", width=130),
        "as_of": text("as of", width=90),
        "review_by": text("review by", width=90),
        "overdue": text("overdue", width=75),
        "replaced_by": text("replaced by", width=90),
        "signed": text("signed by", width=110),
        "given": number("given", width=60, help="Answers that were given this passage."),
        "cited": number("cited", width=60, help="Answers that name it as a source."),
        "evidence": number("evidence", width=75, help="Answers with a verdict that rests on it."),
    }


def passage(shown: opened.Opened, passage_id: str) -> None:
    """One passage: its text, what one must know of it, and where it was used."""
    told = shown.run.passages.get(passage_id)
    if told is None:
        st.warning("**This passage is not in this run.** Choose one in the table.")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.header("The passage")
        st.html(panels.passage(told))
        if differ := panels.conflicts(told):
            st.subheader("Where experts differ")
            st.html(differ)
    with right:
        st.header("About it")
        st.html(panels.passage_facts(told, rows.overdue(told, opened.today())))
        where_used(shown, passage_id)


def where_used(shown: opened.Opened, passage_id: str) -> None:
    """Links to the answers that a passage had a part in."""
    st.subheader("Used in this run")
    used = rows.uses(shown.run).get(passage_id)
    if not used:
        st.html("<p>By no answer.</p>")
        return
    for how, keys in used.items():
        if not keys:
            continue
        st.caption(f"{_HOW[how]} {len(keys)} {'answer' if len(keys) == 1 else 'answers'}")
        with st.container(horizontal=True, gap="small"):
            for question, repeat in keys[:_MOST_USES]:
                label = marked.label(f"{question} repeat {repeat}" if repeat else question)
                link = address.carry("run", question=question, repeat=str(repeat))
                st.page_link("views/answer.py", label=label, query_params=link)
        if len(keys) > _MOST_USES:
            st.caption(f"and {len(keys) - _MOST_USES} more")


def page(shown: opened.Opened) -> None:
    """The whole page."""
    listed = rows.guidelines(shown.run, opened.today())
    head(listed)
    if listed:
        table(listed)
    else:
        st.info("This run used no guideline passages.")
    if wanted := address.get("passage"):
        passage(shown, wanted)


page(opened.shown())
