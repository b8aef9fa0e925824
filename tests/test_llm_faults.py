"""What a model server can do wrong and how much is asked of it at once: failures by kind, repeats, limits."""

import asyncio
import json
import pickle
import re
import socket
from datetime import UTC, datetime
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from evals.llm import (
    Endpoint,
    ModelError,
)
from evals.llm.faults import MAX_PAUSE_S, Fault, by_status, one_line, retry_after
from evals.llm.gate import Gate
from evals.llm.retries import Budget, Tries
from tests.model_server import Canned, ModelServer, default_reply
from tests.talking import ask, endpoint, failing, many, talk

CANARY = "sk-canary-0123456789abcdef"


class Verdict(BaseModel):
    statement: str
    verdict: Literal[0, 1]
    reason: str = ""


class Verdicts(BaseModel):
    statements: list[Verdict]


GOOD = '{"statements": [{"statement": "a", "verdict": 1, "reason": "r"}]}'


@pytest.fixture(name="server")
def _server():
    with ModelServer() as server:
        yield server


# --- failures ----------------------------------------------------------------------------------------------------------


STATUSES = [
    (400, "bad_request", False, 1),
    (401, "auth", True, 1),
    (402, "rate_limit", True, 1),
    (403, "auth", True, 1),
    (404, "not_found", True, 1),
    (405, "not_found", True, 1),
    (408, "timeout", False, 3),
    (413, "bad_request", False, 1),
    (422, "bad_request", False, 1),
    (429, "rate_limit", False, 13),
    (500, "server", False, 4),
    (502, "server", False, 4),
    (503, "server", False, 13),
    (504, "timeout", False, 3),
    (529, "server", False, 13),
]


@pytest.mark.parametrize(("status", "kind", "fatal", "requests"), STATUSES)
def test_each_status_is_a_kind_of_failure_repeated_only_where_that_can_help(server, status, kind, fatal, requests):
    server.script.extend(
        Canned(status, {"error": {"message": "why\x1b[31m not\n"}}, {"Retry-After": "0.001"}) for _ in range(50)
    )
    error, usage = failing(lambda session: session.ask(endpoint(server, retries=3, start_wait_s=0), ask("q")))
    assert (error.kind, error.fatal) == (kind, fatal)
    assert server.counts()["requests"] == requests
    assert usage.retries == requests - 1
    assert usage.failures == {kind: 1}
    assert usage.calls == 0
    message = str(error)
    assert message.startswith(f"{server.url}, model m: HTTP {status}: why [31m not")
    assert message.isprintable()


@pytest.mark.parametrize("status", [403, 404])
def test_after_a_good_reply_such_a_status_is_about_one_request_and_ends_no_run(server, status):
    async def work(session):
        await session.ask(endpoint(server), ask("fine"))
        server.script.append(Canned(status, {"error": "no"}))
        with pytest.raises(ModelError) as caught:
            await session.ask(endpoint(server), ask("odd"))
        return caught.value

    assert not talk(work)[0].fatal


BODIES = [
    ({"error": {"message": "You exceeded your current quota", "code": "insufficient_quota"}}, 429, "rate_limit", True),
    ({"error": {"message": "filtered", "code": "content_filter"}}, 400, "refused", False),
    ({"detail": [{"msg": "field required"}]}, 422, "bad_request", False),
    ({"error": "model 'x' not found"}, 404, "not_found", True),
    ("<html><body>nginx</body></html>", 502, "server", False),
    ("failed to parse grammar", 500, "bad_request", False),
]


@pytest.mark.parametrize(("body", "status", "kind", "fatal"), BODIES)
def test_error_bodies_of_all_makers_are_understood(body, status, kind, fatal):
    raw = body if isinstance(body, str) else json.dumps(body)
    fault = by_status(status, {}, raw.encode())
    assert (fault.kind, fault.fatal) == (kind, fatal)
    assert "<" not in fault.cause


REPLIES = [
    ({"choices": []}, "holds no message", "bad_reply"),
    ([], "not a JSON object", "bad_reply"),
    ("{", "not JSON but text/plain", "bad_reply"),
    ({"choices": [{"message": {"content": "  "}}]}, "is empty", "bad_reply"),
    ({"choices": [{"message": {"content": "Chemo is"}, "finish_reason": "length"}]}, "raise max_tokens", "bad_reply"),
    ({"choices": [{"message": {"content": None, "refusal": "I cannot"}}]}, "I cannot", "refused"),
    ({"choices": [{"message": {"content": "x"}, "finish_reason": "content_filter"}]}, "content filter", "refused"),
    ({"error": {"message": "upstream", "code": 502}}, "HTTP 502: upstream", "server"),
    ({"error": {"message": "upstream"}}, "an error in the reply: upstream", "server"),
]


@pytest.mark.parametrize(("body", "named", "kind"), REPLIES)
def test_a_reply_without_a_usable_text_is_a_failure_that_names_its_cause(server, body, named, kind):
    server.script.extend(Canned(200, body) for _ in range(20))
    error, _ = failing(lambda session: session.ask(endpoint(server, start_wait_s=0, retries=2), ask("q")))
    assert error.kind == kind
    assert not error.fatal
    assert named in str(error)


def test_a_web_page_instead_of_a_reply_means_the_address_is_wrong(server):
    server.script.append(Canned(200, "<html>Welcome</html>", {"Content-Type": "text/html"}))
    error, _ = failing(lambda session: session.ask(endpoint(server), ask("q")))
    assert (error.kind, error.fatal) == ("not_found", True)
    assert "base_url" in str(error)


def test_a_redirect_is_not_followed_because_the_key_would_go_along(server, monkeypatch):
    monkeypatch.setenv("TEST_KEY", CANARY)
    one = endpoint(server, base_url=server.origin + "/moved", key_env="TEST_KEY")
    error, _ = failing(lambda session: session.ask(one, ask("q")))
    assert error.fatal
    assert "redirect to /v1/chat/completions, not followed" in str(error)
    assert "planted" not in str(error)
    assert server.counts()["requests"] == 0


def _closed_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_a_server_that_is_not_there_is_one_clear_line_and_ends_the_run():
    one = Endpoint(base_url=f"http://127.0.0.1:{_closed_port()}/v1", model="m", start_wait_s=0)
    error, usage = failing(lambda session: session.ask(one, ask("q")))
    assert (error.kind, error.fatal) == ("connection", True)
    assert "connection refused (is the server running?) (tried 3 times)" in str(error)
    assert usage.lost == 0


def test_a_name_that_cannot_be_resolved_is_one_clear_line(monkeypatch):
    def unknown(*_arguments, **_named):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    one = Endpoint(base_url="http://models.invalid/v1", model="m", start_wait_s=0)
    error, _ = failing(lambda session: session.ask(one, ask("q")))
    assert (error.kind, error.fatal) == ("connection", True)
    assert "cannot be resolved" in str(error)


def test_tls_with_a_server_that_speaks_none_is_one_clear_line(server):
    one = endpoint(server, base_url=server.url.replace("http", "https"))
    error, _ = failing(lambda session: session.ask(one, ask("q")))
    assert (error.kind, error.fatal) == ("connection", True)
    assert "TLS" in str(error)
    assert "tried" not in str(error)


def test_a_server_that_dies_in_a_run_ends_it():
    with ModelServer() as server:
        one = endpoint(server, retries=2)

        async def work(session):
            await session.ask(one, ask("fine"))
            server.__exit__()
            with pytest.raises(ModelError) as caught:
                await session.ask(one, ask("gone"))
            return caught.value

        error, _ = talk(work)
    assert (error.kind, error.fatal) == ("connection", True)


FAULTS = ["429", "500", "503", "cut_body", "half_json", "empty", "drop"]


@pytest.mark.parametrize("fault", [*FAULTS, "mixed"])
def test_with_a_tenth_of_requests_failing_every_ask_ends_with_the_right_reply(fault):
    faults = dict.fromkeys(FAULTS, 0.1) if fault == "mixed" else {fault: 0.1}
    asks = [ask(f"question {number}") for number in range(120)]
    with ModelServer(faults=faults, latency=0.002) as server:
        replies, usage = talk(lambda session: many(session, endpoint(server), asks))
        wanted = [default_reply({"messages": [{"role": "user", "content": a.messages[0].content}]}) for a in asks]
        for reply, right in zip(replies, wanted, strict=True):
            assert isinstance(reply, ModelError) or reply.text == right
        assert not [reply for reply in replies if isinstance(reply, ModelError) and reply.fatal]
        assert sum(not isinstance(reply, ModelError) for reply in replies) >= 118
        assert usage.retries >= 5
        counts = server.counts()
        assert counts["repeat_ok"] == 0
        assert counts["requests"] == len(asks) + usage.retries


def test_with_a_tenth_of_json_cut_every_verdict_is_right_or_an_error_that_names_its_cause():
    faults = {"cut_json": 0.1, "length": 0.1, "drop": 0.1}
    with ModelServer(faults=faults, reply=lambda body: GOOD) as server:

        async def work(session):
            made = (session.ask_for(endpoint(server), ask(f"q{number}"), Verdicts) for number in range(100))
            return await asyncio.gather(*made, return_exceptions=True)

        results, _ = talk(work)
    for result in results:
        if isinstance(result, ModelError):
            assert result.kind == "bad_reply"
            assert re.search("cut off|does not fit", str(result))
        else:
            assert result[0].model_dump() == json.loads(GOOD)
    assert sum(isinstance(result, ModelError) for result in results) <= 20


def test_a_request_that_hangs_is_given_up_after_its_time_and_repeated_twice_at_most():
    with ModelServer(faults={"hang": 1.0}) as server:
        error, usage = failing(lambda session: session.ask(endpoint(server, timeout_s=0.05), ask("q")))
        assert error.kind == "timeout"
        assert "no reply within 0.05 s (timeout_s; a slow server wants more" in str(error)
        assert "(tried 3 times)" in str(error)
        assert usage.lost == 3


def test_a_dead_server_is_not_asked_seven_times_by_everybody():
    with ModelServer(faults={"500": 1.0}) as server:
        one = endpoint(server, concurrency=4, retries=3)
        replies, _ = talk(lambda session: many(session, one, [ask(f"q{number}") for number in range(200)]))
        assert all(isinstance(reply, ModelError) for reply in replies)
        assert server.counts()["requests"] == 200 + 4 * 3
        assert "none is repeated any more" in str(replies[-1])


def test_an_error_keeps_its_kind_across_a_process_border():
    error = pickle.loads(pickle.dumps(ModelError("cost", "too dear", fatal=True)))  # noqa: S301  (made here)
    assert (error.kind, error.fatal, str(error)) == ("cost", True, "too dear")


def test_half_a_megabyte_of_an_error_page_is_one_short_line():
    fault = by_status(500, {}, b"\x1b[2J" * 200_000)
    assert len(fault.cause) < 400
    assert one_line("a\x00b\u202ec\n\nd") == "a b c d"


# --- limits ------------------------------------------------------------------------------------------------------------


def test_a_healthy_server_is_at_full_concurrency_at_once_and_never_above():
    with ModelServer(latency=0.05) as server:
        one = endpoint(server, concurrency=7)
        talk(lambda session: many(session, one, [ask(f"q{number}") for number in range(30)]))
        assert server.counts()["max_in_flight"] == 7
        assert server.counts()["connections"] <= 7


def test_two_models_of_one_provider_share_its_limit():
    with ModelServer(latency=0.03) as server:
        both = [endpoint(server, concurrency=5, model=model) for model in ("one", "two")]

        async def work(session):
            await asyncio.gather(*(session.ask(both[number % 2], ask(f"q{number}")) for number in range(30)))

        talk(work)
        assert server.counts()["max_in_flight"] == 5


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_concurrency_is_cut_once_for_requests_under_way_together_and_grows_back_by_steps():
    clock = Clock()
    gate = Gate(clock)
    gate.allow(32, None)
    assert gate.limit == 32
    for _ in range(32):
        clock.now += 0.001
        gate.overloaded(started=100.0)
    assert gate.limit == pytest.approx(32 * 0.7)
    gate.overloaded(started=clock.now)
    assert gate.limit == pytest.approx(32 * 0.7 * 0.7)
    before = gate.limit
    gate.replied()
    assert gate.limit == pytest.approx(before + 4 / before)
    for _ in range(10_000):
        gate.replied()
    assert gate.limit == 32
    for _ in range(100):
        clock.now += 1
        gate.overloaded(started=clock.now)
    assert gate.limit == 1


def test_a_pause_holds_for_all_and_the_rate_for_each():
    clock = Clock()
    gate = Gate(clock)
    gate.allow(32, 120)
    assert gate.delay(100.0) == 0
    assert gate.delay(100.0) == pytest.approx(0.5)
    assert gate.delay(100.5) == 0
    gate.pause(10)
    gate.pause(3)
    assert gate.delay(101.0) == pytest.approx(9)
    assert gate.delay(110.0) == 0
    assert gate.delay(110.0) == pytest.approx(0.5)


@given(st.lists(st.floats(0, 2), max_size=80), st.integers(1, 600))
@settings(max_examples=100, deadline=None)
def test_no_minute_has_more_requests_than_allowed(gaps, rate):
    gate = Gate(Clock())
    gate.allow(100, rate)
    now, starts = 0.0, []
    for gap in gaps:
        now += gap
        while (wait := gate.delay(now)) > 0:
            now += wait
        starts.append(now)
    for place, start in enumerate(starts):
        assert sum(start <= other < start + 59.99 for other in starts[place:]) <= rate


def test_a_place_given_to_someone_who_left_goes_to_the_next():
    async def work():
        gate = Gate()
        gate.allow(1, None)
        await gate.enter()
        waiting = [asyncio.create_task(gate.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        gate.leave()  # gives the place to the first, which is cancelled before it can run
        waiting[0].cancel()
        waiting[1].cancel()
        await asyncio.wait_for(waiting[2], 5)
        gate.leave()
        return gate.busy

    assert asyncio.run(work()) == 0


AFTER = [
    ({"Retry-After": "2"}, 2.0),
    ({"Retry-After": " 0.25 "}, 0.25),
    ({"Retry-After": "-5"}, 0.0),
    ({"retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
    ({"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT"}, 30.0),
    ({"Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT"}, 0.0),
    ({"Retry-After": "Mon, 23 Nov 2026 09:00:07 GMT", "Date": "Mon, 23 Nov 2026 09:00:00 GMT"}, 7.0),
    ({"Retry-After": "Mon, 23 Nov 2026 12:00:30 GMT", "Date": "today"}, 30.0),
    ({"Retry-After": "soon"}, None),
    ({"Retry-After": "inf"}, None),
    ({"Retry-After": "nan"}, None),
    ({"Retry-After": "9" * 1000}, 1e9),
    ({}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), AFTER)
def test_a_wait_that_a_server_asks_for_is_read_in_seconds_and_as_a_date(headers, seconds):
    assert retry_after(headers, datetime(2026, 11, 23, 12, tzinfo=UTC)) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_an_hour_ends_the_run_instead_of_holding_it(server, status):
    server.script.append(Canned(status, {"error": "later"}, {"Retry-After": str(int(MAX_PAUSE_S) + 1)}))
    error, _ = failing(lambda session: session.ask(endpoint(server), ask("q")))
    assert error.fatal
    assert "it asks to wait 301 s; resume the run then" in str(error)
    assert server.counts()["requests"] == 1


def test_waits_grow_with_each_try_are_jittered_by_the_request_and_the_same_each_time():
    fault = Fault(kind="server", cause="x", retry=True)

    def waits(seed):
        tries, budget = Tries(6, seed, 1.0), Budget(6, 32)
        return [tries.wait(fault, budget, reached=True) for _ in range(7)]

    first = waits("0:a")
    assert first == waits("0:a") != waits("0:b")
    assert first[-1] is None
    for number, wait in enumerate(first[:-1]):
        assert 2**number / 2 <= wait <= min(30, 2**number)


def test_an_asked_wait_comes_before_the_own_one():
    tries = Tries(6, "seed", 1.0)
    wait = tries.wait(
        Fault(kind="rate_limit", cause="", retry=True, overload=True, wait=7.0), Budget(6, 32), reached=True
    )
    assert 7 <= wait <= 7.5
