"""Intervals: what they cover, and when none is given."""

import numpy as np
import pytest

from evals.stats import MIN_CLUSTERS, mean_interval


def test_the_mean_is_over_all_values_not_over_clusters():
    interval = mean_interval({"a": [1.0, 1.0, 1.0], "b": [0.0]})
    assert interval.mean == pytest.approx((1 + 1 + 1 + 0) / 4)
    assert (interval.values, interval.clusters) == (4, 2)


def test_no_value_gives_no_interval_at_all():
    assert mean_interval({}) is None
    assert mean_interval({"a": []}) is None


def test_few_clusters_give_a_mean_without_limits():
    interval = mean_interval({str(i): [0.5] for i in range(MIN_CLUSTERS - 1)})
    assert (interval.low, interval.high) == (None, None)


def test_the_same_values_and_seed_give_the_same_interval_in_any_order():
    rng = np.random.default_rng(3)
    clusters = {str(i): list(rng.random(3)) for i in range(40)}
    backwards = dict(reversed(clusters.items()))
    assert mean_interval(clusters, seed=1) == mean_interval(backwards, seed=1)


def test_repeats_of_a_question_do_not_narrow_the_interval():
    rng = np.random.default_rng(5)
    once = {str(i): [float(v)] for i, v in enumerate(rng.random(40))}
    thrice = {key: values * 3 for key, values in once.items()}
    a, b = mean_interval(once), mean_interval(thrice)
    assert (a.low, a.high) == pytest.approx((b.low, b.high), abs=1e-9)


def test_the_interval_covers_the_true_mean_about_as_often_as_it_says():
    rng = np.random.default_rng(11)
    covered = 0
    for seed in range(120):
        clusters = {str(i): list(np.clip(rng.normal(0.6, 0.2) + rng.normal(0, 0.05, 2), 0, 1)) for i in range(60)}
        interval = mean_interval(clusters, seed=seed)
        covered += interval.low <= 0.5985 <= interval.high
    assert 0.88 <= covered / 120 <= 1.0
