"""The local judge first; a language model only for the claims on which the local one is unsure.

How sure is sure comes from its calibration: at each confidence, how often was it right on labelled claims? Verdicts
name who gave them ("cascade/local", "cascade/llm"), so that the share of claims passed on can be counted in any run.
"""

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

import numpy as np

from evals.corpus import Corpus
from evals.errors import UserError
from evals.judges import llm
from evals.judges.canaries import CanaryReport
from evals.judges.escalation import BY_LOCAL, BY_MODEL
from evals.judges.llm import LlmJudge
from evals.judges.local import LocalJudge
from evals.judges.verifier.encoder import WEIGHTS
from evals.lexicons import load_yaml
from evals.llm import Session
from evals.llm.estimate import Estimate
from evals.records import Answer, Claim, Passage, Verdict

LOCAL, MODEL = f"cascade{BY_LOCAL}", f"cascade{BY_MODEL}"


class CascadeJudge:
    """Judges every claim on this machine, and asks a model about those that the calibration calls unsure."""

    name: ClassVar[str] = "cascade"
    version: ClassVar[str] = "1"

    def __init__(self, local: LocalJudge, model: LlmJudge, sure: float) -> None:
        self._local, self._model, self._sure = local, model, sure
        self._busy = threading.Lock()

    @property
    def signature(self) -> str:
        return f"cascade|v{self.version}|sure {self._sure:g}|{self._local.signature}|{self._model.signature}"

    async def verdicts(
        self, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...], session: Session, /
    ) -> tuple[Verdict, ...]:
        """For each claim one verdict a scope, all by the same judge.

        Where the model fails on a claim that it was asked about, that is an error on the claim: the local judge was
        unsure of it.

        Raises:
            ModelError: the run cannot go on.
        """
        first = await asyncio.to_thread(self._judge_locally, answer, claims, given)
        unsure = {v.claim_id for v in first if v.scope == "corpus" and is_unsure(v, self._sure)}
        asked = tuple(claim for claim in claims if claim.claim_id in unsure)
        second = await self._model.verdicts(answer, asked, given, session) if asked else ()
        kept = [replace(verdict, judge=LOCAL) for verdict in first if verdict.claim_id not in unsure]
        told = [*kept, *(replace(verdict, judge=MODEL) for verdict in second)]
        return tuple(verdict for claim in claims for verdict in told if verdict.claim_id == claim.claim_id)

    def _judge_locally(
        self, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...]
    ) -> tuple[Verdict, ...]:
        # One answer at a time: more threads on it would only take the processor from the event loop.
        with self._busy:
            return self._local(answer, claims, given)

    async def canaries(self, session: Session) -> CanaryReport:
        """Whether the model behind the cascade obeys orders hidden in claims; the local judge cannot read orders."""
        return replace(await self._model.canaries(session), judge=self.name)

    def estimate(self, characters: int, claims: int, /) -> tuple[Estimate, ...]:
        """At most what the model takes: how many claims will be passed on is not known before they are judged."""
        return self._model.estimate(characters, claims)


def is_unsure(verdict: Verdict, sure: float) -> bool:
    """Whether the local judge's verdict was right less often than `sure` at its confidence."""
    if verdict.status == "error" or verdict.confidence is None:
        return True
    if verdict.label == "not_checkable":
        return False
    return right_share(str(verdict.label), verdict.confidence) < sure


def right_share(label: str, confidence: float) -> float:
    """How often the local judge is right with this label at this confidence, by its calibration, in [0, 1].

    The calibration tells how often a claim was borne out at each share for "supported". For another label, that share
    is at most what its own confidence leaves over.
    """
    said, was = _reliability()
    if label == "supported":
        return 1.0 if confidence >= 1.0 else float(np.interp(confidence, said, was))
    return 1.0 if confidence >= 1.0 else 1.0 - float(np.interp(1.0 - confidence, said, was))


@cache
def _reliability() -> tuple[tuple[float, ...], tuple[float, ...]]:
    rows = json.loads((WEIGHTS / "calibration.json").read_text(encoding="utf-8"))["reliability"]
    rows = sorted(rows, key=lambda row: row["said"])
    # scipy takes a while to import. Tenths of few claims may fall by chance: more sure is never less often right.
    from scipy.optimize import isotonic_regression

    # The rule of succession: however many claims were borne out, the next one is not certain.
    was = [(row["was"] * row["n"] + 1) / (row["n"] + 2) for row in rows]
    rising = isotonic_regression(was, weights=[row["n"] + 2 for row in rows]).x
    return tuple(row["said"] for row in rows), tuple(map(float, rising))


def make(corpus: Corpus, settings: Mapping[str, Any]) -> CascadeJudge:
    """The judge; settings are those of the judge `llm`, and `sure`, from which share right the local judge decides.

    Raises:
        UserError: a setting is unknown, missing or wrong, or the environment has no key.
    """
    sure = settings.get("sure", load_yaml("judge_cascade.yaml")["sure"])
    if not isinstance(sure, (int, float)) or isinstance(sure, bool) or not 0 <= sure <= 1:
        raise UserError("judge cascade.sure", f"{sure!r}"[:60], "a share from 0 to 1")
    model = llm.make(corpus, {name: value for name, value in settings.items() if name != "sure"})
    return CascadeJudge(LocalJudge(corpus), model, float(sure))
