"""The guideline passages behind a run's verdicts: how old they are, who signed them, and where they were used."""

import address
import frames
import marked
import opened
import panels
import streamlit as st

_SHOW = ("All", "Overdue", "Not signed", "Used in this run")
_MOST_USES = 40


def head(shown: opened.Opened, total: int) -> None:
    st.title("Guidelines")
    corpus = shown.run.manifest.get("corpus") or {}
    unsigned, passages = corpus.get("unsigned", 0), corpus.get("passages", total)
    if unsigned:
        st.warning(
            f"**{unsigned} of {passages} passages are not signed by a clinician.** "
            "A verdict is no better than the passage it rests on."
        )


def table(shown: opened.Opened) -> None:
    rows = frames.guidelines(shown.run, opened.today())
    head(shown, len(rows))
    if rows.empty:
        st.info("This run used no guideline passages.")
        return
    show = address.choose_one("show", "Show", _SHOW, st.segmented_control, required=True)
    used = rows[["given", "cited", "evidence"]].sum(axis=1) > 0
    kept = rows[{"Overdue": rows["overdue"], "Not signed": rows["signed_by"] == "", "Used in this run": used}.get(str(show), rows["id"] != "")]
    st.caption(f"{len(kept)} of {len(rows)} passages. Overdue is as of today, {opened.today().isoformat()}. Click a line to read the passage.")
    if kept.empty:
        st.info("No passage is like that.")
        return
    event = st.dataframe(
        kept, hide_index=True, column_config=_config(), height=min(38 * (len(kept) + 1), 420), key="passages",
        on_select="rerun", selection_mode=["single-row", "single-cell"],
    )  # fmt: skip
    chosen = [*event.selection.rows, *(cell[0] for cell in event.selection.cells)]
    if chosen and chosen != st.session_state.get("passages chosen"):
        address.put(passage=str(kept.iloc[chosen[0]]["id"]))
    st.session_state["passages chosen"] = chosen


def _config() -> dict[str, object]:
    column = st.column_config
    return {
        "id": column.TextColumn("id", width="small"),
        "title": column.TextColumn("title", width="medium"),
        "sources": column.TextColumn("sources", width="small"),
        "as_of": column.TextColumn("as of", width="small"),
        "review_by": column.TextColumn("review by", width="small"),
        "overdue": column.CheckboxColumn("overdue", width="small"),
        "replaced_by": column.TextColumn("replaced by", width="small"),
        "signed_by": column.TextColumn("signed by", width="small"),
        "signed_on": column.TextColumn("signed on", width="small"),
        "given": column.NumberColumn("given", width="small", help="Answers that were given this passage."),
        "cited": column.NumberColumn("cited", width="small", help="Answers that name it as a source."),
        "evidence": column.NumberColumn("evidence", width="small", help="Answers with a verdict that rests on it."),
    }


def passage(shown: opened.Opened, passage_id: str) -> None:
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
        st.html(panels.passage_facts(told, frames.overdue(told, opened.today())))
        where_used(shown, passage_id)


def where_used(shown: opened.Opened, passage_id: str) -> None:
    st.subheader("Used in this run")
    used = frames.uses(shown.run).get(passage_id)
    if not used:
        st.html("<p>By no answer.</p>")
        return
    names = {"given": "Given to", "cited": "Named as a source by", "evidence": "Evidence for a verdict on"}
    for how, keys in used.items():
        if keys:
            st.caption(f"{names[how]} {len(keys)} answers")
            with st.container(horizontal=True, gap="small"):
                for question, repeat in keys[:_MOST_USES]:
                    label = marked.label(question if repeat == 0 else f"{question} repeat {repeat}")
                    link = address.carry("run", question=question, repeat=str(repeat))
                    st.page_link("views/answer.py", label=label, query_params=link)
            if len(keys) > _MOST_USES:
                st.caption(f"and {len(keys) - _MOST_USES} more")


shown = opened.shown()
table(shown)
if wanted := address.get("passage"):
    passage(shown, wanted)
