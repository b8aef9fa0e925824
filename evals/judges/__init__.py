"""Judges: anything that turns a claim and passages into a verdict. The table below is the whole list.

To add one: its file here, one line in `JUDGES`, its test. From outside this repository: an entry point in the group
`evals.judges` whose value is a factory `make(corpus, settings)`.
"""

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, ClassVar, Protocol

from evals.claims import UNCHECKABLE
from evals.corpus import Corpus
from evals.errors import UserError, did_you_mean
from evals.records import Answer, Claim, Passage, Verdict


class Judge(Protocol):
    """Verdicts on the claims of one answer. `signature` changes whenever an old verdict would change."""

    name: ClassVar[str]
    version: ClassVar[str]

    @property
    def signature(self) -> str: ...

    def __call__(self, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...], /) -> tuple[Verdict, ...]:
        """For each checkable claim one verdict a scope: the passages `given`, those cited, the whole corpus."""
        ...


# name -> module, whose `make(corpus, settings)` builds it.
JUDGES: dict[str, str] = {
    "local": "evals.judges.local",
    "llm": "evals.judges.llm",
    "ragas": "evals.judges.ragas",
    "cascade": "evals.judges.cascade",
}


def make_judge(name: str, corpus: Corpus, settings: Mapping[str, Any]) -> Judge:
    """The judge of that name.

    Raises:
        UserError: no such judge, or a setting is unknown.
    """
    if name in JUDGES:
        return import_module(JUDGES[name]).make(corpus, settings)
    outside = {point.name: point for point in entry_points(group="evals.judges")}
    if name in outside:
        return outside[name].load()(corpus, settings)
    raise UserError(f"judge {name!r}", "not known", fix=did_you_mean(name, [*JUDGES, *outside]))


def judge_claims(
    judge: Judge, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...]
) -> tuple[Verdict, ...]:
    """The judge's verdicts on the checkable claims, and `not_checkable` for the others, which it never sees."""
    checkable = tuple(claim for claim in claims if claim.kind not in UNCHECKABLE)
    return (*judge(answer, checkable, given), *not_checkable(claims))


def not_checkable(claims: tuple[Claim, ...]) -> tuple[Verdict, ...]:
    """The verdicts on what states nothing to check, which no judge sees."""
    return tuple(
        Verdict(
            claim_id=claim.claim_id,
            judge="rules",
            label="not_checkable",
            reason=f"A {claim.kind} states nothing to check.",
        )
        for claim in claims
        if claim.kind in UNCHECKABLE
    )
