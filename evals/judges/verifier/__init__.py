"""The trained verifier: what a few sentences make of a claim. `training/` and the card beside the weights say how.

Each text is read on its own by the first half of an encoder. A small head compares what it made of claim and evidence;
a cross-encoder, the encoder's upper half trained anew, goes on to read both together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from evals.judges.verifier.encoder import WEIGHTS, session
from evals.judges.verifier.signs import Reading, compare, read

HEAD, CROSS = "head.onnx", "cross.onnx"
EVIDENCE, TITLE, CLAIM = 0, 1, 2
"""What a word piece is part of, as the cross-encoder is told."""


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
    signs = compare(premise, [claimed])[None], compare([claimed], premise)[None]
    # The two err on different pairs; their mean errs less than each.
    found = _compared(premise, claimed, *signs), _crossed(premise, claimed, *signs, titled=bool(title))
    logits = np.mean(found, axis=0)
    shares = np.exp(logits - logits.max())
    supported, contradicted, not_enough = (float(share) for share in shares / shares.sum())
    return Opinion(supported, contradicted, not_enough)


def _compared(premise: Sequence[Reading], claim: Reading, signs: np.ndarray, claim_signs: np.ndarray) -> np.ndarray:
    vectors = np.concatenate([reading.encoded.vectors for reading in premise])
    inputs = {
        "premise_vectors": vectors[None],
        "premise_signs": signs,
        "premise_mask": np.ones((1, len(vectors)), dtype=np.float32),
        "claim_vectors": claim.encoded.vectors[None],
        "claim_signs": claim_signs,
        "claim_mask": np.ones((1, len(claim.encoded.vectors)), dtype=np.float32),
    }
    return _logits(HEAD, inputs)


def _crossed(
    premise: Sequence[Reading], claim: Reading, signs: np.ndarray, claim_signs: np.ndarray, *, titled: bool
) -> np.ndarray:
    parts = [TITLE if titled else EVIDENCE, *[EVIDENCE] * (len(premise) - 1), CLAIM]
    middle = [reading.encoded.middle for reading in (*premise, claim)]
    inputs = {
        "middle": np.concatenate(middle, dtype=np.float32)[None],
        "signs": np.concatenate((signs, claim_signs), axis=1),
        "parts": np.repeat(np.array(parts, dtype=np.int64), [len(one) for one in middle])[None],
    }
    return _logits(CROSS, inputs)


def _logits(name: str, inputs: dict[str, np.ndarray]) -> np.ndarray:
    return np.asarray(session(name).run(["logits"], inputs)[0], dtype=np.float64)[0]


@cache
def weights_digest() -> str:
    """16 hex digits over the files that an opinion depends on."""
    import hashlib

    total = hashlib.sha256()
    for name in ("encoder.onnx", HEAD, CROSS, "projection.npz", "tokenizer.json"):
        total.update(hashlib.sha256((WEIGHTS / name).read_bytes()).digest())
    return total.hexdigest()[:16]
