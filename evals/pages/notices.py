"""The top and the bottom of a page: notices, dates, and what must be done at once."""

import re
from collections.abc import Sequence
from functools import cache

from evals.lexicons import load_yaml
from evals.pages.parts import Kinds, Part
from evals.pages.wording import wording
from evals.records import SectionKind

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMERIC_DATE = re.compile(r"(?<!\d)(?:\d{4}-\d\d?-\d\d?|\d{1,2}[/.]\d{1,2}[/.](?:\d\d){1,2})(?!\d)")
_LONGEST_DATE = 30
_BYLINE = 12
_DATE_ALONE = 5
# These end the top of a page as surely as a claim does.
_LATER: frozenset[SectionKind] = frozenset({"questions", "references", "related"})
# What may follow a closing notice without being covered by it: a share button, a copyright line.
_TAIL = 200
_TAIL_SHARE = 0.15
_FIRST_SENTENCES = 2


def is_date(part: Part) -> bool:
    """Whether a block says who wrote the page or when, and nothing else."""
    if part.word_count > _LONGEST_DATE or not part.whole.words or part.is_question or part.text.endswith(":"):
        return False
    in_words = bool(_YEAR.search(part.text)) and not _months().isdisjoint(part.whole.words)
    dated = in_words or bool(_NUMERIC_DATE.search(part.text))
    if dated and part.word_count <= _DATE_ALONE:
        return True
    if not wording("date").found(part.whole):
        return False
    # "By March 2026, the FDA had approved more than one of the drugs." is a sentence of the body.
    if dated:
        return part.word_count <= _BYLINE or not part.is_complete
    return part.word_count <= _BYLINE and not part.is_complete and not part.is_heading


def mark_opening(parts: Sequence[Part], kinds: Kinds) -> None:
    """Mark the notices and calls to act at once that stand before the first claim, and the dates there."""
    end = _opening_end(parts, kinds)
    for at in range(end):
        if kinds[at] is None:
            kinds[at] = _opening_kind(parts, at)
    _extend(parts, kinds, range(end), "opening_notice")
    _mark_labels(parts, kinds, end, "opening_notice")
    _mark_stems(parts, kinds, end, ("opening_notice", "urgent"))


def mark_closing(parts: Sequence[Part], kinds: Kinds) -> None:
    """Mark the notice after which no more than a little of the body follows."""
    body = [at for at, kind in enumerate(kinds) if kind is None]
    allowed = max(_TAIL, _TAIL_SHARE * sum(len(parts[at].text) for at in body))
    after, found = 0, False
    for at in reversed(body):
        if after > allowed:
            break
        kind = parts[at].tone
        beside = at + 1 < len(parts) and kinds[at + 1] == "closing_notice"
        # Without "not medical advice" or the like, only the very last words are a notice.
        if kind == "strong" or (kind and not parts[at].is_item and (beside or (kind == "first" and not after))):
            kinds[at] = "closing_notice"
            found = True
        elif found and not parts[at].is_label:
            break
        elif not parts[at].is_label and not _is_colophon(parts[at]):
            after += len(parts[at].text)
    _extend(parts, kinds, range(len(parts)), "closing_notice")
    _mark_stems(parts, kinds, len(parts), ("closing_notice",))
    _mark_labels(parts, kinds, len(parts), "closing_notice")


def mark_dates(parts: Sequence[Part], kinds: Kinds) -> None:
    """Mark date lines and bylines wherever they stand by themselves."""
    for at, part in enumerate(parts):
        if kinds[at] is None and not part.is_item and part.block.kind != "row" and is_date(part):
            kinds[at] = "date"


def _is_colophon(part: Part) -> bool:
    return part.text.startswith("©") or (part.word_count <= _LONGEST_DATE and wording("colophon").found(part.whole))


def _opening_end(parts: Sequence[Part], kinds: Kinds) -> int:
    """The number of blocks before the first claim or the first heading of substance."""
    title = next((at for at, kind in enumerate(kinds) if kind == "title"), -1)
    at = title + 1
    while at < len(parts):
        if kinds[at] in _LATER or (kinds[at] is None and not _is_prelude(parts, at)):
            break
        at += 1
    return at


def _is_prelude(parts: Sequence[Part], at: int) -> bool:
    """Whether a block at the top is no claim yet."""
    part = parts[at]
    if _opening_kind(parts, at) or part.is_label or part.is_filler or part.tone:
        return True
    if part.is_heading:
        return wording("generic_headings").found(part.head)
    if part.text.endswith(":") and at + 1 < len(parts):
        return parts[at + 1].is_item and _opening_kind(parts, at + 1) is not None
    return False


def _opening_kind(parts: Sequence[Part], at: int) -> SectionKind | None:
    part = parts[at]
    found = part.tone
    if found == "strong":
        return "opening_notice"
    if _is_urgent(part):
        return "urgent"
    if part.is_heading and at + 1 < len(parts) and not parts[at + 1].is_heading:
        return "urgent" if wording("urgent_labels").found(part.head) and _is_urgent(parts[at + 1]) else None
    if part.is_item and _urgent_stem(parts, at) is not None:
        return "urgent"
    return "opening_notice" if found == "first" else None


def _is_urgent(part: Part) -> bool:
    """Whether a block tells the reader early on to call or go, and not only "in an emergency"."""
    if part.is_question:
        return False
    urgent = [wording("urgent").found(sentence) for sentence in part.sentences]
    standing = [wording("standing_emergency").found(sentence) for sentence in part.sentences]
    orders = [a and not b for a, b in zip(urgent, standing, strict=True)]
    return any(orders[:_FIRST_SENTENCES]) or sum(orders) * 2 >= max(1, len(orders))


def _urgent_stem(parts: Sequence[Part], at: int) -> int | None:
    """The block above a run of items when it calls for help and ends in a colon."""
    above = at
    while above >= 0 and parts[above].is_item and at - above < 20:
        above -= 1
    stem = parts[above] if above >= 0 else None
    return above if stem and stem.text.endswith(":") and _is_urgent(stem) else None


def _extend(parts: Sequence[Part], kinds: Kinds, within: range, kind: SectionKind) -> None:
    """Let a notice take in the blocks right before and after it that are wholly made of its matter."""
    for at in within:
        if kinds[at] is None and at and kinds[at - 1] == kind and parts[at].tone:
            kinds[at] = kind
    for at in reversed(within):
        # An item above a notice ends a list of the body: "Ask your nurse about a dietitian."
        if kinds[at] is None and at + 1 < len(parts) and kinds[at + 1] == kind and not parts[at].is_item:
            kinds[at] = kind if parts[at].tone else None


def _mark_labels(parts: Sequence[Part], kinds: Kinds, end: int, kind: SectionKind) -> None:
    for at in reversed(range(min(end, len(parts) - 1))):
        if kinds[at] is None and kinds[at + 1] == kind and parts[at].is_label:
            kinds[at] = kind


def _mark_stems(parts: Sequence[Part], kinds: Kinds, end: int, wanted: Sequence[SectionKind]) -> None:
    """A line such as "This page:" belongs to the notice whose items follow."""
    for at in reversed(range(min(end, len(parts) - 1))):
        marked = kinds[at + 1] in wanted
        if kinds[at] is None and marked and parts[at].text.endswith(":") and parts[at + 1].is_item:
            kinds[at] = kinds[at + 1]


@cache
def _months() -> frozenset[str]:
    return frozenset(load_yaml("page_parts.yaml")["months"])
