"""A patient's question -> how much it sounds like danger now, and like which: a small trained reader's opinion.

Like `evals/sense.py`, but of whole questions and with weights of its own (`training/sentence_reader.py`). English only.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evals.sense import logits

FLAGS = tuple(f"RF{number:02}" for number in range(1, 25))
OUTPUTS = ("danger", *FLAGS)
"""What the reader's scores are of, in order."""
WEIGHTS = "datasets/lexicons/danger_reader.onnx"


@dataclass(frozen=True, slots=True)
class Alarm:
    """In log odds: `danger` at all; `flags` beside one another."""

    danger: float
    flags: Mapping[str, float]


def alarm(text: str) -> Alarm:
    """What a question tells of danger. Beyond 128 word pieces it is not read.

    Raises:
        UserError: the weights are missing or are none.
    """
    danger, *flags = logits(WEIGHTS, text)
    return Alarm(danger, dict(zip(FLAGS, flags, strict=True)))
