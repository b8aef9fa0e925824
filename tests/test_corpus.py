"""Guideline files become passages, or an error that names file, line, what was found and what was wanted."""

import datetime
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evals.cancers import cancers, covers, find_cancers
from evals.corpus import Corpus, check_corpus, describe, load_corpus, read_corpus, read_passage_file
from evals.corpus.markers import MarkedText
from evals.errors import UserError
from evals.records import Source

GOOD = """---
id: T1
title: Fever
cancer: [general]
scope: {pregnancy: yes}
sources:
  - {id: cdc, organisation: CDC, document: Infections, version: 2.0, url: https://www.cdc.gov/, seen: true}
  - id: nccn
    organisation: NCCN
    document: A book
as_of: 2026-11-23
review_by: 2027-11-23
volatility: stable
supersedes: []
conflicts_with: []
conflicts:
  - topic: When to call
    positions: [{body: A, says: At 38}, {body: B, says: At 39}]
signed_by: null
signed_on: null
---
# Fever

Call your team at 100.4 °F. {cdc} Call at
any hour, e.g. at night. {cdc,V} Rest.

Drink 2.5 liters. {nccn}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "T1-fever.md").write_text(GOOD)
    return tmp_path


def other(folder: Path, name: str, **changes: str) -> Path:
    """A second passage file that differs from the first in the given fields."""
    text = GOOD.replace("id: T1\n", f"id: {name}\n")
    for field, value in changes.items():
        lines = [f"{field}: {value}" if line.startswith(f"{field}:") else line for line in text.split("\n")]
        text = "\n".join(lines)
    path = folder / f"{name}.md"
    path.write_text(text)
    return path


# --- one file --------------------------------------------------------------------------------------------------------


def test_markers_leave_the_text_and_stay_with_their_sentence(folder: Path) -> None:
    (passage,) = read_passage_file(folder / "T1-fever.md")
    assert passage.text == ("Call your team at 100.4 °F. Call at any hour, e.g. at night. Rest.\n\nDrink 2.5 liters.")
    assert [(passage.text[s.start : s.end], s.sources, s.volatile) for s in passage.sentences] == [
        ("Call your team at 100.4 °F.", ("cdc",), False),
        ("Call at any hour, e.g. at night.", ("cdc",), True),
        ("Rest.", (), False),
        ("Drink 2.5 liters.", ("nccn",), False),
    ]


def test_front_matter_keeps_words_as_they_are_written(folder: Path) -> None:
    (passage,) = read_passage_file(folder / "T1-fever.md")
    assert passage.scope == {"pregnancy": "yes"}  # not a truth value
    assert passage.sources[0].version == "2.0"  # not a number
    assert passage.as_of == "2026-11-23"
    assert passage.signed_by is None
    assert passage.sources[0].seen
    assert not passage.sources[1].seen
    assert passage.conflicts[0].positions == {"A": "At 38", "B": "At 39"}


BROKEN = [
    ("cancer: [general]", "cancr: [general]", ":4: unknown field 'cancr'. Did you mean \"cancer\"?"),
    ("cancer: [general]", "cancer: [brest]", ":4: unknown cancer 'brest'. Did you mean \"breast\"?"),
    ("cancer: [general]", "cancer: []", ":4: field 'cancer' is empty"),
    ("{pregnancy: yes}", "{pregnant: yes}", ":5: unknown field 'scope.pregnant'. Did you mean \"pregnancy\"?"),
    ("scope: {pregnancy: yes}", "scope: all", ":5: field 'scope' is 'all'; wanted a mapping"),
    ("as_of: 2026-11-23", "as_of: 2026-02-30", ":11: field 'as_of' is '2026-02-30'; wanted a date such as"),
    ("as_of: 2026-11-23", "as_of: 23.11.2026", ":11: field 'as_of' is '23.11.2026'; wanted a date such as"),
    ("volatility: stable", "volatility: stabel", ":13: field 'volatility' is 'stabel'. Did you mean \"stable\"?"),
    ("id: T1", "id: null", ":1: field 'id' is missing"),
    ("id: T1", "id: T 1", ":2: field 'id' is 'T 1'; wanted letters, digits"),
    ("title: Fever", "title: ''", ":3: field 'title' is ''; wanted text"),
    ("document: A book", "documnt: A book", ":8: unknown field 'documnt'. Did you mean \"document\"?"),
    ("    document: A book\n", "", ":8: field 'document' is missing"),
    ("id: nccn", "id: cdc", ":8: source id 'cdc' is there twice"),
    ("id: nccn", "id: V", ":8: source id 'V'"),
    ("url: https://www.cdc.gov/", "url: www.cdc.gov", ":7: field 'url' is 'www.cdc.gov'; wanted an address"),
    ("seen: true", "seen: maybe", ":7: field 'seen' is 'maybe'"),
    ("{nccn}", "{ncn}", ":27: marker names the source 'ncn', which the file does not list. Did you mean \"nccn\"?"),
    ("2.5 liters. {nccn}", "2.5 {nccn} liters.", ":27: marker {nccn} does not follow a full stop"),
    (", {body: B, says: At 39}", "", ":17: a conflict with 1 position; wanted at least two"),
    ("signed_by: null", "signed_by: Dr. A", ":19: field 'signed_by' without the other"),
    ("volatility: stable", "id: T2", ":13: field 'id' is there twice"),
    ("volatility: stable", "volatility: [", "front matter is not YAML"),
    ("signed_on: null\n---", "signed_on: null", ":1: front matter without an end"),
]


@pytest.mark.parametrize(("old", "new", "says"), BROKEN)
def test_a_broken_file_is_named_with_the_line_and_what_to_do(old: str, new: str, says: str, folder: Path) -> None:
    path = folder / "T1-fever.md"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(UserError) as caught:
        read_passage_file(path)
    assert says in str(caught.value)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no text"),
        (b"# Only a heading\n", "no text"),
        (b"\xff\xfe\x00junk", "is not UTF-8 text"),
        (b"# A\n\nb\x00c", "NUL bytes"),
        (b"---\na: &a [*a]\n---\n# T\n\nText.", "unknown field 'a'|not YAML|too deeply"),
        (b"---\nid: " + b"[" * 5000 + b"\n---\n# T\n\nText.", "not YAML|too many or too deeply"),
        (b"---\nscope: {a: {" + b"a: {" * 40 + b"}" * 42 + b"\n---\n# T\n\nText.", "too many or too deeply"),
    ],
)
def test_a_file_that_is_no_passage_is_one_clear_error(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(data)
    with pytest.raises(UserError, match=says):
        read_passage_file(path)


def test_front_matter_that_unfolds_without_end_is_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    path = tmp_path / "x.md"
    path.write_text("---\n" + "\n".join(lines) + "\n---\n# T\n\nText.")
    with pytest.raises(UserError, match="too many or too deeply nested"):
        read_passage_file(path)


def test_a_document_of_several_headings_gives_a_passage_for_each(tmp_path: Path) -> None:
    path = tmp_path / "House Rules.md"
    path.write_text(
        "# Rules\n\nBe kind.\n\n## Fever\n\nCall **us** [now](http://x.y) {at once}.\n\n## Empty\n\n## Pain\n\n- Rest\n- Ice\n"
    )
    found = read_passage_file(path)
    assert [(p.id, p.title, p.text) for p in found] == [
        ("house-rules-01", "Rules", "Be kind."),
        ("house-rules-02", "Rules: Fever", "Call us now {at once}."),
        ("house-rules-03", "Rules: Pain", "Rest\n\nIce"),
    ]


def test_a_document_without_headings_or_front_matter_is_one_passage(tmp_path: Path) -> None:
    path = tmp_path / "my-notes.md"
    path.write_text("Call us.\n\nDay or night.")
    (passage,) = read_passage_file(path)
    assert (passage.id, passage.title, passage.cancer) == ("my-notes", "my notes", ("general",))
    assert passage.text == "Call us.\n\nDay or night."


def test_html_in_markdown_gives_its_words_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_text("# T\n\n<div><p>Call us.</p><script>alert(1)</script></div>\n\nUse <b>this</b> & PSA <4.")
    (passage,) = read_passage_file(path)
    assert passage.text == "Call us.\n\nUse this & PSA <4."


_SENTENCES = st.lists(
    st.tuples(
        st.sampled_from(
            ["Call us now.", "Take 5 mg every 3 wk.", "Is it 100.4 °F?", "See Dr. Smith!", "Rest (e.g. sleep)."]
        ),
        st.sampled_from(["", " {a}", " {a,V}", " {V}", " {b, a}"]),
    ),
    min_size=1,
    max_size=8,
)


@given(_SENTENCES, st.sampled_from([" ", "\n\n"]))
@settings(max_examples=80, deadline=None)
def test_every_marker_goes_to_the_sentence_before_it(marked: list[tuple[str, str]], glue: str) -> None:
    sources = [Source(id=name, organisation="O", document="D") for name in "ab"]
    builder = MarkedText(sources)
    for number, paragraph in enumerate(glue.join(text + marker for text, marker in marked).split("\n\n")):
        builder.add(paragraph, f"x.md:{number}")
    assert "{" not in builder.text
    told = [(builder.text[s.start : s.end], set(s.sources), s.volatile) for s in builder.sentences]
    for text, marker in marked:
        if marker:
            assert (text, set(marker) & {"a", "b"}, "V" in marker) in told
    assert "".join(text for text, _, _ in told).replace(" ", "") == "".join(text for text, _ in marked).replace(" ", "")


# --- many files ------------------------------------------------------------------------------------------------------


def test_passages_come_in_id_order_whatever_the_order_of_the_paths(folder: Path) -> None:
    second = other(folder, "A9")
    forth = load_corpus([folder / "T1-fever.md", second])
    back = load_corpus([second, folder])
    assert list(forth.passages) == list(back.passages) == ["A9", "T1"]
    assert forth.digest == back.digest
    assert forth.unsigned == 2


def test_a_corpus_can_be_sent_to_another_process(folder: Path) -> None:
    corpus = load_corpus([folder])
    assert pickle.loads(pickle.dumps(corpus)) == corpus  # noqa: S301  (our own bytes)


def test_the_digest_follows_the_content_and_nothing_else(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before = load_corpus([folder]).digest
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "renamed.md").write_text(GOOD)
    assert load_corpus([elsewhere]).digest == before
    (elsewhere / "renamed.md").write_text(GOOD.replace("Rest.", "Sleep."))
    assert load_corpus([elsewhere]).digest != before


def test_a_readme_is_no_passage_and_private_is_read_only_when_named(folder: Path) -> None:
    (folder / "README.md").write_text("# About\n\nThis folder.")
    (folder / "private").mkdir()
    other(folder / "private", "OWN1")
    (folder / "more").mkdir()
    other(folder / "more", "M1")
    assert list(load_corpus([folder]).passages) == ["M1", "T1"]
    assert list(load_corpus([folder, folder / "private"]).passages) == ["M1", "OWN1", "T1"]


def test_a_superseded_passage_stays_listed(folder: Path) -> None:
    other(folder, "T2", supersedes="[T1]")
    corpus = load_corpus([folder])
    assert corpus.superseded == ("T1",)
    assert [passage.id for passage in corpus.searched] == ["T2"]
    assert list(corpus.passages) == ["T1", "T2"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"supersedes": "[T0]"}, "supersedes names 'T0', which is not in the corpus. Known: T1, T2."),
        ({"conflicts_with": "[X9]"}, "conflicts_with names 'X9', which is not in the corpus"),
        ({"supersedes": "[T2]"}, "supersedes names the passage itself"),
    ],
)
def test_a_reference_to_no_passage_is_an_error(changes: dict[str, str], says: str, folder: Path) -> None:
    other(folder, "T2", **changes)
    with pytest.raises(UserError) as caught:
        load_corpus([folder])
    assert says in str(caught.value)


def test_two_passages_cannot_supersede_each_other(folder: Path) -> None:
    other(folder, "T2", supersedes="[T3]")
    other(folder, "T3", supersedes="[T2]")
    with pytest.raises(UserError, match="supersedes a passage that supersedes it"):
        load_corpus([folder])


def test_a_repeated_id_names_both_files(folder: Path) -> None:
    (folder / "again.md").write_text(GOOD)
    with pytest.raises(UserError, match=r"again\.md: id 'T1' is taken by .*T1-fever\.md") as caught:
        load_corpus([folder / "T1-fever.md", folder])
    assert "unique id" in caught.value.wanted


def test_all_problems_are_told_and_what_can_be_read_is_read(folder: Path) -> None:
    other(folder, "B1", as_of="soon")
    other(folder, "B2", volatility="x")
    corpus, problems = read_corpus([folder])
    assert list(corpus.passages) == ["T1"]
    assert [Path(problem.where.rpartition(":")[0]).name for problem in problems] == ["B1.md", "B2.md"]
    with pytest.raises(UserError, match=r"\(1 more: evals corpus check\.\)"):
        load_corpus([folder])


@pytest.mark.parametrize("name", ["guide.pdf", "guide.docx", "page.html"])
def test_a_document_that_was_not_added_is_never_skipped_in_silence(name: str, folder: Path) -> None:
    (folder / name).write_bytes(b"x")
    with pytest.raises(UserError, match=rf"{name}: not a file of passages.*evals corpus add"):
        load_corpus([folder])


def test_a_missing_or_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such corpus folder or file"):
        load_corpus([tmp_path / "nowhere"])
    with pytest.raises(UserError, match="no passages"):
        load_corpus([tmp_path])


# --- check and describe ----------------------------------------------------------------------------------------------


def test_overdue_passages_are_those_whose_day_has_passed(folder: Path) -> None:
    corpus = load_corpus([folder])
    assert corpus.overdue(datetime.date(2027, 11, 23)) == ()
    assert corpus.overdue(datetime.date(2027, 11, 24)) == ("T1",)


def test_check_names_what_is_due_or_doubtful(folder: Path) -> None:
    other(folder, "T2", as_of="2027-06-01", review_by="2027-01-01", supersedes="[T1]", conflicts_with="[T1]")
    found = check_corpus(load_corpus([folder]), datetime.date(2027, 3, 1))
    assert [(problem.passage_id, problem.rule) for problem in found] == [
        ("T1", "superseded"), ("T1", "volatile"), ("T1", "unseen-source"),
        ("T2", "overdue"), ("T2", "future"), ("T2", "review-before-date"), ("T2", "volatile"), ("T2", "unseen-source"),
        ("T2", "one-sided"), (None, "unsigned"),
    ]  # fmt: skip
    assert found[-1].message == "2 of 2 passages are signed by no clinician"


def test_describe_counts_each_document(folder: Path) -> None:
    (row,) = describe(load_corpus([folder]), datetime.date(2028, 1, 1))
    assert (row.ids, row.title, row.organisation, row.passages) == ("T1", "Fever", "CDC", 1)
    assert (row.as_of, row.review_by, row.overdue, row.unsigned) == ("2026-11-23", "2027-11-23", 1, 1)
    assert (row.volatile, row.conflicts, row.superseded) == (1, 1, 0)


# --- the shipped corpus ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Corpus:
    return load_corpus([Path("datasets/guidelines")])


def test_the_shipped_corpus_holds_the_75_passages(shipped: Corpus) -> None:
    assert list(shipped.passages) == [f"P{number:02d}" for number in range(1, 76)]
    assert shipped.superseded == ()
    assert not [problem for problem in check_corpus(shipped, datetime.date(2026, 11, 23)) if problem.level == "warning"]


def test_every_shipped_sentence_ends_with_a_full_stop_and_covers_the_text(shipped: Corpus) -> None:
    for passage in shipped.passages.values():
        sentences = [passage.text[s.start : s.end] for s in passage.sentences]
        assert all(sentence[-1] in ".!?" for sentence in sentences), passage.id
        assert "".join("".join(sentences).split()) == "".join(passage.text.split())


def test_importing_the_corpus_brings_no_heavy_library() -> None:
    heavy = "{'pandas', 'datasets', 'scipy', 'pypdf', 'docx', 'lxml', 'ragas', 'streamlit'}"
    code = f"import sys, evals.corpus; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


# --- diseases --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passage", "asked", "covered"),
    [
        ("general", "nsclc", True),
        ("lung", "nsclc", True),
        ("nsclc", "lung", False),
        ("solid-tumor", "breast", True),
        ("solid-tumor", "cll", False),
        ("blood", "hodgkin", True),
        ("leukemia", "pediatric-all", True),
        ("all", "general", False),
        ("all", "aml", False),
        (("gist", "neuroendocrine"), "gist", True),
        (("colorectal", "breast"), "rectal", True),
    ],
)
def test_guidance_on_a_group_covers_its_diseases_and_not_the_other_way(
    passage: object, asked: str, covered: bool
) -> None:
    assert covers(passage, asked) is covered  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I have bowel cancer", ("colorectal",)),
        ("non-small cell lung cancer", ("nsclc",)),
        ("cancer of the womb, then breast tumors", ("endometrial", "breast")),
        ("Hodgkin's disease or non-Hodgkin lymphoma", ("hodgkin", "lymphoma")),
        ("Ph+ ALL after CML", ("all", "cml")),
        ("all of us met the team", ()),
        ("CALL ALL DOCTORS", ()),
        ("renal cell carcinoma (RCC)", ("kidney",)),
        ("prostate cancer that spread to the bones and liver", ("prostate",)),
        ("mi cáncer de mama", ("breast",)),
        ("", ()),
    ],
)
def test_diseases_are_found_by_clinical_and_lay_names(text: str, found: tuple[str, ...]) -> None:
    assert find_cancers(text) == found


def test_every_disease_leads_up_to_general_and_is_found_by_its_own_name() -> None:
    for cancer in cancers().values():
        assert cancer.id == "general" or covers("general", cancer.id)
        assert find_cancers(cancer.name) == (cancer.id,)
