"""Addresses of servers: checked when a suite is read, and shown without anything that could be a secret."""

import re
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from evals.errors import UserError

_SECRET = re.compile(r"(?i)(^|[-_.])(api[-_]?key|key|token|secret|password|passwd|pwd|sig|signature|auth|code)$")


def checked_url(value: object, where: str, *, query: bool = False) -> str:
    """An http(s) address without a user name, password or fragment; its last slash is dropped.

    Raises:
        UserError: it is no such address, or it has a query where none is wanted, or a query that names a secret.
    """
    wanted = "an address such as http://127.0.0.1:8000/v1"
    if not isinstance(value, str) or not value.strip():
        raise UserError(where, "no address", wanted)
    text = value.strip()
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  (a port that is no number shows only when it is asked for)
    except ValueError as error:
        raise UserError(where, "not an address", wanted) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or re.search(r"[\s\x00-\x20\x7f\\]", text):
        raise UserError(where, "not an http or https address", wanted)
    if parts.username is not None or parts.password is not None:
        raise UserError(where, "a user name or password in the address", wanted, "Keys come from the environment only.")
    if parts.fragment:
        raise UserError(where, "an address with a # part", wanted)
    if parts.query and not query:
        fix = "Azure's version goes under api_version; keys come from the environment only."
        raise UserError(where, "an address with a ? part", wanted, fix)
    if any(_SECRET.search(name) for name, _ in parse_qsl(parts.query, keep_blank_values=True)):
        raise UserError(where, "a secret in the address", "one without it", "Name its environment variable in key_env.")
    return text if parts.query else text.rstrip("/")


def shown_url(url: str) -> str:
    """The address as messages may show it: no user name, no password, no query."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def is_loopback(url: str) -> bool:
    """Whether the address is this machine: such servers need no key and no proxy."""
    host = urlsplit(url).hostname or ""
    return host in {"localhost", "::1"} or host.endswith(".localhost") or host.startswith("127.")
