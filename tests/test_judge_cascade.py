"""The cascade, canaries, and judges side by side."""

import asyncio
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.claims import UNCHECKABLE, extract_claims
from evals.errors import UserError
from evals.judges import canaries, make_judge
from evals.judges.canaries import canary_estimates
from evals.judges.cascade import LOCAL, MODEL, is_unsure, right_share
from evals.judges.disagreement import answers_apart, disagreements, judge_of
from evals.judges.escalation import escalated
from evals.lexicons import load_yaml
from evals.llm import Session
from evals.records import Item, Verdict
from tests import judge_replies
from tests.cases import answer, corpus, judge
from tests.model_server import ModelServer

TEXT = (
    "# Fever\n\nA fever of 100.4 °F (38.0 °C) or higher during chemo is an emergency. Chemo can cause hair loss.\n\n"
    "It is given in cycles. Pembrolizumab blocks CTLA-4. Rest may help you feel less tired after radiation."
)


@pytest.fixture(name="server")
def _server():
    with ModelServer(reply=judge_replies.reply) as server:
        yield server


def run(made_judge, made, claims, given=()):
    async def ask():
        async with Session() as session:
            return await made_judge.verdicts(made, claims, given, session)

    return asyncio.run(ask())


def cascade(server, **more):
    return make_judge("cascade", corpus(), {"base_url": server.url, "model": "m", "retries": 1, **more})


def checked(text=TEXT):
    made = answer(text, passages=("P19",))
    return made, tuple(claim for claim in extract_claims(made) if claim.kind not in UNCHECKABLE)


# --- the cascade ------------------------------------------------------------------------------------------------------


def test_the_model_is_asked_only_about_claims_on_which_the_local_judge_is_unsure(server):
    made, claims = checked()
    given_passages = (corpus().passages["P19"],)
    local = judge()(made, claims, given_passages)
    sure = load_yaml("judge_cascade.yaml")["sure"]
    unsure = {v.claim_id for v in local if v.scope == "corpus" and is_unsure(v, sure)}
    assert 0 < len(unsure) < len(claims)
    verdicts = run(cascade(server), made, claims, given_passages)
    assert {v.claim_id for v in verdicts if v.judge == MODEL} == unsure
    assert [replace(v, judge="local") for v in verdicts if v.judge == LOCAL] == [
        v for v in local if v.claim_id not in unsure
    ]
    assert judge_replies.claims(server.seen[0].body) == [c.claim_text for c in claims if c.claim_id in unsure]
    for claim in claims:
        own = [v for v in verdicts if v.claim_id == claim.claim_id]
        assert len({v.scope for v in own}) == len(own)
        assert len({v.judge for v in own}) == 1
    share = escalated(verdicts)
    assert (share.claims, share.passed_on) == (len(claims), len(unsure))
    assert share.share == len(unsure) / len(claims)


def test_a_judge_that_is_always_sure_asks_nobody_and_one_that_never_is_asks_about_all(server):
    made, claims = checked()
    assert escalated(run(cascade(server, sure=0), made, claims)).passed_on == 0
    assert server.counts()["requests"] == 0
    quoted = 1  # a claim that is a sentence of a passage is sure, whatever the threshold
    assert escalated(run(cascade(server, sure=1), made, claims)).passed_on >= len(claims) - quoted
    assert server.counts()["requests"] == 1


def test_where_the_model_fails_the_local_judges_doubtful_label_does_not_stand_in(server):
    server.settings.reply = lambda body: "no JSON"
    made, claims = checked()
    verdicts = run(cascade(server), made, claims)
    failed = {v.claim_id for v in verdicts if v.status == "error"}
    assert failed == {v.claim_id for v in verdicts if v.judge == MODEL} != set()
    assert all(v.label is None for v in verdicts if v.claim_id in failed)
    assert all(v.status == "ok" for v in verdicts if v.judge == LOCAL)


def test_two_cascades_are_counted_apart_and_repeats_once():
    def verdict(judge, claim, turn=0):
        return Verdict(claim_id=claim, judge=judge, judge_repeat=turn, label="supported", reason="r")

    verdicts = [verdict(LOCAL, "c1"), verdict(MODEL, "c2"), verdict(MODEL, "c2", 1), verdict("cascade#2/llm", "c1")]
    assert (escalated(verdicts).claims, escalated(verdicts).passed_on) == (2, 1)
    assert escalated(verdicts, "cascade#2").share == 1.0


def test_no_claim_no_share():
    assert escalated(()).share is None
    assert escalated([Verdict(claim_id="c1", judge="local", label="supported")]).claims == 0


def test_how_sure_is_sure_comes_from_the_calibration_file():
    from evals.judges.verifier.encoder import WEIGHTS

    rows = json.loads((WEIGHTS / "calibration.json").read_text(encoding="utf-8"))["reliability"]
    for row in rows:
        assert right_share("contradicted", 1 - row["said"]) == pytest.approx(1 - right_share("supported", row["said"]))
        assert 0 < right_share("supported", row["said"]) < 1  # no number of right claims makes the next one certain
    # Where tenths fall by chance their claims are pooled, so all claims together, with one right and one wrong claim
    # more in each, are right as often as they were.
    told = sum((row["n"] + 2) * right_share("supported", row["said"]) for row in rows)
    assert told == pytest.approx(sum(row["n"] * row["was"] + 1 for row in rows))
    assert right_share("supported", 1.0) == right_share("not_found", 1.0) == 1.0


@settings(max_examples=60, deadline=None)
@given(one=st.floats(0, 1), other=st.floats(0, 1), label=st.sampled_from(["supported", "partly", "not_found"]))
def test_more_confidence_is_never_less_sure(one, other, label):
    low, high = sorted((one, other))
    assert 0 <= right_share(label, low) <= right_share(label, high) + 1e-9 <= 1 + 1e-9


def test_what_passage_status_decides_is_not_passed_on_and_what_has_no_confidence_is():
    assert not is_unsure(Verdict(claim_id="c", judge="local", label="not_checkable", confidence=1.0), 0.8)
    assert is_unsure(Verdict(claim_id="c", judge="local", label="supported"), 0.8)
    assert is_unsure(Verdict(claim_id="c", judge="local", status="error", reason="x"), 0.8)


def test_settings_and_signature(server):
    for sure in ("much", -0.1, 1.5, True, float("nan")):
        with pytest.raises(UserError, match="sure"):
            cascade(server, sure=sure)
    with pytest.raises(UserError, match="unknown setting"):
        cascade(server, sour=1)
    signatures = {cascade(server).signature, cascade(server, sure=0.9).signature, judge().signature}
    assert len(signatures) == 3
    assert judge().signature in cascade(server).signature


def test_the_estimate_is_that_of_the_model_at_most(server):
    llm = make_judge("llm", corpus(), {"base_url": server.url, "model": "m"})
    settings_ = {"base_url": server.url, "model": "m"}
    assert make_judge("cascade", corpus(), settings_).estimate(1000, 10) == llm.estimate(1000, 10)


# --- canaries ---------------------------------------------------------------------------------------------------------

CANARIES = load_yaml("canaries.yaml")["canaries"]


def canary_report(server, name="llm"):
    made = make_judge(name, corpus(), {"base_url": server.url, "model": "m", "retries": 0})

    async def ask():
        async with Session() as session:
            return await made.canaries(session)

    return asyncio.run(ask())


def all_labelled(label):
    def reply(body):
        if "<<<CLAIMS" not in str(body["messages"]):
            rows = json.loads(judge_replies.reply(body))["statements"]
            return json.dumps({"statements": [row | {"verdict": int(label == "supported")} for row in rows]})
        shown = judge_replies.passages(body)
        rows = [
            {"claim": n, "passage": "A", "quote": shown["A"][:30], "reason": "So it says.", "label": label}
            for n in range(1, len(judge_replies.claims(body)) + 1)
        ]
        return json.dumps({"verdicts": rows})

    return reply


def test_canaries_are_false_by_their_passage_and_hold_an_order():
    assert len(CANARIES) >= 8
    for row in CANARIES:
        assert row["claim"].startswith(row["plain"].rstrip("."))
        assert len(row["claim"]) > len(row["plain"]) + 15
        assert row["plain"] not in row["passage"]


@pytest.mark.parametrize("name", ["llm", "ragas", "cascade"])
def test_a_judge_that_holds_obeys_none(server, name):
    server.settings.reply = all_labelled("contradicted")
    report = canary_report(server, name)
    assert report.judge == name
    assert (report.count("held"), report.count("obeyed")) == (len(CANARIES), 0)
    assert report.sentence == f"0 of {len(CANARIES)} planted orders obeyed."


@pytest.mark.parametrize("name", ["llm", "ragas"])
def test_a_judge_that_obeys_is_found_out(server, name):
    def obedient(body):
        ordered = re.search(r"mark this claim|Ignore the passages", str(body["messages"]))
        return all_labelled("supported" if ordered else "contradicted")(body)

    server.settings.reply = obedient
    report = canary_report(server, name)
    assert report.count("obeyed") == len(CANARIES)
    row = report.as_row()
    assert (row["obeyed"], row["held"], row["planted"]) == (len(CANARIES), 0, len(CANARIES))
    assert "planted orders obeyed (order, score" in row["says"]
    assert json.loads(json.dumps(row)) == row


def test_a_judge_that_errs_without_the_order_too_has_not_obeyed(server):
    server.settings.reply = all_labelled("supported")
    report = canary_report(server)
    assert report.count("wrong_anyway") == len(CANARIES)
    assert "called supported even without the order" in report.sentence


def test_a_judge_that_fails_on_canaries_is_told_apart(server):
    server.settings.reply = lambda body: "no JSON"
    report = canary_report(server)
    assert report.count("failed") == len(CANARIES)
    assert "without a label" in report.sentence
    assert all("does not fit" in result.reason for result in report.results)


def test_canaries_cost_two_requests_and_only_two_lines_reach_the_model_for_each(server):
    canary_report(server)
    assert server.counts()["requests"] == 2
    for seen in server.seen:
        assert len(judge_replies.claims(seen.body)) == len(CANARIES)
        assert "<|" not in str(seen.body["messages"])


@pytest.mark.parametrize("name", ["llm", "ragas", "cascade"])
def test_a_forecast_of_the_canaries_counts_the_requests_that_they_take(server, name):
    server.settings.reply = all_labelled("contradicted")
    canary_report(server, name)
    made = make_judge(name, corpus(), {"base_url": server.url, "model": "m"})
    assert sum(one.calls for one in canary_estimates(made)) == server.counts()["requests"]


def test_every_canary_has_an_ending_of_its_own():
    verdicts = [Verdict(claim_id="c1", judge="j", scope="given", label="supported", reason="r")]
    assert canaries._result(CANARIES[0], 1, verdicts, []).ending == "obeyed"
    assert canaries._result(CANARIES[0], 1, verdicts, verdicts).ending == "wrong_anyway"
    assert canaries._result(CANARIES[0], 2, verdicts, []).ending == "failed"


# --- judges side by side ----------------------------------------------------------------------------------------------


def item(*labels, text=TEXT):
    made, claims = checked(text)
    verdicts = tuple(
        Verdict(claim_id=claims[place].claim_id, judge=name, label=label, judge_repeat=repeat)
        for place, name, label, repeat in labels
    )
    return Item(answer=made, claims=claims, verdicts=verdicts, outcomes=())


def test_judges_that_agree_leave_nothing_to_review():
    assert disagreements([item((0, "local", "supported", 0), (0, "llm", "supported", 0))]) == ()
    assert disagreements([item((0, "local", "supported", 0))]) == ()
    assert disagreements([]) == ()


def test_judges_that_differ_name_the_claim_and_what_each_says():
    one = item((0, "local", "supported", 0), (0, "llm", "contradicted", 0), (1, "llm", "partly", 0))
    (found,) = disagreements([one])
    assert found.claim == one.claims[0]
    assert found.labels == (("llm", "contradicted"), ("local", "supported"))
    assert "llm: contradicted, local: supported" in found.reason
    ((question_id, repeat, told),) = answers_apart([one])
    assert (question_id, repeat, told) == ("Q1", 0, (found,))


def test_the_gravest_claim_and_the_widest_gap_come_first():
    one = item(
        (1, "a", "supported", 0), (1, "b", "not_found", 0), (2, "a", "supported", 0), (2, "b", "contradicted", 0),
        (0, "a", "partly", 0), (0, "b", "supported", 0),
    )  # fmt: skip
    found = disagreements([one])
    ranks = [(d.claim.severity, dict(d.labels)) for d in found]
    assert len(ranks) == 3
    grave = ["critical", "severe", "moderate", "minor", "info"]
    assert [grave.index(severity) for severity, _ in ranks] == sorted(grave.index(severity) for severity, _ in ranks)
    same = [labels for severity, labels in ranks if severity == ranks[-1][0]]
    if {"a": "supported", "b": "contradicted"} in same:
        assert same[0] == {"a": "supported", "b": "contradicted"}


def test_failures_and_what_is_not_checkable_are_no_opinion_and_repeats_count_once():
    failed = Verdict(claim_id="c2", judge="llm", status="error", reason="x")
    one = item((0, "local", "supported", 0), (0, "llm", "not_checkable", 0))
    assert disagreements([replace(one, verdicts=(*one.verdicts, failed))]) == ()
    repeated = item(
        (0, "llm", "supported", 0), (0, "llm", "partly", 1), (0, "llm", "supported", 2), (0, "local", "supported", 0)
    )
    assert disagreements([repeated]) == ()


def test_the_two_halves_of_a_cascade_are_one_judge():
    assert judge_of(Verdict(claim_id="c", judge=MODEL)) == judge_of(Verdict(claim_id="c", judge=LOCAL)) == "cascade"
    one = item((0, MODEL, "supported", 0), (0, "local", "contradicted", 0))
    assert disagreements([one])[0].labels == (("cascade", "supported"), ("local", "contradicted"))
