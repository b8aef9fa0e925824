"""What spares a search must never spare one that finds something."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.notices.combinations import Combination, Needs, places
from evals.overreach.cues import MASK
from evals.overreach.grams import Sieve, needed_by
from evals.overreach.rules import load_patterns

NAMES = ("a", "b", "c", "d")
GROUPS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(tuple)
COMBINATIONS = st.builds(
    Combination,
    groups=st.lists(GROUPS, min_size=1, max_size=4).map(tuple),
    ordered=st.booleans(),
    within=st.just(12),
)


@given(st.lists(COMBINATIONS, max_size=12), st.sets(st.sampled_from(NAMES)))
def test_a_combination_is_met_when_each_of_its_choices_has_a_group_that_is_there(combinations, there):
    needs = Needs(combinations)
    wanted = [n for n, one in enumerate(combinations) if all(there & set(names) for names in one.groups)]
    assert list(places(needs.met(needs.held(there)))) == wanted


@given(st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)))
def test_what_two_sentences_hold_together_is_what_both_sets_of_groups_hold(here, before):
    needs = Needs([Combination((one, other), False, 12) for one, other in product([("a", "b"), ("c",)], [("d",)])])
    assert needs.met(needs.held(here) | needs.held(before)) == needs.met(needs.held(here | before))


@pytest.mark.parametrize(
    ("expression", "needed"),
    [
        ("stop", [{"stop"}]),
        ("stopping", [{"stopp"}]),
        ("stop|halt", [{"stop", "halt"}]),
        (r"\b(?:stop|halt)\b<now>", [{"stop", "halt"}, {"<now>"}]),
        ("(?P<words>skip) it", [{"skip"}, {" it"}]),
        ("stops?", [{"stop"}]),
        ("(?:please )?stop", [{"stop"}]),
        ("(?:please ){0,3}stop", [{"stop"}]),
        ("(?:please ){1,3}stop", [{"pleas"}, {"stop"}]),
        ("stop(?! it)", [{"stop"}]),
        ("(?<!not )stop", [{"stop"}]),
        (r"\ue000+(?: and \ue000+)*", [{MASK}]),
        (r"[abc]+\w\s.", []),
        ("a|stop", []),
        ("(?:stop|)", []),
        (r"(stop)\1", []),
        ("(?i:stop)", []),
    ],
)
def test_an_expression_needs_the_beginnings_of_the_words_that_must_be_there(expression, needed):
    assert [set(part) for part in needed_by(expression)] == needed


LEAVES = st.sampled_from(["stop", "dose ", "it", r"\b", r"\w+", "[abc]", ".", "xyzzy", r"\d{2}", "a?", "(?!no)"])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "{0,2}", "+", "{2}", "{1,3}?"])).map(lambda p: f"(?:{p[0]}){p[1]}"),
    ),
    max_leaves=12,
)
TEXTS = st.lists(st.sampled_from(["stop", "dose ", "it", " ", "abc", "xyzzy", "42", "no", "é"]), max_size=12).map(
    "".join
)


@given(EXPRESSIONS, TEXTS)
def test_no_text_that_matches_is_passed_over(expression, text):
    if re.search(expression, text):
        assert list(Sieve([needed_by(expression)]).may_match(text)) == [0]


@given(st.lists(EXPRESSIONS, max_size=6), TEXTS)
def test_many_expressions_are_passed_over_as_each_would_be_alone(expressions, text):
    needs = [needed_by(expression) for expression in expressions]
    alone = [number for number, needed in enumerate(needs) if list(Sieve([needed]).may_match(text))]
    assert list(Sieve(needs).may_match(text)) == alone


def test_most_patterns_of_overreach_tell_what_they_need():
    patterns = load_patterns()
    assert sum(bool(pattern.grams) for pattern in patterns) > len(patterns) / 2
