"""`python -m benchmarks.gate errors [RUN ...]` or `python -m benchmarks.gate large [RUN]`; see the modules."""

import argparse
import sys
from pathlib import Path

from benchmarks.gate import errors, large
from evals.errors import UserError

BASELINE = Path("reports/baseline")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gate", description=(__doc__ or "").split(";")[0])
    parser.add_argument("what", choices=["errors", "large"], nargs="?", default="errors")
    parser.add_argument("runs", type=Path, nargs="*", help="run folders (reports/baseline)")
    parser.add_argument("--scatter", type=Path, help="errors: a run with several answers to a question")
    parser.add_argument("--comparisons", type=int, default=1000, help="errors: comparisons of each kind (1000)")
    parser.add_argument("--questions", type=int, default=errors.QUESTIONS, help="errors: questions in each (60)")
    parser.add_argument("--answers", type=int, default=large.ANSWERS, help="large: answers of the large run (10000)")
    return parser.parse_args()


def _main() -> int:
    options = _options()
    runs = options.runs or [BASELINE]
    if options.what == "errors":
        return errors.main(runs, options.comparisons, options.questions, options.scatter)
    large.main(runs[0], options.answers)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(_main())
    except UserError as error:
        sys.exit(f"error: {error}")
