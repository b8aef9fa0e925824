"""The dashboard as a process of its own: starts Streamlit, for this machine only unless people sign in, and ends it."""

import ipaddress
import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from evals.errors import UserError
from evals.shipped import shipped_root

ADDRESS = "127.0.0.1"
ADDRESS_VARIABLE = "EVALS_DASHBOARD_ADDRESS"
MODE_VARIABLE = "EVALS_MODE"
"""`shared` where people sign in: told to the app that the command starts, so that it never falls back to local mode."""
_INTERRUPTED = 130
_PATIENCE = 10.0
_NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
_SHORTEST_SECRET = 32


def serve(reports: Path, port: int, address: str | None = None, say: Callable[[str], object] = lambda _: None) -> int:
    """Show the runs under `reports` at `address` and `port` until someone ends it; returns the exit code.

    `address` is an IP address of this machine, else `EVALS_DASHBOARD_ADDRESS`, else 127.0.0.1. Ctrl-C ends Streamlit
    too and gives 130; else the code is Streamlit's own. `say` is told where it is, once nothing speaks against it.

    Raises:
        UserError: an address beyond this machine without sign-in, or settings of the sign-in that cannot work.
    """
    address = address or os.environ.get(ADDRESS_VARIABLE) or ADDRESS
    shared = sign_in(secrets_files()) is not None
    check_address(address, shared)
    say(f"dashboard on http://{address}:{port} (Ctrl-C ends it)")
    surroundings = {**os.environ, "EVALS_REPORTS": str(reports.absolute())}
    if shared:
        surroundings[MODE_VARIABLE] = "shared"
    child = subprocess.Popen(command(port, address), env=surroundings)  # noqa: S603  (our own command line, no shell)
    try:
        return child.wait()
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        _end(child)


# What the pages import takes seconds: better before the server listens than while the first reader waits. Streamlit
# looks for garbage after every click; it need not look through all that stays for good.
_START = (
    "import gc, pandas, evals.compare, evals.report.packet, evals.review; from streamlit.web.cli import main; "
    "gc.collect(); gc.freeze(); main(prog_name='streamlit')"
)


def command(port: int, address: str = ADDRESS) -> list[str]:
    """The command line that starts Streamlit: headless, silent towards the world, at this address only."""
    settings = {
        "server.address": address,
        "server.port": str(port),
        "server.headless": "true",
        "server.fileWatcherType": "none",
        "logger.level": "warning",
        "browser.gatherUsageStats": "false",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-c", _START, "run", str(_app()), *options]


def _app() -> Path:
    return shipped_root() / "dashboards" / "app.py"


def _end(child: "subprocess.Popen[bytes]") -> None:
    # A terminal sends Ctrl-C to both of us; one sent to this process alone must reach Streamlit too.
    if child.poll() is None:
        child.send_signal(signal.SIGINT)
    try:
        child.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


# --- who may reach it ------------------------------------------------------------------------------------------------


def loopback(host: str | None) -> bool:
    """Whether an address or host name, with or without a port, is this machine and nothing else."""
    name = (host or "").strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def check_address(address: str | None, shared: bool) -> None:
    """Refuse to listen beyond this machine while nobody signs in.

    Raises:
        UserError: such an address; Streamlit takes none at all for all of them.
    """
    if not shared and not loopback(address):
        raise UserError(
            "dashboard address",
            f"{address or 'every address of this machine'}, which other machines can reach, and nobody signs in",
            f"{ADDRESS} (this machine only), or sign-in (shared mode)",
            "Set up sign-in as docs/hosting.md says, or leave the address out.",
        )


def secrets_files() -> list[Path]:
    """Where Streamlit looks for the settings of the sign-in; later files win."""
    folders = (Path.home(), Path.cwd(), _app().parent)
    return list(dict.fromkeys(folder / ".streamlit" / "secrets.toml" for folder in folders))


def sign_in(files: Sequence[Path]) -> Mapping[str, Any] | None:
    """The `[auth]` settings in Streamlit's secrets files, or None where there are none: then nobody signs in.

    Raises:
        UserError: a file that cannot be read, so that nobody knows whether people were to sign in; settings that are
            missing, or would send cookies over the network unencrypted.
    """
    found: Mapping[str, Any] | None = None
    for path in files:
        if path.is_file():
            found = _secrets(path).get("auth", found)
    if found is not None:
        _check_sign_in(found)
    return found


def _secrets(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        wanted = "TOML text with an [auth] part, or no such file"
        raise UserError(str(path), f"the settings of the sign-in cannot be read ({error})", wanted) from error


def _check_sign_in(found: object) -> None:
    told = found if isinstance(found, Mapping) else {}
    missing = [name for name in _NEEDED if not isinstance(told.get(name), str) or not told[name]]
    if missing:
        raise UserError("sign-in", f"[auth] lacks {', '.join(missing)}", fix="See docs/hosting.md.")
    if len(told["cookie_secret"]) < _SHORTEST_SECRET:
        length = len(told["cookie_secret"])
        raise UserError("sign-in", f"a cookie_secret of {length} characters", f"at least {_SHORTEST_SECRET}")
    for name in ("redirect_uri", "server_metadata_url"):
        parts = urlsplit(told[name])
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback(parts.hostname)):
            raise UserError("sign-in", f"{name} {told[name]}", "an https address", "See docs/hosting.md.")
