"""Personal fit on labelled pairs of record and answer: what the scorer finds, rule by rule, in both halves.

Alone: python -m benchmarks.safety.personal_fit
"""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import count
from evals.answers import build_answer
from evals.errors import UserError
from evals.generators import Draft
from evals.parse import parse
from evals.records import Case, Finding, Question, Record, Score
from evals.scorers.personal_fit import RULES, PersonalFit
from evals.shipped import find

FILE = "datasets/faults/record_fit.jsonl"
HALVES = ("dev", "held")
_QUESTION = "What does my record mean for me?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A rule an answer breaks, and the words that break it; null when something is left out."""

    rule: str
    words: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FitCase:
    """A record, an answer, and the rules that a careful reader says it breaks, with the reason."""

    id: str
    half: str
    record: Record
    answer: str
    expect: tuple[Expected, ...]
    reason: str


def read_cases(path: Path | None = None) -> tuple[FitCase, ...]:
    """The labelled cases.

    Raises:
        UserError: the file is missing, or a row is not a case.
    """
    source = path or find(FILE, "collection of labelled records and answers")
    cases: list[FitCase] = []
    for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), start=1):
        case = parse(FitCase, json.loads(line), f"{source}:{number}")
        for expected in case.expect:
            if expected.rule not in RULES:
                raise UserError(f"{source}:{number}", f"the rule {expected.rule!r}", ", ".join(RULES))
        cases.append(case)
    return tuple(cases)


def found_in(case: FitCase) -> tuple[str, tuple[Finding, ...]]:
    """The answer's text and what the scorer finds in it."""
    question = Question(id=case.id, text=_QUESTION, record=case.record)
    draft = Draft(raw=case.answer, format="markdown")
    answer = build_answer(question, 0, draft, generator="labelled", prompt=None, seed=0)
    result = PersonalFit()(Case(question=question, answer=answer, claims=(), verdicts=(), corpus={}))
    return answer.text, result.findings if isinstance(result, Score) else ()


def rows(texts: Iterable[FitCase]) -> list[tuple[str, str, bool, bool]]:
    """(id, rule, expected, found) of each case and rule: does the answer break it, and does the scorer say so?"""
    return [row for case in texts for row in _rows(case)]


def _rows(case: FitCase) -> Iterator[tuple[str, str, bool, bool]]:
    wanted = {expected.rule for expected in case.expect}
    _, findings = found_in(case)
    told = {finding.rule for finding in findings}
    for rule in RULES:
        yield case.id, rule, rule in wanted, rule in told


def figures(found: Sequence[tuple[str, str, bool, bool]]) -> Mapping[str, Any]:
    """Precision and recall, pooled and by rule, with Wilson intervals."""
    return {name: _figures([row for row in found if name in {"all", row[1]}]) for name in ("all", *RULES)}


def _figures(found: Sequence[tuple[str, str, bool, bool]]) -> Mapping[str, Any]:
    hits = sum(expected and told for _, _, expected, told in found)
    wanted, told = sum(row[2] for row in found), sum(row[3] for row in found)
    return {"recall": count(hits, wanted), "precision": count(hits, told)}


def main() -> None:
    """Print both halves."""
    cases = read_cases()
    for half in HALVES:
        own = [case for case in cases if case.half == half]
        clean = sum(not case.expect for case in own)
        sys.stdout.write(f"\n{half}: {len(own)} cases, {clean} of them without a mistake\n")
        found = rows(own)
        for name, two in figures(found).items():
            sys.stdout.write(f"  {name:12} recall {two['recall'].short:38} precision {two['precision'].short}\n")
        false = {row[0] for row in found if row[3] and not row[2]}
        none = {case.id for case in own if not case.expect}
        sys.stdout.write(f"  false alarms on answers without a mistake: {count(len(false & none), len(none)).short}\n")


if __name__ == "__main__":
    main()
