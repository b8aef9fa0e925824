"""Files people edit -> records, and what they are told when a file is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import UserError
from evals.load import load_answers, load_questions, questions_from_hugging_face, read_questions
from evals.tables import read_rows

GOOD = {
    "id": "Q1",
    "text": "Is it safe?",
    "risk": "high",
    "must_say": [{"id": "m1", "text": "Ask.", "severity": "minor"}],
}


def _write(path, *rows):
    path.write_text(
        "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows) + "\n", encoding="utf-8"
    )
    return path


WRONG = [
    ([GOOD, "{not json"], ":2", "not valid JSON"),
    ([GOOD, "[1, 2]"], ":2", "a JSON list"),
    ([{**GOOD, "risc": "high"}], ":1", 'Did you mean "risk"?'),
    ([{**GOOD, "risk": "hihg"}], ":1", 'Did you mean "high"?'),
    ([{**GOOD, "text": "  "}], ":1", "'text' is empty"),
    ([{"id": "Q1"}], ":1", "'text' is missing"),
    ([GOOD, GOOD], ":2", "is taken by"),
    ([{**GOOD, "must_say": [{"id": "m1", "text": "x", "severity": "bad"}]}], ":1", "must_say.0.severity"),
    ([{**GOOD, "must_say": GOOD["must_say"] * 2}], ":1", "used twice"),
    ([GOOD, {"id": "Q2", "text": "x", "paraphrase_of": "Q9"}], ":2", "not in this file"),
    ([{**GOOD, "record": {"stage": {"grup": "II"}}}], ":1", "record.stage.grup"),
    (['{"id": "Q1", "text": NaN}'], ":1", "not valid JSON"),
]


@pytest.mark.parametrize(("rows", "place", "message"), WRONG)
def test_a_wrong_row_is_told_with_its_place_and_what_was_wanted(rows, place, message, tmp_path):
    path = _write(tmp_path / "q.jsonl", *rows)
    with pytest.raises(UserError) as error:
        load_questions(path)
    assert f"q.jsonl{place}" in str(error.value)
    assert message in str(error.value)


def test_all_problems_of_a_file_are_found_not_only_the_first(tmp_path):
    path = _write(tmp_path / "q.jsonl", "{", {**GOOD, "risk": "x"}, {"id": "Q3"}, {**GOOD, "id": "Q4"})
    questions, problems = read_questions(path)
    assert [question.id for question in questions] == ["Q4"]
    assert len(problems) == 3


UNREADABLE = [
    ("binary.jsonl", b"\x00\x01\x02", "binary file"),
    ("latin.jsonl", '{"id": "Q1", "text": "caf\xe9"}'.encode("latin-1"), "not UTF-8"),
    ("png.jsonl", b"\x89PNG\r\n\x1a\n\x00", "not UTF-8"),
    ("empty.jsonl", b"", "no questions"),
    ("fake.parquet", b"not parquet at all", "not a Parquet file"),
    ("q.xlsx", b"PK", "suffix"),
    ("twice.csv", b"id,id\n1,2\n", "repeated column names"),
    ("ragged.csv", b"id,text\nQ1\n", "1 fields"),
]


@pytest.mark.parametrize(("name", "data", "message"), UNREADABLE)
def test_a_file_that_is_not_what_it_says_gives_one_clear_error(name, data, message, tmp_path):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UserError, match=message):
        load_questions(tmp_path / name)


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        load_questions(tmp_path / "none.jsonl")


def test_a_paraphrase_takes_what_it_leaves_out_from_its_question(tmp_path):
    path = _write(
        tmp_path / "q.jsonl", GOOD, {"id": "Q1-plain", "text": "safe?", "paraphrase_of": "Q1", "tags": ["plain"]}
    )
    base, paraphrase = load_questions(path)
    assert paraphrase.must_say == base.must_say
    assert paraphrase.risk == "high"
    assert (paraphrase.id, paraphrase.text, paraphrase.tags) == ("Q1-plain", "safe?", ("plain",))
    assert paraphrase.cluster == "Q1"


def test_questions_are_the_same_from_jsonl_csv_and_parquet(tmp_path):
    import pandas as pd

    rows = [{"id": "Q1", "text": 'A "quoted", odd question?\nTwo lines 🙂', "risk": "high", "tags": '["a"]'}]
    pd.DataFrame(rows).to_csv(tmp_path / "q.csv", index=False)
    pd.DataFrame(rows).to_parquet(tmp_path / "q.parquet")
    _write(tmp_path / "q.jsonl", {**rows[0], "tags": ["a"]})
    assert (
        load_questions(tmp_path / "q.csv")
        == load_questions(tmp_path / "q.parquet")
        == load_questions(tmp_path / "q.jsonl")
    )


def test_questions_come_from_any_hugging_face_dataset_by_column_mapping(tmp_path):
    path = _write(
        tmp_path / "data.jsonl",
        {"prompt": "What is a stage?", "area": "staging"},
        {"prompt": "And a grade?", "area": "grading"},
    )
    first, second = questions_from_hugging_face(str(path), columns={"text": "prompt", "topic": "area"})
    assert (first.id, first.text, first.topic) == ("row-0000", "What is a stage?", "staging")
    assert second.id == "row-0001"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"text": "promt"}, 'Did you mean "prompt"'),
        ({"txt": "prompt"}, 'Did you mean "text"'),
        ({"topic": "prompt"}, "a column for `text`"),
    ],
)
def test_a_wrong_column_mapping_is_explained(columns, message, tmp_path):
    path = _write(tmp_path / "data.jsonl", {"prompt": "What is a stage?"})
    with pytest.raises(UserError, match=message):
        questions_from_hugging_face(str(path), columns=columns)


def test_a_hugging_face_split_that_does_not_exist_is_explained(tmp_path):
    path = _write(tmp_path / "data.jsonl", {"text": "x"})
    with pytest.raises(UserError, match="could not load split 'tset'"):
        questions_from_hugging_face(str(path), split="tset")


def test_answers_keep_empty_texts_and_number_rows_without_ids(tmp_path):
    path = _write(tmp_path / "a.jsonl", {"answer": ""}, {"answer": "Ask your doctor.", "contexts": ["x"]})
    first, second = load_answers(path)
    assert (first.id, first.answer) == ("row-0000", "")
    assert second.contexts == ("x",)


@given(st.text())
def test_any_text_survives_a_round_trip_through_a_jsonl_row(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    path.write_text(
        json.dumps({"answer": text}) + "\n" + json.dumps({"answer": text}, ensure_ascii=True) + "\n", encoding="utf-8"
    )
    rows = [row.values["answer"] for row in read_rows(path)]
    assert rows == [text, text]


def test_half_a_character_in_a_row_becomes_a_replacement_character(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"answer": "a \\ud83d b \\ud83d\\ude42 c", "contexts": ["\\ude42"]}', encoding="utf-8")
    (answer,) = load_answers(path)
    assert answer.answer == "a \ufffd b \U0001f642 c"
    assert answer.contexts == ("\ufffd",)


def test_a_field_of_a_csv_file_may_hold_any_line_break(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text('id,answer\r\n1,"first\nsecond"\r\n2,one\u2028two\x85three\r\n', encoding="utf-8", newline="")
    assert [row.values["answer"] for row in read_rows(path)] == ["first\nsecond", "one\u2028two\x85three"]
