"""PDF -> blocks with page numbers."""

import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from evals.corpus.blocks import Block, Extract, tidy
from evals.corpus.lines import Layout, without_running_lines
from evals.errors import UserError

if TYPE_CHECKING:
    from pypdf import PdfReader

_LIGATURES = re.compile("[\ufb00-\ufb06]")
_ENDED = re.compile(r"[.!?:][\"'”’)\]]*\Z")
# What programs put there when nobody gave a title.
_NO_TITLE = re.compile(r"(microsoft word|untitled|document ?\d*\Z)|.*\.(docx?|indd|pdf|qxd|pptx?)\Z", re.IGNORECASE)
_UNLOCK = "Save a copy without a password, then add that."


def read_pdf(data: bytes, where: str) -> Extract:
    """The text of a PDF, page by page, without running headers and footers.

    Raises:
        UserError: it is not a PDF, is damaged, needs a password, or has no text on any page.
    """
    if b"%PDF-" not in data[:1024]:
        raise UserError(where, "not a PDF, whatever its name says", "a PDF file")
    with _quiet():
        reader = _open(data, where)
        texts = [_page_text(reader, number, where) for number in range(_count(reader, where))]
        title = _title(reader)
    if not texts:
        raise UserError(where, "a PDF without pages", "a PDF with text")
    blank = [number for number, text in enumerate(texts, start=1) if not text.strip()]
    if len(blank) == len(texts):
        pages = "its only page" if len(texts) == 1 else f"any of its {len(texts)} pages"
        raise UserError(where, f"no text on {pages}", "a PDF with text", "If it was scanned, run OCR first.")
    pages = without_running_lines([text.splitlines() for text in texts])
    warning = f"no text on {_ranges(blank)} of {len(texts)}: if scanned, run OCR first and add it again"
    return Extract(blocks=tuple(_blocks(pages)), title=title, pages=len(texts), warnings=(warning,) if blank else ())


@contextmanager
def _quiet() -> Iterator[None]:
    # pypdf reports each flaw of a file that it can read all the same; what it cannot read we say ourselves.
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _open(data: bytes, where: str) -> "PdfReader":
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    try:
        reader = PdfReader(BytesIO(data))
        # Many guidelines are locked against printing or copying only: those open with the empty password.
        locked = reader.is_encrypted and not reader.decrypt("")
    except DependencyError as error:
        found = "encrypted with AES, which needs the package cryptography to read"
        raise UserError(where, found, "a PDF that is not encrypted", _UNLOCK) from error
    except Exception as error:
        raise _damaged(where, error) from error
    if locked:
        raise UserError(where, "encrypted, and a password is needed to read it", "a PDF that is not encrypted", _UNLOCK)
    return reader


def _count(reader: "PdfReader", where: str) -> int:
    try:
        return len(reader.pages)
    except Exception as error:
        raise _damaged(where, error) from error


def _page_text(reader: "PdfReader", number: int, where: str) -> str:
    try:
        text = reader.pages[number].extract_text()
    except Exception as error:
        raise _damaged(f"{where}: page {number + 1}", error) from error
    return _LIGATURES.sub(lambda match: unicodedata.normalize("NFKC", match.group()), text)


def _damaged(where: str, error: Exception) -> UserError:
    # pypdf raises almost any built-in exception on a broken file; each means the same to the person who has the file.
    cause = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    fix = "Open it and save it anew, or download it again."
    return UserError(where, f"a damaged PDF ({cause[:120]})", "a PDF that opens in a viewer", fix)


def _title(reader: "PdfReader") -> str | None:
    try:
        title = reader.metadata.title if reader.metadata else None
    except Exception as error:  # noqa: BLE001  (a broken title is no reason to refuse the text)
        logging.getLogger(__name__).debug("no title in the PDF's metadata: %s", error)
        return None
    shown = tidy(title) if isinstance(title, str) else ""
    return None if not shown or _NO_TITLE.match(shown) else shown


def _blocks(pages: Sequence[Sequence[str]]) -> Iterator[Block]:
    layout = Layout(pages)
    held: Block | None = None
    for number, lines in enumerate(pages, start=1):
        for place, block in enumerate(layout.blocks(lines, number)):
            if held and place == 0 and _goes_on(held, block):
                # Stays on the page where it began.
                held = replace(held, text=layout.join(held.text, block.text))
                continue
            if held:
                yield held
            held = block
    if held:
        yield held


def _goes_on(before: Block, after: Block) -> bool:
    """Whether a paragraph runs over the page break."""
    return before.kind == after.kind == "text" and not _ENDED.search(before.text) and after.text[0].islower()


def _ranges(numbers: Sequence[int]) -> str:
    """As a person would write them: "page 3", "pages 2, 5–7"."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
    return f"page {shown}" if len(numbers) == 1 else f"pages {shown}"
