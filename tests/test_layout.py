"""The shape of the repository: name traps, directions of import, what stays lazy."""

import ast
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import datasets as hf_datasets
import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_the_datasets_folder_holds_no_python():
    assert not list((ROOT / "datasets").rglob("*.py"))


def test_no_root_conftest_and_no_module_of_a_trapped_name():
    assert not (ROOT / "conftest.py").exists()
    assert not [p for p in (ROOT / "dashboards").rglob("*.py") if p.name in {"datasets.py", "evals.py"}]


def test_importing_datasets_means_hugging_face():
    assert hf_datasets.__version__ == version("datasets")


@pytest.mark.parametrize("start", [["-c"], ["-m", "timeit", "-n1", "-r1"]])
def test_datasets_is_hugging_faces_from_the_root_in_a_fresh_interpreter(start):
    code = "import datasets; assert datasets.load_dataset"
    subprocess.run([sys.executable, *start, code], cwd=ROOT, check=True, capture_output=True)


def test_evals_means_this_checkout_from_any_directory(tmp_path):
    code = "import evals; print(evals.__file__)"
    found = subprocess.check_output([sys.executable, "-c", code], cwd=tmp_path, text=True)
    assert Path(found.strip()).parent == ROOT / "evals"


def test_only_load_and_doctor_import_hugging_face_datasets():
    importers = {path.relative_to(ROOT / "evals").as_posix() for path, names in _imports() if "datasets" in names}
    assert importers <= {"load.py", "doctor.py"}


def _imports(inside: str = "evals"):
    for path in sorted((ROOT / inside).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        names |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        yield path, names


# What each part of the pipeline may not know about; arrows run one way.
FORBIDDEN = {
    "records.py": ("evals",),
    "errors.py": ("evals",),
    "load.py": ("evals.run", "evals.plan", "evals.scorers", "evals.judges", "evals.generators", "evals.store"),
    "claims.py": ("evals.run", "evals.plan", "evals.scorers", "evals.judges", "evals.generators", "evals.store"),
    "judges": ("evals.run", "evals.plan", "evals.scorers", "evals.store", "evals.summary", "evals.report"),
    "scorers": (
        "evals.run",
        "evals.plan",
        "evals.judges",
        "evals.generators",
        "evals.store",
        "evals.summary",
        "evals.report",
    ),
    "generators": (
        "evals.run",
        "evals.plan",
        "evals.scorers",
        "evals.judges",
        "evals.claims",
        "evals.store",
        "evals.report",
    ),
    "gate": ("evals.run", "evals.plan", "evals.scorers", "evals.judges", "evals.generators"),
    "summary.py": ("evals.run", "evals.plan", "evals.scorers", "evals.judges", "evals.generators"),
    "report": ("evals.run", "evals.plan", "evals.scorers", "evals.judges", "evals.generators"),
}
# What an answer says of a given statement is read by the judge's own means; verdicts are only on claims.
ALLOWED = {"scorers/completeness.py": ("evals.judges.statements",)}


@pytest.mark.parametrize("part", FORBIDDEN)
def test_imports_follow_the_data(part):
    for path, names in _imports():
        relative = path.relative_to(ROOT / "evals")
        if relative.parts[0] != part:
            continue
        for name in names:
            bad = [f for f in FORBIDDEN[part] if name == f or name.startswith(f + ".")]
            own = part.removesuffix(".py")
            allowed = name in ALLOWED.get(relative.as_posix(), ())
            assert allowed or not [f for f in bad if not name.startswith(f"evals.{own}")], f"{relative} imports {name}"


def test_nothing_but_the_command_line_imports_the_command_line():
    for path, names in _imports():
        relative = path.relative_to(ROOT / "evals")
        if relative.parts[0] not in {"cli", "__main__.py"}:
            assert not [name for name in names if name.startswith("evals.cli")], relative


def test_dashboards_reach_runs_only_through_the_store():
    for path, names in _imports("dashboards"):
        bad = [
            n
            for n in names
            if n.split(".")[:2]
            in (["evals", "run"], ["evals", "scorers"], ["evals", "judges"], ["evals", "generators"])
        ]
        assert not bad, f"{path.name} imports {bad}"


HEAVY = ("ragas", "datasets", "pandas", "streamlit", "scipy", "pyarrow", "bm25s", "pypdf", "docx", "playwright")


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["corpus", "--help"], ["score", "--help"]])
def test_help_imports_nothing_heavy(arguments):
    code = f"import sys; sys.argv = ['evals', *{arguments!r}]\nfrom evals.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments", [["questions", "check"], ["corpus", "list"], ["run", "--limit", "2", "--out", "RUNS"]]
)
def test_offline_commands_import_neither_ragas_nor_datasets_nor_pandas_nor_streamlit(arguments, tmp_path):
    arguments = [str(tmp_path) if a == "RUNS" else a for a in arguments]
    heavy = HEAVY[:4]
    code = f"import sys; sys.argv = ['evals', *{arguments!r}]\nfrom evals.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\nprint([m for m in {heavy!r} if m in sys.modules])"
    printed = subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT)
    assert printed.strip().splitlines()[-1] == "[]"


def test_every_python_file_of_the_product_has_a_docstring():
    for folder in ("evals", "dashboards", "benchmarks"):
        for path in (ROOT / folder).rglob("*.py"):
            source = path.read_text(encoding="utf-8")
            assert not source.strip() or ast.get_docstring(ast.parse(source)), path


def test_the_lock_names_no_index_and_no_folder_of_this_machine():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert "--index-url" not in lock
    assert "--find-links" not in lock
