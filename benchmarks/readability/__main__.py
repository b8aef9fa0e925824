"""How well the consensus grade and every single formula order public texts of known levels.

    python -m benchmarks.readability --data DIR [--json]

DIR holds `readability/cochrane_pairs_val.parquet` (technical abstract and plain summary of the same review) and
`readability/onestop_dev.parquet` (the same article at three levels). Pairs with a text too short to grade are left out.
The floors grade nothing: plain summaries are shorter, so the number of words alone orders most pairs. Exit code 1 when
the consensus falls more than two points behind the best single formula on either.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.readability.ordering import Ordering, best_single, pair_accuracy, pairs_in, rank_correlation
from benchmarks.readability.texts import Graded, read_levels, read_pairs
from evals.errors import UserError

CONSENSUS = "consensus, masked"
MOST_BEHIND = 2.0


def main() -> int:
    """Print both tables; 1 when the consensus is too far behind."""
    options = _options()
    pairs, levels = read_pairs(options.data), read_levels(options.data)
    tables = {
        f"Cochrane: {pairs_in(pairs)} pairs put in the right order, per cent (95% Wilson interval)": _table(
            pairs, pair_accuracy
        ),
        f"OneStopEnglish: Spearman with the level over {len(levels)} texts, times 100": _table(
            levels, rank_correlation
        ),
    }
    behind = {heading: _behind(found) for heading, found in tables.items()}
    if options.json:
        figures = {heading: {e.method: round(e.points, 2) for e in found} for heading, found in tables.items()}
        print(json.dumps({"tables": figures, "behind": behind}, indent=1, ensure_ascii=False))
    else:
        _show(tables, behind)
    return int(any(points > MOST_BEHIND for points in behind.values()))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.readability", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of public data that holds `readability/`")
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    options = parser.parse_args()
    if not options.data.is_dir():
        raise UserError(f"--data {options.data}", "no such folder", "the folder that holds `readability/`")
    return options


def _table(texts: Sequence[Graded], measure: Callable[[Sequence[Graded], str], Ordering]) -> list[Ordering]:
    if not texts:
        raise UserError("--data", "no text long enough to grade", "texts of three sentences and forty words or more")
    return sorted((measure(texts, method) for method in texts[0].grades), key=lambda e: (-e.points, e.method))


def _behind(found: Sequence[Ordering]) -> float:
    ours = next(entry for entry in found if entry.method == CONSENSUS)
    return round(best_single(found).points - ours.points, 2)


def _show(tables: dict[str, list[Ordering]], behind: dict[str, float]) -> None:
    for heading, found in tables.items():
        print(heading)
        for entry in found:
            interval = f"  ({entry.low:.1f} to {entry.high:.1f})" if entry.low is not None else ""
            print(f"  {entry.method:26}{entry.points:6.1f}{interval}")
        best = best_single(found)
        print(f"  the consensus is {behind[heading]:.1f} points behind the best single formula ({best.method})\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
