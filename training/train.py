"""Train the verifier's head on what training.prepare wrote, and export it.

    python training/train.py PAIRS.npz --out FOLDER [--epochs N] [--seed N] [--without ORIGIN]

Needs torch only. The encoder stays as it is; the head aligns the word pieces of claim and evidence, compares them, and
says supported / contradicted / not enough.
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

LAYER = 192
CLASSES = ("supported", "contradicted", "not_enough")
# What each label teaches: "partly" is a claim that goes beyond its evidence on the same matter.
TARGETS = {0: (1.0, 0.0, 0.0), 1: (0.0, 1.0, 0.0), 2: (0.0, 0.0, 1.0), 3: (0.05, 0.65, 0.3)}
UNSUPPORTED = 4
BATCH = 48


class Context(nn.Module):
    """One transformer layer; torch's own cannot be exported for texts of any length."""

    def __init__(self, width: int, dropout: float, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.before, self.after = nn.LayerNorm(width), nn.LayerNorm(width)
        self.projected = nn.Linear(width, 3 * width)
        self.joined = nn.Linear(width, width)
        self.wide = nn.Sequential(
            nn.Linear(width, 2 * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * width, width)
        )
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """(b, n, width) -> the same shape, each piece having seen the others."""
        q, k, v = self.projected(self.before(x)).chunk(3, dim=-1)
        size = x.shape[-1] // self.heads
        q, k, v = (part.unflatten(2, (self.heads, size)) for part in (q, k, v))
        scores = torch.einsum("bnhd,bmhd->bhnm", q, k) / size**0.5 + (1.0 - mask)[:, None, None, :] * -1e4
        found = torch.einsum("bhnm,bmhd->bnhd", scores.softmax(-1), v).flatten(2)
        x = x + self.drop(self.joined(found))
        return x + self.drop(self.wide(self.after(x)))


class Head(nn.Module):
    """Vectors (length 1 for each layer) and signs of evidence (b, m, ...) and claim (b, n, ...) -> logits (b, 3)."""

    def __init__(self, signs: int, width: int = 160, heads: int = 2, dropout: float = 0.25) -> None:
        super().__init__()
        self.vectors = nn.Linear(2 * LAYER, width)
        self.signs = nn.Linear(signs, width)
        self.norm = nn.LayerNorm(width)
        self.drop = nn.Dropout(dropout)
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.heads = heads
        self.closeness = nn.Parameter(torch.tensor([[4.0, 4.0]] * heads))
        self.compare = nn.Sequential(nn.Linear(width * (3 + heads) + signs, width), nn.GELU(), nn.Dropout(dropout))
        self.context = Context(width, dropout)
        self.pool = nn.Linear(width, 1)
        self.out = nn.Sequential(
            nn.Linear(6 * width, width), nn.GELU(), nn.Dropout(dropout), nn.Linear(width, len(CLASSES))
        )

    def forward(self, pv: Tensor, ps: Tensor, pm: Tensor, cv: Tensor, cs: Tensor, cm: Tensor) -> Tensor:
        """Masks are 1 where a piece stands and 0 where a batch is padded."""
        p = self.drop(self.norm(self.vectors(pv) + self.signs(ps)))
        c = self.drop(self.norm(self.vectors(cv) + self.signs(cs)))
        near = self._near(cv, pv)
        claim = self._read(c, p, cs, pm, near)
        evidence = self._read(p, c, ps, cm, near.transpose(2, 3))
        return self.out(torch.cat((self._pooled(claim, cm), self._pooled(evidence, pm)), dim=-1))

    def _near(self, cv: Tensor, pv: Tensor) -> Tensor:
        # Cosines of both layers, (b, 2, n, m).
        return torch.einsum("bnkd,bmkd->bknm", cv.unflatten(2, (2, LAYER)), pv.unflatten(2, (2, LAYER)))

    def _read(self, mine: Tensor, other: Tensor, signs: Tensor, mask: Tensor, near: Tensor) -> Tensor:
        width = mine.shape[-1] // self.heads
        q = self.query(mine).unflatten(2, (self.heads, width))
        k = self.key(other).unflatten(2, (self.heads, width))
        scores = torch.einsum("bnhd,bmhd->bhnm", q, k) / width**0.5 + torch.einsum(
            "hk,bknm->bhnm", self.closeness, near
        )
        scores = scores + (1.0 - mask)[:, None, None, :] * -1e4
        found = torch.einsum("bhnm,bmd->bnhd", scores.softmax(-1), other)
        first = found[:, :, 0]
        return self.compare(torch.cat((mine, found.flatten(2), mine - first, mine * first, signs), dim=-1))

    def _pooled(self, compared: Tensor, mask: Tensor) -> Tensor:
        read = self.context(compared, mask)
        hidden = (1.0 - mask)[:, :, None] * -1e4
        weights = (self.pool(read) + hidden).softmax(1)
        mean = (read * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.cat(((read + hidden).max(1).values, (read * weights).sum(1), mean), dim=-1)


class Pairs:
    """The prepared pairs, cut into padded batches."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as file:
            self.vectors, lengths = file["vectors"], file["lengths"]
            self.premise_signs, self.claim_signs = file["premise_signs"], file["claim_signs"]
            self.pairs = json.loads(str(file["pairs"]))
        ends = np.cumsum(lengths)
        self.places = list(zip(ends - lengths, ends, strict=True))
        premise_at = claim_at = 0
        for pair in self.pairs:
            size = sum(int(lengths[text]) for text in pair["premise"])
            pair["premise_signs"], premise_at = (premise_at, premise_at + size), premise_at + size
            size = int(lengths[pair["claim"]])
            pair["claim_signs"], claim_at = (claim_at, claim_at + size), claim_at + size
            pair["size"] = pair["premise_signs"][1] - pair["premise_signs"][0]

    def batch(self, chosen: list[int]) -> tuple[Tensor, ...]:
        """Model inputs of these pairs."""
        pairs = [self.pairs[number] for number in chosen]
        premise = [np.concatenate([self._text(text) for text in pair["premise"]]) for pair in pairs]
        claim = [self._text(pair["claim"]) for pair in pairs]
        premise_signs = [self.premise_signs[slice(*pair["premise_signs"])] for pair in pairs]
        claim_signs = [self.claim_signs[slice(*pair["claim_signs"])] for pair in pairs]
        pv, pm = _padded(premise)
        cv, cm = _padded(claim)
        return pv, _padded(premise_signs)[0], pm, cv, _padded(claim_signs)[0], cm

    def _text(self, number: int) -> np.ndarray:
        return self.vectors[slice(*self.places[number])]


def _padded(arrays: list[np.ndarray]) -> tuple[Tensor, Tensor]:
    longest = max(len(array) for array in arrays)
    out = np.zeros((len(arrays), longest, arrays[0].shape[1]), dtype=np.float32)
    mask = np.zeros((len(arrays), longest), dtype=np.float32)
    for row, array in enumerate(arrays):
        out[row, : len(array)], mask[row, : len(array)] = array, 1.0
    return torch.from_numpy(out), torch.from_numpy(mask)


def loss(logits: Tensor, labels: list[int], weights: Tensor) -> Tensor:
    """The weighted mean over pairs of how unlikely the logits make what the labels teach."""
    logs = logits.log_softmax(-1)
    targets = torch.tensor([TARGETS.get(label, (0.0, 0.0, 0.0)) for label in labels])
    known = -(targets * logs).sum(-1)
    # "Unsupported" says only what it is not.
    unknown = -torch.logsumexp(logs[:, 1:], dim=-1)
    either = torch.tensor([label == UNSUPPORTED for label in labels])
    return (torch.where(either, unknown, known) * weights).sum() / weights.sum()


def auroc(scores: np.ndarray, positive: np.ndarray) -> float:
    """The chance that a positive scores above a negative, ties counted half."""
    order = scores.argsort(kind="stable")
    ranks = np.empty(len(scores))
    ranks[order] = np.arange(1, len(scores) + 1)
    for value in np.unique(scores):
        ranks[scores == value] = ranks[scores == value].mean()
    n = positive.sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(positive) - n)))


def evaluate(head: Head, pairs: Pairs, chosen: list[int]) -> dict[str, dict[str, float]]:
    """For each origin: AUROC of supported, and of contradicted or partly, against the rest; accuracy of the three."""
    head.eval()
    probabilities = np.zeros((len(chosen), 3))
    with torch.no_grad():
        for at in range(0, len(chosen), 64):
            probabilities[at : at + 64] = head(*pairs.batch(chosen[at : at + 64])).softmax(-1).numpy()
    result: dict[str, dict[str, float]] = {}
    for origin in sorted({pairs.pairs[number]["origin"] for number in chosen}):
        rows = [place for place, number in enumerate(chosen) if pairs.pairs[number]["origin"] == origin]
        labels = np.array([pairs.pairs[chosen[place]]["label"] for place in rows])
        found = probabilities[rows]
        row = {"n": len(rows), "supported": auroc(found[:, 0], labels == 0)}
        against = np.isin(labels, (1, 3))
        if against.any() and UNSUPPORTED not in labels:
            row["against"] = auroc(found[:, 1], against)
            row["accuracy"] = float((found.argmax(1) == np.where(labels == 3, 1, labels)).mean())
        result[origin] = {key: round(value, 3) for key, value in row.items()}
    return result


def train(path: Path, epochs: int, seed: int, out: Path, without: str | None = None, rate: float = 1.2e-3) -> None:
    """Train; after each epoch write the head and the log so far, so that a training cut short leaves what it has."""
    random.seed(seed)
    torch.manual_seed(seed)
    pairs = Pairs(path)
    learning = [n for n, pair in enumerate(pairs.pairs) if not pair["held_out"] and pair["origin"] != without]
    out.mkdir(parents=True, exist_ok=True)
    kept = [number for number, pair in enumerate(pairs.pairs) if pair["held_out"]]
    head = Head(pairs.claim_signs.shape[1])
    optimiser = torch.optim.AdamW(head.parameters(), lr=rate, weight_decay=0.05)
    steps = epochs * (len(learning) // BATCH + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    log: list[dict[str, object]] = []
    for epoch in range(epochs):
        begun, total, count = time.perf_counter(), 0.0, 0
        head.train()
        for chosen in _batches(pairs, learning):
            weights = torch.tensor([pairs.pairs[number]["weight"] for number in chosen])
            wrong = loss(head(*pairs.batch(chosen)), [pairs.pairs[number]["label"] for number in chosen], weights)
            optimiser.zero_grad()
            wrong.backward()
            nn.utils.clip_grad_norm_(head.parameters(), 1.0)
            optimiser.step()
            if schedule.last_epoch < steps - 1:
                schedule.step()
            total, count = total + float(wrong.detach()), count + 1
        entry = {"epoch": epoch + 1, "loss": round(total / count, 4), "held_out": evaluate(head, pairs, kept)}
        log.append(entry)
        print(f"{time.perf_counter() - begun:.0f} s", json.dumps(entry), flush=True)
        export(head, out / "head.onnx")
        (out / "training_log_head.json").write_text(json.dumps(log, indent=1) + "\n")


def _batches(pairs: Pairs, learning: list[int]) -> list[list[int]]:
    shuffled = random.sample(learning, len(learning))
    batches: list[list[int]] = []
    # Pairs of like length together, so that little is padded; the order of batches is random again.
    for at in range(0, len(shuffled), BATCH * 20):
        chunk = sorted(shuffled[at : at + BATCH * 20], key=lambda number: pairs.pairs[number]["size"])
        batches += [chunk[start : start + BATCH] for start in range(0, len(chunk), BATCH)]
    random.shuffle(batches)
    return batches


def export(head: Head, out: Path) -> None:
    """The head as ONNX; masks stay, since evidence and claim differ in length."""
    head.eval()
    signs = head.signs.in_features
    example = tuple(
        tensor for n in (9, 7) for tensor in (torch.randn(1, n, 2 * LAYER), torch.randn(1, n, signs), torch.ones(1, n))
    )
    names = ["premise_vectors", "premise_signs", "premise_mask", "claim_vectors", "claim_signs", "claim_mask"]
    axes = {name: {1: "m" if name.startswith("premise") else "n"} for name in names}
    torch.onnx.export(
        head,
        example,
        out,
        input_names=names,
        output_names=["logits"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def main() -> None:
    """Train; the log is printed as it grows."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pairs", type=Path)
    arguments.add_argument("--epochs", type=int, default=12)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--without", metavar="ORIGIN", help="leave out the pairs of one origin, such as answers")
    options = arguments.parse_args()
    train(options.pairs, options.epochs, options.seed, options.out, options.without)


if __name__ == "__main__":
    main()
