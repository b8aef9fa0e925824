"""One item at the desk: what the two review pages share around the review component."""

import secrets
from collections.abc import Mapping, Sequence
from functools import partial

import marked
import review_component
import review_desk
import streamlit as st
import who
from review_desk import Item, Seat

from evals.errors import UserError
from evals.review import Draft

# Streamlit fades what it draws anew; while someone types, each save would.
_STEADY = "<style>[data-stale='true']:has(iframe.stCustomComponentV1) { opacity: 1 !important; }</style>"


def take_seat(item: Item) -> None:
    """Sit down at an item that was just read."""
    key = item.assignment_id
    _seats()[key] = review_desk.sit_down(item, _seats().get(key))


@st.fragment
def work(assignment: str, told: Mapping[str, str | Sequence[str]], asides: Sequence[Draft]) -> None:
    """The item; saves what comes from it, and runs the whole page anew once the person is done or leaves.

    `told` holds `name` (who signs), `where` (how far along they are) and, for a disagreement, its `reasons`.
    """
    seat = _seats()[assignment]
    st.html(_STEADY)
    if seat.outcome not in review_desk.OVER:
        sent = review_component.show(
            seat,
            key=_key(assignment),
            session=st.session_state.setdefault("desk session", secrets.token_hex(8)),
            told=dict(told),
            asides=asides,
            heard=partial(_hear, assignment),
        )
        # After a break the browser repeats what it sent last, which no session has heard yet.
        _attend(assignment, sent)
        if _seats()[assignment] is seat:
            return
    st.rerun()


def done(assignment: str) -> str:
    """`submitted` or `leaving` where the person is through with an item, else empty.

    It stays so until another page of this kind is shown: what the browser sends meanwhile may begin this one anew.
    """
    for key, seat in list(_seats().items()):
        if key != assignment and seat.outcome in review_desk.OVER:
            del _seats()[key]
    seat = _seats().get(assignment)
    return seat.outcome if seat is not None and seat.outcome in review_desk.OVER else ""


def unblinded(assignment: str) -> bool:
    """Whether what was just submitted is on record as not blind."""
    seat = _seats().get(assignment)
    return seat is not None and seat.content.unblinded


def noted() -> str:
    """What is to be said of the item before, once."""
    return str(st.session_state.pop("desk note", ""))


def note(words: str) -> None:
    """Say this on the page that comes next."""
    st.session_state["desk note"] = words


def refused(error: UserError) -> None:
    """Say why something is not shown."""
    st.warning("**This cannot be shown.**")
    st.html(f"<p>{marked.plain(error)}</p>")


def list_of(lines: Sequence[str]) -> str:
    """Lines of data as inert HTML."""
    rows = "".join(f"<li>{marked.plain(line)}</li>" for line in lines)
    return f"<ul class='quiet'>{rows}</ul>"


def _seats() -> dict[str, Seat]:
    return st.session_state.setdefault("desk", {})


def _key(assignment: str) -> str:
    return f"desk-{assignment}"


def _hear(assignment: str) -> None:
    _attend(assignment, st.session_state.get(_key(assignment)))


def _attend(assignment: str, sent: object) -> None:
    message, seat = review_desk.read(sent), _seats().get(assignment)
    if message is not None and seat is not None:
        _seats()[assignment] = review_desk.attend(seat, message, who.store, who.writer)
