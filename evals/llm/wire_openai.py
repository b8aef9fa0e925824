"""OpenAI's chat and embeddings formats, which Azure, vLLM, Ollama, llama.cpp and LM Studio speak too."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from evals.llm.endpoint import Endpoint
from evals.llm.faults import Fault
from evals.llm.messages import Ask
from evals.llm.schemas import tightened
from evals.llm.transport import Raw, Request
from evals.llm.wire import Form, Said, Tokens, count, cut_off, decode, encode, name, prompted, refused, whole

FORMS: tuple[Form, ...] = ("schema", "json", "text")
_LENGTHS = ("max_tokens", "max_completion_tokens")


def key_header(endpoint: Endpoint, key: str) -> Mapping[str, str]:
    """The header that carries the key."""
    return {"api-key": key} if endpoint.api == "azure" else {"Authorization": f"Bearer {key}"}


def length_parameter(endpoint: Endpoint) -> str:
    """What this server calls the longest length, before it has said otherwise."""
    if set(_LENGTHS) & set(endpoint.parameters):
        return next(found for found in _LENGTHS if found in endpoint.parameters)
    # OpenAI's newer models refuse the old name; other servers may not know the new one.
    host = urlsplit(endpoint.base_url).hostname or ""
    return _LENGTHS[1] if endpoint.api == "azure" or host == "api.openai.com" else _LENGTHS[0]


def other_length(used: str, complaint: str) -> str | None:
    """The other name of the longest length, if the server's complaint asks for it."""
    other = _LENGTHS[1] if used == _LENGTHS[0] else _LENGTHS[0]
    return other if other in complaint and used in complaint else None


def chat_request(endpoint: Endpoint, ask: Ask, form: Form, length: str) -> Request:
    """One chat request."""
    body: dict[str, Any] = {
        "model": endpoint.model,
        "messages": [{"role": message.role, "content": message.content} for message in prompted(ask, form)],
        **{key: value for key, value in endpoint.parameters.items() if key not in _LENGTHS},
        length: ask.max_tokens or endpoint.max_tokens,
    }
    if ask.schema is not None and form == "json":
        body["response_format"] = {"type": "json_object"}
    elif ask.schema is not None and form == "schema":
        schema, strict = tightened(ask.schema)
        described = {"name": re.sub(r"[^A-Za-z0-9_-]", "_", ask.schema_name)[:64], "schema": schema, "strict": strict}
        body["response_format"] = {"type": "json_schema", "json_schema": described}
    return _request(endpoint, "chat/completions", body)


def embed_request(endpoint: Endpoint, texts: Sequence[str]) -> Request:
    """One request for vectors."""
    parameters = {key: value for key, value in endpoint.parameters.items() if key not in _LENGTHS}
    return _request(endpoint, "embeddings", {"model": endpoint.model, "input": list(texts), **parameters})


def _request(endpoint: Endpoint, path: str, body: Mapping[str, Any]) -> Request:
    base = endpoint.base_url
    if endpoint.api == "azure" and not base.endswith("/openai/v1") and "/openai/deployments/" not in base:
        base = f"{base}/openai/deployments/{quote(endpoint.model, safe='')}"
    version = f"?api-version={quote(endpoint.api_version)}" if endpoint.api_version else ""
    url = f"{base}/{path}{version}"
    return Request(url=url, body=encode(body), headers={"Accept": "application/json"}, timeout_s=endpoint.timeout_s)


def chat_said(endpoint: Endpoint, ask: Ask, raw: Raw, *, fresh: bool) -> Said | Fault:
    """What a chat reply says."""
    data = decode(raw, fresh=fresh)
    if isinstance(data, Fault):
        return data
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        return Fault(kind="bad_reply", cause="the reply holds no message", retry=True, charged=True)
    usage = data.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    tokens = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
    if ended := _ended(choice, message, tokens, ask.max_tokens or endpoint.max_tokens):
        return ended
    text = whole(_text(message), tokens)
    return text if isinstance(text, Fault) else Said(text, name(data.get("model"), endpoint), *tokens)


def _ended(choice: Mapping[str, Any], message: Mapping[str, Any], tokens: Tokens, most: int) -> Fault | None:
    if choice.get("finish_reason") == "length":
        return cut_off(tokens, most, "finish_reason length")
    if message.get("refusal"):
        return refused(str(message["refusal"]), tokens)
    return refused("content filter", tokens) if choice.get("finish_reason") == "content_filter" else None


def _text(message: Mapping[str, Any]) -> object:
    content = message.get("content")
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    if not content and message.get("tool_calls"):
        called = message["tool_calls"]
        function = called[0].get("function") if isinstance(called, list) and isinstance(called[0], dict) else None
        content = function.get("arguments") if isinstance(function, dict) else None
    if isinstance(content, str) and content.lstrip().startswith("<think>"):
        # Thoughts of a reasoning model on a server that does not set them apart.
        content = content.partition("</think>")[2].lstrip() or content
    return content


def embed_said(endpoint: Endpoint, wanted: int, raw: Raw, *, fresh: bool) -> Said | Fault:
    """The vectors of a reply, in the order of the texts."""
    data = decode(raw, fresh=fresh)
    if isinstance(data, Fault):
        return data
    found: dict[int, tuple[float, ...]] = {}
    for place, row in enumerate(_rows(data)):
        vector, index = row.get("embedding"), row.get("index", place)
        if isinstance(index, int) and isinstance(vector, list) and all(isinstance(one, (int, float)) for one in vector):
            found[index] = tuple(float(one) for one in vector)
    if sorted(found) != list(range(wanted)):
        cause = f"{len(found)} vectors for {wanted} texts"
        return Fault(kind="bad_reply", cause=cause, retry=True, charged=True)
    usage = data.get("usage")
    tokens = count(usage.get("prompt_tokens")) if isinstance(usage, dict) else None
    vectors = tuple(found[place] for place in range(wanted))
    return Said("", name(data.get("model"), endpoint), tokens, 0, vectors=vectors)


def _rows(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = data.get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
