"""The command line: read arguments, call one function, print, set the exit code. Heavy libraries load in the commands.

Exit codes: 0 done · 1 gate failed · 2 usage, bad input or missing setting · 3 gate undecided · 4 the run broke and can
be resumed · 130 interrupted, resumable.
"""

import os
import signal
import sys

import typer

from evals.cli import data, project, runs
from evals.errors import UserError

app = typer.Typer(
    name="evals",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Is this AI answer safe to show to someone with cancer? Runs questions through an answer generator and scores "
    "each answer for guideline faithfulness, readability and notices. Works offline and without a key.",
    epilog="Start with: evals run",
)
runs.register(app)
data.register(app)
project.register(app)


def main() -> None:
    """Run the command line and exit with its code; errors of the user's making are one line on standard error."""
    # A terminated run (CI cancels with SIGTERM) ends like Ctrl-C: resumable, and it says so.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app()
    except UserError as error:
        sys.exit(_complain(f"error: {error}", 2))
    except Exception as error:  # a bug, or a broken machine: said in one line unless someone is debugging
        if os.environ.get("EVALS_DEBUG"):
            raise
        where = "EVALS_DEBUG=1 shows where. A run can be resumed: evals run --resume <run folder>"
        sys.exit(_complain(f"error: unexpected {type(error).__name__}: {error}\n{where}", 4))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _complain(message: str, code: int) -> int:
    sys.stdout.flush()
    print(message, file=sys.stderr)  # noqa: T201  (this is the command line)
    return code
