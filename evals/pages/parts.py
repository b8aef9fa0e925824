"""The blocks of a rendered page as the finders of its sections see them."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from evals.pages.wording import Said, said, sentences, without_number, wording
from evals.records import Block, SectionKind
from evals.render import Rendered

Tone = Literal["strong", "first", "extend", ""]

# A longer block is no notice, offer or lead-in, whatever phrases it holds.
_LONGEST = 2_500
_LEAD_WORDS = 14
_STEM_WORDS = 30
_FINAL = re.compile(r"[.!?;,…][\"'”’)\]]*$")
_CUT = re.compile(r"(?:\.\.\.|…)[\"'”’)\]]*$")


@dataclass(frozen=True, eq=False, kw_only=True)
class Part:
    """A block, its words made ready for matching, and whether a reader sees it. What is asked of it is kept."""

    block: Block
    text: str
    sentences: tuple[Said, ...]
    whole: Said
    seen: bool

    @cached_property
    def word_count(self) -> int:
        return self.text.count(" ") + 1

    @cached_property
    def is_heading(self) -> bool:
        return self.block.kind == "heading"

    @cached_property
    def is_item(self) -> bool:
        return self.block.kind == "item"

    @cached_property
    def is_question(self) -> bool:
        """One question of a reader, as in a list of them."""
        return self.text.rstrip("\"'”’) ").endswith("?") and self.word_count <= 40

    @cached_property
    def is_teased(self) -> bool:
        """A question and its teaser in one block."""
        question, mark, rest = self.text.partition("?")
        return bool(mark) and len(question) <= 200 and rest[:1].isspace() and self.is_cut and self.word_count <= 80

    @cached_property
    def is_cut(self) -> bool:
        """A teaser that breaks off: with dots, or in mid-word without any end mark."""
        return bool(_CUT.search(self.text)) or (not self.is_heading and self.word_count > 5 and not self.is_complete)

    @cached_property
    def is_complete(self) -> bool:
        return bool(_FINAL.search(self.text)) and not _CUT.search(self.text)

    @cached_property
    def is_lead(self) -> bool:
        """A heading, or a line that stands for one or ends in a colon."""
        if self.is_heading:
            return True
        if self.text.endswith(":"):
            return self.word_count <= _STEM_WORDS
        return self.block.kind != "row" and self.word_count <= _LEAD_WORDS and not _FINAL.search(self.text)

    @cached_property
    def head(self) -> Said:
        """The words of a lead, without its number."""
        return without_number(self.whole)

    @cached_property
    def tone(self) -> Tone:
        """What it is to a notice: enough for one, enough at the edge of a page, or fit to stand beside one."""
        if not self.sentences or self.is_question:
            return ""
        strong = [_is_notice(sentence) for sentence in self.sentences]
        first = [wording("notice", "first").found(sentence) for sentence in self.sentences]
        extend = [_extends(sentence) for sentence in self.sentences]
        if any(strong):
            return "strong" if sum(map(fits_notice, self.sentences)) * 2 > len(self.sentences) else ""
        if all(a or b for a, b in zip(first, extend, strict=True)):
            return "first" if any(first) else "extend"
        return ""

    @cached_property
    def is_label(self) -> bool:
        """Whether it only announces a notice."""
        return self.is_lead and wording("notice_labels").found(self.head)

    @cached_property
    def is_filler(self) -> bool:
        """Whether it is only a greeting or thanks."""
        return self.word_count <= 40 and bool(self.sentences) and all(map(wording("filler").found, self.sentences))

    @cached_property
    def is_upload(self) -> bool:
        """Whether it offers to take in the reader's records."""
        offered = sum(map(wording("upload").found, self.sentences))
        # "Share your reports" alone is advice for a visit; to upload is to do it here.
        if not offered or (self.is_question and self.is_item) or not wording("upload_words").found_in(self.sentences):
            return False
        supported = sum(map(wording("upload_support").found, self.sentences))
        return offered * 2 >= len(self.sentences) or offered + supported > len(self.sentences) * 0.6


Kinds = list[SectionKind | None]


@lru_cache(maxsize=4)  # title, sections and attributions of one page each begin here
def parts_of(rendered: Rendered) -> tuple[Part, ...]:
    """One part for each block, in order."""
    parts: list[Part] = []
    spans = iter(rendered.hidden)
    span = next(spans, None)
    for block in rendered.blocks:
        while span and span.end <= block.start:
            span = next(spans, None)
        text = rendered.text[block.start : block.end]
        whole = said(text) if len(text) <= _LONGEST else Said("", frozenset())
        seen = not (span and span.start <= block.start and span.end >= block.end)
        split = sentences(text) if len(text) <= _LONGEST else ()
        parts.append(Part(block=block, text=text, sentences=split, whole=whole, seen=seen))
    return tuple(parts)


def fits_notice(sentence: Said) -> bool:
    """Whether a sentence may stand in a notice."""
    told = wording("notice", "first").found(sentence) or wording("notice", "support").found(sentence)
    return told or _is_notice(sentence) or _extends(sentence)


def _is_notice(sentence: Said) -> bool:
    return wording("notice", "strong").found(sentence) and not wording("notice_undone").found(sentence)


def _extends(sentence: Said) -> bool:
    return wording("notice", "extend").found(sentence) or wording("standing_emergency").found(sentence)
