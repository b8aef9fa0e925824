"""What the work on one item has made so far, as it goes from hand to hand."""

from dataclasses import dataclass

from evals.records import Answer, Claim, Passage, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An answer, the texts it was given from outside the corpus, and its claims."""

    answer: Answer
    contexts: tuple[Passage, ...] = ()
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdicts that decide and are scored, and those kept beside them: other judges', and repeated ones."""

    deciding: tuple[Verdict, ...] = ()
    beside: tuple[Verdict, ...] = ()
