"""`python -m benchmarks.dashboard time [--answers N | --reports DIR]` or `python -m benchmarks.dashboard screens`."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.dashboard import large, screens, timing

BASELINE = Path("reports/baseline")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=(__doc__ or "").split(";")[0])
    parser.add_argument("what", choices=["time", "screens"], nargs="?", default="time")
    parser.add_argument("--run", type=Path, default=BASELINE, help="the small run that all is made of")
    parser.add_argument("--baseline", type=Path, default=BASELINE, help="screens: the run that it is held against")
    parser.add_argument("--answers", type=int, default=large.ANSWERS, help="time: answers of the large run (10000)")
    parser.add_argument("--reports", type=Path, help="time: a reports folder made before by --keep")
    parser.add_argument("--keep", type=Path, help="time: make the large runs here and leave them")
    parser.add_argument("--times", type=int, default=5, help="time: how often each step is taken (5)")
    parser.add_argument("--to", type=Path, default=Path("docs/screens"), help="screens: the folder they go to")
    return parser.parse_args()


def _main() -> int:
    options = _options()
    if options.what == "screens":
        return screens.main(options.run, options.baseline, options.to)
    if options.reports:
        return timing.main(options.reports, options.times)
    with tempfile.TemporaryDirectory() as temporary:
        reports = options.keep or Path(temporary) / "reports"
        large.make(options.run, reports, options.answers)
        return timing.main(reports, options.times)


if __name__ == "__main__":
    sys.exit(_main())
