"""Reviews out of one store and into another, and the commands of the clinicians' side."""

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evals.cli.review_options import reports_of
from evals.errors import UserError
from evals.review import Mark, open_store, text_digest
from evals.store import write_json, write_run
from evals.tables import Row, read_rows
from tests.cases import ROOT
from tests.review_databases import (  # noqa: F401  (fixtures)
    audit_key_of_the_test,
    each_engine,
    postgres_database,
    postgres_server,
)
from tests.review_run import make_run, plan, review, staffed, submit_all

NASTY = "=HYPERLINK(\"http://x\") <script>alert(1)</script>\r\n+1 \x00 \u202e 'quoted'"


@pytest.fixture(name="full")
def _full(url):
    store = staffed(url)
    store.assign(make_run(), plan(8), by="lea")
    for person in ("lea", "ada", "ben", "bea"):
        submit_all(store, person)
    for entry in store.queue("sol"):
        item = store.blind_item(entry.assignment_id, "sol")
        content = replace(
            review(item, would_show="no"), rationales={"accuracy": NASTY}, flag=NASTY,
            marks=(Mark(start=0, end=5, code="E08", remark=NASTY),),
        )  # fmt: skip
        store.submit(entry.assignment_id, "sol", 0, content)
    store.sign_passage("P1", "ada", text_digest("words"), confirmed="Ada Adjudicator")
    return store


def rows_of(exported) -> list[Row]:
    return [Row(f"line {n}", json.loads(json.dumps(row))) for n, row in enumerate(exported)]


def csv_rows(text: str) -> list[Row]:
    return [Row(f"row {n}", dict(row)) for n, row in enumerate(csv.DictReader(io.StringIO(text, newline="")))]


def test_an_export_taken_by_an_empty_store_gives_the_same_store(full, tmp_path):
    exported = full.export_rows(by="lea")
    other = open_store(f"sqlite:///{tmp_path / 'other.sqlite3'}", operator=True)
    added = other.import_rows(rows_of(exported), by="operator:test")
    assert added["reviews"] == len(full.reviews()) > 0
    assert other.reviews() == full.reviews()
    assert other.signatures() == full.signatures()
    assert other.item_states() == full.item_states()
    assert other.agreement_tables() == full.agreement_tables()
    assert other.export_rows(by="operator:test")[1:] == exported[1:]
    assert other.verify_audit().whole
    assert set(other.import_rows(rows_of(exported), by="operator:test").values()) == {0}


def test_a_row_that_differs_stops_the_whole_import(full, tmp_path):
    exported = rows_of(full.export_rows(by="lea"))
    other = open_store(f"sqlite:///{tmp_path / 'other.sqlite3'}", operator=True)
    other.import_rows(exported, by="operator:test")
    before = other.audit_rows()
    changed = [Row(r.where, {**r.values, "name": "Eve"}) if r.values["kind"] == "reviews" else r for r in exported]
    with pytest.raises(UserError, match="differs"):
        other.import_rows(changed, by="operator:test")
    assert other.audit_rows() == before


BROKEN = {
    "another file": (lambda rows: rows[1:], "not an export"),
    "empty": (lambda rows: [], "not an export"),
    "an unknown kind": (lambda rows: [*rows, Row("line x", {"kind": "nonsense"})], "unknown kind"),
    "an unknown field": (lambda rows: [*rows, Row("line x", {**rows[1].values, "extra": 1})], "unknown field"),
    "a missing field": (lambda rows: [*rows, Row("line x", {"kind": "people", "id": "new"})], "people.name"),
    "a field of another kind": (
        lambda rows: [*rows, Row("line x", {**rows[1].values, "id": "new", "name": 5})],
        "a str",
    ),
}


@pytest.mark.parametrize(("break_it", "told"), BROKEN.values(), ids=BROKEN)
def test_a_file_that_is_no_export_is_refused_and_nothing_is_taken(tmp_path, break_it, told):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    exported = rows_of(store.export_rows(by="lea"))
    other = open_store(f"sqlite:///{tmp_path / 'other.sqlite3'}", operator=True)
    with pytest.raises(UserError, match=told):
        other.import_rows(break_it(exported), by="operator:test")
    assert not other.reviewers()


def test_a_spreadsheet_opens_safely_and_comes_back_whole(full, tmp_path):
    text = full.export_csv(by="lea")
    rows = csv_rows(text)
    assert len(rows) == len(full.reviews())
    for row in rows:
        for name, value in row.values.items():
            assert not value.lstrip().startswith(("=", "+", "@")), name
            assert "\x00" not in value
            assert "\u202e" not in value
    # A store that has the answers and the assignments, but none of the reviews.
    bare = [row for row in rows_of(full.export_rows(by="lea")) if row.values["kind"] != "reviews"]
    other = open_store(f"sqlite:///{tmp_path / 'other.sqlite3'}", operator=True)
    other.import_rows(bare, by="operator:test")
    assert other.import_csv(rows, by="operator:test") == {"reviews": len(rows)}
    assert other.reviews() == full.reviews()
    assert other.export_csv(by="operator:test") == text


def test_a_spreadsheet_that_was_edited_or_has_no_answers_is_refused(full, tmp_path):
    rows = csv_rows(full.export_csv(by="lea"))
    edited = [Row(row.where, {**row.values, "accuracy": "5", "harm": "death"}) for row in rows]
    with pytest.raises(UserError, match="was edited"):
        full.import_csv(edited, by="lea")
    cut = [Row(row.where, {**row.values, "row": str(row.values["row"])[:100]}) for row in rows]
    with pytest.raises(UserError, match="not as it was exported"):
        full.import_csv(cut, by="lea")
    empty = open_store(f"sqlite:///{tmp_path / 'other.sqlite3'}", operator=True)
    with pytest.raises(UserError, match="JSON Lines export first"):
        empty.import_csv(rows, by="operator:test")


# --- the command line ------------------------------------------------------------------------------------------------

START = """
import sys
from evals.cli import app, main, review
if "review" not in [group.name for group in app.registered_groups]:
    review.register(app)
main()
"""


def evals(*arguments, folder: Path, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-c", START, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=400,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160"},
    )  # fmt: skip
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@pytest.fixture(name="project")
def _project(tmp_path) -> Path:
    """A folder with one run."""
    run = make_run(24)
    run = replace(run, folder=tmp_path / "reports/runs/2026-11-01-secret")
    run.folder.mkdir(parents=True)
    write_run(run)
    write_json(run.folder / "manifest.json", {**run.manifest, "status": "finished"})
    return tmp_path


def test_from_the_first_lead_to_a_verified_log_by_command_line_alone(project):
    run = "reports/runs/2026-11-01-secret"
    assert "a lead" in evals("review", "add-reviewer", "ben", folder=project, code=2)
    evals("review", "add-reviewer", "lea", "--name", "Lea Lead", "--role", "lead", folder=project)
    evals("review", "add-reviewer", "ben", "--expertise", "breast", "--expertise", "lung", folder=project)
    assert "Did you mean" in evals("review", "add-reviewer", "x", "--role", "leed", folder=project, code=2)
    told = json.loads(evals("review", "assign", run, "--count", "12", "--seed", "3", "--json", folder=project))
    assert (told["drawn"], told["seed"]) == (12, 3)
    store = open_store(f"sqlite:///{project / 'reports/reviews.sqlite3'}")
    for person in ("lea", "ben"):
        submit_all(store, person)
    store.close()
    assert "submitted" in evals("review", "status", folder=project)
    assert "Accuracy" in evals("review", "agreement", folder=project)
    evals("review", "export", "all.jsonl", folder=project)
    evals("review", "export", "all.csv", folder=project)
    assert "nothing" in evals("review", "import", "all.jsonl", folder=project)
    assert "suffix" in evals("review", "export", "all.txt", folder=project, code=2)
    assert "whole" in evals("audit", "verify", "--export", "all.jsonl", folder=project)
    printed = evals("calibrate", run, folder=project)
    assert "Rates of the whole run" in printed
    written = json.loads((project / "reports/calibration/2026-11-01-secret/calibrate.json").read_text())
    assert written["judged"] == 12
    assert written["audit"][0] > 5


def test_a_log_that_was_changed_ends_the_command_with_one(project):
    evals("review", "add-reviewer", "lea", "--role", "lead", folder=project)
    import sqlite3

    with sqlite3.connect(project / "reports/reviews.sqlite3") as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET who = 'eve'")
    assert "row 1 was edited" in evals("audit", "verify", folder=project, code=1)


def test_what_is_not_there_is_told_in_words(project):
    assert "not a run folder" in evals("review", "assign", "nowhere", folder=project, code=2)
    assert "no submitted reviews" in evals("calibrate", "reports/runs/2026-11-01-secret", folder=project, code=2)
    assert "no such file" in evals("review", "import", "nothing.jsonl", folder=project, code=2)


def test_rows_of_an_export_file_are_read_back_as_they_were(full, tmp_path):
    path = tmp_path / "all.jsonl"
    exported = full.export_rows(by="lea")
    path.write_text("".join(json.dumps(row) + "\n" for row in exported), encoding="utf-8")
    read = [row.values for row in read_rows(path) if isinstance(row, Row)]
    assert read == json.loads(json.dumps(exported))


@pytest.mark.parametrize(
    ("given", "there", "meant"),
    [
        ("reports", "reports/runs/x", "reports"),
        ("reports/runs", "reports/runs/x", "reports"),
        ("runs", "runs/x", ""),
        ("runs", "runs/runs/x", "runs"),
    ],
)
def test_the_folder_that_runs_are_written_to_leads_to_the_reports_around_it(tmp_path, given, there, meant):
    (tmp_path / there).mkdir(parents=True)
    assert reports_of(tmp_path / given) == tmp_path / meant
