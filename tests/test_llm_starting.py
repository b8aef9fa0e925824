"""A server that has not given one reply yet is waited for; and no wait depends on what the clock on the wall says."""

import datetime
import socket
import threading
import time
from dataclasses import replace
from itertools import count

import pytest

from evals.llm import ModelError
from evals.llm.faults import Fault
from evals.llm.starting import ABSENT_S, LOADING_S, Starting
from evals.plan import prepare
from evals.run import drive, execute, items, start
from evals.suite import Part, load_suite
from tests.answer_replies import reply
from tests.cases import ROOT
from tests.model_server import Canned, ModelServer
from tests.talking import ask, endpoint, many, talk

LOADING = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
ASKS = [ask(f"q{number}") for number in range(66)]


def _loading(rounds):
    return [Canned(503, LOADING) for _ in range(rounds)]


@pytest.fixture(name="server")
def _server():
    with ModelServer(latency=0.01) as server:
        yield server


@pytest.mark.parametrize("status", [502, 503])
def test_while_a_server_is_starting_no_ask_is_lost_and_one_request_at_a_time_looks_whether_it_is_there(server, status):
    server.script.extend(Canned(status, LOADING) for _ in range(12))
    one = endpoint(server, concurrency=4, retries=1)
    replies, usage = talk(lambda session: many(session, one, ASKS))
    assert not [found for found in replies if isinstance(found, ModelError)]
    # The four that were under way together, then one for each look.
    assert usage.retries == 12
    assert usage.failures == {}
    counts = server.counts()
    assert counts["requests"] == 12 + len(ASKS)
    assert counts["max_in_flight"] == 4


def test_a_server_that_does_not_listen_yet_is_waited_for():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    late = ModelServer(port=port)
    timer = threading.Timer(0.3, late.__enter__)
    timer.start()
    try:
        one = replace(endpoint(late), base_url=f"http://127.0.0.1:{port}/v1", retries=1)
        replies, usage = talk(lambda session: many(session, one, ASKS[:20]))
    finally:
        timer.join()
        late.__exit__()
    assert not [found for found in replies if isinstance(found, ModelError)]
    assert usage.retries >= 20


def test_a_server_that_does_not_start_in_its_time_ends_the_run_with_one_clear_line(server):
    server.script.extend(_loading(1000))
    one = endpoint(server, concurrency=4, start_wait_s=0.2)
    replies, usage = talk(lambda session: many(session, one, ASKS))
    assert {type(found) for found in replies} == {ModelError}
    assert {found.fatal for found in replies} == {True}
    said = str(replies[0])
    assert said.startswith(f"{server.url}, model m: HTTP 503: Loading model")
    assert "s for it to start; start_wait_s sets how long)" in said
    assert usage.calls == usage.lost == 0


def test_once_a_server_has_replied_the_same_status_is_an_overload_like_any_other(server):
    async def work(session):
        await session.ask(endpoint(server, retries=2), ask("fine"))
        server.script.extend(_loading(1000))
        return await many(session, endpoint(server, retries=2), ASKS[:3])

    replies, _ = talk(work)
    assert all(isinstance(found, ModelError) and not found.fatal for found in replies)


def test_a_second_model_that_is_loading_holds_up_no_other_model_of_its_provider():
    def loads(body):
        return "fine" if body["model"] == "there" else next(slow)

    slow = iter(["late"] * 10)
    with ModelServer(reply=loads, latency=0.02) as server:

        async def work(session):
            there = endpoint(server, model="there", concurrency=6)
            await session.ask(there, ask("first"))
            server.script.append(Canned(503, LOADING))
            await session.ask(endpoint(server, model="loading", concurrency=6), ask("loading"))
            return await many(session, there, ASKS[:24])

        replies, _ = talk(work)
        assert not [found for found in replies if isinstance(found, ModelError)]
        assert server.counts()["max_in_flight"] >= 4


def _fault(status=503):
    return Fault(kind="server", cause=f"HTTP {status}: Loading", retry=True, overload=True, status=status)


REFUSED = Fault(kind="connection", cause="connection refused", retry=True, connect=True)


@pytest.mark.parametrize(
    ("fault", "allowed", "limit"),
    [
        (_fault(), None, LOADING_S), (_fault(502), None, LOADING_S), (REFUSED, None, ABSENT_S),
        (_fault(), 7.0, 7.0), (REFUSED, 7.0, 7.0), (_fault(), 0.0, 0.0),
        (_fault(500), None, 0.0), (replace(REFUSED, retry=False), None, 0.0), (replace(REFUSED, begun=True), None, 0.0),
        (Fault(kind="rate_limit", cause="HTTP 429", retry=True, status=429), None, 0.0),
    ],
)  # fmt: skip
def test_what_is_a_start_and_how_long_it_may_take(fault, allowed, limit):
    now = [1000.0]
    one = Starting(allowed, 0.25, clock=lambda: now[0])
    assert one.limit(fault) == limit
    waits = []
    while (wait := one.pause(fault, started=now[0])) is not None:
        waits.append(wait)
        now[0] += wait
    assert sum(waits) == pytest.approx(limit)
    assert all(wait <= 5.0 for wait in waits)
    assert now[0] == pytest.approx(1000.0 + limit)


def test_requests_that_were_under_way_together_count_as_one_look():
    now = [50.0]
    one = Starting(None, 1.0, clock=lambda: now[0])
    first = one.pause(_fault(), started=49.0)
    now[0] += 0.25
    assert one.pause(_fault(), started=49.5) == first - 0.25
    now[0] += 2
    assert one.pause(_fault(), started=now[0]) == 2.0


def test_a_wait_that_the_server_asks_for_is_kept_and_never_passes_the_limit():
    one = Starting(10.0, 0.25, clock=lambda: 0.0)
    assert one.pause(replace(_fault(), wait=4.0), started=0.0) == 4.0
    assert one.pause(replace(_fault(), wait=60.0), started=0.0) == 10.0


# --- a whole run -----------------------------------------------------------------------------------------------------


def test_a_run_against_a_server_that_is_still_loading_loses_no_answer_and_says_what_it_waits_for(tmp_path, monkeypatch):
    monkeypatch.setattr(drive, "_TOLD_EVERY", 0.01)
    monkeypatch.setattr(items, "_EVERY", 0.0)
    told = []
    with ModelServer(reply=reply) as server:
        server.script.extend(_loading(4))
        asked = {"base_url": server.url, "model": "m", "concurrency": 2, "retries": 1}
        suite = replace(
            load_suite(ROOT / "datasets/suites/default.yaml"),
            generator=Part(name="chat", settings=asked), judge=Part(name="llm", settings=asked),
            scorers=(Part(name="faithfulness"),),
        )  # fmt: skip
        plan = prepare(suite, limit=5)
        done = execute(plan, start(plan, tmp_path, NOW, {}), told.append)
    assert done.manifest["counts"]["error"] == 0
    assert {item.answer.status for item in done.items} == {"ok"}
    said = [state.waiting for state in told if state.waiting]
    assert said[0].startswith(f"{server.url}, model m: HTTP 503: Loading model")
    assert "of at most 300 s waited for it to start" in said[0]
    assert told[-1].waiting is None


# --- the clock on the wall -------------------------------------------------------------------------------------------


def test_a_clock_that_is_set_while_a_run_is_under_way_changes_no_limit_and_no_wait(monkeypatch, tmp_path):
    real, jumps = time.time, count()
    # Each look at the clock is a day before or after the last one.
    monkeypatch.setattr(time, "time", lambda: real() + (-1) ** next(jumps) * 86_400)
    faults = {"429": 0.1, "500": 0.1, "503": 0.1, "drop": 0.1}
    with ModelServer(faults=faults, seed=2) as server:
        replies, usage = talk(lambda session: many(session, endpoint(server), ASKS), cache=tmp_path / "a.sqlite3")
        assert not [found for found in replies if isinstance(found, ModelError)]
        assert server.counts()["requests"] == len(ASKS) + usage.retries
    with ModelServer(faults={"hang": 1.0}) as server:
        replies, usage = talk(lambda session: many(session, endpoint(server, timeout_s=0.05), ASKS[:3]))
        assert [found.kind for found in replies] == ["timeout"] * 3
        assert server.counts()["requests"] == 3 * 3
    with ModelServer() as server:
        server.script.extend(_loading(5))
        replies, _ = talk(lambda session: many(session, endpoint(server, requests_per_minute=60_000), ASKS))
        assert not [found for found in replies if isinstance(found, ModelError)]
