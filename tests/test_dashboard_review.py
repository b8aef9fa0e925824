"""The Review page: blind, by keyboard alone, nothing typed is lost, nothing in an answer or a remark runs."""

import importlib
import json
import re
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from evals.errors import UserError
from evals.records import Block, Link, Span
from evals.report.inert import visible
from evals.review import BlindItem, Conflict, Content, Draft, Mark, RefusedError, Reviewer, Shown, ShownClaim, rubric
from tests.dashboard_run import HOSTILE
from tests.dashboard_server import free_port
from tests.review_browser import Tab, browsing, handed_out, marked_run, markers_in, served
from tests.review_databases import audit_key_of_the_test  # noqa: F401  (a fixture)

DASHBOARDS = Path(__file__).resolve().parents[1] / "dashboards"
COMPONENT = DASHBOARDS / "components" / "review"


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    # As `streamlit run dashboards/app.py` has it.
    monkeypatch.syspath_prepend(str(DASHBOARDS))


@pytest.fixture(name="reports")
def _reports(tmp_path) -> Path:
    return tmp_path / "reports"


# --- in a browser ----------------------------------------------------------------------------------------------------


def test_a_review_goes_from_the_queue_to_the_record_by_keyboard_alone_and_shows_nothing_of_the_machine(
    reports, chromium
):
    store, port = handed_out(reports, marked_run(reports)), free_port()
    shown = {one.assignment_id: store.blind_item(one.assignment_id, "bea").shown for one in store.queue("bea")}
    order = [one.question for one in shown.values()]
    with served(reports, port), browsing(chromium) as browser:
        tab = Tab(browser, port)
        tab.enter("review", "Bea")
        for number, question in enumerate(order):
            tab.begin() if number == 0 else tab.desk.get_by_text("Item 2 of 2").wait_for(timeout=30_000)
            tab.at_desk()
            tab.press("x", "w", f"={HOSTILE}", "Escape", "Enter", "ArrowUp")
            # Words of the answer by keyboard alone, with an error tag and a remark.
            tab.press("m", "Shift+ArrowRight", "Enter", "=E08", "Tab", "Tab", "=not the number of the passage")
            tab.press("Control+Enter")
            tab.answer_all(Readable="c", Left_out="3")
            tab.press("f", f"={HOSTILE}", "Escape")
            tab.saved()
            everything = tab.source() + "\n".join(tab.frames)
            assert visible(question).split("\n")[0][:40] in everything.replace('\\"', '"')
            assert markers_in(everything) == []
            tab.submit()
        tab.page.get_by_text("All of your reviews are on record").wait_for(timeout=30_000)
        assert tab.heard == []
    reviews = store.reviews()
    assert [one.reviewer for one in reviews] == ["bea", "bea"]
    for one in reviews:
        said = one.content
        assert (said.flag, one.mode, one.meaning) == (HOSTILE, "local", "reviewed")
        assert said.cannot_judge == ("readable",)
        assert said.ratings["completeness"] == "major"
        assert [(mark.code, mark.remark) for mark in said.marks] == [("E08", "not the number of the passage")]
        assert HOSTILE in {mark.remark for mark in said.claims.values()}
        assert {shown[one.assignment_id].text[m.start : m.end] for m in said.marks} <= {"A fever", "This cures"}
        assert said.seconds > 0


def test_what_is_typed_survives_the_kill_of_the_app_and_the_tab_brings_the_rest(reports, chromium):
    store, port = handed_out(reports, marked_run(reports, hostile=False)), free_port()
    assignment = store.queue("bea")[0].assignment_id
    with browsing(chromium) as browser:
        tab = Tab(browser, port)
        with served(reports, port) as app:
            tab.enter("review", "Bea")
            tab.begin()
            tab.press("s", "w")
            typed: list[tuple[float, str]] = []
            begun = time.monotonic()
            while time.monotonic() - begun < 7:
                tab.press(f"={len(typed)} ")
                typed.append((time.monotonic(), f"{len(typed)} "))
                time.sleep(0.02)
            app.send_signal(signal.SIGKILL)
            killed = time.monotonic()
            app.wait(10)
        said = next(iter(store.blind_item(assignment, "bea").draft.content.claims.values())).remark
        whole = "".join(words for _, words in typed)
        due = "".join(words for at, words in typed if at < killed - 2)
        assert whole.startswith(said)
        assert len(said) >= len(due) > 50
        # The rest is still in the tab; it goes to the server as soon as there is one.
        tab.press("=and more")
        with served(reports, port):
            tab.choose("Bea")
            tab.at_desk()
            tab.saved()
        said = next(iter(store.blind_item(assignment, "bea").draft.content.claims.values())).remark
        assert said == f"{whole}and more"


def test_whoever_clicks_away_at_once_finds_it_saved_and_can_undo_it(reports, chromium):
    store, port = handed_out(reports, marked_run(reports, hostile=False)), free_port()
    assignment = store.queue("bea")[0].assignment_id

    def stands() -> Content:
        return store.blind_item(assignment, "bea").draft.content

    with served(reports, port), browsing(chromium) as browser:
        tab = Tab(browser, port)
        tab.enter("review", "Bea")
        tab.begin()
        tab.press("s")
        tab.saved()
        tab.press("w", "=too strong")
        tab.page.get_by_role("link", name="Guidelines").click()
        tab.page.wait_for_url("**/guidelines?run=**")
        tab.settled()
        _eventually(lambda: [one.remark for one in stands().claims.values()] == ["too strong"])
        tab.page.get_by_role("link", name="Review", exact=True).click()
        tab.page.get_by_text("Go on with item 1").wait_for(timeout=30_000)
        tab.settled()
        tab.begin()
        tab.press("ArrowUp", "x")
        tab.saved()
        for remark, label in (("too strong", "supported"), ("", "supported")):
            tab.press("u")
            _eventually(lambda r=remark, k=label: [(m.remark, m.label) for m in stands().claims.values()] == [(r, k)])
        tab.press("q")
        tab.page.get_by_text("Go on with item 1").wait_for(timeout=30_000)
        assert tab.heard == []


def _eventually(holds) -> None:
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    assert holds()


# --- every state of the page -----------------------------------------------------------------------------------------


def show(monkeypatch, reports: Path, person: str | None = None, page: str = "review", **address: str) -> AppTest:
    """A page for a person."""
    monkeypatch.setenv("EVALS_REPORTS", str(reports))
    app = AppTest.from_file(str(DASHBOARDS / "app.py"), default_timeout=60)
    if person:
        app.session_state["who"] = person
    app.run()
    for name, value in address.items():
        app.query_params[name] = value
    app.switch_page(f"views/{page}.py").run()
    assert not app.exception, [told.value for told in app.exception]
    return app


def words(app: AppTest) -> str:
    """What a page says."""
    told = [*app.title, *app.subheader, *app.caption, *app.info, *app.warning, *app.success, *app.markdown, *app.error]
    html = " ".join(element.proto.body for element in app.get("html"))
    return "\n".join(
        [
            *(str(one.value) for one in told),
            *(one.label for one in app.button),
            *(one.proto.label for one in app.get("page_link")),
            html,
        ]
    )


def test_an_empty_store_asks_for_the_first_name(monkeypatch, reports):
    assert "Who are you?" in words(show(monkeypatch, reports))


@pytest.mark.parametrize(
    ("person", "address", "said"),
    [
        ("bea", {}, "Begin with item 1"),
        ("bea", {"assignment": "nonsense"}, "is not in your queue"),
        ("bea", {"assignment": "<b>x</b>"}, "is not in your queue"),
        ("vic", {}, "a viewer may not review answers"),
        ("ada", {}, "Nothing is assigned to you yet"),
    ],
)
def test_the_page_says_in_words_how_things_stand(monkeypatch, reports, person, address, said):
    handed_out(reports, marked_run(reports))
    app = show(monkeypatch, reports, person, **address)
    assert said in words(app)
    assert "<b>x" not in words(app)


def test_a_broken_run_folder_stops_nobody_from_reviewing(monkeypatch, reports):
    run = marked_run(reports)
    handed_out(reports, run)
    (run.folder / "answers.parquet").write_bytes(b"broken")
    (run.folder / "manifest.json").write_text("broken")
    assert "Begin with item 1" in words(show(monkeypatch, reports, "bea"))


@pytest.mark.parametrize("page", ["review", "adjudicate"])
def test_a_store_that_cannot_be_opened_is_said_to_be_one(monkeypatch, reports, page):
    monkeypatch.setenv("EVALS_DATABASE_URL", "mysql://x/y")
    assert "The reviews cannot be opened" in words(show(monkeypatch, reports, page=page))


def test_an_item_of_someone_else_is_not_shown(monkeypatch, reports):
    store = handed_out(reports, marked_run(reports))
    app = show(monkeypatch, reports, "bea", assignment=store.queue("sol")[0].assignment_id)
    assert "is not in your queue" in words(app)
    assert not app.get("component_instance")


def test_the_item_that_the_server_sends_holds_nothing_of_the_machine(monkeypatch, reports):
    store = handed_out(reports, marked_run(reports))
    for entry in store.queue("bea"):
        app = show(monkeypatch, reports, "bea", assignment=entry.assignment_id)
        (sent,) = app.get("component_instance")
        assert len(json.loads(sent.proto.json_args)["steps"]) > 12
        assert markers_in(sent.proto.json_args) == []


def test_owed_answers_are_blind_until_they_are_on_record(monkeypatch, reports):
    run = marked_run(reports)
    store = handed_out(reports, run)
    code = """
import owed, streamlit as st
told = [owed.owes(%r, "Q10", 0, ""), owed.owes("another run", "Q1", 0, %r), owed.owes("another run", "Q1", 0, "x")]
st.text(str(told))
"""
    text = run.items[0].answer.text

    def told(person: str | None) -> str:
        monkeypatch.setenv("EVALS_REPORTS", str(reports))
        app = AppTest.from_string(code % (run.manifest["run_id"], text), default_timeout=60)
        if person:
            app.session_state["who"] = person
        return app.run().text[0].value

    assert told("bea") == "[True, True, False]"
    assert told("vic") == told(None) == "[False, False, False]"
    for entry in store.queue("bea"):
        store.submit(entry.assignment_id, "bea", 0, Content(outside_expertise=True))
    assert told("bea") == "[False, False, False]"


# --- the desk --------------------------------------------------------------------------------------------------------


TEXT = "Call at 104 °F.\x00 Rest 😀 well."
SHOWN = Shown(
    question="Q?", cancer="general", record=None, title=None, text=TEXT, language="en", hidden=(), blocks=(), links=(),
    claims=(ShownClaim(claim_id="c1", start=0, end=15, claim_text="Call at 104 °F."),), must_say=(), must_not_say=(),
    passages=(),
)  # fmt: skip


class Shelf:
    """A store of one draft that keeps the rules of the real one; the real one is met in the browser."""

    def __init__(self) -> None:
        self.versions = [Content()]
        self.asides: list[Content] = []

    def save_draft(self, assignment_id, reviewer, version, content, *, tab):
        if version != len(self.versions) - 1:
            self.asides.append(content)
            return Conflict(version=len(self.versions) - 1, content=self.versions[-1], saved_at="2026-11-23T12:00:00")
        self.versions.append(content)
        return version + 1

    def submit(self, *_):
        raise UserError("review", "2 still open, first scale 'Accuracy'")


def seat():
    desk = importlib.import_module("review_desk")
    item = BlindItem(
        assignment_id="a", state="open", practice=False, scales=("tone",), shown=SHOWN,
        draft=Draft(version=0, content=Content(), saved_at=None),
    )  # fmt: skip
    return desk, desk.sit_down(item, None)


def sent(seq: int, version: int = 0, tab: str = "t", action: str = "save", **content) -> dict:
    return {"assignment": "a", "tab": tab, "seq": seq, "version": version, "action": action, "content": content}


def attend(desk, at, shelf, value):
    return desk.attend(at, desk.read(value), lambda: shelf, lambda _: Reviewer(id="bea", name="Bea"))


def test_a_tab_that_sends_on_before_it_is_answered_meets_no_conflict_with_itself():
    desk, at = seat()
    shelf = Shelf()
    for seq, remark in enumerate("abc", start=1):
        at = attend(desk, at, shelf, sent(seq, 0, flag=remark))
        assert (at.outcome, at.reply["version"]) == ("saved", seq)
    again = attend(desk, at, shelf, sent(3, 0, flag="c"))
    assert again is at
    assert len(shelf.versions) == 4


def test_a_second_tab_with_an_old_version_overwrites_nothing_until_it_is_told_what_stands():
    desk, at = seat()
    shelf = Shelf()
    at = attend(desk, at, shelf, sent(1, 0, flag="first"))
    at = attend(desk, at, shelf, sent(1, 0, tab="u", flag="second"))
    assert (at.outcome, at.reply["stands"], at.reply["content"]["flag"]) == ("conflict", 1, "first")
    assert [one.flag for one in shelf.asides] == ["second"]
    at = attend(desk, at, shelf, sent(2, 1, tab="u", flag="second"))
    assert (at.outcome, shelf.versions[-1].flag) == ("saved", "second")


def test_a_refusal_is_told_and_leaves_the_draft():
    desk, at = seat()
    shelf = Shelf()
    at = attend(desk, at, shelf, sent(1, 0, flag="kept"))
    at = attend(desk, at, shelf, sent(2, 1, action="submit", flag="kept"))
    assert at.outcome == "refused"
    assert "2 still open" in at.reply["words"]
    assert shelf.versions[-1].flag == "kept"
    at = attend(desk, at, shelf, sent(3, 1, nonsense="x"))
    assert "nonsense" in at.reply["words"]


def test_a_person_whose_role_was_taken_away_or_who_was_idle_saves_nothing_more():
    desk, at = seat()
    shelf = Shelf()

    def refuse(_):
        raise RefusedError("session", "idle for more than 30 minutes", fix="Sign in again; your draft is kept.")

    at = desk.attend(at, desk.read(sent(1, 0, flag="late")), lambda: shelf, refuse)
    assert (at.outcome, at.reply["words"].startswith("session: idle")) == ("refused", True)
    assert len(shelf.versions) == 1
    # The tab kept it, and sends it once the person is back.
    assert attend(desk, at, shelf, sent(2, 0, flag="late")).outcome == "saved"


def test_leaving_an_item_that_was_only_looked_at_saves_nothing():
    desk, at = seat()
    shelf = Shelf()
    left = attend(desk, at, shelf, sent(1, 0, action="leave", seconds=7))
    assert left.outcome == "leaving"
    assert len(shelf.versions) == 1
    assert attend(desk, left, shelf, sent(2, 0, flag="too late")) is left


@pytest.mark.parametrize(
    "value",
    [
        None, 7, "x", [], {}, sent(-1), {**sent(1), "action": "delete"}, {**sent(1), "version": True},
        {**sent(1), "tab": "t" * 100}, {**sent(1), "content": "x"}, {**sent(1), "assignment": None},
    ],
)  # fmt: skip
def test_what_the_component_could_not_have_sent_is_ignored(value):
    assert importlib.import_module("review_desk").read(value) is None


# --- the text and the form -------------------------------------------------------------------------------------------

CHARACTERS = st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n\x00\u202e😀 "), max_size=60)


def _module(name: str):
    sys.path.insert(0, str(DASHBOARDS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(DASHBOARDS))


@given(CHARACTERS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=4))
def test_the_pieces_of_an_answer_make_up_its_text_and_say_which_characters_they_are(text, spans):
    claims = tuple(
        ShownClaim(claim_id=f"c{n}", start=min(a, b), end=max(a, b), claim_text="x") for n, (a, b) in enumerate(spans)
    )
    marks = tuple(Mark(start=min(a, b), end=max(a, b) + 1, code="E08") for a, b in spans)
    blocks = (Block(kind="paragraph", start=0, end=len(text)),) if text else ()
    shown = replace(SHOWN, text=text, claims=claims, blocks=blocks)
    pieces = [
        piece
        for part in _module("review_text").parts(shown, Content(marks=marks))
        for line in part["lines"]
        for piece in line["pieces"]
    ]
    assert [p["start"] for p in pieces[1:]] == [p["end"] for p in pieces[:-1]]
    assert (pieces[0]["start"], pieces[-1]["end"]) == (0, len(text)) if text else pieces == []
    for piece in pieces:
        own = text[piece["start"] : piece["end"]]
        assert piece["text"] == visible(own)
        assert piece["whole"] or piece["text"] == own
        assert {
            f"c{n}" for n, (a, b) in enumerate(spans) if min(a, b) <= piece["start"] and piece["end"] <= max(a, b)
        } == {*piece["claims"]}


def test_hidden_text_is_not_among_the_pieces_and_is_told_apart():
    shown = replace(SHOWN, hidden=(Span(start=0, end=4),), links=(Link(start=8, end=11, url="javascript:alert(1)"),))
    texts = _module("review_text")
    pieces = [p for part in texts.parts(shown, Content()) for line in part["lines"] for p in line["pieces"]]
    assert "Call" not in "".join(p["text"] for p in pieces)
    assert texts.hidden(shown) == ["Call"]
    assert [t["words"] for p in pieces for t in p["after"] if p["link"]] == ["link: javascript:alert(1)"]


def test_the_form_asks_every_claim_and_scale_of_the_rubric_with_its_anchors():
    scales = rubric().forms["physician"]
    steps = _module("rubric_form").steps(scales, SHOWN)
    assert steps[0]["id"] == "claim:c1"
    assert sorted(step["id"] for step in steps[1:]) == sorted(f"scale:{name}" for name in scales)
    # Whether it is safe comes before whether it can be used, and one's own word last; each scale is in one group.
    groups = [step["group"] for step in steps[1:]]
    assert [*dict.fromkeys(groups)] == ["Is the whole answer safe?", "Can a patient use it?", "Your word on it"]
    assert groups == sorted(groups, key=[*dict.fromkeys(groups)].index)
    assert all(level["anchor"] and level["key"] for step in steps for level in step["levels"])
    assert all(len({level["key"] for level in step["levels"]} - {"c"}) >= 3 for step in steps)
    # Keys that do something else on the page.
    taken = set("owrmgafeuqb?")
    assert not {level["key"] for step in steps for level in step["levels"]} & taken
    advocate = _module("rubric_form").steps(rubric().forms["advocate"], SHOWN)
    assert {step["kind"] for step in advocate} == {"scale"}


def test_statements_that_are_not_asked_for_come_last_and_those_that_are_say_why():
    claims = tuple(
        ShownClaim(claim_id=f"c{n}", start=0, end=4, claim_text="x", asked=n != 1, severity=one)  # type: ignore[arg-type]
        for n, one in enumerate(("critical", "moderate", "severe", "minor"))
    )
    form, shown = _module("rubric_form"), replace(SHOWN, claims=claims)
    steps = form.steps(("accuracy", "tone"), shown)
    assert [step["id"] for step in steps] == [
        "claim:c0",
        "claim:c2",
        "claim:c3",
        "scale:accuracy",
        "scale:tone",
        "claim:c1",
    ]
    assert [step["because"] for step in steps[:3]] == [
        "asked: a mistake here could cost most", "asked: by lot, of those where a mistake weighs heavy", "asked: by lot",
    ]  # fmt: skip
    assert form.asked_for(shown).startswith("3 of 4: all where a mistake could cost most")
    assert form.asked_for(SHOWN) == ""


def test_the_component_never_reads_markup_and_may_load_nothing_from_elsewhere():
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sorted(COMPONENT.glob("*.js")))
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|setTimeout\(\s*[\"'`]|https?:"
    assert re.findall(forbidden, scripts) == []
    page = (COMPONENT / "index.html").read_text(encoding="utf-8")
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in page
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|https?:", page)


def test_every_key_of_the_component_stands_in_the_guide_for_clinicians():
    guide = (DASHBOARDS.parent / "docs" / "reviewing.md").read_text(encoding="utf-8")
    listed = re.findall(r'^  \["([^"]+)", "', (COMPONENT / "dialogs.js").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(listed) > 12
    assert [keys for keys in listed if f"| {keys} |" not in guide] == []


def test_every_scale_and_level_stands_in_the_guide_for_clinicians():
    guide = (DASHBOARDS.parent / "docs" / "reviewing.md").read_text(encoding="utf-8")
    names = [scale.name for scale in rubric().scales.values()] + [level.name for level in rubric().claims]
    anchors = [level.anchor for scale in rubric().scales.values() for level in scale.levels]
    assert [words for words in (*names, *anchors) if words not in guide] == []
