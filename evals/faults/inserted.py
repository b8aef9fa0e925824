"""Sentences that may not stand in an answer, put at the end of one of its paragraphs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from evals.faults.answer_fault import Edit, Kind, Proposal, of_half
from evals.faults.fault import Half, half_of
from evals.faults.tables import fault_file, outdated_rows
from evals.faults.view import View
from evals.records import Record, Severity


def overreach(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """A sentence that oversteps what a piece of information may say."""
    row = fault_file("answer_overreach.yaml")["kinds"][kind.name]
    for wording in of_half(kind.name, row["wordings"], half):
        yield from _after_each(view, kind, wording["id"], wording["text"], row["severity"])


def due(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """What makes a notice due that the answer does not have."""
    notices = fault_file("answer_notices.yaml")
    row = notices["due"][kind.name]
    cue = _compiled(notices["elements"][row["element"]]["cue"])
    if cue.search(view.answer.text):
        return
    for wording in of_half(kind.name, row["wordings"], half):
        yield from _after_each(view, kind, wording["id"], wording["text"], row["severity"])


def one_rule(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """One of two positions told as the rule."""
    row = fault_file("answer_premises.yaml")[kind.name]
    asked = f"{view.question.text} {view.answer.text}"
    for wording in of_half(kind.name, row["wordings"], half):
        if _compiled(wording["when"]).search(asked):
            yield from _after_each(view, kind, wording["id"], wording["text"])


def outdated(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """What used to be right, in words of its own, where the question rests on the passage that now says otherwise."""
    swaps = fault_file("swaps.yaml")
    usable = {*swaps["outdated"], *(row["id"] for row in swaps["outdated_words"])}
    for row in outdated_rows():
        fits = row["passage"] in view.question.passages and row["id"] in usable
        if fits and half_of(f"outdated:{row['id']}") == half:
            yield from _after_each(view, kind, row["id"], row["outdated"], row["severity"])


def premise(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """A false premise accepted: the correction turned round, and what gives in to it said in the body."""
    row = fault_file("answer_premises.yaml")[kind.name]
    base = view.question.paraphrase_of or view.question.id
    for wording in row["questions"].get(base, ()):
        if half_of(f"{kind.name}:{base}:{wording['id']}") != half:
            continue
        turned = tuple(_turned(view, row["turn"]))
        for one in _after_each(view, kind, f"{base}:{wording['id']}", wording["text"]):
            at = one.edits[0].start
            others = tuple(edit for edit in turned if not edit.start <= at <= edit.end)
            yield Proposal(kind=one.kind, edits=(*one.edits, *others), template=one.template)


def record(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    """A sentence that contradicts a field of the person's record."""
    file = fault_file("answer_record.yaml")
    own = view.question.record
    if own is None:
        return
    for wording in of_half(kind.name, file[kind.name]["wordings"], half):
        for text in _filled(kind.name, wording, own, file["others"]):
            yield from _after_each(view, kind, wording["id"], text)


def _turned(view: View, turns: Sequence[Mapping[str, str]]) -> Iterator[Edit]:
    for one in view.told:
        if one.zone not in {"body", "urgent", "title"}:
            continue
        for turn in turns:
            if match := _compiled(turn["find"]).search(one.text):
                put = match.expand(turn["put"])
                yield Edit(start=one.start + match.start(), end=one.start + match.end(), put=put)
                break


def _after_each(view: View, kind: Kind, name: str, text: str, severity: str | None = None) -> Iterator[Proposal]:
    for one in view.body:
        yield Proposal(
            kind=kind.name, edits=(Edit(start=one.end, end=one.end, put=text),), template=f"{kind.name}:{name}",
            severity=cast(Severity, severity) if severity else None,
        )  # fmt: skip


# --- what a record does not say --------------------------------------------------------------------------------------


def _filled(name: str, wording: Mapping[str, Any], own: Record, others: Mapping[str, Any]) -> Iterator[str]:
    text: str = wording["text"]
    if name == "E22-biomarker":
        for marker in own.biomarkers:
            other = others["results"].get(marker.result.lower(), others["results"]["default"])
            yield text.format(name=marker.name, other=other)
    elif name == "E22-stage" and own.stage and own.stage.group:
        group = re.sub(r"[^IV]", "", own.stage.group.upper())
        yield from (text.format(other=other) for other in others["stages"] if re.sub(r"[^IV]", "", other) != group)
    elif name == "E22-line" and wording["when"] == ("treated" if own.treatments else "untreated"):
        yield text
    elif name == "E22-treatment":
        known = " ".join(one.name.lower() for one in own.treatments) + own.text.lower()
        yield from (text.format(absent=one) for one in others["treatments"] if one.lower() not in known)
    elif name == "E22-age" and own.age_group and own.age_group not in wording["not"]:
        yield text
    elif name == "E22-pregnancy" and own.pregnancy:
        if wording["when"] == ("yes" if own.pregnancy == "yes" else "no"):
            yield text
    elif name == "E22-person" and (own.name_on_record or own.account_name):
        yield from (text.format(person=one) for one in others["persons"])


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
