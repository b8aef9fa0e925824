"""Settings of endpoints and services, and that a key goes into request headers and nowhere else."""

import asyncio
import gc
import logging
import os
import pickle
import re
import subprocess
import sys
import traceback
from urllib.parse import quote

import pytest

from evals.errors import UserError
from evals.llm import (
    Endpoint,
    ModelError,
    Parameters,
    Session,
    endpoint_from,
    service_from,
)
from tests.cases import ROOT
from tests.model_server import Canned, ModelServer
from tests.talking import ask, endpoint, failing, talk

CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture(name="server")
def _server():
    with ModelServer() as server:
        yield server


# --- settings and keys -------------------------------------------------------------------------------------------------


GOOD_SETTINGS = {"base_url": "http://127.0.0.1:8000/v1/", "model": "m"}
WRONG = [
    ({"base_url": None}, "no address"),
    ({"base_url": "ftp://x"}, "http or https"),
    ({"base_url": "localhost:8000"}, "http or https"),
    ({"base_url": "http://me:secret-word@host/v1"}, "user name or password"),
    ({"base_url": "http://host/v1?api-version=1"}, "? part"),
    ({"base_url": "http://host/v1#x"}, "# part"),
    ({"base_url": "http://ho st/v1"}, "not an http"),
    ({"base_url": "http://host:99999/v1"}, "not an address"),
    ({"base_url": "http://[::1/v1"}, "not an address"),
    ({"model": None}, "model"),
    ({"model": "a\nb"}, "model"),
    ({"api": "opnai"}, 'Did you mean "openai"'),
    ({"key_env": "sk-secret-word"}, "not the name of an environment variable"),
    ({"key_env": "NO_SUCH_VARIABLE_HERE"}, "NO_SUCH_VARIABLE_HERE is not set"),
    ({"api_key": "sk-secret-word"}, "a key in a suite"),
    ({"parameters": {"api_key": "sk-secret-word"}}, "a key in a suite"),
    ({"parameters": {"messages": []}}, "set by the client itself"),
    ({"parameters": {"stop": {1, 2}}}, "not JSON"),
    ({"parameters": [1]}, "a mapping"),
    ({"parameters": {"max_tokens": "many"}}, "whole number"),
    ({"concurrency": 0}, "from 1 to"),
    ({"concurrency": True}, "whole number"),
    ({"requests_per_minute": 0.5}, "whole number"),
    ({"timeout_s": float("nan")}, "a number"),
    ({"retries": -1}, "from 0"),
    ({"price": 3}, "not a price"),
    ({"price": {"input": -1, "output": 2}}, "from 0"),
    ({"api": "anthropic", "base_url": "https://api.anthropic.com/v1"}, "ANTHROPIC_API_KEY is not set"),
    ({"api": "azure", "base_url": "https://x.openai.azure.com"}, "api_version: missing"),
    ({"api": "azure", "api_version": 2024}, "api_version: not a name; wanted one line of text"),
    ({"api": "azure", "base_url": "https://x.openai.azure.com/openai/v1"}, "AZURE_OPENAI_API_KEY is not set"),
    ({"base_url": "https://api.openai.com/v1"}, "OPENAI_API_KEY is not set"),
]


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=lambda v: str(v)[:40])
def test_settings_that_make_no_sense_are_refused_without_showing_a_secret(changes, message, monkeypatch):
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "AZURE_OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        endpoint_from({**GOOD_SETTINGS, **changes}, "suite.generator")
    assert str(caught.value).startswith("suite.generator")
    assert "secret-word" not in str(caught.value)


def test_a_local_server_needs_no_key_and_a_made_endpoint_has_all_settings(monkeypatch):
    given_settings = {
        **GOOD_SETTINGS, "parameters": {"temperature": 0, "stop": ["\n"]}, "concurrency": 8, "requests_per_minute": 60,
        "timeout_s": 5, "retries": 0, "price": {"input": 0, "output": 0}, "prompt": "of someone else",
    }  # fmt: skip
    made = endpoint_from(given_settings, "g")
    assert made.base_url == "http://127.0.0.1:8000/v1"
    assert made.key_env is None
    assert (made.concurrency, made.requests_per_minute, made.timeout_s, made.retries) == (8, 60, 5, 0)
    assert made.price == (0, 0)
    assert endpoint_from({"model": "m", "api": "anthropic", "base_url": "http://localhost:1"}, "g").key_env is None
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    assert endpoint_from({"model": "m"}, "g").key_env == "OPENAI_API_KEY"


def test_an_endpoint_can_be_hashed_compared_and_shipped():
    one = Endpoint(base_url="http://h/v1", model="m", parameters={"b": [1], "a": {"x": 2}})
    other = pickle.loads(pickle.dumps(one))  # noqa: S301  (made here)
    assert other == one == Endpoint(base_url="http://h/v1", model="m", parameters=Parameters({"a": {"x": 2}, "b": [1]}))
    assert hash(other) == hash(one)
    assert dict(one.parameters) == {"b": [1], "a": {"x": 2}}


SERVICES = [
    ({"url": "http://h/answer?key=secret-word"}, "a secret in the address"),
    ({"url": "http://h/answer?access_token=secret-word"}, "a secret in the address"),
    ({"url": "http://u:secret-word@h/answer"}, "user name or password"),
    ({"url": "http://h/a", "key_header": "X Key"}, "name of a header"),
    ({"url": "http://h/a", "key_prefix": "Bearer: x\n"}, "a word such as"),
    ({}, "no address"),
]


@pytest.mark.parametrize(("given_settings", "message"), SERVICES)
def test_a_service_is_checked_as_an_endpoint_is(given_settings, message):
    with pytest.raises(UserError, match=message) as caught:
        service_from(given_settings, "g")
    assert "secret-word" not in str(caught.value)
    assert service_from({"url": "http://h/answer?lang=en"}, "g").url == "http://h/answer?lang=en"


def test_a_key_goes_into_a_services_own_header(server, monkeypatch):
    monkeypatch.setenv("TEST_KEY", CANARY)
    service = service_from(
        {"url": server.origin + "/answer", "key_env": "TEST_KEY", "key_header": "X-Service-Key"}, "g"
    )
    talk(lambda session: session.fetch(service, {"question": "q"}))
    assert server.seen[0].headers["X-Service-Key"] == CANARY


@pytest.mark.parametrize("key", ["two\nlines-of-key", "schlüssel-mit-umlaut"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_without_being_shown(key, monkeypatch):
    monkeypatch.setenv("TEST_KEY", key)
    with pytest.raises(UserError) as caught:
        endpoint_from({**GOOD_SETTINGS, "key_env": "TEST_KEY"}, "g")
    assert key[:4] not in str(caught.value)


def test_a_wrong_key_is_one_line_that_says_where_the_key_came_from(monkeypatch):
    monkeypatch.setenv("TEST_KEY", CANARY)
    with ModelServer(key="another") as server:
        error, _ = failing(lambda session: session.ask(endpoint(server, key_env="TEST_KEY"), ask("q")))
        assert (error.kind, error.fatal) == ("auth", True)
        assert "The key came from TEST_KEY" in str(error)
        assert server.counts()["requests"] == 1
        error, _ = failing(lambda session: session.ask(endpoint(server), ask("q")))
        assert "name its variable in key_env" in str(error)


def _everything_seen(error, session):
    """All text that a log, a report or a debugger's trace could show of an error and a session."""
    chain, texts = error, []
    while chain is not None:
        texts += [repr(chain), str(chain), repr(vars(chain)), "".join(traceback.format_exception(chain))]
        for frame, _ in traceback.walk_tb(chain.__traceback__):
            if "/evals/llm/" in frame.f_code.co_filename:
                texts += [repr(value) for value in frame.f_locals.values()]
        chain = chain.__cause__ or chain.__context__
    return "\n".join([*texts, repr(session), repr(vars(session)), repr(session.usage)])


LEAKS = [
    {"key": "another"},
    {"faults": {"500": 1.0}},
    {"faults": {"drop": 1.0}},
    {"faults": {"cut_body": 1.0}},
    {"faults": {"half_json": 1.0}},
    {"faults": {"hang": 1.0}},
    {"reply": lambda body: f"your key is {CANARY}"},
]


@pytest.mark.parametrize("how", LEAKS, ids=["wrong key", "500", "drop", "cut body", "half JSON", "hang", "echoed"])
def test_no_key_reaches_an_error_a_log_a_reply_or_the_cache(how, monkeypatch, tmp_path, caplog, capfd):
    monkeypatch.setenv("TEST_KEY", CANARY)
    caplog.set_level(logging.DEBUG)
    with ModelServer(**how) as server:
        one = endpoint(server, key_env="TEST_KEY", retries=1, timeout_s=0.2, start_wait_s=0)
        seen = []

        async def work():
            async with Session(cache=tmp_path / "r.sqlite3", first_wait_s=0.001) as session:
                try:
                    seen.append(repr(await session.ask(one, ask("q"))))
                except ModelError as error:
                    seen.append(_everything_seen(error, session))

        asyncio.run(work(), debug=True)
        assert server.counts()["requests"]
    gc.collect()
    assert seen
    assert CANARY not in "\n".join(seen)
    assert CANARY not in caplog.text
    assert CANARY not in "".join(capfd.readouterr())
    assert CANARY not in repr(one)
    for path in tmp_path.iterdir():
        assert CANARY.encode() not in path.read_bytes(), path.name


HARD = "sk-canary/0123+456789abcdef"
_AS_JSON = "".join(f"\\u{ord(one):04x}" for one in HARD)
_SAID = '{"choices": [{"message": {"content": "your key: %s"}}], "model": "%s"}'
ESCAPED = {
    "all escaped": Canned(200, _SAID % (_AS_JSON, _AS_JSON)),
    "slash escaped": Canned(200, _SAID % (HARD.replace("/", "\\/"), "m")),
    "in UTF-16": Canned(200, (_SAID % (HARD, HARD)).encode("utf-16")),
    "a refusal": Canned(200, f'{{"choices": [{{"message": {{"refusal": "{_AS_JSON}"}}}}]}}'),
    "an error": Canned(200, f'{{"error": {{"message": "{_AS_JSON}"}}}}'),
    "an error cut in the middle": Canned(400, '{"error": "%s"}' % ("x" * 285 + HARD.replace("/", "\\/"))),
    "an address in an error": Canned(400, '{{"error": "?key={}"}}'.format(quote(HARD, safe=""))),
    "a redirect cut in the middle": Canned(302, "", {"Location": f"http://evil.example/{'x' * 80}/{HARD}"}),
    "a content type cut in the middle": Canned(200, "x", {"Content-Type": f"application/{'y' * 40}{HARD}"}),
}  # fmt: skip


@pytest.mark.parametrize("canned", ESCAPED.values(), ids=ESCAPED)
def test_a_key_that_comes_back_escaped_or_cut_in_half_is_shown_in_no_part(canned, server, monkeypatch):
    monkeypatch.setenv("TEST_KEY", HARD)
    server.script.extend([canned] * 4)

    async def work(session):
        try:
            return repr(await session.ask(endpoint(server, key_env="TEST_KEY", retries=1), ask("q")))
        except ModelError as error:
            return str(error)

    shown, _ = talk(work)
    assert shown
    assert not [HARD[at : at + 6] for at in range(3, len(HARD) - 5) if HARD[at : at + 6] in shown]


def test_a_key_that_vanished_from_the_environment_is_a_user_error(server, monkeypatch):
    monkeypatch.setenv("TEST_KEY", CANARY)

    async def work(session):
        await session.ask(endpoint(server, key_env="TEST_KEY"), ask("one"))
        monkeypatch.delenv("TEST_KEY")
        with pytest.raises(UserError, match="TEST_KEY is not set"):
            await session.ask(endpoint(server, key_env="TEST_KEY"), ask("two"))

    talk(work)


def test_importing_the_client_loads_no_http_library_and_no_pydantic():
    code = "import sys, evals.llm; print([m for m in ('aiohttp', 'pydantic', 'ragas', 'openai') if m in sys.modules])"
    printed = subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT, env={**os.environ})
    assert printed.strip() == "[]"
