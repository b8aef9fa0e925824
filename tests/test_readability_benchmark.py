"""The arithmetic of the readability benchmark, and that it runs on data of the expected form."""

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.readability.ordering import best_single, pair_accuracy, pairs_in, rank_correlation
from benchmarks.readability.texts import Graded, grades_of
from evals.readability.formulas import FORMULAS
from tests.cases import ROOT

EASY = (
    "The nurse gives you a shot. It can hurt a bit. You can rest at home. Drink some water and eat when you like. " * 3
)
HARD = (
    "Immunotherapeutic interventions occasionally precipitate inflammatory complications necessitating discontinuation. "
    "Contemporary recommendations additionally emphasize multidisciplinary evaluation of gastrointestinal manifestations. "
    "Subsequent reintroduction requires deliberate consideration of anticipated toxicities for every individual. "
) * 2


def _text(group: str, level: float, grade: float) -> Graded:
    return Graded(group, level, {"m": grade})


def test_pair_accuracy_counts_pairs_with_the_harder_text_graded_higher_and_ties_half() -> None:
    texts = [_text("a", 1, 9), _text("a", 0, 5), _text("b", 0, 7), _text("b", 1, 6), _text("c", 0, 8), _text("c", 1, 8)]
    assert pair_accuracy(texts, "m").points == pytest.approx(100 * (1 + 0 + 0.5) / 3)
    assert pairs_in([*texts, _text("lonely", 1, 3)]) == 3
    with pytest.raises(ValueError, match="no pair"):
        pair_accuracy([_text("lonely", 1, 3)], "m")


def test_rank_correlation_is_spearmans_times_a_hundred() -> None:
    texts = [_text("a", level, grade) for level, grade in ((1, 3.0), (2, 4.0), (3, 9.0))]
    assert rank_correlation(texts, "m").points == pytest.approx(100)


def test_a_text_is_graded_by_the_consensus_and_by_every_single_formula() -> None:
    easy, hard = grades_of(EASY), grades_of(HARD)
    assert easy is not None
    assert hard is not None
    assert {f"{name}, masked" for name in FORMULAS} | {"consensus, masked"} <= set(easy)
    assert all(hard[method] > easy[method] for method in easy if method != "words")
    assert grades_of("Too short.") is None


def _data(folder, columns=("text", "pair_id", "side")):
    (folder / "readability").mkdir()
    sides = {"text": [EASY, HARD], "pair_id": ["1", "1"], "side": ["plain", "technical"]}
    pq.write_table(pa.table({name: sides[name] for name in columns}), folder / "readability/cochrane_pairs_val.parquet")
    levels = {
        "text": [EASY, EASY + HARD, HARD],
        "article": ["a"] * 3,
        "level": ["elementary", "intermediate", "advanced"],
    }
    pq.write_table(pa.table(levels), folder / "readability/onestop_dev.parquet")
    return folder


def _run(*arguments):
    command = [sys.executable, "-m", "benchmarks.readability", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_benchmark_prints_the_consensus_and_every_formula(tmp_path) -> None:
    done = _run("--data", str(_data(tmp_path)))
    assert done.returncode == 0, done.stderr
    assert "Cochrane: 1 pairs" in done.stdout
    for name in ("consensus, masked", "smog, raw", "dale_chall, masked", "ari, raw"):
        assert name in done.stdout
    printed = json.loads(_run("--data", str(tmp_path), "--json").stdout)
    assert set(printed["behind"].values()) == {0.0}


def test_missing_data_is_told_in_one_line(tmp_path) -> None:
    for arguments in (("--data", str(tmp_path / "none")), ("--data", str(tmp_path))):
        done = _run(*arguments)
        assert done.returncode == 2
        assert "readability" in done.stderr
        assert "Traceback" not in done.stderr
    done = _run("--data", str(_data(tmp_path, columns=("text", "side"))))
    assert (done.returncode, "no column pair_id" in done.stderr) == (2, True)


def test_the_best_single_formula_is_neither_the_consensus_nor_a_floor() -> None:
    texts = [Graded("a", 1, grades_of(HARD) or {}), Graded("a", 0, grades_of(EASY) or {})]
    found = best_single([pair_accuracy(texts, method) for method in texts[0].grades])
    assert found.method.partition(",")[0] in FORMULAS
