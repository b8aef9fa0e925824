"""An answer -> the sentences of its zones, each knowing whether it is prose, or an item of a list and its stem."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from evals.lexicons import load_yaml
from evals.records import Answer, Block, SectionKind
from evals.sentences import split_sentences

ZONES: dict[str, frozenset[SectionKind]] = {
    "body": frozenset({"body", "urgent"}),
    "notice": frozenset({"opening_notice", "closing_notice"}),
    "questions": frozenset({"questions"}),
    "related": frozenset({"related"}),
}
"""Which sections are graded together, and apart from the rest."""

# Headings, table cells and code are no sentences: formulas say nothing of them.
_READ = frozenset({"paragraph", "quote", "item"})
_SENTENCE_END = (".", "!", "?", "…")
_CLOSING = "\"'”’»)]*_"
# An item this short that ends in a full stop ("Fever.") is still a fragment.
_SHORTEST_SENTENCE = 4
# An item this long reads as a sentence with or without a full stop: counting it as one flatters no grade.
_LONG_ENOUGH = 7
_EDGES = ".,;:!?()[]\"'”’“‘*_"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence at `text[start:end]`.

    `item`: it stands in a list. `fragment`: an item that is no sentence by itself. `stem`: the number, in this zone, of
    the sentence ending in ":" that the list hangs from. `opens_list`: it is such a sentence.
    """

    start: int
    end: int
    item: bool = False
    fragment: bool = False
    stem: int | None = None
    opens_list: bool = False


def visible_text(answer: Answer) -> str:
    """The text with what a reader would not see blanked out; offsets stay."""
    if not answer.hidden:
        return answer.text
    pieces, at = [], 0
    for span in sorted(answer.hidden, key=lambda span: (span.start, span.end)):
        start, end = max(at, span.start), min(len(answer.text), span.end)
        if end > start:
            pieces += [answer.text[at:start], " " * (end - start)]
            at = end
    return "".join([*pieces, answer.text[at:]])


def zone_sentences(answer: Answer, zone: str) -> tuple[Sentence, ...]:
    """The sentences of a zone in reading order. An answer without sections is all body."""
    text = visible_text(answer)
    found: list[Sentence] = []
    stem: int | None = None
    for block in _zone_blocks(answer, zone):
        if block.kind != "item":
            stem = None
        for start, end in _sentences(text, block):
            item = block.kind == "item"
            opens = text[start:end].endswith(":")
            fragment = item and not _stands_alone(text[start:end])
            found.append(Sentence(start, end, item, fragment, stem if fragment else None, opens))
            if opens and stem is None:
                stem = len(found) - 1
            elif not item:
                stem = None
    return tuple(_without_false_openings(found))


def _zone_blocks(answer: Answer, zone: str) -> Iterator[Block]:
    sections = [section for section in answer.sections if section.kind in ZONES[zone]]
    if not answer.sections:
        yield from (block for block in _blocks(answer) if zone == "body" and block.kind in _READ)
        return
    index = 0
    sections.sort(key=lambda section: section.start)
    for block in sorted(_blocks(answer), key=lambda block: (block.start, block.end)):
        while index < len(sections) and sections[index].end <= block.start:
            index += 1
        if index < len(sections) and sections[index].start <= block.start and block.kind in _READ:
            yield block


def _blocks(answer: Answer) -> tuple[Block, ...]:
    """The answer's blocks, or its lines as paragraphs when nobody found any."""
    if answer.blocks:
        return answer.blocks
    blocks, at = [], 0
    for line in answer.text.split("\n"):
        blocks.append(Block(kind="paragraph", start=at, end=at + len(line)))
        at += len(line) + 1
    return tuple(block for block in blocks if block.end > block.start)


def _sentences(text: str, block: Block) -> Iterator[tuple[int, int]]:
    for span in split_sentences(text[block.start : block.end]):
        start, end = block.start + span.start, block.start + span.end
        if any(map(str.isalnum, text[start:end])):
            yield start, end


def _stands_alone(sentence: str) -> bool:
    """Whether a list item is a sentence: it ends like one, is as long as one, or tells someone something."""
    words = sentence.split()
    if len(words) < _SHORTEST_SENTENCE or sentence.endswith(":"):
        return False
    if len(words) >= _LONG_ENOUGH or sentence.rstrip(_CLOSING).endswith(_SENTENCE_END):
        return True
    first, *rest = (word.strip(_EDGES).lower() for word in words)
    if first in _openers():
        return True
    # "a cough that is new" tells nobody anything.
    told = takewhile(lambda word: word not in _clause_starts(), rest)
    return any(word in _finite() for word in told)


@cache
def _clause_starts() -> frozenset[str]:
    return frozenset(load_yaml("readability_style.yaml")["clause_starts"])


@cache
def _openers() -> frozenset[str]:
    return frozenset(load_yaml("readability_style.yaml")["sentence_openers"])


@cache
def _finite() -> frozenset[str]:
    return frozenset(load_yaml("readability_style.yaml")["finite_verbs"])


def _without_false_openings(sentences: list[Sentence]) -> Iterator[Sentence]:
    """A colon that no fragment follows opens nothing."""
    used = {sentence.stem for sentence in sentences}
    for number, s in enumerate(sentences):
        opens = s.opens_list and number in used
        yield s if opens == s.opens_list else Sentence(s.start, s.end, s.item, s.fragment, s.stem, opens)
