"""One model behind one address, as a suite describes it. It names the key's environment variable, never the key."""

import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from evals.errors import UserError, did_you_mean
from evals.llm.address import checked_url, is_loopback, shown_url

Api = Literal["openai", "azure", "anthropic"]
DEFAULT_MAX_TOKENS = 4096
"""Sent when a suite sets none: some servers would otherwise let a small model talk for ever."""

ENDPOINT_SETTINGS = (
    "api", "base_url", "model", "key_env", "parameters", "concurrency", "requests_per_minute", "timeout_s", "retries",
    "start_wait_s", "api_version", "price",
)  # fmt: skip

_DEFAULTS: Mapping[str, tuple[str | None, str]] = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "azure": (None, "AZURE_OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
}
_RESERVED = frozenset(
    {"model", "messages", "system", "stream", "n", "response_format", "tools", "tool_choice", "input"}
)
_KEY_NAMES = frozenset({"key", "api_key", "apikey", "api-key", "token", "authorization", "secret", "password"})
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
KEY_FIX = "Put the key into an environment variable and name that variable in key_env."


class Parameters(Mapping[str, Any]):
    """Read-only JSON parameters of a model (temperature, top_p, seed, max_tokens …) that can be hashed and pickled."""

    __slots__ = ("_text", "_values")

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._text = json.dumps(dict(values), sort_keys=True, ensure_ascii=False, allow_nan=False)
        self._values: dict[str, Any] = json.loads(self._text)

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and dict(self) == dict(other)  # pyright: ignore[reportUnknownArgumentType]

    def __repr__(self) -> str:
        return f"Parameters({self._text})"

    def __reduce__(self) -> tuple[object, ...]:
        return Parameters, (self._values,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One model behind one address; hashable, picklable, without a key.

    `key_env` names the environment variable with the key, null for a server that wants none. `concurrency` is the most
    requests at once, `requests_per_minute` the provider's limit (null = none known), `timeout_s` seconds for one
    request, `retries` how often one request is repeated after a fault, `start_wait_s` seconds that a server may take
    to start, before its first reply (null: as `starting` says). `api_version` is Azure's. `price` is US dollars per
    million tokens (in, out) where the price list does not know the model.
    """

    api: Api = "openai"
    base_url: str
    model: str
    key_env: str | None = None
    parameters: Mapping[str, Any] = field(default_factory=lambda: Parameters({}))
    concurrency: int = 32
    requests_per_minute: int | None = None
    timeout_s: float = 120
    retries: int = 6
    start_wait_s: float | None = None
    api_version: str | None = None
    price: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.parameters, Parameters):
            object.__setattr__(self, "parameters", Parameters(self.parameters))

    @property
    def shown(self) -> str:
        """How messages name it: address without secrets, and model."""
        return f"{shown_url(self.base_url)}, model {self.model}"

    @property
    def max_tokens(self) -> int:
        """The most tokens of one reply."""
        given = self.parameters.get("max_completion_tokens") or self.parameters.get("max_tokens")
        return int(given or DEFAULT_MAX_TOKENS)


def endpoint_from(settings: Mapping[str, Any], where: str) -> Endpoint:
    """The endpoint that the settings of a suite's part describe; settings of other names are left alone.

    Raises:
        UserError: a setting is missing or makes no sense, or the environment has no key.
    """
    _no_keys(settings, where)
    api = settings.get("api", "openai")
    if api not in get_args(Api):
        raise UserError(f"{where}.api", f"{api!r}", "openai, azure or anthropic", did_you_mean(str(api), get_args(Api)))
    base_url = checked_url(settings.get("base_url", _DEFAULTS[api][0]), f"{where}.base_url")
    version = None if settings.get("api_version") is None else _text(settings, "api_version", where)
    if api == "azure" and version is None and not base_url.endswith("/openai/v1"):
        raise UserError(f"{where}.api_version", "missing", "the version that your Azure resource names, as 2024-10-21")
    key_env = key_variable(settings, where, _usual_key(api, base_url))
    return Endpoint(
        api=api,
        base_url=base_url,
        model=_text(settings, "model", where),
        key_env=key_env,
        parameters=_parameters(settings, where),
        api_version=version,
        price=_price(settings, where),
        **limits(settings, where),
    )


def _no_keys(settings: Mapping[str, Any], where: str) -> None:
    # Names only: the value must not reach a message.
    if found := sorted(name for name in settings if name.lower() in _KEY_NAMES):
        raise UserError(f"{where}.{found[0]}", "a key in a suite", "no key in any file", KEY_FIX)


def _usual_key(api: str, base_url: str) -> str | None:
    url, variable = _DEFAULTS[api]
    if api == "openai" and base_url != url:
        return None
    return None if is_loopback(base_url) else variable


def key_variable(settings: Mapping[str, Any], where: str, usual: str | None) -> str | None:
    """The name of the environment variable with the key, checked to hold one; null when the server wants none.

    Raises:
        UserError: it is no name of a variable, or the environment has no such variable.
    """
    name = settings.get("key_env", usual)
    if name is None or name == "":
        return None
    if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
        # Never shown: people put the key itself here.
        raise UserError(f"{where}.key_env", "not the name of an environment variable", "a name in capitals", KEY_FIX)
    key_from(name, where)
    return name


def key_from(variable: str, where: str) -> str:
    """The key out of the environment, without white space around it.

    Raises:
        UserError: it is not set, or cannot stand in a request header.
    """
    key = os.environ.get(variable, "").strip()
    if not key:
        fix = f"Set it: export {variable}=… (key_env names another variable; a local server needs none)."
        raise UserError(where, f"no key: the environment variable {variable} is not set", fix=fix)
    if not key.isascii() or not key.isprintable():
        raise UserError(where, f"the key in {variable} has characters no key has", fix="Copy it again, on one line.")
    return key


def _parameters(settings: Mapping[str, Any], where: str) -> Parameters:
    given = settings.get("parameters") or {}
    place = f"{where}.parameters"
    if not isinstance(given, Mapping):
        raise UserError(place, f"{type(given).__name__}", "a mapping such as {temperature: 0}")
    _no_keys(given, place)
    if taken := sorted(_RESERVED & set(given)):
        raise UserError(f"{place}.{taken[0]}", "set by the client itself", "parameters of the model only")
    for name in ("max_tokens", "max_completion_tokens"):
        if name in given:
            number(given, name, place, int, 1, 10_000_000)
    try:
        return Parameters(given)
    except (TypeError, ValueError) as error:
        raise UserError(place, "not JSON: a date, NaN or the like", "numbers, text, lists, mappings") from error


def _price(settings: Mapping[str, Any], where: str) -> tuple[float, float] | None:
    given = settings.get("price")
    if given is None:
        return None
    if not isinstance(given, Mapping) or set(given) != {"input", "output"}:
        raise UserError(f"{where}.price", "not a price", "{input: …, output: …} in US dollars per million tokens")
    place = f"{where}.price"
    return (number(given, "input", place, float, 0, 1e6), number(given, "output", place, float, 0, 1e6))


def limits(settings: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Concurrency, requests a minute, time limits and retries, where they are set.

    Raises:
        UserError: one is no number or out of range.
    """
    ranges = {
        "concurrency": (int, 1, 4096),
        "requests_per_minute": (int, 1, 10_000_000),
        "timeout_s": (float, 0.01, 86_400),
        "retries": (int, 0, 100),
        "start_wait_s": (float, 0, 86_400),
    }
    given = {name: ranges[name] for name in ranges if settings.get(name) is not None}
    return {name: number(settings, name, where, *bounds) for name, bounds in given.items()}


def number(
    settings: Mapping[str, Any], name: str, where: str, kind: type[int] | type[float], low: float, high: float
) -> Any:
    """A setting that is a number in a range.

    Raises:
        UserError: it is none, or out of range.
    """
    value = settings[name]
    fits = isinstance(value, int if kind is int else (int, float)) and not isinstance(value, bool)
    if not fits or not math.isfinite(value) or not low <= value <= high:
        what = "a whole number" if kind is int else "a number"
        raise UserError(f"{where}.{name}", f"{value!r}"[:80], f"{what} from {low:g} to {high:g}")
    return value


def _text(settings: Mapping[str, Any], name: str, where: str) -> str:
    value = settings.get(name)
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 300:
        raise UserError(f"{where}.{name}", "missing" if value is None else "not a name", "one line of text")
    return value.strip()
