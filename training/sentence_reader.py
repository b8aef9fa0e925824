"""Train a reader on what training.sentences or training.questions wrote, and export it as int8.

    python -m training.sentence_reader TEXTS.npz MODEL_FOLDER --out FOLDER [--epochs N] [--seed N]

In PyTorch's environment (torch, safetensors, onnx, onnxruntime). The judge's encoder reads a text up to its middle
layer; the upper half of MiniLM, trained anew here, tells what the text says: overreach at all, of which rule, and which
notices; or danger at all, and of which kind. MODEL_FOLDER holds all-MiniLM-L6-v2 as safetensors. Writes
`sentence_reader.onnx` or `danger_reader.onnx`, as the file of texts is named, and a log.
"""

import argparse
import json
import random
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from training.cross import FIRST, NAMES, WIDTH, Layer

BATCH, STEP = 32, 8
"""Sentences a step; lengths are padded to multiples of `STEP`, so that few shapes come up."""
SOFT = 0.02
"""How far a label stays from 0 and 1, so that scores stay in proportion."""
KIND_WEIGHT = 0.5


class Reader(nn.Module):
    """Middle-layer vectors of a text -> logits (b, outputs)."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(3))
        self.pool = nn.Linear(WIDTH, 1)
        self.out = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(2 * WIDTH, WIDTH), nn.GELU(), nn.Dropout(0.1), nn.Linear(WIDTH, outputs)
        )

    def begin_from(self, base: dict[str, Tensor]) -> None:
        """Take over the upper layers of MiniLM."""
        for number, layer in enumerate(self.layers, FIRST):
            for mine, theirs in NAMES.items():
                for kind in ("weight", "bias"):
                    value = base[f"encoder.layer.{number}.{theirs}.{kind}"]
                    getattr(getattr(layer, mine), kind).data.copy_(value)

    def forward(self, middle: Tensor, mask: Tensor) -> Tensor:
        """`mask` is 1 where a piece stands and 0 where a batch is padded."""
        x, hidden = middle, (1.0 - mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, hidden)
        here = mask[:, :, None]
        pooled = (x * (self.pool(x) + (1.0 - here) * -1e4).softmax(1)).sum(1)
        return self.out(torch.cat((pooled, (x * here).sum(1) / here.sum(1)), dim=-1))


class Texts:
    """The prepared texts. Of the outputs, the first and those after `kinds` stand alone, `kinds` exclude each other."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as file:
            self.middle, self.ends = file["middle"], file["ends"]
            self.says, self.counts = torch.from_numpy(file["says"]), torch.from_numpy(file["counts"])
            self.kinds = slice(1, 1 + int(file["kinds"]))
            self.alone = [0, *range(self.kinds.stop, self.says.shape[1])]
        self.starts = np.concatenate([[0], self.ends[:-1]])
        self.sizes = self.ends - self.starts

    def batch(self, chosen: list[int]) -> tuple[Tensor, Tensor]:
        """Vectors and mask of these texts."""
        longest = -(-int(self.sizes[chosen].max()) // STEP) * STEP
        size = (len(chosen), longest)
        vectors, mask = np.zeros((*size, WIDTH), np.float32), np.zeros(size, np.float32)
        for place, number in enumerate(chosen):
            end = self.sizes[number]
            vectors[place, :end] = self.middle[self.starts[number] : self.ends[number]]
            mask[place, :end] = 1.0
        return torch.from_numpy(vectors), torch.from_numpy(mask)

    def batches(self) -> list[list[int]]:
        """All texts in batches of like length, in random order."""
        shuffled = random.sample(range(len(self.sizes)), len(self.sizes))
        found: list[list[int]] = []
        for at in range(0, len(shuffled), BATCH * 20):
            chunk = sorted(shuffled[at : at + BATCH * 20], key=lambda number: -self.sizes[number])
            found += [chunk[start : start + BATCH] for start in range(0, len(chunk), BATCH)]
        random.shuffle(found)
        return found


def loss(logits: Tensor, rows: Texts, chosen: list[int]) -> Tensor:
    """What stands alone on its own; the kinds against one another, where there is one."""
    says = rows.says[chosen]
    soft = says * (1 - 2 * SOFT) + SOFT
    told, wanted, weight = (each[:, rows.alone] for each in (logits, soft, rows.counts[chosen]))
    lost = binary_cross_entropy_with_logits(told, wanted, weight=weight, reduction="sum")
    known = says[:, rows.kinds].sum(1) > 0
    if known.any():
        kind = says[known, rows.kinds].argmax(1)
        lost = lost + KIND_WEIGHT * cross_entropy(logits[known, rows.kinds], kind, reduction="sum")
    return lost / len(logits)


def train(model: Reader, rows: Texts, epochs: int, rate: float, out: Path) -> None:
    """Train; after each epoch the weights (OUT.pt) and the log are written."""
    rest = [one for name, one in model.named_parameters() if not name.startswith("layers.")]
    rates = [rate, 5 * rate]
    groups = [{"params": list(model.layers.parameters()), "lr": rates[0]}, {"params": rest, "lr": rates[1]}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.02)
    steps = epochs * -(-len(rows.sizes) // BATCH) + epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rates, total_steps=steps, pct_start=0.1, div_factor=10, final_div_factor=50
    )
    log: list[dict[str, Any]] = []
    for epoch in range(epochs):
        begun, lost = time.perf_counter(), []
        model.train()
        for chosen in rows.batches():
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(*rows.batch(chosen))
            wrong = loss(logits.float(), rows, chosen)
            optimiser.zero_grad()
            wrong.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            lost.append(float(wrong.detach()))
        log.append({"epoch": epoch + 1, "texts": len(rows.sizes), "loss": round(float(np.mean(lost)), 4)})
        print(f"{time.perf_counter() - begun:.0f} s", json.dumps(log[-1]), flush=True)
        torch.save(model.state_dict(), out.with_suffix(".pt"))
        out.with_name(f"training_log_{out.name}.json").write_text(json.dumps(log, indent=1) + "\n")


def export(model: Reader, out: Path) -> None:
    """The model for one text a call, with weights of 8 bits (7 used: CPUs without VNNI saturate on 8)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class One(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, middle: Tensor) -> Tensor:
            return self.model(middle, torch.ones_like(middle[:, :, 0]))

    model.eval()
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        torch.onnx.export(
            One(), (torch.randn(1, 9, WIDTH),), full, input_names=["middle"], output_names=["logits"],
            dynamic_axes={"middle": {1: "n"}}, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(full, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def main() -> None:
    """Train, then export; the log is printed as it grows."""
    from safetensors.torch import load_file

    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("texts", type=Path)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--epochs", type=int, default=5)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--rate", type=float, default=2e-4)
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    rows, name = Texts(options.texts), options.out / f"{options.texts.stem}_reader"
    model = Reader(rows.says.shape[1])
    model.begin_from(load_file(options.model / "model.safetensors"))
    train(model, rows, options.epochs, options.rate, name)
    export(model, name.with_suffix(".onnx"))


if __name__ == "__main__":
    main()
