"""Wire formats of model makers: a request out of an ask, what was said out of a reply.

`form` is how a structured reply is asked for: "schema" (the server holds the model to the schema), "tool" (the model
has to call one tool with it), "json" (the server holds it to JSON) or "text" (the prompt asks). The last two carry the
schema in the prompt.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evals.lexicons import load_yaml
from evals.llm.endpoint import Endpoint
from evals.llm.faults import Fault, by_status, error_words, one_line
from evals.llm.messages import Ask, Message
from evals.llm.transport import Raw

Tokens = tuple[int | None, int | None]
_MOST_TOKENS = 1_000_000_000
Form = Literal["schema", "tool", "json", "text"]


@dataclass(frozen=True, slots=True)
class Said:
    """What a reply says, whatever the maker. `media_type` is set for answer services, `vectors` for embeddings."""

    text: str
    model: str
    tokens_in: int | None = None
    tokens_out: int | None = None
    media_type: str = ""
    vectors: tuple[tuple[float, ...], ...] = ()


def encode(body: Mapping[str, Any]) -> bytes:
    """A JSON body; half surrogates, which no JSON may hold as UTF-8, become question marks."""
    from pydantic_core import to_json

    try:
        return to_json(body)  # in a sixth of the time
    except ValueError:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def decode(raw: Raw, *, fresh: bool) -> Mapping[str, Any] | Fault:
    """The JSON object of a reply. `fresh`: this endpoint has never given a good reply, so its address may be wrong."""
    try:
        data: Any = json.loads(raw.body)
    except (ValueError, RecursionError):
        return _no_json(raw, fresh=fresh)
    if not isinstance(data, dict):
        return Fault(kind="bad_reply", cause="the reply is not a JSON object", retry=True, charged=True)
    error = data.get("error")
    if error and not data.get("choices") and not data.get("content") and not data.get("data"):
        code = error.get("code") if isinstance(error, dict) else None
        if isinstance(code, int) and 400 <= code < 600:
            return by_status(code, {}, raw.body)
        return Fault(kind="server", cause=f"an error in the reply: {one_line(error_words(data))}", retry=True)
    return data


def _no_json(raw: Raw, *, fresh: bool) -> Fault:
    kind = raw.content_type.partition(";")[0].strip().lower()
    if fresh and kind == "text/html":
        return Fault(kind="not_found", cause="a web page instead of a reply (is base_url right?)", fatal=True)
    cut = "the JSON of the reply is cut off or broken"
    cause = cut if "json" in kind or not kind else f"the reply is not JSON but {one_line(kind, 60)}"
    return Fault(kind="bad_reply", cause=cause, retry=True, charged=True)


def cut_off(tokens: Tokens, most: int, reason: str) -> Fault:
    """The reply ended because it reached its longest length."""
    length = f"after {tokens[1]} tokens " if tokens[1] else ""
    cause = f"the reply was cut off {length}({reason}; max_tokens is {most}): raise max_tokens"
    return Fault(kind="bad_reply", cause=cause, charged=True, tokens=tokens)


def refused(words: str, tokens: Tokens) -> Fault:
    """The model, or its maker's filter, declined."""
    return Fault(kind="refused", cause=f"the model declined: {one_line(words)}", charged=True, tokens=tokens)


def whole(text: object, tokens: Tokens | None = None) -> str | Fault:
    """The text of a reply, fit to be stored; an empty one is a fault."""
    if not isinstance(text, str) or not text.strip():
        return Fault(kind="bad_reply", cause="the reply is empty", retry=True, charged=True, tokens=tokens)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def count(value: object) -> int | None:
    """A token count, null when the server gave none that can be."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_TOKENS else None


def name(value: object, endpoint: Endpoint) -> str:
    """The model that answered, as the server calls it."""
    return one_line(value, 200) if isinstance(value, str) and value.strip() else endpoint.model


def prompted(ask: Ask, form: Form) -> tuple[Message, ...]:
    """The messages of an ask, with its schema at the end where the server cannot be told of it."""
    if ask.schema is None or form in {"schema", "tool"}:
        return ask.messages
    schema = json.dumps(ask.schema, ensure_ascii=False)
    words = load_yaml("model_replies")["json_instruction"].replace("{schema}", schema)
    last = ask.messages[-1] if ask.messages else Message(role="user", content="")
    if last.role != "user":
        return (*ask.messages, Message(role="user", content=words))
    return (*ask.messages[:-1], Message(role="user", content=f"{last.content}\n\n{words}"))
