"""A model's reply -> verdicts. Nothing is taken on trust: each label needs words that stand in the passage it names.

What cannot be used is an error on that claim, never a label: no verdict, an unknown label or passage, a quote that is
not there. The other claims keep theirs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field

from evals.judges.fencing import one_line
from evals.judges.llm.prompt import letter
from evals.judges.quotes import locate
from evals.judges.retrieval import Piece
from evals.records import Claim, Label, Scope, Verdict

LABELS: tuple[str, ...] = tuple(label for label in get_args(Label) if label != "not_checkable")
LONGEST_REASON = 400
_PLACEHOLDER = re.compile(r"<[^<>]*>")
"""What the prompt shows where a reason goes; small models send it back as it is."""

_READING = {
    "passage": {"type": ["string", "null"]},
    "quote": {"type": ["string", "null"]},
    "label": {"type": "string", "enum": list(LABELS)},
}


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object", "properties": dict(properties), "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


# Quote and reason come before the label, so that a model looks before it decides.
_VERDICT = _object(
    {
        "claim": {"type": "integer"},
        "passage": _READING["passage"],
        "quote": _READING["quote"],
        "reason": {"type": "string"},
        "label": _READING["label"],
        "other": {"type": "array", "items": _object(_READING)},
    }
)
SCHEMA: Mapping[str, Any] = _object({"verdicts": {"type": "array", "items": _VERDICT}})
"""What the model is asked for. What it sends is read more loosely, so that one bad verdict spoils no other."""


class Row(BaseModel):
    """One verdict as it came: any field may hold anything."""

    model_config = ConfigDict(extra="ignore")

    claim: Any = None
    passage: Any = None
    quote: Any = None
    reason: Any = None
    label: Any = None
    confidence: Any = None
    other: Any = None


class Judged(BaseModel):
    """The reply as a whole: it must hold a list of objects."""

    # Far more than claims in one request; a million empty ones would take a gigabyte.
    verdicts: list[Row] = Field(max_length=10_000)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one passage makes of a claim, with the place of the words that say so."""

    label: Label
    passage_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply says of one claim, checked: readings with the deciding one first (none = not found), or why not."""

    readings: tuple[Reading, ...] = ()
    reason: str = ""
    confidence: float | None = None
    error: str | None = None


def told(reply: Judged, claims: int, shown: Sequence[Piece], least_quote: int) -> tuple[Told, ...]:
    """What a reply says of claims 1 to `claims`, in order. The last verdict on a claim counts."""
    last = {number: row for row in reply.verdicts if (number := _number(row.claim)) is not None}
    missing = Told(error="the judge gave no verdict on this claim")
    pieces = {letter(number): piece for number, piece in enumerate(shown)}
    return tuple(
        _told(last[number], pieces, least_quote) if number in last else missing for number in range(1, claims + 1)
    )


def _number(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.fullmatch(r"(?:claim\s*)?(\d{1,6})", value.strip().lower()) if isinstance(value, str) else None
    return int(found.group(1)) if found else None


def _told(row: Row, shown: Mapping[str, Piece], least_quote: int) -> Told:
    reason = _reason(row.reason)
    confidence = row.confidence if _is_share(row.confidence) else None
    if row.label == "not_found":
        return Told(reason=reason or "No passage speaks of this.", confidence=confidence)
    try:
        main = _reading(row.label, row.passage, row.quote, shown, least_quote)
    except ValueError as problem:
        return Told(error=str(problem))
    others: list[Reading] = []
    for other in row.other if isinstance(row.other, list) else ():
        try:
            others.append(_reading(other["label"], other["passage"], other["quote"], shown, least_quote))
        except (ValueError, KeyError, TypeError):
            continue  # a further reading is a courtesy; without its proof it is as if it had not been given
    return Told((main, *others), reason or "No reason was given.", confidence)


def _reading(label: Any, passage: Any, quote: Any, shown: Mapping[str, Piece], least_quote: int) -> Reading:
    """One checked reading.

    Raises:
        ValueError: what is wrong with it, in words for a report.
    """
    if not isinstance(label, str) or label not in LABELS or label == "not_found":
        raise ValueError(f"the judge's label is {_line(label)!r}, not one of {', '.join(LABELS)}")
    pieces = _named(passage, shown)
    if not pieces:
        raise ValueError(f"the judge names passage {_line(passage)!r}, which it was not shown")
    if not isinstance(quote, str) or not quote.strip():
        raise ValueError("the judge gave no quote")
    if len(quote.strip()) < least_quote:
        raise ValueError(f"the judge's quote {_line(quote)!r} is too short to show anything")
    label_: Label = label  # type: ignore[assignment]  # one of LABELS, checked above
    for piece in pieces:
        if found := locate(quote, piece.text):
            return Reading(label_, piece.passage.id, piece.start + found[0], piece.start + found[1])
    raise ValueError("the quote is not in the passage")


def _reason(value: Any) -> str:
    line = _line(value)
    return "" if _PLACEHOLDER.fullmatch(line) else line


def _named(value: Any, shown: Mapping[str, Piece]) -> tuple[Piece, ...]:
    """The pieces that a reply names: by letter, as asked, or by title or id, as small models do."""
    if not isinstance(value, str):
        return ()
    if piece := shown.get(value.strip().upper().removeprefix("PASSAGE").strip()):
        return (piece,)
    name = " ".join(value.split()).casefold()
    return tuple(
        piece
        for piece in shown.values()
        if name and name in (one_line(piece.passage.title).casefold(), piece.passage.id.casefold())
    )


def _is_share(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1


def _line(value: Any) -> str:
    text = " ".join(str("" if value is None else value).split())
    return text if len(text) <= LONGEST_REASON else text[: LONGEST_REASON - 1] + "…"


def verdict(
    claim: Claim, judge: str, scope: Scope, said: Told, within: frozenset[str], late: frozenset[str]
) -> Verdict:
    """What was told of a claim as the verdict against the passages `within`; `late` are those overdue for review.

    The model names the passage that decides and, beside it, others: the first of them that lies in a scope decides
    there. Where none does, that scope's passages do not speak of the claim.
    """
    if said.error:
        return failed(claim, judge, scope, said.error)
    found = [reading for reading in said.readings if reading.passage_id in within]
    mine = next((reading for reading in found if reading.passage_id not in late), found[0] if found else None)
    label, reason, code, confidence = _decided(said, mine, scope, late)
    return Verdict(
        claim_id=claim.claim_id, judge=judge, scope=scope, label=label, reason=reason, code=code, confidence=confidence,
        passage_id=mine.passage_id if mine else None, evidence_start=mine.start if mine else None,
        evidence_end=mine.end if mine else None,
    )  # fmt: skip


def _decided(
    said: Told, mine: Reading | None, scope: Scope, late: frozenset[str]
) -> tuple[Label, str, str | None, float | None]:
    """Label, reason, code and confidence that the reading `mine` (none = not found) gives in a scope."""
    if mine is None:
        if said.readings:
            return "not_found", "None of these passages was named for this.", "E15", None
        return "not_found", said.reason, "E15", said.confidence
    if scope == "corpus" and mine.passage_id in late:
        # An overdue passage neither bears out nor contradicts until someone has read it.
        return "not_checkable", f"Only {mine.passage_id} speaks of this, and its review is overdue.", None, None
    code = "E15" if mine.label == "partly" else None
    if mine is not said.readings[0]:
        return mine.label, "A further passage that the judge named.", code, None
    return mine.label, said.reason, code, said.confidence


def failed(claim: Claim, judge: str, scope: Scope, cause: str) -> Verdict:
    """The verdict on a claim that the judge failed on."""
    return Verdict(claim_id=claim.claim_id, judge=judge, scope=scope, status="error", reason=cause)
