"""Whether the person at the screen still owes a judgement on an answer: then no page may show what the machine said.

The store decides; what it said is kept for a second, so that a page of thousands of answers asks it once.
"""

import time
from dataclasses import dataclass

import streamlit as st
import who

from evals.review import Owed

_FRESH = 1.0
_NOTHING = Owed(keys=frozenset(), digests=frozenset())


@dataclass(frozen=True, slots=True)
class _Known:
    person: str
    at: float
    owed: Owed


def owes(run_id: str, question_id: str, repeat: int, answer_text: str) -> bool:
    """Whether pages must show this person no score, finding, verdict, model or prompt of the answer.

    `run_id` is the manifest's. The text finds the same answer in other runs. Nobody chosen yet: nothing is owed.
    """
    known = now()
    # A digest for each of thousands of texts is work for nothing where nothing is owed.
    return bool(known.keys or known.digests) and known.covers(run_id, question_id, repeat, answer_text)


def now() -> Owed:
    """All that this person owes, at most a second old."""
    person = who.person()
    if person is None:
        return _NOTHING
    known = st.session_state.get("owed")
    if not isinstance(known, _Known) or known.person != person.id or time.monotonic() - known.at > _FRESH:
        known = _Known(person.id, time.monotonic(), who.store().owed(person.id))
        st.session_state["owed"] = known
    return known.owed


def forget() -> None:
    """Ask the store anew at once: a review was just submitted."""
    st.session_state.pop("owed", None)
