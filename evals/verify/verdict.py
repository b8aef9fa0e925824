"""What a judge says of one pair."""

from dataclasses import dataclass

from evals.records import Label, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class PairVerdict:
    """Whether a premise bears out a hypothesis.

    `score` is the probability that it does, in [0, 1], three decimals. The evidence is
    `premise[evidence_start:evidence_end]`, both null where the premise says nothing on the matter. A pair that cannot
    be judged has status "unscored", one that the judge failed on "error"; these have a reason and neither label nor
    score.

    Raises:
        ValueError: there is no reason, or label, score and status do not fit together.
    """

    status: Status = "scored"
    label: Label | None = None
    score: float | None = None
    evidence_start: int | None = None
    evidence_end: int | None = None
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a verdict needs a reason")
        if (self.label is None, self.score is None) != (self.status != "scored",) * 2:
            raise ValueError("a scored pair has a label and a score, any other has neither")
        if self.score is not None and not 0.0 <= self.score <= 1.0:  # true for NaN too
            raise ValueError(f"a score lies in [0, 1], got {self.score!r}")
        if (self.evidence_start is None) != (self.evidence_end is None):
            raise ValueError("evidence has a start and an end, or neither")


def unscored(reason: str) -> PairVerdict:
    """The verdict on a pair that cannot be judged."""
    return PairVerdict(status="unscored", reason=reason)
