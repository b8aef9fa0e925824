"""What a run is once it is done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.records import Answer, Item, Passage, Question, Verdict

TABLES = ("answers", "claims", "verdicts", "scores", "findings", "questions", "passages")
DECIDED = ("label", "confidence", "passage_id", "evidence_start", "evidence_end", "reason", "code")
"""What the claims table takes over from the decided verdict."""
Key = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finished run as read from its folder. Items are in plan order."""

    folder: Path
    manifest: Mapping[str, Any]
    summary: Mapping[str, Any]
    items: tuple[Item, ...]
    questions: Mapping[str, Question]
    passages: Mapping[str, Passage]


def decide(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The decided verdict of each claim: the first one against the whole corpus, unless it is an error.

    The deciding judge's verdicts stand first; where it failed, no judge beside it takes its place.
    """
    decided: dict[str, Verdict] = {}
    for verdict in verdicts:
        if verdict.scope == "corpus":
            decided.setdefault(verdict.claim_id, verdict)
    return tuple(verdict for verdict in decided.values() if verdict.status == "ok")


def no_answer(question_id: str, repeat: int) -> Answer:
    """Stands for a planned item that was skipped: it has no generator and is not written to the answers table."""
    return Answer(question_id=question_id, repeat=repeat, question="", raw="", text="", status="error", error="skipped")
