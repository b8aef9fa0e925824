"""The entries of a source list, and the numbers by which an answer points to them."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from evals.pages.bodies import phrases
from evals.pages.sources import names_someone, split_names, trim
from evals.pages.wording import said, wording
from evals.records import Block

_NUMBER = re.compile(r"\s*(?:\[(\d{1,3})\]|(\d{1,3})[.)]|([⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})\s)\s*")
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LEAD = re.compile(r"[^:\n]{1,80}:\s*")
_COMES_FROM = re.compile(r"[^:\n]{1,40}?\b(?:from|de)\s+(?:the\s+|el\s+|la\s+)?", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*;\s*|\n")
_SENTENCE = re.compile(r"(?<!\bSt)(?<!\bDr)(?<!\bNo)(?<!\b[A-Z])[.!?][\"”)]?\s+(?=[A-Z])")
_ADDRESS = re.compile(r"\(?https?://\S+|\(?\bwww\.\S+")
_SEE = re.compile(r"(?:see|véase)(?:\s+also|\s+también)?:?\s+", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|el|la|los|las)\s+", re.IGNORECASE)
_LONGEST_NAME = 200


class Entry(NamedTuple):
    """One source of the list, at `text[start:end]`; `number` as printed beside it."""

    start: int
    end: int
    name: str
    vague: bool
    number: int | None


class Entries(NamedTuple):
    """All entries in order, and those that a numbered mark can point to."""

    all: tuple[Entry, ...]
    numbered: Mapping[int, Entry]


def entries_of(text: str, blocks: Sequence[Block]) -> Entries:
    """The entries in the blocks of a source list."""
    found: list[Entry] = []
    for block in blocks:
        if block.kind != "heading":
            found.extend(_entries(text, block))
    printed = {entry.number: entry for entry in reversed(found) if entry.number is not None}
    # A list whose numbers were markup (<ol>) counts from 1.
    numbered = printed or dict(enumerate(found, start=1))
    return Entries(tuple(found), numbered)


def _entries(text: str, block: Block) -> list[Entry]:
    at = block.start
    in_line = False
    if block.kind != "item" and not _NUMBER.match(text, at, block.end):
        lead = _LEAD.match(text, at, block.end)
        if lead and (lead.end() == block.end or _is_lead(lead[0])):
            at, in_line = lead.end(), True
        elif wording("references_opening").found(said(text[at : at + 80])):
            opening = _COMES_FROM.match(text, at, block.end)
            at, in_line = (opening.end() if opening else at), True
        elif wording("references").found(said(text[at : block.end][:80])) and block.end - at < 40:
            return []
    found: list[Entry] = []
    for start, end in _pieces(text, at, block.end):
        entry = _entry(text, start, end, in_line)
        if entry:
            found.append(entry)
    return found


def _is_lead(lead: str) -> bool:
    words = said(lead)
    return wording("references").found(words) or wording("references_inline").found(words)


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [(match.start(), match.end()) for match in _SEPARATOR.finditer(text, start, end)]
    starts, ends = [start, *(cut[1] for cut in cuts)], [*(cut[0] for cut in cuts), end]
    return [
        piece
        for a, b in zip(starts, ends, strict=True)
        if text[a:b].strip()
        for piece in split_names(text, a, b, known_only=True)
    ]


def _dated(text: str, begin: int, end: int) -> int:
    """Where an entry goes over into when it was looked at."""
    for found in phrases("entry_ends").finditer(text, begin, end):
        before = text[begin : found.start()].rstrip(' "”’)')
        if not before or before[-1] in ".,;:(–—":
            return found.start()
    return end


def _entry(text: str, start: int, end: int, in_line: bool) -> Entry | None:
    number = _NUMBER.match(text, start, end)
    begin = number.end() if number else start
    if article := _ARTICLE.match(text, begin, end):
        begin = article.end()
    if see := _SEE.match(text, begin, end):
        begin = see.end()
    stop = _dated(text, begin, end)
    if stop == begin:
        return None
    # In a list "National Cancer Institute. Breast Cancer Treatment." is one entry; in running text a sentence ends it.
    if in_line and (sentence := _SENTENCE.search(text, begin + 12, stop)):
        stop = sentence.start() + 1
    name = trim(_ADDRESS.sub("", text[begin:stop])) or text[begin:stop].strip()
    named = names_someone(name)
    # "… As of May 2026; schedules change, so look again."
    if not any(map(str.isalpha, name)) or (name[0].islower() and not named and not phrases("vague").search(name)):
        return None
    printed = next((int(group.translate(_PLAIN)) for group in number.groups() if group), None) if number else None
    size = len(text[begin:stop].rstrip(" \n.,;:–—-"))
    return Entry(begin, begin + max(size, 1), name[:_LONGEST_NAME], not named, printed)
