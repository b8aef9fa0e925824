"""Readability bought by dropping facts: what is told, what is not, and what cannot be."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.records import Answer, Finding, Item, Outcome
from evals.store.run import Run
from evals.trade_offs import find_trade_offs


def _outcome(question, repeat, scorer, measures, findings=(), status="scored"):
    return Outcome(
        question_id=question, repeat=repeat, scorer=scorer, version="1", status=status,
        value=0.5 if status == "scored" else None, reason="r", measures=measures, findings=findings,
    )  # fmt: skip


def _item(question, grade, said, *, repeat=0, lost=(), status="scored"):
    missing = tuple(Finding(rule="E18", severity="severe", message=f"Left out: {point}") for point in lost)
    outcomes = (
        _outcome(question, repeat, "readability", {"grade": grade}, status=status),
        _outcome(question, repeat, "completeness", {"must_say": said}, missing),
    )
    answer = Answer(question_id=question, repeat=repeat, question="?", raw="x", text="x")
    return Item(answer=answer, claims=(), verdicts=(), outcomes=outcomes)


def _run(*items):
    return Run(folder=Path("x"), manifest={}, summary={}, items=items, questions={}, passages={})


CASES = [
    ("easier and poorer", (10.0, 1.0), (7.0, 0.5), True),
    ("easier and as complete", (10.0, 1.0), (7.0, 1.0), False),
    ("easier and fuller", (10.0, 0.5), (7.0, 1.0), False),
    ("harder and poorer", (7.0, 1.0), (10.0, 0.5), False),
    ("a hair easier and poorer", (7.2, 1.0), (7.0, 0.5), False),
    ("just easier enough and poorer", (7.5, 1.0), (7.0, 0.9), True),
]


@pytest.mark.parametrize(("before", "after", "told"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_only_answers_that_got_easier_and_poorer_are_told(before, after, told):
    found = find_trade_offs(_run(_item("Q1", *before)), _run(_item("Q1", *after)))
    assert bool(found.found) is told
    assert found.compared == 1


def test_a_trade_off_names_its_figures_and_what_was_lost():
    before = _run(_item("Q1", 9.0, 1.0, lost=["old"]))
    after = _run(_item("Q1", 6.0, 0.4, lost=["old", "call for a fever"]))
    (one,) = find_trade_offs(before, after).found
    assert one.lost == ("Left out: call for a fever",)
    assert one.message == "Q1: grade 9.0 -> 6.0, but points made 100% -> 40%"
    assert one.figures()["grade_after"] == 6.0


def test_repeats_are_averaged_and_the_worst_loss_comes_first():
    before = _run(_item("Q1", 9, 1.0), _item("Q1", 11, 0.8, repeat=1), _item("Q2", 9, 1.0))
    after = _run(_item("Q1", 6, 0.8), _item("Q1", 8, 0.8, repeat=1), _item("Q2", 5, 0.2))
    found = find_trade_offs(before, after)
    assert [one.question_id for one in found.found] == ["Q2", "Q1"]
    assert found.found[1].grade_before == (9 + 11) / 2
    assert found.found[1].said_before == pytest.approx((1.0 + 0.8) / 2)
    assert found.summary == "2 of 2 answers that got easier to read say less of what they must (2 questions compared)"


def test_a_question_without_a_score_on_one_side_is_counted_and_not_called_unchanged():
    before = _run(_item("Q1", 9, 1.0), _item("Q2", 9, 1.0), _item("Q3", 9, None))
    after = _run(_item("Q1", 6, 0.5, status="unscored"), _item("Q4", 6, 0.5), _item("Q3", 6, 0.5))
    found = find_trade_offs(before, after)
    assert found.compared == 0
    assert found.found == ()
    assert found.incomparable == ("Q1", "Q2", "Q3", "Q4")
    assert "4 could not be" in found.summary


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 1)), min_size=1, max_size=8))
def test_a_run_trades_nothing_against_itself(values):
    run = _run(*(_item(f"Q{number}", *pair) for number, pair in enumerate(values)))
    assert find_trade_offs(run, run).found == ()
