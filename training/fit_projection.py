"""The directions in which word-piece vectors differ most, so that the verifier works with half the numbers.

    python -m training.fit_projection --data DIR

Principal components of each of the encoder's two layers over the sentences of the training examples; writes
projection.npz beside the encoder.
"""

import argparse
from pathlib import Path

import numpy as np

from evals.judges.verifier.encoder import KEPT, LAYER, WEIGHTS, raw_vectors
from training.public import public_examples


def main() -> None:
    """Fit on every fourth public training text; signs of the components are fixed, so a refit gives the same file."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    data: Path = arguments.parse_args().data
    texts = sorted({text for e in public_examples(data) if not e.held_out for text in (*e.premise, e.claim)})[::4]
    vectors = np.concatenate([raw_vectors(text)[1] for text in texts])
    means, axes = [], []
    for layer in range(2):
        found = vectors[:, layer * LAYER : (layer + 1) * LAYER].astype(np.float64)
        found /= np.linalg.norm(found, axis=1, keepdims=True)
        values, components = np.linalg.eigh(np.cov(found.T))
        kept = components[:, np.argsort(-values)[:KEPT]]
        kept *= np.sign(kept[np.abs(kept).argmax(axis=0), np.arange(KEPT)])
        means.append(found.mean(axis=0))
        axes.append(kept)
        print(f"layer {layer}: {np.sort(values)[::-1][:KEPT].sum() / values.sum():.1%} of the variance kept")
    np.savez(WEIGHTS / "projection.npz", mean=np.float32(means), axes=np.float16(axes))


if __name__ == "__main__":
    main()
