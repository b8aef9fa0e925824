"""`report.md`: the same facts in short, for a pull request or an e-mail."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals.records import SEVERITIES, STATUSES
from evals.report import facts, inert, tallies
from evals.report.answers import AnswerView, ScoreView, answer_view
from evals.report.claims import EvidenceView, FindingView
from evals.report.html import TEMPLATES
from evals.report.judging import OTHERS_SCORE_NOTHING, WAVERS, judging
from evals.report.rules import rule_name
from evals.store import Run

_WORST = 3
_POINTS = 8
_FINDING_ROWS = 25
_REASONS = 15
_PLACES = 10
_QUESTIONS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One finding of a low answer, with the passage it rests on where a claim has one."""

    severity: str
    rule: str
    name: str
    scorer: str
    message: str
    quote: str
    evidence: str
    passage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LowAnswer:
    """One of the lowest answers: what was asked, its scores, its gravest findings, and how many more there are."""

    name: str
    question: str
    scores: tuple[ScoreView, ...]
    points: tuple[Point, ...]
    more: int


def markdown_report(run: Run) -> str:
    """The short report of a run as Markdown."""
    found, reasons = facts.finding_rows(run), tallies.reason_rows(run.summary)
    return _environment().get_template("report.md").render(
        run_id=run.manifest["run_id"],
        not_clinical=facts.NOT_CLINICAL,
        read_yourself=facts.READ_YOURSELF_SHORT,
        what_scores_say=facts.WHAT_SCORES_SAY_SHORT,
        limits=facts.corpus_limits(run),
        made=facts.how_made(run),
        statuses=STATUSES,
        scorers=tallies.scorer_rows(run.summary),
        verdicts=tallies.verdict_rows(run.summary),
        labels=tallies.LABELS,
        judging=judging(run),
        others_score_nothing=OTHERS_SCORE_NOTHING,
        wavers=WAVERS,
        most_questions=_QUESTIONS,
        meanings=tallies.MEANINGS,
        findings=found[:_FINDING_ROWS],
        more_findings=len(found) - _FINDING_ROWS,
        places=_PLACES,
        reasons=reasons[:_REASONS],
        more_reasons=len(reasons) - _REASONS,
        slices=tallies.slice_tables(run.summary),
        too_few=tallies.TOO_FEW,
        counts_in_words=tallies.counts_in_words,
        worst=facts.worst_rows(run, _WORST),
        rule_name=rule_name,
        low=tuple(_low_answers(run)),
    )  # fmt: skip


def _environment() -> Environment:
    # No autoescape: `finalize` escapes every text for Markdown, which covers HTML too.
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # noqa: S701  (the comment above)
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["one_line"] = inert.one_line
    return environment


def _shown(value: Any) -> Any:
    return inert.markdown(value) if isinstance(value, str) else value


def _low_answers(run: Run) -> Iterable[LowAnswer]:
    names, overdue = facts.names_of(run), frozenset(run.manifest["corpus"]["overdue"])
    items = {names.of(item.answer.question_id, item.answer.repeat): item for item in run.items}
    for place in dict.fromkeys(row.place for row in facts.worst_rows(run, _WORST)):
        view = answer_view(run, items[place], names, overdue)
        points = sorted(_points(view), key=lambda point: -SEVERITIES.index(point.severity))
        yield LowAnswer(
            name=view.name, question=inert.one_line(view.question_text, 400), scores=view.scores,
            points=tuple(points[:_POINTS]), more=max(0, len(points) - _POINTS),
        )  # fmt: skip


def _points(view: AnswerView) -> Iterable[Point]:
    for group in view.claims:
        for claim in group.claims:
            for finding in claim.findings:
                yield _point(finding, claim.evidence)
    for finding in view.findings:
        yield _point(finding, None)


def _point(finding: FindingView, evidence: EvidenceView | None) -> Point:
    source = evidence.sources[0].name if evidence and evidence.sources else "no source named"
    return Point(
        severity=finding.severity, rule=finding.rule, name=finding.name, scorer=finding.scorer,
        message=inert.clip(finding.message, 300), quote=inert.clip(finding.quote, 240),
        evidence=inert.clip(evidence.quote if evidence else "", 300),
        passage=f"passage {evidence.passage}, {source}, as of {evidence.as_of or 'no date'}" if evidence else "",
    )  # fmt: skip
