"""Intervals: what they cover, which method makes them, and when none is given."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betaincinv

from evals.stats import MIN_CLUSTERS, limits, mean_interval, wilson, worst_case
from evals.stats.bounded import quantile, with_ends


def _one_each(values):
    return {str(i): [float(v)] for i, v in enumerate(values)}


def test_the_mean_is_over_all_values_not_over_clusters():
    interval = mean_interval({"a": [1.0, 1.0, 1.0], "b": [0.0]})
    assert interval.mean == pytest.approx((1 + 1 + 1 + 0) / 4)
    assert (interval.values, interval.clusters) == (4, 2)


def test_no_value_gives_no_interval_at_all():
    assert mean_interval({}) is None
    assert mean_interval({"a": []}) is None


def test_few_clusters_give_a_mean_without_limits():
    interval = mean_interval(_one_each([0.5] * (MIN_CLUSTERS - 1)))
    assert (interval.low, interval.high, interval.method) == (None, None, None)


def test_the_same_values_and_seed_give_the_same_interval_in_any_order():
    rng = np.random.default_rng(3)
    clusters = {str(i): list(rng.random(3)) for i in range(40)}
    backwards = dict(reversed(clusters.items()))
    assert mean_interval(clusters, seed=1) == mean_interval(backwards, seed=1)


@pytest.mark.parametrize("kind", ["t", "bounded", "wilson"])
def test_repeats_of_a_question_do_not_narrow_the_interval(kind):
    rng = np.random.default_rng(5)
    drawn = rng.random(40)
    values = {"t": drawn, "bounded": np.minimum(drawn * 2, 1), "wilson": drawn > 0.5}[kind]
    once = _one_each(values)
    thrice = {key: own * 3 for key, own in once.items()}
    a, b = mean_interval(once), mean_interval(thrice)
    assert a.method == b.method == kind
    assert (a.low, a.high) == pytest.approx((b.low, b.high), abs=1e-5)


METHODS = [
    ("spread over the scale", np.linspace(0.2, 0.9, 40), "t"),
    ("one in ten perfect", [*np.linspace(0.2, 0.9, 36), 1, 1, 1, 1], "t"),
    ("more than one in ten perfect", [*np.linspace(0.2, 0.9, 35), 1, 1, 1, 1, 1], "bounded"),
    ("most of them alike", [*[0.7] * 25, *np.linspace(0.5, 0.9, 15)], "bounded"),
    ("skewed", [0.01, *np.linspace(0.90, 0.95, 39)], "bounded"),
    ("all perfect", [1.0] * 40, "bounded"),
    ("yes and no", [*[1.0] * 30, *[0.0] * 10], "wilson"),
    ("hardly a no", [*[1.0] * 36, *[0.0] * 4], "bounded"),
]


@pytest.mark.parametrize(("values", "method"), [case[1:] for case in METHODS], ids=[case[0] for case in METHODS])
def test_the_data_decide_the_method(values, method):
    assert mean_interval(_one_each(values)).method == method


def test_yes_and_no_of_independent_questions_give_wilsons_interval():
    interval = mean_interval(_one_each([1] * 40 + [0] * 20))
    assert (interval.low, interval.high) == pytest.approx(wilson(40, 60), abs=1e-9)


def test_a_design_effect_widens_wilsons_interval():
    alone = mean_interval(_one_each([1] * 60 + [0] * 60))
    in_pairs = mean_interval({str(i): [float(i < 30)] * 2 for i in range(60)})
    assert in_pairs.high - in_pairs.low > alone.high - alone.low


@pytest.mark.parametrize(("yes", "of"), [(60, 60), (59, 60), (57, 60), (20, 20), (19, 20)])
def test_for_nearly_saturated_answers_the_lower_limit_is_jeffreys(yes, of):
    interval = mean_interval(_one_each([1] * yes + [0] * (of - yes)))
    assert interval.low == pytest.approx(betaincinv(yes + 0.5, of - yes + 0.5, 0.025), abs=0.002)
    assert (interval.high == 1.0) is (yes == of)


def test_the_saddlepoint_is_the_distribution_of_exponential_weights():
    rng = np.random.default_rng(0)
    values = rng.beta(8, 1, 40)
    data = with_ends(values[None], np.ones((1, 40)), (np.zeros(1), np.ones(1)))
    weights = rng.standard_gamma(data[2][0], (100_000, 42))
    drawn = weights @ data[0][0] / (weights @ data[1][0])
    for level in (0.025, 0.5, 0.975):
        assert quantile(level, *data)[0] == pytest.approx(np.quantile(drawn, level), abs=0.0015)


def test_a_measure_without_ends_has_limits_only_where_values_differ():
    assert mean_interval(_one_each([7.0] * 30), ends=None).low is None
    interval = mean_interval(_one_each(np.linspace(5, 9, 30)), ends=None)
    assert interval.low < 7 < interval.high


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.9, 1.0]), min_size=1, max_size=3), min_size=20, max_size=60)
)
def test_limits_lie_on_the_scale_and_around_the_mean(values):
    interval = mean_interval({str(i): own for i, own in enumerate(values)})
    assert 0.0 <= interval.low <= interval.mean <= interval.high <= 1.0


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=20, max_size=50), st.sampled_from([0.8, 0.9, 0.99]))
def test_more_confidence_never_gives_a_shorter_interval(values, confidence):
    usual = mean_interval(_one_each(values), confidence=0.8)
    more = mean_interval(_one_each(values), confidence=confidence)
    assert more.high - more.low >= usual.high - usual.low - 1e-5


SHAPES = [
    ("continuous", lambda rng, shape: np.clip(rng.normal(0.6, 0.2, shape), 0, 1), 0.5965),
    ("saturated", lambda rng, shape: np.where(rng.random(shape) < 0.1, rng.random(shape), 1.0), 0.95),
    ("nearly all perfect", lambda rng, shape: np.where(rng.random(shape) < 0.04, 0.5, 1.0), 0.98),
]


@pytest.mark.parametrize(("draw", "truth"), [case[1:] for case in SHAPES], ids=[case[0] for case in SHAPES])
def test_intervals_cover_the_true_mean_as_often_as_they_say(draw, truth):
    # A short form of `python -m benchmarks.statistics`, on made-up scores.
    sums = draw(np.random.default_rng(11), (400, 60))
    low, high, _ = limits(sums, np.ones_like(sums))
    covered = ((low <= truth) & (truth <= high)).mean()
    assert 0.92 <= covered <= 0.99


def test_missing_values_bound_the_mean_from_both_sides():
    clusters = {str(i): [0.8] for i in range(40)}
    bounds = worst_case(clusters, {"0": 1, "x": 9})
    assert bounds.lowest_mean == pytest.approx(40 * 0.8 / 50)
    assert bounds.highest_mean == pytest.approx((40 * 0.8 + 10) / 50)
    assert bounds.low < bounds.lowest_mean < bounds.highest_mean < bounds.high
    assert (bounds.values, bounds.missing) == (40, 10)
    assert worst_case({}, {}) is None


def test_without_missing_values_the_bounds_are_the_mean():
    bounds = worst_case({str(i): [i / 40] for i in range(40)}, {})
    assert bounds.lowest_mean == bounds.highest_mean == pytest.approx(sum(i / 40 for i in range(40)) / 40)
