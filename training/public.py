"""Public labelled pairs -> examples, a tenth of each set held out by hash of its document or claim.

RAGTruth and K-QA are never read here: they are for testing only.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from evals.sentences import split_sentences
from training.examples import Example

TENTHS = 10


def held_out(key: str) -> bool:
    """Whether a document or claim belongs to the tenth that nothing is trained or calibrated on."""
    return _tenth(key) == 0


def for_calibration(key: str) -> bool:
    """Whether a document or claim is in the tenth that the rule is calibrated on; the verifier is not trained on it."""
    return _tenth(key) == 1


def _tenth(key: str) -> int:
    return int(hashlib.sha256(f"navis-evals held-out {key}".encode()).hexdigest(), 16) % TENTHS


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text as the verifier reads them."""
    return tuple(text[span.start : span.end] for span in split_sentences(text))


def rows(data: Path, name: str) -> list[dict[str, Any]]:
    """All rows of one file of the folder."""
    return pq.read_table(data / "faithfulness" / f"{name}.parquet").to_pylist()


def public_examples(data: Path) -> Iterator[Example]:
    """Training and held-out examples of the four sets that may be trained on."""
    yield from _evidence_inference(data)
    yield from _abstracts(data, "scifact_train", "scifact", {"SUPPORT": "supported", "CONTRADICT": "contradicted"})
    yield from _abstracts(
        data, "check_covid_train_dev", "check_covid", {"SUPPORT": "supported", "REFUTE": "contradicted"}
    )
    for row in rows(data, "begin_dev"):
        label = "supported" if row["original_label"] == "Fully attributable" else "unsupported"
        key = row["premise"]
        yield Example("begin", sentences(key), row["hypothesis"], label, held_out(key), not for_calibration(key))


def _evidence_inference(data: Path) -> Iterator[Example]:
    for row in rows(data, "evidence_inference"):
        label = "supported" if int(row["label"]) else "contradicted"
        key = row["pmcid"]
        premise = sentences(row["premise"])
        yield Example("evidence_inference", premise, row["hypothesis"], label, held_out(key), not for_calibration(key))


def _abstracts(data: Path, name: str, short: str, labels: dict[str, str]) -> Iterator[Example]:
    for row in rows(data, name):
        label = labels.get(row["original_label"], "not_enough")
        key = claim_key(row)
        evidence = tuple(json.loads(row["evidence_sentences"] or "[]"))[:3]
        if not evidence or label == "not_enough":
            evidence = nearest(sentences(row["premise"]), row["hypothesis"])
        yield Example(short, evidence, row["hypothesis"], label, held_out(key), not for_calibration(key))


def claim_key(row: dict[str, Any]) -> str:
    """What a row of SciFact or Check-COVID is held out by: its claim."""
    return str(row.get("claim_id") or row["hypothesis"])


def nearest(texts: tuple[str, ...], claim: str, size: int = 2) -> tuple[str, ...]:
    """The neighbouring sentences that share most words with the claim."""
    from evals.words import stems

    wanted = set(stems(claim))
    windows = [texts[at : at + size] for at in range(max(1, len(texts) - size + 1))]
    return max(windows, key=lambda window: len(wanted & set(stems(" ".join(window)))))
