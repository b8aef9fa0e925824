"""The key of the audit log, kept outside the database, and a note of where the log ended, kept beside the key."""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from evals.errors import UserError

VARIABLE, FILE_VARIABLE, HEAD_VARIABLE = "EVALS_AUDIT_KEY", "EVALS_AUDIT_KEY_FILE", "EVALS_AUDIT_HEAD"
_SHORTEST = 32


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A secret and the file that notes the log's last row; no such file when the key came from the environment."""

    secret: bytes
    head: Path | None

    def mac(self, text: str) -> str:
        """64 hex digits that only who has the secret can make for this text."""
        return hmac.new(self.secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    @property
    def fingerprint(self) -> str:
        """16 hex digits that tell one key from another and tell nothing else."""
        return self.mac("evals audit key")[:16]


def audit_key(store: str) -> Key:
    """The key: `EVALS_AUDIT_KEY`, else the key file (`EVALS_AUDIT_KEY_FILE`, else one in the user's settings).

    A key file that is absent is made.

    Raises:
        UserError: the key is too short, or the file can be read by others, or cannot be read or made.
    """
    noted = os.environ.get(HEAD_VARIABLE)
    if given := os.environ.get(VARIABLE):
        if len(given) < _SHORTEST:
            raise UserError(VARIABLE, f"{len(given)} characters", f"at least {_SHORTEST}, from a random source")
        return Key(given.encode(), Path(noted) if noted else None)
    path = _file()
    return Key(_read(path), Path(noted) if noted else path.with_name(f"audit-{store}.head"))


def _file() -> Path:
    if given := os.environ.get(FILE_VARIABLE):
        return Path(given).expanduser()
    settings = os.environ.get("XDG_CONFIG_HOME")
    return (Path(settings) if settings else Path.home() / ".config") / "evals" / "audit.key"


def _read(path: Path) -> bytes:
    try:
        if not path.exists():
            _make(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise UserError(str(path), "others on this machine may read it", "mode 600", f"chmod 600 {path}")
        secret = path.read_bytes().strip()
    except OSError as error:
        fix = f"Set {VARIABLE}, or {FILE_VARIABLE} to a file of yours."
        raise UserError(str(path), f"the audit key cannot be read or made ({error.strerror})", "a file", fix) from error
    if len(secret) < _SHORTEST:
        raise UserError(str(path), f"an audit key of {len(secret)} characters", f"at least {_SHORTEST}")
    return secret


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Whole or not at all, and never readable by others, not even while it is written; a second maker finds the first's.
    own = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(secrets.token_hex(32) + "\n")
    try:
        os.link(own, path)
    except FileExistsError:
        return
    finally:
        own.unlink()


def note_head(key: Key, seq: int, mac: str) -> None:
    """Note where the log ends, unless a later end is noted already."""
    if key.head is None:
        return
    known = noted_head(key)
    if known and known[0] >= seq:
        return
    own = key.head.with_name(f".{key.head.name}.{secrets.token_hex(4)}")
    try:
        own.write_text(json.dumps({"seq": seq, "mac": mac}), encoding="ascii")
        own.replace(key.head)
    except OSError as error:
        raise UserError(str(key.head), f"the end of the audit log cannot be noted ({error.strerror})") from error


def noted_head(key: Key) -> tuple[int, str] | None:
    """The noted end of the log as row and mac, or None where none is noted.

    Raises:
        UserError: the note is not one.
    """
    if key.head is None or not key.head.exists():
        return None
    try:
        noted = json.loads(key.head.read_text(encoding="ascii"))
        return int(noted["seq"]), str(noted["mac"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(str(key.head), f"not a note of where the audit log ends ({error})") from error
