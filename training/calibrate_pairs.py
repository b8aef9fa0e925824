"""The public claims kept for calibration -> pairs.json: what shared words add where one text is all there is.

    python -m training.calibrate_pairs --data DIR

Within a corpus, words in common say little: search has found them. In a pair of any two texts they say whether the text
speaks of the matter at all. `words` is their weight beside the log odds of "supported": the least whole one with which
the score beats word overlap on every public set by as much as any does, within `NEAR`. Slope and offset turn the sum
into a probability, every set counting alike.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from evals.judges.evidence import Evidence
from evals.judges.verifier import weights_digest
from evals.judges.verifier.encoder import WEIGHTS
from evals.judges.weighing import look, weigh
from evals.records import Passage
from evals.verify.words import log_odds, words_shared
from training.calibrate import KEYS, auroc
from training.public import for_calibration, rows

WEIGHTS_TRIED = range(13)
NEAR = 0.002


@dataclass(frozen=True)
class Kept:
    """One pair: its set, the log odds of "supported", the share of words in common, whether it is supported."""

    name: str
    odds: float
    words: float
    true: bool


def main() -> None:
    """Weigh words, fit the probability, write the file and print what each weight gives."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, required=True)
    kept = list(_kept(arguments.parse_args().data))
    least = {weight: min(_gains(kept, weight).values()) for weight in WEIGHTS_TRIED}
    for weight in WEIGHTS_TRIED:
        told = ", ".join(f"{name} {gain:+.3f}" for name, gain in _gains(kept, weight).items())
        print(f"words {weight:2}: above word overlap by {told}")
    chosen = next(weight for weight in WEIGHTS_TRIED if least[weight] >= max(least.values()) - NEAR)
    slope, offset = _probability(kept, chosen)
    content = {
        "fitted_for": weights_digest(), "pairs": len(kept), "words": chosen,
        "slope": round(slope, 4), "offset": round(offset, 4),
    }  # fmt: skip
    (WEIGHTS / "pairs.json").write_text(json.dumps(content, indent=1) + "\n")
    print(content)


def _kept(data: Path) -> Iterator[Kept]:
    true = {"scifact_train": "SUPPORT", "check_covid_train_dev": "SUPPORT", "begin_dev": "Fully attributable"}
    for name, key in KEYS.items():
        for row in rows(data, name):
            if not for_calibration(key(row)):
                continue
            right = bool(int(row["label"])) if name not in true else row["original_label"] == true[name]
            evidence = Evidence([Passage(id="premise", title="", text=row["premise"])])
            if looks := [look(row["hypothesis"], match) for match in evidence.find(row["hypothesis"])]:
                odds = log_odds(weigh(looks).shares["supported"])
                yield Kept(name, odds, words_shared(row["hypothesis"], row["premise"]), right)


def _gains(kept: Sequence[Kept], weight: float) -> dict[str, float]:
    """For each set how far the score's AUROC lies above that of word overlap alone."""
    found: dict[str, float] = {}
    for name in KEYS:
        mine = [one for one in kept if one.name == name]
        true = np.array([one.true for one in mine])
        score = np.array([one.odds + weight * one.words for one in mine])
        found[name] = auroc(score, true) - auroc(np.array([one.words for one in mine]), true)
    return found


def _probability(kept: Sequence[Kept], weight: float) -> tuple[float, float]:
    value = np.array([one.odds + weight * one.words for one in kept])
    true = np.array([one.true for one in kept], dtype=float)
    count = {name: sum(one.name == name for one in kept) for name in KEYS}
    share = np.array([1 / count[one.name] for one in kept])

    def loss(line: np.ndarray) -> float:
        odds = line[0] * value + line[1]
        return float((share * (np.logaddexp(0, odds) - true * odds)).sum())

    slope, offset = minimize(loss, np.array([0.5, 0.0])).x
    return float(slope), float(offset)


if __name__ == "__main__":
    main()
