"""Public texts at known levels, graded: the consensus and every single formula, as written and with names masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from evals.errors import UserError
from evals.readability.formulas import FORMULAS, middle
from evals.readability.masking import name_spans
from evals.readability.structure import visible_text
from evals.readability.tokens import without_addresses
from evals.readability.zones import Zone, read_zone
from evals.records import Answer

PAIRS = "readability/cochrane_pairs_val.parquet"
LEVELS = "readability/onestop_dev.parquet"
CONSENSUS = ("consensus, masked", "consensus, raw")
# A text of two sentences and a few words is graded too: the data decide what is in a pair, not our confidence.
FLOORS = ("median, masked", "words", "words a sentence", "unfamiliar words")


@dataclass(frozen=True, slots=True)
class Graded:
    """A text with its level (higher is harder), the pair or article it belongs to, and its grade by each method."""

    group: str
    level: float
    grades: Mapping[str, float]


def read_pairs(data: Path) -> tuple[Graded, ...]:
    """Cochrane reviews: technical abstract (1) and plain-language summary (0) of the same review."""
    rows = _rows(data, PAIRS, ("text", "pair_id", "side"))
    return _graded((str(row["pair_id"]), float(row["side"] == "technical"), row["text"]) for row in rows)


def read_levels(data: Path) -> tuple[Graded, ...]:
    """OneStopEnglish: the same article told at three levels, 1 elementary to 3 advanced."""
    order = {"elementary": 1.0, "intermediate": 2.0, "advanced": 3.0}
    rows = _rows(data, LEVELS, ("text", "article", "level"))
    return _graded((str(row["article"]), order[row["level"]], row["text"]) for row in rows)


def _rows(data: Path, name: str, columns: tuple[str, ...]) -> list[dict]:
    path = data / name
    if not path.is_file():
        raise UserError(f"--data {data}", f"no {name}", "the folder of public data that holds `readability/`")
    table = pq.read_table(path)
    if missing := [column for column in columns if column not in table.column_names]:
        raise UserError(str(path), f"no column {', '.join(missing)}", f"columns {', '.join(columns)}")
    return table.select(list(columns)).to_pylist()


def _graded(rows) -> tuple[Graded, ...]:
    return tuple(Graded(group, level, grades) for group, level, text in rows if (grades := grades_of(text)) is not None)


def grades_of(text: str) -> Mapping[str, float] | None:
    """The grade of a bare text by each method, or None when it is too short to grade."""
    answer = Answer(question_id="text", question="", raw=text, text=text)
    shown = without_addresses(visible_text(answer))
    zone = read_zone(answer, shown, name_spans(shown), "body")
    return None if zone.raw is None or zone.masked is None else _by_method(zone)


def _by_method(zone: Zone) -> Mapping[str, float]:
    if zone.raw is None or zone.masked is None:  # the caller has turned these away
        raise ValueError("an ungraded text has no grades")
    counts = zone.raw.counts
    found = {"consensus, masked": zone.masked.consensus, "consensus, raw": zone.raw.consensus}
    found["median, masked"] = middle(zone.masked.headline)
    found |= {f"{name}, masked": zone.masked.headline[name] for name in FORMULAS}
    found |= {f"{name}, raw": zone.raw.headline[name] for name in FORMULAS}
    return found | {
        "words": counts.words, "words a sentence": counts.words / counts.sentences,
        "unfamiliar words": counts.unfamiliar / counts.words,
    }  # fmt: skip
