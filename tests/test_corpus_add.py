"""A person's own documents become passages on their machine, or are refused in one clear line."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from evals.corpus import add_document, add_documents, load_corpus
from evals.corpus.blocks import Block
from evals.corpus.cut import cut
from evals.corpus.read_html import read_html
from evals.errors import UserError


def make_pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF with the given lines on each page, in Helvetica."""
    objects: list[bytes] = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects.append(f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode())
    objects.append(b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>")
    for number, lines in enumerate(pages):
        content = (
            b"BT /F1 11 Tf 14 TL 50 780 Td " + b" ".join(b"(%s) Tj T*" % _escaped(line) for line in lines) + b" ET"
        )
        page = f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents {5 + 2 * number} 0 R>>"
        objects.append(page.encode())
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj" % number + body + b"endobj\n")
    start = out.tell()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    out.write(f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF".encode())
    return out.getvalue()


def _escaped(line: str) -> bytes:
    return line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def encrypted(data: bytes, password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


GUIDELINE = [
    [
        "Clinic Example - Guide to fever",
        "Fever during chemo",
        "A fever of 100.4 °F (38.0 °C) or higher is an emergency during chemo. Call your team right",
        "away, day or night. A low-",
        "dose pill does not replace the call. Ask for the treat-",
        "ment plan. PD-",
        "L1 is a protein. The treatment plan names whom to call when the office is closed, and the plan",
        "is yours to keep for as long as you are in treatment, wherever you are",
        "Page 1 of 3",
    ],
    [
        "Clinic Example - Guide to fever",
        "and whoever you are with on that day.",
        "Nausea and vomiting",
        "Nausea pills work best on schedule. Take them before you feel sick.",
        "Page 2 of 3",
    ],
    ["Clinic Example - Guide to fever", "Store all pills safely, in a locked place.", "Page 3 of 3"],
]


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "Fever Guide.pdf"
    path.write_bytes(make_pdf(GUIDELINE))
    return path


def texts(folder: Path) -> dict[str, str]:
    return {passage.id: passage.text for passage in load_corpus([folder]).passages.values()}


# --- PDF -------------------------------------------------------------------------------------------------------------


def test_a_pdf_becomes_passages_that_keep_their_pages(pdf: Path, tmp_path: Path) -> None:
    added = add_document(pdf, tmp_path / "own", organisation="Clinic Example", cancer=["general"], as_of="2026-01-31")
    assert (added.status, added.pages, added.title, added.warnings) == ("added", 3, "Fever Guide", ())
    corpus = load_corpus([tmp_path / "own"])
    assert list(corpus.passages) == ["fever-guide-p001-01", "fever-guide-p002-01", "fever-guide-p003-01"]
    assert [passage.page for passage in corpus.passages.values()] == [1, 2, 3]
    second = corpus.passages["fever-guide-p002-01"]
    assert second.sources[0].page == 2
    assert second.sources[0].organisation == "Clinic Example"
    assert second.as_of == "2026-01-31"


def test_running_headers_and_page_numbers_are_left_out(pdf: Path, tmp_path: Path) -> None:
    add_document(pdf, tmp_path / "own")
    for text in texts(tmp_path / "own").values():
        assert "Clinic Example" not in text
        assert "Page" not in text


def test_words_broken_at_a_line_end_are_joined_and_real_hyphens_stay(pdf: Path, tmp_path: Path) -> None:
    add_document(pdf, tmp_path / "own")
    first = texts(tmp_path / "own")["fever-guide-p001-01"]
    assert "the treatment plan. PD-L1 is a protein." in first
    assert "A low-dose pill" in first


def test_a_paragraph_that_runs_over_the_page_stays_on_the_page_where_it_began(pdf: Path, tmp_path: Path) -> None:
    add_document(pdf, tmp_path / "own")
    found = texts(tmp_path / "own")
    assert found["fever-guide-p001-01"].endswith("wherever you are and whoever you are with on that day.")
    assert found["fever-guide-p002-01"].startswith("Nausea pills work best")


def test_a_heading_line_names_the_passage(pdf: Path, tmp_path: Path) -> None:
    add_document(pdf, tmp_path / "own")
    titles = [passage.title for passage in load_corpus([tmp_path / "own"]).passages.values()]
    assert titles[0] == "Fever Guide: Fever during chemo"
    assert titles[1] == "Fever Guide: Nausea and vomiting"


def test_a_pdf_locked_against_copying_opens_with_the_empty_password(tmp_path: Path) -> None:
    path = tmp_path / "locked.pdf"
    path.write_bytes(encrypted(make_pdf(GUIDELINE), ""))
    assert add_document(path, tmp_path / "own").passages == 3


def test_an_encrypted_pdf_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.pdf"
    path.write_bytes(encrypted(make_pdf(GUIDELINE), "secret"))
    with pytest.raises(UserError, match=r"secret\.pdf: encrypted, and a password is needed") as caught:
        add_document(path, tmp_path / "own")
    assert "without a password" in caught.value.fix
    assert not (tmp_path / "own").exists()


def test_a_pdf_of_pictures_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(make_pdf([[]] * 12))
    with pytest.raises(UserError, match=r"no text on any of its 12 pages; .*run OCR first"):
        add_document(path, tmp_path / "own")


def test_pages_without_text_are_named_and_the_rest_is_added(tmp_path: Path) -> None:
    path = tmp_path / "part.pdf"
    path.write_bytes(make_pdf([["Call us now."], [], ["Rest well."], [], [], []]))
    added = add_document(path, tmp_path / "own")
    assert added.passages == 2
    assert added.warnings == ("no text on pages 2, 4–6 of 6: if scanned, run OCR first and add it again",)


@pytest.mark.parametrize("cut_at", [20, 300, 700])
def test_a_damaged_pdf_is_one_clear_error_or_read_in_part(cut_at: int, tmp_path: Path) -> None:
    path = tmp_path / "cut.pdf"
    path.write_bytes(make_pdf(GUIDELINE)[:cut_at])
    with pytest.raises(UserError, match=r"cut\.pdf: (a damaged PDF|no text|a PDF without pages)"):
        add_document(path, tmp_path / "own")


# --- other kinds -----------------------------------------------------------------------------------------------------


def test_html_is_read_without_scripts_menus_and_hidden_parts(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(
        "<html><head><title>Fever &amp; chemo</title><style>p{}</style></head><body><nav>Menu</nav><main><h1>Fever</h1>"
        "<p>Call <b>right</b> away.<script>alert('<p>no</p>')</script></p><p hidden>secret</p>"
        "<p style='display: none'>unseen</p><table><tr><th>Drug</th><th>Blocks</th></tr><tr><td>A</td><td>B</td></tr></table>"
        "<ul><li>Chills</li><li>Shaking</li></ul></main><footer>Imprint</footer></body></html>"
    )
    added = add_document(path, tmp_path / "own")
    assert added.title == "Fever & chemo"
    assert texts(tmp_path / "own") == {
        "fever-chemo-001": "Call right away.\n\nDrug | Blocks\n\nA | B\n\nChills\n\nShaking"
    }


def test_docx_is_read_in_order_with_headings_and_tables(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Nausea", level=1)
    document.add_paragraph("Take nausea pills on schedule.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Ondansetron", "before chemo"
    document.add_heading("Fever", level=1)
    document.add_paragraph("Call at 100.4 °F.")
    path = tmp_path / "leaflet.docx"
    document.save(str(path))
    add_document(path, tmp_path / "own", title="Leaflet")
    corpus = load_corpus([tmp_path / "own"])
    assert [(p.title, p.text) for p in corpus.passages.values()] == [
        ("Leaflet: Nausea", "Take nausea pills on schedule.\n\nOndansetron | before chemo"),
        ("Leaflet: Fever", "Call at 100.4 °F."),
    ]


def test_markdown_and_plain_text_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ntitle: House rules\n---\n# Fever\n\n**Call** [us](http://x.y).\n\n- Day\n- Night\n"
    )
    (tmp_path / "b.txt").write_bytes(
        "Call us – day or night.\n\n1. Say who you are.\n2. Say you are on chemo.".encode("cp1252")
    )
    first, second = (add_document(tmp_path / name, tmp_path / "own") for name in ("a.md", "b.txt"))
    assert first.title == "House rules"
    assert second.warnings == ("not UTF-8: read as Windows-1252, so check accents and dashes",)
    assert texts(tmp_path / "own") == {
        "b-001": "Call us – day or night.\n\n1. Say who you are.\n\n2. Say you are on chemo.",
        "house-rules-001": "Call us.\n\nDay\n\nNight",
    }


REFUSED = [
    ("junk.pdf", b"\x00\x01\x02junk", "not a PDF"),
    ("junk.docx", b"\x00\x01\x02junk", "not a Word document"),
    ("old.docx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 600, "an encrypted or old Word file"),
    ("junk.txt", bytes(range(256)), "binary data"),
    ("really-a.txt", b"%PDF-1.4 ...", "a PDF, whatever its name says"),
    ("picture.md", b"\x89PNG\r\n\x1a\n\x00\x00", "a picture"),
    ("empty.html", b"", "an empty file"),
    ("blank.txt", b" \n\t\n", "an empty file"),
    ("nothing.html", b"<html><script>x()</script></html>", "no text in it"),
    ("marks.txt", b"-- ** --\n\n....", "no text in it"),
    ("table.xlsx", b"PK\x03\x04", "suffix '.xlsx'"),
    ("no-suffix", b"text", "suffix ''"),
]


@pytest.mark.parametrize(("name", "data", "says"), REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line(name: str, data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(UserError) as caught:
        add_document(path, tmp_path / "own")
    assert str(caught.value).startswith(f"{path}: {says}")
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        add_document(tmp_path / "missing.pdf", tmp_path / "own")


def test_a_word_file_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.corpus.read_docx._LARGEST", 2_000_000)
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\x00" * 5_000_000)
    with pytest.raises(UserError, match="unpacks to 5 MB; wanted at most 2 MB"):
        add_document(path, tmp_path / "own")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"as_of": "2026-13-01"}, "field 'as_of' is '2026-13-01'"),
        ({"as_of": "2026-05-01", "review_by": "2026-04-01"}, "review_by 2026-04-01 before as_of"),
        ({"cancer": ["lng"]}, "unknown cancer 'lng'. Did you mean \"lung\"?"),
        ({"cancer": []}, "field 'cancer' is empty"),
        ({"url": "javascript:alert(1)"}, "field 'url' is"),
    ],
)
def test_what_is_said_of_a_document_is_checked(said: dict, message: str, pdf: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        add_document(pdf, tmp_path / "own", **said)
    assert message in str(caught.value)


# --- again, and many -------------------------------------------------------------------------------------------------


def test_the_same_document_again_changes_nothing(pdf: Path, tmp_path: Path) -> None:
    first = add_document(pdf, tmp_path / "own")
    assert first.path is not None
    before = first.path.read_bytes()
    assert add_document(pdf, tmp_path / "own").status == "unchanged"
    assert first.path.read_bytes() == before


def test_new_words_about_the_same_document_need_replace(pdf: Path, tmp_path: Path) -> None:
    add_document(pdf, tmp_path / "own")
    with pytest.raises(UserError, match=r"already added as fever-guide\.jsonl.*--replace"):
        add_document(pdf, tmp_path / "own", title="Renamed")
    assert add_document(pdf, tmp_path / "own", title="Renamed", replace=True).status == "replaced"
    assert [path.name for path in (tmp_path / "own").iterdir()] == ["renamed.jsonl"]


def test_another_document_of_the_same_name_needs_replace(pdf: Path, tmp_path: Path) -> None:
    add_document(pdf, tmp_path / "own")
    pdf.write_bytes(make_pdf([["A new version."]]))
    with pytest.raises(UserError, match="another document is stored as fever-guide"):
        add_document(pdf, tmp_path / "own")
    assert add_document(pdf, tmp_path / "own", replace=True).status == "replaced"
    assert texts(tmp_path / "own") == {"fever-guide-p001-01": "A new version."}


def test_a_folder_is_added_file_by_file_and_each_is_reported(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "b.txt").write_text("Call us.")
    (folder / "a.pdf").write_bytes(b"junk")
    (folder / "c.xyz").write_text("?")
    results = add_documents(folder, tmp_path / "own", organisation="Clinic")
    assert [(result.source.name, result.status) for result in results] == [
        ("a.pdf", "refused"), ("b.txt", "added"), ("c.xyz", "refused"),
    ]  # fmt: skip
    assert results[0].problem is not None
    assert "not a PDF" in str(results[0].problem)
    assert list(texts(tmp_path / "own")) == ["b-001"]


def test_an_empty_folder_and_a_title_for_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a folder without files"):
        add_documents(tmp_path)
    with pytest.raises(UserError, match="one title for a folder"):
        add_documents(tmp_path, title="All")


def test_nothing_half_written_is_left_when_the_folder_cannot_be_written(pdf: Path, tmp_path: Path) -> None:
    target = tmp_path / "own"
    target.write_text("a file, not a folder")
    with pytest.raises(UserError, match="cannot be written"):
        add_document(pdf, target)


def test_a_damaged_stored_document_is_named_when_the_corpus_is_read(pdf: Path, tmp_path: Path) -> None:
    path = add_document(pdf, tmp_path / "own").path
    assert path is not None
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace('"sentences": [[0,', '"sentences": [[9000,')]))
    with pytest.raises(UserError, match=rf"{path.name}:2: no text, or sentences that lie outside it"):
        load_corpus([tmp_path / "own"])
    path.write_text("\n".join(lines[1:]))
    with pytest.raises(UserError, match=r":1: no document header"):
        load_corpus([tmp_path / "own"])


def test_a_name_without_latin_letters_still_gets_an_id(tmp_path: Path) -> None:
    path = tmp_path / "指南.txt"
    path.write_text("发烧请立即打电话。白天或晚上都可以。")
    added = add_document(path, tmp_path / "own")
    assert added.title == "指南"
    assert len(texts(tmp_path / "own")) == 1


# --- pieces ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.booleans(), st.text(alphabet="ab. \n", max_size=2000)), max_size=8))
@settings(max_examples=60, deadline=None)
def test_cutting_keeps_every_word_in_order_and_no_piece_is_too_long(parts: list[tuple[bool, str]]) -> None:
    blocks = [
        Block(kind="heading" if heading else "text", text=" ".join(text.split()) or "x", level=1)
        for heading, text in parts
    ]
    pieces = cut(blocks, 20)
    words = [word for block in blocks if block.kind == "text" for word in block.text.split()]
    # A "word" longer than a piece may be is cut, so letters are compared.
    assert "".join(piece.text for piece in pieces).replace("\n", "").replace(" ", "") == "".join(words)
    assert all(len(piece.text.split()) <= 20 for piece in pieces)


@pytest.mark.parametrize(
    "unit", ["<div>", "<", '<a "', "<!--", "<script>", "<p hidden>", "<![CDATA[", "<a b='", "&amp", "<p>x"]
)
def test_hostile_html_takes_no_longer_than_its_length_warrants(unit: str) -> None:
    read_html(unit * (400_000 // len(unit)))
