"""One failed request: what kind of failure it was, in one line, and whether asking again can help.

Faults hold text only. They are made where the library's exception ends, so that no exception with a request's headers
in it travels on.
"""

import errno
import json
import math
import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from evals.llm.address import shown_url
from evals.llm.errors import Kind

MAX_PAUSE_S = 300.0
"""A server that wants a longer wait ends the run (resumable) instead of holding it."""

_QUOTA = re.compile(r"(?i)insufficient_quota|exceeded your current quota|billing|credit balance|out of credits")
_FORMAT = re.compile(r"(?i)grammar|json[ _]?schema|response_format|structured output")
_FILTER = re.compile(r"(?i)content_filter|content management policy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why one request gave no usable reply.

    `retry`: asking again can help. `overload`: the server wants fewer requests. `wait`: seconds it asked for.
    `connect`: no connection came about. `begun`: a reply had begun. `charged`: the request may have been answered, and
    so paid; `tokens`: in and out, where the reply still told. `status`: of HTTP.
    """

    kind: Kind
    cause: str
    retry: bool = False
    fatal: bool = False
    overload: bool = False
    wait: float | None = None
    connect: bool = False
    begun: bool = False
    charged: bool = False
    tokens: tuple[int | None, int | None] | None = None
    status: int | None = None


def one_line(text: str, most: int = 300) -> str:
    """Text of a server as one printable line of bounded length: it may be anything, also control codes."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text[: most * 4]).split())
    return words if len(words) <= most else words[: most - 1] + "…"


def by_status(status: int, headers: Mapping[str, str], body: bytes) -> Fault:
    """The fault behind an HTTP status other than 2xx. `headers` are read without regard to case by the caller's map."""
    said = _said(body)
    cause = f"HTTP {status}{said and f': {said}'}"
    if 300 <= status < 400:
        target = shown_url(headers.get("Location", ""))
        where = f" to {one_line(target, 120)}" if target else ""
        return _stop("not_found", f"HTTP {status}: a redirect{where}, not followed because the key would go along")
    if _FILTER.search(said):
        return Fault(kind="refused", cause=cause, status=status)
    if status == 402 or (status == 429 and _QUOTA.search(said)):
        return _stop("rate_limit", f"{cause} (the account's quota is used up)")
    if status in {429, 503, 529}:
        return _slow(status, cause, retry_after(headers, datetime.now(UTC)))
    if status in {401, 403}:
        return _stop("auth", cause, status)
    if status in {404, 405, 410}:
        return _stop("not_found", f"{cause} (is the address right, and does the server know this model?)", status)
    if status in {408, 504}:
        return Fault(kind="timeout", cause=cause, retry=True, overload=True, charged=True, status=status)
    if status in {409, 425} or (status >= 500 and status != 501 and not _FORMAT.search(said)):
        return Fault(kind="server", cause=cause, retry=True, status=status)
    return Fault(kind="bad_request", cause=cause, status=status)


def _slow(status: int, cause: str, wait: float | None) -> Fault:
    kind: Kind = "rate_limit" if status == 429 else "server"
    if wait is not None and wait > MAX_PAUSE_S:
        return _stop(kind, f"{cause} (it asks to wait {wait:.0f} s; resume the run then)", status)
    return Fault(kind=kind, cause=cause, retry=True, overload=True, wait=wait, status=status)


def _stop(kind: Kind, cause: str, status: int | None = None) -> Fault:
    return Fault(kind=kind, cause=cause, fatal=True, status=status)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that a server asks to wait: `Retry-After` in seconds or as an HTTP date, or `retry-after-ms`.

    A date is held against the server's own `Date`: this machine's clock (`now`) may be wrong, or be set meanwhile.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("Retry-After", 1.0)):
        given = headers.get(name, "").strip()[:100]
        try:
            seconds = float(given) / unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return min(max(0.0, seconds), 1e9)
    moment = _date(headers.get("Retry-After", ""))
    return None if moment is None else max(0.0, (moment - (_date(headers.get("Date", "")) or now)).total_seconds())


def _date(text: str) -> datetime | None:
    """An HTTP date, null where it is none."""
    try:
        moment = parsedate_to_datetime(text[:100])
    except (ValueError, TypeError, IndexError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _said(body: bytes) -> str:
    """The server's own words in an error reply, wherever its makers put them."""
    text = body[:20_000].decode("utf-8", "replace")
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return "" if "<html" in text[:2000].lower() else one_line(text)
    return one_line(error_words(data))


def error_words(data: Any) -> str:
    """Message and code of an error object in the formats of OpenAI, Anthropic, vLLM, Ollama, FastAPI."""
    found = data.get("error", data) if isinstance(data, dict) else data
    if isinstance(found, dict):
        words = found.get("message") or found.get("detail") or found
        code = found.get("code")
        text = words if isinstance(words, str) else json.dumps(words, ensure_ascii=False)
        return f"{text} ({code})" if isinstance(code, str) and code not in text else text
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def by_exception(error: Exception, timeout_s: float) -> Fault:
    """The fault behind an exception of the HTTP library."""
    import aiohttp

    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return Fault(kind="timeout", cause="no connection in time", retry=True, connect=True)
    if isinstance(error, TimeoutError):
        cause = f"no reply within {timeout_s:g} s (timeout_s; a slow server wants more, and a lower concurrency)"
        return Fault(kind="timeout", cause=cause, retry=True, overload=True, charged=True)
    if isinstance(error, (aiohttp.ClientSSLError, ssl.SSLError)):
        return Fault(kind="connection", cause=_tls(error), fatal=True, connect=True)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        cause = "the name of the server cannot be resolved"
        return Fault(kind="connection", cause=cause, retry=True, connect=True)
    if isinstance(error, aiohttp.ClientProxyConnectionError):
        return Fault(kind="connection", cause="the proxy cannot be reached", retry=True, connect=True)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Fault(kind="connection", cause=_refusal(error), retry=True, connect=True)
    if isinstance(error, aiohttp.ClientPayloadError):
        return Fault(kind="connection", cause="the reply was cut off", retry=True, begun=True, charged=True)
    if isinstance(error, aiohttp.ClientResponseError):
        return Fault(kind="connection", cause="the server does not speak HTTP", retry=True)
    if isinstance(error, (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError)):
        return _stop("not_found", "the address cannot be used")
    return Fault(kind="connection", cause="the connection was dropped", retry=True, charged=True)


def _tls(error: Exception) -> str:
    inner = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    reason = getattr(inner, "verify_message", None) or getattr(inner, "reason", None) or type(inner).__name__
    words = one_line(str(reason).replace("_", " ").lower(), 120)
    hint = " (is it http:// rather than https://?)" if "wrong version" in words or "record layer" in words else ""
    return f"no trusted TLS connection: {words}{hint}"


def _refusal(error: Exception) -> str:
    number = getattr(getattr(error, "os_error", error), "errno", None)
    if number == errno.ECONNREFUSED:
        return "connection refused (is the server running?)"
    words = errno.errorcode.get(number or 0, "") and os.strerror(number or 0).lower()
    return f"no connection: {words or 'the server cannot be reached'}"
