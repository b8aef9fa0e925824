"""The meaning of a sentence as one vector, and likeness to labelled sentences."""

import numpy as np
import pytest

from evals.judges.verifier.encoder import LAYER, WEIGHTS, raw_vectors
from evals.likeness import Likeness, turned
from evals.meaning import SIZE, first_half, meaning


@pytest.mark.parametrize(
    "text", ["Stop taking your tablets tonight.", "Ask your nurse.", "¿Puedo parar?", "", "\x00 👍"]
)
def test_a_meaning_is_the_mean_of_the_middle_layer_of_the_judges_encoder(text):
    middle = raw_vectors(text)[1][:, :LAYER].mean(axis=0)
    assert np.allclose(meaning(text), middle / np.linalg.norm(middle), atol=1e-6)


def test_a_meaning_has_length_one_however_long_the_text():
    assert meaning("word " * 5000).shape == (SIZE,)
    assert np.linalg.norm(meaning("word " * 5000)) == pytest.approx(1, abs=1e-5)


def test_like_sentences_lie_nearer_than_unlike_ones():
    near = meaning("Quit your pills tonight.") @ meaning("Stop taking your tablets this evening.")
    far = meaning("Quit your pills tonight.") @ meaning("The clinic opens at nine.")
    assert near > far


def test_half_an_encoder_is_smaller_than_the_whole():
    whole = (WEIGHTS / "encoder.onnx").read_bytes()
    assert len(first_half(whole)) < len(whole)


def test_an_encoder_without_the_middle_layer_is_told():
    with pytest.raises(ValueError, match="middle layer"):
        first_half(bytes([7 << 3 | 2, 0]))


def test_a_sentence_is_likest_to_itself():
    about = np.stack([meaning(text) for text in ("Stop the tablets.", "The clinic opens at nine.")])
    center = about.mean(axis=0)
    seen = turned(about, center)
    words = np.zeros((4, 2), np.float32)
    model = Likeness(center, seen, np.eye(2, dtype=np.float32), words, np.zeros(2, np.float32))
    scores = model.scores(about, [np.zeros(0, np.intp)] * 2)
    assert scores.argmax(axis=1).tolist() == [0, 1]
