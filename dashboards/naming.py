"""Choosing a name in local mode, or adding one. Nobody checks it: everything written so is marked `local`."""

import getpass
import re
from collections.abc import Mapping

import serving
import streamlit as st

from evals.errors import UserError
from evals.report import inert
from evals.review import Profession, Reviewer, Role
from evals.review.work import OPERATOR

CHOSEN = "who"
"""Where the chosen person's id is kept, for this tab."""
ROLES: Mapping[Role, str] = {
    "viewer": "viewer: looks only",
    "reviewer": "reviewer: reviews answers",
    "adjudicator": "adjudicator: reviews, decides where two differ, signs passages",
    "lead": "lead: everything, and gives out reviews",
}
_PROFESSIONS: tuple[Profession, ...] = ("physician", "nurse", "advocate", "other")


def chosen() -> Reviewer | None:
    """The person chosen in this tab, if still active."""
    name = st.session_state.get(CHOSEN)
    # The store is not opened, and so not made, for who only looks at runs.
    if not isinstance(name, str):
        return None
    with serving.reached():
        return next((one for one in serving.store().reviewers() if one.id == name and one.active), None)


def forget() -> None:
    """Nobody is chosen any more."""
    st.session_state.pop(CHOSEN, None)


def refused(error: UserError) -> None:
    """Say in words why something was not done."""
    st.error(inert.markdown(str(error)), icon=":material/block:")


def choose() -> None:
    """The list of names, and a form for a new one."""
    st.subheader("Who are you?")
    st.caption("On this machine nobody checks it, so everything written here is marked “local”.")
    people = {one.id: one for one in serving.store().reviewers() if one.active}
    if people:
        words = {name: inert.visible(f"{one.name} ({one.role})") for name, one in people.items()}
        st.selectbox(
            "Your name", list(people), index=None, placeholder="Choose your name", format_func=words.__getitem__,
            key="who-name", on_change=_use_chosen, width=440,
        )  # fmt: skip
    with st.expander("I am not in the list" if people else "Add your name to begin", expanded=not people):
        _add_form(first=not people)


def _use_chosen() -> None:
    st.session_state[CHOSEN] = st.session_state["who-name"]


def _add_form(*, first: bool) -> None:
    if first:
        st.caption("The first person is the lead, who may do everything. Colleagues can be added here afterwards.")
    with st.form("who-add", border=False):
        st.text_input("Your name, as it is to stand under your reviews", key="who-new-name", max_chars=120)
        roles: list[Role] = ["lead"] if first else [*ROLES]
        st.selectbox(
            "What you do here", roles, index=0 if first else 1, key="who-new-role", format_func=ROLES.__getitem__
        )
        st.selectbox("Profession", _PROFESSIONS, key="who-new-profession")
        if st.form_submit_button("Add me"):
            _add()


def _add() -> None:
    state = st.session_state
    name = " ".join(str(state["who-new-name"]).split())
    try:
        serving.check()
        told = Reviewer(
            id=_free_id(name), name=name, role=state["who-new-role"], profession=state["who-new-profession"]
        )
        serving.store().add_reviewer(told, by=operator(), why="added on the page, in local mode")
    except UserError as error:
        refused(error)
        return
    state[CHOSEN] = told.id
    st.rerun()


def _free_id(name: str) -> str:
    wanted = re.sub(r"[^\w@]+", "-", name.casefold()).strip("-") or "person"
    taken = {one.id for one in serving.store().reviewers()}
    return next(found for n in range(len(taken) + 1) if (found := f"{wanted}-{n + 1}" if n else wanted) not in taken)


def operator() -> str:
    """Who works on this machine, as the log names somebody who has not chosen a name."""
    try:
        return OPERATOR + getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return OPERATOR + "unnamed"
