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
    """Show the runs under `reports` at http://127.0.0.1:`port` until someone ends it; returns Streamlit's exit code.

    Ctrl-C ends it and gives 130.
    """
    child = subprocess.Popen(command(port), env={**os.environ, "EVALS_REPORTS": str(reports.absolute())})  # noqa: S603  (our own command line, no shell)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return _end(child)


def command(port: int) -> list[str]:
    """The command line that starts Streamlit: headless, silent towards the world, for this machine only."""
    settings = {
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
    }
    app = shipped_root() / "dashboards" / "app.py"
    return [sys.executable, "-m", "streamlit", "run", str(app), *(f"--{name}={value}" for name, value in settings.items())]


def _end(child: "subprocess.Popen[bytes]") -> int:
    # A terminal sends Ctrl-C to both of us; one sent to this process alone must reach Streamlit too.
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    return _INTERRUPTED
