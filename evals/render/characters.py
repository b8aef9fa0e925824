"""Characters that no page shows."""

# Control characters go; those that stand for a line break or a tab become one. A lone surrogate is not a character and
# could not be stored, so it becomes the mark for that.
_TABLE: dict[int, str | None] = {
    **dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)], None),
    **dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}"),
    ord("\t"): "\t",
    **dict.fromkeys(map(ord, "\n\v\f\r\x85"), "\n"),
}


def clean(text: str) -> str:
    """The text without NULs and other control characters, with "\\n" as its only control line break."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").translate(_TABLE)
