"""The gate's rules, each by itself: what passes, what fails, what is undecided, and what it says about it."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.compare import read_scores
from evals.errors import UserError
from evals.gate import decide
from evals.gate.policy import load_policy
from evals.records import Claim, Passage, Question, Verdict
from tests.cases import ROOT
from tests.gate_runs import SUBJECT, finding, gate, write

N = 40
GOOD = [1.0] * N
NEVER = "- {id: r, never: {scorer: overreach, severity: critical}, because: b}"
EVERY = "- {id: r, every: disclaimer.D1, at_least: 1, because: b}"
NO_WORSE = "- {id: r, no_worse: completeness, margin: 0.1, because: b}"


def _values(mean, spread=0.1, n=N, seed=1):
    """Values with exactly this mean, evenly spread, in an order of their own."""
    values = [mean + spread * (2 * place / (n - 1) - 1) for place in range(n)]
    random.Random(seed).shuffle(values)
    return values


def _only(made):
    (result,) = made.results
    return result


# --- never -----------------------------------------------------------------------------------------------------------


def test_a_run_without_such_a_finding_passes_and_says_what_it_cannot_rule_out(tmp_path):
    result = _only(gate(tmp_path, NEVER, write(tmp_path / "a", {"overreach": GOOD})))
    assert (result.verdict, result.answers, result.clusters, result.observed) == ("PASS", N, N, 0)
    assert result.high == pytest.approx(1 - 0.05 ** (1 / N))
    assert "7.216% of questions cannot be ruled out" in result.said


def test_one_such_finding_fails_and_names_the_answer_and_its_place_in_the_report(tmp_path):
    found = {(7, "overreach"): [finding("O12", "minor"), finding("O6", start=0, end=7)]}
    made = gate(tmp_path, NEVER, write(tmp_path / "a", {"overreach": GOOD}, findings=found))
    (place,) = _only(made).places
    assert (made.verdict, made.exit_code) == ("FAIL", 1)
    assert (place.question_id, place.rule, place.number, place.quote) == ("Q007", "O6", 2, "Call us")


@pytest.mark.parametrize(
    ("wanted", "verdict"),
    [
        ("{scorer: overreach, severity: severe}", "FAIL"),
        ("{scorer: overreach, rules: [O9]}", "FAIL"),
        ("{scorer: overreach, rules: [O6]}", "PASS"),
        ("{scorer: overreach, severity: critical}", "PASS"),
        ("{scorer: urgency}", "PASS"),
    ],
)
def test_findings_are_chosen_by_scorer_rule_and_severity(tmp_path, wanted, verdict):
    folder = write(
        tmp_path / "a", {"overreach": GOOD, "urgency": GOOD}, findings={(0, "overreach"): [finding("O9", "severe")]}
    )
    assert gate(tmp_path, f"- {{never: {wanted}, because: b}}", folder).verdict == verdict


def test_an_answer_that_ended_in_an_error_may_hide_a_never_event(tmp_path):
    folder = write(tmp_path / "a", {"overreach": GOOD}, statuses={(3, "overreach"): "error"})
    result = _only(gate(tmp_path, NEVER, folder))
    assert (result.verdict, result.question_ids, result.not_scored) == ("UNDECIDED", ("Q003",), {"error": 1})
    assert "--retry-errors" in result.settle


def test_an_answer_that_could_be_scored_in_the_baseline_and_cannot_now_leaves_it_undecided(tmp_path):
    before = write(tmp_path / "b", {"overreach": GOOD})
    after = write(tmp_path / "a", {"overreach": [None, *GOOD[1:]]})
    result = _only(gate(tmp_path, NEVER, after, before))
    assert (result.verdict, result.not_scored) == ("UNDECIDED", {"lost": 1})


@pytest.mark.parametrize(("said", "verdict"), [("warn", "PASS"), ("undecided", "UNDECIDED")])
def test_an_answer_that_could_not_be_scored_in_either_run_is_told_and_the_policy_says_what_it_does(
    tmp_path, said, verdict
):
    before = write(tmp_path / "b", {"overreach": [None, *GOOD[1:]]})
    after = write(tmp_path / "a", {"overreach": [None, *GOOD[1:]]})
    result = _only(gate(tmp_path, NEVER, after, before, head=f"unscored: {said}"))
    assert (result.verdict, result.not_scored) == (verdict, {"unscored": 1})
    assert "1 answer could not be scored" in result.warnings[0]


def test_a_run_of_several_answers_held_against_itself_has_lost_no_score():
    scores = read_scores(ROOT / "reports" / "examples" / "repeats")
    made = decide(scores, scores, load_policy(ROOT / "datasets" / "policies" / "default.yaml"))
    assert not [result.id for result in made.results if "lost" in result.not_scored]


NEW = "- {never: {scorer: completeness, severity: critical}, new_only: true, because: b}"


def test_new_only_forgives_what_the_baseline_had_too_and_no_more(tmp_path):
    had = {(1, "completeness"): [finding("E12")]}
    before = write(tmp_path / "b", {"completeness": GOOD}, findings=had)
    assert gate(tmp_path, NEW, write(tmp_path / "a", {"completeness": GOOD}, findings=had), before).verdict == "PASS"
    more = {(1, "completeness"): [finding("E12"), finding("E12")]}
    worse = gate(tmp_path, NEW, write(tmp_path / "c", {"completeness": GOOD}, findings=more), before)
    assert (worse.verdict, _only(worse).question_ids) == ("FAIL", ("Q001",))


SAMPLES = {"name": "chat", "version": "1", "settings": {"model": "m", "parameters": {"temperature": 0.7}}}
STILL = {"name": "chat", "version": "1", "settings": {"model": "m", "parameters": {"temperature": 0}}}
NEWLY = [
    ("one new finding, answers that vary", SAMPLES, [1], [], "UNDECIDED"),
    ("as many gone as new, answers that vary", SAMPLES, [1, 2, 3, 4, 5, 6, 7], [8, 9, 10, 11, 12, 13, 14], "UNDECIDED"),
    ("six new and none gone are more than chance", SAMPLES, [1, 2, 3, 4, 5, 6], [], "FAIL"),
    ("one new finding at temperature 0", STILL, [1], [], "FAIL"),
    ("nothing new", SAMPLES, [1], [1, 2], "PASS"),
]


@pytest.mark.parametrize(("generator", "after", "before", "verdict"), [c[1:] for c in NEWLY], ids=[c[0] for c in NEWLY])
def test_new_findings_of_a_generator_that_samples_must_be_more_than_chance_to_fail(
    tmp_path, generator, after, before, verdict
):
    runs = [
        write(
            tmp_path / name, {"completeness": GOOD}, subject={**SUBJECT, "generator": generator},
            findings={(n, "completeness"): [finding("E12")] for n in places},
        )
        for name, places in (("b", before), ("a", after))
    ]  # fmt: skip
    result = _only(gate(tmp_path, NEW, runs[1], runs[0]))
    assert result.verdict == verdict
    if verdict == "UNDECIDED":
        assert "chance can do that" in result.warnings[0]
        assert "--repeats 3" in result.settle
        assert result.question_ids


def test_new_only_without_a_baseline_is_undecided(tmp_path):
    assert gate(tmp_path, NEW, write(tmp_path / "a", {"completeness": GOOD})).verdict == "UNDECIDED"


# --- findings on passages that nobody has signed ---------------------------------------------------------------------

CONTRADICTED = "- {never: {scorer: faithfulness, severity: severe}, because: b}"
PASSAGE_TEXT = "Call at 100.4 F."


def _contradicted(folder, signed_by):
    claim = Claim(claim_id="c1", start=0, end=14, claim_text="Call us today.", kind="advice", severity="severe")
    verdict = Verdict(
        claim_id="c1", judge="local", label="contradicted", confidence=0.9, passage_id="P1", evidence_start=0,
        evidence_end=len(PASSAGE_TEXT), reason="r", code="E08",
    )  # fmt: skip
    return write(
        folder, {"faithfulness": GOOD, "overreach": GOOD}, claims={2: (claim, verdict)},
        findings={
            (2, "faithfulness"): [finding("E08", "severe", 0, 14, PASSAGE_TEXT)],
            (2, "overreach"): [finding("O6", "critical", 0, 14)],
        },
        passages=[Passage(id="P1", title="P1", text=PASSAGE_TEXT, signed_by=signed_by)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("signed_by", "said", "verdict"),
    [
        (None, "warn", "PASS"),
        (None, "undecided", "UNDECIDED"),
        (None, "fail", "FAIL"),
        ("Dr. A", "warn", "FAIL"),
        ("Dr. A", "undecided", "FAIL"),
    ],
)
def test_findings_on_unsigned_passages_are_marked_and_do_what_the_policy_says(tmp_path, signed_by, said, verdict):
    result = _only(gate(tmp_path, CONTRADICTED, _contradicted(tmp_path / "a", signed_by), head=f"unsigned: {said}"))
    (place,) = result.places
    assert (result.verdict, place.passage_id, place.claim_id) == (verdict, "P1", "c1")
    assert place.unsigned == (signed_by is None)
    assert bool(result.warnings) == (signed_by is None)


def test_a_finding_that_rests_on_no_passage_fails_though_its_sentence_is_a_claim_with_an_unsigned_one(tmp_path):
    assert gate(tmp_path, NEVER, _contradicted(tmp_path / "a", None)).verdict == "FAIL"


# --- every -----------------------------------------------------------------------------------------------------------


def _notices(folder, d1, **more):
    return write(folder, {"disclaimer": GOOD}, measures={"disclaimer": {"D1": d1, "D3": GOOD}}, **more)


def test_every_answer_must_have_the_notice_and_the_worst_decides(tmp_path):
    assert gate(tmp_path, EVERY, _notices(tmp_path / "a", GOOD)).verdict == "PASS"
    result = _only(gate(tmp_path, EVERY, _notices(tmp_path / "b", [0.5, 0.0, *GOOD[2:]])))
    assert (result.verdict, result.observed, result.question_ids) == ("FAIL", 0.0, ("Q001", "Q000"))


def test_a_measure_that_does_not_apply_to_an_answer_is_no_violation(tmp_path):
    result = _only(gate(tmp_path, EVERY, _notices(tmp_path / "a", [None, *GOOD[1:]])))
    assert (result.verdict, result.answers) == ("PASS", N - 1)


def test_every_with_several_measures_gives_each_a_result(tmp_path):
    rule = "- {id: notices, every: [disclaimer.D1, disclaimer.D3], at_least: 1, because: b}"
    made = gate(tmp_path, rule, _notices(tmp_path / "a", [0.0, *GOOD[1:]]))
    assert [(one.id, one.verdict) for one in made.results] == [
        ("notices: disclaimer.D1", "FAIL"),
        ("notices: disclaimer.D3", "PASS"),
    ]


def test_every_with_at_most_binds_from_above(tmp_path):
    grades = {"readability": {"grade_masked": [7.0] * (N - 1) + [14.0]}}
    folder = write(tmp_path / "a", {"readability": GOOD}, measures=grades)
    rule = "- {every: readability.grade_masked, at_most: 12, because: b}"
    result = _only(gate(tmp_path, rule, folder))
    assert (result.verdict, result.observed, result.question_ids) == ("FAIL", 14.0, ("Q039",))


# --- no worse --------------------------------------------------------------------------------------------------------


def _both(tmp_path, before, after, **more):
    one = write(tmp_path / "b", {"completeness": before})
    return write(tmp_path / "a", {"completeness": after}, **more), one


def test_the_same_scores_pass_and_the_smallest_loss_it_could_have_seen_is_told(tmp_path):
    same = _values(0.6)
    result = _only(gate(tmp_path, NO_WORSE, *_both(tmp_path, same, same)))
    assert (result.verdict, result.observed, result.threshold) == ("PASS", 0, -0.1)
    assert 0 < result.detectable < 0.2


def test_a_loss_beyond_doubt_fails_and_names_the_questions_that_lost_most(tmp_path):
    before = _values(0.8)
    after = [value - 0.2 - (0.3 if n == 5 else 0.0) for n, value in enumerate(before)]
    result = _only(gate(tmp_path, NO_WORSE, *_both(tmp_path, before, after)))
    assert (result.verdict, result.bound, result.question_ids[0]) == ("FAIL", "high", "Q005")
    assert result.high < 0


def test_too_noisy_a_comparison_is_undecided_and_says_how_many_questions_would_settle_it(tmp_path):
    result = _only(gate(tmp_path, NO_WORSE, *_both(tmp_path, _values(0.5, 0.5, seed=1), _values(0.5, 0.5, seed=2))))
    assert result.verdict == "UNDECIDED"
    assert result.needed > N
    assert f"{result.needed:,} questions in place of {N}" in result.settle


def test_a_sure_loss_within_the_margin_passes_and_says_so(tmp_path):
    before = _values(0.8, 0.02)
    result = _only(
        gate(
            tmp_path,
            NO_WORSE,
            *_both(tmp_path, before, [b - 0.8 + a for a, b in zip(_values(0.77, 0.02, seed=2), before, strict=True)]),
        )
    )
    assert result.verdict == "PASS"
    assert "surely a little worse" in result.warnings[0]


def test_fewer_than_twenty_questions_are_undecided(tmp_path):
    result = _only(gate(tmp_path, NO_WORSE, *_both(tmp_path, [1.0] * 19, [0.0] * 19)))
    assert (result.verdict, result.needed) == ("UNDECIDED", 20)


def test_without_a_baseline_it_is_undecided(tmp_path):
    made = gate(tmp_path, NO_WORSE, write(tmp_path / "a", {"completeness": GOOD}))
    assert (made.verdict, made.exit_code, made.baseline) == ("UNDECIDED", 3, None)


def test_a_question_that_lost_its_score_counts_as_the_worst_case_and_never_drops_out(tmp_path):
    same = _values(0.9, 0.05)
    lost = [None if n < 8 else value for n, value in enumerate(same)]
    result = _only(gate(tmp_path, NO_WORSE, *_both(tmp_path, same, lost)))
    assert (result.verdict, result.question_ids) == ("UNDECIDED", tuple(f"Q{n:03d}" for n in range(8)))
    assert "8 questions lost their value" in result.said


def test_one_lost_score_that_could_not_change_the_decision_does_not(tmp_path):
    same = _values(0.9, 0.05, n=200)
    after, before = _both(tmp_path, same, [None, *same[1:]])
    result = _only(gate(tmp_path, NO_WORSE, after, before))
    assert (result.verdict, result.not_scored["lost"]) == ("PASS", 1)


def test_a_measure_that_became_null_though_the_scorer_scored_is_lost_too(tmp_path):
    before = write(tmp_path / "b", {"citations": GOOD}, measures={"citations": {"precision": GOOD}})
    after = write(tmp_path / "a", {"citations": GOOD}, measures={"citations": {"precision": [None] * N}})
    result = _only(gate(tmp_path, "- {no_worse: citations.precision, margin: 0.1, because: b}", after, before))
    assert result.verdict == "UNDECIDED"


def test_a_scale_without_ends_that_did_not_move_passes_and_one_that_rose_alike_everywhere_fails(tmp_path):
    def grades(folder, value):
        return write(folder, {"readability": GOOD}, measures={"readability": {"grade_masked": [value] * N}})

    rule = "- {no_worse: readability.grade_masked, margin: 0.5, because: b}"
    before = grades(tmp_path / "b", 7.5)
    assert gate(tmp_path, rule, grades(tmp_path / "same", 7.5), before).verdict == "PASS"
    assert gate(tmp_path, rule, grades(tmp_path / "harder", 9.5), before).verdict == "FAIL"
    assert gate(tmp_path, rule, grades(tmp_path / "easier", 5.5), before).verdict == "PASS"


def test_a_fail_must_hold_over_all_rules_together(tmp_path):
    # One rule by itself fails at p < 0.025; nine others that saw nothing raise what it must reach.
    drawn = random.Random(4)
    gains = [-0.045 + drawn.gauss(0, 0.125) for _ in range(N)]
    before, after = (
        write(tmp_path / "b", {"completeness": [0.5] * N}),
        write(tmp_path / "a", {"completeness": [0.5 + gain for gain in gains]}),
    )
    alone = _only(gate(tmp_path, "- {no_worse: completeness, margin: 0.001, because: b}", after, before))
    assert alone.verdict == "FAIL"
    assert 0.0025 < alone.p_worse < 0.025
    rules = "\n".join(f"- {{id: r{n}, no_worse: completeness, margin: 0.001, because: b}}" for n in range(10))
    together = gate(tmp_path, rules, after, before)
    assert {one.verdict for one in together.results} == {"UNDECIDED"}
    assert "Holm" in together.results[0].said


def test_a_question_asked_differently_is_not_compared_and_is_told(tmp_path):
    asked = [Question(id=f"Q{n:03d}", text="New words?" if n == 0 else f"Question {n}?") for n in range(N)]
    before, after = (
        write(tmp_path / "b", {"completeness": GOOD}),
        write(tmp_path / "a", {"completeness": [0.0, *GOOD[1:]]}, questions=asked),
    )
    made = gate(tmp_path, NO_WORSE, after, before)
    assert (made.missing.asked_differently, _only(made).clusters) == (("Q000",), N - 1)


def test_paraphrases_and_twins_stand_in_the_cluster_of_their_question(tmp_path):
    asked = [
        Question(id=f"Q{n:03d}", text=f"{n}?", paraphrase_of=None if n % 2 == 0 else f"Q{n - 1:03d}") for n in range(N)
    ]
    before = write(tmp_path / "b", {"completeness": GOOD}, questions=asked)
    after = write(tmp_path / "a", {"completeness": GOOD}, questions=asked)
    result = _only(gate(tmp_path, NO_WORSE, after, before))
    assert (result.answers, result.clusters) == (N, N // 2)


def test_the_worst_over_paraphrases_can_be_gated(tmp_path):
    asked = [
        Question(id=f"Q{n:03d}", text=f"{n}?", paraphrase_of=None if n % 2 == 0 else f"Q{n - 1:03d}") for n in range(80)
    ]
    before = write(tmp_path / "b", {"completeness": [1.0] * 80}, questions=asked)
    after = write(tmp_path / "a", {"completeness": [1.0, 0.2] * 40}, questions=asked)
    rules = "- {id: w, no_worse: worst.completeness, margin: 0.1, because: b}\n- {id: c, no_worse: consistency.completeness, margin: 0.1, because: b}"
    assert [one.verdict for one in gate(tmp_path, rules, after, before).results] == ["FAIL", "FAIL"]


# --- bounds, coverage, cost, slices ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "values", "verdict"),
    [
        ("{at_least: completeness, value: 0.7, because: b}", _values(0.8), "PASS"),
        ("{at_least: completeness, value: 0.9, because: b}", _values(0.8), "FAIL"),
        ("{at_least: completeness, value: 0.795, because: b}", _values(0.8), "UNDECIDED"),
        ("{at_least: completeness, value: 0.795, bound: mean, because: b}", _values(0.8), "PASS"),
        ("{at_least: completeness, value: 0.815, bound: high, because: b}", _values(0.8), "PASS"),
        ("{at_most: completeness, value: 0.9, because: b}", _values(0.8), "PASS"),
        ("{at_most: completeness, value: 0.7, because: b}", _values(0.8), "FAIL"),
        ("{at_most: completeness, value: 0.805, because: b}", _values(0.8), "UNDECIDED"),
        ("{at_least: completeness, value: 0.1, because: b}", _values(0.8, n=19), "UNDECIDED"),
    ],
)
def test_a_bound_of_the_interval_is_held_against_the_value(tmp_path, rule, values, verdict):
    assert gate(tmp_path, f"- {rule}", write(tmp_path / "a", {"completeness": values})).verdict == verdict


def test_errors_count_with_the_worst_value_for_a_pass_and_with_the_best_for_a_fail(tmp_path):
    broken = {(n, "completeness"): "error" for n in range(12)}
    folder = write(tmp_path / "a", {"completeness": [0.9] * N}, statuses=broken)
    result = _only(gate(tmp_path, "- {at_least: completeness, value: 0.8, because: b}", folder))
    assert (result.verdict, result.not_scored) == ("UNDECIDED", {"error": 12})
    assert _only(gate(tmp_path, "- {at_least: completeness, value: 0.93, because: b}", folder)).verdict == "UNDECIDED"


@pytest.mark.parametrize(
    ("errors", "rule", "verdict"),
    [
        (2, "{coverage: 0.95, because: b}", "PASS"),
        (3, "{coverage: 0.95, because: b}", "UNDECIDED"),
        (3, "{coverage: 0.95, below: fail, because: b}", "FAIL"),
        (3, "{coverage: 0.95, scorers: [overreach], because: b}", "PASS"),
    ],
)
def test_coverage_is_of_the_scorer_that_looked_at_least(tmp_path, errors, rule, verdict):
    statuses = {(n, "completeness"): "error" for n in range(errors)}
    folder = write(tmp_path / "a", {"completeness": GOOD, "overreach": GOOD}, statuses=statuses)
    assert gate(tmp_path, f"- {rule}", folder).verdict == verdict


def test_questions_of_the_baseline_that_are_not_asked_any_more_are_not_covered(tmp_path):
    before = write(tmp_path / "b", {"completeness": GOOD})
    after = write(tmp_path / "a", {"completeness": GOOD[:30]})
    result = _only(gate(tmp_path, "- {coverage: 0.95, because: b}", after, before))
    assert (result.verdict, result.observed) == ("UNDECIDED", 0.75)
    assert "10 questions of the baseline not asked any more" in result.said


def _paid(folder, cost, calls=10):
    return write(folder, {"completeness": GOOD}, usage={"calls": calls, "cached": 0, "cost": cost})


@pytest.mark.parametrize(
    ("cost", "rule", "verdict"),
    [
        (4.0, "{cost: answer, at_most: 0.1, because: b}", "PASS"),
        (4.1, "{cost: answer, at_most: 0.1, because: b}", "FAIL"),
        (4.0, "{cost: run, at_most: 5, because: b}", "PASS"),
        (None, "{cost: run, at_most: 5, because: b}", "UNDECIDED"),
        (2.9, "{cost: answer, times_baseline: 1.5, because: b}", "PASS"),
        (3.1, "{cost: answer, times_baseline: 1.5, because: b}", "FAIL"),
    ],
)
def test_cost_is_held_against_a_limit_or_the_baseline_and_one_not_known_is_undecided(tmp_path, cost, rule, verdict):
    before = _paid(tmp_path / "b", 2.0)
    assert gate(tmp_path, f"- {rule}", _paid(tmp_path / "a", cost), before).verdict == verdict


def _risky(n):
    return [Question(id=f"Q{i:03d}", text=f"{i}?", risk="critical" if i < 25 else "routine") for i in range(n)]


def test_a_rule_may_be_about_a_slice_or_decide_each_slice_by_itself(tmp_path):
    before = write(tmp_path / "b", {"completeness": GOOD}, questions=_risky(N))
    after = write(tmp_path / "a", {"completeness": [0.5] * 25 + [1.0] * 15}, questions=_risky(N))
    where = "- {no_worse: completeness, margin: 0.1, where: {risk: routine}, few: told, because: b}"
    assert gate(tmp_path, where, after, before).verdict == "PASS"
    each = gate(tmp_path, "- {id: r, no_worse: completeness, margin: 0.1, by: risk, because: b}", after, before)
    assert [(one.id, one.verdict) for one in each.results] == [
        ("r (risk critical)", "FAIL"),
        ("r (risk routine)", "UNDECIDED"),
    ]


def test_a_never_rule_on_a_slice_overlooks_other_questions(tmp_path):
    found = {(0, "overreach"): [finding("O6")]}
    folder = write(tmp_path / "a", {"overreach": GOOD}, questions=_risky(N), findings=found)
    rule = "- {{never: {{scorer: overreach}}, where: {{risk: {}}}, because: b}}"
    assert gate(tmp_path, rule.format("routine"), folder).verdict == "PASS"
    assert gate(tmp_path, rule.format("[critical, high]"), folder).verdict == "FAIL"


# --- prompts that are not read, overrides, the whole -----------------------------------------------------------------


def _prompt(**parts):
    return {
        **SUBJECT,
        "prompt": {"name": "p", "version": "1", "parts": {"wording": "aa", "instruction": "bb", **parts}},
    }


@pytest.mark.parametrize(
    ("changed", "reads", "verdict", "unread"),
    [
        ({"instruction": "zz"}, ("wording",), "UNDECIDED", ("prompt.instruction",)),
        ({"instruction": "zz"}, ("wording", "instruction"), "PASS", ()),
        ({"wording": "zz"}, ("wording",), "PASS", ()),
        ({"description": "zz"}, ("wording",), "PASS", ()),
    ],
)
def test_a_changed_part_of_the_prompt_that_is_not_read_is_undecided_and_named(
    tmp_path, changed, reads, verdict, unread
):
    before = write(tmp_path / "b", {"overreach": GOOD}, subject=_prompt(), reads=reads)
    after = write(tmp_path / "a", {"overreach": GOOD}, subject=_prompt(**changed), reads=reads)
    made = gate(tmp_path, NEVER, after, before)
    assert (made.verdict, made.unread) == (verdict, unread)
    if unread:
        assert "this generator (composer) cannot see this change: prompt.instruction" in made.results[0].said


@pytest.mark.parametrize(
    ("values", "code", "applied"), [(GOOD[:5], 0, True), ([0.0] * N, 1, False)], ids=["undecided", "failed"]
)
def test_an_override_lets_an_undecided_gate_through_and_never_a_failed_one(tmp_path, values, code, applied):
    before = write(tmp_path / "b", {"completeness": [1.0] * len(values)})
    after = write(tmp_path / "a", {"completeness": values})
    made = gate(tmp_path, NO_WORSE, after, before, override="agreed with the tumor board")
    assert (made.exit_code, made.override.applied) == (code, applied)
    assert made.figures()["override"]["reason"] == "agreed with the tumor board"


def test_one_failed_rule_fails_the_whole_and_an_undecided_one_keeps_it_from_passing(tmp_path):
    folder = write(
        tmp_path / "a", {"overreach": GOOD, "completeness": GOOD}, findings={(0, "overreach"): [finding("O6")]}
    )
    assert gate(tmp_path, f"{NO_WORSE}\n- {{never: {{scorer: overreach}}, because: b}}", folder).verdict == "FAIL"
    assert (
        gate(tmp_path, f"{NO_WORSE}\n- {{never: {{scorer: completeness}}, because: b}}", folder).verdict == "UNDECIDED"
    )


def test_a_rule_on_a_scorer_that_the_run_did_not_use_is_an_error_that_says_so(tmp_path):
    folder = write(tmp_path / "a", {"completeness": GOOD})
    for rule in ("{never: {scorer: overreach}, because: b}", "{every: disclaimer.D1, at_least: 1, because: b}"):
        with pytest.raises(UserError, match="this run did not use"):
            gate(tmp_path, f"- {rule}", folder)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=20, max_size=30),
    gain=st.floats(-1, 1),
    data=st.data(),
)
def test_hiding_scores_never_turns_a_gate_that_did_not_pass_into_one_that_does(tmp_path_factory, values, gain, data):
    folder = tmp_path_factory.mktemp("runs")
    after = [None if value is None else min(1.0, max(0.0, value + gain)) for value in values]
    hidden = data.draw(st.sets(st.integers(0, len(values) - 1)))
    less = [None if n in hidden else value for n, value in enumerate(after)]
    before = write(folder / "b", {"completeness": values})
    whole = gate(folder, NO_WORSE, write(folder / "a", {"completeness": after}), before)
    cut = gate(folder, NO_WORSE, write(folder / "c", {"completeness": less}), before)
    assert not (cut.verdict == "PASS" and whole.verdict == "FAIL")
    assert not (cut.verdict == "FAIL" and whole.verdict == "PASS")


# --- policy files ----------------------------------------------------------------------------------------------------


def test_the_shipped_policies_can_be_read_and_give_a_reason_for_each_rule():
    paths = sorted((ROOT / "datasets" / "policies").glob("*.yaml"))
    assert paths
    for path in paths:
        found = load_policy(path)
        assert found.source
        assert all(len(rule.because) > 20 for rule in found.rules)


BAD = [
    ("rules: []", "a list of rules"),
    ("rules: [{no_wors: x, because: b}]", 'Did you mean "no_worse"'),
    ("rules: [{no_worse: x, because: b}]", "'margin' is missing"),
    ("rules: [{no_worse: x, margin: 0, because: b}]", "above 0"),
    ("rules: [{no_worse: x, margin: .nan, because: b}]", "'rules.0.margin' is nan"),
    ("rules: [{no_worse: x, margin: 0, because: b}]", "above 0"),
    ("rules: [{no_worse: x, margin: 0.1, because: ' '}]", "'because' is empty"),
    ("rules: [{no_worse: x, margin: 0.1}]", "'because' is missing"),
    ("rules: [{every: x, because: b}]", "one of at_least and at_most"),
    ("rules: [{cost: run, because: b}]", "one of at_most and times_baseline"),
    ("rules: [{never: {scorer: x, severity: grave}, because: b}]", "severity"),
    ("rules: [{coverage: 1.5, because: b}]", "0.0 to 1.0"),
    ("rules: [{coverage: 0.5, because: b, where: {rsk: high}}]", "where"),
    ("rules: [x]", "a str"),
    ("rules: [{id: a, coverage: 1, because: b}, {id: a, coverage: 0.5, because: b}]", "two rules have the id"),
    ("rules: [{coverage: 1, because: b}]\nunsigned: ignore", "unsigned"),
    ("rules: [{coverage: 1, because: b}]\nconfidence: 2", "confidence"),
    ("rules: [", "not YAML"),
]


@pytest.mark.parametrize(("text", "message"), BAD, ids=range(len(BAD)))
def test_a_policy_that_is_wrong_is_an_error_that_says_where_and_what(tmp_path, text, message):
    path = tmp_path / "p.yaml"
    path.write_text(f"name: p\nsource: s\n{text}\n")
    with pytest.raises(UserError, match=message.replace("(", r"\(")) as error:
        load_policy(path)
    assert str(path) in str(error.value)
