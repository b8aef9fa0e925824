"""Options that several commands share, so that the same word means the same thing everywhere."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for machines.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for run folders.", show_default=True)]
Reports = Annotated[Path, typer.Option("--reports", help="Folder that holds run folders.")]
RunFolder = Annotated[Path, typer.Argument(help="A run folder, as printed by `evals run`.", show_default=False)]

RUNS = Path("reports/runs")


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    """Print a value as JSON on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def say(text: str) -> None:
    """Print one line of a result on standard output."""
    sys.stdout.write(f"{text}\n")


def note(text: str) -> None:
    """Print one line about the work (not the result) on standard error."""
    sys.stderr.write(f"{text}\n")
