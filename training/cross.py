"""Train the cross-encoder on what training.prepare wrote, and export it as int8.

    python -m training.cross PAIRS.npz MODEL_FOLDER --out FOLDER [--epochs N] [--stop N] [--seed N] [--start FILE.pt]

Needs torch, safetensors, onnx and onnxruntime. The encoder's first half reads each text on its own and stays as it is;
its upper half, trained here, reads evidence and claim together. MODEL_FOLDER holds all-MiniLM-L6-v2 as safetensors.
"""

import argparse
import json
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from training.train import CLASSES, UNSUPPORTED, Pairs, auroc, loss

WIDTH, HEADS, WIDE = 384, 12, 1536
FIRST = 3
"""The first layer that is trained: what comes before it is read one text at a time."""
BATCH, STEP = 32, 16
"""Pairs a step; lengths are padded to multiples of `STEP`, so that few shapes come up."""
EVIDENCE, TITLE, CLAIM = 0, 1, 2
# Names of MiniLM's weights -> of ours.
NAMES = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "joined": "attention.output.dense", "after": "attention.output.LayerNorm", "up": "intermediate.dense",
    "down": "output.dense", "last": "output.LayerNorm",
}  # fmt: skip


class Layer(nn.Module):
    """One layer as BERT has it."""

    def __init__(self, dropout: float = 0.1) -> None:
        super().__init__()
        self.query, self.key, self.value, self.joined = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.after, self.last = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.up, self.down = nn.Linear(WIDTH, WIDE), nn.Linear(WIDE, WIDTH)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        """(b, n, WIDTH) -> the same; `hidden` (b, 1, 1, n) is far below 0 where a batch is padded."""
        q, k, v = (part(x).unflatten(2, (HEADS, -1)).transpose(1, 2) for part in (self.query, self.key, self.value))
        scores = q @ k.transpose(2, 3) / (WIDTH / HEADS) ** 0.5 + hidden
        found = (self.drop(scores.softmax(-1)) @ v).transpose(1, 2).flatten(2)
        x = self.after(x + self.drop(self.joined(found)))
        return self.last(x + self.drop(self.down(nn.functional.gelu(self.up(x)))))


class Cross(nn.Module):
    """Middle-layer vectors, signs and parts of evidence and claim in one row -> logits (b, 3)."""

    def __init__(self, signs: int) -> None:
        super().__init__()
        self.part, self.sign = nn.Embedding(3, WIDTH), nn.Linear(signs, WIDTH, bias=False)
        nn.init.normal_(self.part.weight, std=0.02)
        nn.init.normal_(self.sign.weight, std=0.02)
        self.layers = nn.ModuleList(Layer() for _ in range(3))
        self.pool = nn.Linear(WIDTH, 1)
        self.out = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(4 * WIDTH, WIDTH), nn.GELU(), nn.Dropout(0.1), nn.Linear(WIDTH, len(CLASSES))
        )

    def begin_from(self, base: dict[str, Tensor]) -> None:
        """Take over the upper layers of MiniLM."""
        for number, layer in enumerate(self.layers, FIRST):
            for mine, theirs in NAMES.items():
                for kind in ("weight", "bias"):
                    value = base[f"encoder.layer.{number}.{theirs}.{kind}"]
                    getattr(getattr(layer, mine), kind).data.copy_(value)

    def forward(self, middle: Tensor, signs: Tensor, parts: Tensor, mask: Tensor) -> Tensor:
        """`mask` is 1 where a piece stands and 0 where a batch is padded."""
        x = middle + self.part(parts) + self.sign(signs)
        hidden = (1.0 - mask)[:, None, None, :] * -1e4
        for layer in self.layers:
            x = layer(x, hidden)
        claimed = (parts == CLAIM).to(mask.dtype)
        claim, evidence = ((mask * one)[:, :, None] for one in (claimed, 1.0 - claimed))
        not_claim = (1.0 - claim) * -1e4
        pooled = (x * (self.pool(x) + not_claim).softmax(1)).sum(1)
        means = [(x * one).sum(1) / one.sum(1) for one in (claim, evidence)]
        return self.out(torch.cat((pooled, means[0], (x + not_claim).max(1).values, means[1]), dim=-1))


class Rows(Pairs):
    """The prepared pairs as one row of word pieces each."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with np.load(path) as file:
            self.middle = file["middle"]

    def row(self, number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Vectors, signs and parts of one pair, its claim last."""
        pair = self.pairs[number]
        texts = [self.middle[slice(*self.places[text])] for text in (*pair["premise"], pair["claim"])]
        kinds = [TITLE if pair["titled"] else EVIDENCE, *[EVIDENCE] * (len(texts) - 2), CLAIM]
        signs = (self.premise_signs[slice(*pair["premise_signs"])], self.claim_signs[slice(*pair["claim_signs"])])
        return np.concatenate(texts), np.concatenate(signs), np.repeat(kinds, [len(text) for text in texts])

    def batch(self, chosen: list[int]) -> tuple[Tensor, ...]:
        """Model inputs of these pairs."""
        rows = [self.row(number) for number in chosen]
        longest = -(-max(len(parts) for *_, parts in rows) // STEP) * STEP
        size = (len(rows), longest)
        middle = np.zeros((*size, WIDTH), np.float32)
        signs = np.zeros((*size, rows[0][1].shape[1]), np.float32)
        parts, mask = np.zeros(size, np.int64), np.zeros(size, np.float32)
        for place, (vectors, own, kinds) in enumerate(rows):
            end = len(kinds)
            middle[place, :end], signs[place, :end], parts[place, :end], mask[place, :end] = vectors, own, kinds, 1.0
        return tuple(map(torch.from_numpy, (middle, signs, parts, mask)))


@dataclass(frozen=True)
class Plan:
    """How to train: `stop` ends before the last of the `epochs` that the learning rate is planned for."""

    epochs: int
    stop: int
    seed: int
    rate: float


def train(model: Cross, rows: Rows, plan: Plan, out: Path) -> None:
    """Train; after each epoch the weights and what they reach on held-out pairs are written."""
    random.seed(plan.seed)
    torch.manual_seed(plan.seed)
    learning = [n for n, pair in enumerate(rows.pairs) if not pair["held_out"]]
    kept = [n for n, pair in enumerate(rows.pairs) if pair["held_out"]]
    body = list(model.layers.parameters())
    rest = [one for name, one in model.named_parameters() if not name.startswith("layers.")]
    rates = [plan.rate, 5 * plan.rate]
    groups = [{"params": body, "lr": rates[0]}, {"params": rest, "lr": rates[1]}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.02)
    steps = plan.epochs * (len(learning) // BATCH + 2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, rates, total_steps=steps, pct_start=0.08, div_factor=10, final_div_factor=50
    )
    log: list[dict[str, object]] = []
    for epoch in range(plan.stop):
        begun, lost = time.perf_counter(), []
        model.train()
        for chosen in _batches(rows, learning):
            weights = torch.tensor([rows.pairs[number]["weight"] for number in chosen])
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = model(*rows.batch(chosen))
            wrong = loss(logits.float(), [rows.pairs[number]["label"] for number in chosen], weights)
            optimiser.zero_grad()
            wrong.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            lost.append(float(wrong.detach()))
        entry = {"epoch": epoch + 1, "loss": round(float(np.mean(lost)), 4), "held_out": evaluate(model, rows, kept)}
        log.append(entry)
        print(f"{time.perf_counter() - begun:.0f} s", json.dumps(entry), flush=True)
        torch.save(model.state_dict(), out / "cross.pt")
        (out / "training_log_cross.json").write_text(json.dumps(log, indent=1) + "\n")


def _batches(rows: Rows, learning: list[int]) -> list[list[int]]:
    shuffled = random.sample(learning, len(learning))
    batches: list[list[int]] = []
    # Pairs of like length together, so that little is padded; the order of batches is random again.
    for at in range(0, len(shuffled), BATCH * 20):
        chunk = sorted(shuffled[at : at + BATCH * 20], key=lambda number: rows.pairs[number]["size"])
        batches += [chunk[start : start + BATCH] for start in range(0, len(chunk) - BATCH + 1, BATCH)]
    random.shuffle(batches)
    return batches


def evaluate(model: Cross, rows: Rows, chosen: list[int]) -> dict[str, dict[str, float]]:
    """For each origin: AUROC of supported, and of contradicted or partly, against the rest."""
    model.eval()
    shares = np.zeros((len(chosen), len(CLASSES)))
    with torch.no_grad():
        for at in range(0, len(chosen), BATCH):
            logits = model(*rows.batch(chosen[at : at + BATCH]))
            shares[at : at + BATCH] = logits.softmax(-1).numpy()
    found: dict[str, dict[str, float]] = {}
    origins, labels = (np.array([rows.pairs[number][name] for number in chosen]) for name in ("origin", "label"))
    for origin in sorted(set(origins)):
        mine, own = shares[origins == origin], labels[origins == origin]
        row = {"n": len(own), "supported": auroc(mine[:, 0], own == 0)}
        against = np.isin(own, (1, 3))
        if against.any() and UNSUPPORTED not in own:
            row["against"] = auroc(mine[:, 1], against)
        found[str(origin)] = {key: round(value, 3) for key, value in row.items()}
    return found


def export(model: Cross, out: Path) -> None:
    """The model for one pair a call, with weights of 8 bits (7 used: CPUs without VNNI saturate on 8)."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    class One(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, middle: Tensor, signs: Tensor, parts: Tensor) -> Tensor:
            return self.model(middle, signs, parts, torch.ones_like(middle[:, :, 0]))

    model.eval()
    pieces = 9
    kinds = torch.tensor([[TITLE] * 2 + [EVIDENCE] * 4 + [CLAIM] * 3])
    example = (torch.randn(1, pieces, WIDTH), torch.randn(1, pieces, model.sign.in_features), kinds)
    names = ["middle", "signs", "parts"]
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "full.onnx"
        torch.onnx.export(
            One(), example, full, input_names=names, output_names=["logits"],
            dynamic_axes={name: {1: "n"} for name in names}, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(full, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def main() -> None:
    """Train, then export; the log is printed as it grows."""
    from safetensors.torch import load_file

    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("pairs", type=Path)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--epochs", type=int, default=4)
    arguments.add_argument("--stop", type=int, help="end after so many of them")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--rate", type=float, default=1.5e-4)
    arguments.add_argument("--start", type=Path, help="weights to go on from")
    options = arguments.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    rows = Rows(options.pairs)
    model = Cross(rows.claim_signs.shape[1])
    model.begin_from(load_file(options.model / "model.safetensors"))
    if options.start:
        model.load_state_dict(torch.load(options.start))
    stop = options.stop or options.epochs
    train(model, rows, Plan(options.epochs, stop, options.seed, options.rate), options.out)
    export(model, options.out / "cross.onnx")


if __name__ == "__main__":
    main()
