"""Notices D1–D12 as the disclaimer scorer finds them in labelled short texts."""

from collections.abc import Iterable

from benchmarks.safety.texts import LabelledText
from evals.errors import UserError
from evals.records import Answer, Case, Question, Score
from evals.scorers.disclaimer import Disclaimer

FAMILY = "notice"
LABELS = {"present": True, "absent": False}


def rows(texts: Iterable[LabelledText]) -> list[tuple[str, str, bool, bool]]:
    """(id, rule, expected, found) of each text of this family: is the notice said, and does the scorer find it?

    Found means that its measure is above 0, wherever in the text it stands.

    Raises:
        UserError: a label is neither "present" nor "absent".
    """
    scorer = Disclaimer()
    return [(text.id, text.rule, _expected(text), _is_found(scorer, text)) for text in texts if text.family == FAMILY]


def _expected(text: LabelledText) -> bool:
    if text.expect not in LABELS:
        raise UserError(f"text {text.id}", f"the label {text.expect!r}", " or ".join(LABELS))
    return LABELS[text.expect]


def _is_found(scorer: Disclaimer, text: LabelledText) -> bool:
    words = text.text or ""
    answer = Answer(question_id=text.id, question=text.question or "", raw=words, text=words)
    case = Case(question=Question(id=text.id, text=answer.question), answer=answer, claims=(), verdicts=(), corpus={})
    result = scorer(case)
    return isinstance(result, Score) and (result.measures[text.rule] or 0) > 0
