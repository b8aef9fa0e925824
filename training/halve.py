"""Heads as trained -> the same with weights of 16 bits, half the size: what the product carries.

    python training/halve.py HEAD.onnx [HEAD.onnx ...]

Needs onnx only. Each weight is rounded and cast back to 32 bits when the head is loaded; sums stay in 32 bits.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 256
"""Weights with fewer numbers stay as they are: casting them would save nothing."""


def halve(path: Path) -> None:
    """Round the weights of one head, in place."""
    model = onnx.load(path)
    casts = []
    for held in model.graph.initializer:
        values = numpy_helper.to_array(held)
        if held.data_type != TensorProto.FLOAT or values.size < SMALLEST:
            continue
        name = held.name
        held.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}_half"))
        casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, path)


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        halve(Path(argument))
