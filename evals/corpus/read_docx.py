"""Word documents -> blocks."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from evals.corpus.blocks import Block, Extract, tidy
from evals.errors import UserError

if TYPE_CHECKING:
    from docx.document import Document

_LARGEST = 60 * 1024 * 1024
_OLD_WORD = bytes.fromhex("d0cf11e0a1b11ae1")
_HEADING = re.compile(r"heading ([1-9])")


def read_docx(data: bytes, where: str) -> Extract:
    """The headings, paragraphs and table rows of a .docx file, in order.

    Raises:
        UserError: it is not a Word document, is damaged, or is encrypted.
    """
    if data.startswith(_OLD_WORD):
        wanted = "a .docx file without a password"
        raise UserError(where, "an encrypted or old Word file", wanted, "Save it as .docx, then add that.")
    _check_size(data, where)
    # Imported here: it brings lxml, and few commands read Word files.
    import docx

    try:
        document = docx.Document(BytesIO(data))
        blocks = tuple(block for block in _blocks(document) if block.text)
        title = document.core_properties.title
    except Exception as error:
        # python-docx raises key, value and XML errors of several packages on a broken file.
        cause = f"{type(error).__name__}: {error}"
        found = f"a damaged Word document ({cause[:120]})"
        raise UserError(where, found, "a .docx that opens in Word", "Open it and save it anew.") from error
    return Extract(blocks=blocks, title=tidy(title or "") or None)


def _check_size(data: bytes, where: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UserError(where, "not a Word document, whatever its name says", "a .docx file") from error
    if size > _LARGEST:
        raise UserError(where, f"unpacks to {size / 1e6:,.0f} MB", f"at most {_LARGEST / 1e6:,.0f} MB")


def _blocks(document: "Document") -> Iterator[Block]:
    from docx.oxml.ns import qn

    names = {style.style_id: (style.name or "").lower() for style in document.styles}
    paragraph, row, cell = qn("w:p"), qn("w:tr"), qn("w:tc")
    # Over the XML, not python-docx's paragraphs: those leave out tracked insertions and content controls.
    for element in document.element.body.iter(paragraph, row):
        if next(element.iterancestors(row), None) is not None:
            continue
        if element.tag == row:
            cells = [tidy(" ".join(_text(p) for p in one.iter(paragraph))) for one in element.iter(cell)]
            yield Block(kind="text", text=" | ".join(filter(None, dict.fromkeys(cells))))
            continue
        level = _level(element, names)
        yield Block(kind="heading" if level else "text", text=tidy(_text(element)), level=level)


def _text(paragraph: Any) -> str:
    from docx.oxml.ns import qn

    text, tab, line_break, inner = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:p")
    pieces: list[str] = []
    for node in paragraph.iter(text, tab, line_break):
        # A text box inside a paragraph holds paragraphs of its own, which come in their turn.
        if next(node.iterancestors(inner)) is paragraph:
            pieces.append((node.text or "") if node.tag == text else " ")
    return "".join(pieces)


def _level(paragraph: Any, names: dict[str, str]) -> int:
    from docx.oxml.ns import qn

    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    name = names.get(style.get(qn("w:val")), "") if style is not None else ""
    heading = _HEADING.match(name)
    return min(int(heading.group(1)), 6) if heading else 1 if name == "title" else 0
