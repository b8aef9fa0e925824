"""The dashboard in a process of its own, and a Chromium to look at it with."""

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
from typing import Any

CHROMIUM = os.environ.get("EVALS_CHROMIUM", "/usr/bin/chromium")
_START, PATIENCE = 600.0, 300_000
"""Seconds until the server must be there, and milliseconds until a page must be: a busy machine is slow, not broken."""


@contextlib.contextmanager
def served(reports: Path) -> Iterator[str]:
    """The address of a dashboard on the runs of a reports folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "evals", "dashboard", "--reports", str(reports), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603  (our own command line)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{url}/_stcore/health", process)
        yield url
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):  # noqa: S310
            return
        time.sleep(0.1)
    raise SystemExit("the dashboard did not start")


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """A Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield made
        made.close()


def settled(tab: Any, said: str) -> None:
    """Wait until the page says this, its script has come to an end, and nothing in the window is still to come."""
    tab.wait_for_function(_SETTLED, arg=said, timeout=PATIENCE)


_SETTLED = """said => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
  && [...document.querySelectorAll('[data-testid=stSkeleton]')]
    .every(one => !one.checkVisibility() || one.getBoundingClientRect().top > innerHeight)
  && document.querySelector('[data-testid=stMain]')?.innerText.includes(said)"""
