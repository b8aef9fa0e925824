"""Differences, margins, counts, several rules at once, and what a comparison could have seen."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from evals.gate.power import detectable
from evals.stats import (
    Difference,
    Ends,
    clopper_pearson,
    detectable_drop,
    holm,
    mcnemar,
    non_inferior,
    paired_difference,
    paired_differences,
    power_to_fail,
    questions_needed,
    rule_of_three,
    upper_bound,
    wilson,
)


def _pairs(before, after):
    return {str(i): [(float(a), float(b))] for i, (a, b) in enumerate(zip(before, after, strict=True))}


def test_a_gain_is_above_zero_whichever_way_is_better():
    up = paired_difference(_pairs([0.5] * 30, np.linspace(0.5, 0.8, 30)), better="up")
    down = paired_difference(_pairs(np.linspace(8, 9, 30), np.linspace(6, 8, 30)), better="down", ends=None)
    assert up.gain == pytest.approx(sum(np.linspace(0.0, 0.3, 30)) / 30)
    assert down.gain == pytest.approx(8.5 - 7.0)
    assert (down.before, down.after) == (pytest.approx(8.5), pytest.approx(7.0))


def test_each_question_weighs_the_same_and_clusters_are_counted():
    found = paired_difference({"a": [(0.0, 1.0)], "b": [(0.0, 0.0), (0.0, 0.0), (0.0, 0.0)]}, better="up")
    assert found.gain == pytest.approx((1 + 0 + 0 + 0) / 4)
    assert (found.pairs, found.clusters, found.low, found.high) == (4, 2, None, None)
    assert paired_difference({}, better="up") is None


def test_for_spread_out_gains_the_limits_are_students():
    rng = np.random.default_rng(2)
    before, after = rng.random(40), rng.random(40)
    found = paired_difference(_pairs(before, after), better="up")
    expected = scipy_stats.ttest_rel(after, before).confidence_interval()
    assert found.method == "t"
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert found.p_worse == pytest.approx(scipy_stats.ttest_rel(after, before, alternative="less").pvalue, abs=1e-9)


def test_without_any_change_a_rare_fall_is_still_possible():
    found = paired_difference(_pairs([1.0] * 60, [1.0] * 60), better="up")
    assert found.method == "bounded"
    assert -0.05 < found.low < -0.03  # half a question of sixty that fell from 1 to 0, at 97.5%
    assert found.p_worse > 0.4


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([0.0, 0.25, 0.5, 0.8, 1.0])] * 2), min_size=20, max_size=50))
def test_exchanging_the_runs_turns_the_interval_round(pairs):
    there = paired_difference(_pairs(*zip(*pairs, strict=True)), better="up")
    back = paired_difference(_pairs(*list(zip(*pairs, strict=True))[::-1]), better="up")
    assert back.gain == pytest.approx(-there.gain, abs=1e-9)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low), abs=1e-4)
    assert (there.p_worse < 0.025) == (there.high < 0) or abs(there.high) < 1e-4


def test_one_answer_that_fell_is_not_a_regression_and_eight_are():
    few = paired_difference(_pairs([1.0] * 60, [0.0] + [1.0] * 59), better="up")
    many = paired_difference(_pairs([1.0] * 60, [0.0] * 8 + [1.0] * 52), better="up")
    assert non_inferior(few, 0.05) == "UNDECIDED"
    assert non_inferior(many, 0.05) == "FAIL"


DECISIONS = [
    (-0.04, 0.02, 0.05, "PASS"),
    (-0.05, 0.02, 0.05, "UNDECIDED"),
    (-0.04, -0.01, 0.05, "PASS"),
    (-0.09, -0.01, 0.05, "FAIL"),
    (-0.09, 0.0, 0.05, "UNDECIDED"),
    (0.01, 0.2, 0.0, "PASS"),
    (None, None, 0.05, "UNDECIDED"),
]


@pytest.mark.parametrize(("low", "high", "margin", "wanted"), DECISIONS)
def test_a_margin_is_held_broken_or_undecided(low, high, margin, wanted):
    found = Difference(
        before=0.9, after=0.9, gain=0.0, low=low, high=high, pairs=60, clusters=60, sd=0.1, p_worse=None, method="t"
    )
    assert non_inferior(found, margin) == wanted


def test_nothing_to_compare_is_undecided_and_a_margin_is_a_number_from_zero():
    assert non_inferior(None, 0.1) == "UNDECIDED"
    for margin in (-0.1, float("nan")):
        with pytest.raises(ValueError, match="margin"):
            non_inferior(None, margin)


@pytest.mark.parametrize(("yes", "of"), [(0, 60), (3, 60), (30, 60), (60, 60)])
def test_exact_and_wilson_intervals_agree_with_scipy(yes, of):
    test = scipy_stats.binomtest(yes, of)
    exact, score = test.proportion_ci(method="exact"), test.proportion_ci(method="wilson")
    assert clopper_pearson(yes, of) == pytest.approx((exact.low, exact.high), abs=1e-9)
    assert wilson(yes, of) == pytest.approx((score.low, score.high), abs=1e-9)
    upper = scipy_stats.binomtest(yes, of, alternative="less").proportion_ci(confidence_level=0.95, method="exact")
    assert upper_bound(yes, of) == pytest.approx(upper.high, abs=1e-9)


def test_no_event_in_sixty_bounds_the_rate_at_about_five_per_cent():
    assert rule_of_three(60) == pytest.approx(3 / 60)
    assert upper_bound(0, 60) == pytest.approx(1 - 0.05 ** (1 / 60))
    assert rule_of_three(2) == 1.0


IMPOSSIBLE = {
    "of nothing": lambda: clopper_pearson(1, 0),
    "more yes than answers": lambda: wilson(3, 2),
    "a negative number of events": lambda: upper_bound(-1, 5),
    "no units": lambda: rule_of_three(0),
    "a negative number of pairs": lambda: mcnemar(-1, 2),
}


@pytest.mark.parametrize("call", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_impossible_counts_are_refused(call):
    with pytest.raises(ValueError, match="got"):
        call()


@pytest.mark.parametrize(("worse", "better"), [(0, 0), (5, 0), (6, 0), (8, 1), (10, 10), (3, 9)])
def test_mcnemar_is_the_exact_sign_test(worse, better):
    expected = scipy_stats.binomtest(worse, worse + better).pvalue if worse + better else 1.0
    assert mcnemar(worse, better) == pytest.approx(expected, abs=1e-12)


def test_holm_multiplies_the_smallest_most_and_keeps_the_order():
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03})
    assert list(adjusted) == ["a", "b", "c"]
    assert adjusted == pytest.approx({"a": 3 * 0.01, "b": 2 * 0.03, "c": 2 * 0.03})


@given(st.dictionaries(st.text(max_size=3), st.floats(0, 1), max_size=8))
def test_holm_never_lowers_a_p_value_and_stays_a_probability(values):
    adjusted = holm(values)
    assert all(values[key] <= adjusted[key] <= 1.0 for key in values)
    assert sorted(adjusted.values()) == [adjusted[key] for key in sorted(adjusted, key=lambda k: (adjusted[k], k))]


def test_holm_refuses_what_is_no_probability():
    with pytest.raises(ValueError, match="p-value"):
        holm({"a": float("nan")})


def _failed(before: np.ndarray, after: np.ndarray, *, margin: float, rules: int, ends: Ends | None) -> float:
    """The share of comparisons (rows) that FAIL where this is the first of so many rules by Holm."""
    found = paired_differences(before, after, np.ones_like(before), better="up", ends=ends)
    fails = [non_inferior(one, margin) == "FAIL" and (one.p_worse or 0.0) * rules < 0.025 for one in found]
    return sum(fails) / len(fails)


LOSSES = {
    "spread evenly, on a scale without ends": (None, 7.0, 1.0, 0.3, "evenly"),
    "spread evenly, on a scale with ends": ((0.0, 1.0), 0.7, 0.1, 0.05, "evenly"),
    "borne by few of perfect answers": ((0.0, 1.0), 1.0, 0.0, 0.1, "by few"),
    "borne by few where answers vary": ((0.0, 1.0), 0.8, 0.1, 0.1, "by few"),
    "within the margin": ((0.0, 1.0), 0.7, 0.02, 0.3, "evenly"),
}


@pytest.mark.parametrize(("ends", "mean", "sd", "margin", "spread"), LOSSES.values(), ids=LOSSES)
def test_a_loss_of_the_detectable_size_is_failed_four_times_of_five(ends, mean, sd, margin, spread):
    rng = np.random.default_rng(4)
    before, noise = np.full((700, 60), mean), rng.normal(0, sd, (700, 60))
    planned = paired_differences(before, before + noise, np.ones_like(before), better="up", ends=ends)
    drop = float(np.median([detectable_drop(one, margin=margin, rules=8) or np.nan for one in planned]))
    assert drop >= margin
    fallen = rng.random(before.shape) < drop / mean
    after = before + noise - drop if spread == "evenly" else np.where(fallen, 0.0, before + noise)
    assert _failed(before, after, margin=margin, rules=8, ends=ends) >= 0.77  # two standard errors below 0.8


def test_a_loss_that_is_larger_than_the_scale_leaves_room_for_cannot_be_seen():
    found = paired_difference(_pairs([0.05] * 60, [0.05] * 60), better="up")
    assert (found.fall, found.rise) == (pytest.approx(0.05), pytest.approx(0.95))
    assert detectable_drop(found) is None


def test_without_limits_nothing_is_told_of_what_could_be_seen():
    assert detectable_drop(paired_difference(_pairs([0.5] * 19, [0.4] * 19), better="up")) is None


@given(st.integers(20, 200), st.floats(0.0, 0.3), st.integers(1, 8))
@settings(max_examples=25, deadline=None)
def test_more_questions_see_smaller_losses_and_more_rules_only_larger_ones(clusters, sd, rules):
    one = Difference(
        before=0.9, after=0.9, gain=0.0, low=-2 * sd / clusters**0.5, high=2 * sd / clusters**0.5, pairs=clusters,
        clusters=clusters, sd=sd, p_worse=0.5, method="t", fall=0.9, rise=0.1,
    )  # fmt: skip
    more = replace(one, clusters=2 * clusters, low=one.low / 2**0.5, high=one.high / 2**0.5)
    known = detectable_drop(one, rules=rules)
    assert known is None or (detectable_drop(more, rules=rules) or 1.0) <= known + 1e-9
    assert known is None or known <= (detectable_drop(one, rules=rules + 1) or 1.0) + 1e-9


def test_many_comparisons_at_once_are_what_each_is_alone():
    rng = np.random.default_rng(9)
    before, after = rng.integers(0, 3, (5, 40)) / 2, rng.integers(0, 3, (5, 40)) / 2
    together = paired_differences(before, after, np.ones_like(before), better="up")
    for one, old, new in zip(together, before, after, strict=True):
        # A single comparison puts its clusters in the order of their names: sums differ in the last digits.
        alone = paired_difference(_pairs(old, new), better="up")
        assert (one.gain, one.low, one.high) == pytest.approx((alone.gain, alone.low, alone.high), abs=1e-5)
        assert one.method == alone.method


def test_power_is_what_a_drop_of_the_planned_size_needs():
    assert power_to_fail(0.1, 0.2, 60) == pytest.approx(0.972, abs=0.002)
    assert power_to_fail(0.0, 0.0, 60) == 0.0
    with pytest.raises(ValueError, match="cluster"):
        power_to_fail(0.1, 0.2, 0)


def test_so_many_questions_pass_a_change_without_effect_four_times_of_five():
    rng = np.random.default_rng(6)
    needed = questions_needed(0.2, 0.08)
    passed = 0
    for _ in range(300):
        after = 0.6 + rng.normal(0, 0.2, needed)
        passed += non_inferior(paired_difference(_pairs([0.6] * needed, after), better="up"), 0.08) == "PASS"
    assert 0.72 <= passed / 300 <= 0.88
    with pytest.raises(ValueError, match="margin"):
        questions_needed(0.2, 0.0)


@given(st.floats(0.01, 0.5), st.floats(0.02, 0.3))
def test_a_smaller_margin_needs_more_questions(sd, margin):
    assert questions_needed(sd, margin / 2) >= questions_needed(sd, margin)


def test_questions_that_lost_their_value_enlarge_the_loss_that_a_rule_can_see():
    rng = np.random.default_rng(8)
    before = rng.uniform(0.6, 0.9, (1, 60))
    after = before + rng.normal(0, 0.1, (1, 60))
    ones = np.ones_like(before)
    (seen,) = paired_differences(before[:, :50], after[:, :50], ones[:, :50], better="up")
    filled = np.where(np.arange(60) < 50, after, 1.0)
    (best,) = paired_differences(before, filled, ones, better="up")
    alone, hidden = (detectable(seen, 0.1, 0.025, 8, one) for one in (seen, best))
    assert alone is not None
    # Ten of sixty may each have gained a quarter: 50/60 of the loss has to make up for that.
    assert hidden is not None
    assert hidden > alone
    # Planted, it fails about four times of five.
    failed = 0
    for _ in range(200):
        moved = before + rng.normal(0, 0.1, (1, 60)) - hidden
        (worse,) = paired_differences(before, np.where(np.arange(60) < 50, moved, 1.0), ones, better="up")
        failed += worse.high is not None and worse.high < 0
    assert failed >= 160
