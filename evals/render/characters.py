"""Characters that no page shows."""

import re

# Control characters go; those that stand for a line break or a tab become one. A lone surrogate is not a character and
# could not be stored, so it becomes the mark for that. Soft hyphens, zero-width spaces, direction overrides and "tags"
# go too: the reader sees one word, so the scorers have to read one word.
_TABLE: dict[int, str | None] = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], None),
    **dict.fromkeys([0xAD, 0x34F, 0x180E, 0x200B, 0xFEFF], None),
    **dict.fromkeys([*range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xE0000, 0xE0080)], None),
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
    ord("\t"): "\t",
    **dict.fromkeys(map(ord, "\n\v\f\r\x85"), "\n"),
}
# What colours a terminal: ECMA-48, 5.4. Without its escape character the rest of it would stay as words.
_TERMINAL = re.compile(r"\x1b\[[0-?]{0,50}[ -/]{0,5}[@-~]")
# Joiners and marks make one sign of several emoji and order other scripts; between these letters they do nothing.
_JOINERS = re.compile(r"(?<=[A-Za-zÀ-ɏ0-9])[\u061c\u200c-\u200f]+(?=[A-Za-zÀ-ɏ0-9])")


def clean(text: str) -> str:
    """The text without control characters and those of no width, with "\\n" as its only control line break."""
    return _JOINERS.sub("", _TERMINAL.sub("", text).replace("\r\n", "\n").translate(_TABLE))
