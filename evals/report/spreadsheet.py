"""The scores as CSV: one row for each answer and scorer, nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from evals.errors import UserError
from evals.records import Item, Outcome
from evals.report.facts import gravest
from evals.report.inert import cell
from evals.store import Run, write_text

COLUMNS = (
    "question_id", "repeat", "question", "topic", "cancer", "risk", "scorer", "version", "status", "value", "reason",
    "findings", "worst_severity", "worst_rule", "worst_finding",
)  # fmt: skip

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as the local code page


def export_csv(run: Run, path: Path) -> None:
    """Write one row for each answer and scorer: how it ended, why, how many findings, and the gravest of them.

    A text that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers.

    Raises:
        UserError: the file cannot be written.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for item in run.items:
        for outcome in item.outcomes:
            row = _row(run, item, outcome)
            writer.writerow([cell(row[column]) for column in COLUMNS])
    try:
        write_text(path, _BYTE_ORDER_MARK + buffer.getvalue())
    except OSError as error:
        found = f"cannot be written ({error.strerror})"
        raise UserError(str(path), found, "a CSV file in a folder that exists") from error


def _row(run: Run, item: Item, outcome: Outcome) -> Mapping[str, str | float | None]:
    question = run.questions[item.answer.question_id]
    worst = next(iter(gravest(outcome.findings, 1)), None)
    return {
        "question_id": question.id, "repeat": outcome.repeat, "question": question.text, "topic": question.topic,
        "cancer": question.cancer, "risk": question.risk, "scorer": outcome.scorer, "version": outcome.version,
        "status": outcome.status, "value": outcome.value, "reason": outcome.reason, "findings": len(outcome.findings),
        "worst_severity": worst.severity if worst else None, "worst_rule": worst.rule if worst else None,
        "worst_finding": worst.message if worst else None,
    }  # fmt: skip
