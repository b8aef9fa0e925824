"""Sources invented or swapped, reading made hard, an answer cut off, and the operators for single sentences."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import zip_longest
from typing import Any

from evals.citations.registry import bodies_in
from evals.faults.answer_fault import Edit, Kind, Proposal, of_half
from evals.faults.fault import Half, pick
from evals.faults.make import apply_to_answer
from evals.faults.tables import fault_file, lowered
from evals.faults.view import View


def sentence(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """A fault of one sentence, inside the answer."""
    spans = [(claim.start, claim.end) for claim in view.checked]
    for fault in apply_to_answer(view.answer.text, spans, half=half, codes=[kind.code]):
        edit = Edit(start=fault.start, end=fault.start + len(fault.original), put=fault.replacement)
        yield Proposal(kind=kind.name, edits=(edit,), template=fault.template, severity=fault.severity)


def source(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """The source of a statement: of another disease, invented, or another body's.

    `not` are words of the question or the statement that would make the source a likely one.
    """
    row = fault_file("answer_sources.yaml")[kind.name]
    for wording in of_half(kind.name, row["wordings"], half):
        if wording["text"] not in view.answer.text:
            yield from _swapped(view, kind, wording) if row.get("swap") else ()
            yield from _told_by(view, kind, wording, row["lead"])


def _swapped(view: View, kind: Kind, wording: Mapping[str, Any]) -> Iterator[Proposal]:
    """The name of a source gives way, its short form in brackets with it."""
    text = view.answer.text
    for match in _pattern(fault_file("answer_sources.yaml")["name"]).finditer(text):
        named = [one for one in view.answer.attributions if one.start <= match.start() and match.end() <= one.end]
        inside = any(start < match.start() and match.end() <= end for _, start, end in bodies_in(text))
        if named and not inside and not _likely(view, wording, text[named[0].start : named[0].end]):
            yield _proposal(kind, wording, match.start(), match.end(), wording["text"])


def _told_by(view: View, kind: Kind, wording: Mapping[str, Any], leads: Sequence[str]) -> Iterator[Proposal]:
    """A statement that names no source is told as this one's."""
    for claim in view.checked:
        said = view.answer.text[claim.start : claim.end]
        if claim.kind == "advice" or not said[:1].isupper() or "ccording" in said or "\n" in said:
            continue
        if not _likely(view, wording, said):
            lead: str = pick(leads, kind.name, wording["id"], said)
            yield _proposal(kind, wording, claim.start, claim.end, lead.format(name=wording["text"]) + lowered(said))


def _likely(view: View, wording: Mapping[str, Any], said: str) -> bool:
    about = f"{view.question.text} {view.question.cancer} {view.answer.title or ''} {said}".lower()
    return any(word in about for word in wording.get("not", ()))


def _proposal(kind: Kind, wording: Mapping[str, Any], start: int, end: int, put: str) -> Proposal:
    edit = Edit(start=start, end=end, put=put)
    return Proposal(kind=kind.name, edits=(edit,), template=f"{kind.name}:{wording['id']}")


def hard(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """Long words for short ones and sentences run together, all through the body."""
    del half
    file = fault_file("answer_reading.yaml")
    words = file["words"]
    edits: list[Edit] = []
    inside = [one for one in view.told if one.zone == "body" and "|" not in one.text]
    for one, following in zip_longest(inside, inside[1:]):
        for match in _words(tuple(words)).finditer(one.text):
            put = words[match.group().lower()]
            put = put[0].upper() + put[1:] if match.group()[0].isupper() else put
            edits.append(Edit(start=one.start + match.start(), end=one.start + match.end(), put=put))
        ending = one.text[-1:] == "." and following is not None and following.block == one.block
        if ending and following is not None and following.start - one.end == 1:
            join = pick(file["joins"], one.text)
            edits.append(Edit(start=one.end - 1, end=one.end, put=join.rstrip()))
    if edits:
        yield Proposal(kind=kind.name, edits=tuple(edits), template="R-grade:words")


def cut(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """The answer breaks off in the middle of a sentence of its body."""
    del half
    text = view.answer.text
    for one in view.told:
        if one.zone == "body" and 0.4 <= one.start / len(text) <= 0.75 and len(one.text.split()) >= 8:
            words = list(re.finditer(r"\S+", one.text))
            at = one.start + words[len(words) // 2].end()
            yield Proposal(kind=kind.name, edits=(Edit(start=at, end=len(text), put=""),), template="cut-off:middle")


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.strip())


@cache
def _words(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)
