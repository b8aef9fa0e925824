"""Completeness: what a good answer to this question must say and must not say, looked for by meaning."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from evals.judges.statements import Found, Statements
from evals.lexicons import load_yaml
from evals.records import SEVERITIES, Case, Finding, Score, Statement, Unscored
from evals.scorers import Measure

_Checked = Sequence[tuple[Statement, Found]]


@dataclass(frozen=True)
class Completeness:
    """Does it say what it must, and nothing it must not?"""

    # value = of the statements that must be said, the share found, each weighed by its severity (faithfulness.yaml).
    # What must not be said lowers no value: it is counted, and each case is a finding. Where a statement may stand:
    # evals/judges/statements.py.
    name: ClassVar[str] = "completeness"
    version: ClassVar[str] = "3"
    measures: ClassVar[Mapping[str, Measure]] = {
        "must_say": Measure("statements that must be said and were found, by severity", "share", "up"),
        "must_say_found": Measure("statements that must be said and were found", "statements", "up"),
        "must_say_missing": Measure("statements that must be said and were not found", "statements", "down"),
        "must_not_say": Measure("statements that must not be said and were found", "statements", "down"),
    }

    def __call__(self, case: Case, /) -> Score | Unscored:
        question, answer = case.question, case.answer
        if answer.language != "en":
            return Unscored(f"statements are looked for in English only, and the answer is in {answer.language!r}")
        if not question.must_say and not question.must_not_say:
            return Unscored("nothing is listed that an answer to this question must say")
        statements = Statements(answer, case.claims)
        owed = [(statement, statements.says(statement.text)) for statement in question.must_say]
        barred = [(statement, statements.asserts(statement.text)) for statement in question.must_not_say]
        share = _share(owed)
        measures = _measures(owed, barred, share)
        findings = (*_said(case, barred), *_left_out(case, owed))
        if share is None:
            return Unscored("nothing is listed that an answer to this question must say", measures, findings)
        return Score(share, _reason(owed, barred), measures, findings)


def _share(owed: _Checked) -> float | None:
    if not owed:
        return None
    weights = load_yaml("faithfulness.yaml")["weights"]
    total = sum(weights[statement.severity] for statement, _ in owed)
    return sum(weights[statement.severity] for statement, found in owed if found.found) / total


def _measures(owed: _Checked, barred: _Checked, share: float | None) -> dict[str, float | int | None]:
    said = sum(found.found for _, found in owed)
    return {
        "must_say": share,
        "must_say_found": said,
        "must_say_missing": len(owed) - said,
        "must_not_say": sum(found.found for _, found in barred),
    }


def _reason(owed: _Checked, barred: _Checked) -> str:
    missing = [statement.severity for statement, found in owed if not found.found]
    parts = [f"{len(owed) - len(missing)} of {len(owed)} points that must be made were found"]
    if missing:
        parts.append(f"the gravest left out is {max(missing, key=SEVERITIES.index)}")
    if said := sum(found.found for _, found in barred):
        parts.append(f"{said} said that must not be")
    return "; ".join(parts)


def _left_out(case: Case, owed: _Checked) -> Iterator[Finding]:
    for statement, found in owed:
        if found.found:
            continue
        against = _says_otherwise(case, found)
        otherwise = " The answer seems to say otherwise." if against else ""
        yield Finding(
            rule=omission_rule(statement.text, case.question.tags),
            severity=statement.severity,
            message=f"Left out: {statement.text}{otherwise}",
            evidence=case.answer.text[found.start : found.end] if against else "",
        )


def _says_otherwise(case: Case, found: Found) -> bool:
    """Whether the nearest words speak against the statement and the guidelines against them: two witnesses.

    Alone, the first takes "Stage 4 cancer is often treatable" for a word against "It is not always terminal".
    """
    if not found.contradicted or found.start is None or found.end is None:
        return False
    there = {c.claim_id for c in case.claims if c.start < found.end and found.start < c.end}
    refuted = {v.claim_id for v in case.verdicts if v.scope == "corpus" and v.label in ("contradicted", "partly")}
    return bool(there & refuted)


def _said(case: Case, barred: _Checked) -> Iterator[Finding]:
    for statement, found in barred:
        if found.found:
            yield Finding(
                rule=_said_rule(case, statement, found),
                severity=statement.severity,
                message=f"Said, though it must not be: {statement.text}",
                start=found.start,
                end=found.end,
            )


def omission_rule(statement: str, tags: Sequence[str]) -> str:
    """E17 for the correction owed to a false premise, E12 for a risk or an urgent sign, else E18."""
    words = load_yaml("completeness.yaml")
    if words["false_premise_tag"] in tags and _pattern("corrects").search(statement):
        return "E17"
    return "E12" if any(pattern.search(statement) for pattern in _risks()) else "E18"


def _said_rule(case: Case, statement: Statement, found: Found) -> str:
    """What kind of error it is to say this: the judge's code for the sentence, else what the statement's words tell."""
    if load_yaml("completeness.yaml")["false_premise_tag"] in case.question.tags:
        return "E17"
    inside = {c.claim_id for c in case.claims if found.start == c.start or found.end == c.end}
    for verdict in case.verdicts:
        against = verdict.scope == "corpus" and verdict.label in ("contradicted", "partly")
        if against and verdict.claim_id in inside and verdict.code not in (None, "E00", "E15"):
            return verdict.code
    return said_rule(statement.text)


def said_rule(statement: str) -> str:
    """The code that the wording of a statement which must not be said calls for."""
    for code, patterns in _codes():
        if any(pattern.search(statement) for pattern in patterns):
            return code
    return load_yaml("completeness.yaml")["otherwise"]


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(load_yaml("completeness.yaml")[name], re.IGNORECASE)


@cache
def _risks() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row, re.IGNORECASE) for row in load_yaml("completeness.yaml")["risks"])


@cache
def _codes() -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    rows = load_yaml("completeness.yaml")["codes"]
    return tuple((row["code"], tuple(re.compile(one, re.IGNORECASE) for one in row["any"])) for row in rows)
