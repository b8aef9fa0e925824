"""Stored answers scored or judged again: nothing generated, nothing lost, comparable with today's runs."""

import datetime
import json
from dataclasses import replace

import pytest
import typer
from typer.testing import CliRunner

from evals.cli import decisions
from evals.compare import compare
from evals.compare.alike import make_alike
from evals.errors import UserError
from evals.plan import prepare
from evals.records import Question
from evals.rescore import rejudge, rescore, todays_signature
from evals.run import execute, start
from evals.store import read_run, write_json, write_run
from evals.suite import Part, load_suite
from tests.cases import ROOT

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(hours=1)


def _tell(*_):
    pass


@pytest.fixture(scope="module", name="run")
def _run(tmp_path_factory):
    suite = replace(
        load_suite(ROOT / "datasets/suites/default.yaml"), scorers=(Part(name="faithfulness"), Part(name="disclaimer"))
    )
    plan = prepare(suite, limit=2)
    return execute(plan, start(plan, tmp_path_factory.mktemp("runs"), NOW, {"limit": 2}), _tell)


def _older(run, folder, *, signature=None, **changes):
    """The same run as if other scorers had scored it: every value 0, and the given parts of the signature changed."""
    items = tuple(
        replace(item, outcomes=tuple(replace(o, version="0", value=0.0, status="scored") for o in item.outcomes))
        for item in run.items
    )
    signatures = json.loads(json.dumps(run.manifest["signatures"]))
    signatures["scoring"] |= signature or {"scorers": {"faithfulness": {"version": "0", "settings": {}}}}
    made = replace(run, folder=folder, items=items, manifest={**run.manifest, "signatures": signatures}, **changes)
    folder.mkdir(parents=True)
    write_run(made)
    write_json(folder / "manifest.json", made.manifest)
    return read_run(folder)


def test_scoring_again_gives_todays_scores_and_keeps_answers_claims_and_verdicts(run, tmp_path):
    again = rescore(_older(run, tmp_path / "old"), tmp_path, LATER, _tell)
    assert [item.outcomes for item in again.items] == [item.outcomes for item in run.items]
    for part in ("answer", "claims", "verdicts"):
        assert [getattr(item, part) for item in again.items] == [getattr(item, part) for item in run.items]
    assert again.passages == run.passages
    assert read_run(again.folder).items == again.items


def test_the_new_run_has_the_old_subject_and_todays_scoring_signature(run, tmp_path):
    again = rescore(_older(run, tmp_path / "old"), tmp_path, LATER, _tell)
    assert again.manifest["signatures"]["subject"] == json.loads(json.dumps(run.manifest["signatures"]["subject"]))
    assert again.manifest["signatures"]["scoring"] == json.loads(json.dumps(run.manifest["signatures"]["scoring"]))
    assert again.manifest["command"]["rescore"] == run.manifest["run_id"]
    for part in ("prompt", "generator", "judge", "counts"):
        assert again.manifest[part] == json.loads(json.dumps(run.manifest[part]))


def test_judging_again_finds_claims_and_verdicts_anew(run, tmp_path):
    bare = replace(run, items=tuple(replace(item, claims=(), verdicts=()) for item in run.items))
    again = rejudge(_older(bare, tmp_path / "old"), tmp_path, LATER, _tell, judge=Part(name="local"))
    assert [item.verdicts for item in again.items] == [item.verdicts for item in run.items]
    assert [item.claims for item in again.items] == [item.claims for item in run.items]
    assert [item.outcomes for item in again.items] == [item.outcomes for item in run.items]


def test_the_signature_of_a_fresh_run_is_todays(run):
    assert todays_signature(run) == run.manifest["signatures"]["scoring"]


def test_an_answer_keeps_the_question_it_was_asked(run, tmp_path):
    asked = {key: replace(question, text="What was asked long ago?") for key, question in run.questions.items()}
    again = rescore(_older(run, tmp_path / "old", questions=asked), tmp_path, LATER, _tell)
    assert {question.text for question in again.questions.values()} == {"What was asked long ago?"}


def test_what_an_answer_owes_is_todays(run, tmp_path):
    owed = {key: replace(question, must_say=()) for key, question in run.questions.items()}
    again = rescore(_older(run, tmp_path / "old", questions=owed), tmp_path, LATER, _tell)
    assert again.questions == run.questions


def test_a_run_scored_with_other_scorers_is_scored_again_before_it_is_compared(run, tmp_path):
    old = _older(run, tmp_path / "old")
    one, other, notes = make_alike(old.folder, run.folder, tmp_path / "out", LATER, _tell)
    assert other == read_run(run.folder)
    assert len(notes) == 1
    assert "scored again first (scorers differ)" in notes[0]
    found = compare(one, other, notes=notes)
    assert {change.difference.gain for change in found.changes if change.difference} == {0.0}


def test_a_run_judged_against_another_corpus_is_judged_again_before_it_is_compared(run, tmp_path):
    old = _older(run, tmp_path / "old", signature={"corpus": "another"})
    one, _, notes = make_alike(old.folder, run.folder, tmp_path / "out", LATER, _tell)
    assert "judged and scored again first (corpus differ)" in notes[0]
    assert one.manifest["command"]["rejudge"] == run.manifest["run_id"]


def test_two_old_runs_are_both_scored_again(run, tmp_path):
    one = _older(run, tmp_path / "one")
    other = _older(run, tmp_path / "other", signature={"lexicons": "older"})
    again = make_alike(one.folder, other.folder, tmp_path / "out", LATER, _tell)
    assert len(again[2]) == 2
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_comparison_never_asks_a_model_to_judge_again(run, tmp_path):
    manifest = json.loads(json.dumps(run.manifest))
    manifest["suite"]["judge"]["name"] = "llm"
    asked = _older(replace(run, manifest=manifest), tmp_path / "asked", signature={"judge": "llm|x"})
    with pytest.raises(UserError, match="rejudge"):
        make_alike(run.folder, asked.folder, tmp_path / "out", LATER, _tell)


def test_skipped_and_failed_answers_stay_what_they_were(run, tmp_path):
    first, second = run.items
    failed = replace(first, answer=replace(first.answer, status="error", error="down", raw="", text=""), claims=(),
                     verdicts=())  # fmt: skip
    again = rescore(_older(replace(run, items=(failed, second)), tmp_path / "old"), tmp_path, LATER, _tell)
    assert {outcome.status for outcome in again.items[0].outcomes} == {"error"}
    assert [item.answer for item in again.items] == [failed.answer, second.answer]


def test_a_folder_that_lacks_what_a_manifest_says_is_refused(run, tmp_path):
    old = _older(run, tmp_path / "old")
    bare = replace(old, manifest={"run_id": "x", "status": "finished"})
    with pytest.raises(UserError, match="lacks"):
        rescore(bare, tmp_path, LATER, _tell)


def test_questions_from_a_scored_file_are_kept(run, tmp_path):
    manifest = {**run.manifest, "command": {"score": "answers.jsonl"}}
    asked = {key: Question(id=key, text=question.text) for key, question in run.questions.items()}
    old = _older(replace(run, manifest=manifest), tmp_path / "old", questions=asked)
    assert rescore(old, tmp_path, LATER, _tell).questions == asked


@pytest.mark.parametrize("command", ["rescore", "rejudge"])
def test_the_commands_end_with_the_new_folder(run, tmp_path, command):
    app = typer.Typer()
    decisions.register(app)
    result = CliRunner().invoke(app, [command, str(run.folder), "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert read_run(tmp_path / result.stdout.strip().splitlines()[-1].rsplit("/", 1)[-1]).items == run.items
