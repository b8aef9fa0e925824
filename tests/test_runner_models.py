"""Runs that ask models: everything at once, nothing twice, nothing lost, every end counted."""

import datetime
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from evals.cli.live import told_of
from evals.cli.models import with_models
from evals.errors import UserError
from evals.llm import Ask, Endpoint, Message, ModelError
from evals.plan import prepare
from evals.records import Answer, Claim, Item, Outcome, Score, Verdict
from evals.run import Settings, State, check_prices, execute, forecast, plan_of, reopen, start, work
from evals.run.made import Judged, Made
from evals.run.pipe import packed, unpacked
from evals.store import decide, read_manifest, read_run
from evals.suite import Part, load_suite
from evals.unsteady import unsteady
from tests.answer_replies import reply
from tests.cases import ROOT
from tests.model_server import Canned, ModelServer, server_process

NOW = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
SCORERS = (Part(name="faithfulness"), Part(name="disclaimer"))
TABLES = ("answers", "claims", "verdicts", "scores", "findings")


def _suite(url, judge="llm", **changes):
    asked = {"base_url": url, "model": "m", "price": {"input": 1, "output": 2}}
    suite = load_suite(ROOT / "datasets/suites/default.yaml")
    return replace(
        suite,
        generator=Part(name="chat", settings=asked),
        judge=Part(name=judge, settings={} if judge == "local" else asked),
        scorers=SCORERS,
        **changes,
    )


def _run(folder, url, limit=4, cache=None, **changes):
    plan = prepare(_suite(url, **changes), limit=limit)
    return execute(plan, start(plan, folder, NOW, {"limit": limit}), lambda _: None, cache=cache)


@pytest.fixture(scope="module", name="finished")
def _finished(tmp_path_factory):
    with ModelServer(reply=reply) as server:
        done = _run(tmp_path_factory.mktemp("runs"), server.url, limit=6)
        return done, server.counts(), server.url


# --- one run ---------------------------------------------------------------------------------------------------------


def test_every_answer_takes_one_request_to_make_and_one_to_judge(finished):
    done, counts, _ = finished
    planted = 2
    assert counts["requests"] == counts["unique_ok"] == 6 + 6 + planted
    assert {item.answer.status for item in done.items} == {"ok"}
    assert {verdict.judge for item in done.items for verdict in item.verdicts} - {"rules"} == {"llm"}
    assert done.manifest["counts"]["error"] == 0


def test_the_manifest_tells_what_was_used_and_how_the_judge_did_on_planted_orders(finished):
    done, counts, url = finished
    usage = read_manifest(done.folder)["usage"]
    assert usage["calls"] == counts["requests"]
    assert list(usage["endpoints"]) == [f"{url}, model m"]
    assert usage["cost"] == pytest.approx((usage["tokens_in"] + 2 * usage["tokens_out"]) / 1e6)
    (row,) = done.manifest["canaries"]
    assert row["judge"] == "llm"
    assert row["planted"] == sum(row[ending] for ending in ("held", "obeyed", "wrong_anyway", "failed"))


def test_the_answer_names_model_prompt_passages_and_cost(finished):
    answer = finished[0].items[0].answer
    assert (answer.generator, answer.model, answer.prompt) == ("chat", "m", "patient-answer")
    assert answer.passages
    assert answer.cost
    assert {one.passage_id for one in answer.attributions} >= set(answer.passages)


def test_reading_the_run_gives_what_was_written_and_nothing_is_left_behind(finished):
    done = finished[0]
    assert read_run(done.folder).items == done.items
    assert not list(done.folder.glob("*.sqlite3*"))


def test_the_same_replies_give_the_same_tables_whatever_order_they_come_in(finished, tmp_path):
    done = finished[0]
    with ModelServer(reply=reply, latency=0.01) as server:
        again = _run(tmp_path, server.url, limit=6)
    for table in ("claims", "verdicts", "scores", "findings"):
        assert (again.folder / f"{table}.parquet").read_bytes() == (done.folder / f"{table}.parquet").read_bytes()


def test_a_local_judge_in_a_worker_says_what_it_says_alone(tmp_path):
    with ModelServer(reply=reply) as server:
        done = _run(tmp_path, server.url, limit=2, judge="local")
        settings = Settings(suite=_suite(server.url, judge="local"), command={"limit": 2})
        for item in done.items:
            alone = work(settings, done.questions[item.answer.question_id], 0)
            assert (alone.claims, alone.verdicts, alone.outcomes) == (item.claims, item.verdicts, item.outcomes)


IN_A_FRESH_PROCESS = (
    "import pickle, sys; call = pickle.load(sys.stdin.buffer); pickle.dump(call[0](*call[1:]), sys.stdout.buffer)"
)


def test_the_work_on_a_question_can_be_pickled_and_done_in_a_fresh_process(finished, tmp_path):
    done, _, _ = finished
    with ModelServer(reply=reply) as server:
        settings = Settings(suite=_suite(server.url), command={"limit": 6})
        question = done.items[3].answer.question_id
        sent = pickle.dumps((work, settings, done.questions[question], 0))
        command = [sys.executable, "-c", IN_A_FRESH_PROCESS]
        got = pickle.loads(  # noqa: S301  (from our own process)
            subprocess.run(command, input=sent, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout
        )
    assert replace(got, answer=done.items[3].answer) == done.items[3]
    assert got.answer.raw == done.items[3].answer.raw


# --- repeats and judges side by side ---------------------------------------------------------------------------------


def test_repeats_of_answers_and_of_judgements_are_asked_apart_and_told_apart(tmp_path):
    turn = iter(range(10**6))

    def unsteady_reply(body):
        text = reply(body)
        flips = "verdicts" in text and next(turn) % 2
        return text.replace('"label": "supported"', '"label": "partly"') if flips else text

    with ModelServer(reply=unsteady_reply) as server:
        done = _run(tmp_path, server.url, limit=2, repeats=2, judge_repeats=3)
        # The same text from the model twice is judged once: nothing is asked twice.
        assert server.counts()["requests"] == 2 * 2 + 2 * 3 + 2
    for item in done.items:
        repeats = {v.judge_repeat for v in item.verdicts if v.judge == "llm"}
        assert repeats == {0, 1, 2}
        assert len({v.judge_repeat for v in item.verdicts if v.judge == "rules"}) <= 1
        decided = {v.claim_id: v for v in decide(item.verdicts)}
        assert {v.judge_repeat for v in decided.values()} == {0}
    assert done.summary["answer_repeats"]["faithfulness"]["questions"] == 2
    row = done.summary["judge_repeats"]["llm"]
    assert 0 < row["changed"] <= row["claims"]


def test_a_judge_beside_changes_no_score_and_its_verdicts_are_kept_apart(finished, tmp_path):
    done = finished[0]
    with ModelServer(reply=reply) as server:
        asked = {"base_url": server.url, "model": "other"}
        beside = (Part(name="local"), Part(name="llm", settings=asked))
        both = _run(tmp_path, server.url, limit=2, judges=beside)
    assert [item.outcomes for item in both.items] == [item.outcomes for item in done.items[:2]]
    assert {v.judge for item in both.items for v in item.verdicts} - {"rules"} == {"llm", "local", "llm#2"}
    assert [decide(item.verdicts) for item in both.items] == [decide(item.verdicts) for item in done.items[:2]]
    assert set(both.summary["judges"]) == {"local", "llm#2"}
    assert both.summary["judges"]["llm#2"]["claims"] == both.summary["judges"]["llm#2"]["alike"] > 0
    assert both.summary["judges"]["local"]["disputed"]
    assert list(both.manifest["judges_beside"]) == ["local", "llm#2"]
    assert [row["judge"] for row in both.manifest["canaries"]] == ["llm", "llm#2"]
    disputed = {tuple(place[:2]) for row in both.summary["judges"].values() for place in row["disputed"]}
    assert both.summary["in_dispute"] == {"answers": len(disputed), "of": 2}


def _item(labels, values=(), question="Q1", repeat=0):
    claims = tuple(
        Claim(claim_id=f"c{n}", start=0, end=1, claim_text="x", kind="fact", severity="minor")
        for n in range(len(labels[0][2]))
    )
    verdicts = tuple(
        Verdict(claim_id=f"c{n}", judge=judge, judge_repeat=turn, label=label)
        for judge, turn, said in labels
        for n, label in enumerate(said)
    )
    outcomes = tuple(
        Outcome(question_id=question, repeat=repeat, scorer="s", version="1", status="scored", value=value, reason="r",
                measures={}, findings=())
        for value in values
    )  # fmt: skip
    answer = Answer(question_id=question, repeat=repeat, question="?", raw="x", text="x", generator="g")
    return Item(answer=answer, claims=claims, verdicts=verdicts, outcomes=outcomes)


def test_the_spread_of_scores_is_the_highest_less_the_lowest_of_a_question():
    items = [
        _item([("llm", 0, ["supported"])], [score], question, repeat)
        for question, scores in {"Q1": (0.5, 0.9, 0.7), "Q2": (0.4, 0.4, 0.4)}.items()
        for repeat, score in enumerate(scores)
    ]
    (row,) = unsteady(items)["answer_repeats"].values()
    assert (row["questions"], row["changed"], row["mean_spread"]) == (2, 1, round((0.9 - 0.5 + 0.0) / 2, 3))
    assert row["worst"] == [{"question_id": "Q1", "spread": 0.4}]


def test_the_share_of_claims_that_change_their_label_counts_claims_not_judgements():
    item = _item(
        [
            ("llm", 0, ["supported", "partly"]),
            ("llm", 1, ["supported", "not_found"]),
            ("llm", 2, ["supported", "partly"]),
        ]
    )
    (row,) = unsteady([item])["judge_repeats"].values()
    assert (row["claims"], row["changed"], row["share_changed"]) == (2, 1, 1 / 2)


def test_a_run_without_repeats_tells_nothing_of_them():
    assert unsteady([_item([("llm", 0, ["supported"])], [0.5])]) == {}


def test_where_the_deciding_judge_failed_no_other_takes_its_place():
    failed = Verdict(claim_id="c1", judge="llm", status="error", reason="HTTP 500")
    other = Verdict(claim_id="c1", judge="local", label="supported")
    assert decide((failed, other)) == ()


class Asking:
    """Does a model like it?"""

    name, version, measures = "asking", "1", {}

    def __init__(self, url):
        self.endpoint = Endpoint(base_url=url, model="m", retries=0)

    def __call__(self, case):
        raise AssertionError("it is awaited")

    async def scored(self, case, session):
        asked = Message(role="user", content=f"<<<QUESTION\n{case.question.text}\nQUESTION>>>")
        return Score(0.5, (await session.ask(self.endpoint, Ask(messages=(asked,)))).text)


def test_a_scorer_may_ask_a_model_and_its_failures_are_errors_that_can_be_done_again(tmp_path):
    with ModelServer(reply=reply) as server:
        plan = prepare(replace(_suite(server.url), generator=Part(name="composer"), judge=Part(name="local")), limit=3)
        plan = replace(plan, scorers=(plan.scorers[0], Asking(server.url), plan.scorers[1]))
        folder = start(plan, tmp_path, NOW, {})
        server.script.append(Canned(500))
        first = execute(plan, folder, lambda _: None)
        assert [o.scorer for o in first.items[0].outcomes] == ["faithfulness", "asking", "disclaimer"]
        ends = sorted(o.status for item in first.items for o in item.outcomes if o.scorer == "asking")
        assert ends == ["error", "scored", "scored"]
        assert reopen(plan, folder) == 1
        second = execute(plan, folder, lambda _: None)
        assert server.counts()["requests"] == 3 + 1
    assert {o.status for item in second.items for o in item.outcomes} == {"scored"}
    assert [item.verdicts for item in second.items] == [item.verdicts for item in first.items]


def test_answers_of_a_function_from_elsewhere_are_made_in_this_process_and_judged_by_a_model(tmp_path):
    function = Part(name="python", settings={"function": "tests.answering:broken"})
    with ModelServer(reply=reply) as server:
        plan = prepare(replace(_suite(server.url), generator=function), limit=12)
        done = execute(plan, start(plan, tmp_path, NOW, {}), lambda _: None)
    by_id = {item.answer.question_id: item for item in done.items}
    assert by_id["Q10"].answer.error == "tests.answering:broken raised RuntimeError: no answer today"
    assert sum(item.answer.status == "ok" for item in done.items) == 11
    assert all(v.judge in {"llm", "rules"} for item in done.items for v in item.verdicts)


def test_an_error_in_a_worker_is_the_error_it_is(tmp_path):
    class Broken(type(prepare(_suite("http://127.0.0.1:9/v1"), limit=1).scorers[0])):
        def __call__(self, case):
            raise ZeroDivisionError("one over none")

    Broken.__module__ = "evals.scorers.broken"
    with ModelServer(reply=reply) as server:
        plan = prepare(_suite(server.url), limit=3)
        plan = replace(plan, scorers=(Broken(),))
        with pytest.raises(ZeroDivisionError, match="one over none"):
            execute(plan, start(plan, tmp_path, NOW, {}), lambda _: None)


# --- faults ----------------------------------------------------------------------------------------------------------

MIXED = {"429": 0.02, "500": 0.02, "half_json": 0.02, "cut_body": 0.02, "drop": 0.02}
FAULTS = {name: {name: 0.1} for name in ("429", "500", "half_json", "cut_body", "drop")} | {"mixed": MIXED}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_with_faults_every_answer_ends_as_without_them(faults, finished, tmp_path):
    done = finished[0]
    with ModelServer(reply=reply, faults=faults, seed=3) as server:
        again = _run(tmp_path, server.url, limit=6)
    assert again.manifest["counts"]["error"] == 0
    assert [(i.answer.raw, i.verdicts, i.outcomes) for i in again.items] == [
        (i.answer.raw, i.verdicts, i.outcomes) for i in done.items
    ]


def test_a_judge_whose_json_is_cut_gives_the_verdicts_it_gives_whole(tmp_path):
    # A cut answer in plain text cannot be told from a short one, so these are composed here.
    with ModelServer(reply=reply) as server:
        composed = replace(_suite(server.url), generator=Part(name="composer"))
        plan = prepare(composed, limit=4)
        whole = execute(plan, start(plan, tmp_path / "whole", NOW, {}), lambda _: None)
        server.settings.faults = {"cut_json": 0.5}
        cut = execute(plan, start(plan, tmp_path / "cut", NOW, {}), lambda _: None)
        assert any("cut_json" in outcome for outcome in server.counts()["outcomes"])
    assert [(i.verdicts, i.outcomes) for i in cut.items] == [(i.verdicts, i.outcomes) for i in whole.items]


def _no_retries(suite):
    return replace(
        suite,
        generator=replace(suite.generator, settings={**suite.generator.settings, "retries": 0}),
        judge=replace(suite.judge, settings={**suite.judge.settings, "retries": 0}),
    )


def test_errors_that_are_left_name_their_cause_and_only_they_are_done_again(finished, tmp_path):
    done = finished[0]
    with ModelServer(reply=reply, faults={"500": 0.4}, seed=5) as server:
        plan = prepare(_no_retries(_suite(server.url)), limit=6)
        folder = start(plan, tmp_path, NOW, {"limit": 6})
        first = execute(plan, folder, lambda _: None, cache=tmp_path / "replies.sqlite3")
        broken = [item for item in first.items if _errors(item)]
        assert 0 < len(broken) < 6
        assert all("HTTP 500" in cause for item in broken for cause in _errors(item))
        for item in broken:
            assert {o.value for o in item.outcomes if o.scorer == "faithfulness"} == {None}
        server.settings.faults = {}
        server.reset()
        assert reopen(plan, folder) == len(broken)
        with pytest.raises(UserError, match="retrying"):
            read_run(folder)
        second = execute(plan, folder, lambda _: None, cache=tmp_path / "replies.sqlite3")
        lost = sum(item.answer.status == "error" for item in broken)
        assert server.counts()["requests"] == lost + len(broken)
    assert second.manifest["counts"]["error"] == 0
    assert [(i.verdicts, i.outcomes) for i in second.items] == [(i.verdicts, i.outcomes) for i in done.items]
    kept = [item for item in first.items if not _errors(item)]
    assert [item for item in second.items if item in kept] == kept
    assert second.manifest["usage"]["calls"] == first.manifest["usage"]["calls"] + lost + len(broken)
    assert reopen(plan, folder) == 0


def _errors(item):
    verdicts = [verdict.reason for verdict in item.verdicts if verdict.status == "error"]
    return [item.answer.error] if item.answer.status == "error" else verdicts


def test_errors_of_a_run_that_was_stopped_are_forgotten_and_done_again(tmp_path):
    with ModelServer(reply=reply, faults={"500": 0.4}, seed=5) as server:
        plan = prepare(_no_retries(_suite(server.url)), limit=6)
        folder = start(plan, tmp_path, NOW, {"limit": 6})

        def stop(state):
            if state.done == 6:
                raise RuntimeError("stopped before it was finished")

        with pytest.raises(RuntimeError, match="stopped"):
            execute(plan, folder, stop, cache=tmp_path / "replies.sqlite3")
        server.settings.faults = {}
        assert reopen(plan, folder) > 0
        done = execute(plan, folder, lambda _: None, cache=tmp_path / "replies.sqlite3")
    assert done.manifest["counts"]["error"] == 0


# --- cost ------------------------------------------------------------------------------------------------------------


def test_a_run_stops_before_it_costs_more_and_goes_on_with_more(finished, tmp_path):
    most = finished[0].manifest["usage"]["cost"] / 2
    with ModelServer(reply=reply) as server:
        plan = prepare(_suite(server.url), limit=6)
        folder = start(plan, tmp_path, NOW, {"limit": 6})
        with pytest.raises(ModelError) as caught:
            execute(plan, folder, lambda _: None, max_cost=most)
        assert (caught.value.kind, caught.value.fatal) == ("cost", True)
        paid = server.counts()["requests"]
        done = execute(plan, folder, lambda _: None, max_cost=10)
        assert server.counts()["repeat_ok"] == 0
        assert 0 < paid < server.counts()["requests"]
    assert done.manifest["counts"]["error"] == 0
    assert done.manifest["usage"]["calls"] == server.counts()["requests"]


def test_a_limit_without_a_known_price_is_refused_before_anything_starts():
    suite = _suite("http://127.0.0.1:9/v1")
    unpriced = {"base_url": "http://127.0.0.1:9/v1", "model": "no-such-model"}
    plan = prepare(replace(suite, generator=Part(name="chat", settings=unpriced)), limit=1)
    with pytest.raises(UserError, match="price"):
        check_prices(plan, 1.0)


def test_a_forecast_counts_requests_tokens_and_dollars_and_asks_nothing():
    plan = prepare(_suite("http://127.0.0.1:9/v1", repeats=2, judge_repeats=3), limit=2)
    found = forecast(plan)
    assert found.answers == 4
    canaries = 2
    assert found.calls == 4 + 4 * 3 + canaries
    (total,) = found.models
    assert total.cost == found.cost == pytest.approx((total.tokens_in + 2 * total.tokens_out) / 1e6)


def _forecast_with(tmp_path, scorer):
    """What a run of three composed answers with this scorer would ask, and what a run of them does ask."""
    with ModelServer() as server:
        asked = {"base_url": server.url, "model": "m", "price": {"input": 1, "output": 2}}
        settings = {"llm": asked, "embeddings": {**asked, "model": "e"}}
        suite = replace(
            _suite(server.url), generator=Part(name="composer"), judge=Part(name="local"),
            scorers=(Part(name=scorer, settings=settings),),
        )  # fmt: skip
        plan = prepare(suite, limit=3)
        found = forecast(plan)
        assert server.counts()["requests"] == 0
        execute(plan, start(plan, tmp_path, NOW, {}), lambda _: None)
        return found, server.counts()["requests"]


@pytest.mark.parametrize("metric", ["Faithfulness", "AnswerRelevancy", "ContextRecall"])
def test_a_forecast_knows_what_a_metric_of_ragas_will_ask(metric, tmp_path):
    found, asked = _forecast_with(tmp_path, f"ragas:{metric}")
    # At most: the same text from the model twice has its vector once.
    assert 0 < asked <= found.calls <= asked + 2
    assert found.not_counted == ()
    assert found.cost > 0
    assert all(total.tokens_in > 0 for total in found.models)


def test_a_metric_that_asks_no_model_is_forecast_to_ask_nothing(tmp_path):
    found, asked = _forecast_with(tmp_path, "ragas:ExactMatch")
    assert (found.calls, asked, found.not_counted) == (0, 0, ())


def test_a_scorer_that_breaks_when_it_is_tried_is_told_as_not_known():
    class Odd(Asking):
        async def scored(self, case, session):
            raise TypeError("it wants another session")

    plan = prepare(_suite("http://127.0.0.1:9/v1"), limit=2)
    plan = replace(plan, scorers=(Odd("http://127.0.0.1:9/v1"), Asking("http://127.0.0.1:9/v1")))
    found = forecast(plan)
    assert found.not_counted == ("asking",)
    assert found.calls == 2 + 2 + 2 + 2


# --- the command line ------------------------------------------------------------------------------------------------


def _environment():
    kept = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    return {**kept, "PYTHONPATH": str(ROOT)}


def _spawn(folder, *more):
    command = [sys.executable, "-m", "evals", "run", *more]
    return subprocess.Popen(
        command, cwd=folder, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _evals(folder, *more):
    process = _spawn(folder, *more)
    output, errors = process.communicate(timeout=120)
    return process.returncode, output, errors


def _small(folder):
    text = (ROOT / "datasets/suites/default.yaml").read_text()
    scorers = next(line for line in text.splitlines() if line.startswith("scorers:"))
    (folder / "small.yaml").write_text(text.replace(scorers, "scorers: [faithfulness, disclaimer]"))
    return "small.yaml"


def _arguments(folder, url, *more):
    return ("--suite", _small(folder), "--generator", "chat", "--judge", "llm", "--base-url", url, "--model", "m",
            "--limit", "6", "--out", "runs", *more)  # fmt: skip


def test_a_local_server_needs_two_options_and_the_result_names_what_was_asked(tmp_path):
    with server_process(reply="tests.answer_replies:reply") as (url, _):
        code, output, errors = _evals(tmp_path, *_arguments(tmp_path, url))
        assert code == 0, errors
        assert f"Models: Asked {url}, model m: 14 requests" in output
        assert "planted orders obeyed" in output
        again = _evals(tmp_path, *_arguments(tmp_path, url, "--json"))
        shown = json.loads(again[1])
    assert (shown["usage"]["calls"], shown["usage"]["cached"]) == (0, 14)


def test_a_dry_run_asks_nothing_starts_nothing_and_ends_well(tmp_path):
    with server_process() as (url, counts):
        code, output, _ = _evals(tmp_path, *_arguments(tmp_path, url, "--dry-run", "--json"))
        assert counts()["requests"] == 0
    shown = json.loads(output)
    assert (code, shown["answers"]) == (0, 6)
    canaries = 2
    assert shown["models"][0]["calls"] == 12 + canaries
    assert not (tmp_path / "runs").exists()


def _score(folder, *more):
    (folder / "page.txt").write_text("Chemo can cause hair loss. A fever of 100.4 °F or higher is an emergency.")
    command = [sys.executable, "-m", "evals", "score", "page.txt", "--question", "What about fever?", "--out", "runs"]
    done = subprocess.run(
        [*command, *more], cwd=folder, env=_environment(), capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_answers_that_exist_can_be_judged_by_a_model_and_a_second_one_beside_it(tmp_path):
    with server_process(reply="tests.answer_replies:reply") as (url, counts):
        asked = (
            "--base-url",
            url,
            "--judge-model",
            "m",
            "--judge",
            "cascade",
            "--beside",
            "llm",
            "--set",
            "judge.sure=1",
        )
        code, output, _ = _score(tmp_path, *asked, "--dry-run", "--json")
        assert (code, counts()["requests"]) == (0, 0)
        canaries = 2 + 2
        assert json.loads(output)["models"][0]["calls"] == 2 + canaries
        code, output, errors = _score(tmp_path, *asked)
        assert code == 0, errors
    done = read_run(tmp_path / output.strip().splitlines()[-1])
    assert {v.judge for v in done.items[0].verdicts} - {"rules"} == {"cascade/llm", "llm"}
    assert done.summary["cascades"]["cascade"]["share"] == 1
    assert done.summary["in_dispute"] == {"answers": 0, "of": 1}
    assert [row["judge"] for row in done.manifest["canaries"]] == ["cascade", "llm"]
    assert "claims (100%) on to the model" in output
    assert "Judges differ on a claim, or more, in 0 of 1 judged answers." in output


SCORE_ENDS = {
    "no key": (("--judge", "llm", "--model", "gpt-4o"), "OPENAI_API_KEY"),
    "nothing asks": (("--model", "m"), "no part of this run asks a model"),
    "a setting of a generator": (("--judge", "llm", "--set", "generator.a=1"), "wanted judge.NAME=VALUE"),
    "no such judge": (("--judge", "lm"), 'Did you mean "llm"'),
    "a value that JSON does not know": (("--judge", "llm", "--set", "judge.a=.nan"), "no number"),
}


@pytest.mark.parametrize(("arguments", "said"), SCORE_ENDS.values(), ids=SCORE_ENDS)
def test_judging_answers_that_exist_with_a_wrong_setting_ends_with_one_clear_line(arguments, said, tmp_path):
    code, _, errors = _score(tmp_path, *arguments)
    assert code == 2
    assert said in errors
    assert not (tmp_path / "runs").exists()


ENDS = {
    "no key": (("--generator", "chat", "--model", "gpt-4o"), 2, "OPENAI_API_KEY"),
    "no model": (("--generator", "chat"), 2, "--model"),
    "nothing asks": (("--model", "m"), 2, "no part of this run asks a model"),
    "unknown setting": (("--generator", "chat", "--model", "m", "--set", "generator.modle=1"), 2, 'Did you mean "model"'),
    "nobody there": (("--generator", "chat", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--set", "generator.start_wait_s=0"), 4, "127.0.0.1:9"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "said"), ENDS.values(), ids=ENDS)
def test_a_run_that_cannot_be_ends_with_one_clear_line(arguments, code, said, tmp_path):
    ended, _, errors = _evals(tmp_path, "--limit", "2", *arguments)
    assert ended == code
    assert said in errors
    assert "Traceback" not in errors
    assert (tmp_path / "reports/runs").exists() == (code == 4)


@pytest.mark.parametrize("wrong", ["key", "model"])
def test_a_wrong_key_or_model_ends_the_run_which_goes_on_when_it_is_right(wrong, tmp_path):
    with ModelServer(reply=reply) as server:
        server.settings.key = "right" if wrong == "key" else None
        server.settings.models = frozenset({"other"}) if wrong == "model" else None
        code, _, errors = _evals(tmp_path, *_arguments(tmp_path, server.url))
        assert code == 4
        assert len([line for line in errors.splitlines() if line.startswith("error:")]) == 1
        assert "evals run --resume" in errors
        server.settings.key = server.settings.models = None
        (folder,) = (tmp_path / "runs").iterdir()
        code, _, errors = _evals(tmp_path, "--resume", str(folder))
        assert code == 0, errors


def test_a_run_with_errors_left_ends_with_code_4_and_says_how_to_do_them_again(tmp_path):
    with ModelServer(reply=reply, faults={"500": 0.4}, seed=5) as server:
        more = ("--set", "generator.retries=0", "--set", "judge.retries=0")
        code, output, errors = _evals(tmp_path, *_arguments(tmp_path, server.url, *more))
        folder = output.strip().splitlines()[-1]
        assert code == 4
        assert "HTTP 500" in errors
        assert f"evals run --retry-errors {folder}" in errors
        server.settings.faults = {}
        code, output, errors = _evals(tmp_path, "--retry-errors", folder)
        assert code == 0, errors
        assert output.strip().splitlines()[-1] == folder
        assert "no answer ended in an error" in _evals(tmp_path, "--retry-errors", folder)[2]


def _wait_for(ready, process):
    deadline = time.monotonic() + 60
    while process.poll() is None and not ready() and time.monotonic() < deadline:
        time.sleep(0.005)


@pytest.mark.parametrize("cache", ["--cache", "--no-cache"])
def test_a_killed_run_resumes_and_pays_for_no_reply_twice_that_had_come(cache, finished, tmp_path):
    at_once = 2
    with server_process(reply="tests.answer_replies:reply", latency=0.05) as (url, counts):
        process = _spawn(tmp_path, *_arguments(tmp_path, url, "--concurrency", str(at_once), cache))
        _wait_for(lambda: counts()["ok"] >= 7, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        paid = counts()["ok"]
        (folder,) = (tmp_path / "runs").iterdir()
        code, _, errors = _evals(tmp_path, "--resume", str(folder))
        assert code == 0, errors
        after = counts()
    assert paid < 14
    assert after["unique_ok"] == 14
    assert after["repeat_ok"] <= at_once
    done = read_run(folder)
    for mine, other in zip(done.items, finished[0].items, strict=True):
        assert (mine.claims, mine.verdicts, mine.outcomes) == (other.claims, other.verdicts, other.outcomes)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_run_keeps_what_had_come_and_exits_130(stop, tmp_path):
    with server_process(reply="tests.answer_replies:reply", latency=0.1) as (url, counts):
        process = _spawn(tmp_path, *_arguments(tmp_path, url, "--concurrency", "2"))
        _wait_for(lambda: counts()["ok"] >= 5, process)
        process.send_signal(stop)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130, errors
        assert "evals run --resume" in errors
        assert "Traceback" not in errors
        (folder,) = (tmp_path / "runs").iterdir()
        code, _, errors = _evals(tmp_path, "--resume", str(folder))
        assert code == 0, errors
        assert counts()["repeat_ok"] <= 2


def test_no_worker_outlives_a_killed_run(tmp_path):
    with server_process(reply="tests.answer_replies:reply", latency=0.3) as (url, counts):
        process = _spawn(tmp_path, *_arguments(tmp_path, url))
        _wait_for(lambda: counts()["requests"] >= 1, process)
        workers = _children(process.pid)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        deadline = time.monotonic() + 20
        while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert workers
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def _children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_options_of_the_command_line_reach_the_parts_that_ask_models():
    suite = replace(
        load_suite(ROOT / "datasets/suites/default.yaml"), generator=Part(name="chat"), judge=Part(name="llm")
    )
    both = {"model": "a", "base_url": "http://127.0.0.1:1/v1", "key_env": None, "concurrency": 8}
    made = with_models(suite, both, {"model": None}, ["generator.parameters.temperature=0"])
    assert made.generator.settings == {
        "model": "a", "base_url": "http://127.0.0.1:1/v1", "concurrency": 8, "parameters": {"temperature": 0},
    }  # fmt: skip
    assert made.judge.settings == {"model": "a", "base_url": "http://127.0.0.1:1/v1", "concurrency": 8}
    other = with_models(suite, both, {"model": "b", "api": "anthropic"}, [])
    assert other.judge.settings == {"model": "b", "api": "anthropic", "concurrency": 8}


def test_a_suite_names_judges_beside_the_deciding_one_and_repeats_of_both_kinds(tmp_path):
    text = (ROOT / "datasets/suites/default.yaml").read_text()
    path = tmp_path / "mine.yaml"
    path.write_text(f"{text}judges: [local, {{name: llm, settings: {{model: m}}}}]\njudge_repeats: 3\n")
    suite = load_suite(path)
    assert suite.judges == (Part(name="local"), Part(name="llm", settings={"model": "m"}))
    assert (suite.repeats, suite.judge_repeats) == (1, 3)
    path.write_text(f"{text}judge_repeats: 0\n")
    with pytest.raises(UserError, match="judge_repeats"):
        load_suite(path)


def test_what_goes_to_a_worker_and_back_is_the_same(finished):
    done = finished[0]
    for item in done.items:
        made, verdicts = Made(answer=item.answer, claims=item.claims), Judged(deciding=item.verdicts)
        sent = (work, (made, verdicts, done.questions[item.answer.question_id]), {"told": item.outcomes})
        assert unpacked(packed(sent)) == sent


def test_a_plan_is_made_once_for_the_same_settings():
    settings = Settings(suite=load_suite(ROOT / "datasets/suites/default.yaml"), command={"limit": 1})
    assert plan_of(settings) is plan_of(pickle.loads(pickle.dumps(settings)))  # noqa: S301


STATES = {
    "at first": (State(done=0, before=0, total=10, errors=0), 1.0, ""),
    "slow": (State(done=2, before=0, total=10, errors=0), 60.0, "2.0/min · 4:00 left"),
    "resumed": (State(done=8, before=6, total=10, errors=1), 1.0, "2.0/s · 1 error · 0:01 left"),
    "asking": (
        State(done=10, before=0, total=10, errors=0, calls=20, cached=3, cost=0.5), 5.0,
        "2.0/s · 20 requests, 3 cached · $0.50",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("state", "seconds", "said"), STATES.values(), ids=STATES)
def test_progress_is_told_in_words(state, seconds, said):
    assert told_of(state, seconds) == said
