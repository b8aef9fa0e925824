"""Cut-offs of the local judge from claims that clinicians labelled: a proposed successor to its calibration file.

The cut-offs follow from the error rates that the calibration file names, as when it was first made
(`training/cutoffs.py`), but on clinicians' labels, each weighing 1/probability of having been asked.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from evals.corpus import Corpus
from evals.review.digests import canonical, text_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledClaim:
    """A claim with a clinician's label, the judge's shares of the labels, and whether a check names the difference."""

    label: str
    weight: float
    supported: float
    contradicted: float
    partly: float
    named: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutoff:
    """A cut-off as it is and as proposed (null: too few labels), and how many labelled claims bear on it."""

    name: str
    now: float
    proposed: float | None
    claims: int


def shipped() -> dict[str, Any]:
    """The calibration file in use."""
    from evals.judges.verifier.encoder import WEIGHTS

    return json.loads((WEIGHTS / "calibration.json").read_text(encoding="utf-8"))


def read_shares(claims: Sequence[tuple[str, str, float]], corpus: Corpus) -> list[LabelledClaim]:
    """The judge's shares for claims of (text, label, weight); claims that no cut-off decides are left out."""
    from evals.judges import history
    from evals.judges.evidence import Evidence
    from evals.judges.statements import without_lead
    from evals.judges.weighing import calibration, look, named, nearest_look, weigh

    late = history.overdue(corpus)
    evidence = Evidence(passage for passage in corpus.searched if passage.id not in late)
    found: list[LabelledClaim] = []
    for text, label, weight in claims:
        claim = without_lead(text)
        looks = [] if evidence.quoted(claim) else [look(claim, match) for match in evidence.find(claim, None)]
        if not looks or nearest_look(looks).closeness < calibration().cutoffs["closeness"]:
            continue
        shares = weigh(looks).shares
        found.append(
            LabelledClaim(
                label=label, weight=weight, supported=shares["supported"], contradicted=shares["contradicted"],
                partly=shares["partly"], named=named(looks),
            )
        )  # fmt: skip
    return found


def propose(claims: Sequence[LabelledClaim], now: dict[str, Any], least: int) -> tuple[Cutoff, ...]:
    """The lowest cut-offs that keep to the calibration file's rates; those with fewer than `least` claims stay."""
    cutoffs, rates = now["cutoffs"], now["rates"]
    wrong = [claim for claim in claims if claim.label in ("contradicted", "partly")]
    true = [claim for claim in claims if claim.label == "supported"]
    unstated = [claim for claim in claims if claim.label == "not_found"]

    def cut(
        name: str, group: Sequence[LabelledClaim], values: Sequence[float], rate: float, least_value: float
    ) -> Cutoff:
        enough = len(group) >= least
        value = quantile(values, [claim.weight for claim in group], 1 - rate) if enough else None
        proposed = None if value is None else max(_above(value), least_value)
        return Cutoff(name=name, now=cutoffs[name], proposed=proposed, claims=len(group))

    passes = cut("supported", wrong, [c.supported for c in wrong], rates["wrong_called_supported"], 0.0)
    bar = cutoffs["supported"] if passes.proposed is None else passes.proposed
    against = [0.0 if c.supported >= bar else c.contradicted for c in true]
    denies = cut("contradicted", true, against, rates["true_called_contradicted"], 0.0)
    floor = denies.proposed or 0.0
    unnamed = [0.0 if c.named else value for c, value in zip(true, against, strict=True)]
    surer = cut("contradicted_unnamed", true, unnamed, rates["true_called_contradicted_unnamed"], floor)
    part = [0.0 if c.supported >= bar else c.contradicted + c.partly for c in unstated]
    return passes, denies, surer, cut("partly", unstated, part, rates["unstated_called_partly"], 0.0)


def _above(value: float) -> float:
    # A share equal to the cut-off passes it, so the cut-off lies just above the last one that must not.
    return round(floor(value * 1000 + 1e-9) / 1000 + 0.001, 3)


def quantile(values: Sequence[float], weights: Sequence[float], share: float) -> float:
    """The least of the values up to which at least this share of the weight lies."""
    total, reached = sum(weights), 0.0
    for value, weight in sorted(zip(values, weights, strict=True)):
        reached += weight
        if reached >= share * total - 1e-12:
            return value
    return max(values)


def successor(now: dict[str, Any], cutoffs: Sequence[Cutoff], origin: dict[str, Any]) -> dict[str, Any]:
    """The proposed calibration file: the one in use with the new cut-offs and where they come from."""
    changed = {one.name: one.proposed for one in cutoffs if one.proposed is not None}
    content = now | {"cutoffs": now["cutoffs"] | changed}
    mark = text_digest(canonical([content["cutoffs"], origin]))[:8]
    version = f"{now['version']}+clinicians.{mark}"
    return content | {"version": version, "clinicians": origin}
