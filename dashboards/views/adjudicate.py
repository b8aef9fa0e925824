"""Adjudicate: where two reviews of an answer differ, both side by side without names, and the third that decides."""

import re

import address
import owed
import review_room
import streamlit as st
import who

from evals.errors import UserError
from evals.review import Disagreement, Reviewer

_LISTED = 200
_HOW = """
Two people judged these answers and differ in a way that matters. You see both sides as **A** and **B**, without names,
and not what the machine said. Judge the answer yourself: **Shift+A** or **Shift+B** choose what one side chose,
**b** to take over everything on which both agree, and write what decided it. Your judgement is added; both reviews stay
as they are.
"""
_CLAIM = re.compile(r"^claim (\S+): ")


def page() -> None:
    """What waits, or the item that the address names."""
    person = who.choose()
    if person is None:
        return
    token = address.get("item")
    try:
        if token:
            item(person, token)
        else:
            queue(who.store().adjudication_queue(person.id))
    except UserError as error:
        review_room.refused(error)
        _back()


def item(person: Reviewer, token: str) -> None:
    """One disagreement to decide."""
    assignment = st.session_state.setdefault("adjudicating", {}).get(token, "")
    if ended := review_room.done(assignment):
        owed.forget()
        _after(person, token, ended == "submitted")
    found = who.store().open_adjudication(token, person.id)
    st.session_state["adjudicating"][token] = found.assignment_id
    names = {claim.claim_id: f"statement {n}" for n, claim in enumerate(found.shown.claims, start=1)}
    told_why = [_CLAIM.sub(lambda m: f"{names.get(m[1], 'a statement')}: ", reason) for reason in found.reasons]
    review_room.take_seat(found)
    waiting = who.store().adjudication_queue(person.id)
    place = next((n for n, one in enumerate(waiting, start=1) if one.token == token), 1)
    told = {"name": person.name, "where": f"Disagreement {place} of {len(waiting)}", "reasons": told_why}
    told["note"] = review_room.noted()
    review_room.work(found.assignment_id, told, who.store().asides(found.assignment_id, person.id))


def _after(person: Reviewer, token: str, submitted: bool) -> None:
    left = [one for one in who.store().adjudication_queue(person.id) if one.token != token] if submitted else []
    if submitted:
        review_room.note(f"On record. {len(left)} left.")
    address.put(item=left[0].token if left else None)
    st.rerun()


def queue(waiting: tuple[Disagreement, ...]) -> None:
    """What waits, and where to begin."""
    review_room.done("")
    st.title("Adjudicate")
    if words := review_room.noted():
        st.success(words, icon=":material/check:")
    if not waiting:
        st.info("Nothing waits for you. Answers that you reviewed yourself go to someone else.")
        return
    st.markdown(_HOW)
    values = {"item": waiting[0].token}
    st.button("Begin with the first", type="primary", shortcut="N", on_click=address.put, kwargs=values)
    for number, one in enumerate(waiting[:_LISTED], start=1):
        words = [_CLAIM.sub("a statement: ", reason) for reason in one.reasons] or ["a lead opened it again"]
        st.page_link("views/adjudicate.py", label=f"Disagreement {number}", query_params={"item": one.token})
        st.html(review_room.list_of(words))
    if len(waiting) > _LISTED:
        st.caption(f"and {len(waiting) - _LISTED} more")


def _back() -> None:
    st.page_link("views/adjudicate.py", label="To what waits", icon=":material/list:")


page()
