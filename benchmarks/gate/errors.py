"""How often the shipped policy errs: on runs in which nothing changed, and on runs with a loss it says it can detect.

    python -m benchmarks.gate errors RUN [COMPARISONS]

No sampling model's repeated runs are at hand, so noise is made of real scores: each side of a comparison draws, for
each question, one of its own scores and those of two more questions that score nearest on the same measure, so
that repeats of a question differ about as much as like questions do; question clusters are drawn with replacement.
Rules on single answers (`never`, `every`) judge a run's state and not a change: they are left out here, and a run
that breaks one fails
whether or not anything changed. Planted losses take the detectable loss that the gate prints off every score of the
second run, as far as the scale goes; each rule is asked by itself, with Holm's correction over all of them.
"""

import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.compare import Asked, Scores, ends_of, read_scores
from evals.gate.evidence import Evidence, Slice
from evals.gate.policy import NoWorse, Policy, load_policy
from evals.gate.records import RuleResult
from evals.gate.regression import compare_rule, decide_all
from evals.gate.values import described
from evals.shipped import find_named

Array = NDArray[np.float64]
NEAR = 3


def main(run: Path, comparisons: int = 1000) -> None:
    """Print the shares of PASS, FAIL and UNDECIDED without a change, and of FAIL with a planted loss."""
    policy = load_policy(find_named("default", "policies", ".yaml", "policy"))
    scores = read_scores(run)
    rules = [rule for rule in policy.rules if isinstance(rule, NoWorse)]
    drawn = np.random.default_rng(0)
    verdicts: Counter[str] = Counter()
    single: Counter[tuple[str, str]] = Counter()
    detectable: dict[str, list[float]] = {rule.id: [] for rule in rules}
    for _ in range(comparisons):
        results = _compare(policy, rules, scores, drawn, {})
        verdicts[_whole(results)] += 1
        for result in results:
            single[result.id, result.verdict] += 1
            detectable[result.id].append(result.detectable or 0.0)
    _print_nothing_changed(verdicts, single, rules, detectable, comparisons)
    for rule in rules:
        loss = float(np.median(detectable[rule.id]))
        found = Counter(
            result.verdict
            for _ in range(comparisons // 5)
            for result in _compare(policy, rules, scores, drawn, {rule.id: loss})
            if result.id == rule.id
        )
        print(f"loss of {loss:.3f} planted in {rule.id}: {found['FAIL'] / (comparisons // 5):.1%} FAIL, {dict(found)}")


def _print_nothing_changed(
    verdicts: Counter[str], single: Counter[tuple[str, str]], rules: list[NoWorse], detectable: dict[str, list[float]],
    comparisons: int,
) -> None:  # fmt: skip
    shares = {name: f"{amount / comparisons:.1%}" for name, amount in verdicts.items()}
    print(f"nothing changed, {comparisons} comparisons: {shares}")
    for rule in rules:
        loss = float(np.median(detectable[rule.id]))
        own = {name: f"{single[rule.id, name] / comparisons:.1%}" for name in ("PASS", "FAIL", "UNDECIDED")}
        print(f"  {rule.id}: {own}, detectable {loss:.3f}, margin {rule.margin:g} = {rule.margin / loss:.2f} of it")


def _whole(results: list[RuleResult]) -> str:
    verdicts = {result.verdict for result in results}
    return "FAIL" if "FAIL" in verdicts else "UNDECIDED" if "UNDECIDED" in verdicts else "PASS"


def _compare(
    policy: Policy, rules: list[NoWorse], scores: Scores, drawn: np.random.Generator, losses: dict[str, float]
) -> list[RuleResult]:
    asked = list(scores.questions.values())
    chosen = drawn.integers(0, len(asked), len(asked))
    questions = {f"q{n}": _asked(asked[one], n) for n, one in enumerate(chosen)}
    after, before = (replace(scores, questions=questions, _read={}) for _ in range(2))
    evidence = Evidence(after=after, before=before, shared=frozenset(questions))
    for rule in rules:
        sides = _sides(scores, rule.no_worse, [asked[one].id for one in chosen], drawn, losses.get(rule.id, 0.0))
        for is_after, side in zip((False, True), sides, strict=True):
            values = {f"q{n}": [None if np.isnan(value) else float(value)] for n, value in enumerate(side)}
            evidence._kept["values", is_after, rule.no_worse] = values
        evidence._kept["without", rule.no_worse.partition(".")[0], ""] = ()
    found = [compare_rule(rule, policy, evidence, Slice()) for rule in rules]
    return list(decide_all([one for one in found if not isinstance(one, RuleResult)]))


def _asked(question: Asked, number: int) -> Asked:
    return replace(question, id=f"q{number}", paraphrase_of=None, twin_of=None)


def _sides(
    scores: Scores, measure: str, ids: list[str], drawn: np.random.Generator, loss: float
) -> tuple[Array, Array]:
    """Scores before and after: of each question one of its own and its nearest neighbours' by score."""
    found = Evidence(after=scores).values(scores, measure)
    known = {key: float(values[0]) for key, values in found.items() if values and values[0] is not None}
    ordered = sorted(known, key=lambda key: (known[key], key))
    place = {key: n for n, key in enumerate(ordered)}
    sides = []
    for _ in range(2):
        side = np.full(len(ids), np.nan)
        for n, key in enumerate(ids):
            if key in place:
                low = min(max(0, place[key] - NEAR // 2), len(ordered) - NEAR)
                side[n] = known[ordered[low + int(drawn.integers(0, NEAR))]]
        sides.append(side)
    worse = sides[1] - loss if described(measure).better == "up" else sides[1] + loss
    ends = ends_of(described(measure), found)
    return sides[0], np.clip(worse, *ends) if ends else worse


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
