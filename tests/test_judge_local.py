"""The offline judge: what it bears out, what it catches, and that nothing around a claim changes its verdict."""

import random

import pytest

from evals.judges.verifier.quantities import find_quantities
from evals.records import Claim
from tests.cases import ROOT, answer, corpus, judge


def _verdict(text, scope="corpus"):
    claim = Claim(claim_id="c1", start=0, end=len(text), claim_text=text, kind="fact", severity="moderate")
    return next(v for v in judge()(answer(text), (claim,), ()) if v.scope == scope)


BORNE_OUT = [
    "Pembrolizumab blocks PD-1.",
    "A fever of 100.4 °F (38.0 °C) or higher during chemo is an emergency.",
    "Do not wait for morning to call.",
    "A positive HPV test is not cancer.",
    "External beam radiation does not make you radioactive.",
]

CAUGHT = [
    ("Pembrolizumab blocks CTLA-4.", "E01", "PD-1"),
    ("A fever of 104 °F or higher during chemo is an emergency.", "E08", "104 °F"),
    ("A fever of 39.5 °C or higher during chemo is an emergency.", "E08", "39.5 °C"),
    ("External beam radiation makes you radioactive.", "E09", "not"),
    ("A positive HPV test is cancer.", "E09", "not"),
    ("The USPSTF recommends a mammogram every year from age 40 to 74.", "E08", "year"),
]


@pytest.mark.parametrize("text", BORNE_OUT)
def test_a_true_statement_is_supported_by_a_passage_that_says_so(text):
    verdict = _verdict(text)
    assert verdict.label == "supported", verdict.reason
    assert verdict.passage_id is not None


@pytest.mark.parametrize(("text", "code", "reason"), CAUGHT)
def test_a_changed_fact_is_contradicted_with_its_code_and_the_reason(text, code, reason):
    verdict = _verdict(text)
    assert (verdict.label, verdict.code) == ("contradicted", code), verdict.reason
    assert reason in verdict.reason


def test_what_was_once_so_is_called_out_of_date():
    verdict = _verdict("The drug label says a DPYD test is not needed before you start.")
    assert (verdict.label in {"contradicted", "partly"}, verdict.code) == (True, "E05"), verdict.reason
    assert "out of date" in verdict.reason


def test_100_4_fahrenheit_and_38_celsius_are_the_same():
    assert _verdict("A fever of 38 °C or higher during chemo is an emergency.").label == "supported"


def test_a_statement_on_something_else_is_not_found_and_not_called_wrong():
    verdict = _verdict("The hospital garden opens on Sunday afternoons in summer.")
    assert (verdict.label, verdict.passage_id) == ("not_found", None)


def test_an_absolute_word_the_passage_does_not_use_is_only_partly_borne_out():
    verdict = _verdict("Hormone therapy always helps hormone-receptor positive breast cancer after surgery.")
    assert verdict.label != "supported"


def test_evidence_spans_lie_in_their_passage():
    for passage in list(corpus().passages.values())[:20]:
        sentence = passage.text[passage.sentences[0].start : passage.sentences[0].end]
        verdict = _verdict(sentence)
        assert verdict.label == "supported"
        found = corpus().passages[verdict.passage_id].text
        assert 0 <= verdict.evidence_start < verdict.evidence_end <= len(found)


def test_verdicts_do_not_depend_on_order_or_neighbours():
    texts = [*BORNE_OUT, *(text for text, _, _ in CAUGHT)]
    claims = [
        Claim(claim_id=f"c{i}", start=0, end=1, claim_text=t, kind="fact", severity="minor")
        for i, t in enumerate(texts)
    ]
    alone = {c.claim_id: judge()(answer("x"), (c,), ()) for c in claims}
    mixed = claims[:]
    random.Random(7).shuffle(mixed)
    together = judge()(answer("x"), tuple(mixed), ())
    for claim in claims:
        assert tuple(v for v in together if v.claim_id == claim.claim_id) == alone[claim.claim_id]


def test_the_given_scope_sees_only_what_the_answer_was_given():
    text = "Pembrolizumab blocks PD-1."
    claim = Claim(claim_id="c1", start=0, end=len(text), claim_text=text, kind="fact", severity="moderate")
    made = answer(text, passages=("P18",))
    verdicts = {v.scope: v.label for v in judge()(made, (claim,), (corpus().passages["P18"],))}
    assert verdicts == {"given": "not_found", "corpus": "supported"}


def test_false_statements_are_mostly_not_called_supported():
    import json

    rows = [json.loads(line) for line in (ROOT / "datasets/faults/false_statements.jsonl").read_text().splitlines()]
    supported = [row["id"] for row in rows if _verdict(row["text"]).label == "supported"]
    # A floor against regressions, not a claim: the figures are printed by benchmarks and stand in the README.
    assert len(supported) <= len(rows) // 5, supported


QUANTITIES = [
    ("A fever of 100.4 °F (38.0 °C)", [("temperature", 38.0), ("temperature", 38.0)]),
    ("every 3 wk.", [("time", 21.0)]),
    ("ages 45 to 75", [("age", 45.0)]),
    ("days 7 to 14", [("time", 7.0)]),
    ("about 2 weeks or 14 days", [("time", 14.0), ("time", 14.0)]),
    ("clears over 80% of it", [("percent", 80.0)]),
    ("CD19, PD-1, T2a, 5-FU and 6-MP", []),
    ("yearly", [("time", 365.25)]),
    ("1,200 mg", [("mass", 1200.0)]),
    ("in November 2025", [("year", 2025.0)]),
]


@pytest.mark.parametrize(("text", "wanted"), QUANTITIES)
def test_numbers_are_read_with_their_units_and_names_are_not_numbers(text, wanted):
    assert [(q.kind, round(q.low, 2)) for q in find_quantities(text)] == wanted
