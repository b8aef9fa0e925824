"""Slot checks: a changed value is found where two sentences speak of the same thing, and nowhere else."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.judges.slots import agreeing, compare, impossible
from evals.judges.slots.denial import Denials, find_denials
from evals.judges.slots.quantities import agree, find_quantities
from evals.judges.slots.reading import LONGEST
from evals.sentences import split_sentences

ROOT = Path(__file__).resolve().parents[1]

# claim, evidence, code, kind; a case on a line
# fmt: off
DEPARTS = [
    # E09 two things made one
    ("Treatable cancer is curable.", "Treatable does not mean curable.", "E09", "clash"),
    ("Hospice is the same as palliative care.", "Palliative care is not the same as hospice.", "E09", "clash"),
    # E11 what holds for some said of all
    ("Stage 4 cancer is curable.", "Some stage 4 cancers can be cured.", "E11", "inflated"),
    # E01 drug and target, E21 names taken for one another
    ("Pembrolizumab blocks CTLA-4.", "Pembrolizumab is an antibody that blocks PD-1.", "E01", "clash"),
    ("Belzutifan blocks PD-1.", "Belzutifan is a kidney cancer drug that blocks HIF-2α.", "E01", "clash"),
    ("Cetuximab is used when the tumor has an IDH2 change.", "Enasidenib is used when the tumor has an IDH2 change.", "E01", "clash"),
    ("The drugs that block BTK are ibrutinib, acalabrutinib, and imatinib.", "The drugs that block BTK are ibrutinib, acalabrutinib, and zanubrutinib.", "E21", "clash"),
    ("Nivolumab is a pill for chronic myeloid leukemia.", "Nilotinib is a pill for chronic myeloid leukemia.", "E21", "clash"),
    ("T-DM1 can inflame the lungs, so report a new cough.", "T-DXd can inflame the lungs, so report a new cough.", "E21", "clash"),
    ("AML is the most common cancer in young children.", "ALL is the most common cancer in young children.", "E21", "clash"),
    ("Lu-177 dotatate is given for prostate cancer that shows PSMA.", "Lu-177-PSMA-617 is given for prostate cancer that shows PSMA.", "E21", "clash"),
    ("Vincristine can harm the lungs in this regimen.", "Vinblastine can harm the lungs in this regimen.", "E21", "clash"),
    ("Surgery is the main treatment for early thymoma, and hospice comes later.", "Radiation is the main treatment for early thymoma, and hospice comes later.", "E21", "clash"),
    ("The tumor starts in the lining of the stomach.", "The tumor starts in the lining of the bladder.", "E21", "clash"),
    ("The doctor finds the cyst with an ultrasound of the arm.", "The doctor finds the cyst with an MRI of the arm.", "E21", "clash"),
    # E02 biomarkers
    ("Osimertinib is for lung cancer with an ALK change.", "Osimertinib is for lung cancer with an EGFR change.", "E02", "clash"),
    ("Alectinib is for EGFR-mutated lung cancer.", "Alectinib is for ALK-positive lung cancer.", "E02", "clash"),
    ("This drug is for HER2-negative stomach cancer.", "This drug is for HER2-positive stomach cancer.", "E02", "clash"),
    ("The vaccine trial took in people with HER2-low tumors.", "The vaccine trial took in people with HER2-positive tumors.", "E02", "clash"),
    ("The syndrome comes from a change in the BRCA1 gene.", "The syndrome comes from a change in the MSH2 gene.", "E02", "clash"),
    # E03 line
    ("CAR-T is the first treatment for large B-cell lymphoma.", "CAR-T is used as the second treatment for large B-cell lymphoma.", "E03", "clash"),
    ("For this myeloma, the bispecific is a first-line drug.", "For relapsed myeloma, the bispecific is a drug in use.", "E03", "clash"),
    # E04 stage and setting
    ("Chemo is standard for stage I colon cancer.", "Chemo is standard for stage III colon cancer.", "E04", "clash"),
    ("The antibody is given after surgery for stomach cancer.", "The antibody is given before surgery for stomach cancer.", "E04", "clash"),
    ("This drug is for early-stage kidney cancer.", "This drug is for metastatic kidney cancer.", "E04", "clash"),
    ("The infusion of this drug is given at home by a nurse.", "The infusion of this drug is given in the hospital by a nurse.", "E04", "clash"),
    ("Ask about freezing eggs after chemo ends.", "Ask about freezing eggs before chemo starts.", "E04", "clash"),
    # E05, E08 numbers
    ("After CAR-T, do not drive for eight weeks.", "After CAR-T, do not drive for at least two weeks.", "E08", "clash"),
    ("Call at 104 °F or higher during chemo.", "Call at 100.4 °F (38 °C) or higher during chemo.", "E08", "clash"),
    ("Call at 39.5 °C or higher during chemo.", "Call at 100.4 °F or higher during chemo.", "E08", "clash"),
    ("Bowel screening starts at age 55.", "Bowel screening starts at age 45.", "E08", "clash"),
    ("Screening is for people aged 55 to 80 who smoke.", "Screening is for people aged 50 to 80 who smoke.", "E08", "clash"),
    ("Lung screening needs at least 30 pack-years of smoking.", "Lung screening needs 20 or more pack-years of smoking.", "E08", "clash"),
    ("Take 500 mg of the drug with food.", "Take 250 mg of the drug with food.", "E08", "clash"),
    ("The tablet is 2 g, taken with water.", "The tablet is 200 mg, taken with water.", "E08", "clash"),
    ("About 60% of these tumors shrink.", "About 9 in 10 of these tumors shrink.", "E08", "clash"),
    ("A mammogram is done every year.", "A mammogram is done every two years.", "E08", "clash"),
    ("The pill is taken three times a day.", "The pill is taken once a day.", "E08", "clash"),
    ("The label changed in March 2019.", "The label changed in March 2024.", "E08", "clash"),
    ("The drug was licensed in 2015 for this use.", "The drug was licensed in 2025 for this use.", "E08", "clash"),
    ("The rate was 7% with the pill and 87% with the drip.", "The rate was 87% with the pill and 7% with the drip.", "E08", "clash"),
    ("The disease affects 1 in 1,000 newborns.", "The disease affects 1 in 1 million newborns.", "E08", "clash"),
    ("The tumor is smaller than 5 cm across.", "The tumor is smaller than 2 cm across.", "E08", "clash"),
    ("The trial has four arms of patients.", "The trial has three arms of patients.", "E08", "clash"),
    # E06 disease
    ("Zolbetuximab is used for lung cancer.", "Zolbetuximab is used for stomach cancer.", "E06", "clash"),
    # E07 population
    ("The dose is meant for children with this lymphoma.", "The dose is meant for adults with this lymphoma.", "E07", "clash"),
    ("The pill is used before menopause on its own.", "The pill is used after menopause on its own.", "E07", "clash"),
    ("Chemo can be given in the first trimester of pregnancy.", "Chemo can be given in the second trimester of pregnancy.", "E07", "clash"),
    ("This gene test is offered to men with the disease.", "This gene test is offered to women with the disease.", "E07", "clash"),
    ("Olaparib is taken by people with ovarian cancer that shrank.", "Olaparib is taken by people with metastatic ovarian cancer that shrank.", "E04", "dropped"),
    # E09 denial and direction
    ("Do not ring the ward.", "Ring the ward if your symptoms do not settle.", "E09", "clash"),
    ("Nobody picks up? Don't go to the nearest clinic.", "Go to the clinic if nobody answers the phone.", "E09", "clash"),
    ("Blood counts are highest in the second week.", "Blood counts are lowest in the second week.", "E09", "clash"),
    ("Aspirin should be used with this drug.", "Aspirin should not be used with this drug.", "E09", "clash"),
    ("Live vaccines are preferred during chemo.", "Live vaccines are avoided during chemo.", "E09", "clash"),
    ("External beam radiation makes you radioactive.", "External beam radiation does not make you radioactive.", "E09", "clash"),
    ("A positive HPV test is cancer.", "A positive HPV test is not cancer.", "E09", "clash"),
    ("The change lowers the risk of bowel cancer.", "The change raises the risk of bowel cancer.", "E09", "clash"),
    ("This cancer is rare in young men.", "This cancer is common in young men.", "E09", "clash"),
    ("Wait for morning to call about a fever.", "Do not wait for morning to call about a fever.", "E09", "clash"),
    ("Stop having skin checks after treatment.", "Keep having skin checks after treatment.", "E09", "clash"),
    ("Take the nausea pill after vomiting starts.", "Take the nausea pill before vomiting starts.", "E09", "clash"),
    ("Testing is not needed before you start the pill.", "Testing is needed before you start the pill.", "E09", "clash"),
    ("Age plays no part in the choice of drug.", "The choice of drug depends on age and health.", "E09", "clash"),
    ("The cause of this tumor is known.", "The cause of this tumor is unknown.", "E09", "clash"),
    ("The drug is safe in pregnancy.", "The drug is dangerous in pregnancy.", "E09", "clash"),
    ("These tumors grow fast in most people.", "These tumors grow slowly in most people.", "E09", "clash"),
    ("The mole can wait until your next visit.", "The mole needs to be seen right away.", "E09", "clash"),
    ("Most of these lumps are malignant.", "Most of these lumps are benign.", "E09", "clash"),
    ("Nobody keeps their hair on this drug.", "Some people keep their hair on this drug.", "E09", "clash"),
    # E10 strength
    ("Everyone loses their taste on this drug.", "Some people lose their taste on this drug.", "E10", "inflated"),
    ("Radiation must be given after the lumpectomy.", "Radiation may be given after the lumpectomy.", "E10", "inflated"),
    ("The pill always causes a rash.", "The pill sometimes causes a rash.", "E10", "inflated"),
    ("All thyroid cancers are treated the same way.", "Not all thyroid cancers are treated the same way.", "E10", "clash"),
    ("This plan is proven to work against sarcoma.", "This plan is thought to work against sarcoma.", "E10", "inflated"),
    ("Most people keep their hair on this drug.", "Some people keep their hair on this drug.", "E10", "inflated"),
    # E11 outcome
    ("The drug cures this kidney cancer.", "The drug shrinks this kidney cancer.", "E11", "inflated"),
    ("The drug made lung cancer patients live longer.", "In lung cancer patients the drug gave a response.", "E11", "inflated"),
    # E14 issuer, E15 not there
    ("NCCN advises a yearly mammogram from 40.", "USPSTF advises a yearly mammogram from 40.", "E14", "clash"),
    ("From 30 to 50 you decide with your nurse.", "At 30 to 60, decide on this shot with your nurse.", "E08", "extra"),
    ("The wait was 9 weeks without the drug.", "The wait was 20 months with the drug and about 9 without.", "E08", "clash"),
    ("The pill costs 300 mg of salt and helps kidney cancer.", "The pill helps kidney cancer.", "E08", "extra"),
    ("Nivolumab and ipilimumab are given for kidney cancer.", "Nivolumab is given for kidney cancer.", "E15", "extra"),
    # E19 cause, E20 approval
    ("Chemo strengthens the immune system.", "Chemo weakens the immune system.", "E09", "clash"),
    ("The cell drug is approved for sarcoma.", "The cell drug is still investigational for sarcoma.", "E20", "clash"),
    ("The pill was withdrawn for bladder cancer.", "The pill was approved for bladder cancer.", "E20", "clash"),
    ("The mutation follows an autosomal recessive pattern.", "The mutation follows an autosomal dominant pattern.", "E19", "clash"),
]

# claim, evidence: no clash and nothing inflated
FITS = [
    ("The wait was 9 months without the drug.", "The wait was 20 months with the drug and about 9 without."),
    ("Do not go home alone after the test.", "Go home after the test if you do not feel dizzy."),
    ("Do not take the pill until your nurse calls.", "Take the pill if your count is not low."),
    ("From 30 to 60 you decide with your nurse.", "At 30 to 60, decide on this shot with your nurse."),
    ("Treatable cancer is not the same as curable cancer.", "Treatable does not mean curable."),
    ("Treatable cancer may be curable.", "Treatable does not mean curable."),
    ("Hospice is care at the end of life.", "Palliative care is not the same as hospice."),
    ("Early stage testicular cancer is curable.", "Early stage testicular cancer can be cured."),
    ("Call at 38 °C or higher during chemo.", "Call at 100.4 °F or higher during chemo."),
    ("Call at a temperature of 100.4 °F or more.", "Call for a fever of 38.0 °C or higher."),
    ("Do not drive for 14 days after CAR-T.", "Do not drive for two weeks after CAR-T."),
    ("Checks go on for a year.", "Checks go on for 12 months."),
    ("Half of these tumors shrink.", "About 50% of these tumors shrink."),
    ("One in two of these tumors shrinks.", "Half of these tumors shrink."),
    ("Around 9 out of 10 children do well.", "Nearly 90% of children do well."),
    ("About a third of patients have a rash.", "About 33% of patients have a rash."),
    ("A person with 25 pack-years fits the screening rule.", "The screening rule is 20 or more pack-years."),
    ("Screening at age 60 fits the rule.", "Screening is for people aged 50 to 80."),
    ("Counts are low on day 9 of the cycle.", "Counts are low on days 7 to 14 of the cycle."),
    ("A scan is done twice a year.", "A scan is done every 6 months."),
    ("A scan is done once a year.", "A scan is done yearly."),
    ("Take 1 g of the drug with food.", "Take 1,000 mg of the drug with food."),
    ("Checks go on for no less than two weeks.", "Checks go on for at least 14 days."),
    ("Screening starts at 45.", "Screening starts at age 45."),
    ("GISTs are seen at ages 40 to 70.", "GISTs are seen between ages 40 and 70."),
    ("The tumor is 2 cm wide.", "The tumor is 20 mm wide."),
    ("The disease affects one person in 5,000.", "The disease affects 1 in 5,000 people."),
    ("Stage 3 lung cancer gets chemo and radiation.", "Stage III lung cancer gets chemo and radiation."),
    ("The plan for stage II is surgery.", "The plan for stages I to III is surgery."),
    ("Live vaccines are avoided during chemo.", "You should not get live vaccines during chemo."),
    ("Do not stop the pill before you ask your team.", "Ask your team before you stop the pill."),
    ("Stop the pill only after you have asked your team.", "Do not stop the pill until you have asked your team."),
    ("Never skip a dose.", "Take every dose."),
    ("The shot is not unsafe in pregnancy.", "The shot is safe in pregnancy."),
    ("It is not uncommon for hair to thin.", "It is common for hair to thin."),
    ("Hospice and palliative care are two different things.", "Hospice is not the same as palliative care."),
    ("The cause of this tumor is not known.", "The cause of this tumor is unknown."),
    ("Nobody knows what causes this tumor.", "The cause of this tumor is unknown."),
    ("Chemo is not only for cure; it can ease pain too.", "Chemo can ease pain."),
    ("Not everyone keeps their hair on this drug.", "Some people lose their hair on this drug."),
    ("It is not just the stage: age matters for the outlook too.", "Age matters for the outlook."),
    ("The test cannot tell the future for one person.", "One person's future cannot be told from the test."),
    ("Take the nausea pill before vomiting starts.", "Before vomiting starts, take the nausea pill."),
    ("Surgery follows chemo.", "Chemo is given before surgery."),
    ("Chemo may come before or after surgery.", "You may have chemo before surgery or after surgery."),
    ("The drug lowers the risk of a clot.", "The risk of a clot drops with the drug."),
    ("Without treatment the tumor grows; with it, the tumor shrinks.", "The tumor shrinks with treatment."),
    ("If you do not smoke, your risk is lower.", "Smoking raises your risk."),
    ("Call unless the rash fades.", "Call if the rash does not fade."),
    ("Keytruda blocks PD-1.", "Pembrolizumab blocks PD-1."),
    ("Avelumab is one of the PD-L1 blockers.", "The drugs that block PD-L1 are atezolizumab, durvalumab, and avelumab."),
    ("Olaparib is for ovarian cancer with a BRCA2 change.", "Olaparib is for ovarian cancer with a BRCA change."),
    ("T-DXd can inflame the lungs.", "Trastuzumab deruxtecan can inflame the lungs."),
    ("Acute lymphoblastic leukemia is common in children.", "ALL is common in children."),
    ("Ivosidenib is for AML with an IDH1 change.", "For AML with an IDH2 change, enasidenib is used."),
    ("HER2-positive disease gets trastuzumab.", "Trastuzumab is used for HER2-positive breast cancer."),
    ("Alectinib is for an ALK change.", "Osimertinib is for an EGFR change."),
    ("A phase 2 trial asks whether a drug works.", "A phase 1 trial asks about dose and safety."),
    ("Radiation is not used in pregnancy.", "Hormone therapy is not used in pregnancy."),
    ("Surgery can be done in pregnancy.", "Ultrasound can be done in pregnancy."),
    ("The gene also raises the risk of prostate cancer.", "The gene also raises the risk of breast cancer."),
    ("Use sunscreen in summer.", "Bone drugs start after a dental check."),
    ("The garden opens at 9 on Sundays.", "Screening starts at age 45."),
    ("Chemo may be an option after the operation.", "Chemo may be given after surgery."),
    ("Doctors often treat this cancer with surgery.", "This cancer is often treated with surgery."),
    ("In many people the drug shrinks the tumor.", "The drug shrinks the tumor in many people."),
    ("The pill can cause a rash in some people.", "Some people get a rash from the pill."),
    ("Every tumor should be tested for MMR.", "All tumors should be tested for MMR."),
    ("The cancer may come back.", "The cancer can return."),
    ("Kids with ALL are treated at a pediatric center.", "Children with ALL are treated at a pediatric center."),
    ("The drug is used after menopause.", "The drug is for women past menopause."),
    ("The drug is approved by the FDA for melanoma.", "FDA has cleared the drug for melanoma."),
    ("The drug is not yet approved for sarcoma.", "The drug is still being tested in trials for sarcoma."),
    ("A wheelchair is given for the trip home.", "The drug is given in the hospital."),
    ("Lung cancer that cannot be cut out gets chemo.", "Chemo is used for lung cancer that cannot be removed."),
    ("You need not stop work during radiation.", "You can keep working during radiation."),
    ("Lenalidomide must not be taken in pregnancy.", "Pregnant women should never take lenalidomide."),
    ("Ibrutinib blocks BTK, not CD20.", "Ibrutinib is a drug that blocks BTK."),
    ("A complete response means that no cancer is seen.", "In complete response, the signs of cancer are gone."),
    ("In 2019, 7% of advice was category 1 and 87% was 2A.", "In 2019, 87% of advice was 2A and 7% was category 1."),
]
# fmt: on


def _named(claim, evidence, kind):
    return [finding for finding in compare(claim, evidence) if finding.kind == kind]


@pytest.mark.parametrize(("claim", "evidence", "code", "kind"), DEPARTS)
def test_a_changed_value_is_found_with_its_code_and_kind(claim, evidence, code, kind):
    found = compare(claim, evidence)
    assert code in {finding.code for finding in found if finding.kind == kind}, found
    assert kind == "clash" or not _named(claim, evidence, "clash")


@pytest.mark.parametrize(("claim", "evidence"), FITS)
def test_a_rewording_or_another_subject_is_no_clash(claim, evidence):
    found = compare(claim, evidence)
    assert not [finding for finding in found if finding.kind in ("clash", "inflated")], found


@pytest.mark.parametrize(
    ("claim", "slot"),
    [
        ("Pembrolizumab blocks CTLA-4.", "target"),
        ("Ipilimumab is a PD-L1 drug.", "target"),
        ("Talquetamab targets BCMA.", "target"),
        ("The drugs that block PD-1 are nivolumab and ipilimumab.", "target"),
        ("Docetaxel is a hormone drug.", "class"),
        ("Nivolumab is a chemotherapy.", "class"),
        ("Palbociclib is a checkpoint inhibitor.", "class"),
    ],
)
def test_what_the_drug_lexicon_rules_out_is_impossible_without_evidence(claim, slot):
    finding = impossible(claim)
    assert finding is not None
    assert (finding.slot, finding.kind, finding.code) == (slot, "clash", "E01")


@pytest.mark.parametrize(
    "claim",
    [
        "Pembrolizumab blocks PD-1.",
        "Pembrolizumab does not block CTLA-4.",
        "Nivolumab plus relatlimab, or a PD-1 drug alone, is a choice.",
        "Olaparib is for a BRCA change.",
        "Dabrafenib and trametinib target BRAF and MEK.",
        "Your mix is dexamethasone, a proteasome inhibitor, and an antibody against CD38.",
        "Docetaxel is a chemo drug.",
        "Nivolumab is an immunotherapy drug.",
        "If a BTK pill fails, venetoclax is a choice.",
    ],
)
def test_what_fits_the_drug_lexicon_is_possible(claim):
    assert impossible(claim) is None


def test_the_reason_is_a_sentence_with_both_values():
    reason = _named("Call at 104 °F or higher.", "Call at 100.4 °F or higher.", "clash")[0].reason
    assert reason == "The passage says 100.4 °F; the answer says 104 °F."


def test_what_the_title_names_is_not_extra():
    claim, evidence = "Nivolumab can inflame the gut.", "The drug can inflame the gut."
    assert _named(claim, evidence, "extra")
    assert not [f for f in compare(claim, evidence, title="Nivolumab") if f.kind == "extra"]


def test_agreeing_counts_what_both_texts_give():
    counts = agreeing(
        "Osimertinib 80 mg is for stage 3 EGFR lung cancer.", "For stage III lung cancer with EGFR: osimertinib, 80 mg."
    )
    assert {slot: counts[slot] for slot in ("drug", "gene", "number", "stage", "disease")} == dict.fromkeys(
        ("drug", "gene", "number", "stage", "disease"), 1
    )
    assert agreeing("A walk helps.", "Nivolumab blocks PD-1.") == {}


@pytest.mark.parametrize(
    ("text", "kind", "low", "high", "bound"),
    [
        ("100.4 °F", "temperature", 38.0, 38.0, ""),
        ("at least two weeks", "time", 14, 14, "at least"),
        ("between ages 45 and 75", "age", 45, 75, ""),
        ("20 or more pack-years", "smoking", 20, 20, "at least"),
        ("every other year", "frequency", 730.5, 730.5, ""),
        ("1 in 3,000 people", "percent", 100 / 3000, 100 / 3000, ""),
        ("two thirds of people", "percent", 66.67, 66.67, ""),
        ("no more than 3 cm", "length", 30, 30, "at most"),
        ("March 2025", "date", 24303, 24303, ""),
        ("in 2021", "year", 2021, 2021, ""),
    ],
)
def test_numbers_are_read_on_one_scale(text, kind, low, high, bound):
    (found,) = find_quantities(text)
    assert (found.kind, found.bound) == (kind, bound)
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    "text", ["CD19", "5-FU", "call 911", "stage 2", "phase 3", "category 2A", "1-800-4-CANCER", "T2", "24-hour line"]
)
def test_numbers_in_names_are_not_quantities(text):
    assert find_quantities(text) == ()


DATED_DOCUMENTS = [
    "In its 2022 guideline, ASCO recommends exercise.",
    "The 2024 NCCN Guidelines list it first.",
    "This follows the March 2023 update of the society.",
    "Exercise eases fatigue (ASCO 2022).",
    "Exercise eases fatigue (ASCO guideline, 2022).",
    "Screening starts early [USPSTF, 2024].",
    "According to the consensus statement from 2021, it helps.",
    "The society's guideline (2022) says so.",
    "NCCN 2025 recommends a test.",
    "The 2020 American Cancer Society screening guideline says so.",
]


@pytest.mark.parametrize("text", DATED_DOCUMENTS)
def test_a_year_that_only_dates_a_document_is_no_quantity(text):
    assert find_quantities(text) == ()


DATED_FACTS = [
    "The FDA approved it in 2019.",
    "The drug was approved (FDA, 2019).",
    "The drug was licensed in 2015 for this use.",
    "In 2019 NCCN guidelines changed.",
    "In 2019, the agency found this in a report.",
    "The guideline was first published in 2019.",
    "It was approved in March 2021, says a review.",
    "The drug was approved according to the report of 2019.",
    "Since 2021 the test has been free.",
    "In 2018 the panel gave a statement.",
]


@pytest.mark.parametrize("text", DATED_FACTS)
def test_a_year_in_which_something_happened_is_a_quantity(text):
    (found,) = find_quantities(text)
    assert found.kind in {"year", "date"}


def test_the_year_of_a_guideline_is_no_number_that_passages_lack():
    claim = "In its 2022 guideline, ASCO recommends aerobic exercise during treatment."
    assert not _named(claim, "ASCO recommends aerobic exercise during treatment given to cure.", "extra")
    assert _named("The drug was approved in 2019.", "The drug was approved in 2024.", "clash")


def test_limits_in_opposite_directions_do_not_agree():
    (over,), (under,) = find_quantities("over 50 years"), find_quantities("under 50 years")
    assert not agree(over, under)


def test_an_even_number_of_denials_denies_nothing():
    text = "Do not skip a dose."
    place = text.index("dose")
    found = find_denials(text, ((place, place + 4, 1.0),), (len(text),), (len(text),))
    assert isinstance(found, Denials)
    assert not found.denied(place)


def _corpus_sentences():
    held = set(yaml.safe_load((ROOT / "training/held_out.yaml").read_text("utf-8"))["passages"])
    paths = sorted((ROOT / "datasets/guidelines").glob("P*.md"))
    for path in paths:
        if path.name.partition("-")[0] not in held:
            body = path.read_text("utf-8").rpartition("---")[2]
            yield from (body[span.start : span.end] for span in split_sentences(body))


def test_no_sentence_of_the_corpus_departs_from_itself():
    sentences = list(_corpus_sentences())
    assert len(sentences) > 300
    for sentence in sentences:
        assert compare(sentence, sentence) == ()
        # Without its full stop it is no quotation, so that every check runs.
        assert compare(sentence, sentence.rstrip(".")) == ()


_HOSTILE = st.text(max_size=300) | st.lists(
    st.sampled_from(
        ["not", "n't", "no", "0", "times a day", "1 in 0", "9" * 400, "stage", "IV", "%", "never", "before", ",", ".", "\x00", "\u202e",
         "👩‍⚕️", "HER2-", "or more", "between", "and", "every 0 days", "²", "٣", "PD-1", "nivolumab", "if", "½", "(" * 50, "\n", "ALL"]
    ),
    max_size=40,
).map(" ".join)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(_HOSTILE, _HOSTILE)
def test_no_text_raises_and_the_same_texts_give_the_same_findings(claim, evidence):
    first = compare(claim, evidence)
    compare.cache_clear()
    assert compare(claim, evidence) == first
    assert compare(claim, claim) == ()
    agreeing(claim, evidence)
    impossible(claim)


def test_of_a_very_long_text_only_the_beginning_is_compared():
    claim, evidence = "The drug is not safe. " * 50_000, "The drug, 5 mg, is safe, and " * 40_000
    assert compare(claim, evidence) == compare(claim[:LONGEST], evidence[:LONGEST])
