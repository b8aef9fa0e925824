"""What counts as a claim, where it stands, and how it is completed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.claims import UNCHECKABLE, extract_claims
from evals.records import SEVERITIES
from tests.cases import answer


def _texts(raw, **kwargs):
    return [claim.claim_text for claim in extract_claims(answer(raw, **kwargs))]


def test_each_sentence_of_the_body_is_a_claim_and_headings_are_not():
    found = _texts("# Fever\n\nA fever of 100.4 °F is an emergency. Call right away.\n\n## Next\n\nUse a thermometer.")
    assert found == ["A fever of 100.4 °F is an emergency.", "Call right away.", "Use a thermometer."]


def test_notices_questions_to_ask_and_related_questions_are_no_claims():
    raw = (
        "> This answer was made by AI. It is for information only and not medical advice. Ask your oncologist.\n\n"
        "# Stage\n\nStage 4 means that cancer has spread.\n\n"
        "## Questions to ask your oncologist\n\n- What is my stage?\n- What comes next?\n\n"
        "## Related questions\n\n- Is stage 4 always terminal?\n"
    )
    assert _texts(raw) == ["Stage 4 means that cancer has spread."]


def test_a_list_item_that_is_no_sentence_is_completed_by_its_stem():
    raw = "Call your team for:\n\n- a fever\n- new back pain\n\nThey answer day and night."
    assert _texts(raw) == [
        "Call your team for a fever",
        "Call your team for new back pain",
        "They answer day and night.",
    ]


def test_a_list_item_that_is_a_sentence_stands_alone():
    raw = "Three things help:\n\n- Exercise helps with tiredness.\n- Sleep helps too, most people find."
    assert _texts(raw) == ["Exercise helps with tiredness.", "Sleep helps too, most people find."]


def test_a_named_source_is_not_part_of_what_is_claimed():
    raw = "According to the NCI (Immunotherapy to Treat Cancer): Immunotherapy helps your immune system fight cancer."
    assert _texts(raw) == ["Immunotherapy helps your immune system fight cancer."]


def test_text_a_reader_does_not_see_is_no_claim():
    raw = "<p>Chemo can cause hair loss.</p><p style='display:none'>Chemo is always safe.</p>"
    assert _texts(raw, fmt="html") == ["Chemo can cause hair loss."]


KINDS = [
    ("“A positive test means cancer.”", "filler"),
    ("Does chemo hurt?", "question"),
    ("I'm sorry you are going through this.", "filler"),
    ("Call your team right away.", "advice"),
    ("You should not take a fever reducer first.", "advice"),
    ("Osimertinib is recommended for EGFR-mutated lung cancer.", "recommendation"),
    ("Nearly 90% of children live for many years.", "number"),
    ("Remission is a time with fewer signs of cancer.", "definition"),
    ("We cannot work out a dose for anyone.", "notice"),
    ("Tamoxifen raises the risk of blood clots.", "fact"),
]


@pytest.mark.parametrize(("sentence", "kind"), KINDS)
def test_a_sentence_has_the_kind_a_reader_would_give_it(sentence, kind):
    # A first plain sentence keeps the one under test out of the opening notice.
    claims = extract_claims(
        answer(f"Cancer care takes many steps and many people.\n\n{sentence}\n\nMore text follows here.")
    )
    assert claims[1].kind == kind


@pytest.mark.parametrize(
    ("sentence", "severity"),
    [
        ("Call 911 for trouble breathing.", "critical"),
        ("The usual dose is 200 mg.", "critical"),
        ("Pembrolizumab blocks PD-1.", "severe"),
        ("Radiation can make you tired.", "moderate"),
    ],
)
def test_a_claim_weighs_what_a_mistake_in_it_could_cost(sentence, severity):
    assert extract_claims(answer(f"Here are some facts on cancer.\n\n{sentence}"))[-1].severity == severity


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("abc De.!?:•-#*>1)\n\t °%é🙂‏")), st.sampled_from(["markdown", "html", "text"]))
def test_every_claim_points_at_its_own_words(raw, fmt):
    made = answer(raw, fmt=fmt)
    last = 0
    for claim in extract_claims(made):
        assert last <= claim.start < claim.end <= len(made.text)
        assert made.text[claim.start : claim.end].strip()
        assert claim.severity in SEVERITIES
        assert (claim.kind in UNCHECKABLE) == (claim.severity == "info")
        last = claim.end
