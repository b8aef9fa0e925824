"""Who reviews what: known probabilities, double review, people who know the disease, hidden gold and repeats."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.errors import UserError
from evals.records import Verdict
from evals.review import Reviewer, open_store
from evals.review.items import CHECKABLE, ready
from evals.review.placing import ordered
from evals.review.sampling import as_count, draw, probabilities, several, weight
from tests.review_databases import (  # noqa: F401  (fixtures)
    audit_key_of_the_test,
    each_engine,
    postgres_database,
    postgres_server,
)
from tests.review_run import PEOPLE, make_run, plan, staffed, submit_all

RUN = make_run(60)
weights = st.lists(st.integers(1, 1000), min_size=1, max_size=60)
PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


@settings(**PATIENT)
@given(weights, st.integers(0, 70), st.sampled_from([0, 0.3, 1]))
def test_probabilities_add_up_to_the_count_and_rise_with_the_weight(found, count, share):
    chances = probabilities(found, count, share)
    assert all(0 <= chance <= 1 for chance in chances)
    assert sum(chances) == pytest.approx(min(count, len(found)))
    in_order = [chance for _, chance in sorted(zip(found, chances, strict=True), key=lambda pair: pair[0])]
    assert all(one <= other + 1e-9 for one, other in pairwise(in_order))


@settings(max_examples=60, **PATIENT)
@given(weights, st.integers(1, 60), st.integers(0, 10_000))
def test_a_draw_has_the_size_asked_for(found, count, seed):
    chances = probabilities(found, count, 0.3)
    assert len(draw(chances, Random(seed))) == min(count, len(found))


def test_each_answer_is_drawn_as_often_as_its_probability_says():
    chances = probabilities([1, 1, 2, 4, 8, 40], 3, 0.3)
    random = Random(7)
    counts = Counter(place for _ in range(4000) for place in draw(chances, random))
    for place, chance in enumerate(chances):
        assert counts[place] / 4000 == pytest.approx(chance, abs=0.03)


def test_without_weights_all_answers_are_alike():
    assert set(probabilities([1, 5, 9, 100], 2, 1.0)) == {0.5}


@pytest.mark.parametrize(("found", "count", "share"), [([0.0], 1, 0.3), ([1.0], -1, 0.3), ([1.0], 1, 1.5)])
def test_what_is_no_weight_count_or_share_is_refused(found, count, share):
    with pytest.raises(ValueError, match="weights"):
        probabilities(found, count, share)


def test_several_draws_together_miss_only_what_each_of_them_misses():
    assert several([0.5, 0.5]) == 0.75
    assert several([0.2, 1.0]) == 1.0


def test_a_share_of_a_small_number_comes_out_right_on_average():
    random = Random(1)
    assert sum(as_count(0.3, random) for _ in range(2000)) / 2000 == pytest.approx(0.3, abs=0.04)


def test_graver_risk_and_findings_weigh_more():
    routine = next(
        i for i in RUN.items if RUN.questions[i.answer.question_id].risk == "routine" and not i.outcomes[0].findings
    )
    found = next(
        i for i in RUN.items if RUN.questions[i.answer.question_id].risk == "routine" and i.outcomes[0].findings
    )
    high = next(
        i for i in RUN.items if RUN.questions[i.answer.question_id].risk == "high" and not i.outcomes[0].findings
    )
    plain = weight(routine, RUN.questions[routine.answer.question_id])
    assert plain < weight(found, RUN.questions[found.answer.question_id])
    assert plain < weight(high, RUN.questions[high.answer.question_id])


def test_answers_on_which_judges_differ_are_drawn_for_certain():
    items = [item for item in RUN.items if item.claims and ready(item)]
    claim = next(claim for claim in items[-1].claims if claim.kind in CHECKABLE)
    said = [Verdict(claim_id=claim.claim_id, judge=judge, label=label, reason="r")
            for judge, label in (("local", "supported"), ("llm", "contradicted"))]  # fmt: skip
    disputed = replace(items[-1], verdicts=tuple(said))
    drawn_from = [*items[:-1], disputed]
    weights = [weight(item, RUN.questions[item.answer.question_id]) for item in drawn_from]
    chances = probabilities(weights, max(2, len(weights) // 3), 0.3)
    assert chances[-1] == 1
    assert sum(chance == 1 for chance in chances) < len(chances)


# --- assignments -----------------------------------------------------------------------------------------------------


def asked(store):
    """Who was asked about what: (reviewer, question, purpose)."""
    states = {state.item_id: state.question_id for state in store.item_states()}
    rows = [row for row in store.audit_rows() if row.action == "assigned"]
    return [(who, states[item], purpose) for row in rows for _, item, who, purpose, _ in row.new["assignments"]]


def test_high_risk_answers_go_to_two_physicians_who_know_the_disease(url):
    store = staffed(url)
    store.assign(RUN, plan(40), by="lea")
    knows = {"breast": {"lea", "ada", "ben", "bea", "sol"}, "lung": {"lea", "ada", "bea", "sol"}}
    by_question = Counter()
    for who, question, purpose in asked(store):
        cancer = RUN.questions[question].cancer
        if purpose == "judge" and who != "nan":
            by_question[question] += 1
            assert who in knows.get(cancer, {"lea", "ada", "ben", "bea", "sol"})
            assert who != "vic"
    for question, count in by_question.items():
        assert count == 2 if RUN.questions[question].risk == "high" else count in (1, 2)


def test_a_fifth_of_the_rest_goes_to_two(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    run = make_run(300)
    store.assign(run, plan(300), by="lea")
    clinical = Counter(q for who, q, purpose in asked(store) if purpose == "judge" and who != "nan")
    rest = [count for question, count in clinical.items() if run.questions[question].risk != "high"]
    assert 0.12 < rest.count(2) / len(rest) < 0.30


def test_an_answer_that_nobody_knows_is_told_and_not_given_to_just_anyone(tmp_path):
    people = (Reviewer(id="lea", name="Lea", role="lead", expertise=("lung",)),)
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}", people)
    found = store.assign(RUN, plan(30), by="lea")
    breast = [one for one in found.shortfalls if one.cancer == "breast"]
    assert breast
    assert all(one.found == 0 for one in breast)
    again = staffed(f"sqlite:///{tmp_path / 's.sqlite3'}", people).assign(RUN, plan(30, any_reviewer=True), by="lea")
    assert all(one.found == 1 for one in again.shortfalls)


def test_the_frame_holds_every_answer_that_could_have_been_drawn(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    found = store.assign(RUN, plan(20), by="lea")
    rows = [row for row in store.export_rows(by="lea") if row["kind"] == "frame"]
    assert len(rows) == found.could_be == 60
    assert sum(row["selected"] for row in rows) == found.drawn == 20
    assert sum(row["probability"] for row in rows) == pytest.approx(20)


def test_the_same_seed_draws_and_hands_out_alike(tmp_path):
    drawn = []
    for name in ("one", "two"):
        store = staffed(f"sqlite:///{tmp_path / name}.sqlite3")
        store.assign(RUN, plan(20, seed=5), by="lea")
        drawn.append(sorted(asked(store)))
    assert drawn[0] == drawn[1]


def test_an_answer_drawn_again_is_not_given_out_again(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.assign(RUN, plan(60, seed=1), by="lea")
    again = store.assign(RUN, plan(60, seed=2), by="lea")
    assert (again.drawn, again.known, again.counts) == (60, 60, {})


def test_links_are_random_and_each_queue_has_its_own_order(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.assign(RUN, plan(60), by="lea")
    ids = [entry.assignment_id for person in ("bea", "sol") for entry in store.queue(person)]
    assert len(set(ids)) == len(ids)
    assert all(len(one) == 22 for one in ids)
    order = [store.blind_item(entry.assignment_id, "bea").shown.question for entry in store.queue("bea")]
    assert order != sorted(order)


def test_a_hidden_repeat_looks_like_any_item_and_comes_well_after_its_first_showing(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    found = store.assign(make_run(200), plan(200), by="lea")
    assert found.counts["repeat"] > 5
    for person in ("bea", "sol"):
        shown = [store.blind_item(entry.assignment_id, person) for entry in store.queue(person)]
        places: dict[str, list[int]] = {}
        for place, item in enumerate(shown):
            places.setdefault(item.shown.text, []).append(place)
        twice = [found for found in places.values() if len(found) > 1]
        assert twice
        assert all(later - earlier >= 0.2 * len(shown) for earlier, later in twice)
        assert len({(item.practice, item.scales) for item in shown}) == 1


@settings(max_examples=50, **PATIENT)
@given(st.integers(1, 40), st.integers(0, 10), st.integers(0, 1000))
def test_no_repeat_comes_before_what_it_repeats(size, repeats, seed):
    rows = [{"id": str(n), "purpose": "judge", "repeat_of": None} for n in range(size)]
    rows += [{"id": f"r{n}", "purpose": "repeat", "repeat_of": str(n)} for n in range(min(repeats, size))]
    places = {row["id"]: place for place, row in enumerate(ordered(rows, Random(seed)))}
    assert len(places) == len(rows)
    assert all(places[f"r{n}"] > places[str(n)] for n in range(min(repeats, size)))


def test_practice_goes_to_everybody_and_counts_for_nothing(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.assign(RUN, plan(5, practice=True), by="lea")
    for person in ("ben", "bea", "sol", "nan"):
        assert len(store.queue(person)) == 5
        assert all(entry.practice for entry in store.queue(person))
        submit_all(store, person)
    assert {state.state for state in store.item_states()} == {"unassigned"}
    tables = store.agreement_tables()
    assert tables.reviews == 0
    assert all(row.raw.value is None for row in tables.scales)


def test_gold_is_hidden_among_later_reviews_and_measures_the_reviewer(tmp_path):
    people = (*PEOPLE, Reviewer(id="new", name="New Person"))
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.assign(RUN, plan(12), by="lea")
    for person in ("lea", "ada", "ben", "bea", "sol"):
        submit_all(store, person)
    settled = [state for state in store.item_states() if state.state == "submitted" and state.done == 2]
    for state in settled:
        store.set_gold(state.item_id, by="lea", why="both agree")
    single = [state for state in store.item_states() if state.state == "submitted" and state.done == 1]
    if single:
        with pytest.raises(UserError, match="two reviewers agree"):
            store.set_gold(single[0].item_id, by="lea", why="so")
    store.add_reviewer(people[-1], by="lea")
    found = store.assign(RUN, plan(60, seed=3), by="lea")
    assert found.counts.get("gold", 0) > 0
    for person in ("new", "sol", "bea", "lea", "ada", "ben"):
        submit_all(store, person, accuracy="1")
    measured = [row for row in store.agreement_tables().reviewers if row.gold_items]
    assert measured
    assert all(row.gold is not None and row.gold < 1 for row in measured)


def test_answers_with_an_error_are_never_drawn_and_a_run_without_answers_is_refused(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    failed = [replace(i, answer=replace(i.answer, status="error", text="", raw="", error="down")) for i in RUN.items]
    mixed = replace(RUN, items=(*RUN.items[:10], *failed[10:]))
    assert store.assign(mixed, plan(60), by="lea").could_be == 10
    with pytest.raises(UserError, match="no answer that can be reviewed"):
        store.assign(replace(RUN, items=tuple(failed)), plan(5), by="lea")


def test_a_store_without_a_physician_cannot_assign(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.add_reviewer(Reviewer(id="lea", name="Lea", role="lead", profession="other"), by="lea")
    with pytest.raises(UserError, match="physician"):
        store.assign(RUN, plan(5), by="lea")


def test_a_nurse_is_asked_what_a_nurse_can_judge(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.assign(RUN, plan(60), by="lea")
    item = store.blind_item(store.queue("nan")[0].assignment_id, "nan")
    assert "accuracy" not in item.scales
    assert "readable" in item.scales
