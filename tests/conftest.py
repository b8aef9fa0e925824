"""What every test rests on: no network, and a browser where there is one."""

import ipaddress
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Hugging Face's library reports each load to its maker unless told not to; the product sets this itself, but tests that
# open run folders the way users do import the library first.
os.environ["HF_UPDATE_DOWNLOAD_COUNTS"] = "0"

# A shell that starts the tests in the background has them ignore Ctrl-C, and every process they start inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Fail any test that reaches beyond this machine. Subprocesses are not watched."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        patch.setattr(socket, "getaddrinfo", _guarded_lookup(socket.getaddrinfo))
        yield


def _guarded(call: Any) -> Any:
    def guarded(self: socket.socket, *arguments: Any) -> Any:
        # `sendto` has the address last; a Unix socket's address is a path and never leaves the machine.
        address = arguments[-1]
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _stay_home(address[0])
        return call(self, *arguments)

    return guarded


def _guarded_lookup(call: Any) -> Any:
    def guarded(host: Any, *arguments: Any, **named: Any) -> Any:
        if host:
            _stay_home(host)
        return call(host, *arguments, **named)

    return guarded


def _stay_home(host: str | bytes) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        home = ipaddress.ip_address(name).is_loopback or ipaddress.ip_address(name).is_unspecified
    except ValueError:
        home = name == "localhost"
    if not home:
        # `pytest.fail` is no Exception: code that retries or swallows errors cannot hide it.
        pytest.fail(f"a test reached for the network: {name}")


def required(name: str) -> bool:
    """Whether `EVALS_REQUIRE` names something that must be here, so that its absence fails instead of skipping."""
    return name in [part.strip() for part in os.environ.get("EVALS_REQUIRE", "").split(",")]


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium, for Playwright's `executable_path`. Launch it with `--no-sandbox`: CI runs as root."""
    if not CHROMIUM.exists():
        absent = f"{CHROMIUM} is absent"
        if required("chromium"):
            pytest.fail(f"{absent}, and EVALS_REQUIRE asks for it")
        pytest.skip(absent)
    return str(CHROMIUM)
