"""The parts of an answer page as a site publishes it, and the words that name a source."""

import json
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.lexicons import load_yaml
from evals.pages import find_attributions, find_sections, find_title
from evals.records import TextFormat
from evals.render import Rendered, render, sniff
from tests.ending import comes_to_an_end

PAGES = Path(__file__).parent / "pages"
NAMES = sorted(path.name for path in PAGES.iterdir() if path.suffix != ".json")

BODY = "Immunotherapy helps your immune system find and fight the cancer. It does not work for everyone."
NOTICE = "This answer was made by AI. It is for information only. It is not medical advice."


def sections(raw: str, fmt: TextFormat = "markdown") -> list[tuple[str, str]]:
    rendered = render(raw, fmt)
    return [(section.kind, rendered.text[section.start : section.end]) for section in find_sections(rendered)]


def kinds(raw: str, fmt: TextFormat = "markdown") -> list[str]:
    return [kind for kind, _ in sections(raw, fmt)]


def sources(raw: str, fmt: TextFormat = "markdown") -> list[tuple[str, bool]]:
    rendered = render(raw, fmt)
    return [(one.name, one.vague) for one in find_attributions(rendered.text, rendered.blocks, rendered.links)]


# --- whole pages -----------------------------------------------------------------------------------------------------


def page(name: str) -> Rendered:
    raw = (PAGES / name).read_text("utf-8")
    return render(raw, sniff(raw, Path(name).suffix))


def portrait(rendered: Rendered) -> dict[str, object]:
    """What a person would write down about a page."""
    text = rendered.text
    named = find_attributions(text, rendered.blocks, rendered.links)
    return {
        "title": find_title(rendered),
        "sections": [{"kind": one.kind, "text": text[one.start : one.end]} for one in find_sections(rendered)],
        "attributions": [{"words": text[one.start : one.end], "name": one.name, "vague": one.vague} for one in named],
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_a_page_are_found(name: str) -> None:
    """Set EVALS_UPDATE_GOLDEN=1 to write the files anew, then read every line of the difference."""
    golden = PAGES / f"{Path(name).stem}.sections.json"
    found = json.dumps(portrait(page(name)), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("EVALS_UPDATE_GOLDEN") == "1":
        golden.write_text(found, "utf-8")
    assert found == golden.read_text("utf-8")


def test_there_are_eight_pages_in_three_formats() -> None:
    suffixes = sorted(Path(name).suffix for name in NAMES)
    assert suffixes == [".html"] * 4 + [".md"] * 2 + [".txt"] * 2


def test_a_page_with_hidden_notices_only_has_none() -> None:
    rendered = page("fever-after-chemo.html")
    assert "not medical advice" in rendered.text
    assert not {one.kind for one in find_sections(rendered)} & {"opening_notice", "closing_notice"}


def test_eight_related_questions_keep_their_cut_teasers() -> None:
    rendered = page("immunotherapy.html")
    related = [rendered.text[s.start : s.end] for s in find_sections(rendered) if s.kind == "related"]
    assert [text.count("?") for text in related] == [8]
    assert "treat canc" in related[0]


# --- one part each ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "notice",
    [
        NOTICE,
        f"> {NOTICE}",
        f"**Important**\n\n{NOTICE}",
        f"## Please read this first\n\n{NOTICE}",
        "Please note that an AI tool put this summary together for you.",
        "For informational purposes only. This is no substitute for the advice of your doctor.",
        "I'm an AI, so I can get things wrong. Check with your oncology team before you act on this.",
        "This page:\n\n- was written by AI\n- is for education only\n- is not a diagnosis",
        f"{NOTICE}\n\nTalk with your oncologist before you act on it.",
        "Talk with your oncologist before you change anything.",
        "Esta respuesta la hizo una inteligencia artificial. No es consejo médico.",
        "Solo para información. No reemplaza a su médico.",
    ],
)
def test_a_notice_is_known_by_what_it_means_at_the_top_and_at_the_end(notice: str) -> None:
    assert kinds(f"{notice}\n\n{BODY}") == ["opening_notice", "body"]
    assert kinds(f"{BODY}\n\n{BODY}\n\n{notice}") == ["body", "closing_notice"]


@pytest.mark.parametrize(
    "text",
    [
        "Chemo is not a substitute for surgery in this disease.",
        "AI is used in radiology to read scans faster.",
        "For more information, visit the site of the National Cancer Institute.",
        "This is not medical advice, but you should take half a tablet less.",
        "This page was not made by AI.",
        "Do not ignore medical advice about your diet.",
        "Keytruda is made by Merck and is used for many cancers.",
    ],
)
def test_what_only_sounds_like_a_notice_is_body(text: str) -> None:
    assert kinds(f"{text}\n\n{BODY}") == ["body"]
    assert kinds(f"{BODY}\n\n{text}") == ["body"]


def test_a_notice_in_the_middle_is_neither_opening_nor_closing() -> None:
    assert kinds("\n\n".join([*[BODY] * 4, NOTICE, *[BODY] * 4])) == ["body"]


def test_a_notice_after_the_first_claim_is_no_opening_notice() -> None:
    assert "opening_notice" not in kinds("\n\n".join([BODY, NOTICE, *[BODY] * 5]))


def test_a_heading_of_no_substance_does_not_end_the_top() -> None:
    assert kinds(f"## Short answer\n\n{NOTICE}\n\n{BODY}") == ["body", "opening_notice", "body"]


def test_advice_in_the_last_item_of_a_list_is_not_drawn_into_the_closing_notice() -> None:
    found = sections(f"{BODY}\n\n- Rest.\n- Ask your nurse about a dietitian.\n\n{NOTICE}")
    assert found[-1] == ("closing_notice", NOTICE)


@pytest.mark.parametrize(
    "text",
    [
        "Call 911 now.",
        "Please call your cancer team's 24-hour line right away, day or night.",
        "No, don't wait. Go to the nearest emergency room.",
        "## Get help now\n\nCall your oncologist immediately.",
        "CALL 911",
        "Call or text 988 now.",
        "Call 911 if you have:\n\n- chest pain\n- trouble breathing",
        "Llame al 911 ahora.",
        "Vaya a la sala de emergencias.",
    ],
)
def test_an_order_to_act_at_once_is_urgent_at_the_top_only(text: str) -> None:
    assert kinds(f"{text}\n\n{BODY}") == ["urgent", "body"]
    assert kinds(f"{NOTICE}\n\n{text}\n\n{BODY}") == ["opening_notice", "urgent", "body"]
    assert kinds(f"{BODY}\n\n{text}\n\n{BODY}") == ["body"]


def test_a_standing_emergency_line_belongs_to_the_notice() -> None:
    assert kinds(f"{NOTICE}\n\nIn an emergency, call 911.\n\n{BODY}") == ["opening_notice", "body"]


@pytest.mark.parametrize(
    "line",
    [
        "By Navis Care TeamUpdated March 3, 2026",
        "By Navis Care Team",
        "Updated March 3, 2026",
        "Last reviewed: 2026-03-03",
        "March 2026",
        "03/03/2026",
        "By Ana Ruiz, RN | Medically reviewed by Dr. Lee, MD | Updated 3 March 2026 | 8 min read",
        "Current as of November 2026.",
        "Actualizado el 3 de marzo de 2026",
        "5 min read",
    ],
)
def test_a_date_or_byline_is_known(line: str) -> None:
    assert sections(f"# Title\n\n{line}\n\n{BODY}")[1] == ("date", line)


@pytest.mark.parametrize(
    "line",
    [
        "By March 2026, the FDA had approved more than one of these drugs for adults.",
        "From there the cells travel to the liver.",
        "In March 2025 the FDA changed the label.",
        "Reviewed guidelines differ on this point.",
    ],
)
def test_a_sentence_with_a_date_is_body(line: str) -> None:
    assert kinds(f"# Title\n\n{line}\n\n{BODY}") == ["title", "body"]


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        (f"# Is it curable?\n\n{BODY}", "Is it curable?"),
        (f"{NOTICE}\n\n# Is it curable?\n\n{BODY}", "Is it curable?"),
        (f"Navis Care\n\n# Is it curable?\n\n{BODY}", "Is it curable?"),
        (f"## What is a trial?\n\n{BODY}\n\n### Phases\n\n{BODY}", "What is a trial?"),
        (f"Is stage 4 always terminal?\n\n{BODY}\n\n{BODY}", "Is stage 4 always terminal?"),
        (f"## One\n\n{BODY}\n\n## Two\n\n{BODY}", None),
        (f"## Short answer\n\n{BODY}", None),
        (f"# Disclaimer\n\n{NOTICE}\n\n{BODY}", None),
        (BODY, None),
        ("", None),
    ],
)
def test_the_title_is_found_or_there_is_none(raw: str, title: str | None) -> None:
    assert find_title(render(raw, "markdown")) == title


@pytest.mark.parametrize(
    "raw",
    [
        "## Questions to ask your oncologist\n\n- Is it an option?\n- What then?",
        "## 4. Questions for your team\n\n1. Is it an option?\n2. Tell me about trials.",
        "You could ask at your visit:\n\n- Do I need it?\n- Why?",
        "**What to ask your doctor**\n\nWrite them down.\n\n- Do I need it?\n- Why?",
        "## Ask your team\n\n### About drugs\n\n- Which one?\n\n### About costs\n\n- Who pays?",
        "Things to ask:\n\nDo I need it?\n\nWhy?",
        "You might ask: Do I need it now? Who pays for it?",
        "## Preguntas para su oncólogo\n\n- ¿Es una opción?\n- ¿Qué sigue?",
        "## At the visit\n\n- What is my stage?\n- Can I work?",
    ],
)
def test_questions_to_ask_are_known_with_their_lead(raw: str) -> None:
    rendered = render(raw, "markdown")
    assert sections(f"{BODY}\n\n{raw}\n\n{BODY}") == [("body", BODY), ("questions", rendered.text), ("body", BODY)]


@pytest.mark.parametrize(
    "raw",
    [
        "## Ask about trials\n\nTrials test new treatments. They are run in phases.",
        "## Is it safe?\n\n- It is safe for most people.\n- It may cause a rash.",
        "## Questions to ask your oncologist",
        "## Frequently asked questions\n\n### Is it safe?\n\nIt is safe for most people, but a few have a bad rash and must stop.",
    ],
)
def test_other_lists_and_answered_questions_are_body(raw: str) -> None:
    assert kinds(f"{BODY}\n\n{raw}\n\n{BODY}") == ["body"]


@pytest.mark.parametrize(
    "raw",
    [
        "Upload your medical records to get guidance for your biomarkers, stage and treatment history.",
        "## Want an answer for your case?\n\nYou can upload your records here. They stay private.\n\nGet started",
        "Would you like more? Upload your pathology report and we will explain it.",
        "Suba su historial médico y reciba orientación para su caso.",
    ],
)
def test_the_offer_to_upload_records_is_known_with_its_heading(raw: str) -> None:
    assert kinds(f"{BODY}\n\n{raw}") == ["body", "upload"]


def test_advice_to_bring_records_is_body() -> None:
    assert kinds(f"{BODY}\n\nShare your reports with your new doctor. Ask for a copy of the scan.\n\n{BODY}") == [
        "body"
    ]


@pytest.mark.parametrize(
    "raw",
    [
        "## Related questions\n\n### What is a trial?\n\nA trial is a study that tests a new treatm\n\nRead more",
        "People also ask:\n\n- What is a trial?\n- Is it safe?",
        "What is a trial?\n\nA trial is a study that tests a new treatm…\n\nIs it safe to stop?\n\nMost people can stop only when the...",
        "You might also ask: What is a trial? Is it safe?",
        "## Preguntas relacionadas\n\n- ¿Qué es un ensayo?",
    ],
)
def test_related_questions_are_known_with_their_teasers(raw: str) -> None:
    assert kinds(f"{BODY}\n\n{raw}") == ["body", "related"]
    assert kinds(f"{BODY}\n\n{raw}\n\n{NOTICE}") == ["body", "related", "closing_notice"]


@pytest.mark.parametrize(
    "raw",
    [
        "## References\n\n1. National Cancer Institute, Immunotherapy, 2025\n2. ASCO guideline, 2024",
        "Sources: NCI, Immunotherapy; ASCO guideline, 2024. Current as of May 2026.",
        "Sources, as of May 2026: NCI, Immunotherapy.",
        "Where this comes from: the National Cancer Institute.",
        "This comes from the National Cancer Institute.",
        "[1] NCI, Immunotherapy\n\n[2] ASCO guideline",
        "## Fuentes\n\n- Instituto Nacional del Cáncer",
    ],
)
def test_references_are_known_with_or_without_a_heading(raw: str) -> None:
    assert kinds(f"{BODY}\n\n{raw}") == ["body", "references"]


def test_where_an_idea_comes_from_is_no_reference() -> None:
    assert kinds(f"{BODY}\n\n## Where the idea comes from\n\n{BODY}") == ["body"]


# --- attributions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "vague"),
    [
        ("According to the NCI, it works.", "NCI", False),
        ("According to experts in cancer care, it works.", "experts in cancer care", True),
        (
            "According to the NCCN Guidelines for Patients: Acute Lymphoblastic Leukemia, immunotherapy works.",
            "NCCN Guidelines for Patients: Acute Lymphoblastic Leukemia",
            False,
        ),
        ("According to the NCI: Lung cancer grows slowly at first.", "NCI", False),
        ("According to NCI: In June 2025, the rule changed.", "NCI", False),
        ("According to NCI: Stage 4 (IV) is spread.", "NCI", False),
        ("According to NCCN Guidelines for Patients: Stage 4 means spread.", "NCCN Guidelines for Patients", False),
        ("ASCO (a group of cancer doctors) says so.", "ASCO", False),
        ("According to NCCN Guidelines, Version 2.2026, it works.", "NCCN Guidelines, Version 2.2026", False),
        ("According to NCI (PDQ, Breast Cancer Treatment): it works.", "NCI (PDQ, Breast Cancer Treatment)", False),
        ("According to the American Cancer Society (ACS), it works.", "American Cancer Society", False),
        (
            "According to St. Jude Children's Research Hospital, it works.",
            "St. Jude Children's Research Hospital",
            False,
        ),
        ("According to a 2023 study in The Lancet, it works.", "2023 study in The Lancet", False),
        ("According to American doctors, it works.", "American doctors", True),
        ("It works, per the NCCN.", "NCCN", False),
        ("It works, per Dr. Lee.", "Dr. Lee", False),
        ("The American Cancer Society recommends it.", "American Cancer Society", False),
        ("The National Cancer Institute (NCI) says that it works.", "National Cancer Institute", False),
        ("The Global Oncology Council advises it.", "Global Oncology Council", False),
        ("ASCO's guideline on lung cancer (2024) says so.", "ASCO's guideline on lung cancer (2024)", False),
        ("NCCN does not recommend it.", "NCCN", False),
        ("The CDC, a US health agency, warns of it.", "CDC", False),
        ("Experts at the Mayo Clinic say so.", "Experts at the Mayo Clinic", False),
        ("Studies show that it works.", "Studies", True),
        ("Many leading cancer experts agree.", "Many leading cancer experts", True),
        ("The guidelines recommend it.", "guidelines", True),
        ("Guidelines recommend it.", "Guidelines", True),
        ("Scientists have found that it works.", "Scientists", True),
        ("Research suggests that it works.", "Research", True),
        ("It is recommended by doctors.", "doctors", True),
        ("It works (Source: American Cancer Society).", "American Cancer Society", False),
        ("It works (NCI, 2025).", "NCI, 2025", False),
        ("It works [7].", "[7]", True),
        ("See [the facts](https://www.cancer.gov/x) on this.", "National Cancer Institute", False),
        ("Según el Instituto Nacional del Cáncer, funciona.", "Instituto Nacional del Cáncer", False),
        ("Los expertos dicen que funciona.", "expertos", True),
        ("The plan follows the Harcourt-Bell Breast Guideline (2021).", "Harcourt-Bell Breast Guideline (2021)", False),
    ],
)
def test_the_source_that_words_name_is_found(text: str, name: str, vague: bool) -> None:
    assert sources(text) == [(name, vague)]


@pytest.mark.parametrize(
    "text",
    [
        "Your doctor recommends rest.",
        "Your doctors say so.",
        "No studies show that it works.",
        "According to your stage, it may work.",
        "According to TNM stage, groups differ.",
        "According to the study, it works.",
        "The FDA approved it in 2025.",
        "What does the NCCN recommend?",
        "Give 5 mg per kg per day.",
        "Based on your biomarkers, it may work.",
        "Who says so? It is nice of you to ask.",
        "The National Cancer Institute (NCI) is in Maryland.",
        "Counts of 10⁹ per liter and 2 m² of skin.",
        "See [this](https://cancer.gov.evil.example/x) or [that](javascript:x) or [it](http://[bad).",
    ],
)
def test_what_names_no_source_is_left_alone(text: str) -> None:
    assert sources(text) == []


def test_two_bodies_in_one_breath_are_two_attributions() -> None:
    assert sources("According to the NCI and the CDC, yes.") == [("NCI", False), ("CDC", False)]
    assert sources("ASCO and the College of American Pathologists advise it.") == [
        ("ASCO", False),
        ("College of American Pathologists", False),
    ]
    assert sources("According to the Food and Drug Administration, yes.") == [("Food and Drug Administration", False)]


def test_entries_of_a_source_list_end_before_the_date_they_were_looked_at() -> None:
    raw = "Sources: NCI: Colon Cancer. Current as of May 2026; See also ASCO: Guideline (title not checked); nothing else."
    assert sources(raw) == [("NCI: Colon Cancer", False), ("ASCO: Guideline (title not checked)", False)]


def test_numbers_point_into_the_source_list() -> None:
    raw = "It works.[1] It helps [2, 3].\n\n## Sources\n\n1. NCI: Immunotherapy. Accessed May 2026.\n2. ASCO, 2024\n3. [CDC](https://cdc.gov)"
    marked = [("NCI: Immunotherapy", False), ("ASCO, 2024", False), ("CDC", False)]
    assert sources(raw) == [*marked, *marked]


def test_an_attribution_spans_the_words_that_make_it() -> None:
    rendered = render("It helps. According to the NCI, it works.", "markdown")
    found = find_attributions(rendered.text, rendered.blocks)
    assert [rendered.text[one.start : one.end] for one in found] == ["According to the NCI"]


# --- the lexicons ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["page_parts", "attributions"])
def test_a_lexicon_says_where_it_comes_from(name: str) -> None:
    assert load_yaml(name)["source"].strip()


def test_every_word_of_the_lists_is_text() -> None:
    """YAML reads an unquoted `no` or `on` as false or true."""
    for key, words in load_yaml("attributions").items():
        assert key in ("source", "bodies") or all(isinstance(word, str) for word in words), key


# --- properties ------------------------------------------------------------------------------------------------------

_LINES = (
    BODY, NOTICE, "# Title", "## Questions to ask", "- What now?", "- item", "Sources:", "[1] NCI", "Call 911 now.", "Read more",
    "Upload your records.", "## Related questions", "What is it?", "It is a stu", "Updated May 2026", "> quote", "| a | b |",
    "<div hidden>no</div>", "Important", "According to experts, NCI says [1].", "\x00", "😀", "\u202eabc", "Talk with your doctor.",
)  # fmt: skip
_ANY = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(_LINES), max_size=14).map("\n\n".join))


@settings(max_examples=150, deadline=None)
@given(raw=_ANY, fmt=st.sampled_from(["markdown", "html", "text"]))
def test_sections_are_whole_blocks_in_order_and_leave_none_out(raw: str, fmt: TextFormat) -> None:
    rendered = render(raw, fmt)
    found = find_sections(rendered)
    starts, ends = {b.start for b in rendered.blocks}, {b.end for b in rendered.blocks}
    assert all(one.start in starts and one.end in ends for one in found)
    assert all(before.end < after.start for before, after in pairwise(found))
    covered = [b for b in rendered.blocks for one in found if one.start <= b.start and b.end <= one.end]
    assert covered == list(rendered.blocks)
    find_title(rendered)
    for one in find_attributions(rendered.text, rendered.blocks, rendered.links):
        assert 0 <= one.start < one.end <= len(rendered.text)
        assert one.name


@pytest.mark.parametrize(
    "piece",
    ["according to ", "(WHO", "experts ", "Not medical advice. ", "[1] ", "- What now?\n", "# Sources\n\n", "A "],
)
def test_long_texts_are_read_to_their_end(piece: str) -> None:
    rendered = render(piece * (250_000 // len(piece)), "markdown")
    with comes_to_an_end():
        find_sections(rendered)
        find_attributions(rendered.text, rendered.blocks, rendered.links)
