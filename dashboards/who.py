"""Who looks and who writes: a name chosen on this machine (local mode), or a person who signed in (shared mode).

Streamlit's sign-in lasts as long as its cookie, a month, whatever the token says. So each sign-in is remembered here
with the time of its last use, and each write asks for it, and for the person's role, anew.

    enter()             before a page shows anything: ends it for whom it is not
    person()            who is here, or None
    choose()            the same after a chooser of names, or the sign-in button, where nobody is
    writer("review")    right before each write: the person, or RefusedError, to be shown by `refused`
    store(), mode()     the review store of this process; "local" or "shared"
    has_store()         whether there is one yet: `store` makes it
    reached()           around what reads the store: a database that went away becomes a UserError, which app.py shows
    badge()             who is here, for the page's header
"""

import contextlib
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import marked
import naming
import streamlit as st
from naming import refused
from serving import check, end, has_store, mode, reached, store
from signins import SignIns, email, idle_time, signed_in_at

from evals.errors import UserError
from evals.review import RefusedError, Reviewer

_KNOWN, _FRESH = "who-known", 1.0
# Streamlit leads everybody back to the first page after the sign-in: the tab itself keeps which link was followed. Both
# scripts are ours to the letter; the origin before the path keeps a path like //elsewhere at home.
_REMEMBER = """<script>if (location.pathname + location.search !== "/")
  sessionStorage.setItem("evals-wanted", location.pathname + location.search)</script>"""
_RETURN = """<script>(() => {
  const wanted = sessionStorage.getItem("evals-wanted"); sessionStorage.removeItem("evals-wanted")
  if (wanted && wanted !== location.pathname + location.search) location.replace(location.origin + wanted)
})()</script>"""
__all__ = ["badge", "choose", "enter", "has_store", "mode", "person", "reached", "refused", "store", "writer"]


def person() -> Reviewer | None:
    """Who is here: the chosen name, or the person who signed in, is on the list, and was active lately; else None.

    At most a second old, for pages that ask for each of thousands of answers; `writer` asks anew.
    """
    asked = (st.session_state.get(naming.CHOSEN), st.user.get("is_logged_in"))
    known = st.session_state.get(_KNOWN)
    if known is None or known[0] != asked or time.monotonic() - known[1] > _FRESH:
        known = (asked, time.monotonic(), _here())
        st.session_state[_KNOWN] = known
    return known[2]


def _here() -> Reviewer | None:
    if mode() == "local":
        return naming.chosen()
    try:
        return _signed_in(use=False)
    except RefusedError:
        return None


def enter() -> Reviewer | None:
    """Called by each page before it shows anything: ends the page for whom it is not; gives who is here.

    In local mode everybody on this machine may look; in shared mode who signed in, is on the list and was not idle.
    """
    try:
        check()
        return naming.chosen() if mode() == "local" else _signed_in(use=True)
    except RefusedError as error:
        _sign_in_page(error)
        st.stop()
    except UserError as error:
        end("This dashboard shows nothing here.", error)


def writer(permission: str) -> Reviewer:
    """The person who is about to write; `permission` is review, adjudicate, sign or lead. Called right before a write.

    Raises:
        RefusedError: nobody is here, or they were idle for too long, or (by now) may not do this.
    """
    check()
    found = naming.chosen() if mode() == "local" else _signed_in(use=True)
    if found is None:
        raise RefusedError("not saved", "nobody has said who they are", fix="Choose your name first.")
    with reached(), store().read() as work:
        return work.permit(found.id, permission)


def choose() -> Reviewer | None:
    """Who is here, after a chooser of names (local mode) or the sign-in button (shared mode) where nobody is yet."""
    if mode() == "shared":
        return enter()
    found = naming.chosen()
    if found is None:
        naming.choose()
    return found


def badge() -> None:
    """Who is here, with a way to change it; nothing where nobody is."""
    if (found := person()) is None:
        return
    st.html(f"<span class='quiet'>{marked.plain(found.name)}, {found.role}</span>", width="content")
    if mode() == "shared":
        st.button("Sign out", on_click=_sign_out, key="who-sign-out", type="tertiary")
        st.html(_RETURN, width="content", unsafe_allow_javascript=True)
    else:
        st.button("Not you?", on_click=naming.forget, key="who-change", type="tertiary", help="Choose another name.")


# --- signed in -------------------------------------------------------------------------------------------------------


@st.cache_resource(show_spinner=False)
def _sign_ins() -> SignIns:
    return SignIns()


def _signed_in(*, use: bool) -> Reviewer:
    """The person of this sign-in; `use` counts as activity."""
    if not st.user.is_logged_in:
        raise RefusedError("sign-in", "nobody is signed in here", fix="Sign in first.")
    claims: Mapping[str, Any] = st.user.to_dict()
    found = _listed(email(claims))
    _sign_ins().check(signed_in_at(claims), datetime.now(tz=UTC), idle_time(), reviewer=found.id, use=use)
    return found


def _listed(address: str) -> Reviewer:
    with reached():
        same = [one for one in store().reviewers() if one.active and one.id.casefold() == address.casefold()]
    if len(same) != 1:
        raise RefusedError(address, "not on this dashboard's list of people", fix="Ask its lead to add you.")
    return same[0]


def _sign_in_page(why: RefusedError) -> None:
    st.title("Answers under review")
    if st.user.is_logged_in:
        refused(why)
    else:
        st.html("<p>Only people on the list of reviewers may look. Sign in with your work account.</p>")
    with st.container(horizontal=True):
        words = "Sign in again" if st.user.is_logged_in else "Sign in"
        st.button(words, type="primary", on_click=st.login, key="who-sign-in")
        if st.user.is_logged_in:
            st.button("Sign out", on_click=_sign_out, key="who-sign-out")
    st.html(_REMEMBER, unsafe_allow_javascript=True)


def _sign_out() -> None:
    # This browser forgets the cookie; a copy of it must not work any longer either.
    with contextlib.suppress(RefusedError):  # it never worked
        _sign_ins().end(signed_in_at(st.user.to_dict()))
    st.logout()
