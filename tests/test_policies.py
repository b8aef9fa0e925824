"""The shipped policies: every rule says why, and no margin is finer than the shipped baseline's questions can see."""

from pathlib import Path

import pytest

from evals.compare import describe, ends_of, read_scores
from evals.gate.policy import NoWorse, load_policy
from evals.gate.values import read_values
from evals.stats import detectable_drop, paired_difference
from tests.cases import ROOT

POLICIES = sorted((ROOT / "datasets" / "policies").glob("*.yaml"))
BASELINE = ROOT / "reports" / "baseline"


def _compared(path: Path) -> list[NoWorse]:
    return [rule for rule in load_policy(path).rules if isinstance(rule, NoWorse)]


@pytest.mark.parametrize("path", POLICIES, ids=[path.stem for path in POLICIES])
def test_each_rule_of_a_shipped_policy_gives_its_reason_in_a_sentence(path: Path) -> None:
    for rule in load_policy(path).rules:
        assert len(rule.because.split()) >= 8, rule.id


@pytest.mark.parametrize("path", POLICIES, ids=[path.stem for path in POLICIES])
def test_no_shipped_margin_is_smaller_than_half_of_what_the_shipped_baseline_can_see(path: Path) -> None:
    # The baseline against itself: its questions, its scores, no noise of a generator, all rules of the policy at once.
    policy, rules, scores = load_policy(path), _compared(path), read_scores(BASELINE)
    for rule in rules:
        values, measure = read_values(scores, rule.no_worse), describe(rule.no_worse)
        pairs: dict[str, list[tuple[float, float]]] = {}
        for key, own in values.items():
            if own and own[0] is not None:
                pairs.setdefault(scores.questions[key].cluster, []).append((own[0], own[0]))
        found = paired_difference(
            pairs, better=measure.better, ends=ends_of(measure, values), confidence=policy.confidence
        )
        assert found is not None
        loss = detectable_drop(found, margin=rule.margin, rules=len(rules), confidence=policy.confidence)
        assert loss is None or rule.margin >= loss / 2, (rule.id, loss)
