"""Numbers with their uncertainty. Pure functions of values by cluster; no clock, no files, and nothing drawn at random.

A cluster is a question with its paraphrases and twin, repeats inside: answers within one are not independent, so every
interval rests on the clusters. What each method is, where it comes from and why it was chosen: the module it stands in.
`python -m benchmarks.statistics` shows how often the intervals cover.
"""

from evals.stats.counts import clopper_pearson, mcnemar, rule_of_three, upper_bound, wilson
from evals.stats.intervals import MIN_CLUSTERS, Ends, Interval, limits, mean_interval
from evals.stats.paired import Better, Decision, Difference, non_inferior, paired_difference, paired_differences
from evals.stats.power import detectable_drop, power_to_fail, questions_needed
from evals.stats.several import holm
from evals.stats.worst_case import Bounds, worst_case

__all__ = [
    "MIN_CLUSTERS",
    "Better",
    "Bounds",
    "Decision",
    "Difference",
    "Ends",
    "Interval",
    "clopper_pearson",
    "detectable_drop",
    "holm",
    "limits",
    "mcnemar",
    "mean_interval",
    "non_inferior",
    "paired_difference",
    "paired_differences",
    "power_to_fail",
    "questions_needed",
    "rule_of_three",
    "upper_bound",
    "wilson",
    "worst_case",
]
