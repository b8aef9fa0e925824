"""Counterfactual pairs: what is flipped, what counts as changed, and the two rates."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.counterfactuals import ask_pairs, build_pairs, difference, rates_of
from evals.counterfactuals.pairs import flipped_result
from evals.counterfactuals.rates import rate
from evals.counterfactuals.record_text import with_marker, without
from evals.generators import Draft, GenerationError
from evals.load import load_questions
from evals.records import Biomarker, Question, Record, Stage
from tests.cases import ROOT, answer

RECORD = Record(
    name_on_record="Ana Ruiz", account_name="Ana Ruiz", cancer="nsclc", stage=Stage(group="IIA", t="T2", n="N0", m="M0"),
    biomarkers=(Biomarker(name="EGFR", result="exon 19 deletion"), Biomarker(name="ALK", result="negative")),
    age_group="adult", pregnancy="no",
    text="Patient: Ana Ruiz\nStage IIA (T2 N0 M0).\nEGFR: exon 19 deletion detected. ALK: negative.\nNo treatment started.",
)  # fmt: skip
QUESTION = Question(id="Q1", text="What does my record mean?", record=RECORD)


class _Maker:
    """A generator made of a function of the record."""

    name, version, reads = "made", "1", ()

    def __init__(self, tell, most=9):
        self._tell, self._most = tell, most

    def repeats(self, question, asked, /):
        return min(asked, self._most)

    def __call__(self, question, repeat, /):
        return Draft(raw=self._tell(question.record, repeat))


def _pairs():
    return {pair.field: pair for pair in build_pairs([QUESTION])}


def test_every_field_that_decides_treatment_is_flipped_and_some_that_do_not():
    assert {field for field, pair in _pairs().items() if pair.relevant} == {
        "biomarker EGFR", "biomarker ALK", "stage", "treatments", "pregnancy", "account name",
    }  # fmt: skip
    assert {field for field, pair in _pairs().items() if not pair.relevant} == {
        "name on record and account", "order of biomarkers", "laboratory line",
    }  # fmt: skip


def test_a_flip_changes_its_field_and_the_free_text_agrees():
    twin = _pairs()["biomarker EGFR"].twin.record
    assert [marker.result for marker in twin.biomarkers] == ["not detected", "negative"]
    assert "exon 19" not in twin.text
    assert "EGFR: not detected." in twin.text
    assert "ALK: negative." in twin.text
    late = _pairs()["stage"].twin.record
    assert (late.stage.group, late.stage.m) == ("IV", "M1")
    assert "IIA" not in late.text
    given_treatment = _pairs()["treatments"].twin.record
    assert given_treatment.treatments
    assert "No treatment started" not in given_treatment.text
    named = _pairs()["name on record and account"].twin.record
    assert "Ruiz" not in named.text + named.name_on_record + named.account_name


def test_twins_have_their_own_ids_and_keep_nothing_written_for_the_other_record():
    pairs = build_pairs([QUESTION])
    assert len({pair.id for pair in pairs}) == len(pairs)
    assert all(pair.twin.twin_of == "Q1" and not pair.twin.must_say for pair in pairs)


def test_in_another_persons_record_no_result_is_relevant_but_the_name_is():
    other = Question(id="Q2", text="?", record=Record(name_on_record="A B", account_name="C D", cancer="nsclc", pregnancy="no",
                                                       biomarkers=(Biomarker(name="ALK", result="negative"),)))  # fmt: skip
    relevant = {pair.field for pair in build_pairs([other]) if pair.relevant}
    assert relevant == {"account name"}


def test_questions_without_a_record_make_no_pairs():
    assert build_pairs([Question(id="Q1", text="?")]) == ()


FLIPS = [
    ("EGFR", "L858R mutation", "not detected"), ("ALK", "negative", "positive"), ("HER2", "IHC 3+ (positive)", "negative"),
    ("HER2", "IHC 0 (negative)", "positive"), ("MMR", "proficient", "deficient"), ("MSI", "high", "stable"),
    ("PD-L1", "90%", "0%"), ("PD-L1", "<1%", "90%"), ("Oncotype DX", "14", "35"), ("BRCA1/2 (inherited)", "pending", "positive"),
    ("ALK", "unreadable", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "was", "now"), FLIPS)
def test_a_result_is_flipped_to_the_other_side(name, was, now):
    assert flipped_result(name, was) == now


def test_a_sentence_shared_by_two_markers_is_not_rewritten():
    assert with_marker("ER and PR positive.", "ER", "negative") is None
    assert with_marker("No marker here.", "ER", "negative") == "No marker here.\nER: negative."
    assert without("One. Two stages.\nThree.", "stage") == "One.\nThree."


SAME = [
    ("Your record says: EGFR exon 19 deletion.", "Your record says: EGFR not detected."),
    ("**Call us.** Rest well today and tomorrow.", "Call us. Rest well today and tomorrow."),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_an_echo_of_the_record_is_no_change(one, other):
    twin = _pairs()["biomarker EGFR"].twin.record
    assert difference(answer(one), answer(other), (RECORD, twin)) == 0.0


def test_a_word_that_turns_a_sentence_round_is_a_change():
    one, other = (
        answer("Osimertinib is an option worth asking about."),
        answer("Osimertinib is not an option worth asking about."),
    )
    assert 0 < difference(one, other, (RECORD,)) < 1


@given(st.text(max_size=120), st.text(max_size=120))
def test_difference_is_between_0_and_1_the_same_both_ways_and_0_for_the_same(one, other):
    first, second = answer(one, fmt="text"), answer(other, fmt="text")
    assert 0 <= difference(first, second, (RECORD,)) <= 1
    assert difference(first, second, (RECORD,)) == pytest.approx(difference(second, first, (RECORD,)))
    assert difference(first, first, (RECORD,)) == pytest.approx(0)


def _attentive(record, _repeat):
    if record.name_on_record != record.account_name:
        return "The name is not yours so nothing is explained here today."
    facts = sorted(f"{marker.name.lower()}ish {marker.result.split()[0]}ish" for marker in record.biomarkers)
    return f"Doctors weigh many things{' '.join(facts)} together with {record.stage.group}ish {len(record.treatments)} treated {record.pregnancy}ish."


def test_a_generator_that_minds_the_record_gets_both_rates_right():
    rates = rates_of(ask_pairs(build_pairs([QUESTION]), _Maker(_attentive)))
    assert (rates.relevant.right, rates.relevant.of) == (6, 6)
    assert (rates.irrelevant.right, rates.irrelevant.of) == (3, 3)


def test_a_generator_that_never_looks_changes_nothing():
    rates = rates_of(ask_pairs(build_pairs([QUESTION]), _Maker(lambda *_: "Cancer care differs between people.")))
    assert (rates.relevant.share, rates.irrelevant.share) == (0.0, 1.0)


def test_what_two_answers_to_one_question_differ_by_is_noise_and_no_change():
    rambling = _Maker(
        lambda record, repeat: f"Care is planned by many experts {'again and' if repeat else 'with'} you."
    )
    outcomes = ask_pairs(build_pairs([QUESTION]), rambling)
    assert all(outcome.noise > 0 for outcome in outcomes)
    assert not any(outcome.changed for outcome in outcomes)


def test_a_pair_without_an_answer_is_in_no_rate_and_says_why():
    def broken(record, repeat):
        if record.pregnancy == "yes":
            raise GenerationError("the service was down")
        return "Care differs between many people."

    outcomes = ask_pairs(build_pairs([QUESTION]), _Maker(broken))
    assert [outcome.error for outcome in outcomes if outcome.right is None] == ["the service was down"]
    assert rates_of(outcomes).unanswered == 1
    assert rates_of(outcomes).relevant.of == 5


def test_a_rate_has_the_exact_interval_and_none_without_cases():
    assert rate(0, 10).high == pytest.approx(1 - 0.025 ** (1 / 10))  # Clopper–Pearson with no success
    assert rate(0, 0).share is None
    assert str(rate(0, 0)) == "none to count"


def _evals(*arguments):
    command = [sys.executable, "-m", "evals", "counterfactuals", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_reports_both_rates_for_the_composer(tmp_path):
    done = _evals("--limit", 1, "--json", "--out", tmp_path / "pairs.jsonl")
    assert done.returncode == 0, done.stderr
    printed = json.loads(done.stdout)
    rows = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    assert printed["pairs"] == len(rows) > 3
    assert printed["irrelevant_unchanged"]["share"] == 1.0
    assert (
        0
        <= printed["relevant_changed"]["low"]
        <= printed["relevant_changed"]["share"]
        <= printed["relevant_changed"]["high"]
    )


def test_the_pairs_can_be_written_as_a_question_file(tmp_path):
    done = _evals("--limit", 1, "--pairs", tmp_path / "asked.jsonl")
    assert done.returncode == 0, done.stderr
    asked = load_questions(tmp_path / "asked.jsonl")
    assert asked[0].id == "Q25"
    assert len(asked) > 3


WRONG = [
    (["--questions", "nowhere.jsonl"], "nowhere.jsonl"),
    (["--generator", "composr"], 'Did you mean "composer"'),
    (["--generator", "composer:x"], "takes no value"),
    (["--generator", "recorded:datasets/answers/realistic.jsonl"], "--pairs"),
    (["--out", "/dev/null/x", "--limit", "1"], "cannot be written"),
]


@pytest.mark.parametrize(("arguments", "told"), WRONG)
def test_a_mistake_is_told_in_one_line_with_what_to_do(arguments, told):
    done = _evals(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
