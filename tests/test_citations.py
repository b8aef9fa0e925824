"""Named sources: what is known of them, which claims they cover, and what the scorer makes of them."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.citations import cited_passages, library_of, look_up, read_citations
from evals.citations.publisher import no_journal, off_field
from evals.citations.reach import somebody_else, stretch
from evals.citations.registry import bodies, bodies_in
from evals.claims import extract_claims
from evals.lexicons import load_yaml
from evals.records import Case, Passage, Question, Score, Source, Unscored, Verdict
from evals.scorers import make_scorer
from tests.cases import ROOT, answer, case, corpus
from tests.ending import comes_to_an_end

PASSAGES = corpus().passages
SCORER = make_scorer("citations", {})


# --- what is known of a name -----------------------------------------------------------------------------------------

HELD = {
    "CDC": "P19",
    "Centers for Disease Control and Prevention (CDC)": "P22",
    "Centers for Disease Control": "P22",
    'NCI, "Chemotherapy to Treat Cancer"': "P05",
    "National Cancer Institute, cancer.gov": "P05",
    "NCI: Chemotherapy to Treat Cancer. Our summary is current as of 2026-11-23": "P05",
    "National Cancer Institute (cancer.gov), Clinical Trials Information for Patients": "P14",
    "USPSTF, Lung Cancer: Screening, 2021": "P32",
    "U.S. Preventive Services Task Force": "P33",
    "American Cancer Society, lung cancer screening guideline, 2023": "P32",
    "ASCO, palliative care guideline, 2024": "P18",
    "NCCN Guidelines for Patients: Pediatric ALL": "P66",
    "NCCN patient book on multiple myeloma": "P73",
    "NCCN Guidelines for Patients: Kidney Cancer, 2026": "P52",
    "FDA label for capecitabine (boxed warning, October 2025)": "P27",
    "Xeloda label": "P27",
    "FDA Safety Communication on CAR T-cell therapies, June 26, 2025": "P04",
    "PDQ summary on pancreatic cancer": "P57",
    "HRSA": "P34",
    "OncoLink": "P19",
}
KNOWN = [
    "ESMO",
    "European Society for Medical Oncology, early breast cancer guideline, 2024",
    "NCCN Guidelines for Patients: Mesothelioma: Pleural",
    "NCCN Guidelines for Patients: Waldenström Macroglobulinemia",
    "AJCC Cancer Staging Manual, 8th edition",
    "WHO Classification of Tumours, 5th edition",
    "CDC, Epidemiology and Prevention of Vaccine-Preventable Diseases, 14th edition",
    "USPSTF, Skin Cancer: Screening, 2023",
    "Mayo Clinic",
    "NHS",
    "NICE guideline NG12",
    "Blue Cross",
    "Cochrane",
    "American Thyroid Association guidelines (2015)",
    "Healthy People 2030, HHS",
    "The Lancet Oncology, 2019",
    "Medicare",
    "WebMD",
    "NCI, What Music Does for Mood",
]
UNCHECKABLE = [
    "Dr. Ana Ruiz", "the KEYNOTE-522 trial", "CheckMate 067", "Okafor et al., 2019", "NCT04165772", "Lee and colleagues",
    "DESTINY-Breast04", "doi:10.1000/182", "Okafor 2020",
]  # fmt: skip
IMPOSSIBLE = [
    "NCCN Guidelines for Patients: Breast Cancer, Version 2.2031",
    "ASCO guideline on lung cancer, 2035",
    "USPSTF, Breast Cancer: Screening, 1962",
    "NCCN Guidelines, 1980",
    "NCCN Guidelines for Patients: Keto Diet",
    "NCCN Guidelines for Patients: Alkaline Water and Crystals",
    "NCCN patient book on coffee enemas",
    "USPSTF, Thermal Detox Drinks",
    "CDC Leukemia Diet Handbook (2nd edition, 2024)",
    "NCCN-FDA Joint Code on Trial Consent",
    "FDA Oncology Rules, version 3.2024",
    "NCI Charter of Tumor Foods",
    "SITC Immune Eating Almanac",
    "ASCO Bible of Infusions",
    "NCCN-ASCO Unified Immunotherapy Mandate 2023",
    "USPSTF, Brain Tumor: Screening, 2022",
]
UNKNOWN_DOCUMENT = [
    "Harcourt-Bell Integrative Breast Guideline (3rd edition, 2021)",
    "Meridian Oncology Handbook",
    "Global Tumor Consensus Statement 2024",
    "Journal of Natural Tumor Science",
    "Pan-Atlantic Remission Protocol, version 4.2",
]
UNKNOWN_BODY = [
    "Lindqvist Institute of Cell Repair",
    "World Federation of Natural Oncologists",
    "Northgate Wellness Council",
    "National Comprehensive Cancer Institute",
    "Royal Society of Tumor Vitality",
]


@pytest.mark.parametrize(("name", "passage"), HELD.items())
def test_a_name_leads_to_the_passages_that_rest_on_it(name, passage):
    standing = look_up(name, library_of(PASSAGES))
    assert standing.kind == "held", standing
    assert passage in standing.passages


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "known") for name in KNOWN),
        *((name, "uncheckable") for name in UNCHECKABLE),
        *((name, "impossible") for name in IMPOSSIBLE),
        *((name, "unknown_document") for name in UNKNOWN_DOCUMENT),
        *((name, "unknown_body") for name in UNKNOWN_BODY),
    ],
)
def test_a_name_is_known_or_the_reason_it_cannot_be_is_told(name, kind):
    standing = look_up(name, library_of(PASSAGES))
    assert standing.kind == kind, standing
    assert bool(standing.problem) == (kind in {"impossible", "unknown_document", "unknown_body"})
    assert not standing.passages


@pytest.mark.parametrize("source", sorted({(s.organisation, s.document) for p in PASSAGES.values() for s in p.sources}))
def test_every_source_of_the_corpus_is_found_under_its_own_name(source):
    standing = look_up(": ".join(source), library_of(PASSAGES))
    assert standing.kind == "held", standing


def test_a_document_is_not_taken_for_another_of_its_body():
    library = library_of(PASSAGES)
    assert look_up("NCI, Cancer Staging", library).passages == {"P09"}
    assert "P05" not in look_up("NCCN Guidelines for Patients: Melanoma", library).passages
    assert look_up("NCI, CAR T Cells", library).kind == "known"


def test_a_corpus_makes_its_own_publishers_known():
    own = Passage(
        id="X1", title="Ward rules", text="Wash hands.", as_of="2026-01-01",
        sources=(Source(id="s", organisation="Elm Street Clinic", document="Ward Handbook", version="2026"),),
    )  # fmt: skip
    name = "Elm Street Clinic, Ward Handbook (2nd edition)"
    assert look_up(name, library_of({"X1": own})).passages == {"X1"}
    assert look_up(name, library_of(PASSAGES)).kind == "unknown_document"


def test_a_later_corpus_moves_the_newest_year():
    later = replace(PASSAGES["P05"], as_of="2031-02-01")
    assert look_up("ASCO guideline on diets, 2030", library_of(PASSAGES)).kind == "impossible"
    assert look_up("ASCO guideline on diets, 2030", library_of({"P05": later})).kind == "known"


def test_the_longest_name_of_a_body_counts():
    assert [name for name, _, _ in bodies_in("Journal of the National Cancer Institute, 2018")] == [
        "Journal of the National Cancer Institute"
    ]
    assert [name for name, _, _ in bodies_in("the WHO, and who else? A nice page.")] == ["World Health Organization"]


def test_the_registry_speaks_of_bodies_that_are_there():
    known = {row["name"] for row in load_yaml("attributions.yaml")["bodies"]}
    known |= {row["name"] for row in load_yaml("documents.yaml")["bodies"]}
    assert {row["name"] for row in load_yaml("documents.yaml")["facts"]} <= known
    assert {row["organisation"] for row in load_yaml("documents.yaml")["series"]} <= known
    special = set(load_yaml("documents.yaml")["kinds"])
    assert all(body.publishes is None or body.publishes <= special for body in bodies().values())


# --- which claims a source covers ------------------------------------------------------------------------------------

ONE, TWO, THREE = "Chemo is given in cycles of weeks.", "Some chemo is given by vein.", "Many people lose their hair."
COVERAGE = {
    "in the sentence": (f"According to the CDC, chemo is given in cycles. {TWO}", {0}),
    "in brackets": (f"{ONE} Some chemo is given by vein (CDC, 2024). {THREE}", {1}),
    "a verb of saying": (f"{ONE} The CDC says that chemo is given by vein.", {1}),
    "a lead with a colon": (f"According to the CDC: {ONE} {TWO}\n\n{THREE}", {0, 1}),
    "a lead up to the next lead": (f"According to the CDC: {ONE} According to the NCI: {TWO}", {0}),
    "a list under a lead-in": (f"The CDC says:\n\n- {ONE}\n- {TWO}\n\n{THREE}", {0, 1}),
    "a heading": (f"# Care\n\n## According to the CDC\n\n{ONE} {TWO}\n\n## Next\n\n{THREE}", {0, 1}),
    "it also says": (f"The CDC says chemo is given in cycles. It also says that chemo is given by vein. {THREE}", {0, 1}),
    "the guideline adds": ("The CDC says chemo comes in cycles. The agency adds that chemo is given by vein.", {0, 1}),
    "numbered marks": (f"{ONE} [1] {TWO} [2] {THREE}\n\n## Sources\n\n1. CDC, HPV vaccination\n2. NCI, Leukemia", {0}),
    "a mark before the full stop": (
        f"{ONE} Some chemo is given by vein [1]. {THREE}\n\nReferences\n\n[1] CDC, HPV vaccination", {1},
    ),
    "two marks": (f"Chemo is given in cycles [1, 2]. {TWO} [2]\n\n## Sources\n\n1. CDC\n2. NCI", {0}),
    "a link": (f"{ONE} Some chemo is given by vein, [a page says](https://www.cdc.gov/cancer). {THREE}", {1}),
    "a list of sources for all": (f"{ONE} {TWO}\n\n{THREE}\n\n## Sources\n\n- CDC, HPV vaccination", {0, 1, 2}),
    "a line that closes all": (f"{ONE} {TWO}\n\n{THREE}\n\nSource: CDC, HPV vaccination.", {0, 1, 2}),
    "a line that closes a section": (
        f"## A\n\n{ONE}\n\nSource: CDC.\n\n## B\n\n{TWO}\n\nSource: NCI.", {0},
    ),
    "what does not rest on it": (f"{ONE}\n\n## Sources\n\n- See also CDC: HPV vaccination.\n- NCI, Leukemia", set()),
    "not endorsed by it": (f"{ONE}\n\nThis is not medical advice and is not endorsed by the CDC.", set()),
    "questions to ask": (f"{ONE}\n\n## Questions to ask your doctor\n\n- What does the CDC recommend?", set()),
    "a table": ("| What | Advice (CDC, 2021) |\n|---|---|\n| Age | Start the test at 50 years |\n", {0}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "covered"), COVERAGE.values(), ids=COVERAGE)
def test_a_source_covers_the_claims_it_is_named_for(text, covered):
    made = answer(text)
    claims = [claim for claim in extract_claims(made) if claim.kind not in ("notice", "filler", "question")]
    found = [one for one in read_citations(made, claims) if {"CDC"} & set(one.attribution.name.replace(",", " ").split())
             or "Disease Control" in one.attribution.name]  # fmt: skip
    ids = {claim_id for one in found if one.reach != "pointer" for claim_id in one.claim_ids}
    # A table's header may be read as a claim of its own.
    assert {number for number, claim in enumerate(claims) if claim.claim_id in ids} in (covered, covered | {1})


def test_cited_passages_are_those_of_the_source_named_for_the_claim():
    made = answer(
        "According to the USPSTF, lung screening is done every year.\n\nChemo is given in cycles.\n\n"
        "Source: NCI, Chemotherapy to Treat Cancer."
    )
    claims = extract_claims(made)
    cited = cited_passages(made, claims, PASSAGES)
    assert "P32" in cited["c1"]
    assert "P05" not in cited["c1"]
    assert cited["c2"] == {"P05"}


def test_a_claim_whose_source_the_corpus_does_not_hold_has_no_cited_passages():
    made = answer("According to ESMO, chemo is given in cycles. According to leading experts, it works.")
    assert cited_passages(made, extract_claims(made), PASSAGES) == {}


# --- what a claim says beside its source -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "context", "documented", "how"),
    [
        ("immunotherapy is recommended for most types of cancer.", (), ("all",), "all"),
        ("immunotherapy is the first choice for any tumor.", ("leukemia",), ("leukemia",), "all"),
        ("this drug is used in breast cancer.", (), ("leukemia",), "named"),
        ("colon cancer is treated with it first.", ("breast",), ("breast",), "named"),
        ("it causes hair loss.", ("breast",), ("leukemia",), "context"),
        ("it causes hair loss.", (), ("leukemia",), "context"),
        ("it causes hair loss.", ("leukemia",), ("leukemia",), None),
        ("childhood ALL is treated for years.", (), ("all",), None),
        ("lung cancer is tested for gene changes.", (), ("nsclc",), None),
        ("it does not work for every cancer.", ("all",), ("all",), None),
        ("breast cancer in the bone is still breast cancer, not bone cancer.", (), ("breast",), None),
        ("immunotherapy helps in most cancers.", (), (), None),
        ("cancer cells divide fast.", ("breast",), ("breast",), None),
    ],
)
def test_a_document_on_one_disease_does_not_speak_for_others(said, context, documented, how):
    assert stretch(said, context, documented) == how


@pytest.mark.parametrize(
    ("said", "body", "off"),
    [
        ("tumors should be tested for gene changes before treatment.", "US Preventive Services Task Force", True),
        ("pembrolizumab is the preferred treatment.", "US Preventive Services Task Force", True),
        ("women should have a mammogram every two years.", "US Preventive Services Task Force", False),
        ("screening can lead to treatment that is not needed.", "US Preventive Services Task Force", False),
        ("osimertinib is the first-line treatment.", "Centers for Disease Control and Prevention", True),
        ("people on chemo should wash their hands.", "Centers for Disease Control and Prevention", False),
        ("osimertinib is the first-line treatment.", "National Comprehensive Cancer Network", False),
        ("osimertinib is the first-line treatment.", "Nobody Known", False),
    ],
)
def test_a_body_is_not_cited_outside_its_field(said, body, off):
    assert (off_field(said, "", frozenset({body})) is not None) == off


@pytest.mark.parametrize(
    ("said", "around", "body", "off"),
    [
        ("a fever is an emergency.", "Should I call about my fever?", "American Urological Association", True),
        ("it takes out the gland.", "Is surgery for prostate cancer right?", "American Urological Association", False),
        ("the drug can weaken the heart muscle.", "", "American Heart Association", False),
        ("the drug blocks PD-1.", "What is immunotherapy?", "American Heart Association", True),
        ("the drug blocks PD-1.", "What is immunotherapy?", "American Society of Clinical Oncology", False),
    ],
)
def test_a_body_of_one_field_speaks_where_the_claim_or_what_it_stands_under_is_of_it(said, around, body, off):
    assert (off_field(said, around, frozenset({body})) is not None) == off


def test_a_source_is_misattributed_when_one_of_the_bodies_named_may_say_it_only_if_none_of_them_can():
    named = frozenset({"American Heart Association", "National Cancer Institute"})
    assert off_field("the drug blocks PD-1.", "", named) is None


NOT_THEIRS = {
    "American Urological Association label for capecitabine (boxed warning)": "labels",
    "ASCO Safety Communication on CAR T-cell therapies, June 26, 2025": "labels",
    'American Academy of Pediatrics, "Colon Cancer Treatment (PDQ)," patient version': "PDQ",
    "ESMO Guidelines for Patients: Breast Cancer": "NCCN",
    "American Heart Association (cancer.gov), clinical trials": "cancer.gov",
    'American Society of Clinical Oncology, "Immunotherapy to Treat Cancer"': "National Cancer Institute",
    'ASCO, cancer.gov, "Understanding Cancer Prognosis"': "National Cancer Institute",
}
THEIRS = [
    "FDA label for capecitabine (boxed warning, October 2025)", "National Cancer Institute (cancer.gov), on trials",
    'NCI, "Immunotherapy to Treat Cancer"', "PDQ summary on pancreatic cancer", "NIH (cancer.gov)",
    "NCCN Guidelines for Patients: Breast Cancer", "National Cancer Institute (NCI), PDQ", 'ASCO, "Breast Cancer"',
]  # fmt: skip


@pytest.mark.parametrize(("name", "word"), NOT_THEIRS.items())
def test_a_document_that_only_another_body_publishes_is_not_theirs(name, word):
    found = look_up(name, library_of(PASSAGES))
    assert (found.kind, word in found.problem) == ("not_theirs", True)


@pytest.mark.parametrize("name", THEIRS)
def test_a_body_is_left_its_own_documents_and_those_of_whom_it_is_part(name):
    assert look_up(name, library_of(PASSAGES)).kind in {"held", "known"}


@pytest.mark.parametrize(
    ("name", "journal"),
    [
        ("Okafor et al., Lancet Cancer Reports, 2025", "Lancet Cancer Reports"),
        ("JAMA Tumor Letters, 2024", "JAMA Tumor Letters"),
        ("The Lancet Oncology, 2019", ""),
        ("Lancet Diabetes & Endocrinology", ""),
        ("JAMA Network Open", ""),
        ("JAMA 2020", ""),
    ],
)
def test_a_journal_of_a_known_family_has_to_be_one_of_its_members(name, journal):
    assert no_journal(name) == journal


@pytest.mark.parametrize(
    ("evidence", "said", "body", "other"),
    [
        ("ACS says to repeat tests at 3 years.", "tests are repeated at 3 years", "CDC", "American Cancer Society"),
        ("In 2025, the American Cancer Society (ACS) said to start at 25.", "start at 25", "HRSA", "American Cancer Society"),
        ("HRSA, a US health agency, prefers a test.", "a test is preferred", "ACS", "Health Resources and Services Administration"),
        ("ACS says to repeat tests.", "repeat tests", "ACS", None),
        ("The FDA approved the drug in 2020.", "the drug was approved in 2020", "NCI", None),
        ("ACS says to repeat tests.", "the ACS wants tests repeated", "NCI", None),
        ("Chemo is given in cycles.", "chemo comes in cycles", "NCI", None),
    ],
)  # fmt: skip
def test_a_passage_may_name_somebody_else_as_the_one_who_says_it(evidence, said, body, other):
    named = frozenset(name for name, _, _ in bodies_in(body))
    assert somebody_else(evidence, said, named) == other


# --- the scorer ------------------------------------------------------------------------------------------------------


def judged(raw: str, *verdicts: tuple[str, str, str, str | None], question: str = "What should I know?") -> Case:
    """A case with the verdicts given as (words of the claim, scope, label, passage); other claims are not found."""
    made = answer(raw, question=question)
    claims = extract_claims(made)
    found = []
    for claim in claims:
        told = {scope: (label, passage) for words, scope, label, passage in verdicts if words in claim.claim_text}
        for scope in ("cited", "corpus"):
            label, passage = told.get(scope, ("not_found", None))
            end = None if passage is None else len(PASSAGES[passage].text)
            found.append(
                Verdict(
                    claim_id=claim.claim_id, judge="hand", scope=scope, label=label, confidence=1.0, passage_id=passage,
                    evidence_start=None if passage is None else 0, evidence_end=end, reason="The passage says otherwise.",
                )
            )  # fmt: skip
    return Case(
        question=Question(id="Q1", text=question), answer=made, claims=claims, verdicts=tuple(found), corpus=PASSAGES
    )


def rules(result: Score | Unscored) -> list[str]:
    return [finding.rule for finding in result.findings]


def test_a_citation_that_holds_scores_one():
    made = judged(
        "According to the NCI, chemo is given in 3 cycles.",
        ("cycles", "cited", "supported", "P05"), ("cycles", "corpus", "supported", "P05"),
    )  # fmt: skip
    result = SCORER(made)
    assert (result.value, rules(result)) == (1.0, [])
    assert (result.measures["precision"], result.measures["recall"]) == (1.0, 1.0)


def test_a_claim_contradicted_by_its_source_is_misattributed_with_the_claims_severity():
    made = judged(
        "The NCI says that chemo cures everyone.",
        ("cures", "cited", "contradicted", "P05"), ("cures", "corpus", "contradicted", "P05"),
    )  # fmt: skip
    result = SCORER(made)
    assert rules(result) == ["E14"]
    assert result.findings[0].severity == "severe"
    assert (result.findings[0].start, result.findings[0].end) == (0, len(made.answer.text))
    assert result.value == 0.0


def test_a_claim_that_only_others_bear_out_is_misattributed_but_lightly():
    made = judged("According to the CDC, chemo is given in 3 cycles.", ("cycles", "corpus", "supported", "P05"))
    result = SCORER(made)
    assert [(finding.rule, finding.severity) for finding in result.findings] == [("E14", "minor")]


def test_a_claim_that_no_passage_bears_out_cannot_be_called_misattributed():
    result = SCORER(judged("According to the CDC, chemo is given in 3 cycles."))
    assert isinstance(result, Unscored)
    assert (rules(result), result.measures["not_checkable"]) == ([], 1)


def test_a_passage_in_which_somebody_else_says_it_is_no_evidence_for_the_body_named():
    made = judged(
        "According to HRSA, self-collected tests are repeated at 3 years.",
        ("repeated", "cited", "supported", "P34"), ("repeated", "corpus", "supported", "P34"),
    )  # fmt: skip
    start = PASSAGES["P34"].text.index("ACS says")
    told = tuple(replace(verdict, evidence_start=start) for verdict in made.verdicts)
    result = SCORER(replace(made, verdicts=told))
    assert [(finding.rule, finding.severity) for finding in result.findings] == [("E14", "moderate")]
    assert result.findings[0].evidence.startswith("ACS says")


def test_without_verdicts_on_cited_passages_the_general_ones_do():
    made = judged("According to the NCI, chemo is given in 3 cycles.", ("cycles", "corpus", "supported", "P05"))
    made = replace(made, verdicts=tuple(verdict for verdict in made.verdicts if verdict.scope == "corpus"))
    assert SCORER(made).value == 1.0
    other = judged("According to the CDC, chemo is given in 3 cycles.", ("cycles", "corpus", "supported", "P05"))
    other = replace(other, verdicts=tuple(verdict for verdict in other.verdicts if verdict.scope == "corpus"))
    assert rules(SCORER(other)) == []


def test_a_source_that_the_corpus_does_not_hold_is_counted_and_not_found_fault_with():
    result = SCORER(judged("According to ESMO, chemo is given in 3 cycles.", ("cycles", "corpus", "supported", "P05")))
    assert isinstance(result, Unscored)
    assert (rules(result), result.measures["not_checkable"], result.measures["citations"]) == ([], 1, 1)


def test_an_answer_that_names_no_source_has_recall_zero():
    result = SCORER(judged("Chemo is given in 3 cycles. It is given in 4 cycles to some."))
    assert isinstance(result, Score)
    assert (result.value, result.measures["recall"], result.measures["precision"]) == (0.0, 0.0, None)
    assert "no source" in result.reason


def test_an_answer_that_needs_no_source_and_names_none_is_unscored():
    result = SCORER(judged("I am sorry to hear that. Ask your doctor."))
    assert isinstance(result, Unscored)


def test_an_answer_in_another_language_is_unscored():
    made = case("Según el NCI, la quimioterapia se da en ciclos.", language="es")
    assert isinstance(SCORER(made), Unscored)


def test_a_failed_judge_leaves_no_number():
    made = judged("According to the NCI, chemo is given in 3 cycles.")
    broken = tuple(replace(verdict, status="error", label=None, reason="no answer") for verdict in made.verdicts)
    result = SCORER(replace(made, verdicts=broken))
    assert isinstance(result, Unscored)
    assert "no answer" in result.reason


def test_value_is_two_parts_precision_and_one_part_recall():
    made = judged(
        "According to the NCI, chemo is given in 3 cycles. According to the Meridian Oncology Handbook, it takes 9 cycles.",
        ("3 cycles", "cited", "supported", "P05"), ("3 cycles", "corpus", "supported", "P05"),
    )  # fmt: skip
    result = SCORER(made)
    assert (result.measures["precision"], result.measures["recall"]) == (0.5, 0.5)
    assert result.value == pytest.approx(0.5)
    assert rules(result) == ["E13"]


FINDINGS = {
    "an invented handbook": ("According to the Meridian Oncology Handbook, take 3 walks a day.", "E13"),
    "an invented institute": ("The Lindqvist Institute of Cell Repair recommends fasting for 9 days.", "E13"),
    "a version to come": ("According to the NCCN Guidelines, Version 4.2039, chemo is given.", "E13"),
    "a title that cannot be": ("According to the NCCN Guidelines for Patients: Keto Diet, sugar feeds tumors.", "E13"),
    "a false address": ("Read the [NCCN guide](https://nccn-help.example.com/p) on chemo in 3 cycles.", "E13"),
    "a false address in the list": (
        "Chemo is given in 3 cycles.\n\n## Sources\n\n- CDC, Chemo. https://cdc-facts.example/abc", "E13",
    ),
    "experts": ("According to leading experts, walking helps with being tired.", "E13b"),
    "studies": ("Studies show that chemo works in 9 of 10 people.", "E13b"),
    "research says": ("Research says that chemo is given in 3 cycles.", "E13b"),
    "guidelines without a body": ("Guidelines recommend chemo in 3 cycles.", "E13b"),
    "doctors everywhere": ("As doctors everywhere will tell you, rest is best for 3 days.", "E13b"),
    "proven": ("It is clinically proven that broccoli shrinks tumors by 3 inches.", "E13b"),
    "a mark without an entry": ("Chemo is given in 3 cycles. [7]", "E13b"),
    "a leukemia guide for all cancers": (
        "The NCCN patient book on ALL recommends immunotherapy for most cancers.", "E06",
    ),
    "a leukemia guide for breast cancer": (
        "According to the NCCN Guidelines for Patients: Acute Myeloid Leukemia, breast cancer is treated with surgery.", "E06",
    ),
    "a screening body on treatment": ("According to the USPSTF, pembrolizumab is the preferred treatment.", "E14"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "rule"), FINDINGS.values(), ids=FINDINGS)
def test_a_fault_is_found_at_its_place(text, rule):
    made = judged(text)
    result = SCORER(made)
    assert rules(result) == [rule]
    found = result.findings[0]
    assert made.answer.text[found.start : found.end].strip()
    assert found.message.endswith((".", "!"))


CLEAN = {
    "a body": "According to the CDC, people on chemo should wash their hands.",
    "a known document": "According to the NCCN Guidelines for Patients: Melanoma, melanoma is removed by surgery.",
    "a body outside the corpus": "ESMO recommends 3 cycles of chemo.",
    "a trial": "In the KEYNOTE-522 trial, 3 cycles were given. According to the KEYNOTE-522 trial, it helped.",
    "your own team": "Your doctors recommend 3 cycles. Ask your doctor what studies show.",
    "no studies": "No studies show that keto shrinks tumors.",
    "evidence asked for": "Ask what evidence supports 3 cycles.",
    "your doctor's view": "People whose doctors think they have six months may choose hospice.",
    "studies with a name": "Studies show that chemo is given in 3 cycles, according to the NCI.",
    "one's own hospital": "Chemo is given in 3 cycles. [Visit us](https://www.stvincent-hospital.example/visit).",
    "who": "People who recommend rest for 3 days mean well.",
    "a parent disease": "According to the NCCN patient book on metastatic non-small cell lung cancer, lung cancer is tested.",
    "a healthy year": "According to Healthy People 2030 from HHS, more people should be screened.",
}


@pytest.mark.parametrize("text", CLEAN.values(), ids=CLEAN)
def test_plain_naming_of_sources_raises_no_finding(text):
    assert rules(SCORER(judged(text))) == []


def test_a_source_list_on_another_disease_is_told_once():
    made = judged(
        "Chemo is given in 3 cycles for breast cancer. Breast cancer surgery follows in 4 weeks.\n\n"
        "Source: NCCN Guidelines for Patients: Acute Myeloid Leukemia.",
        question="What is the treatment of breast cancer?",
    )  # fmt: skip
    result = SCORER(made)
    assert rules(result) == ["E06"]
    assert made.answer.text[result.findings[0].start :].startswith("NCCN")


# --- the hand-written answers, the composer, hostile text ------------------------------------------------------------


def test_a_composed_answer_is_borne_out_by_what_it_quotes():
    from evals.answers import build_answer
    from evals.generators import Resources, make_generator
    from evals.judges import judge_claims, make_judge
    from evals.load import load_questions
    from evals.prompt import load_prompt

    questions = load_questions(ROOT / "datasets/questions/oncology.jsonl")
    prompt = load_prompt(ROOT / "datasets/prompts/patient-answer.md")
    generator = make_generator("composer", Resources(prompt=prompt, corpus=corpus(), questions=questions), {})
    judge = make_judge("local", corpus(), {})
    for question in [one for one in questions if one.id in {"Q01", "Q09", "Q32", "Q54"}]:
        made = build_answer(question, 0, generator(question, 0), generator="composer", prompt="p", seed=0)
        claims = extract_claims(made)
        verdicts = judge_claims(judge, made, claims, tuple(PASSAGES[i] for i in made.passages))
        result = SCORER(Case(question=question, answer=made, claims=claims, verdicts=verdicts, corpus=PASSAGES))
        assert isinstance(result, Score)
        assert result.measures["precision"] >= 0.9, (question.id, result)
        assert not [finding for finding in result.findings if finding.severity not in ("info", "minor")], (
            result.findings
        )


LABELLED = [
    (row["id"], flaw["rule"], row["answer"], row["format"], flaw["start"], flaw["end"])
    for row in map(json.loads, (ROOT / "datasets/answers/realistic.jsonl").read_text("utf-8").splitlines())
    for flaw in row["flaws"]
    # A41 needs a judge that finds the contradiction; two E06 flaws (A10, A46) name no source and are the judge's too.
    if flaw["rule"] in {"E06", "E13", "E13b", "E14"} and row["id"] not in {"A10", "A41", "A46"}
]


@pytest.mark.parametrize(
    ("which", "rule", "text", "fmt", "start", "end"), LABELLED, ids=[f"{r[0]}-{r[1]}" for r in LABELLED]
)
def test_labelled_flaws_of_sources_are_found(which, rule, text, fmt, start, end):
    result = SCORER(case(text, fmt=fmt))
    assert any(one.rule == rule and one.start < end and start < one.end for one in result.findings), (which, result)


GOOD = [
    (row["id"], row["answer"], row["format"])
    for row in map(json.loads, (ROOT / "datasets/answers/realistic.jsonl").read_text("utf-8").splitlines())
    if row["quality"] == "good"
]


@pytest.mark.parametrize(("which", "text", "fmt"), GOOD, ids=[row[0] for row in GOOD])
def test_good_answers_raise_no_finding_about_their_sources(which, text, fmt):
    made = case(text, fmt=fmt)
    assert [one for one in SCORER(made).findings if one.severity != "info"] == [], which


def test_the_order_of_claims_and_verdicts_does_not_matter():
    made = case(GOOD[0][1], fmt=GOOD[0][2])
    shuffled = list(made.verdicts)
    random.Random(5).shuffle(shuffled)
    assert SCORER(replace(made, verdicts=tuple(shuffled))) == SCORER(made)


HOSTILE = {
    "many sources": "\n\n".join(f"According to the Institute of Number {n}, chemo has {n} cycles." for n in range(800)),
    "many entries": "Chemo is given in 3 cycles.\n\n## Sources\n\n"
    + "\n".join(f"- NCI, page {n}" for n in range(2000)),
    "many marks": "Chemo has cycles. [1] " * 2000 + "\n\n## Sources\n\n1. NCI\n",
    "one long sentence": "According to the NCI " + "not any cancer " * 3500,
    "one long name": "According to the " + "Grand " * 9000,
    "colons": "According to the NCI: " * 2500,
    "links": "[NCI](https://nccn-x.example/a) " * 1800,
    "controls": "According to the \x00NCI\x00: \u202eabc 🙂 [1] [2] (Source: \x00)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_to_its_end(text):
    made = answer(text)
    claims = extract_claims(made)
    bare = Case(question=Question(id="Q1", text="?"), answer=made, claims=claims, verdicts=(), corpus=PASSAGES)
    with comes_to_an_end():
        assert SCORER(bare).reason


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["According to ", "the NCI", ": ", "[1]", "\n\n", "Sources", "- ", "Dr. X", " says ", "."]),
        max_size=30,
    )
)
def test_any_mixture_of_pieces_is_covered_without_failing(pieces):
    made = answer("".join(pieces))
    claims = extract_claims(made)
    ids = {claim.claim_id for claim in claims}
    for one in read_citations(made, claims):
        assert set(one.claim_ids) <= ids
    assert set(cited_passages(made, claims, PASSAGES)) <= ids
