"""Sentences are cut into statements, and "it" and "this drug" are named, only where that is safe; offsets are exact."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.claims import UNCHECKABLE, extract_claims
from evals.claims.antecedents import Before, resolved
from evals.claims.clauses import split_clauses
from evals.claims.grammar import is_command, main_clause
from evals.records import SEVERITIES, Answer, Attribution, Block, Span
from tests.cases import answer
from tests.ending import comes_to_an_end


def _parts(text):
    return [text[start:end] for start, end in split_clauses(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["Chemo kills fast-growing cells", "radiation uses strong beams."],
        ["Surgery takes out the tumor", "chemo kills what is left."],
        ["A fever can be the only clue", "an infection can turn serious fast."],
        ["Your coverage varies", "it is prudent to ask the insurer."],
        ["The FDA approved dostarlimab", "your doctor can prescribe that drug."],
    ],
    ids=lambda parts: parts[0],
)
def test_parts_that_stand_alone_are_cut_at_and_at_but_and_at_a_semicolon(parts):
    for joint in (", and ", ", but ", "; "):
        expected = parts if "that drug" not in parts[1] else [joint.join(parts)]
        assert _parts(joint.join(parts)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Chemo kills cancer cells, hair cells, and cells in the gut.",
        "Nausea, vomiting, and a rash can occur.",
        "If you have a fever, call your team, and do not wait.",
        "Call your team when you have a fever, and a nurse will answer.",
        "In stage III, surgery comes first, and chemo comes later.",
        "Your doctor says that chemo works, and the tumor is smaller.",
        "It is not true that chemo is safe in any week, and it is not true that it can never be given.",
        "Drugs that block PD-1, which is a brake, and drugs that block CTLA-4 can help.",
        "The test is safe (the dose is low, and the scan is short).",
        "The leaflet is called “Eat well, and you will heal”.",
        "Some spots are harmless, but that can take time to learn.",
        "Many cancers can be treated, and many are kept under control.",
        "Some people believe that sugar feeds cancer; that is a myth.",
        "HER2-low is not positive, so the drug is not given, and that matters.",
        "Neither one is better, and survival is alike.",
        "Call 911, and stay with him.",
    ],
)
def test_a_part_that_leans_on_another_is_not_cut_off(text):
    assert _parts(text) == [text]


@pytest.mark.parametrize(
    "advice", ["you should have your first infusion now.", "get both vaccines this Friday so that you are safe."]
)
def test_advice_does_not_hide_in_a_notice(advice):
    made = answer(f"Cancer care takes many steps here.\n\nSome drugs help. This is not medical advice, but {advice}")
    notice, claim = extract_claims(made)[-2:]
    assert (notice.kind, claim.kind) == ("notice", "advice")
    assert made.text[claim.start : claim.end] == advice


# Each row: what stands before, and the sentence with its completed wording.
RESOLVED = [
    (["Pembrolizumab is a checkpoint inhibitor."], "It is given into a vein.", "Pembrolizumab is given into a vein."),
    (["Pembrolizumab is given every 3 weeks."], "It blocks PD-1.", "Pembrolizumab blocks PD-1."),
    (["Keytruda (pembrolizumab) is one."], "It takes the brakes off.", "Keytruda takes the brakes off."),
    (["Imatinib blocks a protein called BCR-ABL."], "It is used for CML.", "Imatinib is used for CML."),
    (["Palliative care is extra help."], "But it is not hospice.", "But palliative care is not hospice."),
    (["Radiation comes next."], "It uses strong beams.", "Radiation uses strong beams."),
    (["PARP inhibitors block repair."], "They can cause anemia.", "PARP inhibitors can cause anemia."),
    (["T cells are white blood cells."], "They fight germs.", "T cells fight germs."),
    (["A mammogram is an X-ray."], "It can miss a cancer.", "A mammogram can miss a cancer."),
    (["PARP inhibitors block repair."], "These drugs are pills.", "PARP inhibitors are pills."),
    (["Nivolumab and ipilimumab are paired."], "These drugs can harm the liver.", "Nivolumab and ipilimumab can harm the liver."),
    (["Mouth sores can come with capecitabine."], "Some people clear this drug slowly.", "Some people clear capecitabine slowly."),
    (["A colonoscopy looks inside the bowel."], "This test needs a clean bowel.", "The colonoscopy needs a clean bowel."),
    (["The shingles vaccine is not live."], "The vaccine is safe for most.", "The shingles vaccine is safe for most."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "text", "expected"), RESOLVED, ids=[row[2] for row in RESOLVED])
def test_a_word_that_can_mean_one_thing_only_is_spelled_out(before, text, expected):
    named = resolved(text, Before(sentences=before))
    assert named.lower() == expected.lower()
    assert named[0].isupper()


UNSAFE = [
    (["Pembrolizumab is a checkpoint inhibitor."], "It is important to tell your team."),
    (["Pembrolizumab is a checkpoint inhibitor."], "It helps to write things down."),
    (["Pembrolizumab is a checkpoint inhibitor."], "It is normal that you feel tired."),
    (["Pembrolizumab is a checkpoint inhibitor."], "They can cause a rash."),
    (["Imatinib blocks a protein called BCR-ABL."], "It is made by a faulty gene."),
    (["Tamoxifen is a pill that blocks estrogen."], "It helps breast cancer grow."),
    (["Ibrutinib can cause bleeding."], "It can be serious."),
    (["Keytruda and Opdivo block PD-1."], "It is given by vein."),
    (["Some vaccines are live."], "They are not safe for you."),
    (["Olaparib is a pill.", "Talazoparib is a pill too."], "This drug is taken daily."),
    (["Doctors use PARP inhibitors."], "They watch your blood."),
    (["Steroids help many people."], "They feel better."),
    (["Chemo was given."], "The treatment team will call."),
    ([], "It can cause a rash."),
]


@pytest.mark.parametrize(("before", "text"), UNSAFE, ids=[f"{row[0]} {row[1]}" for row in UNSAFE])
def test_a_word_that_could_mean_more_stays(before, text):
    assert resolved(text, Before(sentences=before)) == text


@pytest.mark.parametrize(
    ("heading", "text", "expected"),
    [
        ("Mammograms", "They can find cancer early.", "Mammograms can find cancer early."),
        ("How does immunotherapy work?", "It helps your immune system.", "Immunotherapy helps your immune system."),
        ("What is palliative care?", "It can begin at diagnosis.", "Palliative care can begin at diagnosis."),
        ("The HPV vaccine", "The vaccine prevents infection.", "The HPV vaccine prevents infection."),
        ("Olaparib or niraparib?", "It is a pill.", "It is a pill."),
        ("Next steps", "It may be given.", "It may be given."),
    ],
)
def test_the_heading_says_what_the_first_sentence_means(heading, text, expected):
    assert resolved(text, Before(heading=heading)) == expected


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("All 42 people who finished the drug had no tumor.", "had"),
        ("Some people whose tumor can no longer be found may be watched.", "may"),
        ("What is right for you depends on your health.", "depends"),
        ("A guideline from ASCO, a group of doctors, recommends it.", "recommends"),
        ("HER2 drugs, such as trastuzumab, are not used.", "are"),
        ("A nurse slides a tube into your bladder.", "slides"),
        ("a drug that blocks PD-1", None),
        ("any pain that lasts and gets worse", None),
        ("Radiation (high-energy beams) with temozolomide, a chemo pill", None),
        ("Tests you may need", None),
        ("Common causes of pain", None),
    ],
)
def test_the_verb_of_the_main_clause_is_told_from_those_inside(text, verb):
    clause = main_clause(text)
    assert (clause.verb if clause else None) == verb


def test_a_noun_is_no_command():
    assert not any(
        map(is_command, ["Rest is important.", "Use of opioids is common.", "Exercise helps.", "A call helps."])
    )
    assert all(map(is_command, ["Rest a bit.", "Never use it.", "If it bleeds, call.", "Please don't wait."]))


# --- properties -----------------------------------------------------------------------------------------------------

_PIECES = st.sampled_from(
    ["Chemo helps, and it hurts. ", "It is given. ", "They ", "this drug ", "Imatinib is a pill. ", "- ", "• ", "1. ", "a) ",
     "\n", "\n\n", "## ", "Call for:\n\n", "“", "”", '"', "(", ")", "; ", ", but ", "Myth: ", "Fact: ", "That is not true. ",
     "| a | b |\n|---|---|\n| c | d |\n", "According to the NCI: ", "😀", "\x00", "\u200f", "مرحبا. ", "?", ":", "[3] ", "100.4 °F"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.one_of(_PIECES, st.text(max_size=4)), max_size=25).map("".join),
    st.sampled_from(["markdown", "html", "text"]),
)
def test_every_claim_points_at_its_own_words(raw, fmt):
    made = answer(raw, fmt=fmt)
    last = 0
    claims = extract_claims(made)
    for claim in claims:
        assert last <= claim.start < claim.end <= len(made.text)
        source = made.text[claim.start : claim.end]
        assert source == source.strip()
        assert source
        assert claim.claim_text == " ".join(claim.claim_text.split())
        assert claim.claim_text
        assert claim.severity in SEVERITIES
        assert (claim.kind in UNCHECKABLE) == (claim.severity == "info")
        last = claim.end
    assert [claim.claim_id for claim in claims] == [f"c{n}" for n in range(1, len(claims) + 1)]
    assert extract_claims(made) == claims


@settings(max_examples=100, deadline=None)
@given(st.lists(_PIECES, max_size=12).map("".join))
def test_parts_are_ordered_and_leave_out_only_what_joins_them(text):
    spans = split_clauses(text)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    for (_, end), (start, _) in pairwise(spans):
        assert text[end:start].strip(" ;,\n").lower() in {
            "",
            "and",
            "but",
            "yet",
            "however",
            "also",
            "however,",
            "also,",
        }


@pytest.mark.parametrize(
    "unit",
    ["Chemo kills cells, and it can harm others; but they grow back. ", "x", ". ", "(", '"a ', "• a ", "1. a ", "a: ", "it and ",
     "A | B | C\n", "\x00 ", "😀 ", "مرحبا. ", "They are drugs. ", "You may see the word ", "that ", "(a", "a-"],
)  # fmt: skip
def test_a_long_text_is_read_to_its_end(unit):
    text = unit * (200_000 // len(unit))
    blocks = (Block(kind="paragraph", start=0, end=len(text)),)
    with comes_to_an_end():
        extract_claims(Answer(question_id="Q1", question="", raw=text, text=text, blocks=blocks))


def test_many_blocks_sources_and_hidden_spans_are_read_to_their_end():
    unit = "Chemo kills cells. They grow.\n"
    text = unit * 5_000
    starts = range(0, len(text), len(unit))
    made = Answer(
        question_id="Q1", question="", raw=text, text=text,
        blocks=tuple(Block(kind="item", level=1, start=at, end=at + len(unit) - 1) for at in starts),
        hidden=tuple(Span(start=at + 19, end=at + 24) for at in starts),
        attributions=tuple(Attribution(start=at, end=at + 5, name="NCI") for at in starts),
    )  # fmt: skip
    with comes_to_an_end():
        claims = extract_claims(made)
    assert len(claims) == 5_000
