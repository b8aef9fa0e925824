"""Text -> sentences, with exact spans.

syntok does the splitting. Before it sees the text, full stops that end nothing ("3 wk.", "U.S.", "100.4") are masked,
and breaks that it would miss ("stage II. Surgery", "104 °F. Call", "shown.[3] The") are cut. Both need only the words
on either side; which abbreviation does what is data: `datasets/lexicons/abbreviations.yaml`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from syntok import segmenter
from syntok.tokenizer import Tokenizer

from evals.full_stops import LONGEST_WORD, Stop, is_plain_end
from evals.records import Span

# Same length as what it stands for, so that offsets stay; a letter, so that syntok sees one word.
_MASK = "x"
_TOKENIZER = Tokenizer(replace_not_contraction=False)
# Without one of these before its end a stretch of text is one sentence, and syntok need not look.
_STOPS = re.compile(r"[.!?\u203c\u203d\u2047-\u2049\ufe52\ufe57\uff01\uff0e\uff1f\uff61]")
# A word without any of these neither ends a sentence nor opens or closes brackets.
_TELLING = re.compile(r"[.!?…()]")
_BLANK_LINE = re.compile(r"\n[ \t\r\u00a0]*(?=\n)|[\f\v\u2029]")
_BREAKS = "\n\f\v\u2029"
_MARKED_LINE = re.compile(r"(?:(?<=\n)|\A)[ \t]*(?:[-*•‣◦▪·–—➢✓]|\d{1,2}[.)]|[a-zA-Z]\)|[a-h]\.)[ \t\u00a0]+(?=\S)")
# Scripts that put no space after a full stop, which syntok wants; and the Arabic question mark.
_WIDE_STOP = re.compile(r"[。！？؟।]+[”’」』)）]*")


@lru_cache(maxsize=4096)
def split_sentences(text: str) -> tuple[Span, ...]:
    """The sentences of a text, in order, not overlapping, without surrounding white space or list markers.

    A blank line and a list marker at the start of a line always end a sentence; a single line break does not.
    """
    masked, cuts = _prepare(text)
    starts = sorted({0, *cuts})
    spans: list[Span] = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        spans.extend(_segment(text, masked, start, end))
    return tuple(spans)


def _segment(text: str, masked: str, start: int, end: int) -> Iterator[Span]:
    if not text[start:end].strip():
        return
    marker = _MARKED_LINE.match(text, start, end)
    start = marker.end() if marker else start
    edges = _edges(masked[start:end]) if _STOPS.search(masked[start:end].rstrip()[:-1]) else []
    if not edges:
        piece = text[start:end]
        if piece.strip():
            yield Span(start=end - len(piece.lstrip()), end=start + len(piece.rstrip()))
        return
    edges = [start + edge for edge in edges]
    pieces = [(a, b) for a, b in zip([start, *edges], [*edges, end], strict=True) if text[a:b].strip()]
    for index, (a, b) in enumerate(pieces):
        # Marks without a letter or digit (an emoji, a stray dash) belong to the sentence before them.
        if index and not _has_words(text[a:b]):
            continue
        last = next((i for i in range(index + 1, len(pieces)) if _has_words(text[slice(*pieces[i])])), len(pieces))
        piece = text[a : pieces[last - 1][1]]
        lead = len(piece) - len(piece.lstrip())
        yield Span(start=a + lead, end=a + len(piece.rstrip()))


def _edges(masked: str) -> list[int]:
    """Where syntok's sentences end. It gets no base offset: it would pad the text with as many spaces each time."""
    tokens = _TOKENIZER.tokenize(masked)
    return [sentence[-1].offset + len(sentence[-1].value) for sentence in segmenter.segment(tokens)]


def _has_words(piece: str) -> bool:
    return any(map(str.isalnum, piece))


def _prepare(text: str) -> tuple[str, list[int]]:
    """The text with full stops masked that end nothing, and the positions where a sentence must begin."""
    # Neither is looked for where its first sign is not there: most texts are one line of plain letters.
    breaks = [_BLANK_LINE] if any(sign in text for sign in _BREAKS) else []
    breaks += [] if text.isascii() else [_WIDE_STOP]
    cuts = [match.end() for pattern in breaks for match in pattern.finditer(text)]
    # Of a single line only the start can be marked.
    single = "\n" not in text and _MARKED_LINE.match(text)
    markers = [single] if single else [*_MARKED_LINE.finditer(text)] if "\n" in text else []
    cuts += [marker.start() for marker in markers]
    masks: list[int] = []
    plain = _without(text, markers)
    words = plain.split()
    depth = at = 0
    for index, word in enumerate(words):
        # Most words hold nothing to be looked at.
        if word.isalnum() or not _TELLING.search(word):
            continue
        # No word before it that is still ahead holds such a sign, so the first place is its own.
        at = plain.index(word, at)
        if "(" in word or ")" in word:
            depth = max(0, depth + word.count("(") - word.count(")"))
        if 1 < len(word) <= LONGEST_WORD and any(mark in word for mark in ".!?…"):
            previous = words[index - 1] if index else ""
            following = words[index + 1] if index + 1 < len(words) else ""
            if is_plain_end(word, following):
                if depth == 0 and following:
                    cuts.append(at + len(word))
                at += len(word)
                continue
            stop = Stop(text, at, word, previous, following)
            masks += stop.masks()
            if depth == 0 and (cut := stop.cut()) is not None:
                cuts.append(cut)
        at += len(word)
    return _masked(text, masks), cuts


def _without(text: str, markers: Sequence[re.Match[str]]) -> str:
    """The text with the markers of lists blanked out; offsets stay."""
    pieces, at = [], 0
    for marker in markers:
        pieces += [text[at : marker.start()], " " * (marker.end() - marker.start())]
        at = marker.end()
    return "".join([*pieces, text[at:]]) if markers else text


def _masked(text: str, positions: list[int]) -> str:
    # syntok takes a semicolon for a full stop; a list of drugs with semicolons is one sentence.
    text = text.replace(";", ",")
    if not positions:
        return text
    letters = list(text)
    for position in positions:
        letters[position] = _MASK
    return "".join(letters)
