"""Text -> sentences, with exact spans.

syntok does the splitting. Before it sees the text, full stops that end nothing ("3 wk.", "U.S.", "100.4") are masked,
and breaks that it would miss ("stage II. Surgery", "104 °F. Call", "shown.[3] The") are cut. Both need only the words
on either side; which abbreviation does what is data: `datasets/lexicons/abbreviations.yaml`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from syntok import segmenter
from syntok.tokenizer import Tokenizer

from evals.lexicons import load_yaml
from evals.records import Span

# Same length as what it stands for, so that offsets stay; a letter, so that syntok sees one word.
_MASK = "x"
_TOKENIZER = Tokenizer(replace_not_contraction=False)
# Without one of these before its end a stretch of text is one sentence, and syntok need not look.
_STOPS = re.compile(r"[.!?\u203c\u203d\u2047-\u2049\ufe52\ufe57\uff01\uff0e\uff1f\uff61]")
_WORD = re.compile(r"\S+")
# A word without any of these neither ends a sentence nor opens or closes brackets.
_TELLING = re.compile(r"[.!?…()]")
_BLANK_LINE = re.compile(r"\n[ \t\r\u00a0]*(?=\n)|[\f\v\u2029]")
_MARKED_LINE = re.compile(r"(?:(?<=\n)|\A)[ \t]*(?:[-*•‣◦▪·–—➢✓]|\d{1,2}[.)]|[a-zA-Z]\)|[a-h]\.)[ \t\u00a0]+(?=\S)")
# Scripts that put no space after a full stop, which syntok wants; and the Arabic question mark.
_WIDE_STOP = re.compile(r"[。！？؟।]+[”’」』)）]*")
_STOP = re.compile(r"([.!?…]+)([\"'”’»)\]}]*)((?:\[\d{1,3}(?:[,–-]\d{1,3})*\]|[¹²³⁰⁴-⁹]+)*)\Z")
_GLUED_CITATION = re.compile(r"[a-z)]{2}(\.)\d{1,3}(?:[,–-]\d{1,3})*\Z")
_CITATION_NEXT = re.compile(r"(?:[ \t]?\[\d{1,3}(?:[,–-][ \t]?\d{1,3})*\])+(?=\s|\Z)")
_INNER_STOP = re.compile(r"(?<![a-z])\.(?=\w)|(?<=[a-z])\.(?=[a-z0-9_])")
_ROMAN = re.compile(r"[IVX]{1,5}[ABC]?\d?\Z")
_MIXED_CASE = re.compile(r"[a-z]{1,3}[A-Z0-9]")
_INITIALISM = re.compile(r"[^\W\d_](?:\.[^\W\d_])+\Z")
_OPENING = "([{\"'“‘«¿¡*_"
# Longer "words" are data or noise (base64, rows of dots): no abbreviation is that long.
_LONGEST_WORD = 200


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


# --- what stands on either side of a full stop -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Abbreviations:
    titles: frozenset[str]
    numbered: frozenset[str]
    adjectives: frozenset[str]
    endings: frozenset[str]
    months: frozenset[str]
    days: frozenset[str]
    counted: frozenset[str]
    before_names: frozenset[str]
    starters: frozenset[str]


@cache
def _abbreviations() -> _Abbreviations:
    groups = load_yaml("abbreviations.yaml")
    return _Abbreviations(*(frozenset(map(str, groups[name])) for name in _Abbreviations.__slots__))


def _prepare(text: str) -> tuple[str, list[int]]:
    """The text with full stops masked that end nothing, and the positions where a sentence must begin."""
    cuts = [match.end() for pattern in (_BLANK_LINE, _WIDE_STOP) for match in pattern.finditer(text)]
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
        if 1 < len(word) <= _LONGEST_WORD and any(mark in word for mark in ".!?…"):
            previous = words[index - 1] if index else ""
            following = words[index + 1] if index + 1 < len(words) else ""
            stop = _Stop(text, at, word, previous, following)
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


class _Stop:
    """A word with a stop in or after it, and its neighbours."""

    def __init__(self, text: str, start: int, word: str, previous: str, following: str) -> None:
        self._start, self._word, self._previous = start, word, previous.lstrip(_OPENING)
        found = _STOP.search(word)
        glued = None if found else _GLUED_CITATION.search(word)
        self._mark = found.group(1) if found else ""
        self._at = found.start(1) if found else glued.start(1) if glued else len(word)
        self._core = word[: self._at].lstrip(_OPENING)
        self._end = start + len(word)
        self._cited = bool(glued) or bool(found and found.group(3))
        if found and not self._cited and (next_to := _CITATION_NEXT.match(text, self._end)):
            self._cited, self._end = True, next_to.end()
            after = _WORD.search(text, self._end, self._end + _LONGEST_WORD)
            following = after.group() if after else ""
        self._following = following
        self._glued = glued
        self._over = self._ends()

    def masks(self) -> list[int]:
        inner = [self._start + m.start() for m in _INNER_STOP.finditer(self._word, 0, self._at)]
        single = self._mark == "." or self._glued
        if single and (self._cited or self._over is False):
            inner.append(self._start + self._at)
        return inner

    def cut(self) -> int | None:
        """Where the next sentence must begin, whatever syntok would say."""
        if self._glued and self._core.lower() in _abbreviations().numbered:
            return None
        return self._end if self._over else None

    def _ends(self) -> bool | None:
        """Whether the sentence ends here; None leaves it to syntok."""
        if not self._mark and not self._glued:
            return None
        if self._mark != "." and not self._cited:
            # "Is it 104 °F? Call": no abbreviation ends in these, but syntok would mind the single letter before them.
            return self._following[:1].isupper() or None
        known, core, following = _abbreviations(), self._core.lower(), self._following
        if core in known.titles:
            return False
        if not following:
            return None
        if following[0].islower():
            return True if _MIXED_CASE.match(following) and self._is_plain() else None
        if following[0].isdigit() or following[0] == "#":
            return self._ends_before_number(core)
        return self._ends_before_capital(core) if following[0].isupper() else None

    def _is_plain(self) -> bool:
        known, core = _abbreviations(), self._core.lower()
        listed = core in known.adjectives or core in known.endings or core in known.numbered
        return not listed and (core.isdecimal() or (len(core) > 2 and (core[0].isdecimal() or "." not in core)))

    def _ends_before_number(self, core: str) -> bool | None:
        known = _abbreviations()
        if core in known.numbered or core in known.endings or self._core in known.months:
            return False
        return True if self._core.isalpha() and self._core.islower() and len(core) > 2 else None

    def _ends_before_capital(self, core: str) -> bool | None:
        known, following = _abbreviations(), self._following
        if self._is_enumerator():
            return False
        if following.rstrip(",:;").lower() in known.starters:
            return True
        if core in known.endings:
            after = following.rstrip(".,;:)")
            return not (after in known.days or (len(following) > 1 and after.isupper()))
        if core in known.adjectives or self._core in known.months or _INITIALISM.match(self._core):
            return False
        if _ROMAN.match(self._core) and (len(core) > 1 or self._closes_a_phrase()):
            return True if self._previous else None
        if len(core) == 1 and self._core.isupper():
            return self._closes_a_phrase()
        return True

    def _is_enumerator(self) -> bool:
        """Whether it is the number of a list that runs on: "1." in "Do this: 1. Call. 2. Wait."."""
        if self._previous.rstrip(".").lower() in _abbreviations().numbered:
            return False  # "See Fig. 2. Then": a reference, not a list
        return self._core.isdigit() and len(self._core) < 3 and self._previous[-1:] in {".", ":", "?", "!"}

    def _closes_a_phrase(self) -> bool:
        """Whether a single capital is the end of "vitamin C" and not an initial."""
        previous, known = self._previous.lower(), _abbreviations()
        if previous in known.before_names:
            return False
        return previous in known.counted or self._previous[:1].islower()
