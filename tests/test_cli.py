"""The command line as people use it: what it prints, what it refuses, how it exits."""

import json
import os
import re
import subprocess
import sys

import pytest

from evals.suite import ALL_SCORERS
from tests.cases import ROOT

EVALS = [sys.executable, "-m", "evals"]


def _evals(*arguments, cwd=ROOT, code=0, **environment):
    done = subprocess.run(
        [*EVALS, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=180,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
    )  # fmt: skip
    assert done.returncode == code, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


COMMANDS = [
    "run",
    "score",
    "verify",
    "report",
    "counterfactuals",
    "corpus add",
    "corpus list",
    "corpus check",
    "questions check",
    "faults",
    "compare",
    "gate",
    "baseline accept",
    "rescore",
    "rejudge",
    "review assign",
    "review add-reviewer",
    "review reviewers",
    "review status",
    "review gold",
    "review lock",
    "review reopen",
    "review export",
    "review import",
    "review agreement",
    "calibrate",
    "audit verify",
    "cache stats",
    "cache clear",
    "dashboard",
    "doctor",
    "init",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_with_an_example(command):
    printed = _evals(*command.split(), "--help").stdout
    assert f"Example: evals {command}" in " ".join(printed.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"evals {command}" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_no_command_is_missing_from_these_tests():
    listed = set(re.findall(r"^  (\w+) ", _evals("--help").stdout, re.MULTILINE)) - {"help"}
    assert {c.split()[0] for c in COMMANDS} <= listed | {"corpus", "questions", "cache", "review", "audit", "baseline"}


WRONG = [
    (["run", "--suite", "defalt"], 'Did you mean "default"'),
    (["run", "--prompt", "patient-anser"], 'Did you mean "patient-answer"'),
    (["run", "--generator", "composr", "--limit", "1"], 'Did you mean "composer"'),
    (["run", "--generator", "python:nope:f", "--limit", "1"], "nope"),
    (["run", "--judge", "locl", "--limit", "1"], 'Did you mean "local"'),
    (["run", "--corpus", "missing-folder"], "no such corpus folder"),
    (["run", "--resume", "missing-run"], "not a run folder"),
    (["run", "--limit", "0"], "greater than or equal to 1"),
    (["score", "missing.jsonl"], "no such file"),
    (["score", "README.md", "--scorers", "readbility"], 'Did you mean "readability"'),
    (["score", "README.md", "--record", "{"], "not JSON"),
    (["score", "README.md", "--record", '{"cancr": "lung"}'], 'Did you mean "cancer"'),
    (["report", "missing-run"], "not a run folder"),
    (["questions", "check", "missing.jsonl"], "no such question file"),
    (["corpus", "add", "missing.pdf"], "missing.pdf"),
    (["nonsense"], "No such command"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG, ids=lambda v: " ".join(v) if isinstance(v, list) else "")
def test_a_wrong_call_is_one_clear_error_and_exit_code_2(arguments, message, tmp_path):
    done = _evals(
        *arguments,
        *(["--out", str(tmp_path)] if arguments[0] in {"run", "score"} and "--resume" not in arguments else []),
        code=2,
    )
    assert message in " ".join(done.stderr.split())


def test_run_ends_with_a_table_and_the_run_folder(tmp_path):
    printed = _evals("run", "--limit", "3", "--out", tmp_path).stdout.strip().splitlines()
    (folder,) = tmp_path.iterdir()
    assert printed[-1] == str(folder)
    whole = "\n".join(printed)
    for word in ("faithfulness", "readability", "disclaimer", "not signed", "not a clinical validation"):
        assert word in whole.lower()


def test_run_as_json_is_one_object(tmp_path):
    printed = json.loads(_evals("run", "--limit", "2", "--out", tmp_path, "--json").stdout)
    assert list(printed["summary"]["scorers"]) == list(ALL_SCORERS)


def test_resuming_a_finished_run_changes_nothing(tmp_path):
    _evals("run", "--limit", "1", "--out", tmp_path)
    (folder,) = tmp_path.iterdir()
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    _evals("run", "--resume", folder)
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


BAD_ANSWERS = [
    ("broken.jsonl", b'{"answer": "x"}\n{"answer": \n', ":2"),
    ("unknown.jsonl", b'{"answr": "x"}\n', 'Did you mean "answer"'),
    ("twice.jsonl", b'{"id": "a", "answer": "x"}\n{"id": "a", "answer": "y"}\n', "taken by"),
    ("binary.jsonl", b"\x00\x01\xff\xfe", "binary"),
    ("binary.html", b"\x89PNG\x00", "UTF-8"),
    ("picture.png", b"\x89PNG", "suffix"),
    ("nothing.csv", b"answer\n", "no answers"),
]


@pytest.mark.parametrize(("name", "data", "message"), BAD_ANSWERS, ids=[b[0] for b in BAD_ANSWERS])
def test_bad_answer_files_give_one_clear_error(name, data, message, tmp_path):
    (tmp_path / name).write_bytes(data)
    done = _evals("score", name, cwd=tmp_path, code=2)
    assert message in done.stderr or message in done.stderr.replace("UTF-8 text", "binary")
    assert not (tmp_path / "reports").exists()


ODD_ANSWERS = {
    "empty": "",
    "white": " \n ",
    "huge": "Chemo can cause hair loss. " * 40_000,
    "rtl": "مرحبا. اتصل بفريقك. 🙂 ‮ abc",
    "emoji": "👩‍⚕️" * 50,
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)><p>Call 911 now for trouble breathing.</p>",
    "formula": '=HYPERLINK("http://x","y")',
}


def test_odd_answers_are_scored_or_recorded_as_unscored_and_inert_everywhere(tmp_path):
    rows = [json.dumps({"id": key, "answer": text, "question": "=1+1"}) for key, text in ODD_ANSWERS.items()]
    (tmp_path / "odd.jsonl").write_text("\n".join(rows), encoding="utf-8")
    printed = json.loads(_evals("score", "odd.jsonl", "--json", cwd=tmp_path).stdout)
    assert printed["counts"]["scored"] + printed["counts"]["unscored"] == len(ODD_ANSWERS) * len(ALL_SCORERS)
    folder = tmp_path / printed["run"]
    for text in ((folder / "report.html").read_text(), (folder / "report.md").read_text()):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    _evals("report", folder, "--csv", tmp_path / "scores.csv", cwd=tmp_path)
    sheet = (tmp_path / "scores.csv").read_text(encoding="utf-8-sig")
    assert not re.search(r'(^|,)"?[=@]', sheet, re.MULTILINE)


def test_a_saved_page_is_scored_with_its_parts_found(tmp_path):
    page = next((ROOT / "tests/pages").glob("*.html"))
    printed = json.loads(
        _evals("score", page, "--out", tmp_path, "--question", "How does immunotherapy work?", "--json").stdout
    )
    assert printed["summary"]["answers"] == 1


def test_questions_check_lists_every_problem_and_exits_2(tmp_path):
    rows = [
        {
            "id": "Q1",
            "text": "x",
            "cancer": "lang",
            "passages": ["P999"],
            "must_say": [{"id": "m", "text": "t", "severity": "minor"}],
        }
    ]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n{", encoding="utf-8")
    printed = _evals("questions", "check", tmp_path / "q.jsonl", code=2).stdout
    assert 'Did you mean "lung"' in printed
    assert "P999" in printed
    assert "q.jsonl:2" in printed


def test_corpus_check_speaks_of_the_day_it_is_asked_about():
    before = json.loads(_evals("corpus", "check", "--on", "2026-11-24", "--json").stdout)
    after = json.loads(_evals("corpus", "check", "--on", "2028-01-01", "--json").stdout)
    assert before["passages"] == after["passages"] == 75
    assert before["unsigned"] == 75
    assert len(after["problems"]) > len(before["problems"])


def test_doctor_finds_everything_needed():
    printed = json.loads(_evals("doctor", "--json").stdout)
    assert printed["ok"], printed


def test_init_makes_a_project_that_runs_and_keeps_what_was_there(tmp_path):
    project = tmp_path / "mine"
    project.mkdir()
    (project / "README.md").write_text("mine", encoding="utf-8")
    _evals("init", project)
    assert (project / "README.md").read_text(encoding="utf-8") == "mine"
    assert _evals("run", "--limit", "1", cwd=project).stdout.strip().splitlines()[-1].startswith("reports/runs/")
