"""The dashboard as a process of its own: starts Streamlit on this machine only, and ends with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from evals.shipped import shipped_root

ADDRESS = "127.0.0.1"
_INTERRUPTED = 130
_PATIENCE = 10.0


def serve(reports: Path, port: int) -> int:
    """Show the runs under `reports` at http://127.0.0.1:`port` until someone ends it; returns the exit code.

    Ctrl-C ends Streamlit too and gives 130; else the code is Streamlit's own.
    """
    surroundings = {**os.environ, "EVALS_REPORTS": str(reports.absolute())}
    child = subprocess.Popen(command(port), env=surroundings)  # noqa: S603  (our own command line, no shell)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        _end(child)


def command(port: int) -> list[str]:
    """The command line that starts Streamlit: headless, silent towards the world, for this machine only."""
    settings = {
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "logger.level": "warning",
        "browser.gatherUsageStats": "false",
    }
    app = shipped_root() / "dashboards" / "app.py"
    options = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "streamlit", "run", str(app), *options]


def _end(child: "subprocess.Popen[bytes]") -> None:
    # A terminal sends Ctrl-C to both of us; one sent to this process alone must reach Streamlit too.
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
