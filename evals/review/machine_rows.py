"""The machine against clinicians: per scorer and topic, and per label of a claim."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.review import machine
from evals.review.agreement import Estimate
from evals.review.estimating import Unit, agreement
from evals.review.rubric import rubric
from evals.review.settled import Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineRow:
    """A scorer against clinicians, over all topics (`topic` "") or one: both call faulty, machine only, and so on.

    `unsettled` clinicians are evenly split, `untold` the scorer did not look.
    """

    scorer: str
    topic: str
    both: int
    machine_only: int
    clinicians_only: int
    neither: int
    unsettled: int
    untold: int
    gwet: Estimate
    kappa: Estimate

    @property
    def compared(self) -> int:
        """Answers that both the scorer and clinicians settled."""
        return self.both + self.machine_only + self.clinicians_only + self.neither

    @property
    def found(self) -> float | None:
        """Of what clinicians call faulty, the share that the machine does."""
        return self.both / faulty if (faulty := self.both + self.clinicians_only) else None

    @property
    def right(self) -> float | None:
        """Of what the machine calls faulty, the share that clinicians do."""
        return self.both / called if (called := self.both + self.machine_only) else None


def machine_rows(found: Sequence[Judged], said: Mapping[str, Mapping[str, Any]]) -> Iterable[MachineRow]:
    """One row for each scorer over all topics, and one for each topic that has a settled item."""
    for scorer in machine.rules()["scorers"]:
        yield _machine_row(scorer, "", found, said)
        for topic in sorted({item.topic for item in found}):
            yield _machine_row(scorer, topic, [item for item in found if item.topic == topic], said)


def _machine_row(scorer: str, topic: str, found: Sequence[Judged], said: Mapping[str, Mapping[str, Any]]) -> MachineRow:
    rule = machine.rules()["scorers"][scorer]
    counts: Counter[str] = Counter()
    units: list[Unit] = []
    for item in found:
        theirs = machine.settled_flag(item.settled(rubric().forms), rule)
        ours = machine.machine_flag(said[item.item_id], scorer)
        if theirs is None:
            continue
        word = _cell(ours, theirs)
        counts[word] += 1
        if word not in ("untold", "unsettled"):
            units.append((item.cluster, {"clinicians": _yes(theirs > 0.5), "machine": _yes(bool(ours))}))
    levels = ("no", "yes")
    return MachineRow(
        scorer=scorer, topic=topic, both=counts["both"], machine_only=counts["machine"],
        clinicians_only=counts["clinicians"], neither=counts["neither"], unsettled=counts["unsettled"],
        untold=counts["untold"], gwet=agreement(units, levels, "gwet", None),
        kappa=agreement(units, levels, "kappa", None),
    )  # fmt: skip


def _cell(ours: bool | None, theirs: float) -> str:
    if ours is None:
        return "untold"
    if theirs == 0.5:
        return "unsettled"
    return {(True, True): "both", (True, False): "machine", (False, True): "clinicians"}.get(
        (ours, theirs > 0.5), "neither"
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def claim_labels(found: Sequence[Judged], said: Mapping[str, Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """How often the machine's label of a claim met which label of a clinician; each settled review counts once."""
    counts: Counter[tuple[str, str]] = Counter()
    for item in found:
        ours = said[item.item_id]["claims"]
        for content in item.settled(rubric().clinical):
            for claim, mark in content.claims.items():
                verdict = ours.get(claim)
                counts[(verdict["label"] if verdict else "no_verdict"), mark.label] += 1
    return dict(sorted(counts.items()))
