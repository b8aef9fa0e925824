"""Which statements of an answer a reviewer is asked to mark: by what a mistake in them could cost, and by lot.

What a mistake could cost is read from the words of the statement itself (when to get help, a dose, a drug, who may have
a treatment), before any judge looks. What the machine thinks of a statement plays no part, so that being asked about it
tells a blind reviewer nothing.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, zip_longest
from random import Random
from typing import Literal

from evals.records import Claim, Severity
from evals.review.seen import ShownClaim

Stratum = Literal["gravest", "weighty", "rest"]
_STRATA: Mapping[Severity, Stratum] = {"critical": "gravest", "severe": "weighty"}


def stratum(severity: Severity | None) -> Stratum:
    """The group that a claim is drawn from, by what a mistake in it could cost; old items know none."""
    return _STRATA.get(severity, "rest") if severity else "rest"


def asked_of(claims: Sequence[Claim], count: int, random: Random) -> frozenset[str]:
    """The claims to be asked for: about `count`, all where there are no more.

    Every claim of the gravest group is among them, whatever the count; of the other two groups, by turns, some by lot,
    at least one of each, so that every claim has a known chance to be asked.
    """
    if len(claims) <= count:
        return frozenset(claim.claim_id for claim in claims)
    groups: dict[Stratum, list[str]] = {"gravest": [], "weighty": [], "rest": []}
    for claim in claims:
        groups[stratum(claim.severity)].append(claim.claim_id)
    drawn = [random.sample(groups[name], len(groups[name])) for name in ("weighty", "rest")]
    by_turns = [one for one in chain.from_iterable(zip_longest(*drawn)) if one is not None]
    places = max(count - len(groups["gravest"]), sum(map(bool, drawn)))
    return frozenset([*groups["gravest"], *by_turns[:places]])


def weights(claims: Iterable[ShownClaim]) -> dict[str, float]:
    """1/probability of having been asked, for each claim that was."""
    told = list(claims)
    sizes = Counter(stratum(claim.severity) for claim in told)
    asked = Counter(stratum(claim.severity) for claim in told if claim.asked)
    return {
        claim.claim_id: sizes[stratum(claim.severity)] / asked[stratum(claim.severity)] for claim in told if claim.asked
    }
