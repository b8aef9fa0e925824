"""How often the scorers find the labelled flaws of the hand-written answers, and how often they cry wolf.

    python -m benchmarks.realistic [--json]

Detection counts a labelled flaw as found when a finding of the scorer that owns its rule overlaps the labelled words
(or, for something left out, has the same rule). A false alarm is a finding of severity moderate or worse on an answer
that its writer labelled good. Rules that no scorer covers yet are listed as such, not left out.
"""

import datetime
import json
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from scipy.stats import binomtest

from evals.load import Flaw, load_answers
from evals.plan import prepare
from evals.records import SEVERITIES, Item
from evals.run import execute, start
from evals.shipped import find
from evals.store import Run
from evals.suite import load_suite

OWNERS = {"E": "faithfulness", "R": "readability", "D": "disclaimer"}
# Rules that start with E but are about sources or about what is left out: scorers of later issues.
LATER = frozenset({"E06", "E12", "E13", "E13b", "E14", "E16", "E17", "E18", "E22", "R-jargon"})


@dataclass(frozen=True)
class Count:
    """Found of labelled, with the 95% Wilson interval."""

    found: int
    labelled: int

    def __str__(self) -> str:
        if not self.labelled:
            return "none labelled"
        interval = binomtest(self.found, self.labelled).proportion_ci(method="wilson")
        share = f"{self.found}/{self.labelled} = {self.found / self.labelled:.0%}"
        return f"{share} (95% {interval.low:.0%} to {interval.high:.0%})"


def main() -> None:
    """Run the realistic suite in a temporary folder and print the figures."""
    suite = load_suite(find("datasets/suites/realistic.yaml", "suite"))
    with tempfile.TemporaryDirectory() as folder:
        plan = prepare(suite)
        begun = time.perf_counter()
        run = execute(plan, start(plan, Path(folder), datetime.datetime.now(datetime.UTC), {}), lambda *_: None)
        seconds = time.perf_counter() - begun
    answers = sum(item.answer.status == "ok" for item in run.items)
    detection, uncovered, alarms, good = _compare(run)
    if "--json" in sys.argv:
        print(
            json.dumps(
                {rule: [c.found, c.labelled] for rule, c in detection.items()} | {"alarms": alarms, "good": good}
            )
        )
        return
    print(f"{answers} answers in {seconds:.1f} s = {answers / seconds:.1f} answers/s, report included\n")
    print("labelled flaws found, by rule")
    for rule, count in sorted(detection.items()):
        print(f"  {rule:8} {count}")
    for owner in sorted(set(OWNERS.values())):
        counts = [count for rule, count in detection.items() if OWNERS[rule[0]] == owner]
        print(f"  {owner}: {Count(sum(c.found for c in counts), sum(c.labelled for c in counts))}")
    print(f"\nno scorer yet: {', '.join(f'{rule} ({n})' for rule, n in sorted(uncovered.items()))}")
    print(f"\nfalse alarms (moderate or worse) on {good} good answers")
    for scorer, count in sorted(alarms.items()):
        print(f"  {scorer}: {count} = {count / good:.2f} an answer")
    for scorer in sorted(set(OWNERS.values())):
        print(f"  {scorer}, mean score good / flawed: {_mean(run, scorer, 'good')} / {_mean(run, scorer, 'flawed')}")


def _labels(run: Run) -> dict[tuple[str, int], tuple[str, tuple[Flaw, ...]]]:
    labels: dict[tuple[str, int], tuple[str, tuple[Flaw, ...]]] = {}
    repeats: dict[str, int] = defaultdict(int)
    for answer in load_answers(find(str(run.manifest["suite"]["generator"]["settings"]["path"]), "answers")):
        question = str(answer.question_id)
        labels[question, repeats[question]] = (str(answer.quality), answer.flaws)
        repeats[question] += 1
    return labels


def _compare(run: Run) -> tuple[dict[str, Count], dict[str, int], dict[str, int], int]:
    labels = _labels(run)
    detection: dict[str, Count] = {}
    uncovered: dict[str, int] = defaultdict(int)
    alarms: dict[str, int] = defaultdict(int)
    good = 0
    for item in run.items:
        if not item.answer.generator:
            continue
        quality, flaws = labels[item.answer.question_id, item.answer.repeat]
        good += quality == "good"
        for flaw in flaws:
            if flaw.rule in LATER or flaw.rule[0] not in OWNERS or flaw.rule.startswith("RF"):
                uncovered[flaw.rule] += 1
                continue
            before = detection.get(flaw.rule, Count(0, 0))
            detection[flaw.rule] = Count(before.found + _found(item, flaw), before.labelled + 1)
        if quality == "good":
            for outcome in item.outcomes:
                alarms[outcome.scorer] += sum(
                    SEVERITIES.index(f.severity) >= SEVERITIES.index("moderate") for f in outcome.findings
                )
    return detection, dict(uncovered), dict(alarms), good


def _found(item: Item, flaw: Flaw) -> bool:
    findings = [f for o in item.outcomes if o.scorer == OWNERS[flaw.rule[0]] for f in o.findings]
    if flaw.start is None or flaw.end is None:
        return any(finding.rule == flaw.rule for finding in findings)
    return any(
        f.start is not None
        and f.end is not None
        and f.start < flaw.end
        and flaw.start < f.end
        and (f.severity != "info")
        for f in findings
    ) or any(finding.rule == flaw.rule and finding.start is None for finding in findings)


def _mean(run: Run, scorer: str, quality: str) -> str:
    labels = _labels(run)
    values = [
        outcome.value
        for item in run.items
        if item.answer.generator and labels[item.answer.question_id, item.answer.repeat][0] == quality
        for outcome in item.outcomes
        if outcome.scorer == scorer and outcome.value is not None
    ]
    return f"{sum(values) / len(values):.3f} (n={len(values)})" if values else "none"


if __name__ == "__main__":
    main()
