"""A sentence -> word pieces with their vectors, from the int8 MiniLM beside this file. No PyTorch, no network.

One sentence a call: the int8 arithmetic depends on everything in the call, so batch-mates would change the numbers.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).parent / "weights"
LONGEST = 128
"""Word pieces of a sentence that are read, the two markers at its ends included; the model was made for 128."""
LAYER = 384
"""Length of the vector of one layer; a piece has two, from the middle layer and the last."""
KEPT = 192
"""Main directions kept of each layer."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Word pieces of one text: `spans[i]` is where piece i stands, (0, 0) for the markers.

    `vectors` is (n, 2 * KEPT): for each layer, centred, turned to its main directions and brought to length 1. `whole`
    is the vector of the text as one, (LAYER,), of length 1. `middle` is (n, LAYER): the middle layer as it comes, from
    which the cross-encoder goes on.
    """

    text: str
    spans: tuple[tuple[int, int], ...]
    vectors: Floats
    whole: Floats
    middle: NDArray[np.float16]


@lru_cache(maxsize=2048)
def encode(text: str) -> Encoded:
    """The word pieces of a text with their vectors; beyond `LONGEST` pieces the text is not read."""
    spans, raw = raw_vectors(text)
    layers = raw.reshape(len(spans), 2, LAYER)
    layers = layers / np.linalg.norm(layers, axis=2, keepdims=True)
    center, axes = _projection()
    turned = np.einsum("nkd,kde->nke", layers - center, axes)
    turned /= np.linalg.norm(turned, axis=2, keepdims=True) + 1e-9
    mean = raw[:, LAYER:].mean(axis=0)
    whole = np.asarray(mean / (np.linalg.norm(mean) + 1e-9), dtype=np.float32)
    turned = turned.reshape(len(spans), 2 * KEPT).astype(np.float32)
    return Encoded(text, spans, turned, whole, raw[:, :LAYER].astype(np.float16))


def raw_vectors(text: str) -> tuple[tuple[tuple[int, int], ...], Floats]:
    """Spans of a text's word pieces and their vectors as the encoder gives them, (n, 2 * LAYER)."""
    pieces = tokenizer().encode(text)
    (vectors,) = session("encoder.onnx").run(["vectors"], {"input_ids": np.array([pieces.ids], dtype=np.int64)})
    return tuple(pieces.offsets), np.asarray(vectors, dtype=np.float32)


@cache
def _projection() -> tuple[Floats, Floats]:
    with np.load(WEIGHTS / "projection.npz") as file:
        return file["mean"], file["axes"].astype(np.float32)


@cache
def tokenizer():
    """The word-piece tokenizer, cutting at `LONGEST` pieces."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(WEIGHTS / "tokenizer.json"))
    made.no_padding()
    made.enable_truncation(LONGEST)
    return made


@cache
def session(name: str):
    """An ONNX session on one thread: the same sums in the same order wherever it runs."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(WEIGHTS / name, options, providers=["CPUExecutionProvider"])
