"""What must not move the masked grade of a text of 300 words or more: bullets, headings, and names of drugs."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.lexicons import load_jsonl
from evals.readability.masking import name_spans
from evals.readability.profile import Profile, profile
from evals.sentences import split_sentences
from tests.cases import ROOT, answer

MOST = 0.5
NOUNS = ("tumor", "doctor", "treatment", "medicine", "nurse", "hospital", "infection", "appointment", "insurance", "biopsy",
         "radiation", "appetite", "schedule", "side effect", "blood", "clinic", "therapy", "decision", "surgery", "pain")  # fmt: skip
FRAMES = (
    "Your {0} may ask you about the {1} before the next visit.",
    "The {0} can change when the {1} gets worse.",
    "Many people find that the {0} is harder than the {1}, and that is normal.",
    "Talk with someone you trust about the {0} and write down what they say.",
    "A good {0} takes time, so do not rush the {1}.",
    "Some of the {0} goes away within a few weeks after the {1} ends.",
    "It helps to know what the {0} does, why it was chosen, and how the {1} will be checked.",
    "If the {0} keeps you awake at night, tell the team about it.",
    "Subsequent evaluation of the {0} is recommended, particularly where the {1} appears complicated.",
    "Rest, water and small meals can make the {0} easier to bear.",
)
DRUGS = tuple(
    row["generic"] for row in load_jsonl("drugs.jsonl") if row["generic"].isalpha() and row["generic"].islower()
)


def grade(raw: str) -> float:
    found = profile(answer(raw), "")
    assert isinstance(found, Profile), found
    assert found.body.words >= 300
    return found.masked.consensus


def paragraphs(lines: list[str]) -> str:
    return "\n\n".join(" ".join(lines[at : at + 4]) for at in range(0, len(lines), 4))


LINES = st.lists(
    st.tuples(st.sampled_from(FRAMES), st.sampled_from(NOUNS), st.sampled_from(NOUNS)), min_size=40, max_size=60
)


@settings(max_examples=40, deadline=None)
@given(LINES, st.sampled_from(["- ", "* ", "1. "]), st.booleans(), st.integers(0, 40))
def test_turning_sentences_into_bullets_moves_the_masked_grade_by_half_a_grade_at_most(
    filled, mark, bare, first
) -> None:
    lines = [frame.format(*nouns) for frame, *nouns in filled]
    items = [f"{mark}{line.rstrip('.') if bare else line}" for line in lines[first:]]
    listed = "\n\n".join(part for part in (paragraphs(lines[:first]), "\n".join(items)) if part)
    assert grade(listed) == pytest.approx(grade(paragraphs(lines)), abs=MOST)


@settings(max_examples=25, deadline=None)
@given(
    LINES,
    st.lists(
        st.sampled_from(["What helps", "Potential toxicities", "When you are at home", "Side effects"]), min_size=1
    ),
)
def test_adding_headings_does_not_move_the_masked_grade(filled, headings) -> None:
    lines = [frame.format(*nouns) for frame, *nouns in filled]
    headed = "\n\n".join(f"## {headings[at % len(headings)]}\n\n{line}" for at, line in enumerate(lines))
    assert grade(headed) == pytest.approx(grade(paragraphs(lines)), abs=1e-9)


def test_replacing_nouns_by_names_of_drugs_moves_the_masked_grade_by_half_a_grade_at_most() -> None:
    # Nouns hard and easy as they come, up to one in four replaced: in a few texts in a thousand chance takes the hard
    # ones only, and a text with one noun throughout would move further still.
    moved = [abs(grade(paragraphs(named)) - grade(paragraphs(plain))) for plain, named in map(_replaced, range(300))]
    assert sum(one <= MOST for one in moved) >= 0.99 * len(moved)
    assert max(moved) < 2 * MOST


def _replaced(seed: int) -> tuple[list[str], list[str]]:
    """Lines of 300 words and more, as they are and with names of drugs for nouns."""
    chance = random.Random(seed)
    plain: list[str] = []
    named: list[str] = []
    for _ in range(chance.randint(40, 60)):
        frame, nouns = chance.choice(FRAMES), chance.sample(NOUNS, 2)
        plain.append(frame.format(*nouns))
        named.append(frame.format(*(chance.choice(DRUGS) if chance.random() < 1 / 4 else noun for noun in nouns)))
    return plain, named


def test_every_name_of_the_drug_lexicon_is_recognised() -> None:
    for drug in DRUGS:
        text = f"You may get {drug} soon."
        assert [text[name.start : name.end] for name in name_spans(text)] == [drug]


@pytest.mark.parametrize("passage", ["P01", "P05", "P19", "P44"])
def test_the_same_holds_for_passages_that_people_wrote(passage) -> None:
    (path,) = (ROOT / "datasets/guidelines").glob(f"{passage}-*.md")
    text = path.read_text("utf-8").partition("\n---\n")[2]
    spans = [" ".join(text[s.start : s.end].split()) for s in split_sentences(text)]
    lines = [line for line in spans if line[-1] == "." and line[0].isupper() and "[" not in line and "#" not in line]
    lines *= 1 + 300 // max(1, sum(len(line.split()) for line in lines))
    plain = grade(paragraphs(lines))
    assert grade("\n".join(f"- {line.rstrip('.')}" for line in lines)) == pytest.approx(plain, abs=MOST)
    chance = random.Random(3)
    named = [
        line.replace("cancer ", f"{chance.choice(DRUGS)} ", 1) if at % 2 else line for at, line in enumerate(lines)
    ]
    assert grade(paragraphs(named)) == pytest.approx(plain, abs=MOST)
