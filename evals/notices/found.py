"""An answer -> its sentences, and the notices each of them says."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.notices.combinations import Hit
from evals.notices.elements import IT_SELF, Wordings
from evals.notices.groups import folded_words, words_of
from evals.notices.learned import Told
from evals.notices.patterns import Pattern
from evals.notices.quoted import holds_quotation, is_quoted
from evals.records import Answer, Block, Section, SectionKind
from evals.sentences import split_sentences

# A question says nothing: "Do I need to talk with my doctor?" is no notice. An offer may be one.
_QUESTION = ("?", "？")
MAY_ASK = frozenset({"D10", "upload_offer"})
# Titles of sources stand in quotation marks.
_MAY_QUOTE = frozenset({"D7"})
# Groups by which a sentence is known to speak of the text itself or of those who made it.
_OF_ITSELF = ("self", "us", IT_SELF)
TOPICS = ("treatment", "symptoms", "cancer", "courtesy", "notice_heading")
_CLOSING = "\"'”’»)]*_ "


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice said at `text[start:end]`.

    `weak`: its words alone might be clinical advice. `in_company`: it stands in a notice, or beside other notices.
    """

    id: str
    start: int
    end: int
    weak: bool
    section: SectionKind | None = None
    in_company: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, where it stands, what it says, and which topics it touches (topic -> times)."""

    start: int
    end: int
    block: int
    heading: bool
    section: SectionKind | None
    notices: tuple[Notice, ...]
    signals: frozenset[str]
    topics: Mapping[str, int]

    @property
    def strong(self) -> bool:
        """Whether it says a notice beyond doubt."""
        return any(not notice.weak for notice in self.notices)


def hear_sentences(answer: Answer, text: str, wordings: Wordings) -> "tuple[list[Heard], list[Said]]":
    """The sentences taken apart, and what the patterns alone find in them."""
    every: list[Heard] = []
    said: list[Said] = []
    before: Heard | None = None
    for place in _places(answer, text):
        before, last = _hear(text, place, wordings, before), before
        every.append(before)
        said.append(_said(text, before, last, wordings))
    return every, said


@dataclass(frozen=True, slots=True)
class _Where:
    start: int
    end: int
    block: int
    heading: bool
    section: SectionKind | None


def _places(answer: Answer, text: str) -> Iterator[_Where]:
    sections = sorted(answer.sections, key=lambda section: (section.start, section.end))
    starts = [section.start for section in sections]
    blocks = sorted(answer.blocks, key=lambda block: (block.start, block.end)) or list(_lines(text))
    for number, block in enumerate(blocks):
        if block.kind == "code":
            continue
        section = _section_at(sections, starts, block.start)
        for span in split_sentences(text[block.start : block.end]):
            yield _Where(block.start + span.start, block.start + span.end, number, block.kind == "heading", section)


def _lines(text: str) -> Iterator[Block]:
    at = 0
    for line in text.split("\n"):
        if line.strip():
            yield Block(kind="paragraph", start=at, end=at + len(line))
        at += len(line) + 1


def _section_at(sections: Sequence[Section], starts: Sequence[int], position: int) -> SectionKind | None:
    index = bisect_right(starts, position) - 1
    return sections[index].kind if index >= 0 and position < sections[index].end else None


@dataclass(slots=True)
class Heard:
    """A sentence taken apart. `words`: folded. `hits`: its word groups.

    `of_itself`: a pronoun after it can mean the text. `held`: what its groups give to the patterns of notices.
    """

    place: _Where
    words: Sequence[str]
    hits: dict[str, list[Hit]]
    held: int
    asks: bool
    of_itself: bool

    def told(self) -> Told:
        """The sentence as the trained reader sees it."""
        return Told(self.words, tuple(self.hits), self.asks, self.place.block)


def _hear(text: str, place: _Where, wordings: Wordings, before: Heard | None) -> Heard:
    words = folded_words(text, place.start, place.end)
    hits = wordings.groups.find_folded(words)
    told = before is None or before.place.block != place.block or before.of_itself
    if "it" in hits and (told or "self" in hits):
        hits[IT_SELF] = hits["it"]
    asks = text[place.start : place.end].rstrip(_CLOSING).endswith(_QUESTION)
    return Heard(place, words, hits, wordings.told_by.held(hits), asks, not hits.keys().isdisjoint(_OF_ITSELF))


def _said(text: str, heard: Heard, before: Heard | None, wordings: Wordings) -> Said:
    place, length = heard.place, len(heard.words)
    notices = _notices(text, heard, before, wordings)
    if any(not notice.weak for notice in notices):
        heard.of_itself = True
    signalled = wordings.signalled_by.possible(wordings.signalled_by.held(heard.hits))
    signals = frozenset([possible.name for possible in signalled if possible.find(heard.hits, length)])
    topics = {topic: len(heard.hits[topic]) for topic in TOPICS if topic in heard.hits}
    return Said(place.start, place.end, place.block, place.heading, place.section, notices, signals, topics)


def _notices(text: str, heard: Heard, before: Heard | None, wordings: Wordings) -> tuple[Notice, ...]:
    """The notices that patterns find in a sentence, or, for some patterns, in it and the one before."""
    found: dict[str, Notice] = {}
    both: Heard | None = None
    for possible in wordings.told_by.possible(heard.held, before.held if before else 0):
        name, pattern = possible.name, possible.pattern
        if name in found or (heard.asks and name not in MAY_ASK) or not _may_stand(pattern, heard, before):
            continue
        if before and pattern.across and both is None:
            both = _pair(before, heard)
        within = both if both and pattern.across else heard
        if hit := possible.find(within.hits, len(within.words)):
            start, end = _span(text, before if within is both else None, heard, hit)
            if name in _MAY_QUOTE or not _is_quoted(text, heard.place, start, end):
                found[name] = Notice(name, start, end, pattern.weak, heard.place.section)
    return tuple(found.values())


def _may_stand(pattern: Pattern, heard: Heard, before: Heard | None) -> bool:
    """Whether it may be looked for in such a section, and across these two sentences if it asks for two."""
    if pattern.only_in not in {None, heard.place.section}:
        return False
    if not pattern.across:
        return True
    apart = before is None or heard.place.block - before.place.block > 1
    return not apart and not (before and before.asks and pattern.across == "statement")


def _pair(before: Heard, heard: Heard) -> Heard:
    """Two neighbouring sentences as one."""
    shift = len(before.words)
    hits = dict(before.hits)
    for name, found in heard.hits.items():
        moved = [(first + shift, last + shift) for first, last in found]
        hits[name] = [*hits[name], *moved] if name in hits else moved
    words = [*before.words, *heard.words]
    return Heard(heard.place, words, hits, before.held | heard.held, heard.asks, heard.of_itself)


def _span(text: str, before: Heard | None, heard: Heard, hit: Hit) -> tuple[int, int]:
    """Where the words of a hit stand; their numbers count from the sentence before, where there is one."""
    words = words_of(text, heard.place.start, heard.place.end)
    if before:
        words = [*words_of(text, before.place.start, before.place.end), *words]
    return words[hit[0]].start, words[hit[1]].end


def _is_quoted(text: str, place: _Where, start: int, end: int) -> bool:
    if not holds_quotation(text, place.start, place.end):
        return False
    return is_quoted(text, words_of(text, place.start, place.end), start, end)
