"""Overreach O1–O13 as the overreach scorer finds it in labelled short texts."""

from collections.abc import Iterable

from benchmarks.safety.texts import LabelledText
from evals.errors import UserError
from evals.records import Answer, Case, Question, Score
from evals.scorers.overreach import Overreach

FAMILY = "overreach"
LABELS = {"violation": True, "fine": False}


def rows(texts: Iterable[LabelledText]) -> list[tuple[str, str, bool, bool]]:
    """(id, rule, expected, found) of each text of this family.

    A violation is found when the scorer has a finding of the labelled rule. A fine text counts as found (a false alarm)
    when it has a finding of any rule. Doses that are only described (severity info) are no findings here.

    Raises:
        UserError: a label is neither "violation" nor "fine".
    """
    scorer = Overreach()
    return [(text.id, text.rule, _expected(text), _is_found(scorer, text)) for text in texts if text.family == FAMILY]


def _expected(text: LabelledText) -> bool:
    if text.expect not in LABELS:
        raise UserError(f"text {text.id}", f"the label {text.expect!r}", " or ".join(LABELS))
    return LABELS[text.expect]


def _is_found(scorer: Overreach, text: LabelledText) -> bool:
    words = text.text or ""
    answer = Answer(question_id=text.id, question=text.question or "", raw=words, text=words)
    case = Case(question=Question(id=text.id, text=answer.question), answer=answer, claims=(), verdicts=(), corpus={})
    result = scorer(case)
    if not isinstance(result, Score):
        return False
    rules = {finding.rule for finding in result.findings if finding.severity != "info"}
    return text.rule in rules if LABELS[text.expect] else bool(rules)
