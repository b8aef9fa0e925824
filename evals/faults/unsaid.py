"""Notices, calls for help and essential points taken out of an answer, put late, or watered down."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from evals.faults.answer_fault import Edit, Kind, Proposal, of_half
from evals.faults.fault import Half
from evals.faults.tables import fault_file
from evals.faults.view import Told, View

_ZONES = frozenset({"opening_notice", "closing_notice"})
_ASIDE = frozenset({"questions", "related", "references"})


def notice(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """One element of the notices left out, told only at the end, not told again at the close, or watered down."""
    element, _, way = kind.name.partition("-")
    elements = fault_file("answer_notices.yaml")["elements"]
    row = elements[element]
    whole = _carrying(view, row)
    if not _is_due(view, row, whole):
        return
    opening = [one for one in whole if one in view.opening]
    closing = [one for one in whole if one in view.closing and one not in opening]
    if way == "removed" and whole:
        yield _without(view, kind, element, whole)
    elif way == "late" and opening:
        cut = _without(view, kind, element, opening)
        end = Edit(start=len(view.answer.text.rstrip()), end=len(view.answer.text.rstrip()), put=row["plain"])
        # What stands at the close already says it there.
        yield cut if closing else Proposal(kind=kind.name, edits=(*cut.edits, end), template=cut.template)
    elif way == "once" and opening and closing:
        yield _without(view, kind, element, closing)
    elif way == "weak" and whole:
        for wording in of_half(f"{element}-weak", row["weak"], half):
            first, *others = _without(view, kind, element, whole).edits
            put = f"{wording['text']} {first.put}".strip()
            edits = (Edit(start=first.start, end=first.end, put=put), *others)
            yield Proposal(kind=kind.name, edits=edits, template=f"{element}-weak:{wording['id']}")


def urgency(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """The call for help left out, told at the end, put off, or sent to a lower level of care."""
    if not any(flag.mode == "act" for flag in view.question.red_flags):
        return
    file = fault_file("answer_urgency.yaml")
    directive, conditional, fallback = (_compiled(file[name]) for name in ("directive", "conditional", "fallback"))
    found = [one for one in view.told if one.has(directive) and one.zone not in {"questions", "references", "related"}]
    if not found:
        return
    if kind.name == "RF-removed":
        yield Proposal(kind=kind.name, edits=tuple(_out(found)), template="RF-removed:all")
    elif kind.name == "RF-late":
        end = len(view.answer.text.rstrip())
        put = Edit(start=end, end=end, put=found[0].text)
        yield Proposal(kind=kind.name, edits=(*_out(found), put), template="RF-late:end")
    else:
        # A sentence on further signs ("Call 911 if you faint") holds for someone else, and stays.
        own = [found[0], *(one for one in found[1:] if one.has(fallback) or not one.has(conditional))]
        for wording in of_half(kind.name, file["kinds"][kind.name]["wordings"], half):
            first = Edit(start=found[0].start, end=found[0].end, put=wording["text"])
            edits = (first, *_out(own[1:]))
            yield Proposal(kind=kind.name, edits=edits, template=f"{kind.name}:{wording['id']}")


def point(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """Every sentence that says one thing which the answer must say, left out (E12: a risk or urgent sign)."""
    del half
    risk = _compiled(fault_file("answer_points.yaml")["risk"])
    for statement in view.question.must_say:
        risky = risk.search(statement.text) is not None
        if risky != (kind.name == "E12") or statement.severity in {"info", "minor"}:
            continue
        wanted = _stems(statement.text)
        inside = [one for one in view.told if one.zone not in {*_ZONES, "references", "related", "questions"}]
        close = [one for one in inside if _share(wanted, _stems(one.text)) >= _SAYS]
        if not close:
            continue
        near = [one for one in inside if _share(wanted, _stems(one.text)) >= _TOUCHES]
        yield Proposal(
            kind=kind.name, edits=tuple(_out(near)), template=f"{kind.name}:{view.question.id}:{statement.id}",
            severity=statement.severity, statement=statement.id,
        )  # fmt: skip


# How much of what must be said a sentence has to share to say it, and to touch on it.
_SAYS, _TOUCHES = 0.6, 0.4


def _stems(text: str) -> frozenset[str]:
    words = re.findall(r"[a-z][a-z'-]+|\d+(?:\.\d+)?", text.lower())
    small = _small()
    return frozenset(re.sub(r"(?:ing|ed|es|s|ly)\Z", "", word)[:7] for word in words if word not in small)


@cache
def _small() -> frozenset[str]:
    return frozenset(fault_file("answer_points.yaml")["small_words"].split())


def _share(wanted: frozenset[str], said: frozenset[str]) -> float:
    return len(wanted & said) / len(wanted) if wanted else 0.0


# --- notices ---------------------------------------------------------------------------------------------------------


def _carrying(view: View, row: Mapping[str, Any]) -> list[Told]:
    cue = _compiled(row["cue"], case=False)
    if row["where"] == "notice":
        return [one for one in view.told if (one in view.opening or one in view.closing) and one.has(cue)]
    if row["where"] == "sources":
        return [one for one in view.told if one.zone == "references" or one.has(cue)]
    return [one for one in view.told if one.zone not in {"questions", "related"} and one.has(cue)]


def _without(view: View, kind: Kind, element: str, sentences: Sequence[Told]) -> Proposal:
    """The sentences without the element: gone, or where one told others too, those in plain words."""
    edits = tuple(Edit(start=one.start, end=one.end, put=" ".join(_others(view, element, one))) for one in sentences)
    return Proposal(kind=kind.name, edits=edits, template=f"{kind.name}:{element}")


def _others(view: View, element: str, sentence: Told) -> Iterator[str]:
    for name, row in fault_file("answer_notices.yaml")["elements"].items():
        if name != element and row["plain"] and row["where"] != "sources" and sentence in _carrying(view, row):
            yield row["plain"]


def _is_due(view: View, row: Mapping[str, Any], carrying: Sequence[Told]) -> bool:
    """Whether the rest of the answer, or its question, still asks for an element once these sentences are gone."""
    if "needs" not in row:
        return True
    needs, question = fault_file("answer_notices.yaml")["needs"][row["needs"]], view.question
    if "tags" in needs and (question.record is not None or not set(needs["tags"]).isdisjoint(question.tags)):
        return True
    if needs.get("red_flags") and question.red_flags:
        return True
    if "question" in needs and _compiled(needs["question"]).search(question.text):
        return True
    if "cue" not in needs:
        return False
    cue = _compiled(needs["cue"])
    rest = [one for one in view.told if one not in carrying and one.zone not in {*_ZONES, *_ASIDE}]
    return sum(len(cue.findall(one.text)) for one in rest) >= needs["times"]


def _out(sentences: Sequence[Told]) -> Iterator[Edit]:
    for one in sentences:
        yield Edit(start=one.start, end=one.end, put="")


@cache
def _compiled(pattern: str, *, case: bool = False) -> re.Pattern[str]:
    return re.compile(pattern.strip(), 0 if case else re.IGNORECASE)
