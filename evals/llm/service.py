"""Any HTTP service that answers questions, for the generator `endpoint`: its limits, its key, its address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evals.errors import UserError
from evals.llm.address import checked_url, shown_url
from evals.llm.endpoint import key_variable, limits, number

SERVICE_SETTINGS = (
    "url",
    "key_env",
    "key_header",
    "key_prefix",
    "concurrency",
    "requests_per_minute",
    "timeout_s",
    "retries",
    "start_wait_s",
    "price",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service that takes one JSON body by POST; hashable, picklable, without a key.

    The key of the environment variable `key_env` is sent as `<key_header>: <key_prefix><key>`. `price` is US
    dollars for one request, null when it is not known. The rest is as in `Endpoint`.
    """

    url: str
    key_env: str | None = None
    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    concurrency: int = 32
    requests_per_minute: int | None = None
    timeout_s: float = 120
    retries: int = 6
    start_wait_s: float | None = None
    price: float | None = None

    @property
    def shown(self) -> str:
        """How messages name it: the address without secrets."""
        return shown_url(self.url)


def service_from(settings: Mapping[str, Any], where: str) -> Service:
    """The service that the settings of a suite's part describe; settings of other names are left alone.

    Raises:
        UserError: a setting is missing or makes no sense, or the environment has no key.
    """
    header = settings.get("key_header", "Authorization")
    if not isinstance(header, str) or not re.fullmatch(r"[A-Za-z0-9-]{1,64}", header):
        raise UserError(f"{where}.key_header", "not the name of a header", "a name such as Authorization")
    prefix = settings.get("key_prefix", "Bearer " if header.lower() == "authorization" else "")
    if not isinstance(prefix, str) or not re.fullmatch(r"[A-Za-z]{0,16} ?", prefix):
        raise UserError(f"{where}.key_prefix", "not a word such as Bearer", "one word, or nothing")
    return Service(
        url=checked_url(settings.get("url"), f"{where}.url", query=True),
        key_env=key_variable(settings, where, None),
        key_header=header,
        key_prefix=prefix,
        price=None if settings.get("price") is None else number(settings, "price", where, float, 0, 1e6),
        **limits(settings, where),
    )
