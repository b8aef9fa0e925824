"""What works on this machine."""

import os
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from evals.errors import UserError


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that works ("ok"), is missing but optional ("absent"), or is needed and broken ("broken")."""

    name: str
    status: Literal["ok", "absent", "broken"]
    detail: str


def examine() -> tuple[Check, ...]:
    """All checks in order. Never raises: what fails is what it reports."""
    return (
        _check("python", _python),
        *(
            _check(f"library {name}", lambda name=name: version(name))
            for name in ("pytest", "pandas", "datasets", "ragas", "streamlit")
        ),
        _check("import datasets", _hugging_face),
        _check("shipped data", _data),
        _check("scoring", _scoring),
        _check("reports folder", _writable),
        _optional("chromium (browser tests)", shutil.which("chromium")),
        _optional("postgresql (shared reviews, later)", shutil.which("psql")),
    )


def _check(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", look())
    except PackageNotFoundError:
        return Check(name, "broken", "not installed; run: make setup, or pip install navis-evals again")
    except (UserError, ImportError, AttributeError, OSError, RuntimeError) as error:
        return Check(name, "broken", str(error))


def _optional(name: str, path: str | None) -> Check:
    return Check(name, "ok", path) if path else Check(name, "absent", "not found; nothing that needs it is required")


def _python() -> str:
    return f"{platform.python_version()}, evals {version('navis-evals')} from {Path(__file__).parent}"


def _hugging_face() -> str:
    # A stray datasets/__init__.py would shadow the library, and only here would anyone notice.
    import datasets as hf_datasets

    if hf_datasets.__version__ != version("datasets"):
        raise RuntimeError(f"{hf_datasets.__file__} is not Hugging Face datasets {version('datasets')}")
    return f"Hugging Face datasets {hf_datasets.__version__}"


def _data() -> str:
    from evals.corpus import load_corpus
    from evals.load import load_questions
    from evals.shipped import find

    questions = load_questions(find("datasets/questions/oncology.jsonl", "question file"))
    corpus = load_corpus([find("datasets/guidelines", "corpus folder")])
    return f"{len(questions)} questions, {len(corpus.passages)} passages ({corpus.unsigned} unsigned)"


def _scoring() -> str:
    from evals.lexicons import load_jsonl, load_yaml
    from evals.scorers import SCORERS, make_scorer
    from evals.shipped import shipped_root

    for path in sorted((shipped_root() / "datasets" / "lexicons").iterdir()):
        if path.suffix in {".yaml", ".jsonl"}:
            (load_yaml if path.suffix == ".yaml" else load_jsonl)(path.name)

    return ", ".join(f"{make_scorer(name, {}).name} v{make_scorer(name, {}).version}" for name in SCORERS)


def _writable() -> str:
    folder = Path("reports")
    nearest = folder if folder.exists() else Path()
    if not os.access(nearest, os.W_OK):
        raise RuntimeError(f"{nearest.resolve()} is not writable; use --out")
    return str(folder)
