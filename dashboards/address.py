"""What a page shows, kept in its address, so that a pasted link opens the same view.

The address is the only place where a choice is kept: widgets are filled from it before they are drawn and write to it
when someone uses them. Links between pages carry it along.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

FILTERS = ("topic", "cancer", "risk", "scorer", "rule", "verdict", "find", "sort")

Value = str | Sequence[str] | None


def get(name: str) -> str | None:
    """One value of the address, None when it is not there or empty."""
    return st.query_params.get(name) or None


def get_all(name: str) -> list[str]:
    """All values of the address under one name."""
    return [value for value in st.query_params.get_all(name) if value]


def put(**changes: Value) -> None:
    """Change the address of the page that is shown; None takes a name out."""
    wanted = carry(*st.query_params, **changes)
    if wanted != carry(*st.query_params):
        st.query_params.from_dict(wanted)


def carry(*names: str, **changes: Value) -> dict[str, list[str]]:
    """The named values of the address with changes, to give to a link or to another page."""
    kept: dict[str, list[str]] = {name: get_all(name) for name in names}
    for name, value in changes.items():
        kept[name] = [value] if isinstance(value, str) else list(value or ())
    return {name: values for name, values in kept.items() if values}


def choose(name: str, label: str, options: Sequence[str], **more: Any) -> list[str]:
    """A multiple choice kept in the address; what the address names beyond the options is left alone and not chosen."""
    return _bound(name, st.multiselect, label, list(options), [v for v in get_all(name) if v in options], **more)


def choose_one(name: str, label: str, options: Sequence[str], widget: Callable[..., Any] = st.selectbox, **more: Any) -> str | None:
    """A single choice kept in the address, the first option when the address names none."""
    wanted = get(name)
    return _bound(name, widget, label, list(options), wanted if wanted in options else options[0], **more)


def write(name: str, label: str, **more: Any) -> str:
    """A line of text kept in the address."""
    return _bound(name, st.text_input, label, None, get(name) or "", **more)


def _bound(name: str, widget: Callable[..., Any], label: str, options: list[str] | None, value: Any, **more: Any) -> Any:
    key = f"widget-{name}"
    st.session_state[key] = value
    arguments = (label,) if options is None else (label, options)
    return widget(*arguments, key=key, on_change=_use, args=(name, key), **more)


def _use(name: str, key: str) -> None:
    put(**{name: st.session_state[key]})


def table_key(name: str) -> str:
    """The key of a table whose rows open answers: a new one after each opening.

    With the same key, coming back to the table would find the row still chosen and leave at once.
    """
    return f"{name}-{st.session_state.get('opened', 0)}"


def open_chosen(table: pd.DataFrame, event: Mapping[str, Any], *names: str) -> None:
    """Go to the answer of the chosen row, if one is chosen, taking the named values of the address along."""
    selection = event.get("selection") or {}
    rows = [*selection.get("rows", ()), *(cell[0] for cell in selection.get("cells", ()))]
    if rows:
        open_answer(str(table.iloc[rows[0]]["question_id"]), int(table.iloc[rows[0]]["repeat"]), *names)


def open_answer(question: str, repeat: int, *names: str) -> None:
    """Go to one answer."""
    st.session_state["opened"] = st.session_state.get("opened", 0) + 1
    st.switch_page("views/answer.py", query_params=carry("run", *names, question=question, repeat=str(repeat)))
