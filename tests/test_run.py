"""Runs: same inputs, same result; nothing lost, nothing done twice, nothing left uncounted."""

import datetime
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import datasets as hf_datasets
import pytest

from evals.errors import UserError
from evals.journal import NAME
from evals.plan import prepare
from evals.run import check_same, execute, start
from evals.store import read_manifest, read_run
from evals.suite import ALL_SCORERS, Part, load_suite
from tests.cases import ROOT

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
TABLES = ("answers", "claims", "verdicts", "scores", "findings")


def _suite(**changes):
    return replace(load_suite(ROOT / "datasets/suites/default.yaml"), **changes)


def _run(folder, limit=4, **changes):
    plan = prepare(_suite(**changes), limit=limit)
    return execute(plan, start(plan, folder, NOW, {"limit": limit}), lambda *_: None)


@pytest.fixture(scope="module", name="finished")
def _finished(tmp_path_factory):
    return _run(tmp_path_factory.mktemp("runs"))


def test_reading_a_run_gives_what_was_written(finished):
    again = read_run(finished.folder)
    assert again.items == finished.items
    assert again.questions == finished.questions
    assert again.passages == finished.passages
    assert again.summary == json.loads(json.dumps(finished.summary))


def test_the_same_inputs_give_byte_identical_tables(finished, tmp_path):
    again = _run(tmp_path)
    for table in TABLES:
        assert (again.folder / f"{table}.parquet").read_bytes() == (finished.folder / f"{table}.parquet").read_bytes()


def test_every_planned_question_and_scorer_ends_counted(finished):
    planned = len(finished.manifest["planned"]) * len(ALL_SCORERS)
    assert sum(finished.manifest["counts"].values()) == planned
    for row in finished.summary["scorers"].values():
        assert row["scored"] + row["unscored"] + row["error"] + row["skipped"] == row["planned"]


def test_every_table_opens_with_load_dataset(finished, tmp_path):
    for table in (*TABLES, "questions", "passages"):
        loaded = hf_datasets.load_dataset(str(finished.folder), table, split="train", cache_dir=str(tmp_path))
        assert len(loaded) > 0 or table == "findings"


def test_claims_carry_the_decided_verdict_and_point_into_answer_and_passage(finished):
    for item in finished.items:
        for verdict in item.verdicts:
            if verdict.passage_id:
                assert (
                    0
                    <= verdict.evidence_start
                    < verdict.evidence_end
                    <= len(finished.passages[verdict.passage_id].text)
                )
        for claim in item.claims:
            assert item.answer.text[claim.start : claim.end].strip()


def test_a_finished_run_has_reports_and_no_journal(finished):
    names = {path.name for path in finished.folder.iterdir()}
    assert {"manifest.json", "summary.json", "report.html", "report.md", "README.md"} <= names
    assert not [name for name in names if name.startswith((NAME, "."))]


def test_a_generator_that_fails_on_one_question_leaves_an_error_there_and_goes_on(tmp_path):
    done = _run(tmp_path, limit=12, generator=Part(name="python", settings={"function": "tests.answering:broken"}))
    by_id = {item.answer.question_id: item for item in done.items}
    assert by_id["Q10"].answer.status == "error"
    assert {o.status for o in by_id["Q10"].outcomes} == {"error"}
    assert "no answer today" in by_id["Q10"].outcomes[0].reason
    assert all(item.answer.status == "ok" for key, item in by_id.items() if key != "Q10")
    assert done.manifest["counts"]["error"] == len(ALL_SCORERS)


def test_questions_without_a_recorded_answer_are_skipped_and_counted(tmp_path):
    done = _run(
        tmp_path, limit=8, generator=Part(name="recorded", settings={"path": "datasets/answers/realistic.jsonl"})
    )
    assert done.manifest["counts"]["skipped"] > 0
    assert read_run(done.folder).items == done.items


def test_answers_from_elsewhere_do_not_stand_under_a_prompt_that_did_not_make_them(tmp_path):
    done = _run(tmp_path, limit=1, generator=Part(name="python", settings={"function": "tests.answering:answer"}))
    assert done.manifest["prompt"]["name"] == "no prompt"
    assert done.items[0].answer.prompt is None


def test_texts_an_answer_was_given_are_kept_and_judged_against(tmp_path):
    done = _run(
        tmp_path, limit=1, generator=Part(name="python", settings={"function": "tests.answering:with_contexts"})
    )
    (item,) = done.items
    assert item.answer.passages == ("Q01#0/given-1",)
    given = [v for v in item.verdicts if v.scope == "given"]
    assert [(v.label, v.passage_id) for v in given] == [("supported", "Q01#0/given-1")]
    assert done.passages["Q01#0/given-1"].text.startswith("Pembrolizumab")


def test_resuming_with_changed_inputs_is_refused_and_says_what_changed(tmp_path):
    plan = prepare(_suite(), limit=2)
    folder = start(plan, tmp_path, NOW, {"limit": 2})
    other = prepare(_suite(prompt="patient-answer-v0"), limit=2)
    with pytest.raises(UserError, match="prompt changed"):
        check_same(other, read_manifest(folder))
    check_same(plan, read_manifest(folder))


def test_an_unfinished_run_is_not_read_as_a_finished_one(tmp_path):
    folder = start(prepare(_suite(), limit=1), tmp_path, NOW, {"limit": 1})
    with pytest.raises(UserError, match="--resume"):
        read_run(folder)


def test_the_weaker_prompt_scores_worse_on_every_scorer(tmp_path):
    good = _run(tmp_path / "good", limit=12)
    weak = _run(tmp_path / "weak", limit=12, prompt="patient-answer-v0")
    for scorer in ("readability", "disclaimer"):
        assert weak.summary["scorers"][scorer]["mean"] < good.summary["scorers"][scorer]["mean"] - 0.1
    rules = {row["rule"] for row in weak.summary["findings"]}
    assert {"D1", "D2", "D3"} <= rules


# --- killed and resumed ----------------------------------------------------------------------------------------------

LIMIT = 6


def _spawn(folder, *more):
    command = [sys.executable, "-m", "evals", "run", *more]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _fresh(folder):
    arguments = ["--generator", "python:tests.answering:counted", "--limit", str(LIMIT), "--out", "runs"]
    return _spawn(folder, *arguments)


def _kill_when(folder, process, ready):
    deadline = time.monotonic() + 60
    while process.poll() is None and not ready(folder) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def _calls(folder):
    log = folder / "calls.log"
    return log.read_text().splitlines() if log.exists() else []


def _partial(folder):
    return bool(list(folder.glob("runs/*/*.parquet"))) or bool(list(folder.glob("runs/*/.*.partial")))


KILL_POINTS = {
    "as the folder appears": lambda folder: bool(list(folder.glob("runs/*/manifest.json"))),
    "after the first answer": lambda folder: len(_calls(folder)) >= 1,
    "half-way": lambda folder: len(_calls(folder)) >= LIMIT // 2,
    "after the last answer": lambda folder: len(_calls(folder)) >= LIMIT,
    "while tables are written": _partial,
    "as the summary appears": lambda folder: bool(list(folder.glob("runs/*/summary.json"))),
    "as the report appears": lambda folder: bool(list(folder.glob("runs/*/report.html"))),
}


@pytest.fixture(scope="module", name="uninterrupted")
def _uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    process = _fresh(folder)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return Path(folder / output.strip().splitlines()[-1])


@pytest.mark.parametrize("ready", KILL_POINTS.values(), ids=KILL_POINTS)
def test_a_killed_run_resumes_to_the_same_result_without_asking_twice(ready, uninterrupted, tmp_path):
    process = _fresh(tmp_path)
    _kill_when(tmp_path, process, ready)
    (folder,) = (tmp_path / "runs").iterdir()
    stored = _stored_answers(folder)
    calls_before = len(_calls(tmp_path))
    resumed = _spawn(tmp_path, "--resume", str(folder))
    output, errors = resumed.communicate(timeout=120)
    assert resumed.returncode == 0, errors
    assert output.strip().splitlines()[-1].endswith(folder.name)
    for table in TABLES:
        assert (folder / f"{table}.parquet").read_bytes() == (uninterrupted / f"{table}.parquet").read_bytes()
    assert len(_calls(tmp_path)) - calls_before == LIMIT - stored
    # At most the one answer that was under way when the kill came is asked for again.
    assert len(_calls(tmp_path)) <= LIMIT + 1


def _stored_answers(folder):
    if read_manifest(folder)["status"] == "finished":
        return LIMIT
    import sqlite3

    journal = folder / NAME
    if not journal.exists():
        return 0
    copy = folder.parent.parent / "copy"
    copy.mkdir()
    for path in folder.glob(f"{NAME}*"):
        shutil.copy(path, copy / path.name)
    with sqlite3.connect(copy / NAME) as database:
        try:
            return database.execute("SELECT count(*) FROM done WHERE phase='answer'").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_says_how_to_resume_and_exits_130(stop, tmp_path):
    process = _fresh(tmp_path)
    while not _calls(tmp_path) and process.poll() is None:
        time.sleep(0.002)
    process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "evals run --resume" in errors
    assert "Traceback" not in errors


DAMAGE = {
    "a table is gone": lambda folder: (folder / "claims.parquet").unlink(),
    "a table is cut": lambda folder: (folder / "scores.parquet").write_bytes(b"PAR1"),
    "a table is another one": lambda folder: shutil.copy(folder / "passages.parquet", folder / "findings.parquet"),
    "the summary is gone": lambda folder: (folder / "summary.json").unlink(),
    "the manifest is cut": lambda folder: (folder / "manifest.json").write_text('{"run_id": '),
    "the manifest is a list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "the manifest is of something else": lambda folder: (folder / "manifest.json").write_text("{}"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_run_folder_is_one_clear_error(damage, finished, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(finished.folder, folder)
    damage(folder)
    with pytest.raises(UserError):
        read_run(folder)
