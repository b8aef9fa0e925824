"""Assertions for people's own tests: what passes, what fails, and that a clinician can read why."""

import subprocess
import sys

import pytest

from evals.asserts import assert_faithful, assert_notices, assert_readable

NOTICE = (
    "This answer was made by AI. It is for information only and is not medical advice. "
    "Please talk with your oncologist or care team before you decide anything."
)
ANSWER = f"> {NOTICE}\n\n# Pembrolizumab\n\nPembrolizumab blocks CTLA-4. It is given into a vein.\n\n> {NOTICE}"
BLOCKS = "Pembrolizumab blocks PD-1 on T cells."
GIVEN = "Pembrolizumab is given into a vein (IV)."
HARD = (
    "Immune checkpoint inhibitors constitute a pharmacological category of monoclonal antibodies administered "
    "intravenously, which potentiate endogenous antineoplastic immunological responses through interruption of "
    "inhibitory signalling pathways. Contraindications necessitate comprehensive multidisciplinary evaluation, "
    "particularly regarding autoimmune comorbidities. The recommended duration of administration is established by "
    "the multidisciplinary institution."
)
PLAIN = (
    "A biopsy takes a small piece of tissue. A doctor looks at it with a strong lens. Most people go home on the same "
    "day. You may feel sore for a day or two. Call us if you have a fever. Call us if the place bleeds or gets red."
)


def failure(call, *arguments, **named):
    with pytest.raises(AssertionError) as caught:
        call(*arguments, **named)
    return str(caught.value)


def test_a_statement_that_a_passage_contradicts_is_shown_beside_what_the_passage_says():
    said = failure(assert_faithful, ANSWER, [BLOCKS, GIVEN])
    assert said.startswith("1 statement contradicted by the passages")
    assert "Where: line 5, in the body" in said
    assert "The answer says: “Pembrolizumab blocks CTLA-4.”" in said
    assert "The passage says: “Pembrolizumab blocks PD-1 on T cells.” (passage 1)" in said


def test_what_the_passages_bear_out_passes():
    assert_faithful(ANSWER.replace("CTLA-4", "PD-1"), [BLOCKS, GIVEN])


def test_too_little_borne_out_fails_and_lists_what_was_not_found():
    answer = "# Chemo\n\nChemo can cause hair loss. Chemo is given in cycles. Nausea can be treated."
    said = failure(assert_faithful, answer, ["A biopsy takes a small piece of tissue."])
    assert "too little is borne out" in said
    assert "“Chemo can cause hair loss.”" in said


def test_how_much_must_be_borne_out_is_for_the_caller_to_say():
    answer = f"# Treatment\n\n{BLOCKS} Chemo can cause hair loss."
    assert_faithful(answer, [BLOCKS], at_least=0.1)
    assert "at least 1.00 wanted" in failure(assert_faithful, answer, [BLOCKS], at_least=1.0)


@pytest.mark.parametrize("passages", [[], (), "one text and not a list"])
def test_faithfulness_without_a_list_of_passages_is_a_wrong_call(passages):
    with pytest.raises(ValueError, match="list of one or more passages"):
        assert_faithful(ANSWER, passages)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        (assert_faithful, ("   ", [BLOCKS])),
        (assert_faithful, ("Does it hurt?", [BLOCKS])),
        (assert_notices, ("",)),
        (assert_readable, ("Too short to tell.",)),
        (assert_readable, ("x" * 70_000,)),
    ],
)
def test_what_cannot_be_checked_fails_and_says_why(call, arguments):
    assert "could not be checked: " in failure(call, *arguments)


def test_missing_notices_are_named_with_the_source_that_asks_for_them():
    said = failure(assert_notices, "A biopsy takes a small piece of tissue.")
    assert "made by AI (D1)" in said
    assert "California AB 3030" in said
    assert "Where: nowhere, something is missing" in said


def test_notices_can_be_kept_to_those_that_the_shipped_policy_asks_for():
    four = ["D1", "D2", "D3", "D4"]
    assert_notices(ANSWER, only=four)
    assert "how to reach a human (D8)" in failure(assert_notices, ANSWER)
    assert "D1: Nothing tells" in failure(assert_notices, "A biopsy takes tissue.", only=four)


def test_reading_level_names_the_sentences_and_words_that_are_hard():
    assert_readable(PLAIN)
    said = failure(assert_readable, HARD, max_grade=8)
    assert "at most 8 wanted" in said
    assert "The answer says: “Contraindications necessitate" in said


def test_no_character_of_an_answer_reaches_a_terminal_unseen():
    said = failure(assert_faithful, "# A\n\nPembrolizumab blocks CTLA-4 \x1b[31m\u202e.", [BLOCKS])
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_importing_the_assertions_and_the_plugin_loads_nothing_else_of_ours():
    code = (
        "import sys, pytest; before = set(sys.modules); import evals.pytest_plugin, evals.asserts; "
        "print(sorted(set(sys.modules) - before))"
    )
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    assert printed.strip() == "['evals', 'evals.asserts', 'evals.pytest_plugin']"
