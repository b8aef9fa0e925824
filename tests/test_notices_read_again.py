"""What the trained readers add to the notices that patterns find, and undo, and what is read at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.notices import reread
from evals.notices.elements import load_wordings
from evals.notices.reread import read_sentences
from evals.records import Answer
from evals.sense import sense


def said(text: str) -> set[str]:
    answer = Answer(question_id="q", question="", raw=text, text=text)
    return {n.id for s in read_sentences(answer, text, load_wordings("en")) for n in s.notices if not n.weak}


@pytest.mark.parametrize("text", ["", "\x00", "Disclaimer", "¿Es un consejo?", "‮ 👍 This is not medical advice."])
def test_the_same_text_is_always_read_alike(text):
    assert said(text) == said(text)


@given(st.text(max_size=200))
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_read(text):
    assert said(text) <= {f"D{number}" for number in range(1, 13)} | {"upload_offer"}


def test_plain_clinical_sentences_are_not_read_for_their_sense(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(reread, "sense", lambda text: asked.append(text) or sense(text))
    said("Chemo kills cells that grow fast. Hair often grows back after some months.")
    assert asked == []
    said("A machine strung these words together.")
    assert asked == ["A machine strung these words together."]


ABOUT_OTHERS = (
    ("D1", "I'm a retired nurse, not a machine, and I answer each letter by hand."),
    ("D2", "The brochure my insurer sent is for information only and covers no costs."),
    ("D3", "Tablets do not replace a visit with your doctor; you still need a check each month."),
    ("D4", "Talk with your landlord before you change anything in the bathroom, such as a rail."),
    ("D5", "In an emergency meeting, the board of the hospital chose a new director."),
    ("D6", "We can promise that every line is correct."),
    ("D9", "New nurses don't know your medical history, so carry a list."),
    ("D11", "The old guide left out pregnancy; this one covers it in full."),
    ("D12", "We are proud to be affiliated with the National Cancer Institute."),
)


@pytest.mark.parametrize(("notice", "text"), ABOUT_OTHERS)
def test_what_is_said_of_others_or_denied_is_no_notice(notice, text):
    assert notice not in said(text)


@pytest.mark.parametrize("text", ["This page was made by AI. It is not a diagnosis.", "It is not a diagnosis."])
def test_a_short_notice_is_known_by_itself(text):
    assert "D3" in said(text)


def test_many_notices_in_one_sentence_all_stand():
    text = "I'm an AI and this is for information only; it is not medical advice, it rests only on what you typed, "
    assert said(text + "and it may be wrong or out of date.") >= {"D1", "D2", "D3", "D6", "D9"}


def test_no_text_is_read_without_end(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(reread, "sense", lambda text: asked.append(text) or sense(text))
    said("This page was written by an AI.\n" * 500)
    assert len(asked) <= reread._MOST_READ
