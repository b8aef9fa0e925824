"""Full stops: the short way to tell an everyday word at the end of a sentence says what the long way says."""

from hypothesis import given
from hypothesis import strategies as st

from evals.full_stops import Stop, is_plain_end
from evals.lexicons import load_yaml
from evals.readability.formulas import Counts, grades, with_names
from evals.readability.structure import Sentence
from evals.readability.syllables import count_by_rule
from evals.readability.variants import grade_zone

LISTED = [str(word) for words in load_yaml("abbreviations.yaml").values() if isinstance(words, tuple) for word in words]
WORDS = st.one_of(st.sampled_from(LISTED), st.sampled_from(["over", "Nausea", "IV", "stop", "Élan", "B12"]), st.text())
NEXT = st.sampled_from(["", "Then", "then", "12", "(see", "Monday", "The", "[3]", "McKay"])


@given(WORDS, st.sampled_from(["then", "vitamin", "Dr.", ""]), NEXT)
def test_a_plain_end_is_what_the_long_way_finds(core, previous, following):
    word = "".join(core.split()) + "."
    text = " ".join(part for part in (previous, word, following) if part)
    at = text.index(word)
    if is_plain_end(word, following):
        stop = Stop(text, at, word, previous, following)
        assert stop.masks() == []
        assert stop.cut() == (at + len(word) if following else None)


@given(st.integers(1, 9), st.integers(1, 90), st.integers(0, 30))
def test_without_lists_each_treatment_gives_the_same_grades(sentences, words, names):
    counts = Counts(sentences=0, words=words, syllables=2 * words, letters=5 * words, characters=5 * words, names=names)
    found = grade_zone([Sentence(0, 1)] * sentences, [counts] * sentences, 1, 1)
    total = Counts(
        sentences, words * sentences, 2 * words * sentences, 0, 0, 5 * words * sentences, 5 * words * sentences,
        names=names * sentences,
    )  # fmt: skip
    assert found is not None
    assert list(found.by_treatment.values()) == [grades(with_names(total))] * 3


@given(st.text(alphabet="aeiouybcdlmnrst'", max_size=12))
def test_a_word_with_letters_has_a_syllable(word):
    assert count_by_rule(word) >= bool(word.strip("'"))
