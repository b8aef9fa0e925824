"""What the person at the screen may not see yet: answers that they still owe a review stay blind on every page."""

import address
import numpy as np
import opened
import owed
import streamlit as st
import who
from ordering import ORDERS
from sheet import CHOICES, CLINICIANS, MACHINE, Places


def owes_any() -> bool:
    """Whether this person owes any review: then pages name no prompt and no model of any run."""
    owing = owed.now()
    return bool(owing.keys or owing.digests)


def hidden(shown: opened.Opened) -> Places:
    """Which answers of the run this person still owes a review."""
    owing, found = owed.now(), np.zeros(len(shown.sheet), dtype=bool)
    if owing.keys:
        for run_id, question_id, repeat in owing.keys:
            if run_id == shown.run_id and (place := shown.run.place_of.get((question_id, repeat))) is not None:
                found[place] = True
    if owing.digests:
        for place, digest in shown.sheet.digests.items():
            found[place] |= digest in owing.digests
    return found


def filtered(shown: opened.Opened) -> Places:
    """The places of the answers that the filters in the address leave, in its order.

    What the machine says of a hidden answer neither finds it nor places it.
    """
    wanted = {name: address.get_all(name) for name in CHOICES}
    veiled = hidden(shown)
    differing = _clinicians_differ(shown) if CLINICIANS in wanted["disagreement"] else ()
    kept = shown.sheet.matching(wanted, address.get("find") or "", differing)
    if any(wanted[name] for name in MACHINE):
        kept &= ~veiled
    return shown.sheet.ordered(kept, address.get("sort") or ORDERS[0], veiled)


def _clinicians_differ(shown: opened.Opened) -> list[int]:
    if who.person() is None:
        return []
    states = who.store().item_states(shown.run_id)
    keys = [(one.question_id, one.repeat) for one in states if one.state == "disagreement"]
    return [shown.run.place_of[key] for key in keys if key in shown.run.place_of]


def notice(count: int) -> None:
    """Say that answers are hidden, and the way to their review."""
    words = "an answer" if count == 1 else f"{count:,} answers"
    st.info(
        f"**You still owe a review of {words} of this run.** So that your judgement stays your own, nothing the "
        "machine says of them is shown to you, nor which prompt or model made this run, until you have submitted it.",
        icon=":material/visibility_off:",
    )
    st.page_link("views/review.py", label="To your reviews", icon=":material/rate_review:")
