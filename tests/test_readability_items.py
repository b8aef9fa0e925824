"""Numbers, voice, things to do, the PEMAT-like items, confidence and languages, as the scorer tells them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.readability.actions import find_actions
from evals.readability.language import foreign_shares, name_of
from evals.readability.numeracy import check_numbers
from evals.readability.pemat import ACTIONABILITY, UNDERSTANDABILITY, share
from evals.readability.profile import Profile, profile
from evals.readability.structure import Sentence
from evals.readability.voice import hear
from evals.scorers.readability import Readability
from evals.sentences import split_sentences
from tests.cases import answer, case

PLAIN = (
    "Chemo can make you feel tired. Rest when you need to. Drink water through the day. Eat small meals if food does "
    "not taste good. Some people lose their hair. It grows back in most cases. Your nurse can help you with all of this. "
    "Tell your team if you feel worse."
)


def sentences(text: str) -> tuple[Sentence, ...]:
    return tuple(Sentence(span.start, span.end) for span in split_sentences(text))


def read(raw: str, question: str = "What should I know?") -> Profile:
    found = profile(answer(raw, question=question), question)
    assert isinstance(found, Profile), found
    return found


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("The hazard ratio was 0.72.", ["ratio"]),
        ("It helped (HR 0.40).", ["ratio"]),
        ("The result was clear (95% CI 0.5 to 0.9; p < 0.01).", ["statistics"]),
        ("It cuts the risk by 40%.", ["relative"]),
        ("You are twice as likely to have it.", ["relative"]),
        ("It lowers the risk by 50%, from 4 in 100 to 2 in 100.", []),
        ("It lowers the risk by half. Of 100 people, 2 out of 100 have it, not 4.", []),
        ("Take 5 mg/kg each day.", ["calculation"]),
        ("Multiply your weight by two.", ["calculation"]),
        ("About 30% of people have it.", ["percent_only"]),
        ("About 3 in 10 people (30%) have it.", []),
        ("1 in 8 women have it, and 5 in 1,000 men.", ["mixed"]),
        ("3 in 100 women have it, and 5 in 100 men.", []),
        ("Call for a fever of 100.4 °F. Drink 8 cups in 24 hours.", []),
        ("Stage II or III, or 5 or 6 weeks.", []),
    ],
)
def test_numbers_that_readers_cannot_use_are_flagged(text, kinds) -> None:
    found = check_numbers(text, sentences(text))
    assert sorted(flag.kind for flag in found.flags) == sorted(kinds)
    assert all(text[flag.start : flag.end].strip() for flag in found.flags)


# --- voice -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "passives"),
    [
        ("The drug is given by mouth.", ["is given"]),
        ("Your blood will be carefully checked.", ["be carefully checked"]),
        ("Samples were not taken.", ["were not taken"]),
        ("You may feel tired. He was worried.", []),
        ("The nurse checks your blood.", []),
        ("The people affected need help.", []),
        ("She is interested in this.", []),
    ],
)
def test_passive_verbs_are_found_and_states_are_not(text, passives) -> None:
    voice = hear(text, sentences(text), frozenset())
    assert [text[start:end] for start, end in voice.passives] == passives


def test_the_passive_share_is_over_clauses_and_never_above_one() -> None:
    text = "It is given when you are seen. The nurse calls you."
    voice = hear(text, sentences(text), frozenset())
    # Two sentences, and one further clause that "when" opens.
    assert voice.passive_share == 2 / 3
    assert hear("", (), frozenset()).passive_share == 0


# --- things to do ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Call your nurse.", ["contact"]),
        ("Please do not wait.", ["selfcare"]),
        ("If you have a fever, call right away.", ["contact"]),
        ("You should ask about this.", ["ask"]),
        ("Then write down the time.", ["record"]),
        ("Research is under way.", []),
        ("Rest is good for you.", []),
        ("Do you have pain?", []),
        ("See below for more.", []),
        ("Keep in mind that it takes time.", []),
        ("The nurse calls you.", []),
    ],
)
def test_what_the_reader_is_told_to_do_is_found_by_kind(text, kinds) -> None:
    assert [action.kind for action in find_actions(text, sentences(text))] == kinds


# --- PEMAT-like items ------------------------------------------------------------------------------------------------

FULL = f"""# How can I manage chemo at home?

Chemo at home can be hard to manage. Here is what helps.

## Key points

- Call your nurse if you have a fever.
- Drink water through the day.
- Write down how you feel.

## What you can do

{PLAIN}

{PLAIN}

## Questions to ask your oncologist

- How long will I feel tired?
- What can I eat?
- Whom do I call at night?
"""


def test_the_item_vector_has_all_26_items_and_leaves_to_people_what_needs_an_eye() -> None:
    items = read(FULL, "How can I manage chemo at home?").pemat
    assert sorted(items) == list(range(1, 27))
    assert set(items.values()) <= {0, 1, None}
    assert all(items[number] is None for number in (10, 13, 14, 15, 16, 18, 25, 26))
    assert [items[number] for number in (1, 3, 5, 7, 12, 20, 21, 22, 23)] == [1] * 9


@pytest.mark.parametrize(
    ("item", "raw", "met"),
    [
        (4, f"You may get neutropenia. {PLAIN}", 0),
        (4, f"You may get neutropenia (low white blood cells). {PLAIN}", 1),
        (4, PLAIN, None),
        (6, f"The hazard ratio was 0.72. {PLAIN}", 0),
        (6, f"About 3 in 10 people have it. {PLAIN}", 1),
        (6, PLAIN, None),
        (7, f"Take 5 mg/kg each day. {PLAIN}", 0),
        (8, " ".join([PLAIN] * 3), 0),
        (9, "\n\n".join([PLAIN] * 6), 0),
        (9, PLAIN, None),
        (11, "\n\n".join([PLAIN] * 6), 0),
        (11, "\n\n".join([*[PLAIN] * 6, "In short, rest and call if you feel worse."]), 1),
        (12, PLAIN, 0),
        (17, f"{PLAIN}\n\n![](scan.png)", 0),
        (17, PLAIN, None),
        (19, f"{PLAIN}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", 1),
        (19, f"{PLAIN}\n\n| a | b | c | d | e |\n|---|---|---|---|---|\n| 1 | 2 | 3 | 4 | 5 |\n", 0),
        (20, "The drug can cause a rash. It goes away by itself in most cases. Some people feel sick for a day or two. "
             "The nurse looks at the skin. The cream helps many people with the itch. The rash often looks worse than it is.", 0),
        (23, PLAIN, 0),
    ],
)  # fmt: skip
def test_an_item_is_met_unmet_or_does_not_apply(item, raw, met) -> None:
    assert read(raw).pemat[item] == met


def test_a_share_leaves_out_what_does_not_apply() -> None:
    items = dict.fromkeys(range(1, 27)) | {3: 1, 4: 0, 5: 1, 20: 0}
    assert share(items, UNDERSTANDABILITY) == 2 / 3
    assert share(items, ACTIONABILITY) == 0
    assert share(dict.fromkeys(range(1, 27)), ACTIONABILITY) is None


# --- confidence and languages ----------------------------------------------------------------------------------------


def test_confidence_has_three_levels_and_gives_its_reasons() -> None:
    short, middling, long = (read("\n\n".join([PLAIN] * times)) for times in (1, 3, 8))
    assert [p.confidence.level for p in (short, middling, long)] == ["low", "medium", "high"]
    assert short.confidence.doubts[0].startswith("only 8 sentences")
    assert long.confidence.doubts == ()
    listed = "\n".join(["Call if you have:", "", *["- a new rash", "- a bad cough", "- chest pain"] * 12])
    assert any("list" in doubt for doubt in read(f"{PLAIN}\n\n{listed}").confidence.doubts)


def test_a_text_that_is_partly_in_another_language_is_graded_with_doubt() -> None:
    spanish = "La quimioterapia puede causar cansancio. Hable con su equipo si tiene fiebre. Los efectos son leves."
    mixed = read("\n\n".join([*[PLAIN] * 4, spanish]))
    assert any("Spanish" in doubt for doubt in mixed.confidence.doubts)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Die Behandlung ist nicht für alle und wird mit der Ärztin besprochen. " * 6, "German"),
        ("Le traitement est une aide pour les patients dans cette maladie, avec vous. " * 6, "French"),
        ("O tratamento não é uma cura para os doentes com esta doença, você pode ler mais. " * 6, "Portuguese"),
        ("化疗可能会让您感到疲倦。请多休息。" * 20, "Chinese"),
        ("قد يسبب العلاج الكيميائي التعب. اتصل بفريقك. " * 10, "Arabic"),
        ("Химиотерапия может вызвать усталость. Позвоните врачу. " * 10, "Russian"),
    ],
)
def test_the_reason_names_the_language_that_the_formulas_do_not_fit(text, name) -> None:
    found = profile(answer(text), "")
    assert isinstance(found, str)
    assert name in found


def test_language_shares_of_english_are_next_to_nothing() -> None:
    assert sum(foreign_shares(PLAIN.split()).values()) < 0.02
    assert foreign_shares([]) == {}
    assert name_of(["zq", "xv"]) is None


def test_an_english_dialect_is_english() -> None:
    result = Readability()(case(PLAIN, language="en-GB"))
    assert result.reason.startswith("About US grade")


# --- the score -------------------------------------------------------------------------------------------------------


def test_unexplained_words_lower_the_score_and_masking_hides_none_of_them() -> None:
    words = "You may get neutropenia, mucositis, pruritus and dyspnea. Ask about PFS and ORR."
    told = "You may get few white cells, mouth sores, an itch and short breath. Ask how long it works."
    assert Readability()(case(f"{PLAIN} {words}")).value < Readability()(case(f"{PLAIN} {told}")).value - 0.1
    named = Readability()(case(f"{PLAIN} You may get pembrolizumab. You may get nivolumab."))
    assert named.measures["names_unexplained"] == 2


def test_every_zone_is_graded_apart() -> None:
    measures = Readability()(case(FULL)).measures
    assert measures["grade_questions"] is not None
    assert measures["grade_related"] is None
    assert measures["pemat_23"] == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([PLAIN, "5 mg/kg ", "1 in ", "30% of people ", "- ", "\n\n", "is given ", "# ", "| a | b |\n", "\x00", "🙂 ", "hazard ratio 0."]), max_size=25).map("".join))  # fmt: skip
def test_no_text_makes_a_profile_fail(raw) -> None:
    found = profile(answer(raw), "What is this?")
    assert isinstance(found, str | Profile)
    if isinstance(found, Profile):
        assert 0 <= found.voice.passive_share <= 1
        assert 0 <= found.voice.second_person_share <= 1
        low, high = found.masked.interval
        assert low <= found.masked.consensus <= high
