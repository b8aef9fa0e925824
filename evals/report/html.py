"""`report.html`: one file that opens from disk, loads nothing, and runs nothing that came from data."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evals.report import facts, tallies
from evals.report.answers import answer_views
from evals.report.inert import number, one_line, visible
from evals.store import Run

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
WORST = 5
_SHOWN_LINKS = 24
_MANY = 200
"""With more answers than this a browser lays out only those in view."""


def html_report(run: Run) -> str:
    """The whole report of a run as HTML."""
    style, script = ((TEMPLATES / name).read_text(encoding="utf-8") for name in ("report.css", "report.js"))
    return _environment().get_template("report.html").render(
        run_id=run.manifest["run_id"],
        style=Markup(style),  # noqa: S704  (ours, not data)
        script=Markup(script),  # noqa: S704  (ours, not data)
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        not_clinical=facts.NOT_CLINICAL,
        limits=facts.corpus_limits(run),
        scorers=tallies.scorer_rows(run.summary),
        too_few=tallies.TOO_FEW,
        measures=_measures(run),
        reasons=tallies.reason_rows(run.summary),
        slices=tallies.slice_tables(run.summary),
        counts_in_words=tallies.counts_in_words,
        verdicts=tallies.verdict_rows(run.summary),
        labels=tallies.LABELS,
        meanings=tallies.MEANINGS,
        findings=facts.finding_rows(run),
        shown_links=_SHOWN_LINKS,
        worst=facts.worst_rows(run, WORST),
        made=facts.how_made(run),
        index=tuple(_index(run)),
        answers=answer_views(run),
        many=len(run.items) > _MANY,
    )  # fmt: skip


def _environment() -> Environment:
    # `finalize` sees every value before it is escaped: no template can forget it.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, finalize=_shown,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters["one_line"] = one_line
    return environment


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One line of the list of all answers."""

    place: facts.Place
    question: str
    values: tuple[str, ...]
    worst: str


def _index(run: Run) -> Iterator[IndexRow]:
    names = facts.names_of(run)
    scorers = tuple(run.summary["scorers"])
    for item in run.items:
        answer = item.answer
        found = {o.scorer: number(o.value) if o.status == "scored" else o.status for o in item.outcomes}
        yield IndexRow(
            place=names.of(answer.question_id, answer.repeat),
            question=one_line(run.questions[answer.question_id].text, 240),
            values=tuple(found.get(scorer, "–") for scorer in scorers),
            worst=facts.worst_severity(facts.all_findings(item)) or "–",
        )


def _measures(run: Run) -> tuple[tuple[str, str, str, int], ...]:
    return tuple(
        (scorer, name, f"{measure['mean']:g}", measure["n"])
        for scorer, row in run.summary["scorers"].items()
        for name, measure in row["measures"].items()
    )
