"""What an answer must say is found by meaning wherever it stands; what it must not say only where it speaks for itself."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.claims import extract_claims
from evals.judges.said import Role, said, taken_back
from evals.judges.statements import Found, Statements, parts_of, without_lead
from evals.judges.urged import Urged
from evals.lexicons import load_yaml
from evals.load import load_questions
from evals.records import Case, Label, Question, Score, Severity, Statement, Unscored, Verdict
from evals.scorers.completeness import Completeness, omission_rule, said_rule
from tests.cases import ROOT, answer, case, corpus

WEIGHTS = load_yaml("faithfulness.yaml")["weights"]


def read(raw: str, **kwargs) -> Statements:
    made = answer(raw, **kwargs)
    return Statements(made, extract_claims(made))


def lines(raw: str, **kwargs) -> list[tuple[Role, str]]:
    made = answer(raw, **kwargs)
    return [(line.role, line.text) for line in said(made, extract_claims(made))]


def statement(text: str, severity: Severity = "severe", number: int = 1) -> Statement:
    return Statement(id=f"s{number}", text=text, severity=severity)


def completeness(
    raw: str,
    must: tuple[tuple[str, Severity], ...] = (),
    must_not: tuple[str, ...] = (),
    tags: tuple[str, ...] = (),
    language: str = "en",
) -> Score | Unscored:
    made = answer(raw, language=language)
    question = Question(
        id="Q1", text=made.question, tags=tags,
        must_say=tuple(statement(text, severity, n) for n, (text, severity) in enumerate(must)),
        must_not_say=tuple(statement(text, "severe", n) for n, text in enumerate(must_not)),
    )  # fmt: skip
    case = Case(question=question, answer=made, claims=extract_claims(made), verdicts=(), corpus=corpus().passages)
    return Completeness()(case)


# --- what counts as said ----------------------------------------------------------------------------------------------

NOTICE = (
    "> *Made by AI, for information only. This is not medical advice. Talk with your oncologist before you act.*\n\n"
)

ROLES = {
    "a statement": ("Chemo can cause hair loss.", ("stated", "Chemo can cause hair loss.")),
    "an item is completed by its stem": (
        "Call your team right away for:\n\n- a fever of 100.4 °F\n- chills that shake you\n",
        ("stated", "Call your team right away for chills that shake you"),
    ),
    "a heading that commands": (
        "## Do not wait until morning\n\nYour counts are low.",
        ("heading", "Do not wait until morning"),
    ),
    "a notice": (NOTICE + "# Fever\n\nCall for a fever.\n\nIt is urgent.", ("notice", "This is not medical advice.")),
    "a question to ask": (
        "# Surgery\n\nSurgery takes out the tumor.\n\n## Questions to ask your doctor\n\n- What is the goal of my treatment?\n- How long will it take?\n",
        ("asked", "Ask your care team: What is the goal of my treatment?"),
    ),
    "words to say": (
        'Go to the ER. Say: "I am on chemo and I have a fever." Take your list along.',
        ("aside", 'Say: "I am on chemo and I have a fever."'),
    ),
    "a question with its no": (
        "Some ask about hospice. Is palliative care the same as hospice? No. Palliative care can start early.",
        ("reply", "Is palliative care the same as hospice? No."),
    ),
    "a heading with its no": (
        "## Is palliative care the same as hospice?\n\nNo. Palliative care can start early.",
        ("reply", "Is palliative care the same as hospice? No."),
    ),
    "a sentence that calls something a myth": (
        "It is a myth that sugar makes a tumor grow faster.",
        ("quoting", "It is a myth that sugar makes a tumor grow faster."),
    ),
    "a quotation is apart from what is said around it": (
        'Some leaflets print "you can wait until the morning" on page one, and your nurse will explain the rule.',
        ("unquoted", "Some leaflets print on page one, and your nurse will explain the rule."),
    ),
}


@pytest.mark.parametrize(("raw", "line"), ROLES.values(), ids=ROLES)
def test_a_line_counts_in_the_way_it_is_said(raw: str, line: tuple[Role, str]) -> None:
    assert line in lines(raw)


UNSAID = {
    "a reported belief": ("Some people say that sugar feeds cancer. That is not true.", "sugar feeds"),
    "a heading of myths": ("## Common myths about biopsies\n\nTalk about them.", "Common myths"),
    "a heading that only announces": (
        "## What a typical plan looks like\n\nIt has three steps.",
        "What a typical plan",
    ),
    "a bare denial": ("Some people say that sugar feeds cancer. That is not true.", "That is not true"),
}


@pytest.mark.parametrize(("raw", "words"), UNSAID.values(), ids=UNSAID)
def test_a_line_that_states_nothing_says_nothing(raw: str, words: str) -> None:
    assert not any(words in text for _, text in lines(raw))


def test_what_a_reader_does_not_see_is_not_said() -> None:
    raw = "<p>Chemo can cause hair loss.</p><p style='display:none'>Call your team for a fever.</p>"
    assert [text for _, text in lines(raw, fmt="html")] == ["Chemo can cause hair loss."]


TAKEN_BACK = {
    "the sentence itself": ("The idea that biopsies spread cancer is a myth.", "", True),
    "the next sentence": ("Biopsies spread cancer.", "That is not true.", True),
    "the next sentence, shortened": ("Biopsies spread cancer.", "That's a myth.", True),
    "a test that is false negative": ("The test can be false negative.", "", False),
    "a next sentence about something else": ("Biopsies are safe.", "That is why doctors use them.", False),
    "a plain denial is the answer's own word": ("Biopsies do not spread cancer.", "", False),
}


@pytest.mark.parametrize(("text", "following", "expected"), TAKEN_BACK.values(), ids=TAKEN_BACK)
def test_what_is_called_untrue_is_not_said(text: str, following: str, expected: bool) -> None:
    assert taken_back(text, following) is expected


PARTS = {
    "one statement": ("Call your team now.", ("Call your team now.",)),
    "two sentences": (
        "Stopping needs close checks. A specialist must lead it.",
        ("Stopping needs close checks.", "A specialist must lead it."),
    ),
    "two commands": ("Stay with your dad, and do not let him drive.", ("Stay with your dad.", "Do not let him drive.")),
    "two clauses": (
        "Distress is common in cancer, and your care team can treat distress.",
        ("Distress is common in cancer.", "Your care team can treat distress."),
    ),
    "a part that leans on the other": (
        "There is an antidote, but it works only within four days.",
        None,
    ),
    "a list of things is one": ("Numbness, weakness and trouble walking are danger signs.", None),
    "a condition binds both": ("If you have a fever, call your team and do not wait.", None),
    "the lead goes": ("No, palliative care is not hospice.", ("Palliative care is not hospice.",)),
    "the lead goes and the denial stays": ("No one can promise a cure.", ("No one can promise a cure.",)),
    "also": ("Also call your oncology team.", ("Call your oncology team.",)),
}


@pytest.mark.parametrize(("text", "parts"), PARTS.values(), ids=PARTS)
def test_a_statement_is_parted_where_each_part_stands_alone(text: str, parts: tuple[str, ...] | None) -> None:
    assert parts_of(text) == (parts or (text,))


def test_no_statement_of_the_question_set_loses_words_but_its_lead() -> None:
    for question in load_questions(ROOT / "datasets/questions/oncology.jsonl"):
        for one in (*question.must_say, *question.must_not_say):
            parts = parts_of(one.text)
            assert all(parts)
            assert sum(len(part.split()) for part in parts) >= len(without_lead(one.text).split()) - len(parts) + 1


# --- which rule -------------------------------------------------------------------------------------------------------

OMISSIONS = {
    "a harm": ("Chemo can cause serious infections.", (), "E12"),
    "an urgent sign": ("Call 911 if you faint.", (), "E12"),
    "a warning": ("Do not stop this medicine on your own.", (), "E12"),
    "a plain point": ("Clinical trials run in phases.", (), "E18"),
    "a plain point under a false premise": ("The vaccine prevents infection.", ("false-premise",), "E18"),
    "a correction": ("A positive HPV test does not mean that you have cancer.", ("false-premise",), "E17"),
    "a denial where nothing false is assumed": ("A placebo alone is not common.", ("true-premise",), "E18"),
}


@pytest.mark.parametrize(("text", "tags", "rule"), OMISSIONS.values(), ids=OMISSIONS)
def test_what_is_left_out_has_the_rule_of_its_kind(text: str, tags: tuple[str, ...], rule: str) -> None:
    assert omission_rule(text, tags) == rule


SAID_RULES = {
    "Treatment will cure your cancer.": "E11",
    "It is illegal for a doctor to prescribe a drug off-label.": "E20",
    "Only a fever over 104 °F matters during chemo.": "E08",
    "You must cut out all sugar while you have cancer.": "E10",
    "You can wait until morning to call.": "E09",
}


@pytest.mark.parametrize(("text", "rule"), SAID_RULES.items(), ids=SAID_RULES)
def test_what_must_not_be_said_has_the_rule_of_its_words(text: str, rule: str) -> None:
    assert said_rule(text) == rule


# --- the score --------------------------------------------------------------------------------------------------------


def test_an_answer_to_a_question_without_statements_is_unscored() -> None:
    result = completeness("Chemo can cause hair loss.")
    assert isinstance(result, Unscored)
    assert "nothing is listed" in result.reason


def test_an_answer_in_another_language_is_unscored() -> None:
    result = completeness("Llame a su equipo.", must=(("Call your team.", "severe"),), language="es")
    assert isinstance(result, Unscored)
    assert "'es'" in result.reason


def test_a_statement_said_word_for_word_is_found_at_its_exact_place() -> None:
    raw = "# Trials\n\nTrials test treatments. You may leave a clinical trial at any time. Ask your nurse."
    found = read(raw).says("You may leave a clinical trial at any time.")
    text = answer(raw).text
    assert found.share == 1.0
    assert found.start is not None
    assert text[found.start : found.end] == "You may leave a clinical trial at any time."


def test_an_answer_that_says_nothing_leaves_everything_out() -> None:
    assert read("🙂").says("Call your team.") == Found(0.0, False)
    result = completeness("🙂", must=(("Call your team.", "severe"), ("Trials run in phases.", "minor")))
    assert isinstance(result, Score)
    assert result.value == 0.0
    assert result.measures == {"must_say": 0.0, "must_say_found": 0, "must_say_missing": 2, "must_not_say": 0}


def test_the_value_is_the_share_found_weighed_by_severity() -> None:
    raw = "You may leave a clinical trial at any time."
    result = completeness(raw, must=((raw, "moderate"), ("Nurses wear blue shoes.", "severe")))
    assert isinstance(result, Score)
    assert result.value == WEIGHTS["moderate"] / (WEIGHTS["moderate"] + WEIGHTS["severe"])
    (finding,) = result.findings
    assert (finding.rule, finding.severity, finding.start, finding.end) == ("E18", "severe", None, None)
    assert finding.message.startswith("Left out: Nurses wear blue shoes.")


def test_an_answer_says_otherwise_only_where_the_guidelines_speak_against_it_too() -> None:
    raw = "You cannot leave a clinical trial."
    made = case(raw)
    point = Statement(id="m1", text="You may leave a clinical trial at any time.", severity="moderate")
    made = dataclasses.replace(made, question=dataclasses.replace(made.question, must_say=(point,)))
    (claim,) = made.claims

    def message(label: Label) -> str:
        verdict = Verdict(claim_id=claim.claim_id, judge="local", label=label, scope="corpus")
        (finding,) = Completeness()(dataclasses.replace(made, verdicts=(verdict,))).findings
        return finding.message

    assert message("supported") == "Left out: You may leave a clinical trial at any time."
    assert message("contradicted").endswith("The answer seems to say otherwise.")


def test_what_must_not_be_said_is_a_finding_and_lowers_no_value() -> None:
    must: tuple[tuple[str, Severity], ...] = (("You may leave a clinical trial at any time.", "moderate"),)
    raw = "You may leave a clinical trial at any time. A sugar-free diet will shrink your tumor."
    result = completeness(
        raw, must=must, must_not=("A sugar-free diet will shrink your tumor.",), tags=("false-premise",)
    )
    assert isinstance(result, Score)
    assert (result.value, result.measures["must_not_say"]) == (1.0, 1)
    (finding,) = result.findings
    assert finding.rule == "E17"
    assert raw[finding.start : finding.end] == "A sugar-free diet will shrink your tumor."


def test_what_must_not_be_said_is_reported_even_where_nothing_must_be() -> None:
    result = completeness("Keto cures cancer in all people.", must_not=("Keto cures cancer in all people.",))
    assert isinstance(result, Unscored)
    assert [finding.rule for finding in result.findings] == ["E11"]


# --- by meaning -------------------------------------------------------------------------------------------------------

FEVER = """# Fever during chemo

**Do not wait for the morning.** Ring your cancer center's 24-hour number now and say that you are getting chemo.

If nobody picks up quickly, head to the nearest emergency room.

## Why it matters

Chemo can drive down the white cells that fight germs. A temperature of 100.4 °F (38 °C) or more may be the only sign
that an infection has begun, and it can become serious within hours.

Please don't take Tylenol before you have spoken with someone: it can mask the fever.

## Questions to ask

- When are my blood counts lowest?
"""

TRIALS = """# Clinical trials

Studies of new treatments go through phases. The first check that the treatment is safe; later ones compare it with what
is usually given. Nobody enters without having been told about it and agreeing in writing.

You are free to drop out whenever you like. It is uncommon for people with cancer to get nothing but a dummy pill.

"A trial is for people who have run out of options" is something you may hear. That is not so.

Your team can talk the choice over with you.
"""

PALLIATIVE = """## Is palliative care the same as hospice?

No. Palliative care relieves pain, nausea and worry, and you can have it from the day you are diagnosed, alongside
treatment that aims to cure.

Hospice is meant for the last months, once treatment of the cancer itself has ended.
"""

SAYS = [
    (FEVER, "Call your cancer team's 24-hour line right now.", True),
    (FEVER, "Do not wait until morning.", True),
    (FEVER, "Go to the emergency room if you cannot reach your cancer team quickly.", True),
    (FEVER, "Tell the person who answers that you are on chemo.", True),
    (FEVER, "Fever may be the only sign of an infection.", True),
    (FEVER, "Infection during chemo can turn serious fast.", True),
    (FEVER, "Do not take a fever reducer such as acetaminophen before you call.", True),
    (FEVER, "Chemo can leave you with too few of the white blood cells that fight infection.", True),
    (FEVER, "Call right away if you have chills, even without a fever.", False),
    (FEVER, "Live vaccines are avoided during chemo.", False),
    (FEVER, "A rectal thermometer should not be used.", False),
    (TRIALS, "Clinical trials run in phases.", True),
    (TRIALS, "You may leave a clinical trial at any time.", True),
    (TRIALS, "You join a trial only after you give informed consent.", True),
    (TRIALS, "Getting only a placebo is rare in cancer trials.", True),
    (TRIALS, "Health insurers in the US generally must cover the routine care costs of a trial.", False),
    (TRIALS, "You can search for trials at ClinicalTrials.gov.", False),
    (PALLIATIVE, "Palliative care can start as early as diagnosis.", True),
    (PALLIATIVE, "Palliative care can be given along with treatment meant to cure the cancer.", True),
    (PALLIATIVE, "Palliative care eases symptoms and stress.", True),
    (PALLIATIVE, "Hospice is for when treatment to control the cancer has stopped.", True),
    (PALLIATIVE, "In the US, hospice is paid for by Medicare.", False),
    # However near, words against it are not it.
    ("You cannot leave a clinical trial.", "You may leave a clinical trial at any time.", False),
    ("Fever during chemo can wait until morning.", "Do not wait until morning with a fever.", False),
]


# What the verifier reads wrongly today, by name; a strict expectation, so that the list shrinks when it reads better.
MISSED = {
    "You join a trial only after you give informed consent.": "# Clinical trials",
    "You may leave a clinical trial at any time.": "# Clinical trials",
    "The vaccine will clear your HPV infection.": "The shot gets rid",
}


def _cases(rows):
    missed = pytest.mark.xfail(strict=True, reason="the verifier reads it wrongly")
    found = []
    for raw, text, expected in rows:
        marks = [missed] if text in MISSED and raw.startswith(MISSED[text]) else []
        found.append(pytest.param(raw, text, expected, marks=marks, id=f"{raw[:30]} {text}"))
    return found


@pytest.mark.parametrize(("raw", "text", "expected"), _cases(SAYS))
def test_a_point_is_found_by_meaning(raw: str, text: str, expected: bool) -> None:
    assert read(raw).says(text).found is expected


ASSERTS = [
    # The words of the question, in the heading, are not the answer's.
    (
        "# Can I skip chemo and use vitamin C?\n\nSkipping a treatment that can cure may cost the chance of a cure.",
        "You can skip chemo and use vitamin C.",
        False,
    ),
    (FEVER, "You can wait until morning to call about your fever.", False),
    (FEVER, "Take acetaminophen and wait until the clinic opens.", False),
    (FEVER, "Call your cancer team only if your fever is over 104 °F.", False),
    (TRIALS, "You cannot leave a trial once you have signed up.", False),
    (TRIALS, "A trial is for people who have run out of options.", False),
    (TRIALS, "Half of the people in cancer trials get only a sugar pill.", False),
    (PALLIATIVE, "Accepting palliative care means stopping chemo.", False),
    (PALLIATIVE, "Palliative care is only for the last weeks of life.", False),
    ("You can safely wait until the morning before you phone about this fever.", "You can wait until morning to call about your fever.", True),
    ("Some people say that biopsies spread cancer. That is not true.", "Biopsies spread cancer.", False),
    ("It is a myth that biopsies spread cancer.", "Biopsies spread cancer.", False),
    ("Biopsies spread cancer, so it is wise to avoid one.", "Biopsies spread cancer.", True),
    ("You are right that a biopsy makes the cancer spread.", "Biopsies spread cancer.", True),
    ("Does a biopsy spread cancer? Studies have looked at this question for years.", "Biopsies spread cancer.", False),
    ("A positive HPV test means that you have cervical cancer.", "A positive HPV test means that you have cancer.", True),
    ("A positive HPV test does not mean that you have cervical cancer.", "A positive HPV test means that you have cancer.", False),
    # What a word means promises nothing to the reader; the same words to the reader do.
    ("Cure means that no trace of the cancer is left and the cancer will not return.", "Treatment will cure your cancer.", False),
    ("Treatment means that your cancer will be cured.", "Treatment will cure your cancer.", True),
    ("The shot gets rid of the HPV infection you have now.", "The vaccine will clear your HPV infection.", True),
    ("The shot does nothing against the HPV infection you have now.", "The vaccine will clear your HPV infection.", False),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "text", "expected"), _cases(ASSERTS))
def test_what_must_not_be_said_is_found_only_in_the_answers_own_voice(raw: str, text: str, expected: bool) -> None:
    assert read(raw).asserts(text).found is expected


# --- urgent orders ----------------------------------------------------------------------------------------------------

FEVERISH = "I have a 101 fever two days after chemo. Should I wait until morning?"
LEGS = "I have prostate cancer in my bones. I have new back pain and my legs feel heavy. What should I do?"
LOOSE = "I've been on Keytruda for lung cancer for 4 months and I have diarrhea 6 times a day. Is Imodium OK?"
TWICE = "I took two of my daily Tagrisso pills by mistake today. I have lung cancer. What do I do now?"
GENERAL = "What counts as a fever, and why does it matter in chemo?"
LINE = "Call your cancer team's 24-hour line right now."
ROOM = "Call 911 or go to the emergency room now."
BACKUP = "Go to the emergency room if you cannot reach your cancer team quickly."
STAY = "Do not wait until morning."
IF_FEVER = "If you get a fever or chills during chemo, call your cancer team right away, day or night."
ABOUT_IT = "Call your cancer team's 24-hour line now about this diarrhea."

GIVEN = [
    (FEVERISH, LINE, "Call your care team right away, day or night."),
    (FEVERISH, LINE, "# Fever\n\n**Phone the on-call oncology nurse this minute.** An infection can move fast."),
    (FEVERISH, LINE, "Please ring your clinic's after-hours number at once. They know what to do."),
    (FEVERISH, LINE, "Head to the nearest emergency room immediately, or dial 911."),
    (FEVERISH, LINE, "If you have a fever after chemo, contact your oncologist immediately, even at night."),
    (FEVERISH, LINE, "Get in touch with the oncologist on call tonight about this fever."),
    (FEVERISH, BACKUP, "Call your team's 24-hour line now. If nobody picks up, go straight to the ER."),
    (FEVERISH, BACKUP, "Go to the emergency room now. Do not drive yourself."),
    (FEVERISH, STAY, "Call your oncology nurse line right now, please."),
    (LEGS, ROOM, "Dial 911 now. Pressure on the spinal cord can take the use of your legs."),
    (LEGS, ROOM, "You need to be seen in an emergency department right away."),
    (LEGS, ROOM, "New back pain with heavy legs: get to an ER tonight, without waiting for a call back."),
    (LEGS, "Do not wait for your next visit.", "Go to the nearest ER now, by ambulance if you cannot walk."),
    (LOOSE, ABOUT_IT, "Don't reach for Imodium yet. Phone the oncology hotline straight away."),
    (LOOSE, ABOUT_IT, "You should speak to the on-call doctor without delay, since bowel swelling can turn grave."),
    (TWICE, LINE, "Ring the oncology unit's emergency number now and read them the label."),
    (GENERAL, IF_FEVER, "For fever or chills, phone your oncology clinic at once, at any hour."),
    (GENERAL, IF_FEVER, "When you feel feverish or have shaking chills, call the cancer center immediately."),
]


@pytest.mark.parametrize(("asked", "order", "raw"), GIVEN)
def test_an_urgent_order_is_said_by_one_as_urgent_for_the_same_reason(asked: str, order: str, raw: str) -> None:
    found = read(raw, question=asked).says(order)
    assert found.found
    assert found.start is not None


NOT_GIVEN = [
    # Later, or to somebody slower.
    (FEVERISH, LINE, "Call your care team tomorrow. They can look at your temperature then."),
    (FEVERISH, LINE, "Call your cancer team about the fever when the office opens on Monday."),
    (FEVERISH, LINE, "Leave a message in the patient portal about your fever."),
    (FEVERISH, STAY, "Call your oncology nurse when the clinic opens."),
    (FEVERISH, BACKUP, "Call your team's 24-hour line now. If nobody picks up, try again in the morning."),
    (LEGS, ROOM, "Call your oncology team today about the back pain."),
    (LEGS, ROOM, "Call your cancer team's 24-hour line now."),
    (LOOSE, ABOUT_IT, "Imodium is OK. Bring it up with your oncologist at your next infusion."),
    (GENERAL, IF_FEVER, "If you have chills or a fever, tell your nurse at your next appointment."),
    # For another reason, or only later on.
    (FEVERISH, LINE, "Drink water and rest. Call your cancer team's 24-hour line right now if you have chest pain."),
    (FEVERISH, LINE, "Call your cancer team now about any new rash. Your fever can be told at your next visit."),
    (FEVERISH, LINE, "Call your oncology team right away if the fever is still there tomorrow."),
    (FEVERISH, LINE, "You can call 988 right now if you feel low. The fever is common, so take a rest."),
    (LEGS, ROOM, "Go to the emergency room if you have a seizure. Otherwise book a visit next week."),
    (LEGS, ROOM, "Please text the crisis line 988 right now."),
    (LOOSE, ABOUT_IT, "Call your team's hotline immediately should you vomit blood. For loose stools, rest and drink."),
    (LOOSE, ABOUT_IT, "Call your cancer team's hotline right now only if the diarrhea lasts for three days."),
    (TWICE, LINE, "Call Poison Control now. They are open day and night."),
    (TWICE, LINE, "Call 911 right now if your heart races. Otherwise skip tomorrow's pill."),
    (GENERAL, IF_FEVER, "Call your cancer team right away for a nosebleed that does not stop."),
    (GENERAL, IF_FEVER, "Only call your team right away when you have a fever and chills for three days."),
    # Taken back.
    (FEVERISH, LINE, "Call your care team now. That said, it is fine to wait until morning and see how you feel."),
    (FEVERISH, STAY, "Call your nurse line now, or wait until morning if you prefer to sleep first."),
    (TWICE, LINE, "There is no need to call your cancer team now. One more pill does no harm."),
    (LEGS, ROOM, "Ask for an appointment at your clinic within two weeks. An ER visit is not needed."),
    # Not the answer's own advice to the reader.
    (FEVERISH, LINE, NOTICE + "In an emergency, call 911 right now.\n\nA fever is common after chemo. Drink water."),
    (FEVERISH, LINE, "It is a myth that you must call your cancer team right away. Fever is part of chemo."),
    (FEVERISH, LINE, "“Call your cancer team's 24-hour line right now” is what leaflets print. Fever is common."),
    (TWICE, LINE, "My aunt was told to call her cancer team right now. For you it is not urgent."),
    (TWICE, LINE, "Should you call your cancer team right now? Most people would not bother."),
]


@pytest.mark.parametrize(("asked", "order", "raw"), NOT_GIVEN)
def test_an_urgent_order_is_left_out_where_the_answer_is_slower_or_means_something_else(
    asked: str, order: str, raw: str
) -> None:
    assert not read(raw, question=asked).says(order).found


NO_BARE_ORDER = [
    (LEGS, "Tell the emergency room staff that you have prostate cancer in your bones."),
    (LEGS, "Call your mother now."),
    (TWICE, "You can also call Poison Control at 1-800-222-1222."),
    (TWICE, "Call your cancer team tomorrow."),
    (GENERAL, "Tell your cancer team promptly about any new symptom."),
    (GENERAL, "Call right away if your temperature reaches 103 °F."),
    (LOOSE, "Do not just take Imodium and wait to see if the diarrhea stops."),
]


@pytest.mark.parametrize(("asked", "text"), NO_BARE_ORDER)
def test_a_statement_that_says_more_than_an_urgent_order_is_left_to_the_verifier(asked: str, text: str) -> None:
    assert Urged(answer("Call your cancer team now.", question=asked), [(0, 99)]).gives(text) is None


def test_what_to_do_in_danger_is_not_said_by_a_standing_notice() -> None:
    raw = (
        NOTICE.replace("before you act.", "before you act. In an emergency, call 911.")
        + "Rest and drink water. It passes."
    )
    assert not read(raw).says("Call 911 or go to the emergency room now.").found


def test_a_list_of_questions_says_what_to_ask_and_nothing_else() -> None:
    raw = "# Care\n\nCare has steps.\n\n## Questions to ask your doctor\n\n- What is the goal of my treatment?\n- Will chemo make me lose my hair?\n"
    statements = read(raw)
    assert statements.says("Ask your care team what the goal of your treatment is.").found
    assert not statements.says("Chemo makes you lose your hair.").found


@settings(max_examples=25, deadline=None)
@given(text=st.text(max_size=300))
def test_no_text_breaks_the_search_for_statements(text: str) -> None:
    made = answer(text)
    statements = Statements(made, extract_claims(made))
    for one in (statements.says("Call your care team."), statements.asserts(text[:100] or "x")):
        assert 0.0 <= one.share <= 1.0
        if one.start is not None and one.end is not None:
            assert 0 <= one.start < one.end <= len(made.text)


def test_the_same_answer_is_scored_alike_in_any_order_of_claims() -> None:
    made = answer(FEVER)
    claims = extract_claims(made)
    question = Question(
        id="Q1", text="?", must_say=tuple(statement(text, number=n) for n, (_, text, _) in enumerate(SAYS))
    )
    case = Case(question=question, answer=made, claims=claims, verdicts=(), corpus={})
    assert Completeness()(case) == Completeness()(dataclasses.replace(case, claims=claims[::-1]))
