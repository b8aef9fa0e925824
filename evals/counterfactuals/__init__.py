"""Counterfactual pairs: change one field of a record and see whether the answer changes when it must, and only then."""

from evals.counterfactuals.asking import Outcome, ask_pairs
from evals.counterfactuals.changed import difference
from evals.counterfactuals.pairs import Pair, build_pairs
from evals.counterfactuals.rates import Rate, Rates, rates_of

__all__ = ["Outcome", "Pair", "Rate", "Rates", "ask_pairs", "build_pairs", "difference", "rates_of"]
