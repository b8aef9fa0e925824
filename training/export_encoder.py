"""MiniLM -> one int8 ONNX file that gives the token vectors of two layers.

    python training/export_encoder.py MODEL_FOLDER

MODEL_FOLDER holds all-MiniLM-L6-v2 (Apache-2.0) as safetensors with its tokenizer. Needs torch and transformers, which
the product itself never does. `reduce_range` keeps 7-bit weights: CPUs without VNNI saturate on 8.
"""

import hashlib
import json
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import AutoModel

WEIGHTS = Path(__file__).parents[1] / "evals" / "judges" / "verifier" / "weights"
MIDDLE = 3
"""The layer given beside the last one: it still tells which word stands there, the last one what is meant."""


class TokenVectors(torch.nn.Module):
    """input_ids (1, n) -> vectors (n, 2 * 384): layer MIDDLE and the last layer, side by side."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        """One sentence a call, so nothing is padded and no attention mask is needed."""
        hidden = self.model(
            input_ids=input_ids, attention_mask=torch.ones_like(input_ids), output_hidden_states=True
        ).hidden_states
        return torch.cat((hidden[MIDDLE][0], hidden[-1][0]), dim=-1)


def main() -> None:
    """Write encoder.onnx, tokenizer.json and their digests into the weights folder."""
    folder = Path(sys.argv[1])
    model = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    example = torch.tensor([[101, 2054, 2003, 4456, 102]])
    WEIGHTS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        torch.onnx.export(
            TokenVectors(model), (example,), full, input_names=["input_ids"], output_names=["vectors"],
            dynamic_axes={"input_ids": {1: "n"}, "vectors": {0: "n"}}, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(
            full, WEIGHTS / "encoder.onnx", weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
    shutil.copy(folder / "tokenizer.json", WEIGHTS / "tokenizer.json")
    digests = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in (
            ("model.safetensors of the base", folder / "model.safetensors"),
            ("encoder.onnx", WEIGHTS / "encoder.onnx"),
            ("tokenizer.json", WEIGHTS / "tokenizer.json"),
        )
    }
    print(json.dumps(digests, indent=1))


if __name__ == "__main__":
    main()
