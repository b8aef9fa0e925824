"""All operators over one whole answer: of each kind the faults asked for, each alone, the rest of the answer intact."""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence

from evals.errors import UserError, did_you_mean
from evals.faults import inserted, other_answer, unsaid
from evals.faults.answer_fault import AnswerFault, Edit, Kind, Proposal, ordered, wanted_kinds
from evals.faults.fault import HALVES, Half
from evals.faults.placing import format_of, placed
from evals.faults.view import View
from evals.records import Answer, Claim, Question

# How many proposals of a kind are tried before the answer counts as one that cannot have it.
_TRIES = 8

Operator = Callable[[View, Kind, Half], Iterator[Proposal]]


def _outdated(view: View, kind: Kind, half: Half) -> Iterator[Proposal]:
    # A sentence that gives way where there is one; few answers word it so.
    yield from list(other_answer.sentence(view, kind, half)) or inserted.outdated(view, kind, half)


_BY_NAME: Mapping[str, Operator] = {
    "E05": _outdated,
    "E06-cited": other_answer.source,
    "E13-invented": other_answer.source,
    "E14-swapped": other_answer.source,
    "E12": unsaid.point,
    "E18": unsaid.point,
    "E16-one-rule": inserted.one_rule,
    "E17-accepted": inserted.premise,
    "D10-missing": inserted.due,
    "D12-missing": inserted.due,
    "R-grade": other_answer.hard,
    "cut-off": other_answer.cut,
}
_BY_LETTERS: Mapping[str, Operator] = {
    "E22": inserted.record,
    "E": other_answer.sentence,
    "D": unsaid.notice,
    "RF": unsaid.urgency,
    "O": inserted.overreach,
}


def answer_faults(
    answer: Answer,
    question: Question,
    claims: tuple[Claim, ...],
    *,
    half: Half = "measure",
    kinds: Sequence[str] | None = None,
    seed: int = 0,
    each: int = 1,
    borne: Container[str] | None = None,
) -> tuple[AnswerFault, ...]:
    """Of every kind that fits the answer up to `each` faults, drawn by SHA-256 of seed, kind, question and repeat.

    `borne` are the ids of the claims that a passage bears out: kinds that need one are made in these alone (None: all).

    A fault whose raw answer does not read as the old text with that change alone is not made. Long and empty answers,
    and those whose raw text reads otherwise today, get none.

    Raises:
        UserError: an unknown half or kind.
    """
    if half not in HALVES:
        raise UserError("half", f"{half!r}", " or ".join(map(repr, HALVES)), did_you_mean(half, HALVES))
    chosen = wanted_kinds(kinds)
    if answer.status != "ok" or not answer.text.strip() or format_of(answer.raw, answer.text) is None:
        return ()
    whole = View(answer, question, claims)
    sure = whole if borne is None else View(answer, question, tuple(one for one in claims if one.claim_id in borne))
    return tuple(fault for kind in chosen for fault in _of_kind(sure if kind.borne else whole, kind, half, seed, each))


def _of_kind(view: View, kind: Kind, half: Half, seed: int, each: int) -> Iterator[AnswerFault]:
    proposals = list(_operator(kind)(view, kind, half))
    made = 0
    drawn = ordered(proposals, seed, kind.name, view.answer.question_id, view.answer.repeat)
    most = each * kind.each
    for proposal in drawn[: _TRIES * most]:
        if made < most and (fault := _made(view, kind, half, proposal)):
            made += 1
            yield fault


def _operator(kind: Kind) -> Operator:
    if kind.name in _BY_NAME:
        return _BY_NAME[kind.name]
    return next(operator for letters, operator in _BY_LETTERS.items() if kind.name.startswith(letters))


def _made(view: View, kind: Kind, half: Half, proposal: Proposal) -> AnswerFault | None:
    answer = view.answer
    fmt = format_of(answer.raw, answer.text)
    found = placed(answer.raw, answer.text, fmt, proposal.edits) if fmt else None
    if found is None:
        return None
    raw, text = found
    main = proposal.edits[0]
    start = _found(text, main, proposal.edits) if main.put and kind.name != "R-grade" else None
    return AnswerFault(
        kind=kind.name, code=kind.code, question_id=answer.question_id, repeat=answer.repeat,
        severity=proposal.severity or kind.severity, start=start, end=None if start is None else start + len(main.put),
        original=answer.text[main.start : main.end], replacement=main.put, template=proposal.template, half=half,
        raw=raw, at=main.start, statement=proposal.statement,
    )  # fmt: skip


def _found(after: str, main: Edit, edits: Sequence[Edit]) -> int | None:
    """Where the words put in stand in the new text: the place nearest to where they should."""
    shift = sum(len(one.put) - (one.end - one.start) for one in edits if one.end <= main.start and one is not main)
    places: list[int] = []
    at = after.find(main.put)
    while at >= 0:
        places.append(at)
        at = after.find(main.put, at + 1)
    return min(places, key=lambda place: (abs(place - main.start - shift), place), default=None)
