"""The parts of an answer page, told by what they say and by where they stand."""

from collections.abc import Sequence
from functools import lru_cache

from evals.pages.lists import mark_questions, mark_references, mark_related, mark_upload
from evals.pages.notices import is_date, mark_closing, mark_dates, mark_opening
from evals.pages.parts import Kinds, Part, parts_of
from evals.pages.wording import wording
from evals.records import Section, SectionKind
from evals.render import Rendered

_LONGEST_TITLE = 30
# A patient's whole question may stand over the answer.
_LONGEST_FIRST_HEADING = 120


@lru_cache(maxsize=4)
def find_sections(rendered: Rendered) -> tuple[Section, ...]:
    """The sections of a page in order, each made of whole blocks; what is not recognised is body.

    A block that a reader does not see is body, whatever it says: a hidden notice is no notice.
    """
    parts = parts_of(rendered)
    marked = dict(_marked(parts))
    sections: list[Section] = []
    for number, part in enumerate(parts):
        kind = marked.get(number, "body")
        if sections and sections[-1].kind == kind:
            sections[-1] = Section(kind=kind, start=sections[-1].start, end=part.block.end)
        else:
            sections.append(Section(kind=kind, start=part.block.start, end=part.block.end))
    return tuple(sections)


def find_title(rendered: Rendered) -> str | None:
    """The title of a page; None when it has none, as most chat answers."""
    parts = [part for part in parts_of(rendered) if part.seen]
    at = _title(parts)
    return None if at is None else " ".join(parts[at].text.split())


def _marked(parts: Sequence[Part]) -> list[tuple[int, SectionKind]]:
    """The kinds of the blocks that a reader sees, by number of the block."""
    numbers = [number for number, part in enumerate(parts) if part.seen]
    seen = [parts[number] for number in numbers]
    kinds: Kinds = [None] * len(seen)
    title = _title(seen)
    if title is not None:
        kinds[title] = "title"
    mark_related(seen, kinds)
    mark_references(seen, kinds)
    mark_upload(seen, kinds)
    mark_questions(seen, kinds)
    mark_dates(seen, kinds)
    mark_opening(seen, kinds)
    mark_closing(seen, kinds)
    return [(number, kind or "body") for number, kind in zip(numbers, kinds, strict=True)]


def _title(parts: Sequence[Part]) -> int | None:
    headings = [at for at, part in enumerate(parts) if part.is_heading and part.word_count <= _longest(part)]
    if top := [at for at in headings if parts[at].block.level == 1 and _can_be_title(parts[at])]:
        return top[0]
    first = next((at for at, part in enumerate(parts) if not _stands_before_title(part)), None)
    if first is None or not _can_be_title(parts[first]) or wording("urgent_labels").found(parts[first].head):
        return None
    if first in headings:
        # A heading among others of its rank heads a section, not the page.
        peers = [at for at in headings if parts[at].block.level <= parts[first].block.level]
        return first if peers == [first] else None
    asks = parts[first].is_question and len(parts[first].sentences) == 1
    return first if (asks or not headings) and _looks_like_title(parts, first) else None


def _longest(part: Part) -> int:
    return _LONGEST_FIRST_HEADING if part.block.level == 1 else _LONGEST_TITLE


def _can_be_title(part: Part) -> bool:
    generic = wording("generic_headings").found(part.head) or part.is_label
    return not generic and not is_date(part) and any(map(str.isalpha, part.text))


def _stands_before_title(part: Part) -> bool:
    return bool(part.tone) or part.is_label or is_date(part)


def _looks_like_title(parts: Sequence[Part], at: int) -> bool:
    """Whether a short first line without a heading's markup is a title all the same."""
    part = parts[at]
    if part.block.kind != "paragraph" or not (part.is_lead or part.is_question) or part.text.endswith(":"):
        return False
    return len(parts) > at + 2 and part.word_count <= 14 and not part.is_filler and "\n" not in part.text
