"""What a sentence only quotes is no notice of the text it stands in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.notices.elements import load_wordings
from evals.notices.groups import words_of
from evals.notices.quoted import is_quoted
from evals.notices.reread import read_sentences
from evals.records import Answer


def said(text: str, language: str = "en") -> set[str]:
    answer = Answer(question_id="q", question="", raw=text, text=text)
    return {n.id for s in read_sentences(answer, text, load_wordings(language)) for n in s.notices if not n.weak}


@pytest.mark.parametrize(
    ("notice", "text", "language"),
    [
        ("D3", '"This is not medical advice," the man at the health store said, and sold me a jar.', "en"),
        ("D1", "“Written by AI,” it said at the bottom of the flyer I found.", "en"),
        ("D12", '"Not endorsed by NCCN," it says at the foot of that other app.', "en"),
        ("D3", "«No es un consejo médico», decía el vendedor de hierbas.", "es"),
        ("D5", "«Llame al 112», ponía en la pared del gimnasio.", "es"),
    ],
)
def test_a_quotation_is_no_notice(notice, text, language):
    assert notice not in said(text, language)


@pytest.mark.parametrize(
    ("notice", "text"),
    [("D3", '"This is not medical advice."'), ("D7", 'Source: "NCCN Guidelines: Kidney Cancer, version 2.2026".')],
)
def test_a_notice_set_in_quotation_marks_and_a_title_count(notice, text):
    assert notice in said(text)


@given(st.text(alphabet='ab "“”«»‘’\n', max_size=80))
@settings(max_examples=80, deadline=None)
def test_any_quotation_marks_can_be_read(text):
    words = words_of(text, 0, len(text))
    if words:
        assert is_quoted(text, words, words[0].start, words[-1].end) is False


def test_a_sentence_without_words_quotes_nothing():
    assert not is_quoted("“…”", (), 0, 3)
