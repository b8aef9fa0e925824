"""One POST over one pool of connections. No redirect is followed, no cookie kept, no exception let through."""

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
_SHORTEST_SECRET = 12
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
        if secret and len(secret) >= _SHORTEST_SECRET:
            body = body.replace(secret.encode(), b"[key]")
        if not 200 <= response.status < 300:
            return _blotted(by_status(response.status, response.headers, body), secret)
        return Raw(body, response.headers.get("Content-Type", ""))


def _blotted(fault: Fault, secret: str | None) -> Fault:
    return replace(fault, cause=fault.cause.replace(secret, "[key]")) if secret and len(secret) > 3 else fault


async def _read(response: "ClientResponse") -> bytes | None:
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
