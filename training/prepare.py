"""Examples -> one file of vectors and signs, so that training needs PyTorch and nothing of the product.

python -m training.prepare --data DIR --out FILE.npz
"""

import argparse
import json
from collections import Counter
from itertools import chain
from pathlib import Path

import numpy as np

from evals.judges.verifier.signs import compare, read
from training.examples import LABELS, Example
from training.own import (
    answer_examples,
    fault_examples,
    general_examples,
    neighbour_examples,
    paragraph_examples,
    written_examples,
)
from training.public import public_examples


def main() -> None:
    """Encode every sentence once, compare every pair, write all of it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    options = arguments.parse_args()
    examples = [e for e in dict.fromkeys(every_example(options.data)) if e.trained or e.held_out]
    print(Counter((e.origin, e.label, e.held_out) for e in examples))
    write(examples, options.out)


def every_example(data: Path) -> chain[Example]:
    """All examples, whatever their origin, in a fixed order."""
    return chain(
        public_examples(data), written_examples(data), paragraph_examples(data), general_examples(data),
        answer_examples(), neighbour_examples(data, 500), fault_examples(data, 1200),
    )  # fmt: skip


def write(examples: list[Example], out: Path) -> None:
    """One npz: the vectors of all texts end to end, and for each pair which texts, its signs and its label."""
    places: dict[tuple[str, bool], int] = {}
    vectors: list[np.ndarray] = []
    middle: list[np.ndarray] = []
    pairs: list[dict[str, object]] = []
    premise_signs, claim_signs = [], []
    for number, example in enumerate(examples):
        keys = [(example.title, True)] if example.title else []
        keys += [(text, False) for text in example.premise]
        premise, claim = [read(text, title) for text, title in keys], read(example.claim)
        for key, reading in zip([*keys, (example.claim, False)], [*premise, claim], strict=True):
            if key not in places:
                places[key] = len(vectors)
                vectors.append(reading.encoded.vectors.astype(np.float16))
                middle.append(reading.encoded.middle)
        premise_signs.append(compare(premise, [claim]).astype(np.float16))
        claim_signs.append(compare([claim], premise).astype(np.float16))
        pairs.append({
            "premise": [places[key] for key in keys], "claim": places[example.claim, False],
            "label": LABELS.index(example.label), "origin": example.origin, "held_out": example.held_out,
            "weight": example.weight, "titled": bool(example.title),
        })  # fmt: skip
        if number % 5000 == 4999:
            print(f"{number + 1} of {len(examples)}", flush=True)
    np.savez(
        out, vectors=np.concatenate(vectors), middle=np.concatenate(middle), lengths=[len(v) for v in vectors],
        premise_signs=np.concatenate(premise_signs), claim_signs=np.concatenate(claim_signs), pairs=json.dumps(pairs),
    )  # fmt: skip


if __name__ == "__main__":
    main()
