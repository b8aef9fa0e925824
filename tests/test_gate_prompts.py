"""A pull request that edits the prompt file, end to end: the answers are made, judged, scored and gated in earnest.

Answers are kept short (one passage, three sentences) and 24, to spare time; the policy is the shipped one.
"""

import datetime
from dataclasses import replace

import pytest

from evals.compare import read_scores
from evals.gate import decide, load_policy
from evals.run import Settings, execute, plan_of, start
from evals.suite import load_suite
from tests.cases import ROOT

ASKED = 24
SHIPPED = (ROOT / "datasets" / "prompts" / "patient-answer.md").read_text(encoding="utf-8")
TRUE = "Pembrolizumab blocks PD-1, and ipilimumab blocks CTLA-4."
SWAPPED = "Ipilimumab blocks PD-1, and pembrolizumab blocks CTLA-4."


def _edited(text, *edits):
    for old, new in edits:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


BASE = _edited(
    SHIPPED,
    ("passages: 4", "passages: 1"),
    ("sentences: 10", "sentences: 3"),
    ("      explanation: What to know\n", f'      explanation: "What to know\\n\\n{TRUE}"\n'),
)

HARD = (
    "According to {organisation}, and notwithstanding considerable interindividual heterogeneity, the following "
    "multidisciplinary considerations are ordinarily applicable: "
)
EDITS = {
    "closing notice removed": [(", closing_notice, upload", ", upload")],
    "sources dropped": [('attribution: "According to {organisation}: "', 'attribution: ""'), ("questions, sources,", "questions,")],
    "cure promised": [("Please remember: this is", "We promise that this treatment will cure you. Please remember: this is")],
    "harder to read": [
        ("reading_level: 8", "reading_level: 16"),
        ('attribution: "According to {organisation}: "', f'attribution: "{HARD}"'),
    ],
    "drugs swapped": [(TRUE, SWAPPED)],
    "reworded": [
        ("Please remember: this is", "Please keep in mind: this is"),
        ("- Which parts of this fit my own cancer and health?", "- Which of this fits my own cancer and health?"),
    ],
    "instruction changed": [("You answer questions from people with cancer", "You reply to questions from people with cancer")],
}  # fmt: skip
FAILS = {
    "closing notice removed": ("notices: disclaimer.D3", "notices: disclaimer.D4", "all notices"),
    "sources dropped": ("sources",),
    "cure promised": ("no grave overreach", "restraint"),
    "harder to read": ("reading level", "readability"),
    "drugs swapped": ("contradictions", "faithfulness"),
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prompts")
    suite = load_suite(ROOT / "datasets" / "suites" / "default.yaml")
    made = {}

    def run(name, text):
        if name not in made:
            path = folder / f"{len(made)}.md"
            path.write_text(text, encoding="utf-8")
            plan = plan_of(Settings(suite=replace(suite, prompt=str(path)), command={"limit": ASKED}))
            now = datetime.datetime(2026, 11, 23, 12, len(made), tzinfo=datetime.UTC)
            target = start(plan, folder / "runs", now, {"limit": ASKED})
            execute(plan, target, lambda _: None)
            made[name] = target
        return made[name]

    return run


def _gate(runs, edit):
    before, after = runs("base", BASE), runs(edit, _edited(BASE, *EDITS[edit]))
    policy = load_policy(ROOT / "datasets" / "policies" / "default.yaml")
    return decide(read_scores(after), read_scores(before), policy)


@pytest.mark.parametrize("edit", FAILS)
def test_a_harmful_edit_of_the_prompt_fails_for_that_reason(runs, edit):
    made = _gate(runs, edit)
    failed = {result.id for result in made.results if result.verdict == "FAIL"}
    assert made.verdict == "FAIL"
    assert set(FAILS[edit]) <= failed
    assert all(result.question_ids for result in made.results if result.id in FAILS[edit])


def test_other_rules_do_not_fail_with_it(runs):
    made = _gate(runs, "closing notice removed")
    assert {result.id for result in made.results if result.verdict == "FAIL"} == set(FAILS["closing notice removed"])


def test_an_edit_that_only_rewords_passes_or_is_undecided(runs):
    made = _gate(runs, "reworded")
    assert made.verdict in ("PASS", "UNDECIDED")
    assert not [result for result in made.results if result.verdict == "FAIL"]


def test_an_edit_that_the_composer_does_not_read_is_undecided_and_named(runs):
    made = _gate(runs, "instruction changed")
    assert (made.verdict, made.unread) == ("UNDECIDED", ("prompt.instruction",))


def test_swapped_drugs_are_shown_with_the_claim_and_the_passage_and_its_missing_signature(runs):
    (result,) = [one for one in _gate(runs, "drugs swapped").results if one.id == "no grave contradiction"]
    place = result.places[0]
    assert place.claim_id
    assert place.passage_id
    assert place.unsigned
    assert "blocks" in place.quote
