"""Assertions on one answer, for tests of your own.

    from evals.asserts import assert_faithful, assert_notices, assert_readable

    def test_our_answer_about_biopsies():
        answer = our_service.ask("What is a biopsy?")
        assert_faithful(answer.text, answer.passages)
        assert_notices(answer.text)
        assert_readable(answer.text, max_grade=8)

A failure says where, what the answer says and what a passage says. What cannot be checked fails too, and says why.
Everything stays on this machine. Importing this is cheap; the first call loads what it needs.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from evals.records import Answer, Case, Finding, Outcome, Passage, TextFormat, Verdict
    from evals.scorers import Scorer

Channel = Literal["page", "chat", "letter"]
_SHOWN = 8


def assert_faithful(
    answer: str, passages: "Sequence[str | Passage]", *, question: str = "", at_least: float = 0.5,
    format: "TextFormat | None" = None,  # noqa: A002  (what the drafts of answers call it)
) -> None:  # fmt: skip
    """Nothing in the answer contradicts the passages, and they bear out enough of what it states.

    `at_least` is the faithfulness score wanted, in [0, 1]: the share of checkable statements that a passage bears out,
    weighed by how grave they are, half for those borne out in part. The local judge reads statement by statement and
    does not recognise each true one, so 1.0 fails good answers too.

    Raises:
        AssertionError: naming each statement that a passage contradicts or none bears out; or nothing can be checked.
        ValueError: there is no passage.
    """
    __tracebackhide__ = True
    if not passages or isinstance(passages, str):
        raise ValueError("assert_faithful wants a list of one or more passages")
    case = _case(answer, question, passages=_passages(passages), fmt=format)
    outcome = _scored("faithfulness", case)
    labels = {verdict.claim_id: verdict for verdict in case.verdicts if verdict.scope == "corpus"}
    wrong = [one for one in labels.values() if one.label == "contradicted"]
    score = outcome.value or 0.0
    if not wrong and score >= at_least:
        return
    found = wrong or [one for one in labels.values() if one.label in ("partly", "not_found")]
    said = f"{_count(len(wrong), 'statement')} contradicted by the passages" if wrong else "too little is borne out"
    head = f"{said}: {outcome.reason} (score {score:.2f}, at least {at_least:.2f} wanted)"
    raise AssertionError("\n".join([head, *_listed([_claim(case, verdict) for verdict in found])]))


def assert_notices(
    answer: str, *, only: Sequence[str] = (), question: str = "", profile: str = "strictest",
    channel: Channel = "page", format: "TextFormat | None" = None,  # noqa: A002
) -> None:  # fmt: skip
    """Every notice that the profile requires of such an answer is there, in its place, and not undone.

    `only` keeps it to some of them, such as `["D1", "D2", "D3", "D4"]`, which the shipped policy asks of every answer.
    `question` matters where a notice is owed beside some topics only.

    Raises:
        AssertionError: naming each notice that is missing, out of place or undone; or they cannot be checked.
    """
    __tracebackhide__ = True
    case = _case(answer, question, channel=channel, fmt=format)
    outcome = _scored("disclaimer", case, profile=profile)
    values = {name: outcome.measures[name] for name in only}
    good = all(value in (None, 1) for value in values.values()) if only else outcome.value == 1
    if good:
        return
    wanted = [finding for finding in outcome.findings if not only or finding.rule in only]
    raise AssertionError("\n".join([outcome.reason, *_listed(_findings(case.answer, wanted))]))


def assert_readable(
    answer: str, max_grade: float = 8, *, question: str = "",
    format: "TextFormat | None" = None,  # noqa: A002
) -> None:  # fmt: skip
    """The answer's body reads at a US school grade of at most `max_grade`, drug and gene names set aside.

    Raises:
        AssertionError: with the grade and the places that make it hard to read; or there is too little text to tell.
    """
    __tracebackhide__ = True
    case = _case(answer, question, fmt=format)
    outcome = _scored("readability", case)
    grade = outcome.measures.get("grade_masked")
    if grade is None:
        raise AssertionError(f"readability could not be checked: {outcome.reason}")
    if grade <= max_grade:
        return
    head = f"grade {grade:.1f}, at most {max_grade:g} wanted. {outcome.reason}"
    raise AssertionError("\n".join([head, *_listed(_findings(case.answer, outcome.findings))]))


# --- how it is checked -----------------------------------------------------------------------------------------------


def _case(
    answer: str, question: str, *, passages: "Sequence[Passage]" = (), channel: Channel = "page",
    fmt: "TextFormat | None" = None,
) -> "Case":  # fmt: skip
    from dataclasses import replace

    from evals.answers import build_answer
    from evals.claims import extract_claims
    from evals.corpus import Corpus
    from evals.generators import Draft
    from evals.judges import judge_claims, make_judge
    from evals.records import Case, Question
    from evals.scorers import unscorable

    asked = Question(id="answer", text=question)
    draft = Draft(raw=answer, format=fmt)
    made = replace(build_answer(asked, 0, draft, generator="test", prompt=None, seed=0), channel=channel)
    claims = () if unscorable(made) else extract_claims(made)
    by_id = {passage.id: passage for passage in passages}
    verdicts: tuple[Verdict, ...] = ()
    if by_id and claims:
        corpus = Corpus(passages=by_id, documents={}, digest="", superseded=())
        verdicts = judge_claims(make_judge("local", corpus, {}), made, claims, ())
    return Case(question=asked, answer=made, claims=claims, verdicts=verdicts, corpus=by_id)


def _passages(given: "Sequence[str | Passage]") -> "tuple[Passage, ...]":
    from evals.records import Passage

    return tuple(
        Passage(id=f"passage {number}", title="", text=one) if isinstance(one, str) else one
        for number, one in enumerate(given, start=1)
    )


def _scored(name: str, case: "Case", **settings: str) -> "Outcome":
    from evals.scorers import score

    __tracebackhide__ = True
    outcome = score(_scorer(name, tuple(sorted(settings.items()))), case)
    if outcome.status != "scored":
        raise AssertionError(f"{name} could not be checked: {outcome.reason}")
    return outcome


@cache
def _scorer(name: str, settings: tuple[tuple[str, str], ...]) -> "Scorer":
    from evals.scorers import make_scorer

    return make_scorer(name, dict(settings))


# --- what a failure says ---------------------------------------------------------------------------------------------


def _claim(case: "Case", verdict: "Verdict") -> list[str]:
    from evals.pytest_plugin import wording

    claim = next(one for one in case.claims if one.claim_id == verdict.claim_id)
    passage = case.corpus.get(verdict.passage_id or "")
    lines = [
        f"Where: {wording.place(case.answer, claim.start)}",
        f"The answer says: {wording.quoted(case.answer.text[claim.start : claim.end])}",
        f"What is wrong: {wording.shown(verdict.reason)}",
    ]
    if passage:
        stretch = passage.text[verdict.evidence_start : verdict.evidence_end]
        lines.append(f"The passage says: {wording.quoted(stretch)} ({wording.named(passage)})")
    return lines


def _findings(answer: "Answer", found: "Sequence[Finding]") -> list[list[str]]:
    from evals.pytest_plugin import wording
    from evals.records import SEVERITIES

    def order(finding: "Finding") -> tuple[int, int]:
        return -SEVERITIES.index(finding.severity), finding.start or 0

    return [list(wording.details(answer, one, one.message, None)) for one in sorted(found, key=order)]


def _listed(found: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, (first, *rest) in enumerate(found[:_SHOWN], start=1):
        yield f"\n{number}. {first}"
        yield from (f"   {line}" for line in rest)
    if len(found) > _SHOWN:
        yield f"\nand {len(found) - _SHOWN} more"


def _count(amount: int, what: str) -> str:
    return f"{amount} {what}{'' if amount == 1 else 's'}"
