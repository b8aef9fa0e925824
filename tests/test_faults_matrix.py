"""The detection matrix counts what scorers say of faults, and only that; runs with faults in them, and what a gate makes of them."""

import datetime
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.cli import app
from evals.detection import Bench, Examined, bench_of_run, detect, faulty_run, matrix_of, shipped_bench
from evals.detection.gating import gate_matrix
from evals.detection.matrix import missed_row
from evals.detection.measure import alarms, borne_claims, new_findings, tells
from evals.detection.readings import CLAIMS as READ_CLAIMS
from evals.detection.readings import POINTS as READ_POINTS
from evals.detection.readings import agrees, readings
from evals.detection.runs import Faulty
from evals.errors import UserError
from evals.faults.answer_fault import AnswerFault, kinds, wanted_kinds
from evals.faults.answers import answer_faults
from evals.faults.fault import HALVES
from evals.gate import load_policy
from evals.plan import prepare
from evals.records import SEVERITIES, Finding, Item, Outcome, Question, Severity
from evals.render import render
from evals.run import execute, start
from evals.store import Run
from evals.suite import Part, load_suite
from tests.cases import ROOT

READ, POINTS = (
    [json.loads(line) for line in (ROOT / name).read_text("utf-8").splitlines()] for name in (READ_CLAIMS, READ_POINTS)
)
ASKED = Question(id="Q01", text="Should I wait until morning?")
FEW = ("disclaimer", "overreach", "urgency")


@cache
def bench() -> Bench:
    """The first shipped good answer, looked at by scorers that need no judge."""
    made = shipped_bench(1)
    scorers = tuple(one for one in made.plan.scorers if one.name in FEW)
    return replace(made, plan=replace(made.plan, scorers=scorers))


@cache
def examined() -> Examined:
    return next(detect(bench(), kinds_=["D1", "O", "RF-removed"], every_scorer=False))


def fault(kind: str = "O5", start: int | None = 10, end: int | None = 20) -> AnswerFault:
    return AnswerFault(
        kind=kind, code=kinds()[kind].code, question_id="Q1", repeat=0, severity="severe", start=start, end=end,
        original="", replacement="x" * 10, template="t", half="measure", raw="", at=10,
    )  # fmt: skip


def finding(rule: str, start: int | None, end: int | None, severity: Severity = "severe") -> Finding:
    return Finding(rule=rule, severity=severity, message="m", start=start, end=end)


TELLS = [
    ("O5", finding("O5", 12, 15), True, "marks its words"),
    ("O5", finding("O1", 19, 40), True, "marks some of its words under another rule"),
    ("O5", finding("O5", 20, 30), False, "stands beside it"),
    ("O5", finding("O5", 12, 15, "info"), False, "is a remark"),
    ("O5", finding("O5", None, None), True, "marks nothing and has its rule"),
    ("O5", finding("O7", None, None), False, "marks nothing and has another rule"),
    ("D1-removed", finding("D1", 200, 220), True, "has the rule of what was taken out"),
    ("D1-removed", finding("D10", None, None), False, "has a rule that only begins alike"),
    ("E13-invented", finding("E13b", None, None), True, "has a rule of the same family"),
    ("RF-removed", finding("RF07", None, None), True, "is about any danger sign"),
    ("D1-removed", finding("D3", None, None), False, "is about another element"),
]


@pytest.mark.parametrize(("kind", "found", "told", "because"), TELLS, ids=[because for *_, because in TELLS])
def test_a_finding_tells_of_a_fault_when_it_marks_its_words_or_has_its_rule(
    kind: str, found: Finding, told: bool, because: str
) -> None:
    assert tells(found, fault(kind), kinds()[kind]) is told, because


def test_a_remark_tells_of_what_no_passage_speaks_of_and_of_nothing_else() -> None:
    remark = finding("E15", 12, 15, "info")
    assert tells(remark, fault("E15"), kinds()["E15"])
    assert not tells(remark, fault("E09"), kinds()["E09"])
    assert not tells(finding("E09", 12, 15, "info"), fault("E15"), kinds()["E15"])


def test_a_wrong_source_is_told_where_its_name_leads_other_statements() -> None:
    put = fault("E14-swapped")
    led = replace(finding("E14", 300, 320), message=f"{put.replacement} does not give advice of this kind.")
    assert tells(led, put, kinds()["E14-swapped"])
    assert not tells(finding("E14", 300, 320), put, kinds()["E14-swapped"])


def test_kinds_of_single_sentences_are_made_only_where_a_passage_bears_the_sentence_out() -> None:
    needing = {kind.name for kind in kinds().values() if kind.borne}
    assert needing == {"E01", "E02", "E03", "E04", "E06", "E07", "E08", "E09", "E10", "E11", "E20", "E21"}
    before = examined().before
    borne = borne_claims(bench().answers[0], before)
    assert borne
    assert not any(answer_faults(before.answer, ASKED, before.claims, kinds=["E09"], borne=frozenset()))
    made = [one for half in HALVES for one in answer_faults(
        before.answer, ASKED, before.claims, kinds=["E09"], half=half, borne=borne
    )]  # fmt: skip
    inside = [claim for claim in before.claims if claim.claim_id in borne]
    assert all(any(claim.start <= one.at < claim.end for claim in inside) for one in made)


# --- what the blind reader says --------------------------------------------------------------------------------------


def test_every_sentence_the_reader_quotes_stands_in_the_answer_it_is_of() -> None:
    for one in shipped_bench().answers:
        text = render(one.draft.raw, one.draft.format or "markdown").text
        quoted = sum(row["answer"] == one.id for row in READ)
        found = readings(one.id, text)
        assert found is not None
        assert len(found) == quoted, one.id


def test_nobody_read_an_answer_that_is_not_shipped() -> None:
    assert readings("A99", "Chemo helps.") is None


def test_a_finding_on_words_that_the_reader_found_borne_out_is_a_false_alarm() -> None:
    before = examined().before
    read = readings("A01", before.answer.text) or ()
    right = next(one for one in read if one.label == "supported")
    wrong = next(one for one in read if one.label != "supported")
    assert agrees("A01", before, finding("E08", right.start, right.end)) is False
    assert agrees("A01", before, finding("E08", wrong.start, wrong.end)) is True
    assert agrees("A01", before, finding("R-1", right.start, right.end)) is None
    assert agrees("A99", before, finding("E08", right.start, right.end)) is None


def test_a_point_told_as_left_out_is_a_false_alarm_where_the_reader_found_it_said() -> None:
    row = POINTS[0]
    told = Finding(rule="E18", severity="severe", message=f"Left out: {row['text']}")
    assert agrees(row["answer"], examined().before, told) is (row["said"] != "said")
    assert agrees(row["answer"], examined().before, replace(told, message="Left out: Something else.")) is None


def test_the_matrix_tells_findings_the_reader_makes_too_from_those_he_denies() -> None:
    rows = {one.scorer: one for one in matrix_of([examined()]).alarms}
    for one in rows.values():
        assert one.agreed + one.disputed <= one.findings
        assert one.disputed_answers <= one.alarmed


def test_what_was_found_before_is_not_new() -> None:
    before = examined().before
    assert new_findings(before, before, "disclaimer") == ()


def test_an_answer_is_tested_with_each_kind_that_fits_it() -> None:
    assert {"D1-removed", "D1-late", "D1-weak", "O1", "O13", "RF-removed"} <= {c.fault.kind for c in examined().faults}


def test_a_removed_notice_is_caught_by_the_scorer_that_asks_for_it() -> None:
    caught = {one.fault.kind: one for one in examined().faults}["D1-removed"]
    assert caught.owned
    assert caught.named
    assert "disclaimer" in caught.by


def test_the_matrix_counts_every_fault_once_with_exact_intervals() -> None:
    matrix = matrix_of([examined(), examined()], wanted_kinds(["D1", "O", "RF", "E05"]))
    assert sum(row.faults for row in matrix.rows) == 2 * len(examined().faults)
    for row in matrix.rows:
        assert 0.0 <= row.low <= row.caught / row.faults <= row.high <= 1.0
    assert {one.owned for one in matrix.missed} <= {False}
    assert "E05" in matrix.absent
    assert json.loads(json.dumps(matrix.as_json()))["answers"] == 2


def test_critical_kinds_are_asked_for_whole_and_others_for_nine_in_ten() -> None:
    rows = {row.kind: row for row in matrix_of([examined()]).rows}
    assert rows["RF-removed"].wanted == 1.0
    assert rows["O1"].wanted == 0.9
    assert replace(rows["O1"], caught=0).short
    assert not replace(rows["O1"], caught=rows["O1"].faults).short


def test_alarms_are_findings_of_moderate_or_worse() -> None:
    found = tuple(finding("R-1", 0, 1, severity) for severity in SEVERITIES)
    outcome = Outcome(
        question_id="Q", repeat=0, scorer="readability", version="1", status="scored", value=0.5, reason="r",
        measures={}, findings=found,
    )  # fmt: skip
    assert alarms(replace(examined().before, outcomes=(outcome,))) == {"readability": 3}


def test_a_fault_is_told_without_the_answer_around_it() -> None:
    row = missed_row(examined().faults[0])
    assert row["answer"] == "A01"
    assert "raw" not in row


# --- runs ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Run:
    """A small finished run of the composer, scored by two scorers that need no judge."""
    suite = load_suite(ROOT / "datasets/suites/default.yaml")
    suite = replace(suite, scorers=(Part(name="disclaimer"), Part(name="overreach")))
    plan = prepare(suite, limit=3)
    folder = start(plan, tmp_path_factory.mktemp("runs"), datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC), {})
    return execute(plan, folder, lambda *_: None)


@pytest.fixture(scope="module")
def held(run: Run) -> Faulty:
    return Faulty(bench_of_run(run))


def _texts(items: tuple[Item, ...]) -> list[str]:
    return [item.answer.raw for item in items]


def test_a_run_without_faults_is_the_run(run: Run, held: Faulty) -> None:
    assert _texts(faulty_run(held, "O5", 0.0)) == _texts(run.items)


@pytest.mark.parametrize(("rate", "changed"), [(0.34, 1), (0.67, 2), (1.0, 3)])
def test_as_many_answers_have_the_fault_as_asked(run: Run, held: Faulty, rate: float, changed: int) -> None:
    items = faulty_run(held, "O5", rate, seed=1)
    assert sum(one != other for one, other in zip(_texts(items), _texts(run.items), strict=True)) == changed
    assert [item.answer.question_id for item in items] == [item.answer.question_id for item in run.items]
    assert all(outcome.status == "scored" for item in items for outcome in item.outcomes)


def test_a_higher_rate_has_the_faults_of_a_lower_one_and_more(run: Run, held: Faulty) -> None:
    few, many = (_texts(faulty_run(held, "O5", rate, seed=2)) for rate in (0.34, 0.67))
    own = _texts(run.items)
    assert all(one in many for one in few if one not in own)


@pytest.mark.parametrize(("kind", "rate", "says"), [("O5", 1.5, "rate"), ("RF-removed", 1.0, "fits no answer")])
def test_a_run_that_cannot_be_made_says_why(held: Faulty, kind: str, rate: float, says: str) -> None:
    with pytest.raises(UserError, match=says):
        faulty_run(held, kind, rate)


POLICY = """name: test
description: for this test
source: written here
rules:
  - never: {scorer: overreach, severity: severe}
    because: an unproven cure can cost a life
"""


def test_a_gate_fails_runs_with_a_critical_fault_and_passes_the_run_itself(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY, encoding="utf-8")
    decided = list(gate_matrix(run, load_policy(path), kinds=["O8"], rates=[1.0], seeds=[0]))
    assert [(one.kind, one.rate, one.failed) for one in decided] == [("", 0.0, 0), ("O8", 1.0, 1)]
    assert decided[1].rules


def test_no_run_is_empty_of_answers(run: Run) -> None:
    with pytest.raises(UserError, match="no answer"):
        bench_of_run(replace(run, items=()))


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_prints_the_matrix_as_json_and_writes_each_fault(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "faults.jsonl"
    result = CliRunner().invoke(
        app, ["faults", str(run.folder), "--kinds", "O5,D1-removed", "--limit", "1", "--out", str(out), "--json"]
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert set(told["kinds"]) == {"O5", "D1-removed"}
    assert told["labelled_good"] is False
    assert len(out.read_text("utf-8").splitlines()) == 2


def test_the_command_prints_a_line_a_kind(run: Run) -> None:
    result = CliRunner().invoke(app, ["faults", str(run.folder), "--kinds", "O5", "--limit", "1", "--owners"])
    assert result.exit_code == 0, result.output
    assert "O5" in result.stdout
    assert "nobody labelled them good" in result.stdout


@pytest.mark.parametrize("arguments", [["--kinds", "E99"], ["--half", "both"], ["nowhere"]])
def test_the_command_refuses_what_it_does_not_know(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, ["faults", *arguments])
    assert isinstance(result.exception, UserError)
