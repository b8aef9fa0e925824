"""A new project with the shipped layout: the files people edit; passages and lexicons stay in the package."""

from pathlib import Path

from evals.errors import UserError
from evals.shipped import shipped_root

_COPIED = (
    "datasets/questions/oncology.jsonl",
    "datasets/questions/README.md",
    "datasets/prompts/*.md",
    "datasets/suites/*.yaml",
    "datasets/policies/*",
)
_README = """# Our answer checks

`evals run` answers the questions in `datasets/questions/` as `datasets/prompts/patient-answer.md` asks, scores the
answers and writes a report under `reports/runs/`. Edit the prompt, run again, compare the reports.

- your own guideline documents: `evals corpus add FILE`, kept on this machine in `datasets/guidelines/private/`
- answers you have already: `evals score answers.jsonl`
- pass, fail or undecided: `evals baseline accept RUN --why "..."` once, then `evals gate RUN` after each change of the
  prompt; `.github/workflows/prompt-gate.yml` does it for each pull request (name the package in `requirements.txt`)
- check an edited question file: `evals questions check`
- look at runs in a browser: `evals dashboard`
"""
_IGNORED = "reports/runs/\nreports/.cache/\ndatasets/guidelines/private/\n.venv/\n"


def create(folder: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Write the project's files; gives the ones made and the ones kept because they were there.

    Raises:
        UserError: the folder is a file, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(str(folder), "a file", "a folder")
    root = shipped_root()
    wanted = {
        path.relative_to(root): path.read_text(encoding="utf-8")
        for pattern in _COPIED
        for path in sorted(root.glob(pattern))
    }
    workflow = Path(__file__).resolve().parent / "gate" / "prompt-gate.yml"
    wanted[Path(".github/workflows/prompt-gate.yml")] = workflow.read_text(encoding="utf-8")
    wanted |= {Path("README.md"): _README, Path(".gitignore"): _IGNORED, Path("reports/.gitkeep"): ""}
    made: list[Path] = []
    kept: list[Path] = []
    try:
        for relative, text in wanted.items():
            target = folder / relative
            if target.exists():
                kept.append(target)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
            made.append(target)
    except OSError as error:
        raise UserError(str(folder), f"cannot be written ({error.strerror})", "a folder you may write to") from error
    return tuple(made), tuple(kept)
