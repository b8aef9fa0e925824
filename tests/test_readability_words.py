"""Hard words: which are jargon, whether they are explained where they stand, and what the message offers."""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.lexicons import load_yaml
from evals.readability.explained import Place, gloss, says_something
from evals.readability.profile import Profile, profile
from evals.readability.terms import everyday, plainer, short_forms, technical
from evals.records import Answer, Case, Question, Score
from evals.scorers.readability import Readability

FILLER = (
    " Your team will tell you what to do at home. Rest when you feel tired and drink water. Most people can eat what they "
    "like. You can call the nurse at any time. Ask a friend to drive you to the clinic and back home. Keep your phone near."
)


def read(text: str, asked: str = "") -> Profile:
    found = profile(Answer(question_id="q", question=asked, raw=text + FILLER, text=text + FILLER), asked)
    assert isinstance(found, Profile), found
    return found


def hard_words(text: str, asked: str = "") -> list[tuple[str, str, bool]]:
    return [(word.text, word.kind, word.explained) for word in read(text, asked).jargon]


# --- class A ---------------------------------------------------------------------------------------------------------

EXPLAINED = [
    "You may get neutropenia (low white blood cells).",
    "Low white blood cells (neutropenia) are common in the second week.",
    "You may get neutropenia, a drop in the cells that fight germs, in the second week.",
    "Alopecia, or hair loss, can come with chemo drugs.",
    "Neutropenia, also called low white cells, can come in the second week.",
    "Neutropenia means that you have too few cells to fight germs.",
    "Neutropenia is when you have too few cells to fight germs.",
    "Neutropenia is a low number of white blood cells.",
    "Neutropenia – too few cells to fight germs – can come in the second week.",
    "Your white cell count may drop, which is called neutropenia.",
    "Your white cell count may drop. Doctors call this neutropenia.",
    "Your white cell count may drop. That is called neutropenia.",
    "You may get neutropenia. This means you have too few cells to fight germs.",
    "You may get neutropenia. In other words, your body has little to fight germs with.",
    "You may get neutropenia (say: new-truh-PEE-nee-uh).",
    "Neutropenia: too few white cells to fight germs.",
    "Your blood may hold few white cells that can fight germs: neutropenia.",
]


@pytest.mark.parametrize("text", EXPLAINED)
def test_a_technical_word_that_is_explained_in_place_is_no_finding(text) -> None:
    found = [word for word in read(text).jargon if word.text.lower() in {"neutropenia", "alopecia"}]
    assert [(word.kind, word.explained) for word in found] == [("A", True)]
    assert found[0].gloss is not None
    start, end = found[0].gloss
    assert 0 <= start < end <= len(text + FILLER)


BARE = [
    "You may get neutropenia in the second week.",
    "You may get neutropenia (see the glossary).",
    "You may get neutropenia (link).",
    "You may get neutropenia (ANC).",
    "You may get neutropenia (see https://www.cancer.gov/neutropenia).",
    "Neutropenia, a neutropenic state, can come in the second week.",
    "Neutropenia is common in the second week.",
    "Neutropenia is a common side effect of many drugs.",
    "With neutropenia, a fever is an emergency.",
    "Neutropenia or thrombocytopenia can come in the second week.",
    "You may get neutropenia. This is common and is no reason to worry.",
    "You may get neutropenia. Call us.",
]


@pytest.mark.parametrize("text", BARE)
def test_a_technical_word_that_is_not_explained_in_place_is_a_finding(text) -> None:
    assert ("neutropenia", "A", False) in [(text.lower(), kind, told) for text, kind, told in hard_words(text)]


def test_a_circular_explanation_explains_nothing() -> None:
    assert not says_something("a low cytology", "cytopenia")
    assert says_something("low blood counts", "cytopenia")


def test_only_the_first_use_counts_and_a_glossary_at_the_end_comes_too_late() -> None:
    late = "You may get neutropenia. Stay home. Rest a lot. Drink water. Wash your hands. Neutropenia: too few white cells."
    assert hard_words(late) == [("neutropenia", "A", False)]
    early = "Too few white cells is called neutropenia. Stay home. Neutropenia can last a week."
    assert hard_words(early) == [("neutropenia", "A", True)]


def test_parts_of_proper_names_are_no_jargon() -> None:
    assert (
        hard_words("The Food and Drug Administration and the National Hospice and Palliative Care Organization say so.")
        == []
    )


def test_the_longest_term_counts() -> None:
    assert [
        word for word, _, _ in hard_words("It can cause peripheral neuropathy and febrile neutropenia in some people.")
    ] == [
        "peripheral neuropathy",
        "febrile neutropenia",
    ]


# --- class B ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("Your tumor is progressing.", "progressing"),
        ("We treat until progression and then stop.", "progressing"),
        ("Two of your nodes were positive.", "positive nodes or margins"),
        ("Positive margins need more surgery.", "positive nodes or margins"),
        ("The margins were negative.", "negative nodes or margins"),
        ("Your scan was unremarkable.", "unremarkable"),
        ("There is an occult infection.", "occult"),
        ("She failed chemotherapy twice.", "failed treatment"),
        ("The drug is well tolerated.", "tolerated"),
        ("There was a significant improvement in both groups.", "significant"),
        ("He has terminal cancer.", "terminal"),
        ("This is a salvage treatment.", "salvage"),
        ("It is given as maintenance therapy.", "maintenance"),
        ("You had a complete response.", "complete response"),
        ("You have stable disease.", "stable disease"),
        ("Later lines of therapy are harder.", "line of therapy"),
        ("They offered palliative chemo.", "palliative"),
    ],
)
def test_everyday_words_in_a_clinical_sense_are_found_in_company(text, term) -> None:
    found = [word for word in read(text).jargon if word.kind == "B"]
    assert [word.entry.term for word in found] == [term]
    assert not found[0].explained


@pytest.mark.parametrize(
    "text",
    [
        "We are making progress with the forms.",
        "Try to stay positive.",
        "Work with your local clinic.",
        "The response from readers was kind.",
        "Keep in control of your day.",
        "The maintenance crew came by.",
        "It was a remarkable day.",
        "In the event of fire, go out.",
        "Raise your left arm.",
        "Get in line at the desk.",
    ],
)
def test_the_same_words_in_their_everyday_sense_are_no_jargon(text) -> None:
    assert [word for word in read(text).jargon if word.kind == "B"] == []


def test_an_everyday_word_that_is_explained_is_no_finding() -> None:
    assert hard_words("Your cancer is progressing, which means that it is growing.") == [
        ("cancer is progressing", "B", True)
    ]


def test_words_that_studies_found_misread_weigh_more() -> None:
    severity = {word.entry.term: word.entry.severity for word in everyday()}
    assert severity["progressing"] == severity["positive nodes or margins"] == severity["occult"] == "moderate"
    assert severity["remission"] == "info"


# --- class C and names -----------------------------------------------------------------------------------------------


def test_short_forms_carry_their_long_form_and_plain_words() -> None:
    (word,) = [word for word in read("Ask about your PFS.").jargon if word.kind == "C"]
    assert not word.explained
    assert "progression-free survival" in word.entry.plain
    assert ("PFS", "C", True) in hard_words("Ask about progression-free survival (PFS).")
    assert ("PCR", "C", True) in hard_words("You get PCR tests. These are blood tests that look for the cancer.")


@pytest.mark.parametrize(
    ("text", "asked", "explained"),
    [
        ("You may get pembrolizumab.", "", False),
        ("You may get a drug called pembrolizumab.", "", True),
        ("You may get pembrolizumab. This medicine helps your body fight.", "", True),
        ("You may get pembrolizumab.", "Is pembrolizumab for me?", None),
    ],
)
def test_a_drug_that_nobody_says_the_kind_of_is_jargon_unless_the_reader_named_it(text, asked, explained) -> None:
    found = [word.explained for word in read(text, asked).jargon if word.kind == "name"]
    assert found == ([] if explained is None else [explained])


# --- the lexicons ----------------------------------------------------------------------------------------------------


def test_the_lexicons_are_broad_and_every_entry_has_plain_words_and_a_source() -> None:
    assert len(technical()) >= 400
    assert len(everyday()) >= 40
    assert len(short_forms()) >= 150
    assert len(plainer()) >= 100
    for name in ("jargon", "jargon_everyday", "jargon_acronyms", "jargon_plain"):
        assert load_yaml(f"{name}.yaml")["source"]
    entries = [word.entry for word in everyday()] + list(short_forms().values())
    assert all(entry.plain and entry.source for entry in entries)


def test_plain_words_are_plainer_than_what_they_explain() -> None:
    lexicon = load_yaml("jargon.yaml")
    circular = []
    for group in (*lexicon["groups"], *lexicon["keep"]):
        for forms, plain in group["terms"].items():
            first = forms.split(", ")[0]
            if " " not in first and len(first) > 6 and re.search(rf"\b{first}\b", plain):
                circular.append(first)
    assert circular == []


@pytest.mark.parametrize(
    "seed",
    [
        "febrile",
        "inflammation",
        "recur",
        "perforation",
        "metastasis",
        "lesion",
        "neoplasm",
        "adjuvant",
        "neoadjuvant",
        "first-line",
        "refractory",
        "relapse",
        "prognosis",
        "median",
        "biomarker",
        "mutation",
        "germline",
        "somatic",
        "neutropenia",
        "thrombocytopenia",
        "anemia",
        "mucositis",
        "alopecia",
        "dyspnea",
        "edema",
        "pruritus",
        "dysphagia",
        "dysgeusia",
        "jaundice",
        "pneumonitis",
        "colitis",
        "thrombosis",
        "resection",
        "excision",
        "intravenous",
        "subcutaneous",
        "intrathecal",
        "regimen",
        "contraindicated",
        "concomitant",
        "asymptomatic",
        "etiology",
        "efficacy",
        "toxicity",
        "comorbidity",
        "surveillance",
    ],
)
def test_the_words_that_health_literacy_bodies_name_are_in_the_lexicon(seed) -> None:
    assert hard_words(f"There is some {seed} here.")[0][:2] in {(seed, "A"), (f"{seed}", "B")}


# --- messages --------------------------------------------------------------------------------------------------------


def test_each_message_says_what_to_write_and_names_its_source() -> None:
    text = "Your tumor is progressing. You may get neutropenia. Ask about PFS. You may get pembrolizumab soon." + FILLER
    answer = Answer(question_id="q", question="", raw=text, text=text)
    result = Readability()(Case(question=Question(id="q", text=""), answer=answer, claims=(), verdicts=(), corpus={}))
    assert isinstance(result, Score)
    messages = {text[f.start : f.end]: f.message for f in result.findings if f.start is not None and f.end is not None}
    assert "growing or spreading" in messages["tumor is progressing"]
    assert "JAMA Netw Open 2022" in messages["tumor is progressing"]
    assert "low white cells that fight germs" in messages["neutropenia"]
    assert "NCI Dictionary of Cancer Terms" in messages["neutropenia"]
    assert "progression-free survival" in messages["PFS"]
    placed = [f.start for f in result.findings if f.start is not None]
    assert all(a <= b for a, b in pairwise(placed))
    for finding in result.findings:
        assert re.search(r"\((?:[^()]*)(?:AHRQ|NCI|CDC|AMA|JAMA)[^()]*\)\.?$", finding.message), finding.message


# --- properties ------------------------------------------------------------------------------------------------------

PIECES = st.lists(
    st.sampled_from(["neutropenia", " (", ") ", ", or ", " is ", "a low count", ". ", "This means ", "called ", "\x00", "🙂", "– ", ": ", "PFS "]),
    max_size=30,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(PIECES, PIECES)
def test_no_text_makes_the_search_for_explanations_fail(before, after) -> None:
    left, right = "".join(before), "".join(after)
    text = left + "anemia" + right
    place = Place(text, len(left), len(left) + 6, (0, len(text)), (0, 0))
    found = gloss(place, "low red blood cells")
    assert found is None or 0 <= found[0] <= found[1] <= len(text)
