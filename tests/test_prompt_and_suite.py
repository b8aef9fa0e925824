"""Prompt and suite files: read, and refused with the place and the reason."""

import pytest

from evals.errors import UserError
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


@pytest.mark.parametrize("path", sorted((ROOT / "datasets/suites").glob("*.yaml")), ids=lambda p: p.name)
def test_every_shipped_suite_loads(path):
    assert load_suite(path).name == path.stem
