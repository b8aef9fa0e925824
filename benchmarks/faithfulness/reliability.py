"""Whether the judge's confidence means what it says."""

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.faithfulness.domain import AGAINST
from benchmarks.faithfulness.part import Part, decimal, percent, table
from benchmarks.faithfulness.search import evidence
from benchmarks.faithfulness.statements import false_statements, reworded_facts, verdict
from benchmarks.figures import wilson
from evals.judges.verifier.encoder import WEIGHTS
from evals.judges.weighing import look, weigh


def measure() -> Part:
    """Two tables on the held-out statements, and the one stored when the judge was calibrated."""
    facts = [s.text for s in reworded_facts() if s.held_out]
    false = [s.text for s in false_statements() if s.held_out]
    said = [(_confidence(text), verdict(text).label == "supported") for text in facts]
    said += [(_confidence(text), verdict(text).label in AGAINST) for text in false]
    shares = [(supported_share(text), True) for text in facts] + [(supported_share(text), False) for text in false]
    figures: dict[str, Any] = {"confidence": tenths(said), "supported": tenths(shares), "stored": stored()}
    titles = {
        "confidence": "confidence of the verdict / share of verdicts that were right (false: contradicted or partly)",
        "supported": 'share of "supported" / share of statements that were true',
        "stored": "the same on held-out written claims, as stored by the calibration (weights/calibration.json)",
    }
    lines: list[str] = []
    for key, title in titles.items():
        lines += ["", title, *(f"  {line}" for line in _told(figures[key]))]
    heading = (
        f"reliability: said and was, by tenths, {len(facts)} facts and {len(false)} false statements, all held out"
    )
    return Part(heading, tuple(lines[1:]), figures)


def _confidence(text: str) -> float:
    said = verdict(text).confidence
    if said is None:
        raise RuntimeError(f"a verdict without a confidence on {text!r}")
    return said


def supported_share(text: str) -> float:
    """How likely the calibrated rule holds "supported" to be; 0 when search finds nothing to read."""
    looks = [look(text, match) for match in evidence().find(text)]
    return weigh(looks).shares["supported"] if looks else 0.0


def tenths(said: Sequence[tuple[float, bool]]) -> list[dict[str, float | int | None]]:
    """Of the cases in each tenth of what was said: how many, the mean that was said, the share that was so."""
    rows: list[dict[str, float | int | None]] = []
    for tenth in range(10):
        inside = [(value, so) for value, so in said if min(9, int(value * 10)) == tenth]
        if inside:
            right = sum(so for _, so in inside)
            low, high = wilson(right, len(inside))
            mean = sum(value for value, _ in inside) / len(inside)
            rows.append({"n": len(inside), "said": mean, "was": right / len(inside), "low": low, "high": high})
    return rows


def stored() -> list[dict[str, float | int | None]]:
    """The table that the calibration wrote, with intervals."""
    rows = json.loads((WEIGHTS / "calibration.json").read_text(encoding="utf-8"))["reliability"]
    return [
        {**row, "low": low, "high": high}
        for row in rows
        for low, high in [wilson(round(row["was"] * row["n"]), int(row["n"]))]
    ]


def _told(rows: Sequence[dict[str, float | int | None]]) -> tuple[str, ...]:
    told = [
        (row["n"], decimal(row["said"]), decimal(row["was"]), f"{percent(row['low'])} to {percent(row['high'])}")
        for row in rows
    ]
    return table([("n", "said", "was", "95%"), *told], left=0)
