"""A premise -> the stretches of it that are read as sentences; a hypothesis -> the statements it makes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evals.claims.grammar import stands_alone
from evals.judges.verifier.encoder import LONGEST, tokenizer
from evals.records import Span
from evals.sentences import split_sentences
from evals.words import words

_FEWEST_WORDS = 3
_LONGEST_LABEL = 8
_SHORT_LINE = 50
"""Characters. A line break after so few, before a capital or a digit, ends a line of a form or a table."""

# "passage 1:", "Document [2] -", "[3] ": names a text that follows, and is none of its words.
_TEXT_NAME = (
    r"(?:(?:passage|context|document|doc|source|excerpt|snippet|article|abstract|text|reference|result)[ \t]*"
    r"(?:#|no\.?[ \t]?)?[\[(]?\d{1,3}[\])]?[ \t]*[:.)–—-]|\[\d{1,3}\](?=[ \t]))[ \t\u00a0]*"
)
_NAMED_LINE = re.compile(rf"^[ \t]*({_TEXT_NAME})", re.IGNORECASE | re.MULTILINE)
_LEADING_NAME = re.compile(_TEXT_NAME, re.IGNORECASE)
_LINE_END = re.compile(r"\n\s*(?=[A-Z0-9\"'“‘({\[<|])")
# Where a stretch too long to be read at once is best cut, the best place first.
_BREAKS = (re.compile(r"\n|[.!?;][\"'”’)\]}]*\s"), re.compile(r"[,:|]\s|\s[–—-]\s"), re.compile(r"\s"))
_WINDOW = 3_000
_ITEM_MARK = re.compile(r"[ \t]*(?:[-*•‣◦▪·–—➢✓]|\d{1,2}[.)]|[a-zA-Z]\)|[a-h]\.)[ \t\u00a0]*[*_“\"'(]*")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`")
# "Based on the given passages, ": points at the premise as a whole and states nothing of it.
_POINTER = re.compile(
    r"(?:based on|according to|as (?:stated|mentioned|described|noted|explained) in|from|per) (?:the )?"
    r"(?:(?:given|provided|supplied|above|following) )?(?:information in (?:the )?(?:(?:given|provided) )?)?"
    r"(?:passage|context|text|document|source|information|article|abstract|excerpt)s?"
    r"(?: \[?\d{1,3}\]?(?:(?:, and|,| and| &) \[?\d{1,3}\]?){0,9})?(?: (?:given|provided|above))?, ",
    re.IGNORECASE,
)
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+")
_BOLD_LINE = re.compile(r"\*\*[^*\n]+\*\*:?|__[^_\n]+__:?")
_STOP_END = re.compile(r"[.!?…][\"'”’»)\]*_]*\Z")


def sentence_spans(text: str) -> tuple[Span, ...]:
    """The stretches of a text that are read as sentences, in order: names of texts ("passage 1:") left out, lines of
    forms apart, and none longer than the judge can read.
    """
    found = (part for span in split_sentences(text) for part in _lines(text, span.start, span.end))
    return tuple(
        Span(start=first, end=last)
        for start, end in found
        for first, last in _readable(text, start, end)
        if any(map(str.isalnum, text[first:last]))
    )


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A sentence cut at the lines that name a text and after short lines."""
    named = {start + match.start(1): start + match.end() for match in _NAMED_LINE.finditer(text[start:end])}
    if lead := _LEADING_NAME.match(text, start, end):
        named[start] = lead.end()
    breaks = [start + match.end() for match in _LINE_END.finditer(text[start:end])]
    cuts = sorted({*named, *(cut for cut in breaks if _after_short_line(text, start, cut))} - {start})
    for first, last in zip([start, *cuts], [*cuts, end], strict=True):
        yield named.get(first, first), last


def _after_short_line(text: str, start: int, cut: int) -> bool:
    line = text[start:cut].rstrip()
    return len(line) - (line.rfind("\n") + 1) <= _SHORT_LINE


def _readable(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces of `text[start:end]` short enough for the encoder, without white space around them."""
    while start < end:
        reach = _reach(text[start : min(end, start + _WINDOW)])
        stop = end if start + reach >= end else start + _best_break(text[start : start + reach])
        piece = text[start:stop]
        lead = len(piece) - len(piece.lstrip())
        if piece.strip():
            yield start + lead, start + len(piece.rstrip())
        start = stop


def _reach(text: str) -> int:
    """How many characters the encoder reads."""
    # A word piece has at least one character, and two pieces are markers.
    if len(text) <= LONGEST - 2:
        return len(text)
    offsets = tokenizer().encode(text).offsets
    return max(1, offsets[-2][1]) if len(offsets) >= LONGEST else len(text)


def _best_break(text: str) -> int:
    for pattern in _BREAKS:
        at = max((match.end() for match in pattern.finditer(text)), default=0)
        if at > len(text) // 3:
            return at
    return len(text)


# --- hypotheses ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence of a hypothesis: whether it stands in a list item, opens that item, is a heading, is the last one."""

    text: str
    inside: bool
    opens: bool
    heading: bool
    last: bool


def statements(hypothesis: str) -> tuple[str, ...]:
    """What a hypothesis states, one thing each, in order; fragments of a list are completed by the line that opens it.

    Headings, questions, lines that only open a list and remarks of a word or two ("Sure!") state nothing, unless there
    is nothing else. Empty when there is no word at all.
    """
    found: list[str] = []
    lead = ""
    lines = _hypothesis_lines(hypothesis)
    for line in lines:
        if line.text.endswith(":") and not line.last:
            lead = line.text.rstrip(": ")
            continue
        if not line.inside:
            lead = ""
        text = line.text
        if lead and line.opens and (not stands_alone(text) or len(words(text)) < _FEWEST_WORDS):
            text = f"{lead}: {text}"
        if not line.heading and not line.text.endswith("?") and _tells(text):
            found.append(text)
    return tuple(found) or tuple(line.text for line in lines)


def _tells(text: str) -> bool:
    # "Stage: IIIA" does, in two words.
    return ": " in text or len(words(text)) >= _FEWEST_WORDS


def _hypothesis_lines(hypothesis: str) -> tuple[_Line, ...]:
    spans = sentence_spans(hypothesis)
    found: list[_Line] = []
    for number, span in enumerate(spans):
        source = hypothesis[span.start : span.end]
        before = hypothesis[hypothesis.rfind("\n", 0, span.start) + 1 : span.start]
        after = hypothesis[span.end :].partition("\n")[0]
        mark = _ITEM_MARK.match(before) if before else None
        last = number + 1 == len(spans)
        text = _without_pointer(" ".join(_EMPHASIS.sub("", _HEADING_MARK.sub("", source)).split()))
        heading = not (mark or last or before.strip() or after.strip()) and _is_heading(source, text)
        opens = mark is not None and mark.end() == len(before)
        found.append(_Line(text, mark is not None, opens, heading, last))
    return tuple(found)


def _without_pointer(text: str) -> str:
    pointer = _POINTER.match(text)
    return text[pointer.end()].upper() + text[pointer.end() + 1 :] if pointer and text[pointer.end() :] else text


def _is_heading(source: str, text: str) -> bool:
    if _HEADING_MARK.match(source) or _BOLD_LINE.fullmatch(source):
        return True
    ends_open = not _STOP_END.search(text) and ": " not in text
    return ends_open and len(text.split()) <= _LONGEST_LABEL and not stands_alone(text)
