"""What a page shows, kept in its address, so that a pasted link opens the same view.

The address is the only place where a choice is kept: widgets are filled from it before they are drawn and write to it
when someone uses them. Links between pages carry it along.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sheet
import streamlit as st

FILTERS = (*sheet.CHOICES, "find", "sort", "at")
"""What narrows down and orders the list of answers."""

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


def leave(page: str, *names: str, **changes: Value) -> None:
    """Go to another page with the run, the named values of the address and changes."""
    st.session_state["left"] = st.session_state.get("left", 0) + 1
    st.switch_page(page, query_params=carry("run", *names, **changes))


# --- widgets kept in the address -------------------------------------------------------------------------------------


def choose(name: str, label: str, options: Sequence[str], **more: Any) -> None:
    """A multiple choice kept in the address.

    What a link names beyond the options is shown as chosen: a filter that works unseen would hide answers.
    """
    shown = list(dict.fromkeys([*options, *get_all(name)]))
    st.multiselect(label, shown, **_kept(name, get_all(name)), **more)


def choose_one(
    name: str,
    label: str,
    options: Sequence[str],
    widget: Callable[..., Any] = st.selectbox,
    default: str | None = None,
    **more: Any,
) -> str:
    """A single choice kept in the address; returns it, or the default (the first option) when it names none of them.

    A default is not written into the address: each such step would cost one more press on the browser's Back.
    """
    wanted = get(name)
    value = wanted if wanted is not None and wanted in options else default or options[0]
    widget(label, list(options), **_kept(name, value), **more)
    return value


def write(name: str, label: str, **more: Any) -> None:
    """A line of text kept in the address."""
    st.text_input(label, **_kept(name, get(name) or ""), **more)


def _kept(name: str, value: str | list[str]) -> dict[str, Any]:
    key = f"widget-{name}"
    st.session_state[key] = value
    return {"key": key, "on_change": _use, "args": (name, key)}


def _use(name: str, key: str) -> None:
    # Another choice makes another list, which begins at its first page.
    first = {"at": None} if name in FILTERS else {}
    put(**{name: st.session_state[key], **first})


# --- tables whose rows lead on ---------------------------------------------------------------------------------------


def table(name: str, shown: Sequence[Mapping[str, Any]], columns: Mapping[str, Any], **more: Any) -> int | None:
    """A table of the named columns; returns the place of the row that someone chose, by its box or any of its cells.

    `columns` maps a column's name to how Streamlit is to show it.
    """
    event: Any = st.dataframe(
        [{name: row.get(name) for name in columns} for row in shown],
        hide_index=True,
        placeholder="–",
        column_config=columns,
        on_select="rerun",
        selection_mode=["single-row", "single-cell"],
        # A new key after each visit elsewhere, or coming back would find the row still chosen and leave at once.
        key=f"{name}-{st.session_state.get('left', 0)}",
        **more,
    )
    chosen = [*event["selection"].get("rows", ()), *(cell[0] for cell in event["selection"].get("cells", ()))]
    return chosen[0] if chosen and chosen[0] < len(shown) else None
