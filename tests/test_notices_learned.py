"""The trained second reader of notices: what it looks at, when it may speak, and how it is stored."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.notices.elements import load_wordings
from evals.notices.learned import BUCKETS, WEIGHTS, Told, features, load_reader
from evals.notices.reread import read_sentences
from evals.records import Answer

ROOT = Path(__file__).parents[1]
WORDS = st.lists(st.sampled_from(["this", "page", "is", "no", "advice", "ask", "nurse", "ünü", "7"]), max_size=9)
TOLD = st.builds(Told, WORDS, st.just(("self",)), st.booleans(), st.integers(0, 3))


def said(text: str) -> set[str]:
    answer = Answer(question_id="q", question="", raw=text, text=text)
    return {n.id for s in read_sentences(answer, text, load_wordings("en")) for n in s.notices if not n.weak}


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("Autocomplete on steroids strung these sentences together; no human hand was in it.", "D1"),
        ("We're a library shelf: it is all there so you can read up.", "D2"),
        ("Crises don't belong in this mailbox.", "D11"),
        ("Accuracy is aimed at, not promised.", "D6"),
    ],
)
def test_it_knows_notices_in_words_that_no_pattern_lists(text, notice):
    assert notice in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Chemo kills cells that grow fast.",
        "Is this medical advice? Does it replace my doctor?",
        "Most side effects go away after treatment ends.",
        "Ask your nurse about a soft toothbrush.",
        "Disclaimer",
    ],
)
def test_it_is_silent_about_plain_clinical_text_questions_and_bare_headings(text):
    assert said(text) == set()


@given(st.lists(TOLD, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_sentence_has_features_of_one_length(sentences):
    found = features(sentences)
    assert found.buckets.min() >= 0
    assert found.buckets.max() < BUCKETS
    norms = np.sqrt(np.bincount(found.sentences, found.values**2, len(sentences)))
    assert np.isfinite(norms).all()
    assert (norms > 0).all()


@given(st.lists(TOLD, min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_far_sentences_do_not_change_a_score(sentences):
    reader = load_reader()
    far = Told(["made", "by", "ai"], (), False, 100)
    alone = reader.scores(features(sentences), len(sentences))
    beside = reader.scores(features([*sentences, far]), len(sentences) + 1)
    assert np.allclose(alone, beside[:-1])


def test_the_weights_stay_small():
    assert (ROOT / WEIGHTS).stat().st_size <= 300_000


def test_the_training_texts_are_labelled_and_never_said_twice_with_another_label():
    rows = [json.loads(line) for line in (ROOT / "training/written_notices.jsonl").read_text("utf-8").splitlines()]
    known = {f"D{number}" for number in range(1, 13)} | {None}
    assert all(row["rule"] in known and row["expect"] in {"present", "absent"} for row in rows)
    labels: dict[tuple[str | None, str], str] = {}
    for row in rows:
        assert labels.setdefault((row["rule"], row["text"]), row["expect"]) == row["expect"], row["text"]
