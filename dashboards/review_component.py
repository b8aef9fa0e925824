"""The review component: the answer, the passages and the rubric in one frame that is worked by keyboard alone.

Streamlit's own text area sends what was typed only when one leaves it; this sends it while one types. Its files are
plain HTML, style and script in `components/review`; data reaches the page as text only.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import review_text
import rubric_form
import streamlit.components.v1 as components
from review_desk import Seat

from evals.report.inert import visible
from evals.review import AdjudicationItem, Content, Draft, Side

_component = components.declare_component("review", path=str(Path(__file__).parent / "components" / "review"))


def show(
    seat: Seat, *, key: str, session: str, told: dict[str, Any], asides: Sequence[Draft], heard: Callable[[], None]
) -> object:
    """Draw the item at a seat; returns what the component sent last, `heard` is called as soon as it sends.

    `session` names this run of the server's session: a new one makes the component send again what it never saw saved.
    """
    return _component(
        **item_values(seat),
        session=session,
        draft={"version": seat.latest, "content": values(seat.content), "savedAt": seat.saved_at},
        reply=dict(seat.reply),
        asides=[{"savedAt": one.saved_at, "content": values(one.content)} for one in asides],
        told=told,
        key=key,
        on_change=heard,
    )


def item_values(seat: Seat) -> dict[str, Any]:
    """The item as JSON: all that a blind reviewer may see, and nothing else."""
    item, shown = seat.item, seat.item.shown
    sides: Sequence[Side] = item.sides if isinstance(item, AdjudicationItem) else ()
    return {
        "assignment": item.assignment_id,
        "task": "adjudicate" if isinstance(item, AdjudicationItem) else "review",
        "question": visible(shown.question),
        "about": visible(shown.cancer),
        "record": review_text.record(shown.record),
        "title": visible(shown.title or ""),
        "language": "".join(one for one in shown.language if one.isascii() and (one.isalnum() or one == "-"))[:35],
        "parts": review_text.parts(shown, seat.content, sides),
        "hidden": review_text.hidden(shown),
        "leftOut": review_text.left_out(shown),
        "passages": [review_text.passage(one) for one in shown.passages],
        "never": [visible(one.text) for one in shown.must_not_say],
        "steps": rubric_form.steps(item.scales, shown, sides),
        "askedFor": rubric_form.asked_for(shown),
        "tags": rubric_form.tags(),
        "notes": rubric_form.side_notes(sides),
    }


def values(content: Content) -> dict[str, Any]:
    """A review as JSON for the component."""
    return asdict(content)
