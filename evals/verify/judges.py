"""Judges of pairs. The table below is the whole list.

A judge from outside this repository (an entry point in the group `evals.judges`, see `evals.judges`) can verify pairs
if it has the two members of `PairJudge`. It is then made with an empty corpus.
"""

import hashlib
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Protocol, runtime_checkable

from evals.errors import UserError, did_you_mean
from evals.verify.verdict import PairVerdict


class JudgeError(Exception):
    """A judge could not reach a verdict on one pair (a server that fails, say); the message says why."""


@runtime_checkable
class PairJudge(Protocol):
    """Verdicts on pairs. `signature` changes whenever an old verdict would change."""

    @property
    def signature(self) -> str: ...

    def verify_pair(self, premise: str, hypothesis: str, /) -> PairVerdict:
        """The verdict on one pair, whatever pairs came before it. Neither text is empty.

        Raises:
            JudgeError: the judge failed on this pair.
        """
        ...


# name -> module, whose `make_pairs()` builds it.
PAIR_JUDGES: Mapping[str, str] = {"local": "evals.verify.local"}


def make_pair_judge(name: str) -> PairJudge:
    """The judge of that name.

    Raises:
        UserError: there is no such judge, or it does not judge pairs.
    """
    if name in PAIR_JUDGES:
        return import_module(PAIR_JUDGES[name]).make_pairs()
    outside = {point.name: point for point in entry_points(group="evals.judges")}
    if name not in outside:
        known = did_you_mean(name, [*PAIR_JUDGES, *outside])
        raise UserError(f"--judge {name}", "not known", "a judge of pairs", known)
    judge: Any = outside[name].load()(_no_corpus(), {})
    if not isinstance(judge, PairJudge):
        known = did_you_mean(name, PAIR_JUDGES)
        raise UserError(f"--judge {name}", "this judge does not judge pairs", "a judge of pairs", known)
    return judge


def _no_corpus() -> Any:
    from evals.corpus import Corpus

    return Corpus(passages={}, documents={}, digest=hashlib.sha256().hexdigest(), superseded=())
