"""The audit log: whatever is edited, removed, reordered or cut is found; the key stays outside the database."""

import os
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from evals.errors import UserError
from evals.review import Reviewer, open_store, text_digest
from evals.review.audit import AuditFilter
from evals.review.tables import APPEND_ONLY
from tests.review_databases import (  # noqa: F401  (fixtures)
    audit_key_of_the_test,
    each_engine,
    postgres_database,
    postgres_server,
)
from tests.review_run import make_run, plan, review, staffed

RUN = make_run()


@pytest.fixture(name="store")
def _store(url):
    store = staffed(url)
    store.assign(RUN, plan(4), by="lea")
    entry = store.queue("lea")[0] if store.queue("lea") else store.queue("bea")[0]
    person = "lea" if store.queue("lea") else "bea"
    item = store.blind_item(entry.assignment_id, person)
    store.submit(entry.assignment_id, person, 0, review(item))
    store.sign_passage("P1", "ada", text_digest("words"), confirmed="Ada Adjudicator")
    return store


def meddle(url: str, *statements: str) -> None:
    """What someone with the database's password and no audit key can do: take the guards off and write."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for table in APPEND_ONLY:
            if engine.dialect.name == "sqlite":
                for action in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{action}"))
            else:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


MEDDLING = {
    "an edited who": (["UPDATE audit SET who = 'eve' WHERE seq = 3"], "row 3 was edited"),
    "an edited time": (["UPDATE audit SET at = '2020' WHERE seq = 2"], "row 2 was edited"),
    "an edited new value": (["UPDATE audit SET new = '{}' WHERE seq = 4"], "row 4 was edited"),
    "an edited reason": (["UPDATE audit SET why = 'because' WHERE seq = 1"], "row 1 was edited"),
    "a removed row": (["DELETE FROM audit WHERE seq = 3"], "row 3 is missing"),
    "removed rows": (["DELETE FROM audit WHERE seq IN (3, 4)"], "rows 3 to 4 are missing"),
    "the first row removed": (["DELETE FROM audit WHERE seq = 1"], "row 1 is missing"),
    "removed and renumbered": (
        ["DELETE FROM audit WHERE seq = 3"] + [f"UPDATE audit SET seq = {n} WHERE seq = {n + 1}" for n in range(3, 10)],  # noqa: S608  (made here)
        "does not follow",
    ),
    "reordered": (
        ["UPDATE audit SET seq = 99 WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 4", "UPDATE audit SET seq = 4 WHERE seq = 99"],
        "does not follow",
    ),
    "cut at the end": (["DELETE FROM audit WHERE seq > 8"], "cut"),
    "cut with the head set back": (
        ["DELETE FROM audit WHERE seq > 8", "UPDATE audit_head SET seq = 8, mac = (SELECT mac FROM audit WHERE seq = 8)"],
        "head of the log was edited",
    ),
    "the head removed": (["DELETE FROM audit_head"], "head of the log was removed"),
    "all of it removed": (["DELETE FROM audit", "DELETE FROM audit_head"], "knows row"),
    "a row put in": (
        ["INSERT INTO audit SELECT 99, at, who, action, subject, old, new, why, mode, mac, mac FROM audit WHERE seq = 1"],
        "missing",
    ),
    "an edited review": (["UPDATE reviews SET content = '{}'"], "is not as the log has it"),
    "a review in another name": (["UPDATE reviews SET name = 'Eve'"], "is not as the log has it"),
    "a removed review": (["DELETE FROM reviews"], "was removed"),
    "a removed signature": (["DELETE FROM signatures"], "was removed"),
    "a forged signature": (
        ["INSERT INTO signatures SELECT 'x', 'P2', digest, reviewer, name, meaning, mode, at FROM signatures"],
        "is not in the log",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "told"), MEDDLING.values(), ids=MEDDLING)
def test_meddling_with_the_database_is_found(store, url, statements, told):
    assert store.verify_audit().whole
    meddle(url, *statements)
    report = store.verify_audit()
    assert not report.whole
    assert told in "\n".join(report.problems)


def test_a_log_cut_back_to_an_older_copy_is_found_by_the_note_beside_the_key(tmp_path, audit_key):
    url = f"sqlite:///{tmp_path / 'r.sqlite3'}"
    store = staffed(url)
    older = tmp_path / "older.sqlite3"
    with sqlite3.connect(tmp_path / "r.sqlite3") as source, sqlite3.connect(older) as target:
        source.backup(target)
    store.sign_passage("P1", "ada", text_digest("words"), confirmed="Ada Adjudicator")
    opened = open_store(f"sqlite:///{older}")
    assert "the note beside the key" in opened.verify_audit().problems[0]
    # Going on does not bury it.
    for name in ("one", "two", "three"):
        opened.add_reviewer(Reviewer(id=name, name=name), by="lea")
    assert "the note beside the key" in opened.verify_audit().problems[0]


def test_a_log_cut_back_is_found_by_the_head_in_an_export(store, url, monkeypatch):
    head = store.export_rows(by="lea")[0]["audit"]
    assert store.verify_audit([(head["seq"], head["mac"])]).whole
    report = store.verify_audit([(head["seq"], "0" * 64), (head["seq"] + 500, head["mac"])])
    assert len(report.problems) == 2


def test_every_act_is_on_record_with_old_and_new_value_and_reason(store):
    bea = next(person for person in store.reviewers() if person.id == "bea")
    store.add_reviewer(replace(bea, role="adjudicator"), by="lea", why="took the course")
    last = store.audit_rows()[-1]
    assert (last.who, last.action, last.subject, last.why) == ("lea", "person changed", "bea", "took the course")
    assert (last.old["role"], last.new["role"]) == ("reviewer", "adjudicator")
    actions = {row.action for row in store.audit_rows()}
    assert {"person added", "assigned", "reviewed", "passage signed"} <= actions


def test_the_log_is_filtered_by_person_act_subject_and_time(store):
    rows = store.audit_rows()
    assert {row.who for row in store.audit_rows(AuditFilter(who="ada"))} == {"ada"}
    assert {row.action for row in store.audit_rows(AuditFilter(action="person added"))} == {"person added"}
    assert [row.subject for row in store.audit_rows(AuditFilter(subject="P1"))] == ["P1"]
    since = store.audit_rows(AuditFilter(since=rows[3].at, until=rows[5].at))
    assert [row.seq for row in since] == [4, 5]


def test_what_fails_leaves_nothing_behind(store):
    before = store.audit_rows()
    with pytest.raises(UserError):
        store.add_reviewer(Reviewer(id="lea", name="L"), by="lea")
    assert store.audit_rows() == before
    assert store.role_of("lea") == "lead"


# --- the key ---------------------------------------------------------------------------------------------------------


def test_the_key_file_is_made_for_its_owner_alone_and_its_content_is_nowhere_in_the_database(tmp_path, audit_key):
    staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}").close()
    assert audit_key.stat().st_mode & 0o777 == 0o600
    secret = audit_key.read_bytes().strip()
    for path in tmp_path.glob("r.sqlite3*"):
        assert secret not in path.read_bytes()


def test_a_key_that_others_may_read_is_refused(tmp_path, audit_key):
    url = f"sqlite:///{tmp_path / 'r.sqlite3'}"
    staffed(url).close()
    audit_key.chmod(0o644)
    with pytest.raises(UserError, match="chmod 600"):
        open_store(url)


def test_another_key_than_the_stores_is_refused_instead_of_starting_a_second_chain(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'r.sqlite3'}"
    staffed(url).close()
    monkeypatch.setenv("EVALS_AUDIT_KEY", "k" * 40)
    with pytest.raises(UserError, match="not the key of this store"):
        open_store(url)


def test_a_key_from_the_environment_works_and_a_short_one_does_not(tmp_path, monkeypatch):
    monkeypatch.setenv("EVALS_AUDIT_KEY", "k" * 31)
    url = f"sqlite:///{tmp_path / 'r.sqlite3'}"
    with pytest.raises(UserError, match="at least 32"):
        open_store(url)
    monkeypatch.setenv("EVALS_AUDIT_KEY", "k" * 40)
    monkeypatch.setenv("EVALS_AUDIT_HEAD", str(tmp_path / "head"))
    assert staffed(url).verify_audit().whole
    assert (tmp_path / "head").exists()


@pytest.mark.skipif(os.name != "posix", reason="modes are for POSIX")
def test_a_key_folder_that_cannot_be_made_is_told_in_words(tmp_path, monkeypatch):
    monkeypatch.setenv("EVALS_AUDIT_KEY_FILE", "/proc/none/audit.key")
    with pytest.raises(UserError, match="audit key"):
        open_store(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    assert not Path("/proc/none").exists()
