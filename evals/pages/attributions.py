"""The words of an answer that name a source: "According to the NCI", "ASCO recommends", "[3]", a link."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from evals.pages.bodies import body_of, body_words, first_words, known_bodies, phrases, words
from evals.pages.references import entries_of
from evals.pages.sections import find_sections
from evals.pages.sources import Name, names_someone, read_name, split_names, starts_backward, trim
from evals.records import Attribution, Block, Link
from evals.render import Rendered

_SENTENCE_END = re.compile(r"[.!?…][\"”’)\]]*\s|\n")
_VERB_WINDOW = 14
# What runs on for longer is no sentence, and is read in pieces.
_LONGEST_SENTENCE = 2_000
_MOST_SOURCES = 20
_WORD = re.compile(r"\S{1,200}")
_IN_BRACKETS = re.compile(
    r"[(\[](?P<lead>(?:sources?|fuentes?|ref|from|via|see|per)\b\s?:?\s*)?(?P<name>[^()\[\]\n]{2,160})[)\]]",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*\([^()\n]{1,80}\)")
_APPOSED = re.compile(r",[^,.;:()\n]{3,80}(?:\([^()\n]{1,40}\)[^,.;:()\n]{0,40})?,(?=\s)")
_LEADS_TO_SOURCE = frozenset({"source", "sources", "fuente", "fuentes"})
_MARK = re.compile(r"\[(\d{1,3}(?:\s?[,–-]\s?\d{1,3}){0,9})\]")
_RAISED = re.compile(r"(?<=[.,;:!?)\"”’%a-z])[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?:[,⁻][⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}){0,9}")
_UNIT_BEFORE = re.compile(r"(?:^|[\s/(])[a-zµ]{1,2}$")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_AND = re.compile(r"(?:,\s*(?:and|y)?|\s+(?:and|y|&))\s+(?:the\s+|la\s+|el\s+)?", re.IGNORECASE)


def find_attributions(text: str, blocks: Sequence[Block], links: Sequence[Link] = ()) -> tuple[Attribution, ...]:
    """The attributions of an answer, in order of their place.

    Each spans the words that name the source, with what leads to it; `name` is the source alone. `vague` is set for
    talk of experts, studies or guidelines that names no one, and for a numbered mark that no list explains. Entries of
    a source list are attributions too.
    """
    rendered = Rendered(text=text, blocks=tuple(blocks), hidden=(), links=tuple(links))
    kinds = _kinds(rendered)
    listed = [block for block, kind in zip(blocks, kinds, strict=True) if kind == "references"]
    entries = entries_of(text, listed)
    finder = _Finder(text, {number: entry.name for number, entry in entries.numbered.items()})
    for entry in entries.all:
        finder.add(entry.start, entry.end, entry.name, vague=entry.vague)
    running = [block for block, kind in zip(blocks, kinds, strict=True) if kind not in ("references", "related")]
    for block in running:
        finder.read(block)
    finder.follow(links, running)
    return tuple(sorted(finder.found, key=lambda one: (one.start, one.end)))


def _kinds(rendered: Rendered) -> list[str]:
    """The kind of section that each block lies in."""
    sections = iter(find_sections(rendered))
    section = next(sections, None)
    kinds: list[str] = []
    for block in rendered.blocks:
        while section and section.end <= block.start:
            section = next(sections, None)
        kinds.append(section.kind if section else "body")
    return kinds


@dataclass(slots=True)
class _Finder:
    text: str
    references: Mapping[int, str]
    found: list[Attribution] = field(default_factory=list)
    taken: bytearray = field(init=False)

    def __post_init__(self) -> None:
        self.taken = bytearray(len(self.text))

    def add(self, start: int, end: int, name: str, *, vague: bool) -> None:
        """Note an attribution unless its words already are part of one."""
        if name and not any(self.taken[start:end]):
            self.taken[start:end] = b"\1" * (end - start)
            self.found.append(Attribution(start=start, end=end, name=trim(name) or name, vague=vague))

    def read(self, block: Block) -> None:
        for start, end in _sentences(self.text, block):
            for match in islice(phrases("before").finditer(self.text, start, end), _MOST_SOURCES):
                self._named(match.start(), read_name(self.text, _after(self.text, match.end()), end), end)
            if block.kind != "heading":
                self._said(start, end)
            for match in islice(phrases("before_body").finditer(self.text, start, end), _MOST_SOURCES):
                name = read_name(self.text, _after(self.text, match.end()), end)
                if name and (name.vague or self._is_body(name)):
                    self._named(match.start(), name, end)
        for match in _IN_BRACKETS.finditer(self.text, block.start, block.end):
            self._bracketed(match)
        for match in _MARK.finditer(self.text, block.start, block.end):
            self._mark(match.start(), match.end(), match[1], unknown=match[0])
        for match in _RAISED.finditer(self.text, block.start, block.end):
            if not _UNIT_BEFORE.search(self.text, max(block.start, match.start() - 3), match.start()):
                self._mark(match.start(), match.end(), match[0].translate(_PLAIN), unknown=None)

    def follow(self, links: Sequence[Link], blocks: Sequence[Block]) -> None:
        """Take links to known sites for attributions where the words around them are not yet."""
        running = iter(blocks)
        block = next(running, None)
        for link in links:
            while block and block.end <= link.start:
                block = next(running, None)
            if block and block.start <= link.start and (body := body_of(link.url)):
                self.add(link.start, link.end, body, vague=False)

    # --- one way of naming a source each ----------------------------------------------------------------------------

    def _named(self, start: int, name: Name | None, limit: int) -> None:
        if name is None:
            return
        for part_start, part_end in split_names(self.text, name.start, name.end):
            first = start if part_start == name.start else part_start
            self.add(first, part_end, self.text[part_start:part_end], vague=name.vague)
        # "According to the NCI, the CDC and ASCO" names three.
        while (link := _AND.match(self.text, name.end, limit)) and (
            body := known_bodies().match(self.text, link.end(), limit)
        ):
            self.add(body.start(), body.end(), body[0], vague=False)
            name = Name(body.start(), body.end(), vague=False)

    def _said(self, start: int, end: int) -> None:
        """ "X recommends", "studies show"; not in a question."""
        if self.text[start:end].rstrip('"”’) \n').endswith("?"):
            return
        for at in self._subjects(start, end):
            name = read_name(self.text, at, end)
            if name is None or any(self.taken[at : name.end]):
                continue
            verb = _verb_after(self.text, name.end, end)
            if verb is None or (not name.vague and not self._is_body(name)):
                continue
            before = self.text[start:at].split()[-1:]
            if before and before[0].lower().strip("\"“'(") in words().not_before:
                continue
            over = name.end if name.vague else max(name.end, verb[0])
            parts = split_names(self.text, name.start, over)
            for part_start, part_end in parts:
                last = verb[1] if part_end == over else part_end
                self.add(part_start, last, self.text[part_start:part_end], vague=name.vague)

    def _subjects(self, start: int, end: int) -> Iterator[int]:
        """Where a name may begin that a verb of saying follows, in order."""
        starts = {match.start() for match in known_bodies().finditer(self.text, start, end)}
        for match in islice(body_words().finditer(self.text, start, end), _MOST_SOURCES):
            starts.add(starts_backward(self.text, match.start(), start))
        for match in islice(phrases("vague").finditer(self.text, start, end), _MOST_SOURCES):
            starts.add(_vague_start(self.text, match.start(), start))
        yield from sorted(starts)[:_MOST_SOURCES]

    def _bracketed(self, match: re.Match[str]) -> None:
        lead, name = match["lead"], match["name"].strip()
        if lead and lead.lower().rstrip(": ") in _LEADS_TO_SOURCE:
            offset = match.start("name")
            for part in re.finditer(r"[^;]+", match["name"]):
                vague = not names_someone(part[0])
                self.add(offset + part.start(), offset + part.end(), part[0], vague=vague)
            return
        body = known_bodies().match(name)
        if not body or not re.match(r"$|[,;:]| [A-Z\d\"“]| (?:guideline|patient|label)", name[body.end() :]):
            return
        # "the National Cancer Institute (NCI)" only gives the short form.
        before = self.text[max(0, match.start() - 60) : match.start()].split()[-1:]
        if len(name.split()) == 1 and before and before[0][:1].isupper():
            return
        self.add(match.start(), match.end(), name, vague=False)

    def _mark(self, start: int, end: int, numbers: str, unknown: str | None) -> None:
        names = [self.references[number] for number in _numbers(numbers) if number in self.references]
        if any(self.taken[start:end]) or not (names or unknown):
            return
        self.taken[start:end] = b"\1" * (end - start)
        named = [Attribution(start=start, end=end, name=name) for name in names]
        self.found.extend(named or [Attribution(start=start, end=end, name=unknown or "", vague=True)])

    def _is_body(self, name: Name) -> bool:
        said = self.text[name.start : name.end]
        return bool(known_bodies().search(said) or body_words().search(said))


def _sentences(text: str, block: Block) -> Iterator[tuple[int, int]]:
    start = block.start
    for match in _SENTENCE_END.finditer(text, block.start, block.end):
        # "St. Jude", "U.S. Food", "Dr. Lee": the sentence goes on.
        tail = text[max(start, match.start() - 4) : match.start()]
        while match.end() - start > _LONGEST_SENTENCE:
            yield start, start + _LONGEST_SENTENCE
            start += _LONGEST_SENTENCE
        if match[0][0] != "." or not re.search(r"(?:^|[\s(.])(?:[A-Z]|St|Drs?|No|vs|Prof)$", tail):
            yield start, match.end()
            start = match.end()
    for at in range(start, block.end, _LONGEST_SENTENCE):
        yield at, min(at + _LONGEST_SENTENCE, block.end)


def _after(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \n:":
        at += 1
    return at


def _verb_after(text: str, at: int, end: int) -> tuple[int, int] | None:
    """Where a name that ends at `at` or a little later is over, and the end of the verb of saying that follows it."""
    over: int | None = None
    before_aside = at
    if aside := _ASIDE.match(text, at, end):
        at, before_aside = aside.end(), at
    if apposed := _APPOSED.match(text, at, end):
        over, at = at, apposed.end()
    window = text[at : min(end, at + 160)]
    for number, match in enumerate(_WORD.finditer(window)):
        bare = match[0].strip('.,;:!?()"“”').lower()
        verb = phrases("verbs").match(window, match.start()) if bare in first_words("verbs") else None
        if verb:
            # "ASCO (a group of doctors) says", but "the Society (SITC) 2021 guideline says".
            over = before_aside if aside and over is None and number == 0 else over
            return over or at + verb.start(), at + verb.end()
        word = match[0]
        if word.lower() in words().auxiliaries or word.lower() == "not":
            over = over or at + match.start()
        if number >= _VERB_WINDOW or word[-1] in ",.;:!?" or word.lower() in words().other_verbs:
            return None
    return None


def _vague_start(text: str, at: int, floor: int) -> int:
    """The start of talk of experts: the words before it that only say how many or which."""
    for match in reversed(list(_WORD.finditer(text, max(floor, at - 60), at))):
        if match[0].lower() not in words().vague_adjectives and not match[0].isdigit():
            break
        at = match.start()
    return at


def _numbers(marks: str) -> list[int]:
    numbers: list[int] = []
    for part in re.split(r"\s?,\s?", marks):
        first, _, last = re.sub(r"\s?[–-]\s?", "-", part).partition("-")
        low, high = int(first), int(last or first)
        numbers.extend(range(low, min(high, low + 10) + 1))
    return numbers
