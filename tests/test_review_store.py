"""The review store on SQLite and PostgreSQL: blind, on the record, nothing overwritten, nobody beyond their role."""

import json
import subprocess
import sys
import threading
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from evals.errors import UserError
from evals.review import (
    Conflict,
    Content,
    Draft,
    Mark,
    RefusedError,
    Review,
    Reviewer,
    Session,
    open_store,
    text_digest,
)
from evals.review.tables import APPEND_ONLY, METADATA
from tests.cases import ROOT
from tests.review_databases import (  # noqa: F401  (fixtures)
    audit_key_of_the_test,
    each_engine,
    postgres_database,
    postgres_server,
)
from tests.review_run import SECRETS, make_run, plan, review, staffed, submit_all

RUN = make_run()


@pytest.fixture(name="store")
def _store(url):
    store = staffed(url)
    yield store
    store.close()


@pytest.fixture(name="busy")
def _busy(store):
    store.assign(RUN, plan(12), by="lea")
    return store


def first(store, person="bea"):
    return store.blind_item(store.queue(person)[0].assignment_id, person)


# --- the tables ------------------------------------------------------------------------------------------------------


def test_the_migrations_make_exactly_the_tables_that_the_code_reads(store, url):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    engine.dispose()


def test_a_store_opens_again_with_what_it_held(store, url):
    assert [person.id for person in open_store(url).reviewers()] == [p.id for p in store.reviewers()]


def test_several_processes_may_make_the_store_at_once(url, tmp_path):
    code = f"from evals.review import open_store; print(len(open_store({url!r}).reviewers()))"
    started = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate(timeout=120)[0].strip() for process in started] == [b"0"] * 3


def test_a_store_of_a_newer_version_is_refused_in_words(store, url):
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    engine.dispose()
    with pytest.raises(UserError, match="another version"):
        open_store(url)


@pytest.mark.parametrize("address", ["mysql://x/y", "nonsense", "sqlite:////proc/none/reviews.sqlite3"])
def test_a_database_that_cannot_be_is_refused_in_words(address):
    with pytest.raises(UserError):
        open_store(address)


def test_a_password_is_not_told_when_the_database_cannot_be_reached():
    with pytest.raises(UserError) as told:
        open_store("postgresql://ann:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize("change", ["UPDATE {} SET id = 'x'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_what_is_on_record(busy, url, change):
    store = busy
    item = first(store)
    store.submit(item.assignment_id, "bea", 0, review(item))
    store.sign_passage("P1", "ada", text_digest("words"), confirmed="Ada Adjudicator")
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    for table in ("reviews", "signatures", "audit"):
        sql = (
            change.format(table)
            .replace("SET id", "SET seq" if table == "audit" else "SET id")
            .replace("'x'", "7000" if table == "audit" else "'x'")
        )
        with engine.connect() as connection, pytest.raises(DBAPIError, match="never changed or removed"):
            connection.execute(text(sql))
    engine.dispose()


def test_postgresql_refuses_to_empty_the_record(postgres_url):
    staffed(postgres_url)
    engine = create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    for table in APPEND_ONLY:
        with engine.connect() as connection, pytest.raises(DBAPIError, match="never changed or removed"):
            connection.execute(text(f"TRUNCATE {table} CASCADE"))
    engine.dispose()


# --- who may do what -------------------------------------------------------------------------------------------------


def test_the_first_person_is_a_lead_and_only_leads_add_others(url):
    store = open_store(url)
    with pytest.raises(UserError, match="a lead"):
        store.add_reviewer(Reviewer(id="ben", name="Ben"), by="ben")
    store.add_reviewer(Reviewer(id="lea", name="Lea", role="lead"), by="lea")
    store.add_reviewer(Reviewer(id="ben", name="Ben"), by="lea")
    with pytest.raises(RefusedError, match="may not"):
        store.add_reviewer(Reviewer(id="eve", name="Eve", role="lead"), by="ben")
    with pytest.raises(RefusedError, match="not an active person"):
        store.add_reviewer(Reviewer(id="eve", name="Eve", role="lead"), by="eve")
    with pytest.raises(UserError, match="last active lead"):
        store.add_reviewer(Reviewer(id="lea", name="Lea", role="viewer"), by="lea")


BAD_PEOPLE = [
    Reviewer(id="two words", name="x"), Reviewer(id="operator:root", name="x"), Reviewer(id="", name="x"),
    Reviewer(id="x", name="  "), Reviewer(id="x", name="a\u202eb"), Reviewer(id="x", name="a\x00b"),
    Reviewer(id="x", name="x" * 400), Reviewer(id="x", name="x", expertise=("brest",)),
]  # fmt: skip


@pytest.mark.parametrize("person", BAD_PEOPLE, ids=range(len(BAD_PEOPLE)))
def test_a_person_without_a_usable_name_or_disease_is_refused(store, person):
    with pytest.raises(UserError):
        store.add_reviewer(person, by="lea")


ACTS = [
    ("vic", lambda s: s.queue("vic")),
    ("vic", lambda s: s.adjudication_queue("vic")),
    ("ben", lambda s: s.adjudication_queue("ben")),
    ("ben", lambda s: s.sign_passage("P1", "ben", text_digest("x"), confirmed="Ben Breast")),
    ("ben", lambda s: s.assign(RUN, plan(3), by="ben")),
    ("ada", lambda s: s.assign(RUN, plan(3), by="ada")),
    ("ben", lambda s: s.export_rows(by="ben")),
    ("ada", lambda s: s.import_rows([], by="ada")),
    ("nobody", lambda s: s.queue("nobody")),
    ("operator:root", lambda s: s.assign(RUN, plan(3), by="operator:root")),
    ("ada", lambda s: s.lock("x", by="ada", why="so")),
]


@pytest.mark.parametrize(("who", "act"), ACTS, ids=[f"{n}-{who}" for n, (who, _) in enumerate(ACTS)])
def test_nobody_goes_beyond_their_role(store, who, act):
    with pytest.raises(RefusedError):
        act(store)


def test_a_person_made_inactive_may_do_nothing_more(busy):
    item = first(busy)
    busy.add_reviewer(replace(busy.reviewers()[[p.id for p in busy.reviewers()].index("bea")], active=False), by="lea")
    assert busy.role_of("bea") is None
    with pytest.raises(RefusedError):
        busy.save_draft(item.assignment_id, "bea", 0, {})
    with pytest.raises(RefusedError):
        busy.submit(item.assignment_id, "bea", 0, review(item))


def test_an_idle_session_is_refused_and_an_active_one_goes_on():
    start = datetime(2026, 11, 23, tzinfo=UTC)
    session = Session(reviewer="bea", last_active=start)
    later = session.renewed(start + timedelta(minutes=29))
    assert later.renewed(start + timedelta(minutes=58)).last_active == start + timedelta(minutes=58)
    with pytest.raises(RefusedError, match="idle"):
        session.renewed(start + timedelta(minutes=31))


# --- blind -----------------------------------------------------------------------------------------------------------


def test_a_reviewer_sees_no_model_prompt_score_finding_or_run(busy):
    for entry in busy.queue("bea"):
        shown = json.dumps(asdict(busy.blind_item(entry.assignment_id, "bea")), default=str)
        assert not [secret for secret in SECRETS if secret in shown]
        assert "Q0" not in shown
    assert not [secret for secret in SECRETS if secret in json.dumps([asdict(e) for e in busy.queue("bea")])]


def test_an_assignment_of_someone_else_is_as_unknown_as_one_that_does_not_exist(busy):
    foreign = busy.queue("sol")[0].assignment_id
    told = []
    for one in (foreign, "no-such-assignment"):
        with pytest.raises(RefusedError) as error:
            busy.blind_item(one, "bea")
        told.append(str(error.value))
    assert told[0] == told[1]


def test_scores_of_an_item_stay_hidden_until_its_review_and_its_hidden_repeat_are_in(busy):
    owed = busy.owed("bea")
    assert owed.keys
    for run_id, question, repeat in owed.keys:
        assert owed.covers(run_id, question, repeat, "")
        item = next(i for i in RUN.items if i.answer.question_id == question)
        # The same text in another run has the same scores.
        assert owed.covers("another run", question, repeat, item.answer.text)
    assert not owed.covers("another run", "Q999", 0, "another text")
    submit_all(busy, "bea")
    assert not busy.owed("bea").keys


def test_who_may_adjudicate_owes_what_waits_for_adjudication(busy):
    submit_all(busy, "ada")
    submit_all(busy, "lea")
    submit_all(busy, "bea")
    submit_all(busy, "ben", would_show="no", harm="severe")
    submit_all(busy, "sol", would_show="no", harm="severe")
    waiting = {one.token for one in busy.adjudication_queue("ada")}
    assert waiting
    assert len(busy.owed("ada").keys) == len(waiting)


# --- drafts ----------------------------------------------------------------------------------------------------------


def test_a_draft_comes_back_as_it_was_typed(busy):
    item = first(busy)
    typed = Content(
        ratings={"accuracy": "3"}, rationales={"accuracy": "سلام 🙂 <script>alert(1)</script> \x00 \ud83d"},
        marks=(Mark(start=0, end=5, code="E08", remark="=1+1"),), cannot_judge=("tone",), missing=("m1",), flag="look",
    )  # fmt: skip
    assert busy.save_draft(item.assignment_id, "bea", 0, typed) == 1
    back = busy.blind_item(item.assignment_id, "bea")
    assert back.draft.content == typed
    assert (back.state, back.draft.version) == ("drafted", 1)
    assert busy.save_draft(item.assignment_id, "bea", 1, typed) == 1  # nothing new, nothing written


def test_two_tabs_overwrite_nothing_and_what_the_stale_one_sent_is_kept(busy):
    item = first(busy)
    one, other = {"flag": "from tab one"}, {"flag": "from tab two"}
    assert busy.save_draft(item.assignment_id, "bea", 0, one, tab="t1") == 1
    conflict = busy.save_draft(item.assignment_id, "bea", 0, other, tab="t2")
    assert isinstance(conflict, Conflict)
    assert (conflict.version, conflict.content.flag) == (1, "from tab one")
    busy.save_draft(item.assignment_id, "bea", 0, {"flag": "from tab two, more"}, tab="t2")
    busy.save_draft(item.assignment_id, "bea", 0, {"flag": "from tab three"}, tab="t3")
    assert [d.content.flag for d in busy.asides(item.assignment_id, "bea")] == ["from tab two, more", "from tab three"]
    assert busy.blind_item(item.assignment_id, "bea").draft.content.flag == "from tab one"


def test_undo_goes_back_step_by_step_and_never_loses_a_version(busy):
    item = first(busy)
    for version, words in enumerate(("a", "ab", "abc")):
        busy.save_draft(item.assignment_id, "bea", version, {"flag": words})
    back = busy.undo_draft(item.assignment_id, "bea", 3)
    assert isinstance(back, Draft)
    assert (back.content.flag, back.version, back.can_undo) == ("ab", 4, True)
    further = busy.undo_draft(item.assignment_id, "bea", 4)
    assert isinstance(further, Draft)
    assert (further.content.flag, further.can_undo) == ("a", False)
    with pytest.raises(UserError, match="no earlier version"):
        busy.undo_draft(item.assignment_id, "bea", 5)
    assert isinstance(busy.undo_draft(item.assignment_id, "bea", 3), Conflict)


BAD_CONTENT = [
    {"ratings": {"accuracy": "6"}}, {"ratings": {"acuracy": "5"}}, {"claims": {"c9": {"label": "supported"}}},
    {"claims": {"c1": {"label": "suported"}}}, {"missing": ["m9"]}, {"marks": [{"start": 0, "end": 9999}]},
    {"marks": [{"start": 5}]}, {"marks": [{"code": "E99"}]}, {"nonsense": 1}, {"seconds": -1},
    {"seconds": float("nan")}, {"flag": "x" * 30_000}, {"cannot_judge": ["nothing"]},
]  # fmt: skip


@pytest.mark.parametrize("content", BAD_CONTENT, ids=range(len(BAD_CONTENT)))
def test_what_the_rubric_does_not_know_is_refused_and_the_draft_stays(busy, content):
    item = first(busy)
    busy.save_draft(item.assignment_id, "bea", 0, {"flag": "kept"})
    with pytest.raises(UserError):
        busy.save_draft(item.assignment_id, "bea", 1, content)
    assert busy.blind_item(item.assignment_id, "bea").draft.content.flag == "kept"


def test_people_who_save_at_once_all_keep_their_own(busy):
    people = ("bea", "sol", "lea")
    items = {person: first(busy, person).assignment_id for person in people}
    problems: list[BaseException] = []

    def type_on(person: str) -> None:
        try:
            for version in range(8):
                assert busy.save_draft(items[person], person, version, {"flag": f"{person} {version}"}) == version + 1
        except BaseException as error:  # noqa: BLE001  (told to the test, which fails)
            problems.append(error)

    threads = [threading.Thread(target=type_on, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert [busy.blind_item(items[p], p).draft.content.flag for p in people] == [f"{p} 7" for p in people]


WORKER = """
import sys
from evals.review import open_store
store = open_store(sys.argv[1])
version = 0
while True:
    version = store.save_draft(sys.argv[2], "bea", version, {"flag": f"typed {version}"})
    print(version, flush=True)
"""


def test_nothing_that_was_saved_is_missing_after_a_kill(busy, url):
    one = first(busy).assignment_id
    worker = subprocess.Popen([sys.executable, "-c", WORKER, url, one], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    told = [int(worker.stdout.readline()) for _ in range(5)]
    worker.kill()
    told += [int(line) for line in worker.communicate()[0].split()]
    draft = busy.blind_item(one, "bea").draft
    assert draft.version >= told[-1]
    assert draft.content.flag == f"typed {draft.version - 1}"
    assert busy.verify_audit().whole


# --- submission ------------------------------------------------------------------------------------------------------


def test_a_review_with_something_open_is_not_taken_and_says_what(busy):
    item = first(busy)
    with pytest.raises(UserError, match="still open"):
        busy.submit(item.assignment_id, "bea", 0, {"ratings": {"accuracy": "5"}})
    half = replace(review(item), claims={})
    assert [one for one in busy.open_questions(item, half) if one.startswith("claim")]
    assert not busy.open_questions(item, Content(outside_expertise=True))
    no_harm = replace(review(item), ratings={k: v for k, v in review(item).ratings.items() if k != "harm_likelihood"})
    assert not busy.open_questions(item, no_harm)  # no harm, no likelihood of it


def test_a_submitted_review_is_signed_and_cannot_be_changed_by_anybody(busy):
    item = first(busy)
    done = busy.submit(item.assignment_id, "bea", 0, review(item))
    assert isinstance(done, Review)
    assert (done.name, done.meaning, done.mode) == ("Bea Breast", "reviewed", "local")
    assert done.at.endswith("+00:00")
    for act in (
        lambda: busy.submit(item.assignment_id, "bea", 0, review(item, accuracy="1")),
        lambda: busy.save_draft(item.assignment_id, "bea", 0, {}),
        lambda: busy.undo_draft(item.assignment_id, "bea", 0),
    ):
        with pytest.raises(RefusedError, match="cannot be changed"):
            act()
    assert busy.reviews() == (done,)


def test_a_stale_tab_cannot_submit_over_a_newer_draft(busy):
    item = first(busy)
    busy.save_draft(item.assignment_id, "bea", 0, {"flag": "newer"})
    assert isinstance(busy.submit(item.assignment_id, "bea", 0, review(item)), Conflict)
    assert not busy.reviews()


def test_reviews_made_in_shared_mode_say_so(url):
    store = staffed(url, mode="shared")
    store.assign(RUN, plan(6), by="lea")
    item = first(store, "lea")
    done = store.submit(item.assignment_id, "lea", 0, review(item))
    assert isinstance(done, Review)
    assert done.mode == "shared"


def test_what_is_outside_someones_expertise_goes_to_another_who_knows_it(busy):
    item = first(busy)
    state = next(s for s in busy.item_states() if "bea" in s.reviewers and s.state == "assigned")
    mine = next(
        e.assignment_id for e in busy.queue("bea")
        if busy.blind_item(e.assignment_id, "bea").shown.question == RUN.questions[state.question_id].text
    )  # fmt: skip
    assert item.state == "open"
    before = state.reviewers
    busy.submit(mine, "bea", 0, Content(outside_expertise=True))
    after = next(s for s in busy.item_states() if s.item_id == state.item_id)
    passed_on = [row for row in busy.audit_rows() if row.action in ("passed on", "nobody to pass on to")]
    assert len(passed_on) == 1
    assert (len(after.reviewers) > len(before)) == (passed_on[0].action == "passed on")


# --- adjudication ----------------------------------------------------------------------------------------------------


def disputed(store):
    for person in ("lea", "ada", "bea"):
        submit_all(store, person)
    for person in ("ben", "sol"):
        submit_all(store, person, would_show="no", harm="severe", accuracy="1")
    return store.adjudication_queue("ada") or store.adjudication_queue("lea")


def test_two_who_differ_get_a_third_judgement_that_adds_and_never_overwrites(busy):
    waiting = disputed(busy)
    judge = "ada" if busy.adjudication_queue("ada") else "lea"
    before = busy.reviews()
    item = busy.open_adjudication(waiting[0].token, judge)
    assert {side.label for side in item.sides} == {"A", "B"}
    shown = json.dumps(asdict(item), default=str)
    assert not [name for name in ("bea", "ben", "sol", "Breast", "Solid") if f'"{name}' in shown]
    assert not [secret for secret in SECRETS if secret in shown]
    content = replace(item.sides[0].content, seconds=10.0)
    with pytest.raises(UserError, match="no reason"):
        busy.adjudicate(item.assignment_id, judge, 0, content, "")
    done = busy.adjudicate(item.assignment_id, judge, 0, content, "the passage says so")
    assert isinstance(done, Review)
    assert (done.meaning, done.why) == ("adjudicated", "the passage says so")
    assert busy.reviews()[: len(before)] == before
    state = next(s for s in busy.item_states() if s.item_id == done.item_id)
    assert state.state == "adjudicated"
    assert waiting[0].token not in {one.token for one in busy.adjudication_queue(judge)}


def test_nobody_adjudicates_an_item_they_reviewed(busy):
    disputed(busy)
    for state in busy.item_states():
        for judge in ("ada", "lea"):
            if judge in state.reviewers:
                with pytest.raises(RefusedError):
                    busy.open_adjudication(state.token, judge)


def test_a_decided_item_can_be_locked_and_reopened_with_a_reason_only(busy):
    waiting = disputed(busy)
    judge = "ada" if busy.adjudication_queue("ada") else "lea"
    item = busy.open_adjudication(waiting[0].token, judge)
    done = busy.adjudicate(item.assignment_id, judge, 0, item.sides[0].content, "so")
    assert isinstance(done, Review)
    busy.lock(done.item_id, by="lea", why="closed")

    def state():
        return next(s for s in busy.item_states() if s.item_id == done.item_id)

    assert state().state == "locked"
    with pytest.raises(UserError, match="no reason"):
        busy.reopen(done.item_id, by="lea", why=" ")
    busy.reopen(done.item_id, by="lea", why="the guideline changed")
    assert (state().state, state().reopened) == ("disagreement", True)
    again = busy.open_adjudication(waiting[0].token, judge)
    assert again.assignment_id != item.assignment_id
    busy.adjudicate(again.assignment_id, judge, 0, again.sides[1].content, "so now")
    assert state().state == "adjudicated"
    assert len([r for r in busy.reviews() if r.meaning == "adjudicated"]) == 2


# --- signatures ------------------------------------------------------------------------------------------------------


def test_a_signature_names_the_signer_and_the_text_and_wants_the_name_typed_again(store):
    digest = text_digest("A fever of 100.4 °F is an emergency.")
    with pytest.raises(RefusedError, match="printed name"):
        store.sign_passage("P1", "ada", digest, confirmed="Ada")
    signed = store.sign_passage("P1", "ada", digest, confirmed="ada  adjudicator")
    assert (signed.name, signed.meaning, signed.digest) == ("Ada Adjudicator", "approved", digest)
    assert store.signatures("P1") == (signed,)
    assert store.signatures("P2") == ()
    with pytest.raises(UserError, match="already"):
        store.sign_passage("P1", "ada", digest, confirmed="Ada Adjudicator")
    with pytest.raises(UserError, match="digest"):
        store.sign_passage("P1", "lea", "x", confirmed="Lea Lead")
