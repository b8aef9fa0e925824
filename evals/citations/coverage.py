"""Which claims of an answer each named source stands behind."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from evals.cancers import find_cancers
from evals.citations.registry import patterns
from evals.lexicons import load_yaml
from evals.records import Answer, Attribution, Claim, Section, SectionKind

Reach = Literal["direct", "wide", "pointer"]
"""direct: named for these very claims; wide: for all of a section or answer; pointer: only mentioned or listed."""

_COLON = re.compile(r"[\s)”\"']*(?:\([^()\n]{0,120}\))?\s?:(?=\s|$)")
_LINE_COLON = re.compile(r"[^.!?\n:]{0,80}:\s*$")
_MARK = re.compile(r"\[\s?[A-Z]{0,3}\d|[⁰¹²³⁴⁵⁶⁷⁸⁹]")
_ONLY_MARKS = re.compile(r"[\s\[\]\d,;–⁰¹²³⁴⁵⁶⁷⁸⁹⁻.-]*")
_NUMBERED = re.compile(r"(?:^|\n)\s*[\[(]?\d{1,3}[\]).]+\s*$|[⁰¹²³⁴⁵⁶⁷⁸⁹]\s*$")
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s)\]>\"”]{3,300}")
_ENDS_AS_DOCUMENT = re.compile(
    r"\b(?:summary|summaries|guidelines?|guides?|pages?|books?|booklets?|statements?|recommendations?|label)$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(r"\s+(?:on|for|about)\s+[^,.;:()\n]{3,60}")
_UNCHECKED = frozenset({"notice", "question", "filler"})
_NOT_SOURCES: frozenset[SectionKind] = frozenset({"questions", "upload", "related"})
_NOTICES: frozenset[SectionKind] = frozenset({"opening_notice", "closing_notice", "date"})
_BEFORE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A named source and the claims it is named for; `address` is the one given with it, if any."""

    attribution: Attribution
    reach: Reach
    claim_ids: tuple[str, ...] = ()
    address: str | None = None


def read_citations(answer: Answer, claims: Sequence[Claim]) -> tuple[Citation, ...]:
    """The sources named in an answer, in order of their place, each with the claims it stands behind.

    Names in questions to ask, offers and related questions are no citations; nor is "not endorsed by the NCI".
    """
    return _Reader(answer, tuple(claim for claim in claims if claim.kind not in _UNCHECKED)).read()


@dataclass(slots=True)
class _Reader:
    answer: Answer
    claims: Sequence[Claim]
    block_starts: list[int] = field(init=False)
    leads: list[int] = field(init=False)
    marked: bool = field(init=False)
    by_block: dict[int, list[Claim]] = field(init=False)

    def __post_init__(self) -> None:
        self.block_starts = [block.start for block in self.answer.blocks]
        named = self.answer.attributions
        self.leads = [one.start for one in named if _COLON.match(self.answer.text, one.end)]
        self.marked = any(_MARK.match(self.answer.text, one.start) for one in named)
        self.by_block = {}
        for claim in self.claims:
            self.by_block.setdefault(self._block_at(claim.start), []).append(claim)

    def read(self) -> tuple[Citation, ...]:
        found = [citation for one in self.answer.attributions if (citation := self._citation(one))]
        return tuple(self._carried_on(found))

    def _citation(self, one: Attribution) -> Citation | None:
        one = self._with_subject(one)
        section = self._section_at(one.start)
        kind = section.kind if section else "body"
        # What stands before the name itself: the words that lead to it ("endorsed by") are part of the attribution.
        at = max(one.start, self.answer.text.find(one.name, one.start, one.end))
        before = self.answer.text[max(0, at - _BEFORE) : at].rpartition("\n")[2]
        if kind in _NOT_SOURCES or patterns("denied").search(before):
            return None
        address = self._address(one)
        if kind in _NOTICES:
            return Citation(attribution=one, reach="wide", claim_ids=_ids(self.claims), address=address)
        if kind == "references" and section:
            return self._listed(one, section, before, address)
        claims, reach = self._behind(one)
        return Citation(attribution=one, reach=reach, claim_ids=_ids(claims), address=address)

    def _with_subject(self, one: Attribution) -> Attribution:
        """A document with the disease it is on: "the PDQ summary on liver cancer"."""
        if one.vague or not _ENDS_AS_DOCUMENT.search(one.name):
            return one
        at = self.answer.text.find(one.name, one.start, one.end)
        subject = _SUBJECT.match(self.answer.text, at + len(one.name)) if at >= 0 else None
        if subject is None:
            return one
        said = re.split(rf"\b{load_yaml('citations.yaml')['says']}\b", subject[0], maxsplit=1, flags=re.IGNORECASE)[0]
        name = f"{one.name}{said}".rstrip()
        return replace(one, name=name, end=max(one.end, at + len(name))) if find_cancers(said) else one

    # --- lists of sources -------------------------------------------------------------------------------------------

    def _listed(self, one: Attribution, section: Section, before: str, address: str | None) -> Citation:
        block = self.answer.blocks[self._block_at(one.start)]
        own = self.answer.text[block.start : one.start].rpartition(";")[2]
        if patterns("pointers").search(own.strip(" :\n")) or patterns("pointers").search(before.strip(" :\n")):
            return Citation(attribution=one, reach="pointer", address=address)
        if self.marked and (block.kind == "item" or _NUMBERED.search(own)):
            # Numbered marks say which claims rest on which entry.
            return Citation(attribution=one, reach="pointer", address=address)
        return Citation(attribution=one, reach="wide", claim_ids=_ids(self._closed_by(section)), address=address)

    def _closed_by(self, section: Section) -> Iterable[Claim]:
        """The claims that a list of sources closes: those of its own part of the page, or all of them."""
        lists = [one for one in self.answer.sections if one.kind == "references"]
        starts_with_heading = self.answer.blocks[self._block_at(section.start)].kind == "heading"
        claims_after = any(claim.start >= section.end for claim in self.claims)
        if not claims_after and (starts_with_heading or lists == [section]):
            return self.claims
        floor = max((one.end for one in lists if one.end <= section.start), default=0)
        headings = [b.start for b in self.answer.blocks if b.kind == "heading" and floor <= b.start < section.start]
        floor = headings[-1] if headings else floor
        return [claim for claim in self.claims if floor <= claim.start < section.start]

    # --- running text -----------------------------------------------------------------------------------------------

    def _behind(self, one: Attribution) -> tuple[Sequence[Claim], Reach]:
        number = self._block_at(one.start)
        block, here = self.answer.blocks[number], self.by_block.get(self._block_at(one.start), [])
        if block.kind == "heading":
            return self._under_heading(number), "direct"
        own = [claim for claim in here if claim.start < one.end and one.start < claim.end]
        if _MARK.match(self.answer.text, one.start) and (before := self._sentence_before(one, own, here)):
            return [before], "direct"
        if block.kind == "row":
            # A table sets what the source says beside other things.
            return [*own, *(self._after(number, {"row"}) if number == self._first_row(number) else ())], "wide"
        if _COLON.match(self.answer.text, one.end, block.end):
            rest = self._until_next(one, here)
            opens_list = _LINE_COLON.match(self.answer.text, one.end, block.end) and not rest
            return [*own, *rest, *(self._led(number) if opens_list else ())], "direct"
        if not own and _LINE_COLON.match(self.answer.text, one.end, block.end):
            return self._led(number), "direct"
        if own:
            return own, "direct"
        earlier = [claim for claim in here if claim.end <= one.start]
        if earlier:  # "(Source: NCI)" at the end of a paragraph
            return earlier, "direct"
        return self._since_heading(number), "wide"

    def _sentence_before(self, one: Attribution, own: Sequence[Claim], here: Sequence[Claim]) -> Claim | None:
        """The sentence that a numbered mark closes when the mark stands after its full stop."""
        if own and not _ONLY_MARKS.fullmatch(self.answer.text, own[0].start, one.start):
            return own[0]
        return next((claim for claim in reversed(here) if claim.end <= one.start), None)

    def _until_next(self, one: Attribution, here: Sequence[Claim]) -> list[Claim]:
        """What follows "According to X:" in its paragraph, up to the next source named in that way."""
        later = bisect_right(self.leads, one.start)
        stop = self.leads[later] if later < len(self.leads) else len(self.answer.text)
        # A claim that holds the name is counted as its own already.
        return [claim for claim in here if claim.start >= one.end and claim.start < stop]

    def _led(self, number: int) -> list[Claim]:
        """The list (or, failing one, the paragraph) that a line ending in a colon opens."""
        items = self._after(number, {"item", "row"})
        return items or self.by_block.get(number + 1, [])

    def _after(self, number: int, kinds: set[str]) -> list[Claim]:
        found: list[Claim] = []
        for at in range(number + 1, len(self.answer.blocks)):
            if self.answer.blocks[at].kind not in kinds:
                break
            found += self.by_block.get(at, [])
        return found

    def _first_row(self, number: int) -> int:
        while number and self.answer.blocks[number - 1].kind == "row":
            number -= 1
        return number

    def _under_heading(self, number: int) -> list[Claim]:
        level, found = self.answer.blocks[number].level, []
        for at in range(number + 1, len(self.answer.blocks)):
            block = self.answer.blocks[at]
            if block.kind == "heading" and block.level <= level:
                break
            found += self.by_block.get(at, [])
        return found

    def _since_heading(self, number: int) -> list[Claim]:
        found: list[Claim] = []
        for at in range(number - 1, -1, -1):
            if self.answer.blocks[at].kind == "heading":
                break
            found = [*self.by_block.get(at, []), *found]
        return found

    def _carried_on(self, found: Sequence[Citation]) -> Iterator[Citation]:
        """ "It also says …": the source of the sentence before goes on."""
        named = {claim_id for one in found if one.reach == "direct" for claim_id in one.claim_ids}
        more: dict[str, list[str]] = {}
        for claims in self.by_block.values():
            for before, claim in pairwise(claims):
                said = self.answer.text[claim.start : claim.end]
                if claim.claim_id not in named and patterns("goes_on").search(said):
                    more.setdefault(before.claim_id, []).append(claim.claim_id)
        for one in found:
            claim_ids = list(one.claim_ids)
            if one.reach == "direct":
                for claim_id in claim_ids:  # grows while it is read: a chain of such sentences
                    claim_ids += [following for following in more.get(claim_id, ()) if following not in claim_ids]
            yield Citation(
                attribution=one.attribution, reach=one.reach, claim_ids=tuple(claim_ids), address=one.address
            )

    # --- places -----------------------------------------------------------------------------------------------------

    def _block_at(self, place: int) -> int:
        return max(0, bisect_right(self.block_starts, place) - 1)

    def _section_at(self, place: int) -> Section | None:
        return next((one for one in self.answer.sections if one.start <= place < one.end), None)

    def _address(self, one: Attribution) -> str | None:
        """The address given with a name: a link on it or right after it, or one written out in its entry."""
        for link in self.answer.links:
            if link.start < one.end + 3 and one.start < link.end + 3 and "//" in link.url:
                return link.url
        written = _ADDRESS.search(self.answer.text, one.start, min(one.end + 3, len(self.answer.text)))
        return written[0] if written else None


def _ids(claims: Iterable[Claim]) -> tuple[str, ...]:
    return tuple(claim.claim_id for claim in claims)
