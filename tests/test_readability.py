"""Readability: the formulas, what they count, how lists and names are treated, and what the scorer says."""

from itertools import pairwise
from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.lexicons import load_yaml
from evals.readability.acronyms import unexpanded
from evals.readability.easy import is_easy
from evals.readability.formulas import (
    Counts,
    ari,
    coleman_liau,
    consensus,
    dale_chall,
    dale_chall_score,
    flesch_kincaid,
    grades,
    gunning_fog,
    middle,
    smog,
    with_names,
)
from evals.readability.language import language_of
from evals.readability.masking import mask, name_spans
from evals.readability.structure import visible_text, zone_sentences
from evals.readability.syllables import count_by_rule, count_syllables
from evals.readability.tokens import count, tokens, without_addresses
from evals.records import Answer, Block, BlockKind, Case, Question, Score, Section, SectionKind, Span, Unscored
from evals.scorers.readability import Readability

Part = tuple[SectionKind, BlockKind, str]

PLAIN = (
    "Chemo can make you feel tired. Rest when you need to. Drink water through the day. Eat small meals if food does "
    "not taste good. Some people lose their hair. It grows back in most cases. Your nurse can help you with all of this. "
    "Tell your team if you feel worse."
)
HARD = (
    "Immunotherapeutic interventions occasionally precipitate inflammatory complications necessitating immediate "
    "discontinuation, particularly gastrointestinal manifestations. Contemporary recommendations additionally emphasize "
    "multidisciplinary evaluation incorporating gastroenterological consultation, comprehensive laboratory "
    "investigations and individualized corticosteroid administration. Subsequent reintroduction requires deliberate "
    "consideration of the potential benefits and of the anticipated toxicities for every individual."
)


def answer(*parts: Part, hidden: tuple[Span, ...] = (), language: str = "en") -> Answer:
    """An answer of the given blocks, neighbouring blocks of one section joined."""
    blocks: list[Block] = []
    sections: list[Section] = []
    text = ""
    for section, kind, words in parts:
        start, end = len(text), len(text) + len(words)
        blocks.append(Block(kind=kind, start=start, end=end, level=1 if kind in {"heading", "item"} else 0))
        if sections and sections[-1].kind == section:
            sections[-1] = Section(kind=section, start=sections[-1].start, end=end)
        else:
            sections.append(Section(kind=section, start=start, end=end))
        text += words + "\n"
    return Answer(
        question_id="q", question="What is chemo?", raw=text, text=text, blocks=tuple(blocks), sections=tuple(sections),
        hidden=hidden, language=language,
    )  # fmt: skip


def case(scored: Answer) -> Case:
    return Case(question=Question(id="q", text="What is chemo?"), answer=scored, claims=(), verdicts=(), corpus={})


def score(scored: Answer) -> Score:
    result = Readability()(case(scored))
    assert isinstance(result, Score), result.reason
    return result


def body(*texts: str) -> Answer:
    return answer(*(("body", "paragraph", text) for text in texts))


# --- formulas --------------------------------------------------------------------------------------------------------

# "The cat sat on the mat. Immunotherapy helps." -> 8 words in 2 sentences; im-mu-no-ther-a-py has 6 syllables.
SMALL = Counts(
    sentences=2, words=8, syllables=13, polysyllables=1, complex=1, letters=35, characters=35, unfamiliar=1, longer=2
)


def test_the_counts_of_a_text_are_those_a_reader_makes_by_hand() -> None:
    text = "The cat sat on the mat. Immunotherapy helps."
    counted = count(tokens(text, 0, 23)) + count(tokens(text, 24, len(text)))
    assert counted == Counts(
        words=8,
        syllables=6 + 6 + 1,
        polysyllables=1,
        complex=1,
        letters=17 + 18,
        characters=17 + 18,
        unfamiliar=1,
        longer=2,
    )


@pytest.mark.parametrize(
    ("formula", "grade"),
    [
        (flesch_kincaid, 0.39 * (8 / 2) + 11.8 * (13 / 8) - 15.59),
        (smog, 1.0430 * sqrt(1 * 30 / 2) + 3.1291),
        (gunning_fog, 0.4 * (8 / 2 + 100 * 1 / 8)),
        (coleman_liau, 0.0588 * (100 * 35 / 8) - 0.296 * (100 * 2 / 8) - 15.8),
        (ari, 4.71 * (35 / 8) + 0.5 * (8 / 2) - 21.43),
        (dale_chall_score, 0.1579 * (100 * 1 / 8) + 0.0496 * (8 / 2) + 3.6365),
        # A score of 5.81 lies 0.31 of the way from the middle of grades 5-6 (5.5) to that of 7-8 (7.5).
        (dale_chall, 5.5 + 2 * (0.1579 * 12.5 + 0.0496 * 4 + 3.6365 - 5.5)),
    ],
)
def test_each_formula_gives_the_sum_that_its_authors_published(formula, grade) -> None:
    assert formula(SMALL) == pytest.approx(grade)


FOUR = {"smog": 9.0, "flesch_kincaid": 5.0, "dale_chall": 8.0, "coleman_liau": 6.0, "gunning_fog": 50.0, "ari": 40.0}


def test_the_consensus_is_the_weighted_mean_of_four_formulas_and_their_median_stands_beside_it() -> None:
    weights = load_yaml("readability.yaml")["weights"]
    assert sum(weights.values()) == pytest.approx(1)
    assert min(weights.values()) >= 0.1
    assert consensus(FOUR) == pytest.approx(0.10 * 9 + 0.25 * 5 + 0.55 * 8 + 0.10 * 6)
    assert middle(FOUR) == (6 + 8) / 2


@pytest.mark.parametrize(
    ("unfamiliar", "words_a_sentence", "grade"),
    [(0, 5, 4.0), (4, 20, 4.93), (10, 15, 6.42), (30, 30, 14.74), (60, 30, 16.0)],
)
def test_the_dale_chall_grade_follows_its_authors_table_without_steps(unfamiliar, words_a_sentence, grade) -> None:
    counts = Counts(sentences=60, words=60 * words_a_sentence, unfamiliar=unfamiliar * 60 * words_a_sentence / 100)
    assert dale_chall(counts) == pytest.approx(grade, abs=0.35)
    one_more = Counts(sentences=60, words=60 * words_a_sentence, unfamiliar=counts.unfamiliar + 1)
    assert 0 <= dale_chall(one_more) - dale_chall(counts) < 0.15


def test_figures_are_no_easy_words_for_having_no_letters() -> None:
    plain = Counts(sentences=10, words=100, letters=450)
    assert coleman_liau(Counts(sentences=10, words=110, letters=450, figures=10)) == coleman_liau(plain)


def test_a_masked_name_leaves_the_share_of_hard_words_as_it_finds_it() -> None:
    counts = Counts(sentences=10, words=100, polysyllables=10, unfamiliar=20, names=10, longer=50)
    assert with_names(counts).unfamiliar == 20 * (1 + 10 / 50)
    assert with_names(counts).polysyllables == 10 * (1 + 10 / 50)
    assert with_names(SMALL) == SMALL


# --- easy words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    [
        "doctor",
        "Doctors",
        "carries",
        "stopped",
        "hoping",
        "happier",
        "easily",
        "nurse's",
        "don't",
        "1,200",
        "running",
        "lying",
    ],
)
def test_everyday_words_and_their_regular_forms_are_easy(word) -> None:
    assert is_easy(word)


@pytest.mark.parametrize(
    "word", ["neutropenia", "chemotherapy", "prognosis", "PFS", "regimen", "subsequent", "metastatic", "x" * 50]
)
def test_clinical_and_official_words_are_not(word) -> None:
    assert not is_easy(word)


@given(st.text(min_size=1, max_size=60))
def test_any_word_is_easy_or_not(word) -> None:
    assert is_easy(word) in {True, False}


def test_a_text_without_words_has_no_grade() -> None:
    assert grades(Counts()) == {}
    assert grades(Counts(sentences=1)) == {}


# --- syllables -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("a", 1), ("cancer", 2), ("people", 2), ("cells", 1), ("treated", 2), ("walked", 1), ("changes", 2),
        ("diet", 2), ("idea", 3), ("area", 3), ("quiet", 2), ("science", 2), ("being", 2), ("didn't", 2), ("nurse's", 2),
        ("nurse’s", 2), ("safely", 2), ("fatigue", 2), ("technique", 2), ("rhythm", 2),
        ("chemotherapy", 5), ("immunotherapy", 6), ("oncologist", 4), ("metastatic", 4), ("lymphoma", 3),
        ("leukemia", 4), ("neuropathy", 4), ("diarrhea", 4), ("nausea", 3), ("biopsy", 3), ("radiation", 4),
        ("pembrolizumab", 5), ("trastuzumab", 4), ("cyclophosphamide", 5), ("dexamethasone", 5), ("mastectomy", 4),
    ],
)  # fmt: skip
def test_a_word_has_the_syllables_a_dictionary_gives_it(word, number) -> None:
    assert count_syllables(word) == number


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("neutropenia", 5), ("thrombocytopenia", 7), ("neoadjuvant", 4), ("carboplatin", 4), ("capecitabine", 5),
        ("radiotherapy", 6), ("immunosuppressed", 5), ("oncogenes", 3), ("periodontitis", 6), ("myeloma", 4),
    ],
)  # fmt: skip
def test_the_rule_alone_counts_words_that_no_dictionary_has(word, number) -> None:
    assert abs(count_by_rule(word) - number) <= (word == "neoadjuvant")


@given(st.text(max_size=80))
def test_counting_syllables_never_fails_and_is_never_negative(word) -> None:
    assert count_syllables(word) >= 0
    assert count_by_rule(word) <= max(1, 2 * len(word))


# --- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words", "syllables"),
    [
        ("follow-up visit", ["follow", "up", "visit"], 2 + 1 + 2),
        ("about 1,200 people", ["about", "1,200", "people"], 2 + 1 + 2),
        ("38.5 °C", ["38.5", "C"], 1 + 1),
        ("an MRI scan", ["an", "MRI", "scan"], 1 + 3 + 1),
        ("HR+/HER2−", ["HR", "HER2"], 2 + (3 + 1)),
        ("see https://www.cancer.gov/about now", ["see", "now"], 2),
        ("write to help@site.org now", ["write", "to", "now"], 3),
        ("it helps [p-nci-0042] a lot [3]", ["it", "helps", "a", "lot"], 4),
        ("do NOT stop", ["do", "NOT", "stop"], 3),
        ("Sjögren", ["Sjögren"], 2),
    ],
)
def test_words_are_cut_and_counted_as_they_are_read(text, words, syllables) -> None:
    clean = without_addresses(text)
    found = tokens(clean, 0, len(clean), frozenset({"NOT"}))
    assert [word.text for word in found] == words
    assert sum(word.syllables for word in found) == syllables


def test_a_recognised_name_of_one_or_many_words_is_one_two_syllable_word_when_masked() -> None:
    text = "Keytruda (pembrolizumab) and trastuzumab deruxtecan act on HER2 in Hodgkin lymphoma"
    masked = mask(tokens(text, 0, len(text)), name_spans(text))
    shown = [word.text for word in masked]
    assert shown == ["tablet", "tablet", "and", "tablet", "act", "on", "tablet", "in", "tablet", "lymphoma"]
    assert {word.syllables for word in masked if word.text == "tablet"} == {2}


def test_ordinary_words_are_not_taken_for_genes_or_eponyms() -> None:
    text = "We met the team and sat down with all of them to set a kit aside"
    assert name_spans(text) == ()


# --- lists and zones -------------------------------------------------------------------------------------------------


def test_the_items_of_a_list_hang_from_the_line_that_opens_it() -> None:
    listed = answer(
        ("body", "paragraph", "Call your team. Call if you have:"),
        ("body", "item", "fever"),
        ("body", "item", "You feel much worse than the day before."),
        ("body", "item", "chills"),
        ("body", "paragraph", "Most people do well."),
    )
    found = zone_sentences(listed, "body")
    assert [(s.fragment, s.stem, s.opens_list) for s in found] == [
        (False, None, False), (False, None, True), (True, 1, False), (False, None, False), (True, 1, False),
        (False, None, False),
    ]  # fmt: skip


def test_lists_without_full_stops_widen_the_spread_and_lower_confidence() -> None:
    items = [
        "a fever or chills",
        "a cough that is new",
        "blood when you go",
        "a rash on your skin",
        "pain in your chest",
    ]
    parts: list[Part] = [("body", "paragraph", PLAIN), ("body", "paragraph", "Call your team at once if you have:")]
    listed = score(answer(*parts, *(("body", "item", item) for item in items * 3)))
    assert listed.measures["spread"] > score(body(PLAIN, PLAIN)).measures["spread"] == 0
    assert listed.measures["low_confidence"] == 1


LONG = [
    "Your care team will watch you closely while you get this treatment.",
    "Many people keep working, but some need more rest than before.",
    "A fever can be a sign of infection, so do not wait until morning.",
    "The drug goes into a vein in your arm and takes about an hour.",
    "Blood tests show how your body handles the medicine.",
    "Your doctor may lower the amount if side effects become hard to bear.",
    "Food may taste different for a few weeks after each visit.",
    "It helps to write down your questions before you see the nurse.",
] * 4


def test_turning_sentences_into_bullets_hardly_moves_the_masked_grade() -> None:
    prose = score(body(" ".join(LONG)))
    half = len(LONG) // 2
    bullets = score(
        answer(("body", "paragraph", " ".join(LONG[:half])), *(("body", "item", line) for line in LONG[half:]))
    )
    bare = score(
        answer(("body", "paragraph", " ".join(LONG[:half])), *(("body", "item", s.rstrip(".")) for s in LONG[half:]))
    )
    assert bullets.measures["grade_masked"] == pytest.approx(prose.measures["grade_masked"], abs=0.5)
    assert bare.measures["grade_masked"] == pytest.approx(prose.measures["grade_masked"], abs=0.5)


def test_adding_headings_does_not_move_the_grade() -> None:
    plain = score(body(*LONG))
    headed = score(
        answer(
            *(p for line in LONG for p in (("body", "heading", "Potential toxicities"), ("body", "paragraph", line)))
        )
    )
    assert headed.measures["grade_masked"] == plain.measures["grade_masked"]


def test_putting_drug_names_for_nouns_hardly_moves_the_masked_grade() -> None:
    plain = score(body(" ".join(LONG)))
    named = score(body(" ".join(LONG).replace("the medicine", "pembrolizumab").replace("The drug", "Trastuzumab")))
    assert named.measures["grade"] > plain.measures["grade"]
    assert named.measures["grade_masked"] == pytest.approx(plain.measures["grade_masked"], abs=0.5)


def test_notices_and_questions_are_graded_apart_from_the_body() -> None:
    alone = score(body(PLAIN))
    whole = score(
        answer(
            ("opening_notice", "paragraph", HARD),
            ("body", "paragraph", PLAIN),
            ("questions", "item", "What will help me sleep and eat well at home?"),
        )
    )
    assert whole.measures["grade_masked"] == alone.measures["grade_masked"]
    assert whole.measures["grade_notice"] > 12
    assert whole.measures["grade_questions"] < 6
    assert alone.measures["grade_notice"] is None


def test_text_that_a_reader_does_not_see_is_not_graded() -> None:
    shown = body(PLAIN, HARD)
    start = shown.text.index("Immuno")
    hidden = body(PLAIN, HARD)
    hidden = Answer(
        **{**{f: getattr(hidden, f) for f in Answer.__slots__}, "hidden": (Span(start=start, end=len(hidden.text)),)}
    )
    assert score(hidden).measures["grade_masked"] == score(body(PLAIN)).measures["grade_masked"]
    assert len(visible_text(hidden)) == len(hidden.text)


# --- the scorer ------------------------------------------------------------------------------------------------------


def test_an_easy_text_scores_high_and_a_hard_one_next_to_nothing() -> None:
    easy, hard = score(body(PLAIN)), score(body(HARD, HARD))
    assert easy.value >= 0.9
    assert easy.measures["grade_masked"] < 6
    assert {finding.severity for finding in easy.findings} <= {"info"}
    assert hard.value < 0.2
    assert hard.measures["grade_masked"] > 14


def test_the_interval_holds_every_formula_and_the_consensus() -> None:
    measures = score(body(PLAIN)).measures
    for name in (
        "smog_masked",
        "flesch_kincaid_masked",
        "coleman_liau_masked",
        "gunning_fog_masked",
        "ari_masked",
        "grade_masked",
    ):
        assert measures["grade_low"] <= measures[name] <= measures["grade_high"]


def test_the_hardest_sentences_of_a_hard_text_are_underlined_in_reading_order() -> None:
    text = f"{PLAIN} {HARD} {HARD} {HARD}"
    result = score(body(text))
    found = [finding for finding in result.findings if finding.rule == "R-grade"]
    assert len(found) == 5
    assert all(a.start < b.start for a, b in pairwise(found))
    assert {finding.severity for finding in found} == {"moderate"}
    assert all(
        "Immuno" in text[f.start : f.end]
        or "recommendations" in text[f.start : f.end]
        or "Subsequent" in text[f.start : f.end]
        for f in found
    )
    assert "long words" in found[0].message


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ask about PFS and more.", ["PFS"]),
        ("Ask about progression-free survival (PFS). PFS is a time.", []),
        ("PFS (the time before the cancer grows) matters.", []),
        ("PFS means the time before the cancer grows.", []),
        ("PFS, or progression-free survival, is a time.", []),
        ("A stain called IHC is used.", []),
        ("You may have an MRI or a CT scan in the US.", []),
        ("DO NOT STOP your pills. Call NOW.", []),
        ("Stage IIIA and T1c N0 M0 are stages.", []),
        ("EGFR and PD-L1 are markers; FOLFOX is a plan.", []),
        ("Call 1-800-4-CANCER to talk.", []),
        ("Tests for ctDNA and TILs are new.", ["ctDNA", "TILs"]),
    ],
)
def test_a_short_form_that_is_never_spelled_out_is_found_at_its_first_use(text, found) -> None:
    forms = unexpanded(text, [(0, len(text))], name_spans(text), {"MRI", "CT", "US"}, {"DO", "NOT", "STOP", "NOW"})
    assert [form.text for form in forms] == found
    assert all(text[form.start : form.end] == form.text for form in forms)


def test_an_acronym_finding_is_minor_and_points_at_the_word() -> None:
    text = f"{PLAIN} Your ANC may drop."
    (finding,) = [found for found in score(body(text)).findings if found.rule == "R-acronym"]
    assert (finding.rule, finding.severity, text[finding.start : finding.end]) == ("R-acronym", "minor", "ANC")


@pytest.mark.parametrize(
    ("scored", "reason"),
    [
        (body(""), "no body text"),
        (answer(("opening_notice", "paragraph", PLAIN)), "no body text"),
        (body("Rest well. Drink water. Call if you feel worse."), "too short"),
        (body(" ".join(["This is the one long sentence that you will read of all there is to read"] * 4)), "too short"),
        (answer(("body", "paragraph", PLAIN), language="es"), "Spanish"),
        (
            body(
                "La quimioterapia puede causar cansancio. Hable con su equipo de salud si tiene fiebre. Los efectos son leves. "
                * 4
            ),
            "Spanish",
        ),
        (body("化疗可能会让您感到疲倦。请多休息。" * 20), "Chinese"),
        (body("zq xv " * 60), "not read as English"),
    ],
)
def test_what_the_formulas_do_not_fit_is_unscored_with_the_reason(scored, reason) -> None:
    result = Readability()(case(scored))
    assert isinstance(result, Unscored)
    assert reason in result.reason


def test_a_short_text_is_scored_with_low_confidence_and_a_long_one_without() -> None:
    short, long = score(body(PLAIN)), score(body(" ".join(LONG)))
    assert (short.measures["low_confidence"], long.measures["low_confidence"]) == (1, 0)
    assert "Low confidence: only 8 sentences" in short.reason
    assert "Low confidence" not in long.reason


def test_every_measure_of_a_score_is_declared() -> None:
    assert set(score(body(PLAIN)).measures) == set(Readability.measures)


def test_the_scorer_asks_one_question() -> None:
    assert (Readability.__doc__ or "").strip().endswith("?")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (PLAIN, "en"),
        ("El equipo de salud le dice que es bueno para usted.", "es"),
        ("Le patient est fatigué", None),
        ("", None),
    ],
)
def test_the_language_is_told_by_little_words(text, language) -> None:
    assert language_of(text.split()) == language


# --- properties ------------------------------------------------------------------------------------------------------

FRAGMENTS = st.sampled_from(
    [
        "Call your doctor. ",
        "PFS ",
        "the ",
        "and you ",
        "\n",
        "• ",
        ":\n",
        "e.g. ",
        "\x00",
        "😀",
        "עברית ",
        "https://x.y ",
        "[1] ",
        "HER2+ ",
        "3.5 mg ",
        "NOT ",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(FRAGMENTS, max_size=120).map("".join))
KINDS: st.SearchStrategy[BlockKind] = st.sampled_from(["heading", "paragraph", "item", "quote", "row", "code"])


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["body", "urgent", "opening_notice", "questions"]), KINDS, TEXTS), max_size=8),
    st.booleans(),
)
def test_any_text_is_scored_within_bounds_or_unscored_with_a_reason(parts, bare) -> None:
    scored = answer(*parts)
    if bare:
        scored = Answer(question_id="q", question="", raw=scored.text, text=scored.text)
    result, again = Readability()(case(scored)), Readability()(case(scored))
    assert result == again
    assert result.reason
    if isinstance(result, Score):
        assert 0 <= result.value <= 1
        assert result.measures["grade_low"] <= result.measures["grade_high"]
    for finding in result.findings:
        if finding.rule == "R-pemat":
            continue
        assert finding.start is not None
        assert finding.end is not None
        assert 0 <= finding.start < finding.end <= len(scored.text)
