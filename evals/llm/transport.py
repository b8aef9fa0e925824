"""One POST over one pool of connections. No redirect is followed, no cookie kept, no exception let through."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from evals.llm.address import is_loopback
from evals.llm.faults import Fault, by_exception, by_status

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

MAX_BYTES = 64_000_000
_CONNECT_S = 15.0
SHORTEST_SECRET = 12
"""Local servers take words like "ollama" for a key; blotting those out would change replies."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A reply with status 2xx: the body, and its `Content-Type`."""

    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request without its key."""

    url: str
    body: bytes
    headers: Mapping[str, str]
    timeout_s: float


class Transport:
    """The pool of connections of one session; it lives on one event loop."""

    def __init__(self) -> None:
        self._client: ClientSession | None = None

    def open(self) -> None:
        """Make the pool; no connection is opened yet. Limits are the gates', so the pool has none."""
        import aiohttp

        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=60)
        headers = {"User-Agent": "navis-evals", "Content-Type": "application/json"}
        self._client = aiohttp.ClientSession(connector=connector, headers=headers, cookie_jar=aiohttp.DummyCookieJar())

    async def close(self) -> None:
        """Close all connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def post(self, request: Request, key_header: Mapping[str, str], secret: str | None) -> Raw | Fault:
        """Send a request. The key is in `key_header` only, and `secret` is blotted out of whatever comes back."""
        import aiohttp

        if self._client is None:
            raise RuntimeError("the session is not open: use `async with Session(...)`")
        timeout = aiohttp.ClientTimeout(total=request.timeout_s, sock_connect=min(_CONNECT_S, request.timeout_s))
        try:
            async with self._client.post(
                request.url,
                data=request.body,
                headers={**request.headers, **key_header},
                timeout=timeout,
                allow_redirects=False,
                proxy=_proxy(request.url),
            ) as response:
                body = await _read(response)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return by_exception(error, request.timeout_s)
        if body is None:
            return Fault(kind="bad_reply", cause=f"the reply is larger than {MAX_BYTES // 1_000_000} MB")
        content_type = response.headers.get("Content-Type", "")
        if not 200 <= response.status < 300:
            headers = response.headers.copy()
            if "Location" in headers:
                headers["Location"] = blotted(headers["Location"], secret)
            fault = by_status(response.status, headers, _blotted_body(body, secret))
            return replace(fault, cause=blotted(fault.cause, secret))
        return Raw(_blotted_body(body, secret), blotted(content_type, secret))


def _blotted_body(body: bytes, secret: str | None) -> bytes:
    """The body without the key. Before anything is cut to fit a line: of a key cut in half, half would stand there."""
    if not secret or len(secret) < SHORTEST_SECRET:
        return body
    body = body.replace(secret.encode(), b"[key]")
    # Escaped it may stand in JSON or in an address; a look for that takes longer, and few bodies have such escapes.
    return _escaped(secret).sub(b"[key]", body) if b"\\u00" in body or b"\\/" in body or b"%" in body else body


def blotted(text: str, secret: str | None) -> str:
    """A line for people without the key."""
    return text.replace(secret, "[key]") if secret and len(secret) > 3 else text


@cache
def _escaped(secret: str) -> re.Pattern[bytes]:
    """The key with any of its characters as JSON (`\\u0073`, `\\/`) or an address (`%73`) may write them."""
    forms = (rf"(?:\\?{re.escape(c)}|\\u00{ord(c):02x}|%{ord(c):02x})" for c in secret)
    return re.compile("".join(forms).encode(), re.IGNORECASE)


async def _read(response: "ClientResponse") -> bytes | None:
    if (response.content_length or MAX_BYTES) < MAX_BYTES and "Content-Encoding" not in response.headers:
        return await response.read()  # no longer than it says
    parts: list[bytes] = []
    size = 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > MAX_BYTES:
            response.close()
            return None
        parts.append(part)
    return b"".join(parts)


@cache
def _proxy(url: str) -> str | None:
    """The proxy of the environment. Never for this machine, and never with keys out of ~/.netrc."""
    if is_loopback(url):
        return None
    import urllib.request

    host = urlsplit(url).hostname or ""
    return None if urllib.request.proxy_bypass(host) else urllib.request.getproxies().get(urlsplit(url).scheme)
