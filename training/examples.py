"""One pair to learn from."""

from dataclasses import dataclass

LABELS = ("supported", "contradicted", "not_enough", "partly", "unsupported")
"""`unsupported`: contradicted or not enough, the data do not say which."""


@dataclass(frozen=True, slots=True)
class Example:
    """Evidence sentences, a claim, and what the evidence makes of it.

    `held_out`: kept for measuring; `trained`: the verifier may learn from it, unless it is held out.
    """

    origin: str
    premise: tuple[str, ...]
    claim: str
    label: str
    held_out: bool
    trained: bool = True
    title: str = ""
    weight: float = 1.0
