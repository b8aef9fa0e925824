"""What the windows found for a claim say together -> how likely each label is.

For each window: the verifier's opinion and the slot checks. A handful of features of all of them go through one
multinomial logistic rule whose weights and cut-offs are a data file, fitted by `training/calibrate.py`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from evals.judges.evidence import Match, Window
from evals.judges.slots import SlotFinding, compare
from evals.judges.slots.numbers import absolute
from evals.judges.verifier import Opinion, verify
from evals.judges.verifier.encoder import WEIGHTS
from evals.records import Label

LABELS: tuple[Label, ...] = ("supported", "contradicted", "partly", "not_found")
FEATURES = (
    "support_best", "against_best", "support_near", "against_near", "against_most", "coverage_best", "coverage_most",
    "nearness_best", "nearness_most", "clash_best", "clash_near", "clash_share", "inflated_best", "dropped_best",
    "extra_best", "inflated_near", "extra_near", "support_without_clash", "support_close", "against_close",
    "support_single", "against_single", "coverage_single",
)  # fmt: skip
CLOSE = 0.1
"""Windows this much less near than the nearest still speak of the same matter."""

ANY_CLASH = "any"
"""Beside the names of slots, the kind of a clash that bounds may be for."""


@dataclass(frozen=True, slots=True)
class Look:
    """One window read for a claim."""

    match: Match
    opinion: Opinion
    slots: tuple[SlotFinding, ...]

    def has(self, kind: str) -> bool:
        """Whether a slot check found this kind of difference."""
        return any(finding.kind == kind for finding in self.slots)

    @property
    def closeness(self) -> float:
        """How much the window speaks of the claim's matter: words and meaning, each in [0, 1]."""
        return (self.match.coverage + self.match.nearness) / 2

    @property
    def single(self) -> bool:
        """Whether the window is one sentence: what two bring together may be said of different things."""
        return len(self.match.window.sentences) == 1


@dataclass(frozen=True, slots=True)
class Weighed:
    """Shares of the labels, the label by the cut-offs, and the windows that bear the claim out and speak against it."""

    shares: Mapping[Label, float]
    label: Label
    best: Look
    against: Look


def look(claim: str, match: Match) -> Look:
    """Read one window for a claim."""
    opinion, slots = _read(claim, match.window)
    return Look(match, opinion, slots)


@lru_cache(maxsize=8192)
def _read(claim: str, window: Window) -> tuple[Opinion, tuple[SlotFinding, ...]]:
    # The same window is read for several scopes of one claim.
    return verify(window.sentences, claim, window.title), compare(claim, window.text, title=window.title)


def weigh(looks: Sequence[Look]) -> Weighed:
    """What all windows together make of a claim.

    Raises:
        ValueError: there is no window.
    """
    if not looks:
        raise ValueError("no window to weigh")
    rule = calibration()
    values = (np.array(features(looks)) - rule.mean) / rule.scale
    logits = rule.weights @ values + rule.bias
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    found = dict(zip(LABELS, map(float, shares), strict=True))
    found = raise_share(found, "contradicted", decisive(looks, rule.decisive))
    if label_of(found, rule.cutoffs, named(looks)) == "supported" and another_measure(looks):
        # What bears it out, but for the measure that it gives otherwise, speaks against it as strongly.
        found["supported"], found["contradicted"] = found["contradicted"], found["supported"]
    elif label_of(found, rule.cutoffs, named(looks)) == "supported" and unsaid_number(looks):
        found["supported"], found["partly"] = found["partly"], found["supported"]
    return Weighed(found, label_of(found, rule.cutoffs, named(looks)), best_look(looks), most_against(looks))


def features(looks: Sequence[Look]) -> tuple[float, ...]:
    """The `FEATURES` of the windows read for one claim."""
    best, near = best_look(looks), nearest_look(looks)
    close = [one for one in looks if one.closeness >= near.closeness - CLOSE]
    against = max(_logit(one.opinion.contradicted) for one in close)
    single = [one for one in looks if one.single]
    return (
        _logit(best.opinion.supported), _logit(best.opinion.contradicted),
        _logit(near.opinion.supported), _logit(near.opinion.contradicted), against,
        best.match.coverage, max(one.match.coverage for one in looks),
        best.match.nearness, max(one.match.nearness for one in looks),
        best.has("clash"), near.has("clash"), sum(one.has("clash") for one in close) / len(close),
        best.has("inflated"), best.has("dropped"), best.has("extra"), near.has("inflated"), near.has("extra"),
        max((_logit(one.opinion.supported) for one in looks if not one.has("clash")), default=_logit(0.0)),
        max(one.opinion.supported * one.closeness for one in looks),
        max(one.opinion.contradicted * one.closeness for one in looks),
        max((_logit(one.opinion.supported) for one in single), default=_logit(0.0)),
        max((_logit(one.opinion.contradicted) for one in single), default=_logit(0.0)),
        max((one.match.coverage for one in single), default=0.0),
    )  # fmt: skip


def best_look(looks: Sequence[Look]) -> Look:
    """The window that bears the claim out best; the first among equals."""
    return max(looks, key=lambda one: (round(one.opinion.supported, 6), one.closeness))


def nearest_look(looks: Sequence[Look]) -> Look:
    """The window that speaks most of the claim's matter."""
    return max(looks, key=lambda one: round(one.closeness, 6))


def most_against(looks: Sequence[Look]) -> Look:
    """Of the windows on the claim's matter the one that speaks most against it, a clash of slots first."""
    near = nearest_look(looks)
    close = [one for one in looks if one.closeness >= near.closeness - CLOSE]
    return max(close, key=lambda one: (one.has("clash"), round(one.opinion.contradicted, 6), one.closeness))


def decisive(looks: Sequence[Look], bounds: Mapping[str, Mapping[str, float]]) -> float:
    """How sure it is that one sentence decides: it says nearly all that the claim says, but for what clashes; else 0.

    However much other sentences seem to bear the claim out, such a one is about it. `bounds` are, for a denial and for
    any clash, the least `coverage` and `nearness` of the sentence and the `share` of such claims that are contradicted.
    """
    return max((bound["share"] for kind, bound in bounds.items() if _decides(looks, kind, bound)), default=0.0)


def _decides(looks: Sequence[Look], kind: str, bound: Mapping[str, float]) -> bool:
    near = [
        one
        for one in looks
        if one.single and one.match.coverage >= bound["coverage"] and one.match.nearness >= bound["nearness"]
    ]
    clashes = [finding.slot for finding in nearest_look(near).slots if finding.kind == "clash"] if near else []
    return kind in clashes or (kind == ANY_CLASH and bool(clashes))


def another_measure(looks: Sequence[Look]) -> bool:
    """Whether every window that bears a claim out gives another temperature or dose than the claim does."""
    close = _bearing_out(looks)
    return bool(close) and all(any(f.kind == "clash" and absolute(f) for f in one.slots) for one in close)


def unsaid_number(looks: Sequence[Look]) -> bool:
    """Whether every window that bears a claim out gives, in place of one number of it, another one of the kind."""
    close = _bearing_out(looks)
    return bool(close) and all(_one_number_otherwise(one.slots) for one in close)


def _one_number_otherwise(found: Sequence[SlotFinding]) -> bool:
    # Of many numbers most describe what is compared, and passages tell of it in other words.
    numbers = [one for one in found if one.slot == "number" and one.kind in ("clash", "extra")]
    return len(numbers) == 1 and bool(numbers[0].stated)


def _bearing_out(looks: Sequence[Look]) -> list[Look]:
    best = best_look(looks)
    close = [one for one in looks if one.opinion.supported > one.opinion.contradicted]
    return [one for one in close if one.closeness >= best.closeness - CLOSE]


def raise_share(shares: Mapping[Label, float], label: Label, share: float) -> dict[Label, float]:
    """The shares with at least this much for a label, the others shrunk alike."""
    return dict(shares) if shares[label] >= share else with_share(shares, label, share)


def with_share(shares: Mapping[Label, float], label: Label, share: float) -> dict[Label, float]:
    """The shares with this much for a label, the others in proportion."""
    others = 1 - shares[label]
    rest = (1 - share) / others if others else 0.0
    return {name: share if name == label else value * rest for name, value in shares.items()}


def named(looks: Sequence[Look]) -> bool:
    """Whether the slot checks can say what the window that speaks against the claim has otherwise."""
    against = most_against(looks)
    return against.has("clash") or against.has("inflated")


def _logit(share: float) -> float:
    kept = min(max(share, 1e-4), 1 - 1e-4)
    return math.log(kept / (1 - kept))


def label_of(shares: Mapping[Label, float], cutoffs: Mapping[str, float], named: bool) -> Label:
    """The label that shares give under the cut-offs; a contradiction that no check can name has to be surer."""
    if shares["supported"] >= cutoffs["supported"]:
        return "supported"
    against = shares["contradicted"] + shares["partly"]
    if shares["contradicted"] >= cutoffs["contradicted" if named else "contradicted_unnamed"]:
        return "contradicted"
    return "partly" if against >= cutoffs["partly"] else "not_found"


@dataclass(frozen=True, eq=False)
class Calibration:
    """The rule of the data file: standardised features, one row of weights for each label, cut-offs."""

    version: str
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    cutoffs: Mapping[str, float]
    decisive: Mapping[str, Mapping[str, float]]


@cache
def calibration() -> Calibration:
    """The shipped rule.

    Raises:
        ValueError: the file was fitted for other features or labels.
    """
    content = json.loads((WEIGHTS / "calibration.json").read_text(encoding="utf-8"))
    if tuple(content["features"]) != FEATURES or tuple(content["labels"]) != LABELS:
        raise ValueError("calibration.json was fitted for other features: run training/calibrate.py")
    return Calibration(
        content["version"], np.array(content["mean"]), np.array(content["scale"]), np.array(content["weights"]),
        np.array(content["bias"]), content["cutoffs"], content["decisive"],
    )  # fmt: skip
