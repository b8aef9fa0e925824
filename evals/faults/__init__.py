"""Deliberate defects, labelled, and rewrites that keep the meaning: for training pairs, and for measuring scorers.

The entries (patterns, names, numbers, statements) are data: `datasets/faults/operators.yaml`, `swaps.yaml` and
`rewrites.yaml`, and `datasets/lexicons/look_alikes.yaml`. Each belongs to one half by SHA-256 of its id: "train" may
make training pairs, "measure" is for measuring, and no entry is ever in both.
"""

from evals.faults.fault import Fault, Half, Rewrite, half_of
from evals.faults.make import CODES, LONGEST_SENTENCE, apply_to_answer, make_faults, rewrites

__all__ = [
    "CODES",
    "LONGEST_SENTENCE",
    "Fault",
    "Half",
    "Rewrite",
    "apply_to_answer",
    "half_of",
    "make_faults",
    "rewrites",
]
