"""Prompt and suite files: read, and refused with the place and the reason."""

import contextlib
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evals.errors import UserError
from evals.plain_yaml import plain_yaml
from evals.prompt import load_prompt
from evals.suite import load_suite
from tests.cases import ROOT

GOOD = (ROOT / "datasets/prompts/patient-answer.md").read_text(encoding="utf-8")

PROMPTS = [
    ("no front matter at all", "no front matter"),
    ("---\nname: x\n", "no front matter"),
    ("---\n- a\n---\n", "not a mapping"),
    ("---\nname: [\n---\n", "not YAML"),
    (GOOD.replace("passages: 4", "pasages: 4"), 'Did you mean "passages"'),
    (GOOD.replace("passages: 4", "passages: many"), "passages"),
    (GOOD.replace("passages: 4", "passages: 0"), "a number from 1"),
    (GOOD.replace("reading_level: 8", "reading_level: .nan"), "a US school grade"),
    (GOOD.replace('{organisation}: "', '{organization}: "'), 'Did you mean "organisation"'),
    (GOOD.replace("not checked: {facts}", "not checked: {facts"), "brace"),
    (GOOD.replace("{{ reading_level }}", "{{ reading_level"), "Jinja"),
    (GOOD.replace("sections: [title,", "sections: [titel,"), "sections.0"),
]


@pytest.mark.parametrize(("text", "message"), PROMPTS)
def test_a_broken_prompt_is_refused_with_the_reason(text, message, tmp_path):
    (tmp_path / "p.md").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"p\.md") as error:
        load_prompt(tmp_path / "p.md")
    assert message in str(error.value)


def test_each_part_of_a_prompt_has_its_own_digest(tmp_path):
    (tmp_path / "p.md").write_text(GOOD.replace("related: 3", "related: 2"), encoding="utf-8")
    before, after = load_prompt(ROOT / "datasets/prompts/patient-answer.md"), load_prompt(tmp_path / "p.md")
    assert {key for key in before.parts if before.parts[key] != after.parts[key]} == {"related"}


SUITES = [
    ("name: x", "'questions' is missing"),
    ("name: x\nquestions: q.jsonl\nscorer: [a]", 'Did you mean "scorers"'),
    ("name: x\nquestions: q.jsonl\nrepeats: 0", "a number from 1"),
    ("name: x\nquestions: q.jsonl\nscorers: []", "at least one scorer"),
    ("name: x\nquestions: q.jsonl\nseed: 99999999999999999999", "a number from 0"),
    ("name: x\nquestions: q.jsonl\ninclude: bse", 'Did you mean "base"'),
    ("- a", "not a mapping"),
    ("name: [", "not YAML"),
    ("name: x\nquestions: {datset: y}", "questions"),
]


@pytest.mark.parametrize(("text", "message"), SUITES)
def test_a_broken_suite_is_refused_with_the_reason(text, message, tmp_path):
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"s\.yaml") as error:
        load_suite(tmp_path / "s.yaml")
    assert message in str(error.value)


def test_what_reads_like_a_date_in_a_suite_is_text(tmp_path):
    (tmp_path / "s.yaml").write_text(
        "name: x\nquestions: q.jsonl\ngenerator: {name: chat, settings: {api_version: 2024-10-21, at: 2026-01-01 10:00:00}}"
    )
    settings = load_suite(tmp_path / "s.yaml").generator.settings
    assert settings == {"api_version": "2024-10-21", "at": "2026-01-01 10:00:00"}


NO_JSON = [
    ("a: !!timestamp 2026-01-01", "field 'a' is a date"),
    ("a: !!timestamp 2026-02-30", "day is out of range"),
    ("a: {b: [1, .nan]}", "field 'a.b.1' is nan, which is no number"),
    ("a: -.inf", "field 'a' is -inf"),
    ("a: !!set {x, y}", "field 'a' is a set"),
    ("a: !!binary aGVsbG8=", "field 'a' is a bytes"),
    ("a: {1: x}", "field 'a.1' is under a name that is not text (int)"),
    ("{on: x}", "not text (bool)"),
    ("? [a]\n: b", "unhashable"),
    ("a: &a [*a]", "more than 200,000 values"),
    ("a: !!python/object:os.system x", "not YAML"),
    ("a: *b", "undefined alias"),
    ("a: " + "9" * 5000, "not YAML"),
    ("[" * 100_000, "nested too deeply"),
    ("a: \ud800", "not YAML"),
]


@pytest.mark.parametrize(("text", "message"), NO_JSON, ids=range(len(NO_JSON)))
def test_yaml_that_no_manifest_can_keep_is_refused_with_its_place(text, message):
    with pytest.raises(UserError) as error:
        plain_yaml(text, "here")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@given(VALUES)
def test_every_json_value_is_read_as_it_is(value):
    assert plain_yaml(yaml.safe_dump(value), "here") == value


@given(st.text(max_size=60))
def test_any_text_is_a_json_value_or_a_users_error(text):
    with contextlib.suppress(UserError):
        json.dumps(plain_yaml(text, "here"), allow_nan=False, sort_keys=True)


@pytest.mark.parametrize("path", sorted((ROOT / "datasets/suites").glob("*.yaml")), ids=lambda p: p.name)
def test_every_shipped_suite_loads(path):
    assert load_suite(path).name == path.stem
