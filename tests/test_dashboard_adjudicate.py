"""The Adjudicate page, and two people at once, on both databases: both sides without names, the third judgement added."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from evals.review import ClaimMark, Content, Mark, Store
from tests.dashboard_run import HOSTILE
from tests.dashboard_server import free_port
from tests.review_browser import Tab, browsing, handed_out, marked_run, markers_in, served
from tests.review_databases import (  # noqa: F401  (fixtures)
    audit_key_of_the_test,
    each_engine,
    postgres_database,
    postgres_server,
)
from tests.review_run import review
from tests.test_dashboard_review import importable, show, words  # noqa: F401  (a fixture)


@pytest.fixture(name="reports")
def _reports(tmp_path) -> Path:
    return tmp_path / "reports"


def disagreeing(store: Store) -> None:
    """Both physicians submit everything; one finds severe harm and an error, in words that try to be a page."""
    for person, ratings in (("bea", {}), ("sol", {"would_show": "no", "harm": "severe", "accuracy": "1"})):
        for entry in store.queue(person):
            item = store.blind_item(entry.assignment_id, person)
            content = review(item, **ratings)
            if person == "sol":
                marks = (Mark(start=0, end=5, code="E08", remark=HOSTILE),)
                claims = {name: ClaimMark(label="contradicted", remark=HOSTILE) for name in content.claims}
                content = replace(content, marks=marks, claims=claims, rationales={"harm": HOSTILE}, flag=HOSTILE)
            store.submit(entry.assignment_id, person, 0, content)


def test_two_people_review_at_once_and_a_second_tab_overwrites_nothing(url, reports, chromium):
    store, port = handed_out(reports, marked_run(reports, hostile=False), url), free_port()
    with served(reports, port, url), browsing(chromium) as browser:
        bea, sol, again = (Tab(browser, port) for _ in range(3))
        for tab, name in ((bea, "Bea"), (sol, "Sol"), (again, "Bea")):
            tab.enter("review", name)
            tab.begin()
        for turn in range(4):
            bea.press("s", "w", f"=bea {turn} ", "Escape", "Enter")
            sol.press("x", "w", f"=sol {turn} ", "Escape", "Enter")
        bea.saved()
        sol.saved()
        again.press("x")
        again.desk.get_by_text("Another tab or device saved this review").wait_for(timeout=30_000)
        remarks = {p: [m.remark for m in draft(store, p).claims.values()] for p in ("bea", "sol")}
        assert remarks == {p: [f"{p} {turn} " for turn in range(4)] for p in ("bea", "sol")}
        (aside,) = store.asides(store.queue("bea")[0].assignment_id, "bea")
        assert aside.content.claims["c1"].label == "contradicted"
        again.desk.get_by_text("Take what the other tab saved").click()
        again.desk.locator("#notice > div").wait_for(state="detached")
        again.press("Enter", "c")
        again.saved()
        assert draft(store, "bea").claims["c2"].label == "cannot_judge"
        assert draft(store, "bea").claims["c1"].remark == "bea 0 "
        assert bea.heard + sol.heard + again.heard == []


def test_what_two_people_differ_in_is_adjudicated_by_keyboard_alone_and_both_reviews_stay(reports, chromium):
    store, port = handed_out(reports, marked_run(reports)), free_port()
    disagreeing(store)
    originals = store.reviews()
    with served(reports, port), browsing(chromium) as browser:
        ada = Tab(browser, port)
        ada.enter("adjudicate", "Ada")
        ada.begin()
        shown = ada.source() + "\n".join(ada.frames)
        assert "one would show it to a patient, one would not" in shown
        assert not [name for name in ("Bea Breast", "Sol Solid") if name in ada.desk.locator("body").inner_text()]
        assert markers_in(shown) == []
        ada.press("Shift+B", "b")
        ada.answer_all()
        ada.press("f", "=the label says 100.4", "Escape")
        ada.saved()
        ada.submit()
        ada.desk.get_by_text("Disagreement 1 of 1").wait_for(timeout=30_000)
        ada.desk.locator("#said", has_text="On record. 1 left.").wait_for(state="attached")
        assert ada.heard == []
    third = next(one for one in store.reviews() if one.meaning == "adjudicated")
    assert (third.reviewer, third.why, third.content.flag) == ("ada", "the label says 100.4", "")
    assert [one for one in store.reviews() if one.meaning == "reviewed"] == list(originals)
    assert store.verify_audit().whole


def draft(store: Store, person: str) -> Content:
    """The draft of a person's first item."""
    return store.blind_item(store.queue(person)[0].assignment_id, person).draft.content


@pytest.mark.parametrize(
    ("person", "address", "said"),
    [
        (None, {}, "Who are you?"),
        ("ada", {}, "Disagreement 1"),
        ("ada", {"item": "nonsense"}, "is not in your adjudication queue"),
        ("bea", {}, "a reviewer may not adjudicate"),
        ("vic", {}, "a viewer may not adjudicate"),
    ],
)
def test_the_page_says_in_words_how_things_stand(monkeypatch, reports, person, address, said):
    disagreeing(handed_out(reports, marked_run(reports)))
    assert said in words(show(monkeypatch, reports, person, "adjudicate", **address))


def test_an_empty_store_asks_for_the_first_name(monkeypatch, reports):
    assert "Who are you?" in words(show(monkeypatch, reports, None, "adjudicate"))


def test_where_nothing_waits_the_page_says_so(monkeypatch, reports):
    handed_out(reports, marked_run(reports))
    assert "Nothing waits for you" in words(show(monkeypatch, reports, "ada", "adjudicate"))


def test_both_sides_are_sent_without_names_times_or_the_machine(monkeypatch, reports):
    store = handed_out(reports, marked_run(reports))
    disagreeing(store)
    for one in store.adjudication_queue("ada"):
        app = show(monkeypatch, reports, "ada", "adjudicate", item=one.token)
        (sent,) = app.get("component_instance")
        told = json.loads(sent.proto.json_args)
        harm = next(step for step in told["steps"] if step["id"] == "scale:harm")
        assert harm["differs"]
        assert sorted(side["level"] for side in harm["sides"]) == ["none", "severe"]
        assert not [name for name in ("Bea Breast", "Sol Solid", '"bea"', '"sol"') if name in sent.proto.json_args]
        assert markers_in(sent.proto.json_args) == []
        assert {mark["code"] for note in told["notes"] for mark in note["marks"]} == {"E08"}
        # What someone wrote of the other sides holds nothing that reorders what is read.
        assert "\u202e" not in json.dumps(told["steps"] + told["notes"], ensure_ascii=False)
