"""How often the shipped policy errs: on runs in which nothing changed, and on runs with a loss it says it can detect.

    python -m benchmarks.gate errors [RUN ...] [--noise RUN] [--each N] [--comparisons N] [--questions N]

RUN has several answers to a question (reports/examples/repeats by default: a model that samples), or one, such as a run
of the suite `realistic`: then --noise lends it the others (`benchmarks.gate.noise`). `--each` is how many answers a
question has on each side. Only the decisions are run anew, thousands of them: intervals by
`evals.stats.paired_differences`, verdicts by `evals.gate.regression.decide_all`, the gate's own code. Rules that judge
a run by itself (`never`, `every`, bounds, cost) do not depend on a change: how the run stands with them is told beside,
and how often a rule on new findings would fail without any change.

Planted losses have the detectable size that the gate prints (the median of the comparisons without a change), in one
rule at a time, with Holm's correction over all of them: `benchmarks.gate.planted`. Exit code 1 when a share lies
outside what is asked: at most 5% FAIL and at least 80% PASS without a change, at least 80% FAIL with a planted loss.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.special import ndtri

from benchmarks.gate.fresh import newly_found
from benchmarks.gate.noise import Array, Measured, Noise, Sides, read_noise
from benchmarks.gate.planted import SPREADS, plant
from evals.compare import read_scores
from evals.gate.decide import decide
from evals.gate.evidence import Slice
from evals.gate.policy import Never, NoWorse, Policy, load_policy
from evals.gate.records import RuleResult
from evals.gate.regression import Compared, decide_all
from evals.shipped import find_named
from evals.stats import Difference, paired_differences

QUESTIONS = 60
"""As many as the shipped suite asks."""
MOST_FAIL, LEAST_PASS, LEAST_CAUGHT = 0.05, 0.8, 0.8


def main(runs: Sequence[Path], noise: Path, comparisons: int = 1000, questions: int = QUESTIONS, each: int = 1) -> int:
    """Print the shares for each run; 1 when one of them is not what is asked. `noise` lends to runs with one answer."""
    policy = _policy()
    lender = None if list(runs) == [noise] else read_noise(noise, measures())
    read = {run: lender if lender and run == noise else read_noise(run, measures(), lender) for run in runs}
    return max(int(not _one_run(run, one, policy, comparisons, questions, each)) for run, one in read.items())


def measures() -> tuple[str, ...]:
    """What the shipped policy's rules against a baseline look at."""
    return tuple(rule.no_worse for rule in _regressions(_policy()))


def _policy() -> Policy:
    return load_policy(find_named("default", "policies", ".yaml", "policy"))


def _regressions(policy: Policy) -> list[NoWorse]:
    return [rule for rule in policy.rules if isinstance(rule, NoWorse)]


def _one_run(run: Path, noise: Noise, policy: Policy, comparisons: int, questions: int, each: int) -> bool:
    rules = _regressions(policy)
    drawn = noise.draw(comparisons, questions, np.random.default_rng(0), each)
    seen = {rule.id: compared(rule, policy, noise.measures[rule.no_worse], drawn[rule.no_worse]) for rule in rules}
    results = _decided(seen)
    answers = "1 answer" if each == 1 else f"{each} answers"
    print(f"{run.name}: {len(noise.answers)} questions, noise: {noise.kind}")
    print(f"  {comparisons} comparisons of {questions} questions drawn, {answers} to each on either side")
    print(f"  the run by itself: {_state(run, policy)}")
    for rule in policy.rules:
        if isinstance(rule, Never) and rule.new_only and noise.lender is None and each == 1:
            told = newly_found(run, rule.never, noise, (comparisons, questions), policy.confidence)
            print(f"  nothing changed, {rule.id}: {told}")
    good = _print_no_change(rules, drawn, results)
    for rule in rules:
        good &= _print_planted(rule, policy, noise.measures[rule.no_worse], drawn[rule.no_worse], seen, results)
    return good


def _state(run: Path, policy: Policy) -> str:
    """How the run stands with the rules that judge it by itself."""
    scores = read_scores(run)
    found = [one for one in decide(scores, scores, policy).results if one.kind != "no_worse"]
    broken = [one for one in found if one.verdict != "PASS"]
    told = "; ".join(f"{one.id} {one.verdict}" for one in broken)
    return f"{len(found) - len(broken)} of {len(found)} other rules hold" + (f" ({told})" if told else "")


# --- decisions by the gate's own code --------------------------------------------------------------------------------


def compared(rule: NoWorse, policy: Policy, measured: Measured, sides: Sides) -> list[Compared]:
    """What the gate knows of a rule before its correction, for each comparison (row)."""
    before, after = sides
    lost = np.isnan(after) & ~np.isnan(before)
    seen = differences(before, after, measured)
    low, high = measured.ends or (float(np.nanmin(measured.values)), float(np.nanmax(measured.values)))
    low, high = (low, high) if measured.described.better == "up" else (high, low)
    worst, best = (
        seen if not lost.any() else differences(before, np.where(lost, end, after), measured) for end in (low, high)
    )
    return [
        Compared(
            rule=rule, part=Slice(), described=measured.described, confidence=rule.confidence or policy.confidence,
            chosen={}, lost=("?",) * int(lost[n].sum()), seen=seen[n], worst=worst[n], best=best[n], not_scored={},
        )
        for n in range(len(before))
    ]  # fmt: skip


def differences(before: Array, after: Array, measured: Measured) -> list[Difference | None]:
    """The gate's difference of each row, over the questions with a value on both sides."""
    both = ~(np.isnan(before) | np.isnan(after))
    counts = both.sum(axis=1)
    found: list[Difference | None] = [None] * len(before)
    for count in np.unique(counts[counts > 0]):
        rows = np.flatnonzero(counts == count)
        one, other = (side[rows][both[rows]].reshape(len(rows), count) for side in (before, after))
        made = paired_differences(one, other, np.ones_like(one), better=measured.described.better, ends=measured.ends)
        for row, difference in zip(rows, made, strict=True):
            found[row] = difference
    return found


def _decided(seen: Mapping[str, Sequence[Compared]]) -> list[dict[str, RuleResult]]:
    """The results of all rules by id, comparison by comparison."""
    return [{one.id: one for one in decide_all(row)} for row in zip(*seen.values(), strict=True)]


# --- what is printed -------------------------------------------------------------------------------------------------


def _print_no_change(
    rules: Sequence[NoWorse], drawn: Mapping[str, Sides], results: Sequence[Mapping[str, RuleResult]]
) -> bool:
    verdicts = Counter(_whole(row.values()) for row in results)
    share = {name: verdicts[name] / len(results) for name in ("PASS", "FAIL", "UNDECIDED")}
    good = share["FAIL"] <= MOST_FAIL and share["PASS"] >= LEAST_PASS
    print(f"  nothing changed: {_shares(share)}{'' if good else '  <- not as asked'}")
    for rule in rules:
        own = Counter(row[rule.id].verdict for row in results)
        loss, (before, after) = detectable(results, rule), drawn[rule.no_worse]
        size = "no loss" if loss is None else f"{loss:.3f}, margin {rule.margin:g} = {rule.margin / loss:.2f} of it"
        told = _shares({name: own[name] / len(results) for name in share})
        most = rule.margin * math.sqrt(before.shape[1]) / float(ndtri(0.975) + ndtri(LEAST_PASS))
        print(
            f"    {rule.id:<15} {told}; a gain's sd {np.nanstd(after - before):.3f} (80% PASS to {most:.2f});", end=""
        )
        print(f" can see {size}")
    return good


def _print_planted(
    rule: NoWorse, policy: Policy, measured: Measured, sides: Sides, seen: Mapping[str, Sequence[Compared]],
    results: Sequence[Mapping[str, RuleResult]],
) -> bool:  # fmt: skip
    loss, good = detectable(results, rule), True
    for spread in SPREADS if loss is not None else ():
        after = plant(sides[1], loss or 0.0, measured, spread, np.random.default_rng(1))
        if after is None:
            continue
        # The other rules only lend their p-values to the correction: their own results are not made again.
        others = {id_: [replace(one, seen=None) for one in rows] for id_, rows in seen.items()}
        decided = _decided({**others, rule.id: compared(rule, policy, measured, (sides[0], after))})
        failed = sum(row[rule.id].verdict == "FAIL" for row in decided) / len(decided)
        good &= failed >= LEAST_CAUGHT
        mark = "" if failed >= LEAST_CAUGHT else "  <- not as asked"
        print(f"    loss of {loss:.3f} in {rule.id}, borne {spread}: {failed:.1%} FAIL{mark}")
    return good


def detectable(results: Sequence[Mapping[str, RuleResult]], rule: NoWorse) -> float | None:
    """The loss that the gate says it can see: the median of the comparisons."""
    found = [row[rule.id].detectable for row in results]
    known = [loss for loss in found if loss is not None]
    return float(np.median(known)) if 2 * len(known) > len(found) else None


def _whole(results: Iterable[RuleResult]) -> str:
    verdicts = {one.verdict for one in results}
    return "FAIL" if "FAIL" in verdicts else "UNDECIDED" if "UNDECIDED" in verdicts else "PASS"


def _shares(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{share:.1%} {name}" for name, share in shares.items())
