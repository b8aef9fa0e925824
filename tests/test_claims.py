"""What counts as a claim, where it stands, how it is completed, of which kind it is and how grave a mistake would be."""

import json
import os

import pytest

from evals.claims import UNCHECKABLE, VERSION, extract_claims
from tests.cases import ROOT, answer

# A first plain sentence keeps the one under test out of the opening notice.
_OPENING = "Cancer care takes many steps here.\n\n"


def _claims(raw, **kwargs):
    return extract_claims(answer(_OPENING + raw, **kwargs))[1:]


def _texts(raw, **kwargs):
    return [claim.claim_text for claim in extract_claims(answer(raw, **kwargs))]


def _checkable(raw):
    return [claim.claim_text for claim in _claims(raw) if claim.kind not in UNCHECKABLE]


def test_the_rules_have_a_version():
    assert VERSION == "2"


def test_each_sentence_of_the_body_is_a_claim_and_headings_are_not():
    found = _texts("# Fever\n\nA fever of 100.4 °F is an emergency. Call right away.\n\n## Next\n\nUse a thermometer.")
    assert found == ["A fever of 100.4 °F is an emergency.", "Call right away.", "Use a thermometer."]


def test_notices_questions_to_ask_and_related_questions_are_no_claims():
    raw = (
        "> This answer was made by AI. It is for information only and not medical advice. Ask your oncologist.\n\n"
        "# Stage\n\nStage 4 means that cancer has spread.\n\n"
        "## Questions to ask your oncologist\n\n- What is my stage?\n- What comes next?\n\n"
        "## Related questions\n\n- Is stage 4 always terminal?\n"
    )
    assert _texts(raw) == ["Stage 4 means that cancer has spread."]


def test_a_named_source_is_not_part_of_what_is_claimed():
    raw = "According to the NCI (Immunotherapy to Treat Cancer): Immunotherapy helps your immune system fight cancer."
    assert _texts(raw) == ["Immunotherapy helps your immune system fight cancer."]


def test_text_a_reader_does_not_see_is_no_claim():
    raw = "<p>Chemo can cause hair loss.</p><p style='display:none'>Chemo is always safe.</p>"
    assert _texts(raw, fmt="html") == ["Chemo can cause hair loss."]


ITEMS = [
    ("Call your team for:\n\n- a fever\n- New back pain", ["Call your team for a fever", "Call your team for new back pain"]),
    ("Three things help:\n\n- Exercise helps with tiredness.\n- Sleep", ["Exercise helps with tiredness.", "Three things help: Sleep"]),
    ("## Side effects\n\n- nausea\n- Your hair may fall out.", ["Side effects: nausea", "Your hair may fall out."]),
    ("**Side effects**\n\n- nausea\n- mouth sores", ["Side effects: nausea", "Side effects: mouth sores"]),
    ("## What are the side effects of chemo?\n\n- mouth sores", ["Side effects of chemo: mouth sores"]),
    ("## Tell them if you also have\n\n- a fever", ["Tell them if you also have a fever"]),
    ("## SIGNS TO REPORT\n\n- Numb legs", ["Signs to report: Numb legs"]),
    ("Do not:\n\n- Take aspirin.\n- use ibuprofen", ["Do not take aspirin.", "Do not use ibuprofen"]),
    ("## Avoid\n\n- Raw eggs\n- St. John's wort", ["Avoid raw eggs", "Avoid St. John's wort"]),
    ("You qualify if:\n\n- You are 50 to 80\n- you smoked", ["You qualify if you are 50 to 80", "You qualify if you smoked"]),
    ("Plans ask for all of these:\n\n- You took it for 3 years.", ["Plans ask for all of these: You took it for 3 years."]),
    ("For an EGFR change, ASCO says:\n\n- Chemo may be offered.", ["For an EGFR change, chemo may be offered."]),
    ("After surgery:\n\n- You may feel sore.\n- pain", ["After surgery, you may feel sore.", "After surgery: pain"]),
    ("Here is a simple plan:\n\n- Check again in an hour.", ["Check again in an hour."]),
    ("According to the NCI:\n\n- Surgery is possible.", ["Surgery is possible."]),
    (
        "Call for:\n\n- Diarrhea\n  - more than 4 times a day\n- Fever",
        ["Call for diarrhea", "Call for diarrhea: more than 4 times a day", "Call for fever"],
    ),
    ("What each offers:\n\n- Hospice\n  - comfort at home", ["Hospice: comfort at home"]),
    ("Call us for: • fever • chills • a rash", ["Call us for fever", "Call us for chills", "Call us for a rash"]),
    ("Do this: 1. Call us. 2. Rest a bit. 3. Do not wait.", ["Call us.", "Rest a bit.", "Do not wait."]),
    ("Tell us about:\n\na) a rash\nb) pain", ["Tell us about a rash", "Tell us about pain"]),
    ("Tell us about:\n\n1. a rash\n2. pain", ["Tell us about a rash", "Tell us about pain"]),
    ("- **Vaccines for cancer.** They train immune cells.", ["Vaccines for cancer.", "They train immune cells."]),
    ("- **Treatment vaccines.** They train cells.", ["Treatment vaccines.", "Treatment vaccines train cells."]),
    ("- **Antibodies.** Proteins that stick to cells.", ["Antibodies.", "Antibodies: Proteins that stick to cells."]),
    ("Help is near. Confused or fainting? Call 911.", ["Help is near.", "Confused or fainting?", "Confused or fainting? Call 911."]),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), ITEMS, ids=[raw[:70] for raw, _ in ITEMS])
def test_an_item_is_completed_by_what_it_hangs_from(raw, expected):
    assert [claim.claim_text for claim in _claims(raw)] == expected


TABLE = (
    "| Drug | Target | Given |\n|---|---|---|\n| Pembrolizumab | PD-1 | every 3 weeks |\n| Ipilimumab | CTLA-4 | - |"
)


def test_a_table_row_is_told_with_the_names_of_its_columns():
    assert [claim.claim_text for claim in _claims(TABLE)] == [
        "Pembrolizumab – Target: PD-1; Given: every 3 weeks",
        "Ipilimumab – Target: CTLA-4",
    ]


def test_a_column_of_myths_is_not_claimed():
    assert _checkable("| Myth | Fact |\n|---|---|\n| Sugar feeds cancer | All cells use sugar |") == [
        "All cells use sugar"
    ]


# The statements that may be checked; what is missing is told, not claimed.
BELIEFS = [
    ("Some people believe that sugar feeds cancer. They are wrong.", []),
    ("Some people believe that sugar feeds cancer; that is a myth.", ["Some people believe that sugar feeds cancer; that is a myth."]),
    ("Many people have heard that chemo always fails. It does not.", []),
    ("Some people think that chemo tires you. They are right.", ["Some people think that chemo tires you."]),
    ("You may have read that chemo is poison. That is not true.", []),
    ("Friends may tell you, “Just take some Tylenol.” That is not a safe plan.", ["That is not a safe plan."]),
    ("Sugar feeds cancer. That's a myth.", []),
    ("It is not true that biopsies spread cancer.", ["It is not true that biopsies spread cancer."]),
    ("“Sugar feeds cancer” is a myth.", ["“Sugar feeds cancer” is a myth."]),
    ("“A positive test means cancer.”\n\nIt doesn't.", []),
    ("Myth: Sugar feeds cancer. Fact: All cells use sugar.", ["All cells use sugar."]),
    ("**Myth 1:** Biopsies spread cancer.\n\n**Fact:** Biopsies are safe.", ["Biopsies are safe."]),
    ("## Common myths\n\n- Chemo never works. Chemo shrinks many tumors.", ["Chemo shrinks many tumors."]),
    ("Say: “I am on chemo. I have a fever.” Then wait for the nurse.", ["Then wait for the nurse."]),
    ("“My family cheered. Then I felt foolish.”\n\nCured means no trace is left.", ["Cured means no trace is left."]),
    ("You may see blood in your urine.", ["You may see blood in your urine."]),
    ("Some doctors believe that diet cures cancer. It does not.", []),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "expected"), BELIEFS, ids=[raw[:70] for raw, _ in BELIEFS])
def test_what_is_only_reported_is_never_claimed(raw, expected):
    assert _checkable(raw) == expected


KINDS = [
    ("“A positive test means cancer.”", "filler"),
    ("Does chemo hurt?", "question"),
    ("I'm sorry you are going through this.", "filler"),
    ("This is hard news.", "filler"),
    ("Ask your doctor whether to stop the next dose.", "filler"),
    ("Tell the nurse if you shake with chills.", "advice"),
    ("Call your team right away.", "advice"),
    ("Please do not bet on that.", "advice"),
    ("If the heat bothers you, take some acetaminophen.", "advice"),
    ("You should not take a fever reducer first.", "advice"),
    ("Exercise helps with tiredness.", "fact"),
    ("If you have stage III colon cancer, your team may suggest chemo.", "fact"),
    ("Osimertinib is recommended for EGFR-mutated lung cancer.", "recommendation"),
    ("Nearly 90% of children live for many years.", "number"),
    ("Remission is a time with fewer signs of cancer.", "definition"),
    ("Watch and wait means regular checks.", "definition"),
    ("We cannot work out a dose for anyone.", "notice"),
    ("Every page here is checked by our doctors.", "notice"),
    ("Tamoxifen raises the risk of blood clots.", "fact"),
]


@pytest.mark.parametrize(("sentence", "kind"), KINDS)
def test_a_sentence_has_the_kind_a_reader_would_give_it(sentence, kind):
    assert _claims(f"{sentence}\n\nMore text follows here.")[0].kind == kind


@pytest.mark.parametrize(
    ("sentence", "severity"),
    [
        ("Call 911 for trouble breathing.", "critical"),
        ("The usual dose is 200 mg.", "critical"),
        ("Aim for 50 grams of vitamin C.", "critical"),
        ("Anything under that can stay at home.", "critical"),
        ("Put chemo on hold for three months.", "critical"),
        ("Pembrolizumab blocks PD-1.", "severe"),
        ("Gleevec is taken by mouth.", "severe"),
        ("Screening starts at age 45.", "severe"),
        ("Radiation can make you tired.", "moderate"),
        ("Some people feel better after a walk.", "minor"),
        ("I hope this helps.", "info"),
    ],
)
def test_a_claim_weighs_what_a_mistake_in_it_could_cost(sentence, severity):
    assert _claims(sentence)[-1].severity == severity


# --- whole answers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["A09", "A22", "A44"])
def test_the_claims_of_a_whole_answer_are_the_golden_ones(name):
    """After a wanted change: EVALS_UPDATE_GOLDEN=1, then read the diff."""
    lines = (ROOT / "datasets/answers/realistic.jsonl").read_text("utf-8").split("\n")
    row = next(row for row in map(json.loads, filter(None, lines)) if row["id"] == name)
    made = answer(row["answer"], fmt=row["format"])
    golden = ROOT / "tests/golden/claims" / f"{name}.txt"
    found = "".join(
        f"{claim.kind} {claim.severity} | {' '.join(made.text[claim.start : claim.end].split())}\n    {claim.claim_text}\n"
        for claim in extract_claims(made)
    )
    if os.environ.get("EVALS_UPDATE_GOLDEN") == "1":
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")
