"""The answers of a run a line each, in the order in which a reviewer should take them."""

from dataclasses import dataclass

from evals.records import SEVERITIES, Item, Risk
from evals.report.facts import Place, gravest_in_words, names_of
from evals.report.inert import number, one_line
from evals.report.tallies import RISKS
from evals.store import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """One answer: its question and risk, a value or an ending for each scorer of the run, its gravest finding."""

    place: Place
    question: str
    risk: Risk
    values: tuple[str, ...]
    worst: str


def list_rows(run: Run) -> tuple[ListRow, ...]:
    """All planned answers: the riskiest questions first, within a risk the gravest finding first, then by id."""
    names, scorers = names_of(run), tuple(run.summary["scorers"])
    ranks: dict[str, int] = {severity: -rank for rank, severity in enumerate(SEVERITIES, 1)}

    def order(item: Item) -> tuple[int, int, str, int]:
        # By what is shown: all answers that say "read it" stand together.
        answer, question = item.answer, run.questions[item.answer.question_id]
        return (
            RISKS.index(question.risk),
            ranks.get(gravest_in_words(item, question), 0),
            answer.question_id,
            answer.repeat,
        )

    rows: list[ListRow] = []
    for item in sorted(run.items, key=order):
        answer, question = item.answer, run.questions[item.answer.question_id]
        found = {o.scorer: number(o.value) if o.status == "scored" else o.status for o in item.outcomes}
        rows.append(
            ListRow(
                place=names.of(answer.question_id, answer.repeat),
                question=one_line(question.text, 240),
                risk=question.risk,
                values=tuple(found.get(scorer, "–") for scorer in scorers),
                worst=gravest_in_words(item, question),
            )
        )
    return tuple(rows)
