"""Agreement as the page and `evals calibrate` show it: per scale, per claim, per pair, machine against clinicians."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import Connection

from evals.review.agreement import Estimate, quadratic
from evals.review.estimating import Unit, agreement, settings
from evals.review.items import machine_content
from evals.review.machine_rows import MachineRow, claim_labels, machine_rows
from evals.review.reviewer_rows import ReviewerRow, reviewer_rows
from evals.review.rubric import rubric
from evals.review.settled import Judged, judged


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRow:
    """Agreement on one scale, or on claim labels (`scale` "claims"), between independent reviews of one item.

    `gwet` is AC1 on plain categories and AC2 with quadratic weights on ordered ones, `kappa` weighted likewise, `alpha`
    nominal or ordinal. `raw` counts identical choices alone. `prevalence` maps a level to how often it was chosen.
    """

    scale: str
    name: str
    ordered: bool
    safety: bool
    raw: Estimate
    gwet: Estimate
    kappa: Estimate
    alpha: Estimate
    band: str
    enough: bool | None
    prevalence: Mapping[str, int]
    cannot_judge: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Two reviewers on one scale: items both rated, share of identical choices."""

    scale: str
    one: str
    other: str
    items: int
    same: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementTables:
    """Everything on agreement. `claim_labels` maps (machine's label, clinicians' label) to claims.

    `reviews` count; `unblinded` ones are left out everywhere: their authors had been shown what the machine says.
    """

    reviews: int
    local: int
    unblinded: int
    scales: tuple[ScaleRow, ...]
    pairs: tuple[PairRow, ...]
    reviewers: tuple[ReviewerRow, ...]
    machine: tuple[MachineRow, ...]
    claim_labels: Mapping[tuple[str, str], int]


def agreement_tables(connection: Connection, run_id: str | None = None) -> AgreementTables:
    """The tables over all items, or those of one run. Practice, hidden gold and repeats count per reviewer only."""
    found = judged(connection, run_id)
    said = machine_content(connection, [one.item_id for one in found])
    judging = [one for item in found for one in item.said if one.purpose in ("judge", "adjudicate")]
    counted = [one for one in judging if not one.content.unblinded]
    return AgreementTables(
        reviews=len(counted),
        unblinded=sum(one.content.unblinded for item in found for one in item.said),
        local=sum(one.mode == "local" for one in counted),
        scales=tuple(scale_rows(found)),
        pairs=tuple(_pairs(found)),
        reviewers=reviewer_rows(connection, found),
        machine=tuple(machine_rows(found, said)),
        claim_labels=claim_labels(found, said),
    )


# --- clinicians among themselves -------------------------------------------------------------------------------------


def scale_rows(found: Sequence[Judged]) -> Iterable[ScaleRow]:
    """One row for each scale, and one for claim labels."""
    for scale in rubric().scales.values():
        units = [unit for item in found if (unit := _choices(item, scale.id))[1]]
        cannot = sum(scale.id in one.content.cannot_judge for item in found for one in item.counted(rubric().forms))
        yield _scale_row(scale.id, scale.name, units, scale.ids, scale.ordered, scale.safety, cannot)
    labels = tuple(level.id for level in rubric().claims if level.id != "cannot_judge")
    marks = [one for item in found for one in _claim_choices(item)]
    kept = [(cluster, {who: label for who, label in said.items() if label in labels}) for cluster, said in marks]
    cannot = sum(label not in labels for _, said in marks for label in said.values())
    yield _scale_row("claims", "Claims", kept, labels, False, True, cannot)


def _choices(item: Judged, scale: str) -> Unit:
    said = item.counted(rubric().forms)
    return item.cluster, {one.reviewer: one.content.ratings[scale] for one in said if scale in one.content.ratings}


def _claim_choices(item: Judged) -> list[Unit]:
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for one in item.counted(rubric().clinical):
        for claim, mark in one.content.claims.items():
            found[claim][one.reviewer] = mark.label
    return [(item.cluster, said) for said in found.values()]


def _scale_row(
    scale: str, name: str, units: Sequence[Unit], levels: Sequence[str], ordered: bool, safety: bool, cannot: int
) -> ScaleRow:
    weights = quadratic(len(levels)) if ordered else None
    told = {
        "raw": agreement(units, levels, "raw", None),
        "gwet": agreement(units, levels, "gwet", weights),
        "kappa": agreement(units, levels, "kappa", weights),
        "alpha": agreement(units, levels, "alpha_ordinal" if ordered else "alpha", None),
    }
    chosen = Counter(level for _, said in units for level in said.values())
    return ScaleRow(
        scale=scale, name=name, ordered=ordered, safety=safety, **told, band=_band(told["kappa"].value),
        enough=_enough(told, safety), prevalence={level: chosen[level] for level in levels}, cannot_judge=cannot,
    )  # fmt: skip


def _band(value: float | None) -> str:
    if value is None:
        return ""
    return next((band["name"] for band in settings()["bands"] if value >= band["at_least"]), "poor")


def _enough(told: Mapping[str, Estimate], safety: bool) -> bool | None:
    """Whether a scale meets its working threshold; None where it cannot be told."""
    if safety:
        value = told["gwet"].value
        return None if value is None else value >= settings()["safety_ac1"]
    values = [told["kappa"].value, told["alpha"].value]
    if None in values:
        return None
    return all(value is not None and value >= settings()["singly_rated"] for value in values)


def _pairs(found: Sequence[Judged]) -> Iterable[PairRow]:
    for scale in rubric().scales:
        same: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
        for item in found:
            said = _choices(item, scale)[1]
            for one, other in combinations(sorted(said), 2):
                same[one, other].append(said[one] == said[other])
        for (one, other), told in sorted(same.items()):
            yield PairRow(scale=scale, one=one, other=other, items=len(told), same=round(sum(told) / len(told), 4))
