"""A sentence -> one vector of what it means, from the first half of the judge's encoder: the readers' third opinion.

The middle layer tells what a sentence says at half the price of the last, and told overreach apart better (measured).
The encoder is one file for both; what comes after the middle layer is cut off when it is loaded.
"""

from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
SIZE = 384
"""Length of a vector."""
_WEIGHTS = Path(__file__).parent / "judges" / "verifier" / "weights"
_MIDDLE = b"/Gather_output_0"
_LONGEST = 128
# Fields of ONNX's messages: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
_GRAPH, _NODE, _NODE_OUTPUT, _OUTPUT = 7, 1, 2, 12
_BYTES = 2
_MOST_REMEMBERED = 4096


@lru_cache(maxsize=_MOST_REMEMBERED)
def meaning(text: str) -> Floats:
    """The mean of the text's word pieces in the middle layer, of length 1; (SIZE,). Beyond 128 pieces it is not read.

    One sentence a call: the int8 arithmetic depends on everything in the call.
    """
    tokenizer, session = _encoder()
    (vectors,) = session.run(None, {"input_ids": np.array([tokenizer.encode(text).ids], np.int64)})
    mean = np.asarray(vectors, np.float32).reshape(-1, SIZE).mean(axis=0)
    return np.asarray(mean / (np.linalg.norm(mean) + 1e-9), np.float32)


@cache
def _encoder():
    """Tokenizer and session; loaded at the first use, as both are heavy."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_WEIGHTS / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_LONGEST)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    half = first_half((_WEIGHTS / "encoder.onnx").read_bytes())
    return tokenizer, onnxruntime.InferenceSession(half, options, providers=["CPUExecutionProvider"])


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
