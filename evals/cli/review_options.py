"""Options of the commands on the review store."""

from pathlib import Path
from typing import Annotated

import typer

REPORTS = Path("reports")
Database = Annotated[
    str | None,
    typer.Option(
        "--database", help="Database URL; default: EVALS_DATABASE_URL, else reviews.sqlite3 in the reports folder."
    ),
]
