"""How often the scorers find the labelled flaws of the hand-written answers, and how often they cry wolf.

    python -m benchmarks.realistic [--json]

Detection counts a labelled flaw as found when a finding of the scorer that owns its rule overlaps the labelled words
(or, for something left out, has the same rule). A false alarm is a finding of severity moderate or worse on an answer
that its writer labelled good. Where a person who read these answers blind was asked about the same words or points, it
is told apart whether that person says the same (the writer overlooked it) or the contrary (the alarm is false). Rules
that no scorer covers yet are listed as such, not left out.
"""

import json
import sys
from collections import Counter, defaultdict

from benchmarks.figures import Share, count
from benchmarks.labelled import answered, findings, is_found, owner, run_recorded, scorers_of
from evals.detection.readings import agrees
from evals.store import Run


def main() -> None:
    """Run the realistic suite in a temporary folder and print the figures."""
    run, seconds = run_recorded()
    detection, uncovered = _detection(run)
    alarms, good = _alarms(run)
    read = _read(run)
    if "--json" in sys.argv:
        shares = {rule: [share.found, share.of] for rule, share in detection.items()}
        opinions = {scorer: {"agreed": one.count(True), "denied": one.count(False)} for scorer, one in read.items()}
        print(json.dumps(shares | {"alarms": alarms, "good": good, "read": opinions}))
        return
    answers = sum(item.answer.status == "ok" for item, _ in answered(run))
    print(f"{answers} answers in {seconds:.1f} s = {answers / seconds:.1f} answers/s, report included\n")
    scorers = scorers_of(run)
    print("labelled flaws found, by rule")
    for rule, share in sorted(detection.items()):
        print(f"  {rule:8} {share}")
    for scorer in sorted(scorers):
        shares = [share for rule, share in detection.items() if owner(rule, scorers) == scorer]
        print(f"  {scorer}: {count(sum(s.found for s in shares), sum(s.of for s in shares))}")
    print(f"\nno scorer yet: {', '.join(f'{rule} ({n})' for rule, n in sorted(uncovered.items()))}")
    print(f"\nfalse alarms (moderate or worse) on {good} good answers")
    for scorer, number in sorted(alarms.items()):
        agreed, disputed = read[scorer].count(True), read[scorer].count(False)
        opinions = f"; the blind reader makes {agreed} too, denies {disputed}" if agreed + disputed else ""
        print(f"  {scorer}: {number} = {number / good:.2f} an answer{opinions}")
    for scorer in sorted(scorers):
        print(f"  {scorer}, mean score good / flawed: {_mean(run, scorer, 'good')} / {_mean(run, scorer, 'flawed')}")


def _detection(run: Run) -> tuple[dict[str, Share], Counter[str]]:
    """For each rule how many of its labelled flaws were found, and how many flaws have a rule that nobody covers."""
    found: dict[str, list[bool]] = defaultdict(list)
    uncovered: Counter[str] = Counter()
    scorers = scorers_of(run)
    for item, recorded in answered(run):
        for flaw in recorded.flaws:
            scorer = owner(flaw.rule, scorers)
            if scorer is None:
                uncovered[flaw.rule] += 1
            else:
                found[flaw.rule].append(is_found(item, flaw, scorer))
    return {rule: count(sum(hits), len(hits)) for rule, hits in found.items()}, uncovered


def _alarms(run: Run) -> tuple[dict[str, int], int]:
    """Findings on good answers, by scorer, and how many good answers there are."""
    good = [item for item, recorded in answered(run) if recorded.quality == "good"]
    scorers = scorers_of(run)
    return {s: sum(len(findings(item, s, "moderate")) for item in good) for s in scorers}, len(good)


def _read(run: Run) -> dict[str, list[bool | None]]:
    """For each scorer whether the person who read the good answers blind agrees with each finding counted above."""
    found: dict[str, list[bool | None]] = defaultdict(list)
    for item, recorded in answered(run):
        if recorded.quality == "good":
            for scorer in scorers_of(run):
                found[scorer] += [agrees(str(recorded.id), item, one) for one in findings(item, scorer, "moderate")]
    return found


def _mean(run: Run, scorer: str, quality: str) -> str:
    values = [
        outcome.value
        for item, recorded in answered(run)
        if recorded.quality == quality
        for outcome in item.outcomes
        if outcome.scorer == scorer and outcome.value is not None
    ]
    return f"{sum(values) / len(values):.3f} (n={len(values)})" if values else "none"


if __name__ == "__main__":
    main()
