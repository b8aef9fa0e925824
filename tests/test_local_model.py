"""A real model, where there is one: EVALS_TEST_MODEL_URL names an OpenAI-compatible server, such as llama.cpp's.

EVALS_TEST_MODEL=name tells the model where the server has several.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evals.store import read_run
from tests.cases import ROOT

URL = os.environ.get("EVALS_TEST_MODEL_URL", "")

pytestmark = pytest.mark.skipif(not URL, reason="no local model: EVALS_TEST_MODEL_URL is not set")


def test_a_real_model_answers_and_judges_a_question_and_every_end_is_counted(tmp_path):
    asked = ("--base-url", URL, "--model", os.environ.get("EVALS_TEST_MODEL", "local"), "--concurrency", "1")
    slow = ("--set", "generator.timeout_s=900", "--set", "judge.timeout_s=900",
            "--set", "generator.parameters.max_tokens=300")  # fmt: skip
    command = [sys.executable, "-m", "evals", "run", "--generator", "chat", "--judge", "llm", "--limit", "1",
               "--out", str(tmp_path), *asked, *slow]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 4), done.stderr
    run = read_run(Path(done.stdout.strip().splitlines()[-1]))
    assert run.manifest["usage"]["calls"] > 0
    assert run.manifest["canaries"][0]["planted"] >= 8
    (item,) = run.items
    assert item.answer.status == "ok" or item.answer.error
    assert {outcome.status for outcome in item.outcomes} <= {"scored", "unscored", "error"}
    causes = [verdict.reason for verdict in item.verdicts if verdict.status == "error"]
    assert all(causes)
