"""Whether words of a sentence are only quoted in it: what another page or person says is no notice of this text."""

import re
from collections.abc import Sequence

from evals.notices.groups import Word

_QUOTATION = re.compile(r"\"[^\"]+\"|“[^”]+”|«[^»]+»|‘[^’]{8,}’(?!\w)")
_MARK = re.compile('["“«‘]')
# With fewer words around it, the whole sentence is the quotation, which is how a notice may be set.
_AROUND = 3


def holds_quotation(text: str, start: int, end: int) -> bool:
    """Whether anything in `text[start:end]`, or just before it, can begin a quotation."""
    return bool(_MARK.search(text, max(0, start - 1), end))


def is_quoted(text: str, words: Sequence[Word], start: int, end: int) -> bool:
    """Whether `text[start:end]` stands inside a quotation that one of these sentences has words around."""
    if not words:
        return False
    first, last = words[0].start, words[-1].end + 1
    for quotation in _QUOTATION.finditer(text, first - 1 if first else 0, last):
        if quotation.start() <= start and end <= quotation.end():
            around = sum(not quotation.start() <= word.start < quotation.end() for word in words)
            return around >= _AROUND
    return False
