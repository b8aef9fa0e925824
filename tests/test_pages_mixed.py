"""Paragraphs that run a notice and an answer together."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.answers import build_answer
from evals.claims import extract_claims
from evals.generators import Draft
from evals.pages import apart
from evals.records import Answer, Block, Question
from evals.render import render

MADE = "This answer was made by AI. It is for information only. It is not medical advice."
ASK = "Talk with your oncologist before you act on it."
DOSE = "For a child of 20 kg you would give 6-MP at 50 milligrams every two hours."
LEAVES = "Tamoxifen lowers the risk that breast cancer comes back."


def _answer(raw: str) -> Answer:
    return build_answer(
        Question(id="Q", text="How much?"), 0, Draft(raw=raw, format="text"), generator="x", prompt=None, seed=0
    )


@pytest.mark.parametrize(
    ("raw", "kinds"),
    [
        (f"{MADE} {ASK} {DOSE}", ["opening_notice", "body"]),
        (f"{DOSE} {MADE} {ASK}", ["body", "closing_notice"]),
        (f"{MADE} {ASK} {LEAVES} {DOSE} {MADE} {ASK}", ["opening_notice", "body", "closing_notice"]),
        # Short asides and questions are the notice's own.
        (f"{MADE} Please talk with them. {ASK}", ["opening_notice"]),
        (f"{MADE} New symptoms or a fever of 100.4 °F or more on chemo? {ASK}", ["opening_notice"]),
        (f"{MADE} {ASK}", ["opening_notice"]),
    ],
)
def test_a_paragraph_is_cut_where_the_notice_ends_or_begins(raw: str, kinds: list[str]) -> None:
    assert [section.kind for section in _answer(raw).sections] == kinds


def test_what_runs_on_from_a_notice_is_a_claim() -> None:
    answer = _answer(f"{MADE} {ASK} {DOSE}")
    assert [answer.text[claim.start : claim.end] for claim in extract_claims(answer)] == [DOSE]


@given(st.lists(st.sampled_from([*MADE.split(". "), ASK, DOSE, LEAVES, "Why?", "", "\n\n", "- an item"]), max_size=12))
def test_cutting_loses_no_words_and_keeps_the_order(pieces: list[str]) -> None:
    whole = render(" ".join(pieces), "text")
    cut = apart(whole)
    assert cut.text == whole.text
    assert all(before.end <= after.start for before, after in pairwise(cut.blocks))
    assert _words(cut.text, cut.blocks) == _words(whole.text, whole.blocks)


def _words(text: str, blocks: tuple[Block, ...]) -> list[str]:
    return [word for block in blocks for word in text[block.start : block.end].split()]
