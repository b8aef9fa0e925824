"""How likely an answer says a statement, from the sentences found for it: how far they bear it out, how near they are.

In a corpus, support alone tells: search has found what is about the matter. An answer of ten lines has a nearest line
for anything, so here it counts as much how near that line is, and how many of the statement's own words stand in it.
The weights are `datasets/lexicons/completeness_said.yaml`; `training/completeness.py` fits them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from evals.judges.slots import align
from evals.judges.slots.reading import read
from evals.judges.weighing import Look, Weighed, nearest_look, weigh
from evals.lexicons import load_yaml

FEATURES = (
    "supported", "contradicted", "telling_closeness", "telling_repeated", "near_coverage", "near_nearness",
    "near_repeated", "near_supported", "near_against", "near_differs", "most_coverage", "most_nearness", "parted",
)  # fmt: skip
_SUREST = 1e-3


@dataclass(frozen=True)
class Heard:
    """A statement, or one part of it, and all windows of the answer that were read for it; there is at least one."""

    claim: str
    looks: tuple[Look, ...]

    @cached_property
    def weighed(self) -> Weighed:
        """What the windows together make of it, as of a claim beside a corpus."""
        return weigh(self.looks)

    @cached_property
    def telling(self) -> Look:
        """The one sentence that most bears it out."""
        return max(self._single(), key=lambda one: (one.opinion.supported, one.closeness))

    @cached_property
    def near(self) -> Look:
        """The one sentence that is most about it."""
        return nearest_look(self._single())

    def repeated(self, sentence: Look) -> float:
        """The share of its words, by weight, that a sentence itself has, in [0, 1]; a heading may just ask."""
        said = read(self.claim)
        return align.share(said.keys, said.weights, read(sentence.match.window.text).keys)

    def _single(self) -> Sequence[Look]:
        return [one for one in self.looks if one.single] or self.looks


def features(heard: Heard, parted: bool) -> tuple[float, ...]:
    """The `FEATURES` of what was heard; `parted`: of a statement that has several parts."""
    shares, near = heard.weighed.shares, heard.near
    return (
        _log_odds(shares["supported"]), _log_odds(shares["contradicted"]),
        heard.telling.closeness, heard.repeated(heard.telling),
        near.match.coverage, near.match.nearness, heard.repeated(near),
        _log_odds(near.opinion.supported), _log_odds(near.opinion.contradicted),
        float(near.has("clash") or near.has("inflated")),
        max(one.match.coverage for one in heard.looks), max(one.match.nearness for one in heard.looks),
        float(parted),
    )  # fmt: skip


def deciding(whole: Heard, parts: Sequence[Heard]) -> Heard:
    """What decides about a statement: the whole, or its weakest part where even that is borne out better."""
    weakest = min(parts, key=_support, default=whole)
    return max(whole, weakest, key=_support)


def denied(heard: Heard) -> bool:
    """Whether more speaks against it than for it, and a slot check names what: however near, that is not saying it."""
    differs = any(one.has("clash") for one in (heard.near, heard.telling))
    return differs and heard.weighed.shares["contradicted"] >= heard.weighed.shares["supported"]


def _support(heard: Heard) -> float:
    return round(heard.weighed.shares["supported"], 6)


def likelihood(values: Sequence[float]) -> float:
    """The chance that a statement with these `FEATURES` is said, in [0, 1]."""
    rule = _rule()
    odds = float(rule.weights @ ((np.array(values) - rule.mean) / rule.scale)) + rule.bias
    return 1 / (1 + math.exp(-odds))


def _log_odds(share: float) -> float:
    kept = min(max(share, _SUREST), 1 - _SUREST)
    return math.log(kept / (1 - kept))


@dataclass(frozen=True, eq=False)
class _Rule:
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: float


@cache
def _rule() -> _Rule:
    content = load_yaml("completeness_said.yaml")
    rows = [content["features"][name] for name in FEATURES]
    mean, scale, weights = (np.array([row[name] for row in rows]) for name in ("mean", "scale", "weight"))
    return _Rule(mean, scale, weights, float(content["bias"]))
