"""The arithmetic of the benchmarks, and that they run on the data and the judge as they are."""

import itertools
import json
import random
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.faithfulness import domain, pairs, public, reliability, search
from benchmarks.faithfulness.floors import content_words, cutoff_at, overlap, shortness
from benchmarks.faithfulness.part import decimal, percent, table
from benchmarks.faithfulness.statements import Statement, false_statements, reworded_facts
from benchmarks.figures import Ranking, auroc, count, difference, share, wilson
from benchmarks.labelled import matches, owner
from evals.errors import UserError
from evals.load import Flaw
from evals.records import Finding
from tests.cases import ROOT
from training.public import held_out

# --- figures ---------------------------------------------------------------------------------------------------------

RANKED = [
    ([0.9, 0.8, 0.2, 0.1], [True, True, False, False], 1.0),
    ([0.1, 0.2, 0.8, 0.9], [True, True, False, False], 0.0),
    ([0.5, 0.5, 0.5, 0.5], [True, True, False, False], 0.5),
    # Pairs of a true and a false case: 0.9 beats both, 0.5 ties with one and beats one.
    ([0.9, 0.5, 0.5, 0.1], [True, True, False, False], (2 + 0.5 + 1) / 4),
    ([0.3, 0.7], [True, True], None),
    ([0.3, 0.7], [False, False], None),
    ([], [], None),
]


@pytest.mark.parametrize(("scores", "labels", "wanted"), RANKED)
def test_auroc_counts_pairs_in_order_and_ties_half(scores, labels, wanted):
    assert auroc(scores, labels) == wanted


CASES = st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.sampled_from("abcd")), min_size=2, max_size=30).filter(
    lambda cases: len({truth for _, truth, _ in cases}) == 2
)


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_auroc_is_the_share_of_pairs_however_it_is_computed(cases):
    scores, labels, clusters = ([float(s) for s, _, _ in cases], [t for _, t, _ in cases], [c for _, _, c in cases])
    wins = [(a > b) + (a == b) / 2 for (a, t, _), (b, u, _) in itertools.product(cases, cases) if t and not u]
    assert auroc(scores, labels) == pytest.approx(sum(wins) / len(wins))
    ranking = Ranking(scores, labels, clusters)
    once = np.ones((1, len(ranking.names)))
    assert ranking.resampled(once)[0] == pytest.approx(sum(wins) / len(wins))


@settings(max_examples=60, deadline=None)
@given(CASES)
def test_a_cluster_drawn_twice_counts_as_two_copies_of_its_cases(cases):
    ranking = Ranking([float(s) for s, _, _ in cases], [t for _, t, _ in cases], [c for _, _, c in cases])
    first = ranking.names[0]
    copied = [*cases, *(case for case in cases if case[2] == first)]
    weights = np.array([[2.0 if name == first else 1.0 for name in ranking.names]])
    assert ranking.resampled(weights)[0] == pytest.approx(auroc([s for s, _, _ in copied], [t for _, t, _ in copied]))


def _noisy(clusters=40):
    rng = random.Random(3)
    rows = [(f"s{c}", rng.random() < 0.5) for c in range(clusters) for _ in range(5)]
    labels = [truth for _, truth in rows]
    return labels, [truth + rng.gauss(0, 0.5) for truth in labels], [rng.random() for _ in labels], [s for s, _ in rows]


def test_a_better_score_has_a_difference_whose_lower_bound_is_above_zero():
    labels, good, chance, sources = _noisy()
    found = difference(Ranking(good, labels, sources), Ranking(chance, labels, sources))
    assert found.value == pytest.approx((auroc(good, labels) or 0) - (auroc(chance, labels) or 0))
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < found.value < found.high


def test_a_score_beside_itself_has_no_difference_at_all():
    labels, good, _, sources = _noisy()
    one = Ranking(good, labels, sources)
    found = difference(one, one)
    assert (found.value, found.low, found.high) == (0, 0, 0)


def test_the_same_cases_always_give_the_same_interval():
    labels, good, _, sources = _noisy()
    order = list(range(len(labels)))
    random.Random(1).shuffle(order)
    mixed = Ranking([good[i] for i in order], [labels[i] for i in order], [sources[i] for i in order])
    before, after = Ranking(good, labels, sources).estimate(), mixed.estimate()
    assert (before.low, before.high) == pytest.approx((after.low, after.high))


def test_too_few_sources_give_a_difference_without_an_interval():
    labels, good, chance, sources = _noisy(clusters=19)
    found = difference(Ranking(good, labels, sources), Ranking(chance, labels, sources))
    assert (found.low, found.high, found.clusters) == (None, None, 19)


def test_a_difference_needs_the_same_sources_on_both_sides():
    with pytest.raises(ValueError, match="same clusters"):
        difference(Ranking([1.0, 0.0], [True, False], "ab"), Ranking([1.0, 0.0], [True, False], "ac"))


def test_the_wilson_interval_agrees_with_its_formula():
    found, of, z = 29, 34, 1.959963984540054
    p = found / of
    middle, half = p + z * z / (2 * of), z * (p * (1 - p) / of + z * z / (4 * of * of)) ** 0.5
    assert wilson(found, of) == pytest.approx(((middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)))


def test_a_share_of_nothing_is_no_number():
    assert (count(0, 0).share, share({}).share, wilson(0, 0)) == (None, None, (None, None))
    assert (str(share({"P01": []})), percent(None), decimal(None)) == ("none to count", "-", "-")


def test_a_share_has_an_interval_by_cluster_only_with_enough_clusters():
    few = share({f"P{i}": [True, False] for i in range(19)})
    many = share({f"P{i}": [i % 2 == 0] * 2 for i in range(40)})
    assert (few.found, few.of, few.cluster_low) == (19, 38, None)
    assert many.cluster_low is not None
    assert many.low is not None
    # Two of a kind in each cluster: by cluster there are 40 cases, not 80.
    assert many.cluster_low < many.low < 0.5


# --- floors ----------------------------------------------------------------------------------------------------------


def test_word_overlap_is_the_share_of_content_words_found():
    claim = content_words("The drug shrinks tumors in the liver.")
    assert overlap(claim, content_words("Tumors of the liver may shrink.")) == 3 / 4
    assert overlap(content_words("It is not so."), frozenset()) <= 1.0
    assert overlap(frozenset(), frozenset()) == 1.0


def test_what_is_shorter_is_truer_to_the_length_floor():
    assert shortness("Short.") > shortness("Rather longer.")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.floats(0.05, 1))
def test_a_cutoff_lets_at_least_the_share_through_and_is_the_highest_that_does(scores, wanted):
    cutoff = cutoff_at(scores, wanted)
    assert sum(s >= cutoff for s in scores) >= wanted * len(scores) - 1e-9
    higher = [s for s in scores if s > cutoff]
    assert len(higher) < wanted * len(scores)


def test_columns_are_aligned():
    assert table([("a", 1, 22), ("bbb", 10, 3)]) == ("a     1  22", "bbb  10   3")


# --- what is counted -------------------------------------------------------------------------------------------------

FOUND = [
    ((0, 10), (5, 8), "E08", "E08", True),
    ((0, 10), (5, 8), "E08", "E01", True),
    ((0, 5), (5, 8), "E08", "E08", False),
    (None, (5, 8), "E08", "E08", True),
    (None, (5, 8), "E08", "E01", False),
    ((0, 10), None, "E12", "E12", True),
]


@pytest.mark.parametrize(("marked", "labelled", "rule", "wanted", "right"), FOUND)
def test_a_finding_matches_a_flaw_by_its_words_or_else_by_its_rule(marked, labelled, rule, wanted, right):
    start, end = marked or (None, None)
    first, last = labelled or (None, None)
    finding = Finding(rule=rule, severity="moderate", message="m", start=start, end=end)
    assert matches(finding, Flaw(rule=wanted, severity="severe", quote="", note="", start=first, end=last)) is right


def test_a_rule_belongs_to_a_scorer_only_when_the_run_has_it():
    scorers = frozenset({"faithfulness", "citations", "readability"})
    owners = {rule: owner(rule, scorers) for rule in ("E08", "E13b", "E12", "RF04", "R-grade", "R-jargon", "O3", "D1")}
    assert owners == {
        "E08": "faithfulness", "E13b": "citations", "E12": None, "RF04": None, "R-grade": "readability",
        "R-jargon": "readability", "O3": None, "D1": None,
    }  # fmt: skip
    assert owner("E12", frozenset({"completeness"})) == "completeness"
    assert owner("RF04", frozenset({"urgency", "readability"})) == "urgency"


def test_confidences_fall_into_tenths_and_none_is_lost():
    rows = reliability.tenths([(0.0, False), (0.05, False), (0.31, True), (1.0, True), (0.99, False)])
    assert [(row["n"], row["was"]) for row in rows] == [(2, 0.0), (1, 1.0), (2, 0.5)]


def test_the_false_statements_cover_held_out_passages_and_the_others_and_the_facts_only_the_held_out():
    assert {s.held_out for s in false_statements()} == {True, False}
    assert all(fact.held_out for fact in reworded_facts())
    assert len(reworded_facts()) == 150


def test_a_share_of_statements_is_clustered_by_their_passage():
    statements = [Statement(f"s{i}", f"P{i % 2}", text) for i, text in enumerate(["a", "b", "a", "b"])]
    found = domain.shares(statements, lambda text: "supported" if text == "a" else "partly", lambda s: s == "supported")
    assert (found.found, found.of, found.clusters) == (2, 4, 2)


def test_public_data_that_is_not_there_is_said_to_be_skipped():
    part = public.measure(None)
    assert part.figures == {"skipped": "no --data DIR"}
    assert "skipped" in part.lines[0]


def test_a_folder_without_public_data_is_an_error_that_says_so(tmp_path):
    with pytest.raises(UserError, match="faithfulness"):
        list(pairs.tasks(tmp_path))


def test_rows_that_were_trained_on_never_count(tmp_path):
    rows = [
        {"id": f"r{i}", "premise": f"Text {i}.", "hypothesis": f"Claim {i % 150}.", "label": "1", "pmcid": str(i)}
        for i in range(200)
    ]
    (tmp_path / "faithfulness").mkdir()
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "faithfulness" / "some.parquet")
    task = pairs.held_out_task(tmp_path, "some", "Some", key="pmcid", source="pmcid", word="article")
    trained = {row["hypothesis"] for row in rows if not held_out(row["pmcid"])}
    assert task.pairs
    assert all(held_out(pair.source) and pair.hypothesis not in trained for pair in task.pairs)


def test_an_unscored_pair_leaves_the_figures_and_is_counted():
    made = tuple(
        pairs.Pair(f"Text {i} says {word}.", f"It says {word}.", word == "yes", f"s{i}")
        for i, word in enumerate(["yes", "no", "yes", "no"])
    )
    scores = {(p.premise, p.hypothesis): s for p, s in zip(made, [0.9, 0.1, None, 0.2], strict=True)}
    found = public.measure_task(pairs.Task("t", "text", made), scores)
    assert (found["n"], found["unscored"], found["supported"]) == (3, 1, 1)
    assert found["verifier"] == {"value": 1.0, "low": None, "high": None}
    assert found["always_supported"]["value"] == 0.5
    assert found["above_words"]["value"] == pytest.approx(1.0 - found["words"]["value"])


def test_what_either_way_of_search_finds_is_part_of_what_both_find():
    found = search.evidence().find("A fever of 100.4 °F or higher during chemo is an emergency.")
    assert set(search.by_words(found)) | set(search.by_meaning(found)) == set(found)


# --- they run --------------------------------------------------------------------------------------------------------


def test_five_statements_are_judged_beside_the_floors():
    found = domain.measure_group(false_statements()[:3], reworded_facts()[:2])
    wanted = {"local judge", "  as an answer of its own", "always supported", "word overlap", "length"}
    assert all(set(raters) == wanted for raters in found.values())
    assert [next(iter(raters.values())).of for raters in found.values()] == [3, 3, 2, 2]
    assert found["false statements not called supported (wanted: 90% or more)"]["always supported"].found == 0
    assert found["reworded facts supported (wanted: 85% or more)"]["always supported"].found == 2


def _run(*arguments):
    command = [sys.executable, "-m", "benchmarks.faithfulness", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_command_skips_public_data_without_a_folder_and_says_so_as_json():
    done = _run("--part", "public", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["public"]["skipped"] == "no --data DIR"


def test_the_command_refuses_a_folder_that_is_not_there_in_one_line():
    done = _run("--part", "public", "--data", "no/such/folder")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such folder" in done.stderr
    assert "Traceback" not in done.stderr
