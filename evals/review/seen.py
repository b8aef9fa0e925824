"""What a person may see: the blind view of an answer, queues, drafts, the sides of a disagreement."""

from dataclasses import dataclass
from typing import Literal

from evals.records import Block, Link, Record, Severity, Span
from evals.review.digests import text_digest
from evals.review.records import Content


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownClaim:
    """A claim to be marked; `asked` ones are required (see `evals.review.asking`), others welcome.

    `severity` is what a mistake in its words could cost; items made by older versions do not know it.
    """

    claim_id: str
    start: int
    end: int
    claim_text: str
    asked: bool = True
    severity: Severity | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStatement:
    """A must-say or must-not-say statement to tick."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPassage:
    """A guideline passage to compare with, with its sources in words and its date."""

    id: str
    title: str
    text: str
    sources: tuple[str, ...] = ()
    as_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All a blind reviewer may see: no run, question id, model, prompt, score, finding, verdict or other review."""

    question: str
    cancer: str
    record: Record | None
    title: str | None
    text: str
    language: str
    hidden: tuple[Span, ...]
    blocks: tuple[Block, ...]
    links: tuple[Link, ...]
    claims: tuple[ShownClaim, ...]
    must_say: tuple[ShownStatement, ...]
    must_not_say: tuple[ShownStatement, ...]
    passages: tuple[ShownPassage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A saved draft. `version` 0 and empty content when nothing was saved yet."""

    version: int
    content: Content
    saved_at: str | None
    can_undo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A draft was not saved because another tab saved first: what stands now. What was sent is kept aside."""

    version: int
    content: Content
    saved_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """One line of a reviewer's queue. `practice` items are for calibration before counting."""

    assignment_id: str
    place: int
    state: Literal["open", "drafted", "submitted"]
    practice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindItem:
    """An item as its reviewer may see it. `scales` are the scales of the rubric asked of this reviewer, in order."""

    assignment_id: str
    state: Literal["open", "drafted", "submitted"]
    practice: bool
    scales: tuple[str, ...]
    shown: Shown
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the reviews that differ, without its author; `label` is "A", "B" …, in an order that tells nothing."""

    label: str
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """An item that waits for an adjudicator; `token` opens it, `reasons` say in words what differs."""

    token: str
    reasons: tuple[str, ...]
    reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjudicationItem:
    """A disagreement as an adjudicator may see it; drafts go by `assignment_id`."""

    assignment_id: str
    scales: tuple[str, ...]
    shown: Shown
    sides: tuple[Side, ...]
    reasons: tuple[str, ...]
    draft: Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """The answers that a person still has to judge: by run, question and repeat, and by the digest of the text."""

    keys: frozenset[tuple[str, str, int]]
    digests: frozenset[str]

    def covers(self, run_id: str, question_id: str, repeat: int, text: str) -> bool:
        """Whether scores, findings, verdicts, model and prompt of this answer must not be shown to the person."""
        return (run_id, question_id, repeat) in self.keys or text_digest(text) in self.digests
