"""Sentences end where a reader would end them, and their spans are exact."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.sentences import split_sentences
from tests.ending import comes_to_an_end

# Each row is one text, given as the sentences that must be found in it.
TEXTS = [
    ["Take it every 3 wk. with food.", "Blood tests follow."],
    ["Take it every 3 wk.", "Blood tests follow."],
    ["Given every 3 wk. was tried.", "The 5-yr. survival was 70%."],
    ["Use drugs, e.g. Tylenol, b.i.d. with food.", "Call us."],
    ["Use a pain reliever (e.g., Tylenol) first.", "Call us."],
    ["Take it b.i.d.", "Ask your team."],
    ["In the U.S. the drug is approved.", "The U.S. Food and Drug Administration said so."],
    ["It is sold in the U.S.", "The drug helps."],
    ["Dr. Smith and Prof. J. K. Lee wrote it.", "See No. 1 and No. 2 in Fig. 3."],
    ["J. Smith wrote it with A. B. Jones."],
    ["Is it safe?", "No.", "Call your doctor."],
    ["No. 4 was best.", "It helped 12 of 20."],
    ["A fever of 100.4 °F (38.0 °C) or higher is an emergency: call right away."],
    ["Your fever is 104 °F.", "Call now.", "Is it 104 °F?", "Go."],
    ["Call at 38.0 °C.", "At 37.5, wait."],
    ["This was shown.[3]", "The drug works [4].", "It helps.[5,6]", "Ask."],
    ["This was shown. [3]", "The drug works."],
    ["Survival was longer.12", "Patients did well.³", "The end."],
    ["Take 5 mg p.o. every day.", "Give p.o. 20 mg q.d. for 2 wks. at most."],
    ["Lu-177 is given i.v. every 6 wks. for 4 doses, approx. 24 wks. in all."],
    ["You have stage II.", "Surgery is used.", "In stage III surgery comes later."],
    ["Take vitamin C.", "Eat well.", "Some have hepatitis B.", "Patients with it are watched."],
    ["Call us at 8 a.m. Monday.", "Or call at 9 p.m.", "Take it then."],
    ["Approved on Dec. 15, 2025.", "It began in Nov. 2024."],
    ["The options are FOLFOX; CAPOX; FLOT.", "Ask."],
    ["Visit cancer.gov.", "Call 1-800-4-CANCER.", "See https://www.cancer.gov/about.", "Then go."],
    ["It works in trials.", "mRNA vaccines are new.", "The pH is 7.4."],
    ["We saw 12 people.", "300 others left."],
    ["It works in people with AML.", "NCCN is a group.", "So says the NCCN.", "Ask."],
    ["Call now!", "Do not wait."],
    ["Wait…", "Call now."],
    ['He said "Stop."', "Then he left."],
    ["(Call 911. Do not drive.)", "Then wait."],
    ["Call the line (day or night. Do not wait) if you are hot.", "Rest."],
    [
        "See Fig. 2.",
        "It grew.",
        "Take No. 5.",
        "Is it safe?",
        "Smith et al. (2020) found it.",
        "It was shown (2024).",
        "Ask.",
    ],
    ["Take 5 mg q.d.", "Then stop.", "The 10-yr. follow-up, i.e. the trial by Lee et al., 2021, is over.", "Rest."],
    [
        "Use https://www.cancer.gov/a.b?x=1.",
        "Then call.",
        "It costs approx. $5.",
        "Drugs incl. chemo help, esp. early.",
    ],
    ["Drugs vs. placebo were compared.", "Temp. of 38.3 counts.", "St. John's wort harms."],
    ["Your HER2 is 1+.", "That is low.", "Gleason is 6.", "Ask."],
    ["¿La inmunoterapia me va a curar?", "No se sabe.", "Hable con su médico."],
]


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


@pytest.mark.parametrize("expected", TEXTS, ids=lambda expected: expected[0][:40])
def test_a_text_is_split_where_its_sentences_end(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


# A citation mark on a line of its own may as well open a list of references.
_WRAPPED = [expected for expected in TEXTS if ". [3]" not in expected[0]]


@pytest.mark.parametrize("expected", _WRAPPED, ids=lambda expected: expected[0][:40])
def test_a_line_break_inside_a_sentence_does_not_end_it(expected: list[str]) -> None:
    assert [" ".join(sentence.split()) for sentence in sentences("\n".join(" ".join(expected).split(" ")))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1. Call us.\n2. Drink 1.5 liters\n- Rest\n• Sleep. Eat.",
            ["Call us.", "Drink 1.5 liters", "Rest", "Sleep.", "Eat."],
        ),
        ("Tell us about:\n\na) fever\nb) chills", ["Tell us about:", "fever", "chills"]),
        ("No full stop here\n\nnor here", ["No full stop here", "nor here"]),
        ("Do this: 1. Call us. 2. Wait.", ["Do this: 1. Call us.", "2. Wait."]),
        ("这是第一句。这是第二句！", ["这是第一句。", "这是第二句！"]),
        ("هل هذا آمن؟ اتصل بطبيبك.", ["هل هذا آمن؟", "اتصل بطبيبك."]),
        ("Glued.The next one.Then another.", ["Glued.", "The next one.", "Then another."]),
        ("", []),
        (" \n\n\t ", []),
        ("...", ["..."]),
        ("😀 😀", ["😀 😀"]),
        ("Call now. 😀", ["Call now. 😀"]),
    ],
)
def test_lists_blank_lines_and_other_scripts(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


_PIECES = st.sampled_from(
    ["Call us.", "3 wk.", "e.g.", "U.S.", "Dr.", "No. 1", "100.4 °F", "[3]", "p.o.", "J.", "stage II.", "\n", "\n\n", "- ", "1. ",
     "(", ")", "“", "”", "…", "?", "!", ";", "😀", "\x00", "\u200f", "مرحبا.", "a", "The", "。", "\u2029", "\ufeff"]
)  # fmt: skip


@given(st.lists(st.one_of(_PIECES, st.text(max_size=5)), max_size=30).map(" ".join))
@settings(max_examples=300, deadline=None)
def test_spans_are_ordered_trimmed_and_leave_out_no_word(text: str) -> None:
    spans = split_sentences(text)
    position = 0
    for span in spans:
        assert position <= span.start < span.end <= len(text)
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        # Between sentences stand white space and list markers only.
        assert len("".join(text[position : span.start].split())) <= 3 * text[position : span.start].count("\n") + 3
        position = span.end
    assert split_sentences(text) == spans


@pytest.mark.parametrize(
    "unit",
    ["Call your team at 100.4 °F (38.0 °C), e.g. at night; ask Dr. Smith. ", "x", ". ", "(", ".", "A.B.", "[3] ", "x.[3] ",
     "\n\n", "- a\n", "\x00 ", "1.", "😀. ", ".\n\n", "\u202eabc. "],
)  # fmt: skip
def test_a_long_text_is_split_to_its_end(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    with comes_to_an_end():
        split_sentences(text)
