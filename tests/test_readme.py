"""The README is run: what it shows is what the commands print."""

import re
import subprocess
import sys

from tests.cases import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_command_prints_what_the_readme_shows(tmp_path):
    shown = next(block for block in _blocks("text") if "faithfulness" in block)
    done = subprocess.run(
        [sys.executable, "-m", "evals", "run", "--out", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin", "COLUMNS": "80"},
    )  # fmt: skip
    printed = [
        line.rstrip() for line in done.stdout.splitlines() if "report.html" not in line and str(tmp_path) not in line
    ]
    wanted = [line.rstrip() for line in shown.splitlines() if "reports/runs/" not in line and not line.startswith("$")]
    assert [line for line in wanted if line] == [line for line in printed if line]


def test_every_make_target_named_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^|\$ )make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_option_named_exists():
    for command, options in re.findall(
        r"^evals ((?:corpus|questions|review|audit|baseline|cache) [\w-]+|\w+)((?: .*)?)$",
        "\n".join(_blocks("bash")),
        re.MULTILINE,
    ):
        known = subprocess.check_output([sys.executable, "-m", "evals", *command.split(), "--help"], text=True)
        for option in re.findall(r"(--[a-z-]+)", options):
            assert option in known, f"evals {command} {option}"


def test_every_file_linked_exists():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def test_every_scorer_is_in_the_readme():
    from evals.scorers import SCORERS

    assert all(name in README for name in SCORERS)
