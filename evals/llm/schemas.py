"""JSON schemas for servers that hold a model to them, and JSON found in what a model wrote."""

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound="BaseModel")

CUT_OFF = "the JSON is cut off"
"""What `read_shape` says of a reply that ends in the middle."""

_LONGEST = 1_000_000
"""Characters of a reply that a value is looked for in: more is no reply to what was asked."""
_MOST_BROKEN = 1_000
"""After so many brackets that open no JSON, the rest is not read: each costs time in proportion to its place."""
_MOST_TRIED = 100
_DROPPED = frozenset({"default", "examples"})
# Braces in prose ("{name}") start no JSON; trying each would take quadratic time on "{{{{…".
_STARTS = {"{": re.compile(r"\{(?=\s*+[\"}])"), "[": re.compile(r"\[(?=\s*+[\[{\"\]\d-])")}
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|["{}\[\]]', re.DOTALL)


class _Same:
    """A schema as a key, by identity: every request of a judge carries the same one, and reading it takes time."""

    __slots__ = ("schema",)

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema

    def __hash__(self) -> int:
        return id(self.schema)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.schema is self.schema


def schema_text(schema: Mapping[str, Any]) -> str:
    """A schema as JSON, the same for equal schemas; a schema is not changed once it has been asked with."""
    return _text(_Same(schema))


@lru_cache(maxsize=256)
def _text(same: _Same) -> str:
    return json.dumps(same.schema, sort_keys=True, default=dict)


def compact_schema(schema: Mapping[str, Any]) -> bytes:
    """The same as the bytes that a request's digest is made of."""
    return _compact(_Same(schema))


@lru_cache(maxsize=256)
def _compact(same: _Same) -> bytes:
    text = json.dumps(same.schema, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=dict)
    return text.encode("utf-8", "surrogatepass")


def tightened(schema: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The schema as strict servers want it (all properties required, no others), and whether it can be strict.

    An object with free keys cannot; it is then sent as it is.
    """
    return _tightened(_Same(schema))


@lru_cache(maxsize=256)
def _tightened(same: _Same) -> tuple[dict[str, Any], bool]:
    loaded = json.loads(json.dumps(same.schema, default=dict))
    return (loaded, False) if _free(loaded) else (_tight(loaded), True)


@cache
def schema_of(shape: type["BaseModel"]) -> Mapping[str, Any]:
    """The JSON schema of a pydantic model; making it takes longer than sending a request."""
    return shape.model_json_schema()


def _free(node: Any) -> bool:
    if isinstance(node, Mapping):
        loose = node.get("additionalProperties")
        bare = node.get("type") == "object" and not node.get("properties")
        return bare or (loose is not None and loose is not False) or any(_free(value) for value in node.values())
    return isinstance(node, (list, tuple)) and any(_free(value) for value in node)


def _tight(node: Any) -> Any:
    if isinstance(node, (list, tuple)):
        return [_tight(value) for value in node]
    if not isinstance(node, Mapping):
        return node
    properties = node.get("properties")
    made = {key: _tight(value) for key, value in node.items() if key not in _DROPPED}
    if isinstance(properties, Mapping):
        made["properties"] = {key: _tight(value) for key, value in properties.items()}
        made["required"] = list(properties)
        made["additionalProperties"] = False
    return made


def read_shape(text: str, shape: type[M]) -> tuple[M | None, str]:
    """The last value in a text that fits a pydantic model, or null and why there is none.

    The last, because models think aloud before they answer, and because a text under test may plant one earlier.
    """
    from pydantic import ValidationError

    if len(text) > _LONGEST:
        return None, f"it has {len(text):,} characters, and at most {_LONGEST:,} are read"
    wants_list = schema_of(shape).get("type") == "array"
    problem = ""
    for value in reversed(deque(values(text, "[" if wants_list else "{"), maxlen=_MOST_TRIED)):
        try:
            return shape.model_validate(value), ""
        except ValidationError as error:
            problem = problem or _misfit(error)
    return None, problem or _absent(text, wants_list=wants_list)


def _misfit(error: "ValidationError") -> str:
    places = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors(include_url=False)[:5]]
    return "; ".join(f"{place}: {message}" if place else message for place, message in places)[:500]


def _absent(text: str, *, wants_list: bool) -> str:
    what = "list" if wants_list else "object"
    opened = text.find("[" if wants_list else "{")
    closed = text.rfind("]" if wants_list else "}")
    if opened < 0:
        return f"there is no JSON {what}"
    return (
        f"the JSON {what} is broken" if closed > opened and text.rstrip("`\n ")[-1] in "}]" else "the JSON is cut off"
    )


def values(text: str, opening: str) -> Iterator[Any]:
    """Every outermost JSON value in a text that starts with this bracket, in order; prose and code fences around them
    are skipped.

    Nothing inside a broken value counts: of a reply that was cut off, a whole inner part is not the reply.
    """
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    starts = _STARTS[opening]
    start, broken = starts.search(text), 0
    while start and broken < _MOST_BROKEN:
        try:
            value, end = decoder.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            end, broken = _balanced(text, start.start()), broken + 1
        else:
            yield value
        start = starts.search(text, end)


def _balanced(text: str, place: int) -> int:
    """Where the bracket at `place` closes, or the end of the text."""
    depth = 0
    for token in _TOKEN.finditer(text, place):
        if token[0] == '"':
            break
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
            if depth <= 0:
                return token.end()
    return len(text)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
