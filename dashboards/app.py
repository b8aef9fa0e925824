"""The clinicians' dashboard: look at a run, its answers, each claim beside its passage, and the guidelines behind them.

`streamlit run dashboards/app.py`; the environment variable EVALS_REPORTS names the reports folder.
"""

from pathlib import Path

import address
import opened
import streamlit as st
import veil
import who

from evals.errors import UserError

_ANSWER = ("question", "repeat", "claim", "marks", "panel")
# Each page with what its address keeps of the page before it.
_PAGES = (
    ("views/overview.py", "Overview", ("run",)),
    ("views/answers.py", "Answers", ("run", *address.FILTERS)),
    ("views/answer.py", "Answer", ("run", *address.FILTERS, *_ANSWER)),
    ("views/compare.py", "Compare", ("run", "with", "measure", "question", "repeat")),
    # A reviewer is blind: the address of these two names no run and no question.
    ("views/review.py", "Review", ()),
    ("views/adjudicate.py", "Adjudicate", ()),
    ("views/agreement.py", "Agreement", ("run",)),
    ("views/guidelines.py", "Guidelines", ("run", "passage", "show")),
    ("views/audit.py", "Audit", ()),
)
# Pages on which no run is chosen: its name would tell a blind reviewer when and with what it was made.
_WITHOUT_RUN = ("Review", "Adjudicate", "Audit")


def _header(title: str) -> None:
    # Own links instead of Streamlit's: its navigation empties the address, and with it the run that is looked at.
    with st.container(horizontal=True, vertical_alignment="center", key="header"):
        for path, label, names in _PAGES:
            st.page_link(path, label=label, query_params=address.carry(*names))
        folders = {} if title in _WITHOUT_RUN else opened.runs()
        if folders:
            _pick_run(folders)
        who.badge()


def _pick_run(folders: dict[str, Path]) -> None:
    if not address.get("run"):
        address.put(run=opened.first_choice(folders))
    # A run that is gone stays in the list under its name: the page says so, rather than show another run unasked.
    names = list(dict.fromkeys([*folders, str(address.get("run"))]))
    blind = veil.owes_any()
    words = {
        name: opened.run_label(name, folders[name], blind=blind) if name in folders else f"{name} (not here)"
        for name in names
    }
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
who.enter()
_header(page.title)
try:
    page.run()
except UserError as error:
    opened.stop("This cannot be shown.", str(error), "Choose another run above, or make this one again.")
_begin_at_the_top(page.title)
