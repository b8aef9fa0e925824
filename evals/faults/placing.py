"""Changes of the rendered text -> the raw answer (Markdown, HTML or plain text), checked by rendering it again."""

import re
from collections.abc import Sequence
from functools import lru_cache

from evals.faults.answer_fault import Edit
from evals.records import TextFormat
from evals.render import render, sniff

_TOKEN = re.compile(r"\w+|[^\w\s]")
_MARKUP = re.compile(r"<[^<>]{0,2000}>|(?<=\])\([^()\s]{0,2000}\)|^ {0,3}\[[^\]\n]{1,200}\]: [^\n]*$", re.MULTILINE)
# How far apart two tokens that are neighbours in the text may stand in the raw answer.
_FARTHEST = 600
_EMPTY_TAG = re.compile(r"<(p|li|strong|em|b|i|span|aside|ul|ol|h[1-6])\b[^<>]{0,200}>\s*</\1>")
_MARK_BEFORE = re.compile(r"(\*{1,3}|_{1,3})\Z")
_MARK_AFTER = re.compile(r"\A(\*{1,3}|_{1,3})")
_OPEN_MARK = re.compile(r"(?:(?<=\s)|\A)([*_]{1,3})\Z")
_EMPTY_LINE = re.compile(r"^[ \t]*(?:[>#]+|[-*+•]|\d{1,3}[.)])[ \t]*(?:\n|\Z)", re.MULTILINE)
_OPENERS, _SPACE = "*_>(\n", " \t"


def format_of(raw: str, text: str) -> TextFormat | None:
    """The format in which this raw answer reads as this text, or None."""
    first = sniff(raw)
    formats: tuple[TextFormat, ...] = ("markdown", "html", "text")
    return next((fmt for fmt in (first, *formats) if _rendered(raw, fmt) == text), None)


@lru_cache(maxsize=256)
def _rendered(raw: str, fmt: TextFormat) -> str:
    return render(raw, fmt).text


def placed(raw: str, text: str, fmt: TextFormat, edits: Sequence[Edit]) -> tuple[str, str] | None:
    """The raw answer after the edits and its rendered text, or None where nothing but these edits is not possible.

    Edits do not overlap; that the new raw answer reads as the text with these edits, and no other, is checked.
    """
    where = _aligned(raw, text)
    changed = raw
    for edit in sorted(edits, key=lambda one: (one.start, one.end), reverse=True):
        ends = _raw_span(where, edit)
        if ends is None:
            return None
        # What breaks off breaks off: the marks and tags that would close come after its end.
        broken = not edit.put and edit.end == len(text) and "\n" in text[edit.start :]
        changed = changed[: ends[0]] if broken else _put(changed, *ends, edit.put)
    changed = _tidied(changed, fmt) if changed != raw else raw
    after = _rendered(changed, fmt)
    if changed == raw or _folded(after) != _folded(expected(text, edits)):
        return None
    return changed, after


def expected(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made."""
    for edit in sorted(edits, key=lambda one: (one.start, one.end), reverse=True):
        put = f" {edit.put} " if edit.start == edit.end else edit.put
        text = text[: edit.start] + put + text[edit.end :]
    return text


@lru_cache(maxsize=64)
def _aligned(raw: str, text: str) -> tuple[tuple[int, int, int, int], ...]:
    """For each token of the text that the raw answer holds: where it stands in the text and in the raw answer."""
    shown = _MARKUP.sub(lambda match: "\0" * len(match.group()), raw)
    found: list[tuple[int, int, int, int]] = []
    at = 0
    for token in _TOKEN.finditer(text):
        word = token.group()
        begin = _next(shown, word, at)
        if begin is not None:
            at = begin + len(word)
            found.append((token.start(), token.end(), begin, at))
    return tuple(found)


def _next(shown: str, word: str, at: int) -> int | None:
    last = at + _FARTHEST
    begin = shown.find(word, at, last)
    while begin >= 0:
        end = begin + len(word)
        whole = not word[0].isalnum() or not (
            (begin > at and shown[begin - 1].isalnum()) or (end < len(shown) and shown[end].isalnum())
        )
        if whole:
            return begin
        begin = shown.find(word, begin + 1, last)
    return None


def _raw_span(where: Sequence[tuple[int, int, int, int]], edit: Edit) -> tuple[int, int] | None:
    if edit.start == edit.end:
        before = [row for row in where if row[1] <= edit.start]
        return (before[-1][3], before[-1][3]) if before else (where[0][2], where[0][2]) if where else None
    inside = [row for row in where if edit.start <= row[0] and row[1] <= edit.end]
    if not inside or inside[0][0] - edit.start > 1 or edit.end - inside[-1][1] > 1:
        return None
    return inside[0][2], inside[-1][3]


def _put(raw: str, start: int, end: int, put: str) -> str:
    if start == end:
        if start == 0 or not raw[:start].strip():
            return f"{raw[:start]}{put} {raw[start:]}"
        closing = re.match(r"(?:\*{1,3}|_{1,3}|</(?:strong|em|b|i|a|span)>|[\"”')\]])+", raw[start:])
        at = start + closing.end() if closing else start
        return f"{raw[:at]} {put}{raw[at:]}"
    before, after = _balanced(raw[:start], raw[start:end], raw[end:])
    if put:
        return before + put + after
    if not before or before[-1] in _OPENERS or before[-1] in _SPACE:
        after = after.lstrip(_SPACE)
    if before and (not after or after[0] in "\n*_<"):
        before = before.rstrip(_SPACE)
    if (mark := _OPEN_MARK.search(before)) and after.startswith(mark.group(1)):
        return before[: mark.start()] + after[len(mark.group(1)) :].lstrip(_SPACE)
    return before + after


def _balanced(before: str, gone: str, after: str) -> tuple[str, str]:
    """What stays around words taken out, without the mark whose other half went with them."""
    opened, closed = _MARK_BEFORE.search(before), _MARK_AFTER.search(after)
    if opened and gone.count(opened.group()) % 2:
        return before[: opened.start()], after
    if closed and gone.count(closed.group()) % 2:
        return before, after[closed.end() :]
    return before, after


def _tidied(raw: str, fmt: TextFormat) -> str:
    """Without the shells of what was taken out: empty tags, marks and list items."""
    if fmt == "html":
        shorter = _EMPTY_TAG.sub("", raw)
        while shorter != raw:
            raw, shorter = shorter, _EMPTY_TAG.sub("", shorter)
        return raw
    return _EMPTY_LINE.sub("", raw)


def _folded(text: str) -> str:
    return re.sub(r"\s+", "", text)
