"""The trained verifier: what a few sentences make of a claim. `training/` and the card beside the weights say how."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from evals.judges.verifier.encoder import WEIGHTS, session
from evals.judges.verifier.signs import Reading, compare, read

HEADS = ("head_1.onnx", "head_2.onnx")


@dataclass(frozen=True, slots=True)
class Opinion:
    """Three shares that add up to 1. They rank well; what they are worth as probabilities, the calibration says."""

    supported: float
    contradicted: float
    not_enough: float


def verify(sentences: Sequence[str], claim: str, title: str = "") -> Opinion:
    """What neighbouring sentences, under their title, make of a claim. One pair a call, so neighbours change nothing.

    Raises:
        ValueError: there is no sentence.
    """
    if not sentences:
        raise ValueError("no evidence to read")
    premise = [*([read(title, title=True)] if title else []), *map(read, sentences)]
    claimed = read(claim)
    inputs = _inputs(premise, claimed)
    # Heads trained from different seeds and texts err on different pairs; their mean errs less than each.
    found = [np.asarray(session(name).run(["logits"], inputs)[0], dtype=np.float64)[0] for name in HEADS]
    logits = np.mean(found, axis=0)
    shares = np.exp(logits - logits.max())
    supported, contradicted, not_enough = (float(share) for share in shares / shares.sum())
    return Opinion(supported, contradicted, not_enough)


def _inputs(premise: Sequence[Reading], claim: Reading) -> dict[str, np.ndarray]:
    vectors = np.concatenate([reading.encoded.vectors for reading in premise])
    return {
        "premise_vectors": vectors[None],
        "premise_signs": compare(premise, [claim])[None],
        "premise_mask": np.ones((1, len(vectors)), dtype=np.float32),
        "claim_vectors": claim.encoded.vectors[None],
        "claim_signs": compare([claim], premise)[None],
        "claim_mask": np.ones((1, len(claim.encoded.vectors)), dtype=np.float32),
    }


@cache
def weights_digest() -> str:
    """16 hex digits over the files that an opinion depends on."""
    import hashlib

    total = hashlib.sha256()
    for name in ("encoder.onnx", *HEADS, "projection.npz", "tokenizer.json"):
        total.update(hashlib.sha256((WEIGHTS / name).read_bytes()).digest())
    return total.hexdigest()[:16]
