"""Labelled red-flag texts -> what the trigger and the answer check make of them."""

from collections.abc import Iterable, Iterator

from benchmarks.safety.counting import Row
from benchmarks.safety.texts import LabelledText
from evals.answers import build_answer
from evals.generators import Draft
from evals.records import Answer, Question
from evals.red_flags import find_red_flags, load_flags, signs_in
from evals.urgency.directives import read_directives
from evals.urgency.verdict import judge_act

FAMILY = "red_flag"


def rows(texts: Iterable[LabelledText]) -> list[Row]:
    """Whether each question is labelled as someone in danger now, and whether the trigger says so."""
    return [
        (text.id, text.rule, text.expect.startswith("act"), trigger_mode(text) == "act")
        for text in texts
        if text.family == FAMILY
    ]


def instruction_rows(texts: Iterable[LabelledText]) -> list[Row]:
    """Whether each answer excerpt is labelled faulty, and whether the answer check names that very fault.

    A wrong name for a fault counts as not found; any fault told of a right answer as a false alarm.
    """
    return [
        (identity, rule, expected != "ok", found != "ok" and expected in {"ok", found})
        for identity, rule, expected, found in verdicts(texts)
    ]


def verdicts(texts: Iterable[LabelledText]) -> list[tuple[str, str, str, str]]:
    """(id, rule, expected, found) for the answer excerpts: ok, missing, buried, too_low or undone."""
    return list(_verdicts(texts))


def trigger_mode(text: LabelledText) -> str:
    """What the trigger makes of a text's question: act, inform or none."""
    raised = find_red_flags(text.question or "")
    return raised[0].mode if raised else "none"


def _verdicts(texts: Iterable[LabelledText]) -> Iterator[tuple[str, str, str, str]]:
    for text in texts:
        _, _, expected = text.expect.partition(":")
        if text.family == FAMILY and expected and text.text:
            yield text.id, text.rule, expected, _found(text, text.question or "", text.text)


def _found(text: LabelledText, question: str, excerpt: str) -> str:
    # Two flags may share an id (a clot in the lung, in a leg): the one that the question raises is meant.
    raised = {danger.tier for danger in find_red_flags(question) if danger.id == text.rule}
    flags = [flag for flag in load_flags() if flag.id == text.rule]
    flag = next((flag for flag in flags if flag.tier in raised), flags[0])
    return judge_act(flag, signs_in(question), read_directives(_answer(question, excerpt))).kind


def _answer(question: str, excerpt: str) -> Answer:
    asked = Question(id="excerpt", text=question)
    return build_answer(asked, 0, Draft(raw=excerpt, format="text"), generator="benchmark", prompt=None, seed=0)
