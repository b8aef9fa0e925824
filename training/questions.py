"""Labelled questions -> what each tells of danger: what `training.sentence_reader` learns the reader of danger from.

    python -m training.questions --out FOLDER [--without FILE …]

In the product's environment. Reads the questions that `training.red_flag_reader` reads. `--without` keeps files out, to
measure on them.
"""

import argparse
from pathlib import Path

import numpy as np

from evals.red_flags.sense import FLAGS, OUTPUTS
from training.red_flag_reader import labelled
from training.sentences import Row, store


def rows(without: list[str]) -> list[Row]:
    """Each question with whether it tells of danger now, and of which kind where that is known."""
    found: list[Row] = []
    for text, act, flag in labelled(without):
        says, counts = np.zeros(len(OUTPUTS), np.float32), np.zeros(len(OUTPUTS), np.float32)
        says[0], counts[0] = float(act), 1.0
        if act and flag in FLAGS:
            says[1 + FLAGS.index(flag)] = 1.0
        found.append(Row(text, says, counts))
    return found


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--without", nargs="*", default=[], metavar="FILE", help="e.g. safety_pool_red_flags_3.jsonl")
    options = parser.parse_args()
    store(rows(options.without), OUTPUTS, len(FLAGS), options.out / "danger.npz")


if __name__ == "__main__":
    main()
