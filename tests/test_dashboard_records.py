"""Agreement, Guidelines and Audit: what was put on record, who may read it, and whether it is whole."""

import csv
import dataclasses
import importlib
import io
import json
import re
import sqlite3
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from evals.records import Passage
from evals.review import AuditFilter, Reviewer, open_store, text_digest
from evals.review.records import AuditRow
from tests.dashboard_run import PASSAGES, RUN, fever_item, write
from tests.review_databases import (  # noqa: F401  (fixtures)
    audit_key_of_the_test,
    each_engine,
    postgres_database,
    postgres_server,
)
from tests.review_run import PEOPLE, make_run, plan, staffed, submit_all
from tests.test_review_audit import meddle

DASHBOARDS = Path(__file__).resolve().parents[1] / "dashboards"
PAGES = ("agreement", "guidelines", "audit")


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    # As `streamlit run dashboards/app.py` has it.
    monkeypatch.syspath_prepend(str(DASHBOARDS))


@pytest.fixture
def logged():
    """The module that shows the log."""
    return importlib.import_module("logged")


@pytest.fixture
def agreeing():
    """The module that shows agreement."""
    return importlib.import_module("agreeing")


def show(monkeypatch, reports: Path, page: str, *, person: str | None = None, **address: str) -> AppTest:
    """A page of the dashboard, in local mode, as somebody."""
    # AppTest knows the pages only after a run of the first one, which is quick where there is nothing to show.
    monkeypatch.setenv("EVALS_REPORTS", str(reports / "nothing"))
    app = AppTest.from_file(str(DASHBOARDS / "app.py"), default_timeout=60).run()
    monkeypatch.setenv("EVALS_REPORTS", str(reports))
    for name, value in address.items():
        app.query_params[name] = value
    if person is not None:
        app.session_state["who"] = person
    return again(app.switch_page(f"views/{page}.py"))


def again(app: AppTest) -> AppTest:
    """The page once more, and without an exception."""
    app.run()
    assert not app.exception, [told.value for told in app.exception]
    return app


def html(app: AppTest) -> str:
    """All HTML of a page, our style sheet and script left out."""
    return "\n".join(e.proto.body for e in app.get("html") if not re.match(r"<style|<script>document", e.proto.body))


def words(app: AppTest) -> str:
    """Everything that a page says, tables and widgets left out."""
    told = [*app.title, *app.header, *app.subheader, *app.caption, *app.warning, *app.info, *app.error, *app.success]
    text = BeautifulSoup(html(app), "html.parser").get_text(" ")
    return " ".join("\n".join([*(str(element.value) for element in told), text]).split())


def press(app: AppTest, label: str) -> AppTest:
    """The page after a press of a button."""
    next(button for button in app.button if button.label == label).click()
    return again(app)


# --- nothing there, or broken ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("there", ["no folder", "no store", "an empty store", "people only"])
def test_a_page_with_nothing_on_record_says_so(monkeypatch, tmp_path, page, there):
    reports = tmp_path / "reports"
    if there != "no folder":
        write(reports)
    if there in ("an empty store", "people only"):
        store = open_store(reports=reports)
        if there == "people only":
            store.add_reviewer(Reviewer(id="lea", name="Lea", role="lead"), by="lea")
    told = words(show(monkeypatch, reports, page))
    expected = {
        "agreement": "There are no reviews yet",
        "guidelines": "There are no runs here yet" if there == "no folder" else "not signed by a clinician",
        "audit": "1 rows" if there == "people only" else "0 rows",
    }
    assert expected[page] in told


@pytest.mark.parametrize("page", PAGES)
def test_a_broken_run_folder_ends_in_words_and_the_log_can_still_be_read(monkeypatch, tmp_path, page):
    staffed(f"sqlite:///{tmp_path / 'reviews.sqlite3'}")
    write(tmp_path)
    (tmp_path / "runs" / RUN / "passages.parquet").write_bytes(b"PAR1 and then nothing")
    told = words(show(monkeypatch, tmp_path, page, run=RUN))
    expected = {"agreement": "no reviews yet", "guidelines": "cannot be", "audit": f"{len(PEOPLE)} rows"}
    assert expected[page] in told


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("person", [None, "lea"])
def test_a_database_that_goes_away_while_a_page_is_open_is_told_in_words(monkeypatch, tmp_path, page, person):
    staffed(f"sqlite:///{tmp_path / 'reviews.sqlite3'}")
    write(tmp_path)
    app = show(monkeypatch, tmp_path, page, person=person, run=RUN, passage="P19")
    with sqlite3.connect(tmp_path / "reviews.sqlite3") as connection:
        for table in ("people", "audit_head", "signatures", "assignments"):
            connection.execute(f"ALTER TABLE {table} RENAME TO gone_{table}")
    app.session_state["who-known"] = None
    assert "it cannot be read just now" in words(again(app))


# --- agreement -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> Path:
    """A store in which thirty answers were reviewed twice; nothing writes to it afterwards."""
    folder = tmp_path_factory.mktemp("judged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EVALS_AUDIT_KEY_FILE", str(folder / "audit.key"))
        store = staffed(f"sqlite:///{folder / 'reviews.sqlite3'}")
        store.assign(make_run(30), plan(30, double_share=1.0), by="lea")
        for person in PEOPLE:
            if person.role != "viewer":
                submit_all(store, person.id, **({"accuracy": "3"} if person.id == "sol" else {}))
        store.close()
    return folder


@pytest.fixture
def reviewed(judged, audit_key, monkeypatch) -> Path:
    """The same, with its key."""
    assert audit_key
    monkeypatch.setenv("EVALS_AUDIT_KEY_FILE", str(judged / "audit.key"))
    return judged


def test_agreement_is_told_with_intervals_and_each_number_is_explained(monkeypatch, reviewed):
    app = show(monkeypatch, reviewed, "agreement")
    table = app.dataframe[0].value.set_index("scale")
    assert list(table.columns) == ["kind", "units", "raw", "gwet", "kappa", "alpha", "enough"]
    assert re.fullmatch(r"[\d.]+ \([\d.]+ to [\d.]+\)", table.loc["Accuracy", "raw"])
    assert table.loc["Left out", "kappa"] == "all chose the same"
    told = words(app)
    for name in (
        "Same choice",
        "AC1 / AC2",
        "Weighted kappa",
        "Alpha",
        "In brackets",
        "Missed",
        "Drift",
        "Own repeats",
    ):
        assert name in told
    assert "made in local mode" in told
    reviewers = next(d.value for d in app.dataframe if "severity" in d.value.columns).set_index("reviewer")
    assert "stricter" in reviewers.loc["Sol Solid", "severity"]
    machine = next(d.value for d in app.dataframe if "found" in d.value.columns).set_index("name")
    assert machine.loc["faithfulness", "compared"] + machine.loc["faithfulness", "left_out"] == 30


def test_agreement_can_be_kept_to_one_run(monkeypatch, reviewed):
    if not (reviewed / "runs").exists():
        write(reviewed)
    app = show(monkeypatch, reviewed, "agreement", run=RUN, count="Only this run")
    assert "There are no reviews yet" in words(app)
    assert "reviews on record that count" in words(show(monkeypatch, reviewed, "agreement", run=RUN))


def test_few_reviews_are_said_to_be_too_few(monkeypatch, tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'reviews.sqlite3'}")
    store.assign(make_run(4), plan(4), by="lea")
    for person in PEOPLE:
        if person.role != "viewer":
            submit_all(store, person.id)
    app = show(monkeypatch, tmp_path, "agreement")
    assert "Not enough reviews yet to say how far clinicians agree" in words(app)
    table = app.dataframe[0].value
    assert set(table["enough"]) == {"not enough reviews yet"}
    assert not any("✓" in value for value in table.to_numpy().ravel() if isinstance(value, str))


def test_who_is_no_lead_sees_only_the_own_row(monkeypatch, reviewed):
    rows = [d.value for d in show(monkeypatch, reviewed, "agreement", person="ben").dataframe]
    assert [list(row["reviewer"]) for row in rows if "severity" in row.columns] == [["Ben Breast"]]
    assert not [row for row in rows if "one" in row.columns]
    rows = [d.value for d in show(monkeypatch, reviewed, "agreement", person="lea").dataframe]
    assert [len(row) for row in rows if "severity" in row.columns] == [6]


def test_who_still_owes_a_review_sees_neither_agreement_nor_what_others_said(monkeypatch, tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'reviews.sqlite3'}")
    store.assign(make_run(10), plan(10), by="lea")
    submit_all(store, "lea")
    owing = next(person.id for person in PEOPLE if store.owed(person.id).keys)
    app = show(monkeypatch, tmp_path, "agreement", person=owing)
    assert "You still have reviews to do" in words(app)
    assert not app.dataframe
    app = show(monkeypatch, tmp_path, "audit", person=owing, row=str(store.audit_rows()[-1].seq))
    assert "not shown while you still have reviews to do" in words(app)
    table = app.dataframe[0].value
    assert set(table[table["action"] == "reviewed"]["change"]) == {"not shown while you still have reviews to do"}
    assert "accuracy" not in html(app) + table.to_string()
    assert not app.get("download_button")


# --- guidelines ------------------------------------------------------------------------------------------------------


@pytest.fixture
def corpus(tmp_path) -> Path:
    """A run with an overdue, a replaced and a signed passage, and people who may and may not sign."""
    old = Passage(id="P01", title="Old text", text="Old.", review_by="2020-01-01", sources=PASSAGES["P19"].sources)
    new = Passage(
        id="P02", title="New text", text="New.", supersedes=("P01",), signed_by="Dr. A", signed_on="2026-11-01"
    )
    write(tmp_path, items=(fever_item(),), passages={one.id: one for one in (PASSAGES["P19"], old, new)})
    staffed(f"sqlite:///{tmp_path / 'reviews.sqlite3'}")
    return tmp_path


def test_overdue_superseded_and_unsigned_passages_are_told_and_listed(monkeypatch, corpus):
    app = show(monkeypatch, corpus, "guidelines", run=RUN)
    told = words(app)
    assert "2 of 3 passages are not signed by a clinician" in told
    assert "1 overdue, 1 superseded by a newer passage, 0 of them used in this run" in told.replace("*", "")
    app = show(monkeypatch, corpus, "guidelines", run=RUN, show="Superseded")
    assert list(app.dataframe[0].value["id"]) == ["P01"]
    app = show(monkeypatch, corpus, "guidelines", run=RUN, passage="P01")
    assert "A newer passage replaces this one" in words(app)
    app = show(monkeypatch, corpus, "guidelines", run=RUN, list="Documents")
    table = app.dataframe[0].value[["organisation", "document", "passages", "overdue", "unsigned"]]
    assert table.to_numpy().tolist() == [["CDC", "Preventing Infections", 2, 1, 2]]


def test_an_adjudicator_reads_and_signs_a_passage_by_typing_the_name_again(monkeypatch, corpus):
    app = show(monkeypatch, corpus, "guidelines", person="ada", run=RUN, passage="P19")
    box = next(one for one in app.text_input if "type your name" in one.label)
    box.set_value("Ada")
    press(app, "Sign")
    assert "the name typed is not your printed name" in words(app)
    store = open_store(reports=corpus)
    assert store.signatures() == ()
    next(one for one in app.text_input if "type your name" in one.label).set_value(" ada  adjudicator ")
    press(app, "Sign")
    assert "Signed." in words(app)
    (signature,) = store.signatures("P19")
    assert (signature.reviewer, signature.digest) == ("ada", text_digest(PASSAGES["P19"].text))
    told = words(again(app))
    assert "✓ Ada Adjudicator approved" in told
    assert "You have signed this text" in told
    assert "1 of 3 passages are not signed" in told
    assert store.audit_rows()[-1].action == "passage signed"


@pytest.mark.parametrize("person", ["vic", "ben", "nan"])
def test_who_has_not_the_role_is_not_asked_to_sign_and_cannot(monkeypatch, corpus, person):
    app = show(monkeypatch, corpus, "guidelines", person=person, run=RUN, passage="P19")
    assert "Adjudicators and leads sign passages" in words(app)
    assert not [button for button in app.button if button.label == "Sign"]


def test_a_role_taken_away_while_the_page_is_open_counts_at_once(monkeypatch, corpus):
    app = show(monkeypatch, corpus, "guidelines", person="ada", run=RUN, passage="P19")
    store = open_store(reports=corpus)
    ada = next(one for one in store.reviewers() if one.id == "ada")
    store.add_reviewer(dataclasses.replace(ada, role="viewer"), by="lea", why="left the board")
    next(one for one in app.text_input if "type your name" in one.label).set_value("Ada Adjudicator")
    press(app, "Sign")
    assert "a viewer may not sign passages" in words(app)
    assert store.signatures() == ()


def test_a_signature_under_an_older_text_is_shown_and_counts_no_more(monkeypatch, corpus):
    store = open_store(reports=corpus)
    store.sign_passage("P19", "ada", text_digest("an older text"), confirmed="Ada Adjudicator")
    app = show(monkeypatch, corpus, "guidelines", person="ada", run=RUN, passage="P19")
    told = words(app)
    assert "✗ Ada Adjudicator" in told
    assert "the text has changed since, so this counts no longer" in told
    assert "2 of 3 passages are not signed" in told
    table = app.dataframe[0].value.set_index("id")
    assert table.loc["P19", "signed"] == "text changed since Ada Adjudicator signed"
    assert [button for button in app.button if button.label == "Sign"]


def test_answers_that_are_still_to_be_reviewed_are_not_named_as_resting_on_a_passage(monkeypatch, tmp_path):
    run = write(tmp_path, items=(fever_item(),), passages={"P19": PASSAGES["P19"]})
    people = (Reviewer(id="lea", name="Lea", role="lead"), Reviewer(id="ben", name="Ben"))
    store = staffed(f"sqlite:///{tmp_path / 'reviews.sqlite3'}", people)
    store.assign(run, plan(1), by="lea")
    owing = next(one.id for one in people if store.owed(one.id).keys)
    app = show(monkeypatch, tmp_path, "guidelines", person=owing, run=RUN, passage="P19")
    assert "you still have to review: left out" in words(app)
    assert "Q10" not in [link.proto.label for link in app.get("page_link")]


# --- audit -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def filled(url, tmp_path, monkeypatch):
    """A store with reviews, a changed person and a signature, on each engine."""
    store = staffed(url)
    store.assign(make_run(6), plan(4), by="lea")
    for person in PEOPLE:
        if person.role != "viewer":
            submit_all(store, person.id)
    ben = next(one for one in store.reviewers() if one.id == "ben")
    store.add_reviewer(dataclasses.replace(ben, role="adjudicator"), by="lea", why="took the course")
    store.sign_passage("P1", "ada", text_digest("words"), confirmed="Ada Adjudicator")
    monkeypatch.setenv("EVALS_DATABASE_URL", url)
    return store


def test_the_log_is_verified_and_a_tampered_row_is_found(monkeypatch, filled, url, tmp_path):
    app = press(show(monkeypatch, tmp_path, "audit"), "Check the log")
    assert "The log is whole" in words(app)
    assert not app.error
    meddle(url, "UPDATE audit SET who = 'eve' WHERE seq = 3", "UPDATE reviews SET name = 'Eve'")
    app = press(app, "Check the log")
    told = words(app)
    assert "The log is NOT whole" in app.error[0].value
    assert "row 3 was edited or not written with this key" in told
    assert "is not as the log has it" in told
    assert "What to do" in told


@pytest.mark.parametrize(
    ("address", "wanted"),
    [({}, AuditFilter()), ({"by": "ada"}, AuditFilter(who="ada")), ({"did": "person changed"}, AuditFilter(action="person changed")),
     ({"about": "P1"}, AuditFilter(subject="P1")), ({"by": "nobody"}, AuditFilter()),
     ({"since": "2026-11-23", "until": "2026-11-23"}, AuditFilter(since="2026-11-23", until="2026-11-24")),
     ({"since": "2026-11-24"}, AuditFilter(since="2026-11-24")), ({"since": "yesterday"}, AuditFilter())],
)  # fmt: skip
def test_a_link_restores_who_what_and_when(monkeypatch, tmp_path, address, wanted):
    store = staffed(f"sqlite:///{tmp_path / 'reviews.sqlite3'}")
    ben = next(one for one in store.reviewers() if one.id == "ben")
    store.add_reviewer(dataclasses.replace(ben, role="adjudicator"), by="lea")
    store.sign_passage("P1", "ada", text_digest("words"), confirmed="Ada Adjudicator")
    app = show(monkeypatch, tmp_path, "audit", **address)
    listed = [row.seq for row in reversed(store.audit_rows(wanted))]
    assert (list(app.dataframe[0].value["seq"]) if listed else []) == listed
    if not listed:
        assert "No row is like that" in words(app)


def test_a_row_shows_old_and_new_value_and_why(monkeypatch, filled, tmp_path):
    row = filled.audit_rows(AuditFilter(action="person changed"))[0]
    app = show(monkeypatch, tmp_path, "audit", row=str(row.seq))
    told = words(app)
    assert "took the course" in told
    assert '"role": "reviewer"' in told
    assert '"role": "adjudicator"' in told
    table = app.dataframe[0].value.set_index("seq")
    assert table.loc[row.seq, "change"] == "role: reviewer → adjudicator"
    assert "This row is not in the log" in words(show(monkeypatch, tmp_path, "audit", row="99999"))


def row(**changes: object) -> AuditRow:
    """A row of the log."""
    values = {"seq": 1, "at": "2026-11-23T12:00:00.000000+00:00", "who": "ada", "action": "reviewed", "subject": "x",
              "old": None, "new": None, "why": "", "mode": "local", "previous": "0" * 64, "mac": "1" * 64}  # fmt: skip
    return AuditRow(**{**values, **changes})


def cells(sheet: bytes) -> list[list[str]]:
    """The rows of an exported log, as a spreadsheet reads them."""
    return list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))


def test_an_export_holds_every_column_of_the_log(logged):
    head, told = cells(
        logged.spreadsheet([row(old={"role": "lead"}, new={"role": "viewer"}, why="left, “really”\nyes")])
    )
    assert head == [
        "row",
        "time (UTC)",
        "who",
        "what",
        "about",
        "old value",
        "new value",
        "why",
        "mode",
        "previous",
        "mac",
    ]
    assert told == ["1", "2026-11-23T12:00:00.000000+00:00", "ada", "reviewed", "x", '{"role": "lead"}',
                    '{"role": "viewer"}', "left, “really”\nyes", "local", "0" * 64, "1" * 64]  # fmt: skip


@given(
    st.text(max_size=60),
    st.recursive(st.none() | st.integers() | st.text(max_size=20), lambda one: st.lists(one, max_size=3)),
)
def test_no_cell_of_an_export_is_a_formula(text, value):
    import sys

    sys.path.insert(0, str(DASHBOARDS))
    try:
        logged = importlib.import_module("logged")
    finally:
        sys.path.remove(str(DASHBOARDS))
    (told,) = cells(logged.spreadsheet([row(who=text, subject=f"={text}", why=f"@{text}", new=value, old=f"+{text}")]))[
        1:
    ]
    assert len(told) == 11
    for cell in told:
        assert not re.match(r"[\s\x00-\x1f​-‏⁠﻿]*[=+\-@＝＋－＠]|[\t\r]", cell), cell


def test_what_people_wrote_is_neither_html_nor_markdown_on_these_pages(monkeypatch, tmp_path):
    write(tmp_path)
    store = open_store(reports=tmp_path)
    name = "<b>Eve</b> ![x](https://evil.example/a.png) :red[x] =1+1"
    store.add_reviewer(Reviewer(id="eve", name=name, role="lead"), by="eve", why=f"{name} <script>alert(1)</script>")
    store.sign_passage("P19", "eve", text_digest("another text"), confirmed=name)
    for page in PAGES:
        app = show(monkeypatch, tmp_path, page, person="eve", run=RUN, passage="P19", row="1")
        soup = BeautifulSoup(html(app), "html.parser")
        assert not soup.find_all(["script", "img", "a", "iframe"])
        assert page == "agreement" or "<b>Eve</b>" in soup.get_text()
        assert not [tag for tag in soup.find_all("b") if "Eve" in tag.get_text()]
        read = [
            *app.title,
            *app.header,
            *app.subheader,
            *app.caption,
            *app.warning,
            *app.info,
            *app.error,
            *app.success,
        ]
        labels = [one.label for one in (*app.text_input, *app.button, *app.selectbox)]
        for text in [*(str(one.value) for one in read), *labels]:
            assert not re.search(r"(?<!\\)(?:<script|<b>|!\[x|:red)", text), text


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [(None, None, ""), (None, "csv", "csv"), ({"role": "a", "name": "x"}, {"role": "b", "name": "x"}, "role: a → b"),
     (None, {"table": "reviews", "row": {"content": {"ratings": {"accuracy": "5", "harm": "none"}}}}, "accuracy: 5; harm: none"),
     (None, {"table": "signatures", "row": {"name": "Ada", "meaning": "approved"}}, "name: Ada; meaning: approved"),
     (None, {"plan": {"count": 3}}, 'plan: {"count": 3}'), ([1], [2], "[1] → [2]")],
)  # fmt: skip
def test_a_change_is_told_in_few_words(logged, old, new, told):
    assert logged.change(row(old=old, new=new)) == told


LEAVES = st.none() | st.booleans() | st.text(max_size=9)
VALUES = st.recursive(
    LEAVES, lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3), max_leaves=6
)


@given(VALUES)
def test_any_value_of_the_log_can_be_shown(value):
    import sys

    sys.path.insert(0, str(DASHBOARDS))
    try:
        logged = importlib.import_module("logged")
    finally:
        sys.path.remove(str(DASHBOARDS))
    assert len(logged.change(row(new=value))) <= 302
    if value is not None:
        assert json.loads(logged.whole(value)) == value
