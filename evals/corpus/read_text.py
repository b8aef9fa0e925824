"""Bytes of a text file -> text, whatever it was saved as; plain text -> blocks."""

import codecs
import re

from evals.corpus.blocks import Extract
from evals.corpus.lines import Layout
from evals.errors import UserError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_PICTURE = "a picture"
_KINDS = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip or Word file"),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
)
# Tab, line ends, form feed; the C1 range is not binary in every code page, but is in UTF-8.
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def decode(data: bytes, where: str, *, html: bool = False) -> tuple[str, tuple[str, ...]]:
    """The text of a file and a warning when its encoding had to be guessed.

    Raises:
        UserError: the file is not text.
    """
    for start, kind in _KINDS:
        if data.startswith(start):
            fix = "Give it the ending it should have."
            raise UserError(where, f"{kind}, whatever its name says", "a text file", fix)
    text, warnings = _decoded(data, where, html)
    if found := _BINARY.search(text):
        raise UserError(where, f"binary data (byte 0x{ord(found.group()):02x} at {found.start()})", "a text file")
    return text.replace("\r\n", "\n").replace("\r", "\n"), warnings


def read_plain(text: str) -> Extract:
    """The paragraphs of a plain text: blank lines part them, and so do bullets and numbers."""
    lines = text.replace("\f", "\n\n").split("\n")
    return Extract(blocks=tuple(Layout([lines]).blocks(lines)))


def _decoded(data: bytes, where: str, html: bool) -> tuple[str, tuple[str, ...]]:
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    declared = _CHARSET.search(data[:4096]) if html and not encoding else None
    for name in filter(None, (encoding, declared.group(1).decode() if declared else None, "utf-8")):
        try:
            return data.decode(name), ()
        except (UnicodeDecodeError, LookupError):
            continue
    try:
        return data.decode("cp1252"), ("not UTF-8: read as Windows-1252, so check accents and dashes",)
    except UnicodeDecodeError as error:
        found = f"binary data (byte 0x{data[error.start]:02x} at {error.start})"
        raise UserError(where, found, "a text file in UTF-8") from error
