"""One answer: as a patient sees it, and beside it each claim with the passage that bears it out or contradicts it."""

from pathlib import Path

import address
import beside
import looked
import marked
import opened
import ordering
import packets
import quality
import rows
import sheet
import streamlit as st
import veil

from evals.records import Item
from evals.report.facts import all_findings, ending, gravest

_DIGITS = 9
_CLICKS = Path(__file__).parents[1] / "clicks.js"
_MARKS = ("Claims and findings", "Findings", "None")


def wanted(shown: opened.Opened, places: sheet.Places) -> int | None:
    """The place of the answer that the address names, else of the first of the list; None for one that is not here."""
    question, repeat = address.get("question"), address.get("repeat") or "0"
    if question is None:
        return int(places[0]) if len(places) else 0 if len(shown.sheet) else None
    if not repeat.isdecimal() or len(repeat) > _DIGITS:
        return None
    return shown.run.place_of.get((question, int(repeat)))


def walk(shown: opened.Opened, places: sheet.Places, place: int) -> None:
    """Previous, next, and where we are."""
    at = next(iter((places == place).nonzero()[0].tolist()), None)
    with st.container(horizontal=True, vertical_alignment="center", key="walk"):
        _step(shown, "Previous", "P", int(places[at - 1]) if at else None)
        _step(shown, "Next", "N", int(places[at + 1]) if at is not None and at + 1 < len(places) else None)
        back = address.carry("run", *address.FILTERS)
        st.page_link("views/answers.py", label="Back to the list", icon=":material/list:", query_params=back)
        order = address.get("sort") or ordering.ORDERS[0]
        if at is None:
            st.caption("Not among the filtered answers.")
        elif order in shown.sheet.orders():
            st.caption(f"Answer {at + 1:,} of {len(places):,}, {marked.label(order)}.")


def _step(shown: opened.Opened, label: str, shortcut: str, place: int | None) -> None:
    values: dict[str, str | None] = {}
    if place is not None:
        question_id, repeat = shown.run.keys[place]
        values = {"question": question_id, "repeat": str(repeat), "claim": None}
    st.button(label, shortcut=shortcut, disabled=place is None, on_click=address.put, kwargs=values)


def head(shown: opened.Opened, item: Item) -> None:
    """The question and what it is about."""
    question = shown.run.questions.get(item.answer.question_id)
    text = item.answer.question or (question.text if question else "")
    about = [item.answer.question_id, f"repeat {item.answer.repeat}"]
    if question:
        about += [f"topic: {question.topic}", f"cancer: {question.cancer}", f"risk: {question.risk}"]
    chips = "".join(f"<span class='chip'>{marked.plain(words)}</span>" for words in about)
    st.html(f"<h1 class='question' dir='auto'>{marked.plain(text)}</h1><p>{chips}</p>")


def alarm(item: Item) -> None:
    """What is gravely wrong, in full: neither a mark far down in the text nor a thing left out may be missed."""
    serious = [finding for finding in all_findings(item) if finding.severity in rows.SERIOUS]
    if serious:
        words = "severe or critical finding" if len(serious) == 1 else "severe or critical findings"
        st.error(
            f"**{len(serious)} {words}**: {quality.where(item)}. All are listed under Findings.", icon=":material/flag:"
        )
        st.html(quality.brief(gravest(serious, len(serious))))
    broken = [outcome.scorer for outcome in item.outcomes if outcome.status == "error"]
    if broken and not ending(item):
        st.warning(
            f"**Not everything was looked at.** These scorers broke: {marked.label(', '.join(broken))}. What they "
            "would have found is not known.",
            icon=":material/visibility_off:",
        )


def text(item: Item, chosen: str | None) -> None:
    """The answer with its marks."""
    marks = address.choose_one("marks", "Show marks for", _MARKS, st.segmented_control, required=True)
    claims, findings = marks == _MARKS[0], marks in _MARKS[:2]
    if claims:
        st.html(marked.legend(list(rows.labels(item).values())))
    st.html(marked.answer(item, chosen=chosen if claims else None, claims=claims, findings=findings))
    if item.answer.hidden:
        st.caption("This answer holds hidden text that a reader does not see. It is shown under How made.")


def blinded(item: Item) -> None:
    """An answer that whoever looks still owes a review: as a patient sees it, and nothing of the machine's."""
    veil.notice(1)
    st.html(marked.answer(item, chosen=None, claims=False, findings=False))


def page(shown: opened.Opened) -> None:
    """The whole page."""
    places, hidden = veil.filtered(shown), veil.hidden(shown)
    place = wanted(shown, places)
    if place is None:
        st.warning("**This answer is not in this run.** Choose one on the Answers page.")
        st.page_link("views/answers.py", label="To the answers", query_params=address.carry("run"))
        return
    key = shown.run.keys[place]
    item = shown.run.item(key)
    if address.get("question") is None:
        address.put(question=key[0], repeat=str(key[1]))
    walk(shown, places, place)
    head(shown, item)
    if hidden[place]:
        blinded(item)
        return
    looked.note(shown, [key], "Answer")
    alarm(item)
    if why := ending(item):
        st.warning("**There is no answer to read.**")
        st.html(f"<p>{marked.plain(why)}</p>")
    chosen = beside.chosen_claim(item)
    left, right = st.columns([11, 9], gap="medium")
    with left:
        st.subheader("The answer, as a patient sees it")
        text(item, chosen)
        if not hidden.any():
            packets.of_answers(shown, [key], "Packet of this answer")
    st.html(f"<script>{_CLICKS.read_text(encoding='utf-8')}</script>", unsafe_allow_javascript=True)
    with right, st.container(key="beside"):
        beside.show(shown, item, chosen, blind=bool(hidden.any()))


page(opened.shown())
