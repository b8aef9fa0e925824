"""What a cascade passed on: counted from stored verdicts, so that it is right for a resumed run and for any old one."""

from collections.abc import Iterable
from dataclasses import dataclass

from evals.records import Verdict

BY_LOCAL, BY_MODEL = "/local", "/llm"
"""What follows the judge's name in the verdicts of its two halves: "cascade/local", "cascade#2/llm"."""


@dataclass(frozen=True, slots=True)
class Escalated:
    """How many claims a cascade judged, and how many of them it passed on to the model."""

    claims: int
    passed_on: int

    @property
    def share(self) -> float | None:
        """The share passed on, null when there was no claim."""
        return self.passed_on / self.claims if self.claims else None


def escalated(verdicts: Iterable[Verdict], judge: str = "cascade") -> Escalated:
    """What the cascade of that name passed on, of its first judgement of each answer. Scope "corpus" counts."""
    halves = [
        verdict.judge.removeprefix(judge)
        for verdict in verdicts
        if verdict.scope == "corpus" and verdict.judge_repeat == 0 and verdict.judge.startswith(f"{judge}/")
    ]
    return Escalated(sum(half in (BY_LOCAL, BY_MODEL) for half in halves), halves.count(BY_MODEL))
