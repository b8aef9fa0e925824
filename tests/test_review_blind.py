"""Blind means blind: which statements are asked says nothing of the machine, and whoever saw its scores is marked."""

import dataclasses
from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.records import SEVERITIES, Claim
from evals.review import RefusedError, Reviewer, ShownClaim, text_digest
from evals.review.asking import asked_of, stratum, weights
from evals.review.items import shown_of
from tests.review_databases import (  # noqa: F401  (fixtures)
    audit_key_of_the_test,
    each_engine,
    postgres_database,
    postgres_server,
)
from tests.review_run import make_run, plan, review, staffed, submit_all

RUN = make_run(30)
TWO = (
    Reviewer(id="lea", name="Lea Lead", role="lead"),
    Reviewer(id="bea", name="Bea Breast", expertise=("breast", "lung")),
)

# --- which statements are asked --------------------------------------------------------------------------------------

CLAIMS = st.lists(st.sampled_from(SEVERITIES), max_size=25).map(
    lambda found: [
        Claim(claim_id=f"c{n}", start=0, end=1, claim_text="x", kind="fact", severity=one)
        for n, one in enumerate(found)
    ]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLAIMS, st.integers(1, 12), st.integers(0, 99))
def test_every_statement_where_a_mistake_could_cost_most_is_asked_and_some_of_the_others(claims, count, seed):
    asked = asked_of(claims, count, Random(seed))
    gravest = {claim.claim_id for claim in claims if claim.severity == "critical"}
    assert gravest <= asked
    assert {stratum(claim.severity) for claim in claims} == {stratum(c.severity) for c in claims if c.claim_id in asked}
    assert len(asked) <= max(count, len(gravest) + 2)
    assert len(asked) >= min(count, len(claims))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLAIMS, st.integers(1, 12), st.integers(0, 99))
def test_what_is_asked_stands_for_all_statements_of_the_answer(claims, count, seed):
    asked = asked_of(claims, count, Random(seed))
    shown = [
        ShownClaim(claim_id=c.claim_id, start=0, end=1, claim_text="x", asked=c.claim_id in asked, severity=c.severity)
        for c in claims
    ]
    found = weights(shown)
    assert found.keys() == asked
    assert sum(found.values()) == pytest.approx(len(claims))


def test_each_statement_is_asked_as_often_as_its_weight_says():
    severities = ["critical"] * 2 + ["severe"] * 5 + ["moderate"] * 9
    claims = [
        Claim(claim_id=f"c{n}", start=0, end=1, claim_text="x", kind="fact", severity=one)  # type: ignore[arg-type]
        for n, one in enumerate(severities)
    ]
    random, counts = Random(3), Counter[str]()
    for _ in range(3000):
        counts.update(asked_of(claims, 6, random))
    for claim, chance in zip(claims, [1.0] * 2 + [2 / 5] * 5 + [2 / 9] * 9, strict=True):
        assert counts[claim.claim_id] / 3000 == pytest.approx(chance, abs=0.03)


def test_an_item_of_an_older_version_weighs_its_statements_alike():
    claims = [ShownClaim(claim_id=f"c{n}", start=0, end=1, claim_text="x", asked=n < 2) for n in range(6)]
    assert weights(claims) == {"c0": 3.0, "c1": 3.0}


def test_the_verdicts_have_no_part_in_what_is_asked():
    item = RUN.items[0]
    turned = tuple(dataclasses.replace(one, label="supported", confidence=0.1) for one in item.verdicts)
    outcomes = tuple(dataclasses.replace(one, findings=(), value=1.0) for one in item.outcomes)
    other = dataclasses.replace(item, verdicts=turned, outcomes=outcomes)
    assert shown_of(RUN, item, 2, Random(5)) == shown_of(RUN, other, 2, Random(5))


# --- who has seen the scores -----------------------------------------------------------------------------------------


def look(store, who: str, items=RUN.items, run_id: str | None = None, *, digest: bool = True) -> None:
    """Somebody is shown the scores of these answers."""
    answers = {(i.answer.question_id, i.answer.repeat): text_digest(i.answer.text) if digest else "" for i in items}
    store.note_shown(who, run_id or str(RUN.manifest["run_id"]), answers, where="Answers")


def test_who_was_shown_scores_stands_in_the_log_and_the_log_stays_whole(url):
    store = staffed(url)
    look(store, "vic", RUN.items[:2])
    (row,) = [one for one in store.audit_rows() if one.action == "scores shown"]
    assert (row.who, row.subject, row.new["page"]) == ("vic", RUN.manifest["run_id"], "Answers")
    assert [one[0] for one in row.new["answers"]] == ["Q000", "Q001"]
    assert store.verify_audit().whole
    with pytest.raises(RefusedError):
        look(store, "nobody")


def test_an_answer_goes_to_people_who_have_not_seen_its_scores_where_there_are_such(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    for who in ("lea", "ada", "ben"):
        look(store, who)
    found = store.assign(RUN, plan(12), by="lea")
    assert found.unblinded == 0
    assert not {"lea", "ada", "ben"} & set(found.people)


@pytest.mark.parametrize(("run_id", "digest"), [(None, True), (None, False), ("another run, the same answers", True)])
def test_a_review_by_someone_who_had_seen_the_scores_is_marked_and_left_out_of_every_comparison(url, run_id, digest):
    store = staffed(url, TWO)
    look(store, "lea", run_id=run_id, digest=digest)
    found = store.assign(RUN, plan(10, double_share=1.0), by="lea")
    assert found.unblinded == found.drawn == 10
    for person in ("lea", "bea"):
        submit_all(store, person)
    assert {one.reviewer: one.content.unblinded for one in store.reviews()} == {"lea": True, "bea": False}
    tables = store.agreement_tables()
    assert tables.unblinded == len([one for one in store.reviews() if one.reviewer == "lea"])
    assert tables.reviews == 10
    assert all(row.raw.value is None for row in tables.scales)


def test_another_answer_that_only_has_the_same_id_in_another_run_does_not_count_as_seen(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}", TWO)
    look(store, "lea", run_id="another run", digest=False)
    assert store.assign(RUN, plan(10, double_share=1.0), by="lea").unblinded == 0


@pytest.mark.parametrize("told", [True, False])
def test_nobody_can_mark_or_unmark_their_own_review(tmp_path, told):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}", TWO)
    store.assign(RUN, plan(10), by="lea")
    item = store.blind_item(store.queue("bea")[0].assignment_id, "bea")
    if not told:
        look(store, "bea")
    sent = dataclasses.replace(review(item), unblinded=told)
    store.submit(item.assignment_id, "bea", 0, sent)
    assert store.reviews()[0].content.unblinded is not told


def test_an_adjudication_that_was_not_blind_settles_nothing_for_the_machine(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.assign(RUN, plan(12, double_share=1.0), by="lea")
    for person in ("lea", "ben", "bea", "sol", "ada"):
        submit_all(store, person, would_show="no" if person in ("ben", "lea") else "yes")
    waiting = store.adjudication_queue("ada")
    compared = sum(row.compared for row in store.agreement_tables().machine if not row.topic)
    look(store, "ada")
    for one in waiting:
        item = store.open_adjudication(one.token, "ada")
        store.adjudicate(item.assignment_id, "ada", 0, review(item), "the label says so")  # type: ignore[arg-type]
    assert waiting
    assert all(one.content.unblinded for one in store.reviews() if one.meaning == "adjudicated")
    assert sum(row.compared for row in store.agreement_tables().machine if not row.topic) < compared


# --- how long it takes -----------------------------------------------------------------------------------------------


def test_how_long_a_review_takes_is_told_from_ones_own_and_until_then_from_everybodys(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}", TWO)
    store.assign(RUN, plan(10, double_share=1.0), by="lea")
    assert store.usual_seconds("bea") is None
    for n, entry in enumerate(store.queue("lea")[:3]):
        item = store.blind_item(entry.assignment_id, "lea")
        store.submit(item.assignment_id, "lea", 0, dataclasses.replace(review(item), seconds=100.0 + 50 * n))
    assert store.usual_seconds("bea") == store.usual_seconds("lea") == (150.0, 3)
    submit_all(store, "bea")
    assert store.usual_seconds("bea") == (60.0, len(store.queue("bea")))
