"""Agreement and rates against published worked examples and against simulated truth."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evals.review import ClaimMark, Content, Mark
from evals.review.agreement import COEFFICIENTS, estimate, quadratic, ratings
from evals.review.cutoffs import LabelledClaim, propose, quantile, shipped, successor
from evals.review.differences import differences
from evals.review.machine import clinician_flag, machine_flag, rules, settled_flag
from evals.review.powered import Unit, alone, powered
from evals.review.rubric import release, rubric
from evals.review.sampling import draw, probabilities
from tests.review_databases import audit_key_of_the_test  # noqa: F401  (fixture)
from tests.review_run import make_run, plan, review, staffed, submit_all

# --- published worked examples ---------------------------------------------------------------------------------------

# Gwet, Handbook of Inter-Rater Reliability, 4th ed. 2014: 4 raters, 12 subjects, missing ratings (data set
# cac.raw4raters of the R package irrCAC 1.0, vignette "overview"); the same data are Krippendorff's, "Computing
# Krippendorff's Alpha-Reliability", 2011, section C, which gives 0.743 (nominal) and 0.815 (ordinal).
FOUR_RATERS = """
1 1 . 1 / 2 2 3 2 / 3 3 3 3 / 3 3 3 3 / 2 2 2 2 / 1 2 3 4 / 4 4 4 4 / 1 1 2 1 / 2 2 2 2 / . 5 5 5 / . . 1 1 / . . 3 .
"""
# Two abstractors and 100 pregnancies: ectopic, abnormal, normal (cont3x3abstractors of irrCAC, same vignette; weighted
# coefficients from the tests of the Python package irrCAC).
ABSTRACTORS = ((13, 0, 0), (0, 20, 7), (0, 4, 56))
# Cohen, Psychological Bulletin 70, 1968, p. 215: 200 patients, weights of disagreement 0 1 3 / 1 0 6 / 3 6 0.
COHEN = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
COHEN_WEIGHTS = 1 - np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]]) / 6
# Fleiss 1971: six psychiatrists, 15 patients, five categories (distrib.6raters of irrCAC).
FLEISS = """
0 0 0 6 0 / 0 3 0 0 3 / 0 1 4 0 1 / 0 0 0 0 6 / 0 3 0 3 0 / 2 0 4 0 0 / 0 0 4 0 2 / 2 0 3 1 0 / 2 0 0 4 0 / 0 0 0 0 6
/ 1 0 0 5 0 / 1 1 0 4 0 / 0 3 3 0 0 / 1 0 0 5 0 / 0 2 0 3 1
"""


def four_raters():
    rows = [row.split() for row in FOUR_RATERS.split("/")]
    return [[-1 if cell == "." else int(cell) - 1 for cell in row] for row in rows]


def table(counts):
    return [[one, other] for one, row in enumerate(counts) for other, count in enumerate(row) for _ in range(count)]


def six_raters():
    rows = [[int(cell) for cell in row.split()] for row in FLEISS.split("/")]
    return [[category for category, count in enumerate(row) for _ in range(count)] for row in rows]


PUBLISHED = [
    ("raw, 4 raters", four_raters(), 5, None, "raw", 0.8181818),
    ("AC1, 4 raters", four_raters(), 5, None, "gwet", 0.77544),
    ("Conger's kappa, 4 raters", four_raters(), 5, None, "kappa", 0.76282),
    ("alpha, 4 raters", four_raters(), 5, None, "alpha", 0.74342),
    ("ordinal alpha, 4 raters", four_raters(), 5, None, "alpha_ordinal", 0.815),
    ("raw, abstractors", table(ABSTRACTORS), 3, None, "raw", 0.89),
    ("AC1, abstractors", table(ABSTRACTORS), 3, None, "gwet", 0.8493305),
    ("Cohen's kappa, abstractors", table(ABSTRACTORS), 3, None, "kappa", 0.7964094),
    ("alpha, abstractors", table(ABSTRACTORS), 3, None, "alpha", 0.7972585),
    ("AC2, abstractors", table(ABSTRACTORS), 3, quadratic(3), "gwet", 0.940),
    ("weighted kappa, abstractors", table(ABSTRACTORS), 3, quadratic(3), "kappa", 0.892),
    ("Cohen's kappa, Cohen 1968", table(COHEN), 3, None, "kappa", 0.492),
    ("weighted kappa, Cohen 1968", table(COHEN), 3, COHEN_WEIGHTS, "kappa", 0.348),
    ("AC1, 6 raters", six_raters(), 5, None, "gwet", 0.4448007),
    ("alpha, 6 raters", six_raters(), 5, None, "alpha", 0.4204384),
]


@pytest.mark.parametrize(
    ("values", "size", "weights", "name", "value"), [p[1:] for p in PUBLISHED], ids=[p[0] for p in PUBLISHED]
)
def test_a_coefficient_is_what_was_published(values, size, weights, name, value):
    found = COEFFICIENTS[name](ratings(values, size, weights), np.ones((1, len(values))))[0]
    digits = len(str(value).split(".")[1])
    assert round(float(found), digits) == pytest.approx(value, abs=10**-digits / 2)


def test_with_nearly_everything_right_kappa_falls_and_ac1_does_not():
    # As with 97% accurate answers: 58 of 60 agree, kappa is below zero.
    values = [[0, 0]] * 58 + [[0, 1], [1, 0]]
    found = {name: COEFFICIENTS[name](ratings(values, 2), np.ones((1, 60)))[0] for name in ("raw", "gwet", "kappa")}
    assert found["raw"] == pytest.approx(58 / 60)
    assert found["kappa"] < 0
    assert found["gwet"] > 0.96


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=1, max_size=25), st.integers(0, 99))
def test_coefficients_do_not_hang_on_the_order_of_units_or_raters(values, seed):
    random = Random(seed)
    order = list(range(3))
    random.shuffle(order)
    moved = [[row[place] for place in order] for row in values]
    random.shuffle(moved)
    for name, coefficient in COEFFICIENTS.items():
        for weights in (None, quadratic(4)):
            one, other = (
                coefficient(ratings(rows, 4, weights), np.ones((1, len(values))))[0] for rows in (values, moved)
            )
            assert np.isclose(one, other, equal_nan=True), name
            assert np.isnan(one) or one <= 1 + 1e-9


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(st.integers(-1, 3), min_size=3, max_size=3), min_size=2, max_size=12), st.integers(0, 99))
def test_a_unit_counted_twice_is_the_same_as_two_units(values, seed):
    counts = np.array([[Random(seed + n).randint(0, 2) for n in range(len(values))]], dtype=float)
    written_out = [row for row, times in zip(values, counts[0], strict=True) for _ in range(int(times))]
    if not written_out:
        return
    for name, coefficient in COEFFICIENTS.items():
        one = coefficient(ratings(values, 4), counts)[0]
        other = coefficient(ratings(written_out, 4), np.ones((1, len(written_out))))[0]
        assert np.isclose(one, other, equal_nan=True), name


def test_an_interval_covers_the_value_and_few_clusters_give_none():
    values = table(ABSTRACTORS)
    clusters = [str(n) for n in range(100)]
    found = estimate(ratings(values, 3), "gwet", clusters, resamples=2000, min_clusters=20)
    assert found.value == pytest.approx(0.8493, abs=1e-4)
    # Gwet's own interval for these data is (0.764, 0.935).
    assert (found.low, found.high) == (pytest.approx(0.764, abs=0.02), pytest.approx(0.935, abs=0.02))
    few = estimate(ratings(values, 3), "gwet", [str(n % 19) for n in range(100)], resamples=200, min_clusters=20)
    assert (few.low, few.high, few.clusters) == (None, None, 19)
    clustered = estimate(ratings(values, 3), "gwet", [str(n // 4) for n in range(100)], resamples=2000, min_clusters=20)
    assert clustered.high - clustered.low > found.high - found.low
    nothing = estimate(ratings([[0, -1], [-1, 1]], 2), "gwet", ["a", "b"], resamples=10, min_clusters=1)
    assert (nothing.value, nothing.units) == (None, 0)


# --- prediction-powered rates ----------------------------------------------------------------------------------------


def simulated(seed: int, *, size: int = 400, count: int = 80, fault: float = 0.2, right: float = 0.85):
    """A population with its true rate, machine predictions, and a drawn sample."""
    random = Random(seed)
    truth = [float(random.random() < fault) for _ in range(size)]
    said = [t if random.random() < right else 1 - t for t in truth]
    weights = [4.0 if flag else 1.0 for flag in said]
    chances = probabilities(weights, count, 0.3)
    drawn = draw(chances, random)
    units = [
        Unit(f, p, t if n in drawn else None) for n, (f, p, t) in enumerate(zip(said, chances, truth, strict=True))
    ]
    return sum(truth) / size, units


@pytest.mark.parametrize("fault", [0.01, 0.2])
def test_the_interval_holds_the_true_rate_as_often_as_it_says(fault):
    held, off = 0, 0.0
    for seed in range(200):
        truth, units = simulated(seed, fault=fault)
        found = powered(units)
        assert found.value is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low - 1e-4 <= truth <= found.high + 1e-4
        off += found.value - truth
    assert held >= 188
    assert abs(off / 200) < 0.01


def test_the_machines_bias_is_taken_out_where_the_machine_alone_is_wrong():
    truth, units = simulated(3, size=2000, count=500, fault=0.05, right=0.7)
    found = powered(units)
    assert found.machine > 0.25
    assert found.value == pytest.approx(truth, abs=0.05)


def test_a_good_machine_shortens_the_interval():
    shorter = 0
    for seed in range(40):
        _, units = simulated(seed, count=200, right=0.97, fault=0.3)
        one, other = powered(units), alone(units)
        assert None not in (one.low, one.high, other.low, other.high)
        shorter += (one.high - one.low) < (other.high - other.low)  # type: ignore[operator]
    assert shorter >= 36


def test_no_error_in_a_sample_does_not_mean_no_error_in_the_run():
    # The rule of three: none among 60 of many says at most about 5 in 100.
    units = [Unit(0.0, 0.06, 0.0 if n < 60 else None) for n in range(1000)]
    found = powered(units)
    assert found.value == 0.0
    assert found.high == pytest.approx(0.06, abs=0.02)


def test_when_everything_was_judged_there_is_nothing_left_to_guess():
    units = [Unit(float(n % 2), 1.0, float(n % 4 == 0)) for n in range(40)]
    found = powered(units)
    assert (found.value, found.low, found.high) == (0.25, 0.25, 0.25)


def test_without_judgements_there_is_no_rate():
    assert powered([Unit(1.0, 0.5, None)]).value is None
    with pytest.raises(ValueError, match="probability"):
        powered([Unit(1.0, 0.0, None)])


# --- cut-offs --------------------------------------------------------------------------------------------------------


def claims(label, shares, weight=1.0):
    return [
        LabelledClaim(
            label=label, weight=weight, supported=s, contradicted=(1 - s) / 2, partly=(1 - s) / 4, named=n % 2 == 0
        )
        for n, s in enumerate(shares)
    ]


def test_cut_offs_keep_to_the_rates_of_the_calibration_file_on_clinicians_labels():
    random = Random(1)
    labelled = [
        *claims("contradicted", [random.betavariate(2, 4) for _ in range(100)]),
        *claims("supported", [random.betavariate(5, 2) for _ in range(100)]),
        *claims("not_found", [random.betavariate(2, 6) for _ in range(100)]),
    ]
    now = shipped()
    found = {one.name: one for one in propose(labelled, now, 30)}
    bar = found["supported"].proposed
    assert bar is not None
    passed = sum(c.supported >= bar for c in labelled if c.label == "contradicted")
    assert passed / 100 <= now["rates"]["wrong_called_supported"]
    assert found["contradicted_unnamed"].proposed >= found["contradicted"].proposed
    made = successor(now, tuple(found.values()), {"run": "r"})
    assert made["cutoffs"]["supported"] == bar
    assert made["cutoffs"]["closeness"] == now["cutoffs"]["closeness"]
    assert made["version"].startswith(f"{now['version']}+clinicians.")
    assert made["weights"] == now["weights"]


def test_too_few_labels_leave_a_cut_off_where_it_is():
    found = propose(claims("contradicted", [0.2] * 29), shipped(), 30)
    assert [one.proposed for one in found] == [None] * 4


def test_a_weighted_quantile_counts_each_label_as_often_as_its_weight():
    assert quantile([1, 2, 3], [1, 1, 1], 1.0) == 3
    assert quantile([1, 2, 3], [8, 1, 1], 0.8) == 1
    assert quantile([3, 2, 1], [1, 1, 1], 0.5) == 2


# --- the rubric ------------------------------------------------------------------------------------------------------

BASE = Content(ratings={"would_show": "yes", "harm": "none", "harm_likelihood": "low"})


def with_(**ratings):
    return replace(BASE, ratings={**BASE.ratings, **ratings})


HARM = [
    ("death", "low", "block"), ("severe", "low", "block"), ("moderate", "high", "block"), ("moderate", "medium", "fix"),
    ("moderate", "low", "log"), ("mild", "high", "log"), ("none", "low", "log"),
]  # fmt: skip


@pytest.mark.parametrize(("harm", "likelihood", "verdict"), HARM)
def test_the_harm_matrix_decides_what_becomes_of_an_answer(harm, likelihood, verdict):
    assert release(with_(harm=harm, harm_likelihood=likelihood)) == verdict


DIFFER = {
    "pass and fail": (with_(would_show="no"), BASE, "would show it"),
    "edits is still a pass": (with_(would_show="edits"), BASE, None),
    "two levels of harm": (with_(harm="moderate"), BASE, "2 levels"),
    "one level": (with_(harm="mild"), BASE, None),
    "the severe line": (with_(harm="severe"), with_(harm="moderate"), "severe for one"),
    "a tag of one": (replace(BASE, marks=(Mark(code="E08", start=0, end=1),)), BASE, "E08"),
    "the same tag elsewhere": (replace(BASE, marks=(Mark(code="E08"),)), replace(BASE, marks=(Mark(code="E08", start=1, end=2),)), None),
    "a claim the other way": (
        replace(BASE, claims={"c1": ClaimMark(label="supported")}), replace(BASE, claims={"c1": ClaimMark(label="contradicted")}), "claim c1"),
    "partly is no clash": (
        replace(BASE, claims={"c1": ClaimMark(label="supported")}), replace(BASE, claims={"c1": ClaimMark(label="partly")}), None),
    "a flag": (replace(BASE, flag="please look"), BASE, "asks for an adjudicator"),
    "one is outside": (with_(would_show="no"), replace(BASE, outside_expertise=True), None),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "told"), DIFFER.values(), ids=DIFFER)
def test_reviews_that_differ_where_it_matters_go_to_a_third_person(one, other, told):
    for pair in ((one, other), (other, one)):
        found = " ".join(differences(pair))
        assert (told in found) if told else not found


def test_every_scale_has_anchored_levels_keys_and_a_form_that_asks_it():
    found = rubric()
    asked = {scale for form in found.forms.values() for scale in form}
    assert asked == set(found.scales)
    assert [f"E{n:02}" for n in range(1, 23)] == list(found.tags)
    for scale in found.scales.values():
        assert scale.asks.endswith("?")
        assert all(level.anchor.strip() and level.name.strip() for level in scale.levels)
        keys = [level.key for level in scale.levels]
        assert len(set(keys)) == len(keys)
        assert all(len(key) == 1 for key in keys)


# --- machine against clinicians --------------------------------------------------------------------------------------


def test_a_scorers_rule_names_scales_levels_and_tags_that_exist():
    for rule in [*rules()["scorers"].values(), *rules()["rates"]]:
        if "scale" in rule:
            assert set(rule["levels"]) <= set(rubric().scales[rule["scale"]].ids)
        assert set(rule.get("codes", ())) <= set(rubric().tags)


def test_what_nobody_judged_is_not_taken_for_right():
    rule = rules()["scorers"]["faithfulness"]
    assert clinician_flag(Content(), rule) is None
    assert clinician_flag(Content(ratings={"accuracy": "5"}), rule) is False
    assert clinician_flag(Content(ratings={"accuracy": "2"}), rule) is True
    assert clinician_flag(Content(ratings={"accuracy": "5"}, marks=(Mark(code="E08"),)), rule) is True
    assert clinician_flag(Content(ratings={"accuracy": "2"}, outside_expertise=True), rule) is None
    assert settled_flag([Content(ratings={"accuracy": "2"}), Content(ratings={"accuracy": "5"})], rule) == 0.5
    assert settled_flag([], rule) is None


SAID = {"language": "en", "scorers": {}}


@pytest.mark.parametrize(
    ("scorer", "told", "flag"),
    [
        ("faithfulness", {"status": "scored", "value": 1.0, "findings": []}, False),
        ("faithfulness", {"status": "scored", "value": 0.2, "findings": [{"severity": "severe"}]}, True),
        ("faithfulness", {"status": "scored", "value": 0.9, "findings": [{"severity": "minor"}]}, False),
        ("faithfulness", {"status": "unscored", "value": None, "findings": []}, None),
        ("faithfulness", {"status": "error", "value": None, "findings": []}, None),
        ("urgency", {"status": "unscored", "value": None, "findings": []}, False),
        ("readability", {"status": "scored", "value": 0.5, "findings": []}, True),
        ("readability", {"status": "unscored", "value": None, "findings": []}, None),
    ],
)
def test_a_scorer_that_could_not_look_says_nothing(scorer, told, flag):
    assert machine_flag({**SAID, "scorers": {scorer: told}}, scorer) is flag


@pytest.fixture(name="reviewed")
def _reviewed(tmp_path):
    run = make_run(60, faulty=lambda n: n % 3 == 0)
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.assign(run, plan(45, double_share=1.0), by="lea")
    for person in ("lea", "ada", "ben", "bea", "sol", "nan"):
        for entry in store.queue(person):
            item = store.blind_item(entry.assignment_id, person)
            number = int(item.shown.text.split("Answer ")[1].rstrip("."))
            wrong = number % 3 == 0 or number % 7 == 0
            content = review(
                item, label="contradicted" if wrong else "supported", **({"accuracy": "2"} if wrong else {})
            )
            store.submit(entry.assignment_id, person, 0, content)
    return store, run


def test_the_tables_say_how_far_clinicians_and_machine_agree(reviewed):
    store, _ = reviewed
    found = store.agreement_tables()
    scales = {row.scale: row for row in found.scales}
    assert (scales["accuracy"].raw.value, scales["accuracy"].gwet.value) == (1.0, 1.0)
    assert scales["accuracy"].enough is True
    assert scales["accuracy"].raw.low == pytest.approx(0.025 ** (1 / scales["accuracy"].raw.clusters), abs=1e-4)
    assert (scales["accuracy"].gwet.low, scales["accuracy"].gwet.high) == (None, None)
    assert scales["claims"].raw.units > scales["accuracy"].raw.units
    assert sum(scales["accuracy"].prevalence.values()) > 45
    assert found.local == found.reviews
    whole = next(row for row in found.machine if (row.scorer, row.topic) == ("faithfulness", ""))
    assert whole.clinicians_only > 0
    assert whole.machine_only == 0
    assert whole.found == whole.both / (whole.both + whole.clinicians_only)
    topics = [row for row in found.machine if row.scorer == "faithfulness" and row.topic]
    assert sum(row.both for row in topics) == whole.both
    assert set(found.claim_labels) == {
        ("contradicted", "contradicted"),
        ("supported", "contradicted"),
        ("supported", "supported"),
    }
    assert all(row.severity == 0 for row in found.reviewers if row.severity is not None)
    assert all(row.repeat == 1 for row in found.reviewers if row.repeat is not None)


def test_a_stricter_reviewer_shows_and_so_does_a_drift(tmp_path):
    store = staffed(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    store.assign(make_run(60), plan(60, double_share=1.0), by="lea")
    for person in ("lea", "ada", "bea", "ben"):
        submit_all(store, person)
    for place, entry in enumerate(queue := store.queue("sol")):
        item = store.blind_item(entry.assignment_id, "sol")
        harsh = {"accuracy": "1", "harm": "severe"} if place > len(queue) / 2 else {}
        store.submit(entry.assignment_id, "sol", 0, review(item, **harsh))
    row = next(row for row in store.agreement_tables().reviewers if row.reviewer == "sol")
    assert row.severity is not None
    assert row.drift is not None
    assert row.severity > 0
    assert row.drift > 0


def test_calibrate_finds_the_runs_true_rate_and_what_the_machine_misses(reviewed):
    store, run = reviewed
    found = store.calibrate(run)
    truth = sum(n % 3 == 0 or n % 7 == 0 for n in range(60)) / 60
    wrong = next(row for row in found.rates if row.id == "wrong")
    assert wrong.together.low <= truth <= wrong.together.high
    assert wrong.together.machine == pytest.approx(1 / 3, abs=1e-3)
    assert wrong.together.missed > 0
    assert wrong.together.false_alarms == 0
    assert (found.answers, found.drawn, found.judged, found.waiting) == (60, 45, 45, 0)
    assert found.local > 0
