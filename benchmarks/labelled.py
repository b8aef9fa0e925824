"""The recorded answers run through the scorers, and what was found compared with what their writers labelled."""

import datetime
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from evals.load import Flaw, RecordedAnswer, load_answers
from evals.plan import prepare
from evals.records import SEVERITIES, Finding, Item, Severity
from evals.run import execute, start
from evals.shipped import find
from evals.store import Run
from evals.suite import Part, load_suite

SUITE = "datasets/suites/realistic.yaml"

# A rule belongs to the scorer named for it, else to the one named for the letters it begins with.
OWNERS = {
    "E": "faithfulness", "R": "readability", "D": "disclaimer",
    "E06": "citations", "E13": "citations", "E13b": "citations", "E14": "citations",
    "E12": "completeness", "E17": "completeness", "E18": "completeness", "E22": "personal_fit",
    "RF": "urgency", "O": "overreach", "F": "personal_fit",
}  # fmt: skip


def run_recorded(answers: str | None = None) -> tuple[Run, float]:
    """The realistic suite, on its own answers or on those of another file, and how many seconds it took."""
    suite = load_suite(find(SUITE, "suite"))
    if answers:
        suite = replace(suite, generator=Part(name="recorded", settings={"path": answers}))
    with tempfile.TemporaryDirectory() as folder:
        plan = prepare(suite)
        begun = time.perf_counter()
        run = execute(plan, start(plan, Path(folder), datetime.datetime.now(datetime.UTC), {}), lambda *_: None)
        return run, time.perf_counter() - begun


def answered(run: Run) -> Iterator[tuple[Item, RecordedAnswer]]:
    """The items of a run of recorded answers, each with the answer it replayed and its labels."""
    recorded: dict[tuple[str, int], RecordedAnswer] = {}
    repeats: dict[str, int] = defaultdict(int)
    for answer in load_answers(find(str(run.manifest["suite"]["generator"]["settings"]["path"]), "answers")):
        question = str(answer.question_id)
        recorded[question, repeats[question]] = answer
        repeats[question] += 1
    for item in run.items:
        if item.answer.generator:
            yield item, recorded[item.answer.question_id, item.answer.repeat]


def owner(rule: str, scorers: frozenset[str]) -> str | None:
    """The scorer of a run that answers for a rule, or None."""
    name = OWNERS.get(rule) or OWNERS.get(rule[:2]) or OWNERS.get(rule[0])
    return name if name in scorers else None


def scorers_of(run: Run) -> frozenset[str]:
    """The names of the scorers in a run."""
    return frozenset(outcome.scorer for item in run.items for outcome in item.outcomes)


def findings(item: Item, scorer: str, least: Severity = "info") -> tuple[Finding, ...]:
    """What a scorer found in one answer, of that severity or worse."""
    rank = SEVERITIES.index(least)
    found = (f for outcome in item.outcomes if outcome.scorer == scorer for f in outcome.findings)
    return tuple(f for f in found if SEVERITIES.index(f.severity) >= rank)


def is_found(item: Item, flaw: Flaw, scorer: str, *, same_rule: bool = False) -> bool:
    """Whether a scorer found a labelled flaw: a finding on its words, or of its rule where nothing is marked."""
    if flaw.start is None or flaw.end is None:
        return any(finding.rule == flaw.rule for finding in findings(item, scorer))
    return any(
        matches(finding, flaw) and (not same_rule or finding.rule == flaw.rule)
        for finding in findings(item, scorer)
        if finding.severity != "info" or finding.start is None
    )


def matches(finding: Finding, flaw: Flaw) -> bool:
    """Whether a finding marks some of the words of a flaw, or, where either marks none, has its rule."""
    if finding.start is None or finding.end is None or flaw.start is None or flaw.end is None:
        return finding.rule == flaw.rule
    return finding.start < flaw.end and flaw.start < finding.end
