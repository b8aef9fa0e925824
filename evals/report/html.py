"""`report.html`: one file that opens from disk, loads nothing, and runs nothing that came from data."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evals.report import facts, tallies
from evals.report.answers import answer_views
from evals.report.inert import measure, one_line, visible
from evals.report.judging import OTHERS_SCORE_NOTHING, WAVERS, judging
from evals.report.listing import list_rows
from evals.report.rules import legend, rule_name
from evals.store import Run

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
WORST = 5
_SHOWN_LINKS = 24
_MANY = 200
"""With more answers than this a browser lays out only those in view."""


def html_report(run: Run) -> str:
    """The whole report of a run as HTML."""
    rows = list_rows(run)
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return environment().get_template("report.html").render(
        run_id=run.manifest["run_id"],
        style=Markup(style),  # noqa: S704  (ours, not data)
        script=Markup(script),  # noqa: S704  (ours, not data)
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        not_clinical=facts.NOT_CLINICAL,
        read_yourself=facts.READ_YOURSELF,
        what_scores_say=facts.WHAT_SCORES_SAY,
        limits=facts.corpus_limits(run),
        scorers=tallies.scorer_rows(run.summary),
        too_few=tallies.TOO_FEW,
        measures=_measures(run),
        reasons=tallies.reason_rows(run.summary),
        slices=tallies.slice_tables(run.summary),
        counts_in_words=tallies.counts_in_words,
        verdicts=tallies.verdict_rows(run.summary),
        labels=tallies.LABELS,
        judging=judging(run),
        others_score_nothing=OTHERS_SCORE_NOTHING,
        wavers=WAVERS,
        meanings=tallies.MEANINGS,
        findings=facts.finding_rows(run),
        shown_links=_SHOWN_LINKS,
        worst=facts.worst_rows(run, WORST),
        made=facts.how_made(run),
        index=rows,
        critical=tuple(row for row in rows if row.risk == "critical"),
        legend=legend(run),
        rule_name=rule_name,
        answers=answer_views(run),
        many=len(run.items) > _MANY,
    )  # fmt: skip


def environment() -> Environment:
    """Templates whose every value is made visible and escaped."""
    # `finalize` sees every value before it is escaped: no template can forget it.
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters["one_line"] = one_line
    return made


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _measures(run: Run) -> tuple[tuple[str, str, str, int], ...]:
    return tuple(
        (scorer, name, measure(row["mean"]), row["n"])
        for scorer, of_scorer in run.summary["scorers"].items()
        for name, row in of_scorer["measures"].items()
    )
