"""Faults are false in one way, at exact offsets, from entries of one half only; rewrites keep the meaning."""

import re
from collections import Counter
from functools import cache

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.errors import UserError
from evals.faults import CODES, Fault, Half, Rewrite, apply_to_answer, half_of, make_faults, rewrites
from evals.faults.tables import all_patterns, fault_file, outdated_rows
from tests.cases import ROOT, corpus
from tests.ending import comes_to_an_end

HALVES: tuple[Half, ...] = ("train", "measure")
HELD_OUT = set(yaml.safe_load((ROOT / "training/held_out.yaml").read_text("utf-8"))["passages"])

FAULTS = yaml.safe_load((ROOT / "tests/fault_cases.yaml").read_text("utf-8"))


def both(text: str, code: str) -> dict[str, Fault]:
    return {fault.text: fault for half in HALVES for fault in make_faults(text, half=half, codes=[code])}


def both_rewrites(text: str) -> dict[str, Rewrite]:
    return {rewrite.text: rewrite for half in HALVES for rewrite in rewrites(text, half=half)}


@cache
def on_the_corpus(half: Half) -> tuple[Fault, ...]:
    free = (passage for passage in corpus().passages.values() if passage.id not in HELD_OUT)
    return tuple(fault for passage in free for fault in make_faults(passage.text, half=half))


@pytest.mark.parametrize(("code", "label", "true", "false"), FAULTS)
def test_a_true_sentence_becomes_false_in_this_way(code: str, label: str, true: str, false: str) -> None:
    found = both(true, code)
    assert false in found
    assert (found[false].code, found[false].label) == (code, label)


def test_the_table_holds_four_cases_of_every_code() -> None:
    counts = Counter(code for code, *_ in FAULTS)
    assert set(counts) == set(CODES)
    assert min(counts.values()) >= 4


NO_FAULTS = [
    ("E01", "HER2 drugs are not used while you are pregnant."),  # nor are others
    ("E01", "Ask which target your drug blocks."),
    ("E02", "HER2-low breast cancer is not HER2-positive."),
    ("E04", "Some stage 4 cancers can be cured."),  # so can some stage 2 cancers
    ("E04", "You may have chemo before surgery or after surgery."),
    ("E06", "Lung and breast cancer run in some families."),
    ("E06", "If your child with leukemia has a fever, call at once."),  # any cancer: true as well
    ("E06", "Hepatocellular carcinoma is a cancer that starts in the liver."),
    ("E08", "Call 911 or 988, or 1-800-422-6237."),
    ("E08", "Stage 3 and phase 2 and category 2A and CD19 are no quantities."),
    ("E09", "Some people keep their hair during chemo."),  # and some do not
    ("E09", "Ask your care team whether you should be tested."),
    ("E10", "Ask if you may need surgery."),
    ("E21", "The PD-L1 drugs are atezolizumab, durvalumab, avelumab, and one more: cemiplimab."),  # a list
    ("E21", "Small cell and non-small cell lung cancer differ."),
]


@pytest.mark.parametrize(("code", "text"), NO_FAULTS)
def test_what_would_stay_true_is_left_alone(code: str, text: str) -> None:
    assert list(both(text, code)) == []


def test_of_two_targets_named_neither_takes_the_place_of_the_other() -> None:
    found = both("Atezolizumab and nivolumab block PD-1 or PD-L1.", "E01").values()
    assert found
    assert {fault.replacement for fault in found}.isdisjoint({"PD-1", "PD-L1"})


def test_what_is_left_of_a_sentence_still_says_something() -> None:
    assert "Alectinib is used." not in both("Alectinib is used only if ALK is positive.", "E02")


def test_a_temperature_is_never_changed_to_its_equal_on_the_other_scale() -> None:
    for text in ("Call for 100.4 °F.", "Call for 38 °C.", "Call for 104 °F (40 °C)."):
        for fault in both(text, "E08").values():
            new = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", fault.text)]
            celsius = [(n - 32) / 1.8 if n > 60 else n for n in new]
            assert max(celsius) - min(celsius) < 0.1
            old = 40.0 if "104" in text else 38.0
            assert all(abs(c - old) >= 0.5 for c in celsius)


def test_a_span_is_never_empty_and_lies_where_the_change_is() -> None:
    for half in HALVES:
        for fault in on_the_corpus(half):
            assert fault.replacement
            assert fault.text[fault.start : fault.end] == fault.replacement
            assert fault.before[fault.start : fault.start + len(fault.original)] == fault.original


def test_grammar_is_mended() -> None:
    for half in HALVES:
        for fault in on_the_corpus(half):
            near = fault.text[max(0, fault.start - 15) : fault.end + 15]
            assert not re.search(
                r"  | [.,;]|(?<=\s)a (?:[aeio]\w|ALK|EGFR|FGFR)|(?<=\s)an (?:RET|MET|HER2|BRAF|[bcdfgj-np-tvwxz][a-z])",
                near,
            ), near
            if fault.start == 0:
                assert not fault.text[0].islower()


def test_every_code_finds_several_places_in_the_shipped_passages_in_both_halves() -> None:
    for half in HALVES:
        counts = Counter(fault.code for fault in on_the_corpus(half))
        assert set(counts) == set(CODES)
        assert min(counts.values()) >= 5, counts


def test_the_two_halves_share_no_entry_and_no_fault() -> None:
    train, measure = (on_the_corpus(half) for half in HALVES)
    assert {fault.template for fault in train}.isdisjoint(fault.template for fault in measure)
    assert {fault.text for fault in train}.isdisjoint(fault.text for fault in measure)


def test_faults_and_rewrites_never_say_the_same() -> None:
    wrong = {fault.text for half in HALVES for fault in on_the_corpus(half)}
    free = (passage for passage in corpus().passages.values() if passage.id not in HELD_OUT)
    assert wrong.isdisjoint(text for passage in free for text in both_rewrites(passage.text))


def test_the_half_follows_from_the_id() -> None:
    assert half_of("outdated:T01") == "measure"
    assert half_of("outdated:T12") == "train"
    ids = [pattern.id for name in ("operators.yaml", "rewrites.yaml") for pattern in all_patterns(name)]
    share = sum(half_of(entry) == "train" for entry in ids) / len(ids)
    assert 0.4 < share < 0.6


def test_no_outdated_row_of_a_held_out_passage_is_used() -> None:
    passages = {row["id"]: row["passage"] for row in outdated_rows()}
    used = {*fault_file("swaps.yaml")["outdated"], *(row["id"] for row in fault_file("swaps.yaml")["outdated_words"])}
    assert used == {row for row, passage in passages.items() if passage not in HELD_OUT}


REWRITES = [
    ("If the tumor is small, surgery is used.", "Surgery is used if the tumor is small."),
    ("Call your team if you are dizzy.", "If you are dizzy, call your team."),
    ("Colon cancer is treated with surgery.", "Doctors treat colon cancer with surgery."),
    ("Stay close for at least two weeks.", "Stay close for at least 14 days."),
    ("Stay close for at least two weeks.", "Stay close for at least 2 weeks."),
    ("A fever of 100.4 °F (38.0 °C) is serious.", "A fever of 38.0 °C is serious."),
    ("A fever of 104 °F is serious.", "A fever of 40.0 °C is serious."),
    ("Pembrolizumab (a PD-1 drug) is given by vein.", "Pembrolizumab is given by vein."),
    ("Keytruda is given by vein.", "Pembrolizumab is given by vein."),
    ("About 50% of people respond.", "About half of people respond."),
    ("Hair loss is common.", "Losing your hair is common."),
    ("Tamoxifen is a pill. Letrozole is a pill.", "Tamoxifen is a pill – letrozole is a pill."),
]


@pytest.mark.parametrize(("text", "same"), REWRITES)
def test_a_rewrite_says_the_same_in_other_words(text: str, same: str) -> None:
    assert same in both_rewrites(text)


def test_a_condition_is_not_dropped_by_a_rewrite() -> None:
    assert "Pembrolizumab is added." not in both_rewrites("Pembrolizumab is added only if PD-L1 is 1% or higher.")


ANSWER = "Your care\n\n- Call your care team right away.\n- Tamoxifen raises the risk of blood clots. Ask about it.\n"


def test_a_fault_in_an_answer_stands_at_its_place_in_the_whole_answer() -> None:
    start = ANSWER.index("Tamoxifen")
    found = apply_to_answer(ANSWER, [(start, start + 41)], half="measure", codes=["E09"])
    assert [fault.text for fault in found] == [ANSWER.replace("raises", "lowers")]
    fault = found[0]
    assert fault.text[fault.start : fault.end] == "lowers"
    assert fault.severity == "severe"


def test_a_sentence_gets_the_same_fault_wherever_it_stands() -> None:
    alone = make_faults("Screening starts at age 45.", half="measure", codes=["E08"])
    among = make_faults("Hello there. Screening starts at age 45.", half="measure", codes=["E08"])
    assert [fault.replacement for fault in alone] == [fault.replacement for fault in among]


def test_what_another_sentence_says_is_no_fault() -> None:
    text = "Tamoxifen raises the risk of clots. Tamoxifen lowers the risk of clots."
    assert all("lowers" not in f.replacement for f in make_faults(text, half="measure", codes=["E09"]))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: make_faults("x", half="test"), "half"),  # type: ignore[arg-type]
        (lambda: make_faults("x", half="train", codes=["E99"]), "codes"),
        (lambda: rewrites("x", half="both"), "half"),  # type: ignore[arg-type]
        (lambda: apply_to_answer("x", [(0, 9)], half="train"), "span"),
    ],
    ids=["half", "code", "half of rewrites", "span"],
)
def test_a_wrong_call_is_told_what_was_wanted(call, says: str) -> None:
    with pytest.raises(UserError, match=says):
        call()


PIECES = st.sampled_from(
    ["Call 911", "if", "PD-L1 is 50% or higher", "pembrolizumab", "HER2-positive", "may be", "not", "(38.0 °C)", "EGFR",
     "breast cancer", "stage III", "100.4 °F", "1,000 mg", "two weeks", ".", ",", ";", "\n\n", "\0", "🙂", "مرحبا", "<b>",
     "=1+1", "only", "(", ")", "AML", "Doctors recommend", "some people", "age 45 to 75", "\u2028", "a", "an"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=25).map(" ".join), st.text(max_size=120)), st.integers(0, 3))
def test_on_any_text_offsets_are_exact_and_a_second_call_gives_the_same(text: str, seed: int) -> None:
    for half in HALVES:
        found = (*make_faults(text, half=half, seed=seed), *rewrites(text, half=half, seed=seed))
        assert found == (*make_faults(text, half=half, seed=seed), *rewrites(text, half=half, seed=seed))
        for change in found:
            assert change.text != text
            assert change.text[change.start : change.end] == change.replacement
            assert change.before == text
            assert half_of(change.template) == half


@pytest.mark.parametrize("unit", ["a", "a ", "If ", ", which ", "(", "may ", "\0", "100.4 °F "])
def test_a_huge_text_without_sentences_is_read_to_its_end_and_gets_no_faults(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    with comes_to_an_end():
        assert make_faults(text, half="train") == ()
        assert rewrites(text, half="measure") == ()
