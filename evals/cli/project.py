"""Commands around a project: `init`, `doctor`, `dashboard`."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.options import Json, note, print_json, say
from evals.cli.review_options import REPORTS, ReportsFolder
from evals.errors import UserError


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("dashboard", epilog="Example: evals dashboard --port 8600")(dashboard)
    app.command("doctor", epilog="Example: evals doctor --json")(doctor)
    app.command("init", epilog="Example: evals init my-answers && cd my-answers && evals run")(init)


def dashboard(
    reports: ReportsFolder = REPORTS,
    port: Annotated[int, typer.Option(min=1024, max=65535, help="Port to listen on.")] = 8501,
    address: Annotated[
        str | None,
        typer.Option(help="IP address to listen on; beyond this machine only with sign-in (docs/hosting.md)."),
    ] = None,
) -> None:
    """Open the Streamlit dashboard: on this machine only, unless people sign in. Ctrl-C ends it."""
    from evals.dashboard import serve

    if not reports.is_dir():
        raise UserError(
            str(reports), "no such folder of reports", "a folder with run folders", "Make a run first: evals run"
        )

    raise typer.Exit(serve(reports, port, address, say=note))


def doctor(json: Json = False) -> None:
    """Say what works on this machine: Python, libraries, shipped data, and what is optional."""
    from dataclasses import asdict

    from evals.doctor import examine

    checks = examine()
    broken = [check for check in checks if check.status == "broken"]
    if json:
        print_json({"ok": not broken, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            say(f"{check.status:8} {check.name}: {check.detail}")
    raise typer.Exit(2 if broken else 0)


def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the new project; made when it does not exist.")],
    json: Json = False,
) -> None:
    """Start a project of your own: questions, prompts and suites to edit, and a place for reports."""
    from evals.project import create

    made, kept = create(folder)
    if json:
        print_json({"made": [str(path) for path in made], "kept": [str(path) for path in kept]})
        return
    for path in kept:
        note(f"kept {path}, which was there already")
    say(f"{len(made)} files written. Next: cd {folder} && evals run")
