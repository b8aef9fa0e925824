"""Any answer service as the generator: what is sent, where the answer is found, and every way a reply can be wrong."""

import asyncio
import contextlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import UserError
from evals.generators import GenerationError, Resources, make_generator
from evals.generators.endpoint.body import Body
from evals.generators.endpoint.reply import Places, ReplyError
from evals.llm import Fetched, ModelError, Session
from evals.prompt import load_prompt
from evals.records import Question, Record
from tests.cases import ROOT, corpus
from tests.model_server import Canned, ModelServer

ASKED = Question(id="F1", text='Say "hi" to {record}\n🙂', language="en", record=Record(cancer="lung", text="T\t1"))
RESOURCES = Resources(prompt=load_prompt(ROOT / "datasets/prompts/patient-answer.md"), corpus=corpus(), questions=())


def _endpoint(url="http://127.0.0.1:9/answer", **more):
    return make_generator("endpoint", RESOURCES, {"url": url, **more})


def _draft(generator, question=ASKED, repeat=0, **session):
    async def ask():
        async with Session(**session) as opened:
            return await generator.draft(question, repeat, opened)

    return asyncio.run(ask())


def _read(settings_given, body, media_type="application/json"):
    text = body if isinstance(body, str) else json.dumps(body)
    return Places.of(settings_given, "s").draft(Fetched(text=text, media_type=media_type, cached=False))


# --- what is sent ----------------------------------------------------------------------------------------------------


def test_values_go_into_the_body_as_json_values():
    template = {
        "q": "{question}", "text": "Asked: {question} ({language})", "record": "{record}", "n": "{repeat}",
        "history": [{"role": "user", "content": "{question}"}], "stream": False, "k": 4, "none": None,
    }  # fmt: skip
    filled = Body(template, "s").filled(ASKED, 2)
    assert filled["q"] == ASKED.text
    assert filled["text"] == f"Asked: {ASKED.text} (en)"
    assert filled["record"]["cancer"] == "lung"
    assert filled["n"] == 2
    assert filled["history"] == [{"role": "user", "content": ASKED.text}]
    assert (filled["stream"], filled["k"], filled["none"]) == (False, 4, None)
    assert json.loads(json.dumps(filled)) == json.loads(json.dumps({**filled}))


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=80))
def test_whatever_a_question_holds_it_arrives_whole_and_changes_nothing_else(text):
    filled = Body({"q": "{question}", "long": "<{question}>", "x": "y"}, "s").filled(Question(id="1", text=text), 0)
    assert json.loads(json.dumps(filled)) == {"q": text, "long": f"<{text}>", "x": "y"}


def test_a_question_without_a_record_sends_null():
    assert Body({"q": "{question}", "r": "{record}"}, "s").filled(Question(id="1", text="Why?"), 0)["r"] is None


def test_the_service_gets_the_body_and_the_key_of_the_environment(monkeypatch):
    monkeypatch.setenv("SITE_KEY", "s3cret")
    with ModelServer() as server:
        more = {"body": {"question": "{question}"}, "answer": "data.answer", "contexts": "data.sources.*.text"}
        generator = _endpoint(f"{server.origin}/answer", key_env="SITE_KEY", key_header="X-Api-Key", **more)
        draft = _draft(generator)
        (seen,) = server.seen
    assert seen.body == {"question": ASKED.text}
    assert seen.headers["X-Api-Key"] == "s3cret"
    assert draft.contexts == ("Chemotherapy can lower white blood cells.",)
    assert draft.raw


def test_a_stream_of_events_is_joined_and_an_answer_is_not_fetched_twice(tmp_path):
    with ModelServer(reply=lambda _: "Call your team now.") as server:
        generator = _endpoint(f"{server.origin}/answer/stream", answer="delta", end="[DONE]")
        drafts = [_draft(generator, cache=tmp_path / "replies.sqlite3") for _ in range(2)]
        assert server.counts()["requests"] == 1
    assert [draft.raw.strip() for draft in drafts] == ["Call your team now."] * 2


@pytest.mark.parametrize("fault", ["429", "500", "cut_body", "drop"])
def test_a_fault_is_met_by_asking_again(fault):
    with ModelServer(faults={fault: 0.4}, reply=lambda body: f"About {body['question']}") as server:
        generator = _endpoint(f"{server.origin}/answer", answer="data.answer", retries=12)
        questions = [Question(id=str(n), text=f"Question {n}") for n in range(8)]
        assert [_draft(generator, one).raw for one in questions] == [f"About Question {n}" for n in range(8)]


def test_a_reply_without_an_answer_is_asked_for_again_then_an_error_that_names_the_place():
    with ModelServer() as server:
        generator = _endpoint(f"{server.origin}/answer", answer="data.answer", retries=1)
        server.script.append(Canned(200, {"data": {}}))
        assert _draft(generator).raw
        server.script.extend([Canned(200, {"data": {}})] * 2)
        with pytest.raises(GenerationError, match=r"no text at data\.answer"):
            _draft(generator)


def test_a_service_that_is_not_there_ends_the_run():
    with pytest.raises(ModelError) as caught:
        _draft(_endpoint(retries=0, start_wait_s=0))
    assert caught.value.fatal


def test_ids_of_passages_must_be_of_this_corpus():
    with ModelServer() as server:
        generator = _endpoint(f"{server.origin}/answer", answer="a", passages="ids", retries=0)
        server.script.append(Canned(200, {"a": "Rest.", "ids": ["P19", "P999"]}))
        with pytest.raises(GenerationError, match="P999"):
            _draft(generator)
        server.script.append(Canned(200, {"a": "Rest.", "ids": ["P19", "P19"]}))
        assert _draft(generator).passages == ("P19",)


# --- where things are in a reply -------------------------------------------------------------------------------------

FOUND = {
    "at the top": ({}, {"answer": "A"}, "A"),
    "in a list": ({"answer": "choices.0.message.content"}, {"choices": [{"message": {"content": "A"}}]}, "A"),
    "all of a list": ({"answer": "parts.*.text"}, {"parts": [{"text": "A"}, {"x": 1}, {"text": "B"}]}, "AB"),
    "a text alone": ({"answer": ""}, "A".join('""'), "A"),
}


@pytest.mark.parametrize(("places", "body", "answer"), FOUND.values(), ids=FOUND)
def test_the_answer_is_found_at_its_place(places, body, answer):
    assert _read(places, body).raw == answer


def test_sources_tokens_cost_and_model_are_found_too():
    body = {"answer": "A", "s": [{"t": "one"}, {"t": "two"}], "u": {"in": 3, "out": 4}, "usd": 0.5, "m": "gpt"}
    places = {"contexts": "s.*.t", "tokens_in": "u.in", "tokens_out": "u.out", "cost": "usd", "model": "m"}
    draft = _read(places, body)
    assert draft.contexts == ("one", "two")
    assert (draft.tokens_in, draft.tokens_out, draft.cost, draft.model) == (3, 4, 0.5, "gpt")


STREAM = (
    ": comment\r\nevent: delta\r\ndata: {\"t\": \"Hel\"}\r\n\r\nevent: delta\ndata: {\"t\":\ndata: \"lo\"}\n\n"
    "event: sources\ndata: {\"items\": [{\"text\": \"S1\"}, {\"text\": \"S2\"}]}\n\ndata: {\"t\": \"?\"}\n\n"
    "data: {\"usage\": 1}\n\ndata: {\"usage\": 7}\n\ndata: [DONE]\n\ndata: {\"t\": \"late\"}\n\n"
)  # fmt: skip


@pytest.mark.parametrize(("answer", "said"), [("t", "Hello?"), ({"delta": "t"}, "Hello")])
def test_a_path_may_read_only_events_of_one_name(answer, said):
    places = {"answer": answer, "contexts": {"sources": "items.*.text"}, "tokens_out": "usage"}
    draft = _read(places, STREAM, "text/event-stream")
    assert (draft.raw, draft.contexts, draft.tokens_out) == (said, ("S1", "S2"), 7)


def test_a_stream_of_plain_text_is_joined():
    assert _read({"answer": ""}, "data: Hel\n\ndata: lo\n\ndata: [DONE]\n\n", "text/event-stream").raw == "Hello"


WRONG = {
    "no such place": ({}, {"text": "A"}, "application/json", "no text at answer"),
    "not a text": ({}, {"answer": 7}, "application/json", "no text at answer"),
    "not JSON": ({}, "<html>", "text/html", "not JSON"),
    "contexts of numbers": ({"contexts": "c"}, {"answer": "A", "c": [1]}, "application/json", "contexts holds a int"),
    "tokens of words": ({"tokens_in": "n"}, {"answer": "A", "n": "many"}, "application/json", "not a number"),
    "cost below nothing": ({"cost": "n"}, {"answer": "A", "n": -1}, "application/json", "not a number"),
    "cut stream": ({"answer": "t", "end": "[DONE]"}, 'data: {"t": "A"}\n\n', "text/event-stream", "broke off"),
    "no stream": ({"answer": {"delta": "t"}}, {"t": "A"}, "application/json", "not a stream"),
    "nested": ({}, "[" * 100_000, "application/json", "nested too deeply"),
}


@pytest.mark.parametrize(("places", "body", "media_type", "said"), WRONG.values(), ids=WRONG)
def test_a_wrong_reply_is_named(places, body, media_type, said):
    with pytest.raises(ReplyError, match=said):
        _read(places, body, media_type)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200), media_type=st.sampled_from(["application/json", "text/event-stream", ""]))
def test_no_reply_breaks_the_reader(text, media_type):
    with contextlib.suppress(ReplyError):
        assert isinstance(_read({"answer": "a.*.b", "contexts": "a"}, text, media_type).raw, str)


BAD_SETTINGS = {
    "no url": ({"url": ""}, "url"),
    "unknown setting": ({"anwser": "x"}, 'Did you mean "answer"'),
    "unknown field": ({"body": {"q": "{question} {cancer}"}}, "unknown field {cancer}"),
    "without the question": ({"body": {"q": "hello"}}, "does not hold the question"),
    "a list for a body": ({"body": ["{question}"]}, "a list"),
    "a date in the body": ({"body": {"q": "{question}", "d": {1, 2}}}, "a set"),
    "a number for a path": ({"answer": 7}, "dotted path"),
    "two events": ({"answer": {"a": "x", "b": "y"}}, "dotted path"),
    "unknown format": ({"format": "pdf"}, "markdown, html or text"),
    "end is a number": ({"end": 7}, "a text such as"),
    "key not set": ({"key_env": "NO_SUCH_KEY_HERE"}, "NO_SUCH_KEY_HERE"),
}


@pytest.mark.parametrize(("more", "said"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_settings_are_told_before_anything_starts(more, said):
    with pytest.raises(UserError, match=said):
        _endpoint(**more)
