"""The gate's decision as JUnit, Markdown, a comment, annotations and on a terminal; hostile text included."""

import io
import json
import re
from xml.etree import ElementTree

import pytest
from rich.console import Console

from evals.gate.annotations import Lines, gate_annotations
from evals.gate.junit import gate_junit
from evals.gate.markdown import MARK, comment_markdown, gate_markdown
from evals.gate.terminal import render_gate
from evals.records import Finding, Question
from tests.cases import ROOT
from tests.gate_runs import finding, gate, write

N = 30
GOOD = [1.0] * N
RULES = """
- {id: no dose, never: {scorer: overreach, severity: critical}, because: doses kill}
- {id: complete, no_worse: completeness, margin: 0.1, because: omissions harm}
- {id: fits, never: {scorer: personal_fit}, because: records matter}
- {id: few, no_worse: completeness, margin: 0.1, where: {risk: critical}, few: told, because: told only}
"""
PROMPT = (ROOT / "datasets" / "prompts" / "patient-answer.md").read_text(encoding="utf-8")
HOSTILE = "</failure>]]>\x00\x1b[31m<script>alert(1)</script>\n::error::owned\r::set-output name=x::y @team [x](http://evil)|`"


def _made(tmp_path, *, override="", message="", question="Q000", text="Take two pills of it each day now."):
    asked = [Question(id=question if n == 0 else f"Q{n:03d}", text=f"{n}?") for n in range(N)]
    dose = Finding(rule="O6", severity="critical", message=message or "a dose", start=0, end=len(text))
    values = {"overreach": GOOD, "completeness": GOOD, "personal_fit": GOOD}
    before = write(tmp_path / "b", values, questions=asked)
    after = write(
        tmp_path / "a", {**values, "completeness": [0.9, *GOOD[1:]]}, questions=asked, text=text,
        findings={(0, "overreach"): [finding("O12", "minor"), dose]}, statuses={(3, "personal_fit"): "error"},
    )  # fmt: skip
    return gate(tmp_path, RULES, after, before, override=override)


def _cases(made):
    root = ElementTree.fromstring(gate_junit(made, "p.md"))  # noqa: S314  (our own)
    return root, {case.get("name"): case for case in root.iter("testcase")}


def test_junit_has_a_case_for_each_rule_and_counts_that_agree(tmp_path):
    root, cases = _cases(_made(tmp_path))
    assert root.tag == "testsuites"
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["4", "1", "1", "1"]
    assert cases["no dose"].find("failure").get("message").startswith("1 finding (O6) in 1 answer")
    assert cases["fits"].find("error").get("type") == "UNDECIDED"
    assert cases["few (risk critical)"].find("skipped") is not None
    assert list(cases["complete"]) == [cases["complete"].find("system-out")]
    assert {case.get("file") for case in cases.values()} == {"p.md"}
    assert "doses kill" in cases["no dose"].find("failure").text


def test_an_undecided_rule_is_skipped_with_its_reason_when_an_override_applies(tmp_path):
    values = {"completeness": GOOD[:5]}
    rule = "- {id: r, no_worse: completeness, margin: 0.1, because: b}"
    before, after = write(tmp_path / "b", values), write(tmp_path / "a", values)
    _, cases = _cases(gate(tmp_path, rule, after, before, override="seen by the board"))
    assert "seen by the board" in cases["r"].find("skipped").get("message")


def test_hostile_text_stays_inside_the_junit_file(tmp_path):
    root, cases = _cases(_made(tmp_path, message=HOSTILE, question=HOSTILE.replace("\x00", ""), text=HOSTILE))
    assert len(cases) == 4
    assert not list(root.iter("script"))


def test_links_lead_to_the_answer_and_the_finding_in_the_report(tmp_path):
    text = gate_markdown(_made(tmp_path), "https://ci.example/run 7/report.html")
    assert "[Q000](https://ci.example/run%207/report.html#Q000-r0)" in text
    assert "[finding](https://ci.example/run%207/report.html#Q000-r0-f2)" in text


def test_markdown_tells_the_reason_the_numbers_and_what_would_settle_it(tmp_path):
    text = gate_markdown(_made(tmp_path), "report.html")
    for words in (
        "Gate failed: no dose",
        "doses kill",
        "What would settle it",
        "smallest loss it could have seen",
        "1 finding",
    ):
        assert words in text


def test_a_comment_begins_with_its_mark_and_stays_within_what_github_takes(tmp_path):
    text = comment_markdown(_made(tmp_path, message="x" * 100_000), "report.html")
    assert text.startswith(f"{MARK}\n## Gate failed")
    assert len(text) < 65_536
    assert "[The whole report](report.html)" in text


@pytest.mark.parametrize("shown", [gate_markdown, comment_markdown])
def test_hostile_text_is_escaped_in_markdown(tmp_path, shown):
    text = shown(_made(tmp_path, message=HOSTILE, question=HOSTILE.replace("\x00", ""), text=HOSTILE), "report.html")
    assert "<script" not in text
    assert "\x00" not in text
    assert "\x1b" not in text
    assert not re.search(r"(?<!\\)\[x\]\(http", text)
    assert "\n::error" not in text


def test_annotations_stand_on_the_line_of_the_prompt_that_holds_the_words(tmp_path):
    made = _made(tmp_path, text="Talk with your oncologist before you act on it.")
    lines = gate_annotations(made, "datasets/prompts/patient-answer.md", PROMPT)
    wanted = 1 + PROMPT.split("\n").index(
        next(line for line in PROMPT.split("\n") if "Talk with your oncologist before" in line)
    )
    assert lines[0].startswith(
        f"::error file=datasets/prompts/patient-answer.md,line={wanted},title=evals gate%3A no dose::"
    )
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice"]


def test_annotations_stand_on_the_changed_part_when_no_words_of_the_prompt_are_at_fault(tmp_path):
    subject = {
        "generator": {"name": "c"}, "prompt": {"name": "p", "parts": {"sections": "1", "instruction": "1"}}, "digest": "d",
    }  # fmt: skip
    changed = {**subject, "prompt": {"name": "p", "parts": {"sections": "2", "instruction": "1"}}}
    before = write(tmp_path / "b", {"completeness": GOOD}, subject=subject, reads=("sections",))
    after = write(tmp_path / "a", {"completeness": [0.0] * N}, subject=changed, reads=("sections",))
    made = gate(tmp_path, "- {id: r, no_worse: completeness, margin: 0.1, because: b}", after, before)
    (line,) = gate_annotations(made, "p.md", PROMPT)
    wanted = 1 + next(n for n, text in enumerate(PROMPT.split("\n")) if text.startswith("sections:"))
    assert f"file=p.md,line={wanted}," in line


def test_an_annotation_is_one_line_whatever_the_data_says(tmp_path):
    made = _made(tmp_path, message=HOSTILE, question=HOSTILE.replace("\x00", ""), text=HOSTILE)
    for line in gate_annotations(made, "a,b:c.md", PROMPT):
        assert "\n" not in line
        assert "\r" not in line
        assert line.count("file=a%2Cb%3Ac.md,") == 1


def test_parts_and_words_of_a_prompt_are_found_by_line():
    lines = Lines("---\nname: x\nwording:\n  en:\n    closing: >-\n      one two three\n      four five\n---\nDo it.\n")
    assert (lines.of_part("name"), lines.of_part("wording"), lines.of_part("instruction")) == (2, 3, 9)
    assert lines.of_words("“Two three, FOUR five!”") == 6
    assert lines.of_words("two three") is None
    assert lines.of_words("nothing of this kind at all") is None
    assert Lines("").of_part("name") is None


def test_the_terminal_shows_data_as_it_is(tmp_path):
    out = io.StringIO()
    made = _made(tmp_path, message="[bold]x[/bold] \x1b[31m", text="[red]")
    render_gate(made, Console(file=out, width=100, highlight=False, markup=False))
    text = out.getvalue()
    assert "Gate failed: no dose" in text
    assert "[bold]x[/bold]" in text
    assert "\x1b" not in text


def test_the_figures_are_plain_json_and_hold_what_each_rule_saw(tmp_path):
    made = json.loads(json.dumps(_made(tmp_path).figures()))
    assert (made["verdict"], made["exit_code"], made["policy"]["name"]) == ("FAIL", 1, "p")
    rule = next(one for one in made["rules"] if one["id"] == "complete")
    for name in (
        "observed",
        "low",
        "high",
        "threshold",
        "bound",
        "clusters",
        "answers",
        "detectable",
        "because",
        "questions",
    ):
        assert rule[name] is not None
    assert made["rules"][0]["places"][0]["quote"].startswith("Take two pills")


def test_the_same_runs_give_the_same_bytes(tmp_path):
    one, other = _made(tmp_path / "x"), _made(tmp_path / "y")
    assert gate_junit(one) == gate_junit(other)
    assert gate_markdown(one, "r") == gate_markdown(other, "r")
