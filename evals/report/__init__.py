"""A finished run as people read it: in a browser, in a pull request, in a spreadsheet, in the terminal."""

from evals.report.html import html_report
from evals.report.markdown import markdown_report
from evals.report.spreadsheet import export_csv
from evals.report.terminal import render_terminal
from evals.store import Run, write_text

__all__ = ["export_csv", "render_terminal", "write_reports"]


def write_reports(run: Run) -> None:
    """Write `report.html` and `report.md` into the run's folder; the same run gives the same bytes."""
    write_text(run.folder / "report.html", html_report(run))
    write_text(run.folder / "report.md", markdown_report(run))
