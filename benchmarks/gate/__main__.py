"""`python -m benchmarks.gate errors|spread|large [RUN ...]`; see the modules."""

import argparse
import sys
from pathlib import Path

from benchmarks.gate import errors, large, spread
from evals.errors import UserError

BASELINE = Path("reports/baseline")
REPEATS = Path("reports/examples/repeats")
"""Three answers of a model that samples to each of its questions."""


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=(__doc__ or "").split(";")[0])
    parser.add_argument("what", choices=["errors", "spread", "large"], nargs="?", default="errors")
    parser.add_argument("runs", type=Path, nargs="*", help=f"run folders ({REPEATS}; large: {BASELINE})")
    parser.add_argument(
        "--noise", type=Path, default=REPEATS, help=f"errors: lends answers to runs with one ({REPEATS})"
    )
    parser.add_argument("--comparisons", type=int, default=1000, help="errors: comparisons of each kind (1000)")
    parser.add_argument("--questions", type=int, default=errors.QUESTIONS, help="errors: questions in each (60)")
    parser.add_argument("--each", type=int, default=1, help="errors: answers to a question on each side (1)")
    parser.add_argument("--answers", type=int, default=large.ANSWERS, help="large: answers of the large run (10000)")
    return parser.parse_args()


def _main() -> int:
    options = _options()
    if options.what == "large":
        large.main((options.runs or [BASELINE])[0], options.answers)
        return 0
    runs = options.runs or [REPEATS]
    if options.what == "spread":
        spread.main(runs, errors.measures())
        return 0
    return errors.main(runs, options.noise, options.comparisons, options.questions, options.each)


if __name__ == "__main__":
    try:
        sys.exit(_main())
    except UserError as error:
        sys.exit(f"error: {error}")
