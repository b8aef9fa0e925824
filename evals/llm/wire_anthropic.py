"""Anthropic's messages format. A structured reply is a call of one forced tool, which all models up to Claude 5 take;
newer ones refuse to be forced and take a schema instead."""

import json
import re
from collections.abc import Mapping
from typing import Any

from evals.lexicons import load_yaml
from evals.llm.endpoint import Endpoint
from evals.llm.faults import Fault
from evals.llm.messages import Ask
from evals.llm.schemas import tightened
from evals.llm.transport import Raw, Request
from evals.llm.wire import Form, Said, count, cut_off, decode, encode, name, prompted, refused, whole

FORMS: tuple[Form, ...] = ("tool", "schema", "text")
_VERSION = "2023-06-01"


def key_header(key: str) -> Mapping[str, str]:
    """The header that carries the key."""
    return {"x-api-key": key}


def chat_request(endpoint: Endpoint, ask: Ask, form: Form) -> Request:
    """One messages request."""
    messages = prompted(ask, form)
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    body: dict[str, Any] = {
        **{key: value for key, value in endpoint.parameters.items() if key != "max_completion_tokens"},
        "model": endpoint.model,
        "max_tokens": ask.max_tokens or endpoint.max_tokens,
        "messages": [
            {"role": message.role, "content": message.content} for message in messages if message.role != "system"
        ],
    }
    if system:
        body["system"] = system
    if ask.schema is not None and form == "schema":
        body["output_config"] = {"format": {"type": "json_schema", "schema": tightened(ask.schema)[0]}}
    if ask.schema is not None and form == "tool":
        tool = re.sub(r"[^A-Za-z0-9_-]", "_", ask.schema_name)[:64]
        described = load_yaml("model_replies")["tool_description"]
        body["tools"] = [{"name": tool, "description": described, "input_schema": ask.schema}]
        body["tool_choice"] = {"type": "tool", "name": tool}
    base = endpoint.base_url if re.search(r"/v\d+$", endpoint.base_url) else f"{endpoint.base_url}/v1"
    headers = {"Accept": "application/json", "anthropic-version": _VERSION}
    return Request(url=f"{base}/messages", body=encode(body), headers=headers, timeout_s=endpoint.timeout_s)


def chat_said(endpoint: Endpoint, ask: Ask, raw: Raw, *, fresh: bool) -> Said | Fault:
    """What a messages reply says; of a tool call, its input as JSON."""
    data = decode(raw, fresh=fresh)
    if isinstance(data, Fault):
        return data
    blocks = data.get("content")
    if not isinstance(blocks, list):
        return Fault(kind="bad_reply", cause="the reply holds no content", retry=True, charged=True)
    usage = data.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    tokens = _tokens_in(usage), count(usage.get("output_tokens"))
    if data.get("stop_reason") in {"max_tokens", "model_context_window_exceeded"}:
        return cut_off(tokens, ask.max_tokens or endpoint.max_tokens, f"stop_reason {data['stop_reason']}")
    if data.get("stop_reason") == "refusal":
        return refused("stop_reason refusal", tokens)
    text = whole(_text([block for block in blocks if isinstance(block, dict)]), tokens)
    return text if isinstance(text, Fault) else Said(text, name(data.get("model"), endpoint), *tokens)


def _text(blocks: list[Mapping[str, Any]]) -> str:
    called = [block.get("input") for block in blocks if block.get("type") == "tool_use"]
    if called:
        return json.dumps(called[-1], ensure_ascii=False)
    texts = [block.get("text") for block in blocks if block.get("type") == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def _tokens_in(usage: Mapping[str, Any]) -> int | None:
    parts = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    counted = [found for part in parts if (found := count(usage.get(part))) is not None]
    return sum(counted) if counted else None
