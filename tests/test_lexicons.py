"""Lexicons are read once, frozen, and complain with file and line."""

from pathlib import Path
from typing import Any

import pytest

from evals.errors import UserError
from evals.lexicons import lexicon_path, load_jsonl, load_yaml


def write(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_a_bare_name_means_a_shipped_lexicon() -> None:
    assert load_yaml("page_parts")["source"] == load_yaml("page_parts.yaml")["source"]
    assert lexicon_path("page_parts.yaml").is_file()


def test_a_lexicon_cannot_be_changed(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", "list: [{a: 1}]")
    content: Any = load_yaml(path)
    assert content["list"] == ({"a": 1},)
    with pytest.raises(TypeError):
        content["list"][0]["a"] = 2
    assert load_yaml(path) is content


def test_each_line_of_jsonl_is_a_row_and_blank_lines_are_skipped(tmp_path: Path) -> None:
    assert load_jsonl(write(tmp_path, "a.jsonl", '\ufeff{"a": "x\u2028y"}\r\n\n{"b": [1]}\n')) == (
        {"a": "x\u2028y"},
        {"b": (1,)},
    )


@pytest.mark.parametrize(
    ("name", "content", "where", "found"),
    [
        ("a.yaml", "a: [1", "a.yaml", "while parsing"),
        ("b.yaml", "- 1", "b.yaml", "the top level is a list"),
        ("c.yaml", "", "c.yaml", "the top level is empty"),
        ("d.yaml", b"\xff\xfe", "d.yaml", "not UTF-8 text (byte 0)"),
        ("e.yaml", "a: 2026-02-30", "e.yaml", "day is out of range"),
        ("f.yaml", "[" * 5000, "f.yaml", "nested too deeply"),
        ("a.jsonl", '{"a": 1}\n{oops', "a.jsonl:2", "not JSON"),
        ("b.jsonl", "\n[1]", "b.jsonl:2", "a list"),
        ("c.jsonl", b"PK\x03\x04\xff", "c.jsonl", "not UTF-8 text (byte 4)"),
    ],
)
def test_a_broken_lexicon_says_where_and_what(
    tmp_path: Path, name: str, content: str | bytes, where: str, found: str
) -> None:
    load = load_yaml if name.endswith(".yaml") else load_jsonl
    with pytest.raises(UserError) as caught:
        load(write(tmp_path, name, content))
    assert caught.value.where.endswith(where)
    assert found in caught.value.found


def test_a_lexicon_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UserError, match="no such lexicon"):
        load_jsonl("no_such_words")
