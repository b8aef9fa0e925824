"""The client side of models, against a loopback server: formats, structured output, same asks, cost."""

import asyncio
import json
import re
import subprocess
import sys
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, RootModel

from evals.errors import UserError
from evals.llm import (
    Ask,
    Message,
    ModelError,
    Service,
    price,
)
from evals.llm.purse import Purse
from evals.llm.schemas import read_shape, tightened, values
from tests.cases import ROOT
from tests.model_server import Canned, ModelServer, default_reply, vector
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


# --- formats -----------------------------------------------------------------------------------------------------------


MAKERS = {
    "openai": ({"api": "openai"}, "/v1/chat/completions", "Authorization", "Bearer "),
    "anthropic": ({"api": "anthropic"}, "/v1/messages", "x-api-key", ""),
    "azure": (
        {"api": "azure", "api_version": "2024-10-21", "model": "my-deployment"},
        "/openai/deployments/my-deployment/chat/completions?api-version=2024-10-21",
        "api-key",
        "",
    ),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_each_maker_gets_its_own_path_key_header_and_format(server, maker, monkeypatch):
    changes, path, header, prefix = MAKERS[maker]
    monkeypatch.setenv("TEST_KEY", CANARY)
    base = server.origin if maker == "azure" else server.url
    one = endpoint(server, base_url=base, key_env="TEST_KEY", parameters={"temperature": 0}, **changes)
    question = Ask(messages=(Message(role="system", content="Be kind."), Message(role="user", content="Hello")))
    reply, usage = talk(lambda session: session.ask(one, question))
    assert reply.text == default_reply(server.seen[0].body)
    assert reply.tokens_in
    assert reply.tokens_out
    assert not reply.cached
    sent = server.seen[0]
    assert sent.path == path
    assert sent.headers[header] == prefix + CANARY
    assert sent.body["temperature"] == 0
    roles = [message["role"] for message in sent.body["messages"]]
    assert roles == (["user"] if maker == "anthropic" else ["system", "user"])
    assert sent.body.get("system") == ("Be kind." if maker == "anthropic" else None)
    assert sent.headers.get("anthropic-version") == ("2023-06-01" if maker == "anthropic" else None)
    assert usage.calls == 1
    assert usage.tokens_out == reply.tokens_out


LENGTHS = [
    ({}, "max_tokens", 4096),
    ({"parameters": {"max_tokens": 9}}, "max_tokens", 9),
    ({"parameters": {"max_completion_tokens": 8}}, "max_completion_tokens", 8),
    ({"api": "anthropic", "parameters": {"max_completion_tokens": 8}}, "max_tokens", 8),
]


@pytest.mark.parametrize(("changes", "name", "most"), LENGTHS)
def test_every_request_has_a_longest_length(server, changes, name, most):
    talk(lambda session: session.ask(endpoint(server, **changes), ask("q")))
    assert server.seen[0].body[name] == most
    assert len({"max_tokens", "max_completion_tokens"} & set(server.seen[0].body)) == 1


def test_an_asks_own_length_comes_before_the_endpoints(server):
    talk(lambda session: session.ask(endpoint(server, parameters={"max_tokens": 9}), ask("q", max_tokens=7)))
    assert server.seen[0].body["max_tokens"] == 7


def test_a_server_that_wants_the_other_length_parameter_is_asked_so_from_then_on(server):
    server.settings.length_parameter = "max_completion_tokens"

    async def twice(session):
        return [await session.ask(endpoint(server), ask(text)) for text in ("one", "two")]

    replies, usage = talk(twice)
    assert all(reply.text for reply in replies)
    assert server.counts()["outcomes"] == {"400": 1, "200": 2}
    assert usage.calls == 2


def test_embeddings_come_in_the_order_of_the_texts_and_each_text_is_kept(server, tmp_path):
    texts = [f"text {number}" for number in range(150)]

    async def both(session):
        first = await session.embed(endpoint(server), [*texts, "text 3"])
        return first, await session.embed(endpoint(server), ["new", "text 7"])

    (first, second), usage = talk(both, cache=tmp_path / "r.sqlite3")
    assert first == [vector(text) for text in [*texts, "text 3"]]
    assert second == [vector("new"), vector("text 7")]
    assert usage.calls == 4  # three batches, and one for the new text
    assert usage.cached == 1


def test_a_text_whose_vector_is_under_way_is_not_sent_again():
    with ModelServer(latency=0.05) as server:

        async def work(session):
            return await asyncio.gather(
                *(session.embed(endpoint(server), texts) for texts in (["a", "b"], ["b", "c"], ["a", "b"]))
            )

        found, usage = talk(work)
        assert found == [[vector(text) for text in texts] for texts in ("ab", "bc", "ab")]
        assert sorted(tuple(seen.body["input"]) for seen in server.seen) == [("a", "b"), ("c",)]
        assert usage.calls == 2


def test_a_failed_batch_of_texts_fails_everyone_who_waits_for_it(server):
    server.script.append(Canned(400, {"error": "no"}))

    async def work(session):
        made = (session.embed(endpoint(server), texts) for texts in (["a", "b"], ["b"]))
        return await asyncio.gather(*made, return_exceptions=True)

    found, _ = talk(work)
    assert [type(error) for error in found] == [ModelError, ModelError]
    assert server.counts()["requests"] == 1


def test_anthropic_has_no_embeddings_and_says_so(server):
    error, _ = failing(lambda session: session.embed(endpoint(server, api="anthropic"), ["a"]))
    assert "no embeddings" in str(error)
    assert server.counts()["requests"] == 0


@pytest.mark.parametrize("path", ["/answer", "/answer/stream"])
def test_an_answer_service_gives_its_body_and_media_type(server, path):
    service = Service(url=server.origin + path)
    fetched, _ = talk(lambda session: session.fetch(service, {"question": "q"}))
    assert fetched.media_type == ("application/json" if path == "/answer" else "text/event-stream")
    assert "answer" in fetched.text or fetched.text.startswith("data: ")


def test_a_reply_of_a_service_that_is_no_answer_is_asked_for_again_and_not_kept(server, tmp_path):
    server.script.append(Canned(200, {"data": {}}))
    service = Service(url=server.origin + "/answer")

    def problem(fetched):
        return None if "answer" in json.loads(fetched.text)["data"] else "no answer in it"

    fetched, usage = talk(
        lambda session: session.fetch(service, {"question": "q"}, problem=problem), cache=tmp_path / "r.sqlite3"
    )
    assert "answer" in fetched.text
    assert usage.retries == 1
    server.script.extend(Canned(200, {"data": {}}) for _ in range(9))
    error, _ = failing(lambda session: session.fetch(service, {"question": "other"}, problem=problem))
    assert error.kind == "bad_reply"
    assert "no answer in it" in str(error)


PARTS = [{"type": "text", "text": "two "}, {"type": "text", "text": "parts"}]
TEXTS = [
    ({"content": "plain"}, "plain"),
    ({"content": PARTS}, "two parts"),
    ({"content": None, "tool_calls": [{"function": {"name": "f", "arguments": '{"a": 1}'}}]}, '{"a": 1}'),
    ({"content": "<think>hm, {no}</think>\n\nSo."}, "So."),
    ({"content": "half a pair \ud83d here"}, "half a pair \ufffd here"),
    ({"content": "nul \x00 and \u202e"}, "nul \x00 and \u202e"),
]


@pytest.mark.parametrize(("message", "text"), TEXTS)
def test_the_text_is_found_wherever_the_server_puts_it(server, message, text, tmp_path):
    server.script.append(Canned(200, {"choices": [{"message": message, "finish_reason": "stop"}]}))

    async def twice(session):
        return [await session.ask(endpoint(server), ask("q")) for _ in range(2)]

    (first, second), usage = talk(twice, cache=tmp_path / "r.sqlite3")
    assert first.text == second.text == text
    assert second.cached
    assert (first.tokens_in, first.tokens_out, first.cost) == (None, None, None)
    assert usage.cost is None


# --- structured output -------------------------------------------------------------------------------------------------


STRUCTURED = [
    ("openai", {"json_schema"}, ["json_schema"]),
    ("openai", {"json_object"}, ["json_schema", "json_object"]),
    ("openai", set(), ["json_schema", "json_object", None]),
    ("anthropic", {"tools"}, ["tools"]),
    ("anthropic", {"json_schema"}, ["tools", "json_schema"]),
    ("anthropic", set(), ["tools", "json_schema", None]),
]


def form_of(body):
    described = body.get("response_format") or body.get("output_config", {}).get("format") or {}
    return described.get("type") or ("tools" if "tools" in body else None)


@pytest.mark.parametrize(("api", "formats", "tried"), STRUCTURED)
def test_the_best_form_of_structured_output_that_a_server_takes_is_found_once(server, api, formats, tried):
    server.settings.formats = frozenset(formats)
    server.settings.reply = lambda body: GOOD
    one = endpoint(server, api=api)

    async def three(session):
        return [await session.ask_for(one, ask(f"q{number}"), Verdicts) for number in range(3)]

    replies, usage = talk(three)
    assert [found.statements[0].verdict for found, _ in replies] == [1, 1, 1]
    assert [form_of(seen.body) for seen in server.seen] == [*tried, tried[-1], tried[-1]]
    assert usage.calls == 3
    said = json.dumps(server.seen[-1].body)
    assert ("fits this JSON schema" in said) == (tried[-1] in {None, "json_object"})


def test_a_bad_request_that_no_form_helps_is_an_error_and_teaches_nothing(server):
    server.script.extend(Canned(400, {"error": {"message": "the prompt is too long"}}) for _ in range(3))

    async def work(session):
        with pytest.raises(ModelError, match="too long") as caught:
            await session.ask_for(endpoint(server), ask("long"), Verdicts)
        await session.ask_for(endpoint(server), ask("short"), Verdicts)
        return caught.value

    error, _ = talk(work)
    assert (error.kind, error.fatal) == ("bad_request", False)
    assert form_of(server.seen[-1].body) == "json_schema"


def test_once_a_form_has_worked_for_a_schema_a_bad_request_is_about_the_request(server):
    async def work(session):
        await session.ask_for(endpoint(server), ask("one"), Verdicts)
        server.script.append(Canned(400, {"error": {"message": "odd"}}))
        with pytest.raises(ModelError, match="odd"):
            await session.ask_for(endpoint(server), ask("two"), Verdicts)

    talk(work)
    assert server.counts()["requests"] == 2


REPAIRED = [
    ("not JSON at all", "there is no JSON object"),
    ('{"statements": [{"statement": "a", "verdict": 7}]}', "statements.0.verdict"),
    ('{"statements": [{"statement": "a", "verdict": 1}, {"statem', "the JSON is cut off"),
    ('{"statements": [{"statement": "a" "verdict": 1}]}', "the JSON object is broken"),
    ('{"other": 1}', "statements: Field required"),
    ('{"statements": [{"statement": "a", "verdict": NaN}]}', "broken"),
]


@pytest.mark.parametrize(("bad", "named"), REPAIRED)
def test_a_reply_that_does_not_fit_is_repaired_by_one_request_that_says_why(server, bad, named):
    server.settings.reply = lambda body: GOOD if len(body["messages"]) > 1 else bad
    one = endpoint(server, retries=0)
    (found, reply), usage = talk(lambda session: session.ask_for(one, ask("q"), Verdicts))
    assert found.statements[0].verdict == 1
    said, wanted = server.seen[1].body["messages"][1:]
    assert said == {"role": "assistant", "content": bad}
    assert named in wanted["content"]
    assert usage.calls == 2
    assert reply.tokens_out == usage.tokens_out  # both requests


@pytest.mark.parametrize(("bad", "named"), REPAIRED)
def test_a_reply_that_stays_bad_is_a_named_failure_and_is_asked_anew_next_time(server, bad, named, tmp_path):
    server.settings.reply = lambda body: bad
    cache, one = tmp_path / "r.sqlite3", endpoint(server, retries=0)
    error, usage = failing(lambda session: session.ask_for(one, ask("q"), Verdicts), cache=cache)
    assert (error.kind, error.fatal) == ("bad_reply", False)
    assert named in str(error)
    assert usage.failures == {"bad_reply": 1}
    assert server.counts()["requests"] == 2
    server.settings.reply = lambda body: GOOD
    (found, _), usage = talk(lambda session: session.ask_for(endpoint(server), ask("q"), Verdicts), cache=cache)
    assert found.statements
    assert usage.calls == 1


def test_a_reply_that_ends_in_the_middle_is_asked_for_again_before_it_is_repaired(server, tmp_path):
    whole = iter([False, False, True])
    server.settings.reply = lambda body: GOOD if next(whole) else GOOD[:30]
    cache = tmp_path / "r.sqlite3"
    (found, reply), usage = talk(lambda session: session.ask_for(endpoint(server), ask("q"), Verdicts), cache=cache)
    assert found.statements[0].verdict == 1
    assert len({json.dumps(seen.body) for seen in server.seen}) == 1
    assert (usage.calls, usage.retries) == (3, 2)
    assert reply.tokens_in == usage.tokens_in
    (found, reply), _ = talk(lambda session: session.ask_for(endpoint(server), ask("q"), Verdicts), cache=cache)
    assert reply.cached


SURROUNDED = [
    (f"Here you are:\n```json\n{GOOD}\n```\nAnything else?", 1),
    (f"The set {{a, b}} and {{}} say so. {GOOD}", 1),
    ('{"statements": [{"statement": "planted", "verdict": 0}]} Now mine: ' + GOOD, 1),
    (GOOD + ' {"note": "not a verdict"}', 1),
    (GOOD.replace("\n", "\r\n"), 1),
]


@pytest.mark.parametrize(("text", "verdict"), SURROUNDED)
def test_json_is_found_with_text_around_it_and_the_last_that_fits_counts(text, verdict):
    found, problem = read_shape(text, Verdicts)
    assert found is not None
    assert found.statements[0].verdict == verdict
    assert not problem


def test_a_whole_inner_part_of_a_cut_off_reply_is_not_the_reply():
    class Loose(BaseModel):
        verdict: int = 5

    assert read_shape('{"all": [{"verdict": 1}, {"verdict": 0}, {"ver', Loose) == (None, "the JSON is cut off")
    assert read_shape('{"all": [{"verdict": 1} {"verdict": 0}]}', Loose)[0] is None


def test_a_list_is_found_where_a_list_is_wanted():
    class Names(RootModel[list[str]]):
        pass

    found, _ = read_shape('I chose [1] these: ["a", "b"]', Names)
    assert found is not None
    assert found.root == ["a", "b"]


HOSTILE = [
    "{" * 500_000,
    '{"a":' * 200_000,
    '{"' * 300_000,
    "[" * 500_000,
    '"' * 500_000,
    '{"a": "' + "\\" * 500_000,
    "{ " * 300_000,
    '{"a"}' * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:8])
def test_half_a_megabyte_of_brackets_is_read_in_one_pass(text):
    assert list(values(text, "{")) == []
    assert list(values(text, "[")) in ([], [[]])


class Rows(BaseModel):
    verdicts: list[int]


def test_a_reply_of_many_megabytes_is_no_reply_and_of_many_values_the_last_hundred_are_tried():
    assert "at most 1,000,000 are read" in read_shape("a" * 10_000_000, Rows)[1]
    found, _ = read_shape('{"b": 1}' * 50_000 + '{"verdicts": [1]}' + "{}" * 50, Rows)
    assert found == Rows(verdicts=[1])
    assert read_shape('{"verdicts": [1]}' + "{}" * 100, Rows) == (None, "verdicts: Field required")


@pytest.mark.parametrize("tokens", [10**400, -1, 1e30, True, "7"])
def test_a_token_count_that_cannot_be_is_not_known(server, tokens):
    body = {"choices": [{"message": {"content": "ok"}}], "usage": {"prompt_tokens": tokens, "completion_tokens": 5}}
    server.script.append(Canned(200, body))
    reply, usage = talk(lambda session: session.ask(endpoint(server, price=(1.0, 1.0)), ask("q")))
    assert (reply.tokens_in, reply.tokens_out, reply.cost, usage.cost) == (None, 5, None, None)


@given(
    st.dictionaries(st.text(), st.integers() | st.text()),
    st.text(alphabet=st.characters(exclude_characters='{}"')),
)
@settings(max_examples=200, deadline=None)
def test_any_object_is_found_after_text_without_braces_and_quotes(value, before):
    found = list(values(before + json.dumps(value), "{"))
    assert found == [value]


@given(st.text(alphabet='{}[]",:\\ a1\n'))
@settings(max_examples=300, deadline=None)
def test_looking_for_json_never_fails(text):
    for opening in "{[":
        list(values(text, opening))


def test_a_schema_is_tightened_for_strict_servers_and_left_alone_where_it_cannot_be():
    schema, strict = tightened(Verdicts.model_json_schema())
    assert strict
    inner = schema["$defs"]["Verdict"]
    assert inner["required"] == ["statement", "verdict", "reason"]
    assert inner["additionalProperties"] is False
    assert "default" not in inner["properties"]["reason"]

    class Free(BaseModel):
        counts: dict[str, int]

    assert tightened(Free.model_json_schema()) == (Free.model_json_schema(), False)


# --- the same ask, cancelled asks --------------------------------------------------------------------------------------


def test_the_same_ask_at_the_same_time_is_sent_once():
    with ModelServer(latency=0.03) as server:
        replies, usage = talk(lambda session: many(session, endpoint(server), [ask("same")] * 20))
        assert server.counts()["requests"] == 1
        assert len({reply.text for reply in replies}) == 1
        assert (usage.calls, usage.cached) == (1, 19)
        replies, _ = talk(lambda session: many(session, endpoint(server), [ask("same", repeat=n) for n in range(5)]))
        assert server.counts()["requests"] == 6


def test_an_ask_given_up_leaves_the_same_ask_of_others_alone():
    with ModelServer(latency=0.05) as server:

        async def work(session):
            first = asyncio.create_task(session.ask(endpoint(server), ask("same")))
            second = asyncio.create_task(session.ask(endpoint(server), ask("same")))
            await asyncio.sleep(0.02)
            first.cancel()
            reply = await second
            with pytest.raises(asyncio.CancelledError):
                await first
            return reply

        assert talk(work)[0].text


def test_a_failure_reaches_everyone_who_asked_the_same(server):
    server.script.append(Canned(400, {"error": "no"}))
    replies, usage = talk(lambda session: many(session, endpoint(server), [ask("same")] * 3))
    assert [reply.kind for reply in replies] == ["bad_request"] * 3
    assert usage.failures == {"bad_request": 3}


# --- cost --------------------------------------------------------------------------------------------------------------


def test_cost_is_tokens_times_price_and_unknown_without_a_price(server):
    async def work(session):
        known = await session.ask(endpoint(server, price=(2.0, 8.0)), ask("q"))
        return known, await session.ask(endpoint(server, model="other"), ask("q"))

    (known, unknown), usage = talk(work)
    assert known.cost == pytest.approx((known.tokens_in * 2.0 + known.tokens_out * 8.0) / 1e6)
    assert unknown.cost is None
    assert usage.cost is None
    assert usage.known_cost == known.cost
    assert usage.endpoints[f"{server.url}, model m"].cost == known.cost


def test_the_bill_counts_replies_that_were_paid_but_not_usable(server):
    used = {"prompt_tokens": 1_000_000, "completion_tokens": 0}
    cut = {"choices": [{"message": {"content": "x"}, "finish_reason": "length"}], "usage": used}
    server.script.append(Canned(200, cut))
    _, usage = failing(lambda session: session.ask(endpoint(server, price=(3.0, 1.0)), ask("q")))
    assert usage.cost == 3.0
    assert (usage.calls, usage.failures) == (1, {"bad_reply": 1})


def test_a_cost_limit_is_never_passed_and_counts_calls_under_way():
    with ModelServer(latency=0.01) as server:
        one = endpoint(server, price=(0.0, 1000.0), parameters={"max_tokens": 100})
        asks = [ask(f"q{number}") for number in range(60)]
        replies, usage = talk(lambda session: many(session, one, asks), max_cost=1.0)
        good = [reply for reply in replies if not isinstance(reply, ModelError)]
        bad = [reply for reply in replies if isinstance(reply, ModelError)]
        assert good
        assert {(error.kind, error.fatal) for error in bad} == {("cost", True)}
        assert usage.cost <= 1.0
        assert usage.cost > 1.0 - 0.1  # one reply of 100 tokens costs 0.1 at most
        assert server.counts()["requests"] == len(good)
        assert "--max-cost" in str(bad[0])


def test_a_reply_without_usage_counts_as_the_dearest_for_the_limit():
    with ModelServer(usage=False) as server:
        one = endpoint(server, price=(0.0, 1000.0), parameters={"max_tokens": 100})
        replies, usage = talk(lambda session: many(session, one, [ask(f"q{n}") for n in range(30)]), max_cost=1.0)
        assert sum(not isinstance(reply, ModelError) for reply in replies) == 10
        assert usage.cost is None


def test_a_cost_limit_without_a_known_price_is_refused_before_the_first_request(server):
    async def work(session):
        for target in (endpoint(server), Service(url=server.origin + "/answer")):
            with pytest.raises(UserError, match="price"):
                session.check(target)
        with pytest.raises(UserError, match="price"):
            await session.ask(endpoint(server), ask("q"))
        session.check(endpoint(server, price=(0, 0)))
        session.check(Service(url=server.origin + "/answer", price=0.01))

    talk(work, max_cost=1.0)
    assert server.counts()["requests"] == 0


@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 1)), max_size=30))
@settings(max_examples=100, deadline=None)
def test_money_spent_and_held_never_passes_the_limit(calls):
    async def work():
        purse = Purse(5.0)

        async def call(most, share):
            await purse.hold(most)
            assert purse.spent + purse.held <= 5.0 + 1e-9
            await asyncio.sleep(0)
            purse.settle(most, most * share)

        await asyncio.gather(*(call(*one) for one in calls), return_exceptions=True)
        assert purse.spent <= 5.0 + 1e-9
        assert purse.held == pytest.approx(0, abs=1e-9)

    asyncio.run(work())


def test_the_price_list_names_source_and_day_and_knows_dated_snapshots():
    known = price("gpt-4o-mini")
    assert known is not None
    assert known.source.startswith("https://")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", known.as_of)
    assert price("gpt-4o-mini-2024-07-18") == known
    assert price("claude-haiku-4-5-20251001") == price("claude-haiku-4-5")
    assert price("gpt-4o-mini-but-not-really") is None
    assert known.cost(1_000_000, 0) == known.tokens_in


def test_the_benchmark_of_models_measures_each_way_beside_a_bare_loop():
    sizes = ["--requests", "12", "--concurrency", "4", "--latency", "0.01", "--rounds", "1", "--json"]
    printed = subprocess.check_output([sys.executable, "-m", "benchmarks.models", *sizes], cwd=ROOT, text=True)
    best = json.loads(printed)["best"]
    assert list(best) == ["bare", "session", "structured"]
    assert {one["requests"] for one in best.values()} == {12}
