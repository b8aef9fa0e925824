"""Options of the commands on the review store and the dashboard."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.options import RUNS

REPORTS = Path("reports")
_STORE = "reviews.sqlite3"


def reports_of(folder: Path) -> Path:
    """The reports folder that is meant: what `evals run --out` takes is the `runs` folder inside it."""
    its_own = (folder / RUNS.name).is_dir() or (folder / _STORE).exists()
    return folder.absolute().parent if folder.name == RUNS.name and not its_own else folder


ReportsFolder = Annotated[
    Path,
    typer.Option(
        "--reports", "--out", callback=reports_of,
        help="The reports folder, or the runs folder in it as `evals run --out` takes it.",
    ),
]  # fmt: skip
Database = Annotated[
    str | None,
    typer.Option("--database", help=f"Database URL; default: EVALS_DATABASE_URL, else {_STORE} in the reports folder."),
]
