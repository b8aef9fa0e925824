"""An answer -> its sentences, and the notices each of them says."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from evals.notices.combinations import Combination, Hit
from evals.notices.elements import IT_SELF, Wordings
from evals.notices.groups import Word, words_of
from evals.notices.learned import Reader, Told
from evals.notices.patterns import Pattern
from evals.records import Answer, Block, Section, SectionKind
from evals.sentences import split_sentences

# A question says nothing: "Do I need to talk with my doctor?" is no notice. An offer may be one.
_QUESTION = ("?", "？")
_MAY_ASK = frozenset({"D10", "upload_offer"})
_NOTICES: frozenset[SectionKind | None] = frozenset({"opening_notice", "closing_notice"})
# Notices that are nothing but notices: beside one of them, doubtful words are meant as a notice too.
_COMPANY = frozenset({"D1", "D2", "D3", "D6", "D9", "D12"})
# Where weak words are meant; for the rest, in a notice.
_HOMES: Mapping[str, frozenset[SectionKind | None]] = {"D10": frozenset({"upload"})}
# Groups by which a sentence is known to speak of the text itself or of those who made it.
_OF_ITSELF = ("self", "us", IT_SELF)
# For the trained reader: fewer words tell nothing; below this score vetoes are heeded; texts of few sentences.
_FEWEST_WORDS, _BEYOND_DOUBT, _SHORT = 3, -0.5, 4
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


def read_sentences(answer: Answer, text: str, wordings: Wordings) -> tuple[Said, ...]:
    """The sentences of the visible text in order. A weak notice beside another one in its block is taken as meant."""
    heard, said = hear_sentences(answer, text, wordings)
    if wordings.reader is not None and said:
        said = _read_again(said, heard, wordings, wordings.reader)
    beside: dict[int, set[str]] = {}
    for sentence in said:
        meant = {notice.id for notice in sentence.notices if not notice.weak and notice.id in _COMPANY}
        beside.setdefault(sentence.block, set()).update(meant)
    return tuple(_in_context(sentence, beside) for sentence in said)


def hear_sentences(answer: Answer, text: str, wordings: Wordings) -> "tuple[list[Heard], list[Said]]":
    """The sentences taken apart, and what the patterns alone find in them."""
    every: list[Heard] = []
    said: list[Said] = []
    before: Heard | None = None
    for place in _places(answer, text):
        before, last = _hear(text, place, wordings, before), before
        every.append(before)
        said.append(_said(before, last, wordings))
    return every, said


def _read_again(said: Sequence[Said], heard: "Sequence[Heard]", wordings: Wordings, reader: Reader) -> list[Said]:
    """What the sentences say when the trained reader adds notices that no pattern knows and undoes unlikely ones."""
    again: list[Said] = []
    # The more sentences, the less likely it is that a given one is the notice.
    adds = reader.adds + 0.5 * log(max(1.0, len(said) / _SHORT))
    rows = reader.scores([each.told() for each in heard]).tolist()
    for sentence, each, row in zip(said, heard, rows, strict=True):
        if not sentence.notices and max(row) <= adds:
            again.append(sentence)
            continue
        scores = dict(zip(reader.notices, row, strict=True))
        sure = {n for n in sentence.notices if n.weak or n.start < sentence.start}
        kept = [n for n in sentence.notices if n in sure or scores.get(n.id, 0.0) >= reader.keeps]
        # What is said over two sentences is not judged by the second; where a pattern is in doubt, so is this.
        known = {notice.id for notice in kept}
        added = [
            Notice(name, sentence.start, sentence.end, False, sentence.section)
            for name, score in scores.items()
            if score > adds and name not in known and _may_add(name, score, each, wordings)
        ]
        notices = (*kept, *added)
        again.append(sentence if notices == sentence.notices else replace(sentence, notices=notices))
    return again


def _may_add(name: str, score: float, heard: "Heard", wordings: Wordings) -> bool:
    if len(heard.words) < _FEWEST_WORDS or heard.place.heading or (heard.asks and name not in _MAY_ASK):
        return False
    if heard.hits.get("it", [(1, 1)])[0][0] == 0 and heard.hits.keys().isdisjoint((IT_SELF, "self")):
        return False
    return score > _BEYOND_DOUBT or not any(veto.find(heard.hits) for veto in wordings.vetoes.get(name, ()))


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
    """A sentence taken apart. `hits`: its word groups. `of_itself`: a pronoun after it can mean the text.

    `held`: what its groups give to the patterns of notices.
    """

    place: _Where
    words: Sequence[Word]
    hits: dict[str, list[Hit]]
    held: int
    asks: bool
    of_itself: bool

    def told(self) -> Told:
        """The sentence as the trained reader sees it."""
        return Told([word.folded for word in self.words], tuple(self.hits), self.asks, self.place.block)


def _hear(text: str, place: _Where, wordings: Wordings, before: Heard | None) -> Heard:
    words = words_of(text, place.start, place.end)
    hits = wordings.groups.find(words)
    told = before is None or before.place.block != place.block or before.of_itself
    if "it" in hits and (told or "self" in hits):
        hits[IT_SELF] = hits["it"]
    asks = text[place.start : place.end].rstrip(_CLOSING).endswith(_QUESTION)
    return Heard(place, words, hits, wordings.told_by.held(hits), asks, not hits.keys().isdisjoint(_OF_ITSELF))


def _said(heard: Heard, before: Heard | None, wordings: Wordings) -> Said:
    place = heard.place
    notices: dict[str, Notice] = {}
    for name, pattern in wordings.told_by.possible(heard.held, before.held if before else 0):
        if name in notices or (heard.asks and name not in _MAY_ASK):
            continue
        if (found := _find(pattern, heard, before, wordings.vetoes.get(name, ()))) is not None:
            notices[name] = Notice(name, *found, pattern.weak, place.section)
    if any(not notice.weak for notice in notices.values()):
        heard.of_itself = True
    length = len(heard.words)
    signalled = wordings.signalled_by.possible(wordings.signalled_by.held(heard.hits))
    signals = frozenset(name for name, pattern in signalled if pattern.find(heard.hits, length))
    topics = {topic: len(heard.hits[topic]) for topic in TOPICS if topic in heard.hits}
    found = tuple(notices.values())
    return Said(place.start, place.end, place.block, place.heading, place.section, found, signals, topics)


def _find(
    pattern: Pattern, heard: Heard, before: Heard | None, vetoes: Sequence[Combination]
) -> tuple[int, int] | None:
    """Where the text says it, in this sentence or, for some patterns, in this one and the one before."""
    if pattern.only_in not in {None, heard.place.section}:
        return None
    within = heard
    if pattern.across:
        if before is None or heard.place.block - before.place.block > 1:
            return None
        if before.asks and pattern.across == "statement":
            return None
        within = _pair(before, heard)
    found = pattern.find(within.hits, len(within.words))
    if found is None or any(veto.find(within.hits) for veto in vetoes):
        return None
    return within.words[found[0]].start, within.words[found[1]].end


def _pair(before: Heard, heard: Heard) -> Heard:
    """Two neighbouring sentences as one."""
    shift = len(before.words)
    hits = {name: list(found) for name, found in before.hits.items()}
    for name, found in heard.hits.items():
        hits.setdefault(name, []).extend((first + shift, last + shift) for first, last in found)
    words = [*before.words, *heard.words]
    return Heard(heard.place, words, hits, before.held | heard.held, heard.asks, heard.of_itself)


def _in_context(sentence: Said, beside: Mapping[int, set[str]]) -> Said:
    if not sentence.notices:
        return sentence
    same, near = beside[sentence.block], set().union(*(beside.get(sentence.block + step, set()) for step in (-1, 0, 1)))
    notices = tuple(
        replace(
            notice,
            weak=notice.weak and sentence.section not in _HOMES.get(notice.id, _NOTICES) and not same - {notice.id},
            in_company=sentence.section in _NOTICES or bool(near - {notice.id}),
        )
        for notice in sentence.notices
    )
    return replace(sentence, notices=notices)
