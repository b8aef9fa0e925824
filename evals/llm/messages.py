"""What goes to a model and what comes back, whatever the maker's wire format."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request for one reply.

    `schema` is a JSON schema that the reply must fit; servers that know structured output are told so, others read it
    in the prompt. `max_tokens` overrides the endpoint's. `repeat` tells samples of the same prompt apart: each has its
    own place in the cache.
    """

    messages: tuple[Message, ...]
    schema: Mapping[str, Any] | None = None
    schema_name: str = "reply"
    max_tokens: int | None = None
    repeat: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the model said. `cost` is in US dollars, null when the price or the usage is not known.

    A reply out of the cache cost nothing now: `cached` is true and `cost` 0; its tokens are those of the first time.
    """

    text: str
    model: str
    tokens_in: int | None
    tokens_out: int | None
    cost: float | None
    cached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What an answer service sent: the whole body as text, and its media type in lower case without parameters."""

    text: str
    media_type: str
    cached: bool
