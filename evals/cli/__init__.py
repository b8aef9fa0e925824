"""The command line: read arguments, call one function, print, set the exit code. Heavy libraries load in the commands.

Exit codes: 0 done · 1 gate failed · 2 usage, bad input or missing setting · 3 gate undecided · 4 the run broke and can
be resumed · 130 interrupted, resumable.
"""

import io
import os
import signal
import sys
from pathlib import Path

import typer

from evals.cli import cache, counterfactuals, data, decisions, faults, gate, project, review, runs, verify
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
verify.register(app)
counterfactuals.register(app)
faults.register(app)
data.register(app)
cache.register(app)
decisions.register(app)
gate.register(app)
review.register(app)
project.register(app)


def main() -> None:
    """Run the command line and exit with its code; errors of the user's making are one line on standard error."""
    # A terminated run (CI cancels with SIGTERM) ends like Ctrl-C: resumable, and it says so.
    signal.signal(signal.SIGTERM, _interrupt)
    _prepare_output()
    try:
        app()
    except UserError as error:
        sys.exit(_complain(f"error: {error}", error.code))
    except Exception as error:  # a bug, or a broken machine: said in one line unless someone is debugging
        if os.environ.get("EVALS_DEBUG"):
            raise
        sys.exit(_complain(f"error: unexpected {type(error).__name__}: {error}\nEVALS_DEBUG=1 shows where.", 4))


def _prepare_output() -> None:
    # A closed or an ASCII-only output must not cost a finished run its exit code.
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  (open for the life of the process)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _complain(message: str, code: int) -> int:
    sys.stdout.flush()
    print(message, file=sys.stderr)  # noqa: T201  (this is the command line)
    return code
