"""`evals calibrate RUN`: what clinicians' reviews of a run say of the machine, and of the run itself."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, select

from evals.corpus import Corpus
from evals.errors import UserError
from evals.review import asking, cutoffs, machine
from evals.review.audit import head
from evals.review.estimating import settings
from evals.review.items import machine_content, machine_of, read_shown, ready
from evals.review.machine_rows import MachineRow, claim_labels, machine_rows
from evals.review.powered import Rate, Unit, alone, powered
from evals.review.rubric import rubric
from evals.review.sampling import several
from evals.review.settled import Judged, judged
from evals.review.tables import batches, frame, items
from evals.store import Run

Place = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One rate of the run: by machine and clinicians together, and by clinicians alone. The machine told of `told`."""

    id: str
    name: str
    together: Rate
    clinicians: Rate
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What the reviews of a run add up to. `waiting` answers were drawn and have no review yet.

    `proposal` is a calibration file. `claim_labels` maps (machine's label, clinicians' label) to claims; `audit` is
    number and mac of the log's last row.
    """

    run_id: str
    answers: int
    drawn: int
    judged: int
    waiting: int
    local: int
    machine: tuple[MachineRow, ...]
    claim_labels: Mapping[tuple[str, str], int]
    rates: tuple[RateRow, ...]
    cutoffs: tuple[cutoffs.Cutoff, ...]
    proposal: Mapping[str, Any] | None
    audit: tuple[int, str]


def calibrate(connection: Connection, run: Run) -> Calibration:
    """Compare a run with its reviews.

    Raises:
        UserError: the store has no reviews of this run.
    """
    run_id = str(run.manifest["run_id"])
    found = judged(connection, run_id)
    counted = [one for one in found if one.settled(rubric().forms)]
    if not counted:
        fix = f"Assign some with: evals review assign {run.folder}"
        raise UserError(str(run.folder), "no submitted reviews of this run in this store", "reviews", fix)
    said = machine_content(connection, [one.item_id for one in found])
    chances, drawn = _drawn(connection, run_id)
    judged_places = {(one.question_id, one.repeat) for one in counted}
    labelled = _labelled(connection, counted, chances)
    shares = cutoffs.read_shares(labelled, _corpus(run)) if _by_local_judge(run) else []
    now = cutoffs.shipped()
    proposed = cutoffs.propose(shares, now, settings()["min_labels"])
    origin = {"run": run_id, "claims": len(shares), "reviews": len(counted), "audit": list(head(connection))}
    changed = any(one.proposed is not None for one in proposed)
    return Calibration(
        run_id=run_id, answers=sum(ready(item) for item in run.items), drawn=len(drawn), judged=len(counted),
        waiting=len(drawn - judged_places),
        local=sum(one.mode == "local" for item in counted for one in item.said),
        machine=tuple(machine_rows(counted, said)), claim_labels=claim_labels(counted, said),
        rates=rate_rows(run, counted, chances, drawn), cutoffs=proposed,
        proposal=cutoffs.successor(now, proposed, origin) if changed else None, audit=head(connection),
    )  # fmt: skip


def _drawn(connection: Connection, run_id: str) -> tuple[dict[Place, float], set[Place]]:
    """The chance of each answer to be drawn in at least one batch, and those that were."""
    query = (
        select(frame.c.question_id, frame.c.repeat, frame.c.probability, frame.c.selected)
        .join(batches, batches.c.id == frame.c.batch_id)
        .where(batches.c.run_id == run_id)
    )
    chances: dict[Place, list[float]] = {}
    taken: set[Place] = set()
    for row in connection.execute(query):
        place = (row.question_id, row.repeat)
        chances.setdefault(place, []).append(row.probability)
        if row.selected:
            taken.add(place)
    return {place: several(told) for place, told in chances.items()}, taken


# --- rates -----------------------------------------------------------------------------------------------------------


def rate_rows(
    run: Run, counted: Sequence[Judged], chances: Mapping[Place, float], drawn: Collection[Place]
) -> tuple[RateRow, ...]:
    """The rates of `datasets/review/machine.yaml`; none when the answers were not drawn with known probabilities."""
    if not drawn:
        return ()
    contents = {(one.question_id, one.repeat): one.settled(rubric().forms) for one in counted}
    told = {(item.answer.question_id, item.answer.repeat): machine_of(run, item) for item in run.items if ready(item)}
    rows: list[RateRow] = []
    for rule in machine.rules()["rates"]:
        units: list[Unit] = []
        flags = {place: machine.any_flag(said, rule["machine"]) for place, said in told.items()}
        for place, flag in flags.items():
            if place in chances:
                # Only what was drawn by chance speaks for the rest: a review for another reason is left out.
                value = machine.settled_flag(contents.get(place, ()), rule) if place in drawn else None
                units.append(Unit(float(bool(flag)), chances[place], value))
        looked = sum(flag is not None for flag in flags.values())
        both, own = powered(units), alone(units)
        rows.append(RateRow(id=rule["id"], name=rule["name"], together=both, clinicians=own, told=looked))
    return tuple(rows)


# --- the judge's cut-offs --------------------------------------------------------------------------------------------


def _by_local_judge(run: Run) -> bool:
    return str(run.manifest.get("judge", "")).startswith("local")


def _corpus(run: Run) -> Corpus:
    replaced = {old for passage in run.passages.values() for old in passage.supersedes}
    passages = dict(sorted(run.passages.items()))
    return Corpus(passages=passages, documents={}, digest="", superseded=tuple(sorted(replaced & set(passages))))


def _labelled(
    connection: Connection, counted: Sequence[Judged], chances: Mapping[Place, float]
) -> list[tuple[str, str, float]]:
    """Text, clinicians' label and weight of each claim that was asked and on which they do not split evenly."""
    rows: list[tuple[str, str, float]] = []
    ids = [one.item_id for one in counted]
    stored = {row["id"]: row for row in connection.execute(select(items).where(items.c.id.in_(ids))).mappings()}
    for one in counted:
        claims = read_shown(stored[one.item_id]).claims
        asked = {claim.claim_id: claim.claim_text for claim in claims if claim.asked}
        weights, chance = asking.weights(claims), chances.get((one.question_id, one.repeat), 1.0)
        votes: dict[str, Counter[str]] = {}
        for content in one.settled(rubric().clinical):
            for claim, mark in content.claims.items():
                votes.setdefault(claim, Counter())[mark.label] += 1
        for claim, labels in sorted(votes.items()):
            if claim in asked and (label := _majority(labels)):
                rows.append((asked[claim], label, weights[claim] / chance))
    return rows


def _majority(labels: Counter[str]) -> str | None:
    top = labels.most_common(2)
    settled = len(top) == 1 or top[0][1] > top[1][1]
    return top[0][0] if settled and top[0][0] in ("supported", "contradicted", "partly", "not_found") else None


def as_json(found: Calibration) -> dict[str, Any]:
    """The calibration as plain values."""
    values = asdict(found) | {"proposal": dict(found.proposal) if found.proposal else None}
    values["claim_labels"] = [
        {"machine": ours, "clinicians": theirs, "claims": count} for (ours, theirs), count in found.claim_labels.items()
    ]
    values["machine"] = [asdict(row) | {"found": row.found, "right": row.right} for row in found.machine]
    return values
