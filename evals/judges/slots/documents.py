"""Years that only say which edition of a document is meant: "its 2022 guideline", "(ASCO 2022)"."""

import re
from functools import cache

from evals.judges.slots import quantity_patterns as patterns

_BEFORE, _AFTER = 60, 70


def dates_document(text: str, start: int, end: int) -> bool:
    """Whether the year at `text[start:end]` stands in the name of a document and dates nothing else."""
    before, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
    if _pattern("names_after").match(after):
        # "In 2019 NCCN guidelines changed" tells when; "in its 2019 guidelines" tells in which.
        return not _pattern("tells_when").search(before)
    if _pattern("events").search(before):
        return False
    return bool(_pattern("names_before").search(before) or (_pattern("cites").search(before) and _ends(after)))


def _ends(after: str) -> bool:
    return bool(_pattern("cited").match(after))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    rows = patterns.lexicon()["documents"]
    names = "|".join(map(re.escape, sorted(rows["names"], key=len, reverse=True)))
    bodies = "|".join(map(re.escape, sorted(rows["bodies"], key=len, reverse=True)))
    small = "|".join(rows["small"])
    written = {
        # "2022 ASCO exercise guideline"
        "names_after": rf"\s+(?:(?!(?:{small})\b)[\w’'/&-]+\s+){{0,4}}?(?:{names})s?\b(?!-)",
        "tells_when": r"\b(?:in|since|by|until|till|during|after|before|around)\s+\Z",
        "events": rf"\b(?:{'|'.join(rows['events'])})\b[^.;]*\Z",
        # "guideline (2022", "statement from 2022", "guideline, updated 2022"
        "names_before": rf"\b(?:{names})s?,?\s*[(\[]?\s*(?:(?:{'|'.join(rows['dated'])})\s+){{0,2}}\Z",
        # "(ASCO 2022", "NCCN, 2024"
        "cites": rf"\b(?:{bodies})(?:\s+(?:PDQ|version))?(?:’s|'s)?,?\s*[(\[]?\s*\Z",
        "cited": rf"\s*(?:[)\],;:.]|\Z|(?:{'|'.join(rows['says'])})\b)",
    }
    return re.compile(written[name], re.IGNORECASE if name != "cites" else 0)
