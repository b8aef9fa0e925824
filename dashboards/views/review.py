"""Review: a person's own queue, and one answer at a time, blind to who or what made it and to what the machine said."""

from collections import Counter
from collections.abc import Sequence

import address
import owed
import review_room
import streamlit as st
import who

from evals.errors import UserError
from evals.review import QueueEntry, Reviewer

_LISTED = 200
_STATES = {"open": "not begun", "drafted": "begun", "submitted": "on record"}
_HOW = """
1. Read the question and the answer. You are not told which model or prompt wrote it, what the machine thinks of it, or
   what colleagues said: all of that would pull your judgement.
2. Mark each statement by the passages beside it and by what you know. Then rate the answer as a whole. Every level says
   what it means; **cannot judge** is always an answer.
3. Select words to remark on them and to name the kind of error.
4. Everything is saved while you type. Close the page whenever you like and go on later, here or on another device.
5. **Submit** puts the review on record under your name. Nobody can change it afterwards, you included. Until then,
   **undo** goes back step by step.

The whole review works by keyboard; **?** lists the keys. Some questions are alike on purpose: judge each as it stands.
"""


def page() -> None:
    """The queue, or the item that the address names."""
    person = who.choose()
    if person is None:
        return
    assignment = address.get("assignment")
    try:
        if assignment:
            item(person, assignment)
        else:
            queue(who.store().queue(person.id), person)
    except UserError as error:
        review_room.refused(error)
        _back()


def item(person: Reviewer, assignment: str) -> None:
    """One answer to review."""
    if ended := review_room.done(assignment):
        owed.forget()
        _after(person, ended == "submitted", unblinded=review_room.unblinded(assignment))
    entries = who.store().queue(person.id)
    found = who.store().blind_item(assignment, person.id)
    if found.state == "submitted":
        st.info("This review is on record and cannot be changed.", icon=":material/lock:")
        _back()
        return
    review_room.take_seat(found)
    told = {"name": person.name, "where": _where(entries, assignment), "note": review_room.noted()}
    if usual := who.store().usual_seconds(person.id):
        told["usual"] = _minutes(usual[0])
    review_room.work(assignment, told, who.store().asides(assignment, person.id))


def _after(person: Reviewer, submitted: bool, *, unblinded: bool) -> None:
    left = [entry for entry in who.store().queue(person.id) if entry.state != "submitted"] if submitted else []
    if submitted:
        marked = " Marked as not blind: you had seen what the machine says of it." if unblinded else ""
        review_room.note(f"On record.{marked} {len(left)} left.")
    address.put(assignment=left[0].assignment_id if left else None)
    st.rerun()


def _where(entries: Sequence[QueueEntry], assignment: str) -> str:
    here = next(entry for entry in entries if entry.assignment_id == assignment)
    practice = ", practice: does not count" if here.practice else ""
    return f"Item {here.place} of {len(entries)}{practice}"


def queue(entries: Sequence[QueueEntry], person: Reviewer) -> None:
    """What is left, and where to begin."""
    review_room.done("")
    review_room.noted()
    st.title("Review")
    if who.mode() == "local":
        st.caption("On this machine anyone may choose any name, so reviews made here are marked “local”.")
    counts = Counter(entry.state for entry in entries)
    left = [entry for entry in entries if entry.state != "submitted"]
    if not entries:
        st.info("Nothing is assigned to you yet. A lead hands out answers with: `evals review assign`")
    else:
        st.progress(counts["submitted"] / len(entries), f"{counts['submitted']} of {len(entries)} on record")
    if left:
        _start(left)
        st.caption(_time(who.store().usual_seconds(person.id), len(left)))
    elif entries:
        st.success("All of your reviews are on record. Thank you.", icon=":material/check:")
    with st.expander("How reviewing works", expanded=not counts["submitted"] and not counts["drafted"]):
        st.markdown(_HOW)
    if entries:
        _listed(entries)


def _time(usual: tuple[float, int] | None, left: int) -> str:
    if usual is None:
        return f"An answer is meant to take three to four minutes; nobody has been timed here yet. {left} left."
    whole = _minutes(usual[0] * left)
    return (
        f"{left} left, about {whole} in all: an answer takes about {_minutes(usual[0])} (middle of {usual[1]} reviews)."
    )


def _minutes(seconds: float) -> str:
    return f"{max(1, round(seconds / 60))} min"


def _start(left: Sequence[QueueEntry]) -> None:
    begun = [entry for entry in left if entry.state == "drafted"]
    first = (begun or left)[0]
    label = f"Go on with item {first.place}" if begun else f"Begin with item {first.place}"
    values = {"assignment": first.assignment_id}
    st.button(label, type="primary", shortcut="N", on_click=address.put, kwargs=values, icon=":material/play_arrow:")


def _listed(entries: Sequence[QueueEntry]) -> None:
    with st.expander(f"All {len(entries)} items, in your own order"):
        for entry in entries[:_LISTED]:
            words = f"Item {entry.place}: {_STATES[entry.state]}{' (practice)' if entry.practice else ''}"
            link = {"assignment": entry.assignment_id}
            st.page_link("views/review.py", label=words, query_params=link, disabled=entry.state == "submitted")
        if len(entries) > _LISTED:
            st.caption(f"and {len(entries) - _LISTED} more, which come up as you go on")


def _back() -> None:
    st.page_link("views/review.py", label="To your queue", icon=":material/list:")


page()
