"""`python -m benchmarks.gate errors RUN [COMPARISONS]` or `python -m benchmarks.gate large [RUN] [ANSWERS]`."""

import sys
from pathlib import Path

from benchmarks.gate import errors, large

BASELINE = Path("reports/baseline")

if __name__ == "__main__":
    what, *rest = sys.argv[1:] or ["errors"]
    run = Path(rest[0]) if rest else BASELINE
    {"errors": errors.main, "large": large.main}[what](run, *map(int, rest[1:]))
