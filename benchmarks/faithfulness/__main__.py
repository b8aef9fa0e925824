"""How often the faithfulness scorer and its judge are right, part by part.

    python -m benchmarks.faithfulness [--data DIR] [--json] [--part NAME ...]

Every figure is computed from the data and the judge as they are. Nothing is tuned on what is measured here: the 25
passages in `training/held_out.yaml` never entered training, and public rows count only where they were not trained on.
"""

import argparse
import json
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

from benchmarks.faithfulness.part import INDENT, Part
from evals.errors import UserError

DESCRIPTION = "How often the faithfulness scorer and its judge are right, part by part."

# Name -> module and function, imported when asked for: the speed part must not wait for the others.
PARTS = {
    "domain": "domain.measure",
    "clean": "answers.measure_clean",
    "realistic": "answers.measure_realistic",
    "faults": "faults.measure",
    "public": "public.measure",
    "search": "search.measure",
    "speed": "speed.measure",
    "reliability": "reliability.measure",
}


def main() -> None:
    """Measure the parts asked for and print each as it is done; with --json all at the end."""
    options = _options()
    if options.data and not options.data.is_dir():
        raise UserError(f"--data {options.data}", "no such folder", "the folder that holds `faithfulness/`")
    figures: dict[str, object] = {}
    for name in options.part or PARTS:
        part = _measure(name, options.data)()
        figures[name] = {"heading": part.heading, **part.figures}
        if not options.json:
            print(part.heading, *(f"{' ' * INDENT}{line}".rstrip() for line in part.lines), "", sep="\n", flush=True)
    if options.json:
        print(json.dumps(figures, indent=1))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faithfulness", description=DESCRIPTION)
    parser.add_argument("--data", type=Path, help="folder of public labelled data; without it that part is skipped")
    parser.add_argument("--json", action="store_true", help="all figures as one JSON object")
    parser.add_argument("--part", nargs="+", choices=sorted(PARTS), metavar="NAME", help=f"any of: {', '.join(PARTS)}")
    return parser.parse_args()


def _measure(name: str, data: Path | None) -> Callable[[], Part]:
    module, _, function = PARTS[name].partition(".")
    found = getattr(import_module(f"benchmarks.faithfulness.{module}"), function)
    return partial(found, data) if name == "public" else found


if __name__ == "__main__":
    try:
        main()
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
