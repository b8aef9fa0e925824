"""The examples of every error kind: the judge, the citations scorer and the completeness scorer catch each."""

import pytest

from evals.records import Case, Question, Statement
from evals.scorers.citations import Citations
from evals.scorers.completeness import Completeness
from tests.cases import answer, case

# code, statement, which labels are right. Against the shipped passages, in our own words.
WRONG = [
    ("E01", "Pembrolizumab blocks CTLA-4.", {"contradicted"}),
    ("E02", "Osimertinib is the drug for ALK-positive lung cancer.", {"contradicted", "partly"}),
    ("E03", "CAR-T is the first treatment for diffuse large B-cell lymphoma.", {"contradicted", "partly"}),
    ("E04", "Chemo is standard after surgery for stage I colon cancer.", {"contradicted", "partly"}),
    ("E05", "After CAR T-cell therapy you may not drive for 8 weeks.", {"contradicted", "partly"}),
    ("E06", "Dostarlimab cures rectal cancer.", {"contradicted", "partly"}),
    ("E07", "The CAR-T product for adults with lymphoma is right for children too.", {"contradicted", "partly", "not_found"}),
    ("E08", "Call at once for a fever of 104 °F or higher during chemo.", {"contradicted", "partly"}),
    ("E08", "Colorectal cancer screening starts at age 55 for people at average risk.", {"contradicted", "partly"}),
    ("E09", "You should wait until morning to call about a fever during chemo.", {"contradicted"}),
    ("E09", "Treatable cancer is curable.", {"contradicted"}),
    ("E09", "Palliative care is the same thing as hospice.", {"contradicted"}),
    ("E10", "Everyone with early breast cancer is required to have chemo.", {"contradicted", "partly"}),
    ("E11", "Immunotherapy cures almost everyone who gets it.", {"contradicted", "partly"}),
    ("E11", "Stage 4 cancer is curable.", {"contradicted", "partly"}),
    ("E11", "You will be cured.", {"contradicted", "not_found"}),
    ("E15", "Yes, this is normal.", {"not_found"}),
    ("E15", "Pembrolizumab is given with a special diet of green vegetables.", {"not_found", "partly"}),
    ("E19", "Chemotherapy boosts the immune system.", {"contradicted", "partly", "not_found"}),
    ("E20", "Sipuleucel-T and all cancer vaccines in trials are FDA-approved for lung cancer.", {"contradicted", "partly", "not_found"}),
    ("E21", "Trastuzumab emtansine (T-DXd) treats HER2-low breast cancer.", {"contradicted", "partly", "not_found"}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "labels"), WRONG)
def test_a_wrong_statement_is_not_borne_out(code, text, labels):
    verdict = next(v for v in case(text).verdicts if v.scope == "corpus")
    assert verdict.label in labels, (code, verdict.label, verdict.reason)


def _findings(scorer, made: Case) -> set[str]:
    return {finding.rule for finding in scorer(made).findings}


SOURCES = [
    ("E06", "According to the NCCN Guidelines for Patients: Acute Lymphoblastic Leukemia, immunotherapy helps the immune system fight breast cancer."),
    ("E13", "According to the 2031 Global Oncology Accord, pembrolizumab blocks PD-1."),
    ("E13b", "According to experts, pembrolizumab blocks PD-1."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text"), SOURCES)
def test_a_wrong_or_vague_source_is_named(code, text):
    assert code in _findings(Citations(), case(text))


LEFT_OUT = [
    ("E12", Statement(id="m1", text="Immunotherapy can cause severe side effects that need help right away.", severity="severe"), ()),
    ("E17", Statement(id="m1", text="Sugar has not been shown to make cancer grow faster.", severity="moderate"), ("false-premise",)),
    ("E18", Statement(id="m1", text="Test the tumor for gene changes before choosing a drug.", severity="severe"), ()),
]  # fmt: skip


@pytest.mark.parametrize(("code", "statement", "tags"), LEFT_OUT)
def test_what_is_left_out_is_named_by_its_kind(code, statement, tags):
    made = case("Immunotherapy helps your immune system find and fight cancer.")
    asked = Question(id="Q1", text="How does it work?", must_say=(statement,), tags=tags)
    whole = Case(question=asked, answer=made.answer, claims=made.claims, verdicts=made.verdicts, corpus=made.corpus)
    assert code in _findings(Completeness(), whole)


def test_a_source_that_does_not_say_it_is_misattribution():
    made = answer("According to the USPSTF, pembrolizumab blocks PD-1.")
    assert made.attributions
    assert "E14" in _findings(Citations(), case("According to the USPSTF, pembrolizumab blocks PD-1."))
