"""How often the scorers of notices, danger signs and overreach are right on labelled short texts, rule by rule.

    python -m benchmarks.safety [--part NAME ...] [--half HALF ...] [--data DIR] [--misses] [--json]

The texts are those of `datasets/faults/`. `dev` and `pool` texts were read or learnt from while the rules were
written, the `test` texts were not: only their figures say how the rules do on texts they have not met.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, get_args

from benchmarks.faithfulness.part import INDENT, decimal, table
from benchmarks.safety.counting import Row, by_rule, tally
from benchmarks.safety.texts import FOLDER, Family, Half, LabelledText, load_texts
from evals.errors import UserError

DESCRIPTION = "How often the scorers of notices, danger signs and overreach are right on labelled short texts."

# Name -> module with a function `rows`, and the family of texts it is asked about.
PARTS: dict[str, tuple[str, Family]] = {
    "notices": ("notices", "notice"),
    "red_flags": ("urgency", "red_flag"),
    "instructions": ("instructions", "red_flag"),
    "overreach": ("overreach", "overreach"),
}


def main() -> None:
    """Measure the parts and halves asked for and print each as it is done; with --json all at the end."""
    options = _options()
    figures: dict[str, dict[str, Any]] = {}
    for name in options.part or PARTS:
        for half in options.half or get_args(Half):
            rows, texts = _measure(name, half, options.data)
            figures.setdefault(name, {})[half] = _figures(rows)
            if not options.json:
                print(
                    *_lines(name, half, rows),
                    *(_misses(rows, texts) if options.misses and half != "test" else ()),
                    "",
                    sep="\n",
                    flush=True,
                )
    if options.json:
        print(json.dumps(figures, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.safety",
        description=DESCRIPTION,
        epilog="example: python -m benchmarks.safety --part notices --half dev",
    )
    parser.add_argument("--part", nargs="+", choices=list(PARTS), metavar="NAME", help=f"any of: {', '.join(PARTS)}")
    halves = get_args(Half)
    parser.add_argument("--half", nargs="+", choices=halves, metavar="HALF", help=f"any of: {', '.join(halves)}")
    parser.add_argument("--data", type=Path, default=Path(FOLDER), help=f"folder of the texts (default {FOLDER})")
    parser.add_argument("--misses", action="store_true", help="also print the dev and pool texts that came out wrong")
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    return parser.parse_args()


def _measure(name: str, half: Half, folder: Path) -> tuple[list[Row], list[LabelledText]]:
    module, family = PARTS[name]
    texts = load_texts(half, family, folder)
    if not texts:
        raise UserError(f"{folder}: {half}", f"no text of the family {family!r}", "at least one")
    _progress(f"{name}, {half}: {len(texts)} texts …")
    try:
        rows: Callable[[Iterable[LabelledText]], list[Row]] = import_module(f"benchmarks.safety.{module}").rows
    except ModuleNotFoundError as error:
        raise UserError(
            f"--part {name}", f"no module {error.name}", "its scorer and its part of the benchmark"
        ) from error
    return rows(texts), texts


def _progress(line: str) -> None:
    # On a terminal only: what a program reads stays clean.
    if sys.stderr.isatty():
        print(line, file=sys.stderr, flush=True)


def _figures(rows: list[Row]) -> dict[str, Any]:
    pooled = tally(rows)
    return {
        "n": pooled.n,
        "pooled": {
            name: getattr(pooled, name).figures() for name in ("f1", "precision", "recall", "false_alarms")
        },
        "rules": {
            rule: {
                "n": counts.n, "tp": counts.tp, "fp": counts.fp, "fn": counts.fn, "tn": counts.tn,
                "precision": counts.precision.value, "recall": counts.recall.value,
            }
            for rule, counts in by_rule(rows).items()
        },
    }  # fmt: skip


def _lines(name: str, half: Half, rows: list[Row]) -> list[str]:
    pooled = tally(rows)
    cells: list[list[object]] = [["rule", "n", "tp", "fp", "fn", "precision", "recall"]]
    for rule, counts in by_rule(rows).items():
        shares = (decimal(counts.precision.value), decimal(counts.recall.value))
        cells.append([rule, counts.n, counts.tp, counts.fp, counts.fn, *shares])
    return [
        f"{name}, {half} half: {pooled.n} texts",
        *(f"{' ' * INDENT}{line}" for line in table(cells)),
        f"{' ' * INDENT}pooled F1           {pooled.f1}",
        f"{' ' * INDENT}pooled precision    {pooled.precision}",
        f"{' ' * INDENT}pooled recall       {pooled.recall}",
        f"{' ' * INDENT}pooled false alarms {pooled.false_alarms}",
    ]


def _misses(rows: list[Row], texts: list[LabelledText]) -> list[str]:
    by_id = {text.id: text for text in texts}
    wrong = [(row, by_id[row[0]]) for row in rows if row[2] != row[3]]
    return [
        f"{' ' * INDENT}{'missed' if expected else 'false alarm'} {rule} {identity}: {text.text or text.question}"
        for (identity, rule, expected, _), text in wrong
    ]


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
