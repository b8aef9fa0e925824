"""What a slot check finds: one place where a claim and a piece of evidence do not say the same."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["clash", "inflated", "dropped", "extra"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotFinding:
    """One slot in which a claim departs from the evidence.

    `kind`: "clash", the evidence gives another value; "inflated", the claim puts it more strongly or more generally;
    "dropped", a qualifier of the evidence is missing in the claim; "extra", the claim names something the evidence does
    not have. `code` is the error's code in the clinical requirements (E01-E21). `said` holds the claim's words,
    `stated` those of the evidence; it is empty when that has none, and for an extra number holds another of its kind.
    `reason` is for readers who are not programmers.
    """

    slot: str
    kind: Kind
    code: str
    said: str
    stated: str
    reason: str


def clash(slot: str, code: str, said: str, stated: str) -> SlotFinding:
    """A finding of kind "clash" in the usual words."""
    reason = f"The passage says {_quoted(stated)}; the answer says {_quoted(said)}."
    return SlotFinding(slot=slot, kind="clash", code=code, said=said, stated=stated, reason=reason)


def extra(slot: str, code: str, said: str, instead: str = "") -> SlotFinding:
    """A finding of kind "extra" in the usual words; `instead` is what the evidence has of the kind, if anything."""
    reason = f"The passage does not speak of {_quoted(said)}."
    return SlotFinding(slot=slot, kind="extra", code=code, said=said, stated=instead, reason=reason)


def inflated(slot: str, code: str, said: str, stated: str) -> SlotFinding:
    """A finding of kind "inflated" in the usual words."""
    reason = (
        f"The passage says {_quoted(stated)}; the answer says more: {_quoted(said)}."
        if stated
        else (f"The passage does not go as far as {_quoted(said)}.")
    )
    return SlotFinding(slot=slot, kind="inflated", code=code, said=said, stated=stated, reason=reason)


def dropped(slot: str, code: str, stated: str) -> SlotFinding:
    """A finding of kind "dropped" in the usual words."""
    reason = f"The passage says this only for {_quoted(stated)}; the answer leaves that out."
    return SlotFinding(slot=slot, kind="dropped", code=code, said="", stated=stated, reason=reason)


def _quoted(words: str) -> str:
    # Numbers read best bare ("104 °F"), words in quotation marks.
    return words if words[:1].isdigit() else f'"{words}"'
