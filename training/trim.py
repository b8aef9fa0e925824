"""The encoder and its tokenizer without what no English text needs: pieces in other scripts, places beyond the longest.

    python training/trim.py

Needs onnx only; run it once, after export_encoder.py. Every other piece keeps its vector, so no opinion changes.
"""

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

WEIGHTS = Path(__file__).parents[1] / "evals" / "judges" / "verifier" / "weights"
PIECES, PLACES = (
    "model.embeddings.word_embeddings.weight_quantized",
    "model.embeddings.position_embeddings.weight_quantized",
)
LONGEST = 128
"""Word pieces of a sentence that are read."""
# Latin with its accents, Greek, and punctuation, signs and arrows: what English on medicine is written in.
READ = ((0x00, 0x24F), (0x370, 0x3FF), (0x1E00, 0x1EFF), (0x2000, 0x2BFF))


def needed(piece: str) -> bool:
    """Whether an English text can hold this piece."""
    return not piece.startswith("[unused") and all(any(a <= ord(c) <= b for a, b in READ) for c in piece)


def main() -> None:
    """Trim both files in place."""
    told = json.loads((WEIGHTS / "tokenizer.json").read_text(encoding="utf-8"))
    kept = [(piece, number) for piece, number in told["model"]["vocab"].items() if needed(piece)]
    kept.sort(key=lambda one: one[1])
    now = {number: place for place, (_, number) in enumerate(kept)}
    told["model"]["vocab"] = {piece: now[number] for piece, number in kept}
    for one in told["added_tokens"]:
        one["id"] = now[one["id"]]
    for one in told["post_processor"]["special_tokens"].values():
        one["ids"] = [now[number] for number in one["ids"]]
    model = onnx.load(WEIGHTS / "encoder.onnx")
    rows = {PIECES: list(now), PLACES: list(range(LONGEST))}
    for held in model.graph.initializer:
        if held.name in rows:
            values = numpy_helper.to_array(held)[np.array(rows[held.name])]
            held.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(values), held.name))
    onnx.checker.check_model(model)
    onnx.save(model, WEIGHTS / "encoder.onnx")
    (WEIGHTS / "tokenizer.json").write_text(
        json.dumps(told, ensure_ascii=False, separators=(",", ":")), encoding="utf-8"
    )
    print(f"{len(kept)} word pieces kept")


if __name__ == "__main__":
    main()
