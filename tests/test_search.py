"""Search finds the passage a patient's words are about."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.concepts import load_concepts
from evals.corpus import Corpus, Index, load_corpus
from evals.records import Passage, Sentence
from evals.sentences import split_sentences
from evals.words import stems

# What a patient types, the passage it is about, and how far down it may stand. Written from the topics alone, before the
# weights and `topics.yaml`, which were chosen on these rows.
PATIENT_WORDS = [
    ("How does Keytruda work?", "P02", 3),
    ("what are PD-1 drugs", "P02", 3),
    ("I started Opdivo and now I have a rash, could that be the drug?", "P03", 3),
    ("diarrhea on Yervoy", "P03", 3),
    ("can side effects of immune therapy come after you stop", "P03", 1),
    ("my dad is getting Yescarta, what can go wrong", "P04", 3),
    ("CAR-T and driving a car afterwards", "P04", 1),
    ("why does chemo make hair fall out", "P05", 1),
    ("will I be radioactive after radiotherapy", "P06", 1),
    ("do I need my tumor's genes tested before targeted pills", "P07", 3),
    ("Vitrakvi for NTRK", "P08", 3),
    ("what do T, N and M mean on my report", "P09", 1),
    ("stage IV means it has spread, is that the end", "P10", 3),
    ("difference between remission and cured", "P11", 1),
    ("what does five-year survival mean for me", "P12", 1),
    ("which scans and blood work come after diagnosis", "P13", 1),
    ("will I get a sugar pill if I join a study", "P14", 1),
    ("my doctor wants to use a medicine for something it is not approved for", "P15", 3),
    ("can I work out during chemo", "P16", 1),
    ("should I keep working out", "P16", 1),
    ("do I have to avoid salad and raw vegetables", "P16", 1),
    ("is turmeric or St. John's wort safe with chemo", "P17", 1),
    ("is hospice the same as palliative care", "P18", 1),
    ("I have a temperature of 101 after chemo", "P19", 1),
    ("high temperature and chills with low neutrophils", "P19", 1),
    ("legs went weak and my back hurts", "P20", 1),
    ("can't keep any water down", "P21", 3),
    ("throwing up after chemo", "P21", 1),
    ("should I get the flu jab", "P22", 1),
    ("shingles shot while on chemo", "P22", 1),
    ("will I still be able to have children", "P23", 3),
    ("freezing my eggs before treatment", "P23", 1),
    ("pregnant with breast cancer, is chemo possible", "P24", 1),
    ("I want to kill myself", "P25", 1),
    ("swollen calf, could it be a clot", "P26", 1),
    ("DPYD test before Xeloda", "P27", 1),
    ("5-FU toxicity gene test", "P27", 3),
    ("how to store morphine safely and constipation from it", "P28", 1),
    ("I forgot my cancer pill this morning", "P29", 1),
    ("Lynch syndrome in the family", "P30", 1),
    ("how often should I have a mammogram", "P31", 1),
    ("low dose CT for smokers", "P32", 1),
    ("when to have a colonoscopy for screening", "P33", 1),
    ("pap smear every how many years", "P34", 1),
    ("does the HPV shot cure an infection", "P34", 1),
    ("should I have a PSA test", "P35", 1),
    ("what does category 2A mean", "P36", 1),
    ("ductal carcinoma in situ, is it real cancer", "P37", 1),
    ("Verzenio added to Arimidex for early breast cancer", "P38", 3),
    ("tamoxifen and blood clots", "P38", 3),
    ("Herceptin and Perjeta for how long", "P39", 1),
    ("is Enhertu first treatment for HER2 positive", "P39", 1),
    ("TNBC with Keytruda before surgery", "P40", 1),
    ("Ibrance with letrozole for metastatic breast cancer", "P41", 1),
    ("ESR1 mutation Orserdu", "P41", 1),
    ("Imfinzi after chemoradiation stage 3 lung", "P42", 1),
    ("Tagrisso for EGFR lung cancer that spread", "P43", 1),
    ("Lumakras KRAS G12C", "P43", 1),
    ("PD-L1 is 60% no mutations lung cancer", "P44", 1),
    ("oat cell lung cancer treatment", "P45", 1),
    ("do I need chemo after colon surgery stage 1", "P46", 1),
    ("Erbitux when KRAS is mutated bowel cancer", "P47", 1),
    ("rectal cancer mismatch repair deficient dostarlimab no operation", "P48", 1),
    ("Gleason 6 watch or operate", "P49", 1),
    ("Pluvicto before chemo", "P50", 1),
    ("Xtandi or Zytiga for spread prostate cancer", "P50", 1),
    ("BCG in the bladder", "P51", 1),
    ("Padcev", "P51", 1),
    ("Welireg for renal cell carcinoma", "P52", 1),
    ("lump in testicle, is it curable", "P53", 1),
    ("Lynparza after ovarian chemo", "P54", 1),
    ("bleeding after menopause womb cancer", "P55", 1),
    ("cervix cancer radiation with cisplatin", "P56", 1),
    ("FOLFIRINOX for cancer of the pancreas", "P57", 1),
    ("daraxonrasib", "P57", 1),
    ("gastric cancer claudin Vyloy", "P58", 1),
    ("hepatocellular carcinoma Tecentriq Avastin", "P59", 1),
    ("cholangiocarcinoma FGFR2", "P60", 1),
    ("mole changing color", "P61", 1),
    ("radioactive iodine after thyroid surgery", "P62", 1),
    ("throat cancer from HPV", "P63", 1),
    ("glioblastoma Temodar", "P64", 1),
    ("Blincyto for adult ALL", "P65", 1),
    ("leukemia in my 5 year old, chance of cure", "P66", 1),
    ("ATRA for APL", "P67", 1),
    ("Venclexta with azacitidine for older people", "P67", 1),
    ("CLL watch and wait", "P68", 1),
    ("stopping Gleevec in CML", "P69", 1),
    ("R-CHOP", "P70", 1),
    ("slow growing follicular lymphoma no treatment yet", "P71", 1),
    ("ABVD Hodgkin's disease", "P72", 1),
    ("Revlimid Velcade Darzalex", "P73", 1),
    ("GIST Gleevec", "P74", 1),
    ("carcinoid Lutathera", "P74", 1),
    ("life after cancer follow-up visits", "P75", 1),
]

# Written once weights and topics stood, and not used to change them: what to expect of words nobody has tried.
UNSEEN_WORDS = [
    ("why do they need to take my T cells out and put them back", "P04"),
    ("is it safe to hug my grandkids while I get radiation from the machine", "P06"),
    ("what is TMB and can Keytruda work for any cancer with it", "P08"),
    ("my lymph nodes were positive what does N1 mean", "P09"),
    ("partial response on the scan, does that mean I'm cured", "P11"),
    ("the internet says only 10% live five years", "P12"),
    ("who pays for a clinical study and can I quit", "P14"),
    ("compassionate use of a drug that is still being tested", "P15"),
    ("too tired to move, would walking help", "P16"),
    ("does grapefruit matter with my pills", "P17"),
    ("when does hospice start", "P18"),
    ("my temp is 100.6 and white count is low", "P19"),
    ("yellow eyes on immunotherapy", "P20"),
    ("face and neck swelling with trouble breathing", "P20"),
    ("Zofran before or after I feel sick", "P21"),
    ("nasal flu vaccine during chemotherapy", "P22"),
    ("birth control during cancer treatment", "P23"),
    ("ultrasound instead of mammogram when pregnant", "P24"),
    ("feeling hopeless and thinking about suicide", "P25"),
    ("blood thinner shots for a clot in my lung", "P26"),
    ("capecitabine enzyme deficiency boxed warning", "P27"),
    ("confusion and slow breathing on opioids", "P28"),
    ("should I double up if I miss my dose", "P29"),
    ("my mother had BRCA, should my sisters be tested", "P30"),
    ("mammogram every year or every two years", "P31"),
    ("20 pack years quit ten years ago scan", "P32"),
    ("stool test positive now what", "P33"),
    ("HPV self test at home", "P34"),
    ("CA-125 screening with no symptoms", "P35"),
    ("is category 1 better than preferred", "P36"),
    ("lumpectomy or mastectomy early breast cancer", "P38"),
    ("HER2 low, do I count as positive", "P39"),
    ("triple negative breast cancer immunotherapy", "P40"),
    ("alectinib after lung surgery", "P42"),
    ("ROS1 positive lung cancer pills", "P43"),
    ("tarlatamab after chemo stopped working", "P45"),
    ("FOLFOX three or six months after surgery", "P46"),
    ("BRAF V600E colon cancer that spread", "P47"),
    ("watch and wait rectal cancer after chemoradiation", "P48"),
    ("active surveillance prostate", "P49"),
    ("bladder removal with Padcev and Keytruda", "P51"),
    ("AFP and hCG blood markers", "P53"),
    ("mirvetuximab eye exams", "P54"),
    ("postmenopausal bleeding", "P55"),
    ("pancreatic enzymes with meals", "P57"),
    ("H. pylori and stomach cancer", "P58"),
    ("check for varices before bevacizumab", "P59"),
    ("ivosidenib IDH1 bile duct", "P60"),
    ("calcitonin and RET medullary", "P62"),
    ("dental check before radiation to the throat", "P63"),
    ("vorasidenib oligodendroglioma", "P64"),
    ("leukemia bleeding emergency arsenic", "P67"),
    ("ibrutinib or venetoclax for chronic lymphocytic leukemia", "P68"),
    ("dasatinib nilotinib difference", "P69"),
    ("large B-cell lymphoma came back after 8 months", "P70"),
    ("talquetamab", "P73"),
    ("imatinib resistant D842V", "P74"),
    ("afraid the cancer returns, survivorship plan", "P75"),
]


@cache
def shipped() -> tuple[Corpus, Index]:
    corpus = load_corpus([Path("datasets/guidelines")])
    return corpus, Index(corpus)


def found(query: str, k: int = 5, cancers: tuple[str, ...] = ()) -> list[str]:
    return [hit.passage_id for hit in shipped()[1].search(query, k, cancers=cancers)]


def recall(rows: list[tuple[str, str]], k: int) -> float:
    return sum(passage in found(query, k) for query, passage in rows) / len(rows)


@pytest.mark.parametrize(("query", "passage", "within"), PATIENT_WORDS)
def test_a_patients_words_find_the_passage(query: str, passage: str, within: int) -> None:
    assert passage in found(query, within)


# Words for exercise that mean something else here, and the passage that must not come first for them.
MEANT_OTHERWISE = [
    ("How do doctors work out my prognosis?", "P16"),
    ("How do they work out the dose of capecitabine?", "P16"),
    ("How do doctors work out the stage of my cancer?", "P16"),
    ("how is it worked out whether I need chemo", "P16"),
    ("which drug fits my tumor", "P16"),
    ("active surveillance for prostate cancer", "P16"),
]


@pytest.mark.parametrize(("query", "passage"), MEANT_OTHERWISE)
def test_a_phrase_with_two_meanings_is_told_by_what_follows_it(query: str, passage: str) -> None:
    assert passage != found(query, 1)[0]


@pytest.mark.parametrize(
    ("rows", "floors"),
    [
        # Measured 2026-11-23: 0.95, 1.00, 1.00 and 0.91, 0.97, 0.98.
        ([(query, passage) for query, passage, _ in PATIENT_WORDS], (0.90, 0.98, 0.98)),
        (UNSEEN_WORDS, (0.85, 0.93, 0.95)),
    ],
    ids=["tuned on", "unseen"],
)
def test_recall_at_1_3_and_5_holds(
    rows: list[tuple[str, str]], floors: tuple[float, float, float], record_property: Callable[[str, object], None]
) -> None:
    reached = tuple(recall(rows, k) for k in (1, 3, 5))
    record_property("recall@1, @3, @5", reached)
    assert all(value >= floor for value, floor in zip(reached, floors, strict=True)), reached


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Keytruda", "pembrolizumab"),
        ("Gleevec in CML", "imatinib in CML"),
        ("HER-2 positive", "HER2 positive"),
        ("PDL1", "PD-L1"),
        ("high temperature", "fever"),
        ("throwing up", "vomiting"),
    ],
)
def test_two_names_of_one_thing_find_the_same_passage(first: str, second: str) -> None:
    assert found(first, 1) == found(second, 1)


@pytest.mark.parametrize(
    "query", ["brest cancer while pregnent", "tagriso for EGFR", "diarhea on Yervoy", "mamogram how often"]
)
def test_one_slip_in_a_word_does_not_lose_the_passage(query: str) -> None:
    meant = query.replace("brest", "breast").replace("pregnent", "pregnant").replace("tagriso", "Tagrisso")
    meant = meant.replace("diarhea", "diarrhea").replace("mamogram", "mammogram")
    assert found(meant, 1)[0] in found(query, 3)


def test_the_disease_asked_about_holds_back_passages_on_others() -> None:
    free, asked = found("HER2 positive first treatment"), found("HER2 positive first treatment", cancers=("stomach",))
    assert free[0] == "P39"
    assert asked[0] == "P58"


def test_results_do_not_depend_on_the_order_of_files_or_earlier_queries() -> None:
    _, index = shipped()
    files = sorted(path for path in Path("datasets/guidelines").glob("P*.md"))
    again = Index(load_corpus(files[::-1]))
    for query, _, _ in PATIENT_WORDS[:20]:
        assert again.search(query) == index.search(query) == index.search(query)
        assert again.sentences(query) == index.sentences(query)


def test_results_do_not_depend_on_the_process() -> None:
    code = (
        "from pathlib import Path; from evals.corpus import Index, load_corpus\n"
        "index = Index(load_corpus([Path('datasets/guidelines')]))\n"
        "print([(index.search(q), index.sentences(q)) for q in ('Keytruda rash', 'brest cancer fever', 'FOLFOX')])"
    )
    answers = {
        subprocess.check_output([sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed})
        for seed in "12"
    }
    assert len(answers) == 1


def make(*texts: str, superseded: tuple[str, ...] = ()) -> Index:
    passages = {}
    for number, text in enumerate(texts, start=1):
        spans = tuple(Sentence(start=span.start, end=span.end) for span in split_sentences(text))
        passages[f"T{number}"] = Passage(id=f"T{number}", title="Title", text=text, sentences=spans)
    return Index(Corpus(passages=passages, documents=dict.fromkeys(passages, "x.md"), digest="", superseded=superseded))


def test_equal_scores_come_in_id_order_and_are_rounded() -> None:
    hits = make("Call at night.", "Call at night.", "Call at night.").search("night")
    assert [hit.passage_id for hit in hits] == ["T1", "T2", "T3"]
    assert len({hit.score for hit in hits}) == 1
    assert all(round(hit.score, 6) == hit.score for hit in hits)


def test_a_superseded_passage_is_not_found() -> None:
    index = make("Call at night.", "Call by day.", superseded=("T1",))
    assert index.search("night") == ()
    assert [hit.passage_id for hit in index.search("call")] == ["T2"]
    assert [hit.passage_id for hit in index.sentences("call night")] == ["T2"]


def test_sentences_are_found_at_their_place() -> None:
    corpus, index = shipped()
    (best, *_) = index.sentences("Call right away for a temperature of 100.4 °F or higher during chemo", 3)
    assert best.passage_id == "P19"
    assert corpus.passages["P19"].text[best.start : best.end].startswith("Call your care team right away")


@pytest.mark.parametrize("query", ["", "   ", "the of and", "zzzzqqqq", "\x00", "😀", "؟", "*" * 1000])
def test_a_query_without_known_words_finds_nothing(query: str) -> None:
    assert found(query) == []
    assert shipped()[1].sentences(query, 5) == ()


@pytest.mark.parametrize("k", [0, -1])
def test_asking_for_none_gives_none(k: int) -> None:
    assert found("fever", k) == []


def test_terms_of_several_words_match_as_phrases() -> None:
    index = make("The drug is given under the skin.", "The skin is under the drug given.")
    assert [hit.passage_id for hit in index.search("subcutaneous")] == ["T1"]


def test_short_forms_that_are_words_are_told_apart() -> None:
    tokens = [
        concept.token for concept in load_concepts().of("We met in the ER. MET exon 14, ER+ and HR 0.40; her 2 kids.")
    ]
    assert tokens == ["gene:MET", "gene:ER"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Keytruda with Yervoy", [("drug:pembrolizumab", "Keytruda"), ("drug:ipilimumab", "Yervoy")]),
        ("her2 low", [("gene:HER2-low", "her2 low")]),
        ("a high temperature, chills", [("term:fever", "high temperature")]),
        ("non-small cell lung cancer", [("term:non-small cell lung cancer", "non-small cell lung cancer")]),
        (
            "nivolumab and ipilimumab",
            [
                ("drug:nivolumab and ipilimumab", "nivolumab and ipilimumab"),
                ("drug:nivolumab", "nivolumab"),
                ("drug:ipilimumab", "ipilimumab"),
            ],
        ),
        ("nothing known here", []),
    ],
)
def test_concepts_are_named_with_their_place(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(concept.token, text[concept.start : concept.end]) for concept in load_concepts().of(text)] == expected


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_text_may_be_asked(text: str) -> None:
    shipped()[1].search(text)
    assert all(0 <= concept.start < concept.end <= len(text) for concept in load_concepts().of(text))


@pytest.mark.parametrize(
    ("forms", "stem_of_all"),
    [
        ("drive drives driving", "driv"),
        ("stop stopped stopping", "stop"),
        ("biopsy biopsies", "biopsy"),
        ("Hodgkin's Hodgkin", "hodgkin"),
    ],
)
def test_forms_of_a_word_meet_in_one_stem(forms: str, stem_of_all: str) -> None:
    assert set(stems(forms)) == {stem_of_all}
