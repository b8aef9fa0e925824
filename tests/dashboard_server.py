"""The dashboard as a process, with a sign-in server on loopback where people are to sign in."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def running(folder: Path, port: int, command: list[str], **surroundings: str) -> Iterator[str]:
    """A command that serves the dashboard, in a folder of its own; gives the address and ends it afterwards."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    variables = {**os.environ, "HOME": str(home), "EVALS_AUDIT_KEY_FILE": str(folder / "audit.key"), **surroundings}
    process = subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.DEVNULL)
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(30)


def dashboard(reports: Path, port: int) -> list[str]:
    """`evals dashboard` in another process, with Ctrl-C as a terminal sends it."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        f"sys.argv = ['evals', 'dashboard', '--reports', {str(reports)!r}, '--port', '{port}']; "
        "from evals.cli import main; main()"
    )
    return [sys.executable, "-c", code]


def streamlit(port: int, *options: str) -> list[str]:
    """Streamlit started by hand, past `evals dashboard`."""
    app = str(ROOT / "dashboards" / "app.py")
    return [sys.executable, "-m", "streamlit", "run", app, f"--server.port={port}", "--server.headless=true", *options]


def sign_in_with(folder: Path, port: int, provider: str, **changes: str) -> Path:
    """Streamlit's settings of a sign-in at a provider, in the folder where the dashboard is started."""
    values = {
        "redirect_uri": f"http://127.0.0.1:{port}/oauth2callback",
        "cookie_secret": "c" * 40,
        "client_id": "evals",
        "client_secret": "secret",
        "server_metadata_url": f"{provider}/.well-known/openid-configuration",
        **changes,
    }
    path = folder / ".streamlit" / "secrets.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in values.items()), encoding="utf-8")
    return path


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, "the dashboard ended by itself"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.2)
    pytest.fail("the dashboard did not start within a minute")
