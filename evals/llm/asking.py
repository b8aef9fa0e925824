"""From an ask to what was said: the request in its maker's format, in the best form that its server takes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from evals.llm import wire_anthropic, wire_openai
from evals.llm.endpoint import Endpoint
from evals.llm.errors import ModelError
from evals.llm.exchange import Call, Exchange
from evals.llm.faults import Fault, one_line
from evals.llm.line import Line
from evals.llm.messages import Ask, Fetched
from evals.llm.service import Service
from evals.llm.transport import Raw, Request
from evals.llm.wire import Form, Said, encode, whole


async def chat(exchange: Exchange, line: Line, endpoint: Endpoint, ask: Ask, seed: str) -> Said:
    """What the model says. A form of structured reply that the server refuses is replaced by a plainer one.

    Raises:
        ModelError: no usable reply.
    """
    ladder = wire_anthropic.FORMS if endpoint.api == "anthropic" else wire_openai.FORMS
    forms = line.forms(ladder, ask.schema)
    for form in forms:
        try:
            said = await _chat_in(exchange, line, endpoint, ask, form, seed)
        except ModelError as error:
            if error.kind != "bad_request" or form == forms[-1]:
                raise
        else:
            line.accepted(ladder, form, ask.schema)
            return said
    raise AssertionError("a ladder has at least one form")


async def _chat_in(exchange: Exchange, line: Line, endpoint: Endpoint, ask: Ask, form: Form, seed: str) -> Said:
    most = ask.max_tokens or endpoint.max_tokens
    if endpoint.api == "anthropic":
        call = Call(
            request=lambda: wire_anthropic.chat_request(endpoint, ask, form),
            read=lambda raw: wire_anthropic.chat_said(endpoint, ask, raw, fresh=not line.good),
            tokens_out=most,
            seed=seed,
        )
        return await exchange.run(line, call)
    length = line.length or wire_openai.length_parameter(endpoint)
    call = Call(
        request=lambda: wire_openai.chat_request(endpoint, ask, form, length),
        read=lambda raw: wire_openai.chat_said(endpoint, ask, raw, fresh=not line.good),
        tokens_out=most,
        seed=seed,
    )
    try:
        return await exchange.run(line, call)
    except ModelError as error:
        other = wire_openai.other_length(length, str(error)) if error.kind == "bad_request" else None
        if other is None:
            raise
    line.length = other
    again = replace(call, request=lambda: wire_openai.chat_request(endpoint, ask, form, other))
    return await exchange.run(line, again)


async def embed(exchange: Exchange, line: Line, endpoint: Endpoint, texts: Sequence[str], seed: str) -> Said:
    """One vector a text.

    Raises:
        ModelError: no usable reply, or the endpoint has no embeddings.
    """
    if endpoint.api == "anthropic":
        raise ModelError(
            "bad_request", f"{endpoint.shown}: Anthropic has no embeddings; name another endpoint for them"
        )
    call = Call(
        request=lambda: wire_openai.embed_request(endpoint, texts),
        read=lambda raw: wire_openai.embed_said(endpoint, len(texts), raw, fresh=not line.good),
        tokens_out=0,
        seed=seed,
    )
    return await exchange.run(line, call)


async def fetch(
    exchange: Exchange,
    line: Line,
    service: Service,
    body: Mapping[str, Any],
    seed: str,
    problem: Callable[[Fetched], str | None] | None,
) -> Said:
    """What a service sends.

    Raises:
        ModelError: no usable reply.
    """
    call = Call(
        request=lambda: Request(
            url=service.url, body=encode(body), headers={"Accept": "*/*"}, timeout_s=service.timeout_s
        ),
        read=lambda raw: _fetched(service, raw, problem),
        tokens_out=0,
        seed=seed,
    )
    return await exchange.run(line, call)


def _fetched(service: Service, raw: Raw, problem: Callable[[Fetched], str | None] | None) -> Said | Fault:
    text = whole(raw.body.decode("utf-8", "replace"))
    if isinstance(text, Fault):
        return text
    media_type = raw.content_type.partition(";")[0].strip().lower()
    said = Said(text, service.shown, media_type=media_type)
    wrong = problem(Fetched(text=text, media_type=media_type, cached=False)) if problem else None
    return Fault(kind="bad_reply", cause=one_line(wrong), retry=True, charged=True) if wrong else said
