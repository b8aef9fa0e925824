"""The wheel gives what the checkout gives, installed in a clean environment elsewhere."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.cases import ROOT


@pytest.fixture(scope="module", name="wheel")
def _wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_the_wheel_holds_one_package_and_the_shipped_data_inside_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == {"evals"}
    for needed in (
        "datasets/questions/oncology.jsonl",
        "datasets/guidelines/",
        "datasets/lexicons/",
        "datasets/prompts/",
        "dashboards/app.py",
    ):
        assert [name for name in names if name.startswith(f"evals/_shipped/{needed}")], needed
    assert [name for name in names if name.startswith("evals/templates/")]
    assert not [name for name in names if "private" in name or "__pycache__" in name]


def test_a_clean_environment_elsewhere_inits_and_runs(wheel, tmp_path):
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    _run(python, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel, cwd=tmp_path)
    # Dependencies are lent by this environment, since downloading some 130 packages again would test the package index.
    # A .pth inside a lent folder is not read, so the editable checkout stays behind.
    lent = next(path for path in map(Path, sys.path) if path.name == "site-packages")
    site = next(environment.glob("lib/python*/site-packages"))
    (site / "lent.pth").write_text(f"{lent}\n", encoding="utf-8")
    found = _run(python, "-c", "import evals; print(evals.__file__)", cwd=tmp_path)
    assert Path(found.strip()).is_relative_to(site)
    evals = environment / "bin" / "evals"
    _run(evals, "init", "project", cwd=tmp_path)
    printed = _run(evals, "run", "--limit", "2", cwd=tmp_path / "project")
    assert (tmp_path / "project" / printed.strip().splitlines()[-1] / "report.html").is_file()


def _run(*command, cwd):
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, capture_output=True, text=True, timeout=180, env={"PATH": "/usr/bin:/bin"}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
