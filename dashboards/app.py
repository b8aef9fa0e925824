"""The clinicians' dashboard: look at a run, its answers, each claim beside its passage, and the guidelines behind them.

`streamlit run dashboards/app.py`; the environment variable EVALS_REPORTS names the reports folder.
"""

from pathlib import Path

import address
import opened
import streamlit as st

_PAGES = (
    ("views/overview.py", "Overview", ()),
    ("views/answers.py", "Answers", address.FILTERS),
    ("views/answer.py", "Answer", (*address.FILTERS, "question", "repeat", "claim", "marks", "panel")),
    ("views/guidelines.py", "Guidelines", ("passage", "show")),
)


def _header() -> None:
    # Own links instead of Streamlit's: its navigation empties the address, and with it the run that is looked at.
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        for path, title, names in _PAGES:
            st.page_link(path, label=title, query_params=address.carry("run", *names))
        folders = opened.runs()
        if folders:
            _pick_run(folders)


def _pick_run(folders: dict[str, Path]) -> None:
    if not address.get("run"):
        address.put(run=opened.first_choice(folders))
    # A run that is gone stays in the list under its name: the page says so, rather than show another run unasked.
    names = list(dict.fromkeys([*folders, str(address.get("run"))]))
    words = {name: opened.run_label(name, folders[name]) if name in folders else f"{name} (not here)" for name in names}
    address.choose_one(
        "run", "Run", names, width=440, label_visibility="collapsed", format_func=lambda name: f"Run: {words[name]}"
    )


def _begin_at_the_top(title: str) -> None:
    # Streamlit would leave the reader as far down as on the page, or in the answer, before this one.
    view = (title, address.get("question"), address.get("repeat"))
    before = st.session_state.setdefault("view", view)
    if before != view:
        st.session_state["view"] = view
        st.session_state["views"] = st.session_state.get("views", 0) + 1
    # Our own script with a number in it and nothing else; a new number makes it run once more.
    script = f"document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0) /* {st.session_state.get('views', 0)} */"
    st.html(f"<script>{script}</script>", unsafe_allow_javascript=True)


st.set_page_config(page_title="Are these answers safe to show?", layout="wide")
pages = [st.Page(path, title=title, url_path=title.lower(), default=title == "Overview") for path, title, _ in _PAGES]
page = st.navigation(pages, position="hidden")
st.html(Path(__file__).with_name("style.css"))
_header()
page.run()
_begin_at_the_top(page.title)
