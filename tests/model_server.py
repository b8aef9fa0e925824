"""A model server on loopback for tests and benchmarks: OpenAI's and Anthropic's formats, faults by seed, counters.

In a test, in a thread of its own:

    with ModelServer(faults={"429": 0.1}) as server:
        server.url                   # http://127.0.0.1:PORT/v1
        server.counts()              # {"requests": …, "ok": …, "repeat_ok": …, "outcomes": {"200": …}, …}
        server.seen                  # the last requests: path, headers, body
        server.script.append(Canned(503))     # served first, whatever is asked

As a process, its counters at GET /counts (`with server_process(latency=0.2) as (url, counts):` does it all):

    python -m tests.model_server --port 0 --latency 0.2 --faults '{"500": 0.1}' --reply package.module:function

`reply` is a function from the request's JSON to the text of the reply; by default structured requests get a small value
that fits their schema, others a sentence. Replies depend on the request alone; a fault is drawn from (seed, body, how
often that body came), so a run meets the same faults whatever the order, and a retry is a new draw.
"""

import argparse
import asyncio
import contextlib
import hashlib
import importlib
import json
import random
import subprocess
import sys
import threading
import urllib.request
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

FAULTS = ("429", "500", "503", "cut_json", "length", "cut_body", "half_json", "empty", "drop", "hang")
"""429 and 503 with Retry-After · 500 · the JSON inside the reply cut, finish_reason stop · the reply cut, finish_reason
length · the HTTP body cut off · the HTTP body complete but its JSON cut · no text · connection dropped · never answers."""

SENTENCES = (
    "Chemotherapy can lower white blood cells.",
    "Ask your oncology team which tests you need.",
    "Radiation therapy is given in short daily visits.",
    "Immunotherapy helps the immune system find cancer cells.",
    "A fever of 100.4 F or higher during treatment is an emergency.",
)


@dataclass(frozen=True)
class Canned:
    """A reply to serve once, as it is."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    path: str
    headers: Mapping[str, str]
    body: Any


@dataclass
class Settings:
    """How the server behaves; all of it may be changed while it runs."""

    reply: Callable[[dict[str, Any]], str] | None = None
    latency: float = 0.0
    faults: Mapping[str, float] = field(default_factory=dict)
    retry_after: str = "0.02"
    seed: int = 1
    key: str | None = None
    models: frozenset[str] | None = None
    formats: frozenset[str] = frozenset({"json_schema", "json_object", "tools"})
    length_parameter: str | None = None
    usage: bool = True
    keep: int = 1000


class Service:
    """The handlers and their counters, the same in a thread and in a process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.script: deque[Canned] = deque()
        self.seen: deque[Seen] = deque(maxlen=settings.keep)
        self.reset()

    def reset(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.paths: Counter[str] = Counter()
        self.bodies: Counter[bytes] = Counter()
        self.answered: set[bytes] = set()
        self.ports: set[Any] = set()
        self.requests = self.ok = self.repeat_ok = self.in_flight = self.max_in_flight = 0

    def counts(self) -> dict[str, Any]:
        return {
            "requests": self.requests,
            "ok": self.ok,
            "unique_ok": len(self.answered),
            "repeat_ok": self.repeat_ok,
            "unique_bodies": len(self.bodies),
            "in_flight": self.in_flight,
            "max_in_flight": self.max_in_flight,
            "connections": len(self.ports),
            "outcomes": dict(self.outcomes),
            "paths": dict(self.paths),
        }

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 27)
        for path, answer in {
            "/v1/chat/completions": self._openai,
            "/openai/deployments/{model}/chat/completions": self._openai,
            "/v1/messages": self._anthropic,
            "/v1/embeddings": self._embeddings,
            "/openai/deployments/{model}/embeddings": self._embeddings,
            "/answer": self._answer,
            "/answer/stream": self._answer_stream,
        }.items():
            app.router.add_post(path, self._guarded(answer))
        app.router.add_post("/moved/{rest:.*}", self._moved)
        app.router.add_get("/counts", self._counts)
        return app

    async def _counts(self, _: web.Request) -> web.Response:
        return web.json_response(self.counts())

    async def _moved(self, request: web.Request) -> web.Response:
        self.outcomes["307"] += 1
        return web.Response(status=307, headers={"Location": f"/v1/{request.match_info['rest']}?token=planted"})

    def _guarded(self, answer: Callable[[web.Request, dict[str, Any]], Any]) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            raw = await request.read()
            self._note(request, raw)
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
            try:
                body = json.loads(raw)
                refusal = await self._refused(request, body)
                made = refusal or await self._faulty(request, raw, body, answer)
            finally:
                self.in_flight -= 1
            return made

        return handle

    def _note(self, request: web.Request, raw: bytes) -> None:
        self.requests += 1
        self.paths[request.path] += 1
        peer = request.transport.get_extra_info("peername") if request.transport else None
        self.ports.add(peer)
        if self.settings.keep:
            self.seen.append(Seen(request.path_qs, dict(request.headers), json.loads(raw)))

    async def _refused(self, request: web.Request, body: dict[str, Any]) -> web.Response | None:
        settings = self.settings
        if self.script:
            canned = self.script.popleft()
            self.outcomes[f"canned {canned.status}"] += 1
            if isinstance(canned.body, bytes):
                return web.Response(status=canned.status, body=canned.body, headers=canned.headers)
            text = (
                canned.body if isinstance(canned.body, str) else json.dumps({} if canned.body is None else canned.body)
            )
            kind = "application/json" if not isinstance(canned.body, str) else "text/plain"
            headers = {"Content-Type": kind, **canned.headers}
            return web.Response(status=canned.status, text=text, headers=headers)
        sent = request.headers
        given = sent.get("Authorization", "").removeprefix("Bearer ") or sent.get("api-key") or sent.get("x-api-key")
        if settings.key and given != settings.key:
            return self._error(401, f"Incorrect API key provided: {given}")
        if settings.models is not None and body.get("model") not in settings.models:
            return self._error(404, f"The model `{body.get('model')}` does not exist")
        described = body.get("response_format") or body.get("output_config", {}).get("format") or {}
        form = described.get("type") or ("tools" if body.get("tools") else None)
        if form and form not in settings.formats:
            return self._error(400, f"response_format of type '{form}' is not supported with this model")
        wrong = {"max_tokens", "max_completion_tokens"} - {settings.length_parameter}
        if settings.length_parameter and wrong & set(body):
            message = f"Unsupported parameter: '{wrong & set(body)}'. Use '{settings.length_parameter}' instead."
            return self._error(400, message)
        return None

    def _error(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> web.Response:
        self.outcomes[str(status)] += 1
        return web.json_response({"error": {"message": message, "type": "test"}}, status=status, headers=headers)

    async def _faulty(self, request: web.Request, raw: bytes, body: dict[str, Any], answer: Any) -> web.StreamResponse:
        settings = self.settings
        key = hashlib.blake2b(raw, digest_size=12).digest()
        drawn = random.Random(f"{settings.seed}:{key.hex()}:{self.bodies[key]}").random()
        self.bodies[key] += 1
        fault = None
        for name, share in settings.faults.items():
            assert name in FAULTS, name
            if 0 <= drawn < share:
                fault = name
            drawn -= share
        if fault in {"429", "503", "drop"}:
            await asyncio.sleep(min(settings.latency, 0.02))
        else:
            await asyncio.sleep(settings.latency)
        if fault is None:
            self.ok += 1
            self.repeat_ok += key in self.answered
            self.answered.add(key)
            self.outcomes["200"] += 1
            return await answer(request, body)
        return await self._fault(fault, request, body, answer)

    async def _fault(self, fault: str, request: web.Request, body: dict[str, Any], answer: Any) -> web.StreamResponse:
        if fault in {"429", "503"}:
            return self._error(int(fault), "slow down", {"Retry-After": self.settings.retry_after})
        if fault == "500":
            return self._error(500, "injected failure")
        self.outcomes[fault] += 1
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "drop" and request.transport:
            request.transport.abort()
            return web.Response(status=500)
        made = await answer(request, body, fault)
        if fault == "half_json":
            return web.Response(body=made.body[: len(made.body) * 2 // 3], content_type="application/json")
        if fault == "cut_body":
            return await _cut_off(request, made.body)
        return made

    def _content(self, body: dict[str, Any], fault: str | None) -> str:
        content = self.settings.reply(body) if self.settings.reply else default_reply(body)
        if fault in {"cut_json", "length"}:
            return content[: max(1, len(content) * 2 // 3)]
        return "" if fault == "empty" else content

    async def _openai(self, request: web.Request, body: dict[str, Any], fault: str | None = None) -> web.StreamResponse:
        content = self._content(body, fault)
        if body.get("stream"):
            pieces = [content[i : i + 7] for i in range(0, len(content), 7)]
            events = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
            return await _stream(request, [json.dumps(event) for event in events] + ["[DONE]"])
        message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": None}
        finish = "length" if fault == "length" else "stop"
        if body.get("tools"):
            name = body["tools"][0]["function"]["name"]
            call = {"id": "call_1", "type": "function", "function": {"name": name, "arguments": content}}
            message, finish = {"role": "assistant", "content": None, "tool_calls": [call]}, "tool_calls"
        counted = {"prompt_tokens": _tokens(body.get("messages")), "completion_tokens": len(content) // 4}
        made = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "model": body.get("model"),
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        }
        return web.json_response(made | ({"usage": counted} if self.settings.usage else {}))

    async def _anthropic(self, _: web.Request, body: dict[str, Any], fault: str | None = None) -> web.StreamResponse:
        content = self._content(body, fault)
        block: dict[str, Any] = {"type": "text", "text": content}
        stop = "max_tokens" if fault == "length" else "end_turn"
        if body.get("tools"):
            # A cut tool call still comes as JSON here: what was written of it.
            value = _partial(content)
            block = {"type": "tool_use", "id": "toolu_1", "name": body["tools"][0]["name"], "input": value}
            stop = "max_tokens" if fault == "length" else "tool_use"
        counted = {"input_tokens": _tokens(body.get("messages")), "output_tokens": len(content) // 4}
        made = {"id": "msg_1", "type": "message", "role": "assistant", "model": body.get("model"), "stop_reason": stop}
        return web.json_response(
            made | {"content": [block] if content else []} | ({"usage": counted} if self.settings.usage else {})
        )

    async def _embeddings(self, _: web.Request, body: dict[str, Any], fault: str | None = None) -> web.StreamResponse:
        texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
        rows = [{"object": "embedding", "index": i, "embedding": vector(text)} for i, text in enumerate(texts)]
        if fault in {"empty", "cut_json"}:
            rows = rows[:-1]
        rows.reverse()  # makers promise an index, not an order
        return web.json_response({"object": "list", "data": rows, "usage": {"prompt_tokens": _tokens(texts)}})

    async def _answer(self, _: web.Request, body: dict[str, Any], fault: str | None = None) -> web.StreamResponse:
        sources = [{"title": "NCI", "url": "https://www.cancer.gov/", "text": SENTENCES[0]}]
        return web.json_response({"data": {"answer": self._content(body, fault), "sources": sources}})

    async def _answer_stream(
        self, request: web.Request, body: dict[str, Any], fault: str | None = None
    ) -> web.StreamResponse:
        words = self._content(body, fault).split(" ")
        return await _stream(request, [json.dumps({"delta": word + " "}) for word in words] + ["[DONE]"])


async def _cut_off(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) * 2 // 3])
    if request.transport:
        request.transport.close()
    return response


async def _stream(request: web.Request, events: list[str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
    await response.prepare(request)
    for event in events:
        await response.write(f"data: {event}\n\n".encode())
    return response


def _partial(content: str) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return {}


def _tokens(value: Any) -> int:
    return len(json.dumps(value)) // 4


def vector(text: str, size: int = 16) -> list[float]:
    """The unit vector this server gives to a text."""
    drawn = random.Random(text)
    numbers = [drawn.gauss(0, 1) for _ in range(size)]
    length = sum(number * number for number in numbers) ** 0.5
    return [number / length for number in numbers]


def default_reply(body: dict[str, Any]) -> str:
    """A small value that fits the schema asked for, or a sentence; the same for the same request."""
    seed = json.dumps(body.get("messages") or body, sort_keys=True)
    schema = schema_of(body)
    if schema is not None:
        return json.dumps(fitting(schema, schema, random.Random(seed)), ensure_ascii=False)
    if (body.get("response_format") or {}).get("type") == "json_object":
        return json.dumps({"answer": "yes"})
    return " ".join(random.Random(seed).sample(SENTENCES, 3))


def schema_of(body: dict[str, Any]) -> dict[str, Any] | None:
    """The JSON schema that a request wants its reply to fit, in either maker's format."""
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema":
        return form["json_schema"]["schema"]
    if "output_config" in body:
        return body["output_config"]["format"]["schema"]
    if body.get("tools"):
        tool = body["tools"][0]
        return tool.get("input_schema") or tool["function"]["parameters"]
    return None


def fitting(schema: dict[str, Any], root: dict[str, Any], drawn: random.Random, depth: int = 0) -> Any:
    """A small value that fits a JSON schema."""
    if "$ref" in schema:
        node: Any = root
        for part in schema["$ref"].lstrip("#/").split("/"):
            node = node[part]
        return fitting(node, root, drawn, depth + 1)
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return fitting(schema[choice][0], root, drawn, depth + 1)
    if "const" in schema or schema.get("enum"):
        return schema.get("const") or drawn.choice(schema["enum"])
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: fitting(part, root, drawn, depth + 1) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [fitting(schema.get("items", {}), root, drawn, depth + 1) for _ in range(2 if depth < 6 else 0)]
    values = {"integer": drawn.randint(0, 1), "number": 0.5, "boolean": drawn.random() < 0.5, "null": None}
    return values.get(kind, "The passage says so.")


class ModelServer:
    """The server in a thread of its own, on a free port or the one given. Other arguments are those of `Settings`."""

    def __init__(self, *, port: int = 0, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self._service = Service(self.settings)
        self.script, self.seen = self._service.script, self._service.seen
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = port

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/v1"

    def counts(self) -> dict[str, Any]:
        return self._service.counts()

    def reset(self) -> None:
        self._service.reset()

    def __enter__(self) -> "ModelServer":
        self._thread.start()
        assert self._ready.wait(20), "the model server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(20)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(_stop(runner))
        self._loop.close()

    async def _start(self) -> web.AppRunner:
        runner, self.port = await listen(self._service, self.port)
        return runner


async def _stop(runner: web.AppRunner) -> None:
    # Handlers that hang are ended first, or the loop would close over them.
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await runner.cleanup()


async def listen(service: Service, port: int) -> tuple[web.AppRunner, int]:
    """Serve on loopback; a port of 0 takes a free one."""
    runner = web.AppRunner(service.app(), access_log=None, keepalive_timeout=120, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, backlog=1024)
    await site.start()
    return runner, runner.addresses[0][1]


@contextlib.contextmanager
def server_process(**options: Any) -> Iterator[tuple[str, Callable[[], dict[str, Any]]]]:
    """The server as a process: its URL, and a function that reads its counters. Options as on its command line."""
    arguments = [
        word
        for name, value in options.items()
        for word in (f"--{name.replace('_', '-')}", json.dumps(value) if name == "faults" else str(value))
    ]
    command = [sys.executable, "-m", "tests.model_server", "--port", "0", *arguments]
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        try:
            yield url, lambda: json.load(urllib.request.urlopen(url.removesuffix("/v1") + "/counts"))  # noqa: S310  (loopback)
        finally:
            process.terminate()


def main() -> None:
    """Serve until terminated; the first line printed is the URL."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--faults", type=json.loads, default={}, help=f"JSON, kind to share, of {', '.join(FAULTS)}")
    parser.add_argument("--retry-after", default="0.02")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--key", default=None)
    parser.add_argument("--reply", default=None, help="module:function from the request's JSON to a text")
    parsed = vars(parser.parse_args())
    port, reply = parsed.pop("port"), parsed.pop("reply")
    if reply:
        module, _, name = reply.partition(":")
        reply = getattr(importlib.import_module(module), name)
    service = Service(Settings(**parsed, reply=reply, keep=0))

    async def serve() -> None:
        _, bound = await listen(service, port)
        print(f"http://127.0.0.1:{bound}/v1", flush=True)  # noqa: T201  (whoever started it waits for this line)
        await asyncio.Event().wait()

    asyncio.run(serve())


if __name__ == "__main__":
    main()
