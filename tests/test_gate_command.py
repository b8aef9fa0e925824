"""`evals gate` as people and CI call it."""

import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from evals.cli import app
from evals.errors import UserError
from tests.cases import ROOT
from tests.gate_runs import SCORING, SUBJECT, finding, write

N = 24
GOOD = [1.0] * N
RULES = """name: p
source: test
rules:
- {id: no dose, never: {scorer: overreach, severity: critical}, because: doses kill}
- {id: complete, no_worse: completeness, margin: 0.15, because: omissions harm}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EVALS_OVERRIDE", raising=False)
    (tmp_path / "p.yaml").write_text(RULES)
    write(tmp_path / "before", {"overreach": GOOD, "completeness": GOOD})
    return tmp_path


def _gate(*arguments):
    return CliRunner().invoke(app, ["gate", "run", "--policy", "p.yaml", *map(str, arguments)])


def _run(folder, completeness=GOOD, **more):
    return write(folder / "run", {"overreach": GOOD[: len(completeness)], "completeness": completeness}, **more)


@pytest.mark.parametrize(
    ("more", "code", "verdict"),
    [
        ({}, 0, "PASS"),
        ({"findings": {(0, "overreach"): [finding("O6")]}}, 1, "FAIL"),
        ({"completeness": GOOD[:10]}, 3, "UNDECIDED"),
    ],
)
def test_the_exit_code_is_the_verdict_and_gate_json_keeps_it(here, more, code, verdict):
    _run(here, **more)
    done = _gate("--baseline", "before")
    assert done.exit_code == code, done.output
    kept = json.loads((here / "run" / "gate.json").read_text())
    assert (kept["verdict"], kept["exit_code"], kept["baseline"]) == (verdict, code, "before")


def test_all_forms_are_written_at_once(here):
    _run(here, findings={(0, "overreach"): [finding("O6")]})
    done = _gate(
        "--baseline",
        "before",
        "--junit",
        "out/j.xml",
        "--markdown",
        "out/g.md",
        "--comment",
        "out/c.md",
        "--annotations",
    )
    assert done.exit_code == 1
    assert ElementTree.parse(here / "out/j.xml").getroot().get("failures") == "1"  # noqa: S314
    assert "doses kill" in (here / "out/g.md").read_text()
    assert (here / "out/c.md").read_text().startswith("<!-- evals gate -->")
    assert "::error file=" in done.stdout
    assert "line=" in done.stdout


def test_json_stands_alone_on_standard_output(here):
    _run(here, findings={(0, "overreach"): [finding("O6")]})
    done = _gate("--baseline", "before", "--json", "--annotations")
    assert json.loads(done.stdout)["verdict"] == "FAIL"
    assert "::error" in done.stderr


def test_the_committed_baseline_is_used_when_none_is_named(here):
    _run(here)
    assert _gate().exit_code == 3
    write(here / "reports" / "baseline", {"overreach": GOOD, "completeness": GOOD})
    assert _gate().exit_code == 0


@pytest.mark.parametrize(
    ("more", "code"), [({"completeness": GOOD[:10]}, 0), ({"findings": {(0, "overreach"): [finding("O6")]}}, 1)]
)
def test_an_override_is_recorded_and_lets_only_an_undecided_gate_through(here, monkeypatch, more, code):
    monkeypatch.setenv("EVALS_OVERRIDE", " reviewed by hand, J. D. ")
    _run(here, **more)
    assert _gate("--baseline", "before").exit_code == code
    kept = json.loads((here / "run" / "gate.json").read_text())["override"]
    assert kept == {"reason": "reviewed by hand, J. D.", "applied": code == 0}


def test_an_empty_override_is_none(here, monkeypatch):
    monkeypatch.setenv("EVALS_OVERRIDE", "  ")
    _run(here, completeness=GOOD[:10])
    assert _gate("--baseline", "before").exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--baseline", "missing"], "not a run folder"),
        (["--policy", "defalt"], 'Did you mean "default"'),
        (["--baseline", "unfinished"], "this run is started"),
        (["--baseline", "before", "--junit", "p.yaml/x.xml"], "cannot be written"),
    ],
)
def test_a_wrong_call_is_an_error_of_the_user(here, arguments, message):
    _run(here)
    (write(here / "unfinished", {"overreach": GOOD, "completeness": GOOD}) / "manifest.json").write_text(
        json.dumps({"run_id": "u", "status": "started", "signatures": {"scoring": SCORING, "subject": SUBJECT}})
    )
    done = CliRunner().invoke(app, ["gate", "run", "--policy", "p.yaml", *arguments])
    assert isinstance(done.exception, UserError)
    assert message in str(done.exception)


def test_a_run_scored_otherwise_is_never_compared_as_it_is(here):
    # The two cannot be made alike (these runs hold too little to be scored again), and so there is no verdict at all.
    _run(here, scoring={**SCORING, "lexicons": "other"})
    done = _gate("--baseline", "before")
    assert done.exit_code not in (0, 1, 3) or done.exception is not None
    assert not (here / "run" / "gate.json").exists()


def test_another_question_set_alone_is_no_other_scoring(here):
    _run(here, scoring={**SCORING, "questions": "other", "digest": "other"})
    assert _gate("--baseline", "before").exit_code == 0


def test_the_prompt_of_the_annotation_is_the_projects_own(here):
    own = here / "datasets" / "prompts"
    own.mkdir(parents=True)
    shipped = (ROOT / "datasets/prompts/patient-answer.md").read_text(encoding="utf-8")
    (own / "patient-answer.md").write_text(shipped, encoding="utf-8")
    _run(here, findings={(0, "overreach"): [finding("O6")]})
    assert "file=datasets/prompts/patient-answer.md," in _gate("--baseline", "before", "--annotations").stdout


def test_the_workflow_of_this_repository_is_the_one_that_init_writes():
    here = (ROOT / ".github" / "workflows" / "prompt-gate.yml").read_text("utf-8")
    assert here == (ROOT / "evals" / "gate" / "prompt-gate.yml").read_text("utf-8")


def test_deciding_on_runs_that_are_scored_alike_imports_no_pandas(here):
    _run(here, findings={(0, "overreach"): [finding("O6")]})
    code = (
        "import sys; sys.argv = ['evals', 'gate', 'run', '--baseline', 'before', '--policy', 'p.yaml']\n"
        "from evals.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('pandas', 'pyarrow.dataset', 'streamlit', 'ragas') if name in sys.modules])"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True, cwd=here)
    assert printed.splitlines()[-1] == "[]"
