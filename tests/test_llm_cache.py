"""The reply cache: one SQLite file that several processes share, and its two commands."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import UserError
from evals.llm import Ask, Endpoint, Message, ModelError, Service, Session, cache_path
from evals.llm.cache import Cache, Entry
from evals.llm.line import digest
from evals.llm.session import _chat_key
from evals.llm.wire import encode
from tests.cases import ROOT
from tests.model_server import ModelServer, server_process


@pytest.fixture(name="path")
def _path(tmp_path):
    return tmp_path / "deep" / "er" / "replies.sqlite3"


@pytest.fixture(name="cache")
def _cache(path):
    with contextlib.closing(Cache(path)) as cache:
        yield cache


def entry(key, *, model="m", cost=0.5, reply=None):
    return Entry(key=key, base_url="http://h/v1", model=model, cost=cost, reply=reply or {"text": key})


def ask(text, **changes):
    return Ask(messages=(Message(role="user", content=text),), **changes)


def talk(path, work):
    async def run():
        async with Session(cache=path, first_wait_s=0.005) as session:
            return await work(session), session.usage

    return asyncio.run(run())


# --- the file ----------------------------------------------------------------------------------------------------------


def test_what_is_put_is_found_and_the_first_reply_stays(cache):
    odd = {"text": 'nul \x00 rtl \u202e emoji 🙂 "quotes" \' ; DROP TABLE replies', "n": [1.5, None]}
    cache.put([entry("a", reply=odd)])
    cache.put([entry("a", reply={"text": "later"}), entry("b")])
    assert cache.get("a") == odd
    assert cache.get("b") == {"text": "b"}
    assert cache.get("c") is None
    cache.forget(["a", "zzz"])
    assert cache.get("a") is None


def test_only_its_owner_may_read_the_file(cache, path):
    assert path.stat().st_mode & 0o077 == 0


def test_statistics_count_by_model_and_know_what_they_do_not_know(cache, path):
    cache.put([entry("a"), entry("b"), entry("c", model="n", cost=None), entry("d", model="n")])
    stats = cache.stats()
    assert (stats.replies, stats.path) == (4, str(path))
    assert stats.bytes > 0
    assert stats.oldest <= stats.newest <= time.time()
    assert [(kept.model, kept.replies, kept.cost) for kept in stats.models] == [("m", 2, 1.0), ("n", 2, None)]


CLEARED = [
    ({}, 4, []),
    ({"model": "n"}, 2, ["a", "b"]),
    ({"before": 2000.0}, 2, ["b", "d"]),
    ({"before": 2000.0, "model": "n"}, 1, ["a", "b", "d"]),
    ({"model": "nobody"}, 0, ["a", "b", "c", "d"]),
    ({"model": "' OR 1=1 --"}, 0, ["a", "b", "c", "d"]),
]


@pytest.mark.parametrize(("what", "count", "left"), CLEARED)
def test_clearing_drops_what_is_named_and_nothing_else(cache, path, what, count, left):
    cache.put([entry("a"), entry("b"), entry("c", model="n"), entry("d", model="n")])
    with sqlite3.connect(path) as other:
        other.execute("UPDATE replies SET created = CASE WHEN key IN ('a', 'c') THEN 1000 ELSE 3000 END")
    assert cache.clear(**what) == count
    assert [key for key in "abcd" if cache.get(key)] == left


def test_clearing_gives_the_space_back(cache, path):
    cache.put([entry(str(number), reply={"text": "x" * 10_000}) for number in range(300)])
    full = cache.stats().bytes
    cache.clear()
    assert cache.stats().bytes < full / 20


BROKEN = {
    "text": (b"this is no database, and long enough to have a header" * 50, "not a database"),
    "newer": (None, "newer version"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_file_that_is_no_cache_is_a_user_error_and_stays_as_it_was(tmp_path, how):
    content, message = BROKEN[how]
    path = tmp_path / "x.sqlite3"
    if content is None:
        with contextlib.closing(sqlite3.connect(path)) as base:
            base.execute("PRAGMA user_version = 99")
        content = path.read_bytes()
    else:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        Cache(path)
    assert path.read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_a_user_error(tmp_path):
    with pytest.raises(UserError, match="cannot be opened"):
        Cache(tmp_path)


def test_a_write_that_fails_says_so_and_the_cache_goes_on(cache):
    cache._base.execute("PRAGMA max_page_count = 1")
    with pytest.raises(UserError, match="full"):
        cache.put([entry(str(number), reply={"text": "x" * 100_000}) for number in range(50)])
    cache._base.execute("PRAGMA max_page_count = 1000000")
    cache.put([entry("a")])
    assert cache.get("a")
    assert cache.get("0") is None


def test_the_cache_lies_beside_the_run_folders_unless_the_environment_says_otherwise(tmp_path, monkeypatch):
    monkeypatch.delenv("EVALS_CACHE", raising=False)
    assert cache_path(tmp_path / "reports" / "runs") == tmp_path / "reports" / ".cache" / "replies.sqlite3"
    monkeypatch.setenv("EVALS_CACHE", str(tmp_path / "other.sqlite3"))
    assert cache_path(tmp_path / "reports" / "runs") == tmp_path / "other.sqlite3"


WRITER = """
import sys
from pathlib import Path
from evals.llm.cache import Cache, Entry
cache = Cache(Path(sys.argv[1]))
for number in range(150):
    for name in (f"own {sys.argv[2]} {number}", f"shared {number}"):
        cache.put([Entry(key=name, base_url="u", model="m", cost=None, reply={"text": name})])
        assert cache.get(name) == {"text": name}
"""


def test_several_processes_open_and_write_one_new_file_at_once(path):
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(n)], cwd=ROOT) for n in range(4)]
    assert [writer.wait(120) for writer in writers] == [0] * 4
    with contextlib.closing(Cache(path)) as cache:
        assert cache.stats().replies == 4 * 150 + 150


# --- in a session ------------------------------------------------------------------------------------------------------


def base(server, **changes):
    return Endpoint(**{"base_url": server.url, "model": "m", "parameters": {"temperature": 0}, **changes})


def test_what_was_asked_before_is_not_asked_again_and_costs_nothing(path):
    with ModelServer() as server:
        one = base(server, price=(1.0, 1.0))
        first, _ = talk(path, lambda session: session.ask(one, ask("q")))
        second, usage = talk(path, lambda session: session.ask(one, ask("q")))
        assert server.counts()["requests"] == 1
    assert (first.cached, second.cached) == (False, True)
    assert first.cost > 0
    assert second.cost == 0
    assert (second.text, second.tokens_in, second.tokens_out) == (first.text, first.tokens_in, first.tokens_out)
    assert (usage.calls, usage.cached, usage.cost) == (0, 1, 0.0)


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}}
OTHERS = {
    "model": ({"model": "n"}, {}),
    "parameters": ({"parameters": {"temperature": 1}}, {}),
    "maker": ({"api": "anthropic"}, {}),
    "repeat": ({}, {"repeat": 1}),
    "schema": ({}, {"schema": SCHEMA}),
    "length": ({}, {"max_tokens": 5}),
    "messages": ({}, {"messages": (Message(role="system", content="q"),)}),
}


@pytest.mark.parametrize("what", OTHERS)
def test_anything_that_can_change_the_reply_is_asked_for_itself(path, what):
    changed_endpoint, changed_ask = OTHERS[what]
    with ModelServer() as server:

        async def work(session):
            await session.ask(base(server), ask("q"))
            changed = ask("q", **changed_ask) if "messages" not in changed_ask else Ask(**changed_ask)
            return await session.ask(base(server, **changed_endpoint), changed)

        reply, _ = talk(path, work)
        assert not reply.cached
        assert server.counts()["requests"] == 2


_TEXT = st.text(st.characters(codec=None), max_size=40)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(
    said=st.lists(st.tuples(st.sampled_from(["system", "user", "assistant"]), _TEXT), max_size=4),
    schema=st.none() | st.dictionaries(_TEXT, _JSON, max_size=3),
    parameters=st.dictionaries(st.text("abc", min_size=1), _JSON, max_size=3),
    name=_TEXT, most=st.none() | st.integers(1, 9999), repeat=st.integers(0, 5),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_a_key_made_from_parts_is_the_digest_of_the_whole(said, schema, parameters, name, most, repeat):
    # Another key for the same ask would have every reply that is kept paid for again.
    endpoint = Endpoint(base_url="http://h/v1", model="m", parameters=parameters)
    made = tuple(Message(role=role, content=text) for role, text in said)
    one = Ask(messages=made, schema=schema, schema_name=name, max_tokens=most, repeat=repeat)
    whole = {
        "chat": {
            "messages": said, "schema": schema, "schema_name": None if schema is None else name,
            "max_tokens": most or endpoint.max_tokens, "repeat": repeat,
        },
        "place": ("openai", "http://h/v1", None, "m"),
        "parameters": dict(parameters),
    }  # fmt: skip
    assert _chat_key(endpoint, one) == digest(whole)


@given(st.dictionaries(_TEXT, _JSON, max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_body_is_the_json_it_stands_for_and_half_characters_become_question_marks(body):
    plain = json.loads(json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"))
    assert json.loads(encode(body)) == plain


def test_two_servers_with_the_same_model_do_not_share_replies(path):
    with ModelServer() as one, ModelServer() as other:

        async def work(session):
            return [await session.ask(base(server), ask("q")) for server in (one, other)]

        replies, _ = talk(path, work)
        assert [reply.cached for reply in replies] == [False, False]


def test_limits_and_prices_of_an_endpoint_do_not_change_what_was_said(path):
    with ModelServer() as server:
        talk(path, lambda session: session.ask(base(server), ask("q")))
        changed = base(server, concurrency=1, retries=1, timeout_s=5, price=(1.0, 2.0), requests_per_minute=600)
        reply, _ = talk(path, lambda session: session.ask(changed, ask("q")))
        assert reply.cached


def test_failures_are_not_kept(path):
    with ModelServer(faults={"500": 1.0}) as server:
        one = base(server, retries=0)
        with pytest.raises(ModelError):
            talk(path, lambda session: session.ask(one, ask("q")))
        server.settings.faults = {}
        reply, _ = talk(path, lambda session: session.ask(one, ask("q")))
        assert not reply.cached


def test_replies_of_a_service_are_kept_by_address_body_and_repeat(path):
    with ModelServer() as server:
        service = Service(url=server.origin + "/answer")

        async def work(session):
            asked = [({"q": "a"}, 0), ({"q": "a"}, 0), ({"q": "b"}, 0), ({"q": "a"}, 1)]
            return [(await session.fetch(service, body, repeat=repeat)).cached for body, repeat in asked]

        assert talk(path, work)[0] == [False, True, False, False]


ASKER = """
import asyncio, sys
from pathlib import Path
from evals.llm import Ask, Endpoint, Message, Session
async def main():
    one = Endpoint(base_url=sys.argv[1], model="m", concurrency=8)
    async with Session(cache=Path(sys.argv[2])) as session:
        asks = [Ask(messages=(Message(role="user", content=f"q{n}"),)) for n in range(200)]
        for done in asyncio.as_completed([session.ask(one, a) for a in asks]):
            await done
            print(session.usage.cached, flush=True)
asyncio.run(main())
"""


def test_after_a_kill_only_requests_under_way_are_paid_again(path):
    with server_process(latency=0.02) as (url, counts):
        command = [sys.executable, "-c", ASKER, url, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as killed:
            for _ in range(90):
                assert killed.stdout.readline()
            os.kill(killed.pid, signal.SIGKILL)
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
        cached = int(done.stdout.splitlines()[-1])
        after = counts()
    assert cached >= 90
    assert after["unique_ok"] == 200
    assert after["repeat_ok"] <= 8  # what was under way at the kill
    assert after["ok"] == 200 + after["repeat_ok"]


# --- the commands ------------------------------------------------------------------------------------------------------


def _evals(*arguments, cwd, code=0, **environment):
    plain = {name: value for name, value in os.environ.items() if name != "EVALS_CACHE"}
    done = subprocess.run(
        [sys.executable, "-m", "evals", "cache", *arguments], cwd=cwd, capture_output=True, text=True, timeout=120,
        env={**plain, "PYTHONPATH": str(ROOT), "COLUMNS": "100", **environment},
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def test_the_commands_show_and_clear_the_cache_of_this_folder(tmp_path):
    assert "no replies" in _evals("stats", cwd=tmp_path)
    assert not (tmp_path / "reports").exists()
    assert json.loads(_evals("stats", "--json", cwd=tmp_path))["replies"] == 0
    assert json.loads(_evals("clear", "--json", cwd=tmp_path)) == {"removed": 0}
    path = tmp_path / "reports" / ".cache" / "replies.sqlite3"
    with contextlib.closing(Cache(path)) as cache:
        cache.put([entry("a"), entry("b", model="n", cost=None)])
    printed = _evals("stats", cwd=tmp_path)
    assert "2 replies" in printed
    assert "$0.50" in printed
    assert "cost not known" in printed
    found = json.loads(_evals("stats", "--json", cwd=tmp_path))
    assert [(row["model"], row["replies"], row["cost"]) for row in found["models"]] == [("m", 1, 0.5), ("n", 1, None)]
    assert "0 replies" in _evals("clear", "--older-than", "1", cwd=tmp_path)
    assert json.loads(_evals("clear", "--model", "n", "--json", cwd=tmp_path)) == {"removed": 1}
    assert "1 reply" in _evals("clear", cwd=tmp_path)


def test_the_commands_take_a_path_and_the_environments_path(tmp_path):
    path = tmp_path / "mine.sqlite3"
    with contextlib.closing(Cache(path)) as cache:
        cache.put([entry("a")])
    assert "1 reply" in _evals("stats", "--path", str(path), cwd=tmp_path)
    assert "1 reply" in _evals("stats", cwd=tmp_path, EVALS_CACHE=str(path))


@pytest.mark.parametrize("days", ["-1", "soon"])
def test_an_age_that_makes_no_sense_is_refused(tmp_path, days):
    _evals("clear", "--older-than", days, cwd=tmp_path, code=2)
