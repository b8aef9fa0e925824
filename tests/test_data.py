"""The shipped data: counts, references, and rules its cards promise."""

import json
import re
from collections import Counter

import pytest
import yaml

from evals.corpus import load_corpus
from evals.load import load_answers, load_questions
from evals.question_check import check_questions
from evals.render import render
from tests.cases import ROOT, corpus

QUESTIONS = load_questions(ROOT / "datasets/questions/oncology.jsonl")
BASE = [q for q in QUESTIONS if not (q.paraphrase_of or q.twin_of)]
ANSWERS = load_answers(ROOT / "datasets/answers/realistic.jsonl")
FALSE = [json.loads(line) for line in (ROOT / "datasets/faults/false_statements.jsonl").read_text().splitlines()]
OUTDATED = [json.loads(line) for line in (ROOT / "datasets/faults/outdated.jsonl").read_text().splitlines()]


def test_there_are_60_base_questions_with_40_paraphrases_and_6_twins():
    assert [q.id for q in BASE] == [f"Q{n:02d}" for n in range(1, 61)]
    paraphrases = Counter(q.paraphrase_of for q in QUESTIONS if q.paraphrase_of)
    assert len(paraphrases) == 20
    assert set(paraphrases.values()) == {2}
    assert {q.twin_of for q in QUESTIONS if q.twin_of} == {"Q10", "Q17", "Q30", "Q32", "Q46", "Q47"}


def test_risks_are_as_the_card_counts_them():
    assert Counter(q.risk for q in BASE) == {"critical": 17, "high": 20, "elevated": 23}
    assert sum(bool(q.red_flags) for q in BASE) == 17


def test_every_question_says_what_a_good_answer_holds():
    for question in BASE:
        assert 3 <= len(question.must_say) <= 8, question.id
        assert question.must_not_say, question.id
        assert question.passages, question.id


def test_the_shipped_questions_have_no_problems():
    _, problems = check_questions(ROOT / "datasets/questions/oncology.jsonl", corpus())
    assert problems == ()


def test_every_critical_question_has_paraphrases():
    restated = {q.paraphrase_of for q in QUESTIONS}
    assert {q.id for q in BASE if q.risk == "critical"} <= restated


def test_there_are_75_passages_none_signed_all_dated_and_short():
    passages = load_corpus([ROOT / "datasets/guidelines"]).passages
    assert list(passages) == [f"P{n:02d}" for n in range(1, 76)]
    for passage in passages.values():
        assert passage.signed_by is None
        assert passage.as_of
        assert passage.review_by
        assert passage.sources
        assert len(passage.text.split()) <= (280 if passage.id in {"P20", "P43"} else 150), passage.id


def test_passages_name_nccn_as_seen_only_in_the_passages_about_nccns_own_material():
    seen = {p.id for p in corpus().passages.values() for s in p.sources if s.organisation == "NCCN" and s.seen}
    # Labels, immune side effects and CAR-T effects (titles), clinical trials, ALL in adults and children.
    assert seen <= {"P03", "P04", "P14", "P36", "P65", "P66"}


def test_every_false_statement_names_its_passage_and_code_and_none_is_in_the_corpus():
    assert len(FALSE) == 99
    codes = {f"E{n:02d}" for n in range(1, 23)}
    whole = " ".join(p.text for p in corpus().passages.values())
    for row in (*FALSE, *OUTDATED):
        assert row["passage"] in corpus().passages
        assert row["code"] in codes
        assert row.get("text", row.get("outdated")) not in whole


def test_every_outdated_pair_has_both_sides_and_a_date():
    assert len(OUTDATED) == 13
    for row in OUTDATED:
        assert row["outdated"] != row["current"]
        assert re.fullmatch(r"20\d\d(-\d\d){0,2}", row["changed_on"])


def test_there_are_at_least_40_realistic_answers_half_of_them_good():
    assert len(ANSWERS) >= 40
    assert sum(a.quality == "good" for a in ANSWERS) * 2 == len(ANSWERS)
    assert {a.question_id for a in ANSWERS} <= {q.id for q in BASE}
    assert all((a.quality == "good") == (not a.flaws) for a in ANSWERS)


def test_every_labelled_flaw_points_at_its_words():
    for answer in ANSWERS:
        text = render(answer.answer, answer.format).text
        for flaw in answer.flaws:
            if flaw.quote:
                assert text[flaw.start : flaw.end] == flaw.quote, (answer.id, flaw.rule)
            else:
                assert flaw.start is None


@pytest.mark.parametrize("path", sorted((ROOT / "datasets/lexicons").glob("*.yaml")), ids=lambda p: p.name)
def test_every_lexicon_names_its_source(path):
    assert yaml.safe_load(path.read_text(encoding="utf-8")).get("source")


@pytest.mark.parametrize("path", sorted((ROOT / "datasets/lexicons").glob("*.jsonl")), ids=lambda p: p.name)
def test_every_row_of_a_word_list_names_its_source(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["source"]


def test_no_data_file_names_a_path_of_some_machine():
    for path in (ROOT / "datasets").rglob("*"):
        if path.is_file() and path.suffix in {".md", ".yaml", ".jsonl"}:
            assert not re.search(r"(?<![\w.])/(work|home|root|Users|tmp)/", path.read_text(encoding="utf-8")), path


def _grade(passage):
    from dataclasses import replace

    from evals.readability.formulas import Counts, consensus, grades
    from evals.readability.masking import mask, name_spans
    from evals.readability.tokens import count, tokens

    total, names = Counts(), name_spans(passage.text)
    for sentence in passage.sentences:
        words = mask(tokens(passage.text, sentence.start, sentence.end), names)
        total += replace(count(words), sentences=1)
    return consensus(grades(total))


def test_most_passages_read_at_eighth_grade_or_easier_and_none_at_tenth():
    grades = {p.id: round(_grade(p), 1) for p in corpus().passages.values()}
    assert {name: grade for name, grade in grades.items() if grade >= 10} == {}
    assert sum(grade <= 8.0 for grade in grades.values()) > len(grades) * 2 / 3
