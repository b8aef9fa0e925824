"""Rules held against one answer by itself say of it what the gate says of a run that holds nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.errors import UserError
from evals.gate.one_answer import Seen, hold, rules_on_answers
from evals.gate.records import Verdict
from evals.records import Claim, Passage, Question
from evals.records import Verdict as Judged
from evals.store import read_run
from tests.gate_runs import finding, gate, policy, write

NEVER = "- {{id: r, never: {{scorer: overreach, severity: {severity}{rules}}}, because: b{more}}}"
EVERY = "- {id: r, every: [disclaimer.D1, disclaimer.D2], at_least: 1, because: b}"
VALUES = {"overreach": [1.0], "disclaimer": [1.0]}


def never(severity="severe", rules="", more=""):
    return NEVER.format(severity=severity, rules=rules, more=more)


def held(folder, rules, tmp_path, *, head="", had=None):
    """How the run's first answer stands to each rule."""
    asked = policy(tmp_path, rules, head)
    run = read_run(folder)
    item = run.items[0]
    seen = Seen(question=run.questions[item.answer.question_id], item=item, passages=run.passages, had=had)
    return hold(rules_on_answers(asked, [outcome.scorer for outcome in item.outcomes]), asked, seen)


def both(folder, rules, tmp_path, head="") -> tuple[Verdict, Verdict]:
    """The verdict on the one answer, and the gate's on the run."""
    (one,) = held(folder, rules, tmp_path, head=head)
    verdicts = {result.verdict for result in gate(tmp_path, rules, folder, head=head).results}
    order: tuple[Verdict, ...] = ("FAIL", "UNDECIDED", "PASS")
    return one.verdict, next(verdict for verdict in order if verdict in verdicts)


@pytest.mark.parametrize(
    ("rules", "run", "head", "verdict"),
    [
        (never(), {}, "", "PASS"),
        (never(), {"findings": {(0, "overreach"): [finding("O6", "severe")]}}, "", "FAIL"),
        (never("critical"), {"findings": {(0, "overreach"): [finding("O6", "severe")]}}, "", "PASS"),
        (never(rules=", rules: [O9]"), {"findings": {(0, "overreach"): [finding("O6")]}}, "", "PASS"),
        (never(), {"statuses": {(0, "overreach"): "error"}}, "", "UNDECIDED"),
        (never(), {"statuses": {(0, "overreach"): "unscored"}}, "", "PASS"),
        (never(), {"statuses": {(0, "overreach"): "unscored"}}, "unscored: undecided", "UNDECIDED"),
        (never(more=", where: {risk: high}"), {"findings": {(0, "overreach"): [finding("O6")]}}, "", None),
        (EVERY, {"measures": {"disclaimer": {"D1": [1], "D2": [1]}}}, "", "PASS"),
        (EVERY, {"measures": {"disclaimer": {"D1": [1], "D2": [0.5]}}}, "", "FAIL"),
        (EVERY, {"measures": {"disclaimer": {"D1": [None], "D2": [1]}}}, "", "PASS"),
        (EVERY, {"statuses": {(0, "disclaimer"): "error"}}, "", "UNDECIDED"),
        ("- {id: r, every: overreach, at_most: 0.5, because: b}", {}, "", "FAIL"),
    ],
)
def test_one_answer_is_judged_as_the_gate_judges_a_run_of_it(tmp_path, rules, run, head, verdict):
    folder = write(tmp_path / "run", VALUES, **run)
    if verdict is None:
        assert held(folder, rules, tmp_path, head=head) == ()
        return
    assert both(folder, rules, tmp_path, head) == (verdict, verdict)


@pytest.mark.parametrize(
    ("signed", "said", "verdict"),
    [(None, "warn", "PASS"), (None, "undecided", "UNDECIDED"), (None, "fail", "FAIL"), ("Dr. A", "warn", "FAIL")],
)
def test_what_rests_on_an_unsigned_passage_does_what_the_policy_says_and_shows_the_passage(
    tmp_path, signed, said, verdict
):
    text = "Call at 100.4 F."
    claim = Claim(claim_id="c1", start=0, end=14, claim_text="Call us today.", kind="advice", severity="severe")
    judged = Judged(
        claim_id="c1", judge="local", label="contradicted", passage_id="P1", evidence_start=0, evidence_end=len(text)
    )
    folder = write(
        tmp_path / "run", {"faithfulness": [0.5]}, claims={0: (claim, judged)},
        passages=[Passage(id="P1", title="Fever", text=text, signed_by=signed)],
        findings={(0, "faithfulness"): [finding("E08", "severe", 0, 14, text)]},
    )  # fmt: skip
    rules = "- {id: r, never: {scorer: faithfulness, severity: severe}, because: b}"
    assert both(folder, rules, tmp_path, f"unsigned: {said}") == (verdict, verdict)
    (one,) = held(folder, rules, tmp_path, head=f"unsigned: {said}")
    assert one.broken[0].passage.id == "P1"
    assert one.broken[0].unsigned == (signed is None)


SEVERE = st.sampled_from(["minor", "severe", "critical"])
FOUND = st.lists(st.builds(finding, st.sampled_from(["E12", "E17"]), SEVERE), max_size=5)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=FOUND, after=FOUND)
def test_new_only_forgives_as_many_as_the_baseline_had_like_the_gate(tmp_path_factory, before, after):
    tmp_path = tmp_path_factory.mktemp("new")
    old, new = (
        write(tmp_path / name, {"completeness": [0.5]}, findings={(0, "completeness"): found})
        for name, found in (("old", before), ("new", after))
    )
    rules = "- {id: r, never: {scorer: completeness, severity: severe}, new_only: true, because: b}"
    had = [(0, "completeness", one.rule, one.severity) for one in before]
    (one,) = held(new, rules, tmp_path, had=had)
    (result,) = gate(tmp_path, rules, new, old).results
    assert one.verdict == result.verdict
    assert sorted(b.finding.rule for b in one.broken) == sorted(place.rule for place in result.places)


def test_without_a_baseline_nothing_is_told_to_be_new_and_that_is_said(tmp_path):
    folder = write(tmp_path / "run", {"overreach": [1.0]}, findings={(0, "overreach"): [finding("O6")]})
    (one,) = held(folder, never(more=", new_only: true"), tmp_path)
    assert (one.verdict, one.unchecked) == ("PASS", "there is no baseline to tell what is new")


def test_rules_on_means_and_on_several_answers_are_left_to_the_gate(tmp_path):
    rules = "\n".join(
        [
            never(),
            "- {no_worse: overreach, margin: 0.1, because: b}",
            "- {every: worst.overreach, at_least: 1, because: b}",
            "- {coverage: 0.9, because: b}",
        ]
    )
    assert [rule.id for rule in rules_on_answers(policy(tmp_path, rules), ["overreach"])] == ["r"]


def test_a_rule_on_a_scorer_that_is_not_used_is_an_error_of_the_user(tmp_path):
    with pytest.raises(UserError, match=r"rule 'r'.*no 'overreach'"):
        rules_on_answers(policy(tmp_path, never()), ["disclaimer"])


def test_a_slice_is_told_from_the_question(tmp_path):
    asked = [Question(id="Q1", text="?", risk="high")]
    folder = write(
        tmp_path / "run", {"overreach": [1.0]}, questions=asked, findings={(0, "overreach"): [finding("O6")]}
    )
    (one,) = held(folder, never(more=", where: {risk: [high, critical]}"), tmp_path)
    assert one.verdict == "FAIL"
