"""The third reader of notices: like which labelled sentences a sentence is, and what may be read at all."""

import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import UserError
from evals.notices import likeness, reread
from evals.notices.elements import load_wordings
from evals.notices.learned import Told, features
from evals.notices.likeness import WEIGHTS, along, load_likeness
from evals.notices.reread import read_sentences
from evals.records import Answer
from evals.shipped import find


def said(text: str) -> set[str]:
    answer = Answer(question_id="q", question="", raw=text, text=text)
    return {n.id for s in read_sentences(answer, text, load_wordings("en")) for n in s.notices if not n.weak}


def test_the_weights_stay_small():
    assert find(WEIGHTS, "weights").stat().st_size <= 1_500_000


def test_the_words_of_a_notice_are_liker_to_it_than_plain_care():
    texts = ["This page was written by an AI.", "Drink water often after chemo."]
    told = [Told(text.lower().strip(".").split(), (), False, number * 9) for number, text in enumerate(texts)]
    notice, care = load_likeness().scores(texts, features(told), [0, 1])
    assert notice["D1"] > care["D1"]
    assert set(notice) == {f"D{number}" for number in range(1, 13)}


def test_nothing_is_read_where_nothing_was_chosen():
    assert load_likeness().scores([], features([Told(["a"], (), False, 0)]), []) == []


@pytest.mark.parametrize("text", ["", "\x00", "Disclaimer", "¿Es un consejo?", "‮ 👍 This is not medical advice."])
def test_the_same_text_is_always_read_alike(text):
    assert said(text) == said(text)


@given(st.text(max_size=200))
@settings(max_examples=40, deadline=None)
def test_any_text_can_be_read(text):
    assert said(text) <= {f"D{number}" for number in range(1, 13)} | {"upload_offer"}


def test_meanings_seen_along_the_axes_have_length_one():
    model = load_likeness()
    seen = along(np.eye(3, 384, dtype=np.float32), model.center, model.axes)
    assert np.allclose(np.linalg.norm(seen, axis=1), 1, atol=1e-5)


def test_plain_clinical_sentences_are_not_read_for_their_meaning(monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr(likeness, "meaning", lambda text: asked.append(text) or np.ones(384, np.float32))
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
    monkeypatch.setattr(likeness, "meaning", lambda text: asked.append(text) or np.ones(384, np.float32))
    said("This page was written by an AI.\n" * 500)
    assert len(asked) <= reread._MOST_READ


def test_a_broken_file_of_weights_is_named(tmp_path, monkeypatch):
    path = tmp_path / WEIGHTS
    path.parent.mkdir(parents=True)
    shutil.copy(find("datasets/lexicons/notices_learned.npz", "weights"), path)
    monkeypatch.setattr(likeness, "find", lambda *_: path)
    load_likeness.cache_clear()
    with pytest.raises(UserError, match="notices_likeness"):
        load_likeness()
    monkeypatch.undo()
    load_likeness.cache_clear()
