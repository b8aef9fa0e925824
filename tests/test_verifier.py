"""The trained verifier: its files belong together, and what it says depends on nothing but the pair."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.corpus import load_corpus
from evals.judges.evidence import passage_sentences
from evals.judges.vectors import _shipped, key_of, sentence_vector, sentence_vectors
from evals.judges.verifier import verify, weights_digest
from evals.judges.verifier.encoder import KEPT, LONGEST, WEIGHTS, encode
from evals.judges.verifier.signs import SIGNS, compare, read
from evals.judges.weighing import calibration

ROOT = Path(__file__).parents[1]
FEVER = ("Call right away for a temperature of 100.4 °F (38 °C) or higher.",)


def test_the_weights_stay_under_thirty_megabytes():
    assert sum(path.stat().st_size for path in WEIGHTS.iterdir()) <= 30 * 1024 * 1024


def test_the_rule_was_calibrated_for_the_weights_that_are_there():
    content = json.loads((WEIGHTS / "calibration.json").read_text())
    assert content["fitted_for"] == weights_digest()
    assert calibration().version == content["version"]


def test_the_held_out_passages_are_those_their_rule_chooses():
    held = yaml.safe_load((ROOT / "training" / "held_out.yaml").read_text())
    ids = [f"P{number:02d}" for number in range(1, 76)]
    chosen = sorted(ids, key=lambda name: hashlib.sha256(held["rule"].replace("{id}", name).encode()).hexdigest())
    assert held["passages"] == sorted(chosen[:25])


def test_no_training_claim_is_about_a_held_out_passage():
    held = set(yaml.safe_load((ROOT / "training" / "held_out.yaml").read_text())["passages"])
    for name in ("written_pairs", "written_paragraphs"):
        for line in (ROOT / "training" / f"{name}.jsonl").read_text().splitlines():
            assert json.loads(line)["source"].partition("#")[0] not in held


def test_every_sentence_of_the_shipped_passages_has_its_vector_in_the_package():
    passages = load_corpus([ROOT / "datasets" / "guidelines"]).passages.values()
    missing = {t for p in passages for *_, t in passage_sentences(p) if key_of(t) not in _shipped()}
    assert not missing, "run: python -m training.embed_corpus"


def test_a_stored_vector_is_the_one_made_now():
    text = next(
        t for p in load_corpus([ROOT / "datasets" / "guidelines"]).passages.values() for *_, t in passage_sentences(p)
    )
    np.testing.assert_array_equal(sentence_vectors([text])[0], sentence_vector(text))


@pytest.mark.parametrize(
    ("claim", "likelier"),
    [
        ("Phone your team at once if your fever reaches 38 °C.", "supported"),
        ("A temperature of 100.4 °F is harmless.", "contradicted"),
        ("Fever is more common in women than in men.", "not_enough"),
    ],
)
def test_plain_cases_come_out_right(claim, likelier):
    opinion = verify(FEVER, claim)
    assert max(("supported", "contradicted", "not_enough"), key=lambda name: getattr(opinion, name)) == likelier


def test_the_shares_of_an_opinion_add_up_to_one():
    opinion = verify(FEVER, "Call for a fever.")
    assert opinion.supported + opinion.contradicted + opinion.not_enough == pytest.approx(1)


def test_no_evidence_is_refused():
    with pytest.raises(ValueError, match="no evidence"):
        verify([], "Call for a fever.")


def test_an_opinion_does_not_depend_on_what_was_read_before():
    claim = "Call your team for 100.4 °F."
    first = verify(FEVER, claim)
    encode.cache_clear()
    read.cache_clear()
    for other in ("Rest.", "Chemo can cause nausea in many people.", "x " * 300):
        verify([other], claim)
    assert verify(FEVER, claim) == first


def test_another_process_with_another_hash_seed_says_the_same():
    code = f"from evals.judges.verifier import verify;print(verify({FEVER!r}, 'Call your team for 100.4 °F.', 'Fever'))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert said == {f"{verify(FEVER, 'Call your team for 100.4 °F.', 'Fever')}\n"}


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=400))
def test_any_text_can_be_read(text):
    encoded = encode(text)
    assert encoded.vectors.shape == (len(encoded.spans), 2 * KEPT)
    assert len(encoded.spans) <= LONGEST
    assert all(0 <= start <= end <= len(text) for start, end in encoded.spans)
    assert compare([read(text)], [read(FEVER[0])]).shape == (len(encoded.spans), len(SIGNS))
    assert 0 <= verify(FEVER, text).supported <= 1
