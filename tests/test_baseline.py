"""The baseline: what later runs are held against, who put it there, and that nothing else is lost."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.cli import app
from evals.errors import UserError
from tests.gate_runs import write

N = 24
GOOD = [1.0] * N
RULES = (
    "name: p\nsource: test\nrules:\n- {id: complete, no_worse: completeness, margin: 0.15, because: omissions harm}\n"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EVALS_OVERRIDE", raising=False)
    (tmp_path / "p.yaml").write_text(RULES)
    for name in ("before", "run"):
        write(tmp_path / name, {"completeness": GOOD})
    return tmp_path


def _gate():
    return CliRunner().invoke(app, ["gate", "run", "--policy", "p.yaml"])


def _accept(*arguments):
    return CliRunner().invoke(app, ["baseline", "accept", *map(str, arguments)])


def test_an_accepted_run_is_what_later_runs_are_held_against_and_its_reason_is_recorded(here):
    done = _accept("before", "--why", "the first one")
    assert done.exit_code == 0, done.output
    record = json.loads((here / "reports/baseline/baseline.json").read_text())
    assert (record["run"], record["why"], record["before"]) == ("before", "the first one", [])
    assert _gate().exit_code == 0


def test_earlier_reasons_are_kept(here):
    _accept("before", "--why", "the first one")
    _accept("run", "--why", "plainer words")
    record = json.loads((here / "reports/baseline/baseline.json").read_text())
    assert (record["run"], [one["why"] for one in record["before"]]) == ("run", ["the first one"])
    assert not list((here / "reports").glob(".*"))


def test_reports_are_left_out_of_the_baseline(here):
    (here / "before" / "report.html").write_text("x" * 1000)
    _accept("before", "--why", "w")
    assert not (here / "reports/baseline/report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["before", "--why", "  "], "no reason"),
        (["missing", "--why", "w"], "not a run folder"),
        (["before", "--why", "w", "--to", "other"], "something else than a run"),
        (["before", "--why", "w", "--to", "before"], "the baseline itself"),
        (["before", "--why", "w", "--to", "p.yaml"], "something else than a run"),
    ],
)
def test_what_cannot_be_a_baseline_is_refused_and_nothing_is_changed(here, arguments, message):
    (here / "other").mkdir()
    (here / "other" / "thesis.txt").write_text("mine")
    done = _accept(*arguments)
    assert isinstance(done.exception, UserError)
    assert message in str(done.exception)
    assert (here / "other" / "thesis.txt").read_text() == "mine"
    assert Path("p.yaml").read_text() == RULES


def test_a_broken_run_is_no_baseline_and_the_old_one_stays(here):
    _accept("before", "--why", "good")
    (here / "run" / "scores.parquet").write_bytes(b"broken")
    assert isinstance(_accept("run", "--why", "w").exception, UserError)
    assert json.loads((here / "reports/baseline/baseline.json").read_text())["run"] == "before"
