"""A sentence -> what it says, by a small trained reader: overreach, of which rule, and which notices.

The first half of the judge's encoder reads the sentence, then the upper half of its base model, trained anew for this
(`training/sentence_reader.py`). The encoder is one file for judge and readers; what comes after its middle layer is cut
off when it is loaded. English only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.errors import UserError
from evals.shipped import find

Floats = NDArray[np.float32]
SIZE = 384
"""Length of the vector of a word piece."""
RULES = tuple(f"O{number}" for number in range(1, 14))
NOTICES = tuple(f"D{number}" for number in range(1, 13))
OUTPUTS = ("overreach", *RULES, *NOTICES)
"""What the reader's scores are of, in order."""
WEIGHTS = "datasets/lexicons/sentence_reader.onnx"
_ENCODER = Path(__file__).parent / "judges" / "verifier" / "weights"
_MIDDLE = b"/Gather_output_0"
_LONGEST = 128
# Fields of ONNX's messages: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_GRAPH, _NODE, _NODE_OUTPUT, _OUTPUT = 7, 1, 2, 12
_BYTES = 2
_MOST_REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class Sense:
    """What a sentence says, in log odds: `overreach` at all and each of `notices`; `rules` beside one another."""

    overreach: float
    rules: Mapping[str, float]
    notices: Mapping[str, float]


def sense(text: str) -> Sense:
    """What a sentence says. Beyond 128 word pieces it is not read.

    Raises:
        UserError: the weights are missing or are none.
    """
    overreach, *rest = logits(WEIGHTS, text)
    rules, notices = rest[: len(RULES)], rest[len(RULES) :]
    return Sense(overreach, dict(zip(RULES, rules, strict=True)), dict(zip(NOTICES, notices, strict=True)))


@lru_cache(maxsize=_MOST_REMEMBERED)
def logits(weights: str, text: str) -> tuple[float, ...]:
    """What the reader in a file of weights makes of a text, one number for each thing it tells.

    One text a call: the int8 arithmetic depends on everything in the call.

    Raises:
        UserError: the weights are missing or are none.
    """
    (scores,) = _reader(weights).run(None, {"middle": middle(text)[None]})
    return tuple(np.asarray(scores, np.float64).ravel().round(3).tolist())


def middle(text: str) -> Floats:
    """The vectors of the text's word pieces in the encoder's middle layer: (pieces, SIZE)."""
    tokenizer, session = _encoder()
    (vectors,) = session.run(None, {"input_ids": np.array([tokenizer.encode(text).ids], np.int64)})
    return np.asarray(vectors, np.float32).reshape(-1, SIZE)


@cache
def _encoder():
    """Tokenizer and session; loaded at the first use, as both are heavy."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_ENCODER / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_LONGEST)
    return tokenizer, _session(first_half((_ENCODER / "encoder.onnx").read_bytes()))


@cache
def _reader(weights: str):
    path = find(weights, "weights of a trained reader")
    try:
        return _session(path.read_bytes())
    except Exception as error:  # whatever onnxruntime raises: it has classes of its own for each kind of trouble
        fix = "Make it again with training/sentence_reader.py."
        raise UserError(str(path), f"no weights: {str(error)[:200]}", "the file of this version", fix) from error


def _session(model: bytes):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def first_half(model: bytes) -> bytes:
    """The model up to the node that gives the middle layer, with that layer as its output.

    Raises:
        ValueError: it has no such node.
    """
    parts = [
        _graph(model[first:end]) if field == _GRAPH else model[start:end] for field, start, first, end in _fields(model)
    ]
    return b"".join(parts)


def _graph(graph: bytes) -> bytes:
    kept: list[bytes] = []
    found = False
    made = bytes([_NODE_OUTPUT << 3 | _BYTES, len(_MIDDLE)]) + _MIDDLE
    for field, start, first, end in _fields(graph):
        if field == _OUTPUT or (field == _NODE and found):
            continue
        kept.append(graph[start:end])
        # Nodes stand in the order in which they are worked out.
        found = found or (field == _NODE and made in graph[first:end])
    if not found:
        raise ValueError("the encoder has no middle layer of the name known here")
    # A value of that name: a tensor of 32-bit floats.
    value = (
        bytes([1 << 3 | _BYTES, len(_MIDDLE)]) + _MIDDLE + bytes([2 << 3 | _BYTES, 4, 1 << 3 | _BYTES, 2, 1 << 3, 1])
    )
    body = b"".join([*kept, _message(_OUTPUT, value)])
    return _message(_GRAPH, body)


def _message(field: int, body: bytes) -> bytes:
    return _number(field << 3 | _BYTES) + _number(len(body)) + body


def _number(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def _fields(message: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Each field of a message: its number, where it starts, where its value starts and where it ends."""
    at = 0
    while at < len(message):
        start = at
        tag, at = _read(message, at)
        first = at
        if tag & 7 == _BYTES:
            length, first = _read(message, at)
            at = first + length
        elif tag & 7 == 0:
            _, at = _read(message, at)
        else:
            at += 8 if tag & 7 == 1 else 4
        yield tag >> 3, start, first, at


def _read(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while message[at] > 127:
        value |= (message[at] & 127) << shift
        shift, at = shift + 7, at + 1
    return value | message[at] << shift, at + 1
