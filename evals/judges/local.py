"""The offline judge: search finds the sentences that may decide, slot checks and a trained verifier read them.

No key and no network. How often it is right: `python -m benchmarks.faithfulness`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from evals.cancers import covers, find_cancers
from evals.citations import cited_passages
from evals.corpus import Corpus
from evals.generators import check_settings
from evals.judges import history
from evals.judges.conflicts import hidden_conflict
from evals.judges.evidence import Evidence, Window, terms
from evals.judges.reasons import why
from evals.judges.slots import compare, impossible
from evals.judges.slots.reading import read
from evals.judges.statements import without_lead
from evals.judges.verifier import weights_digest
from evals.judges.weighing import CLOSE, Look, Weighed, best_look, calibration, look, nearest_look, raise_share, weigh
from evals.records import Answer, Claim, Label, Passage, Scope, Verdict


@dataclass(frozen=True, slots=True)
class Decision:
    """A label with its confidence, the window it rests on, and why."""

    label: Label
    confidence: float
    window: Window | None
    reason: str
    code: str | None = None


_EVERYWHERE = frozenset({"general", "solid-tumor", "blood"})
_MOST = 0.5
_NOTHING = Decision("not_found", 1.0, None, "No passage speaks of this.", "E15")
_TOO_LITTLE = Decision("not_found", 1.0, None, "It does not say what is meant, so no passage can bear it out.", "E15")
_POINTING = re.compile(r"(?:it|this|that|these|those|they|you|your|we|he|she)\b", re.IGNORECASE)
_A_WORD = 1.0
"""Weight of one content word that is neither a name nor a term."""


class LocalJudge:
    """Judges every claim against the passages the answer was given, those it cites, and the whole corpus."""

    name: ClassVar[str] = "local"
    version: ClassVar[str] = "4"

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._overdue_ids = history.overdue(corpus)

    @property
    def signature(self) -> str:
        return f"local|v{self.version}|{weights_digest()}|{calibration().version}|{history.digest(self._corpus)}"

    @cached_property
    def _current(self) -> Evidence:
        return Evidence(p for p in self._corpus.searched if p.id not in self._overdue_ids)

    @cached_property
    def _overdue(self) -> Evidence:
        return Evidence((p for p in self._corpus.searched if p.id in self._overdue_ids), self._current.weights)

    @cached_property
    def _former(self) -> Evidence:
        return Evidence(history.former(self._corpus), self._current.weights)

    def __call__(self, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...], /) -> tuple[Verdict, ...]:
        if answer.language != "en":
            return ()
        outside = tuple(passage for passage in given if passage.id not in self._corpus.passages)
        given_evidence = Evidence(outside, self._current.weights) if outside else None
        given_ids = frozenset(passage.id for passage in given)
        cited = cited_passages(answer, claims, self._corpus.passages)
        about = frozenset(find_cancers(f"{answer.question} {answer.title or ''}"))
        verdicts: list[Verdict] = []
        for claim in claims:
            text = claim.claim_text
            if given_ids:
                found = (
                    decide(text, given_evidence, about=about)
                    if given_evidence
                    else self._decide(text, given_ids, about)
                )
                verdicts.append(self._verdict(claim, "given", found))
            if ids := cited.get(claim.claim_id):
                verdicts.append(self._verdict(claim, "cited", self._decide(text, ids, about)))
            verdicts.append(self._verdict(claim, "corpus", self._against_corpus(answer, claim, about)))
        return tuple(verdicts)

    def _verdict(self, claim: Claim, scope: Scope, found: Decision) -> Verdict:
        verdict = Verdict(
            claim_id=claim.claim_id, judge=self.name, scope=scope, label=found.label,
            confidence=round(found.confidence, 3), reason=found.reason, code=found.code,
        )  # fmt: skip
        if found.window is None:
            return verdict
        window = found.window
        return replace(verdict, passage_id=window.passage_id, evidence_start=window.start, evidence_end=window.end)

    def _against_corpus(self, answer: Answer, claim: Claim, about: frozenset[str]) -> Decision:
        found = self._decide(claim.claim_text, None, about)
        if found.label == "supported" and found.window:
            passage = self._corpus.passages[found.window.passage_id]
            if reason := hidden_conflict(claim, answer, passage):
                return replace(found, label="partly", reason=reason, code="E16")
        return found

    def _decide(self, claim: str, only: frozenset[str] | None, about: frozenset[str] = frozenset()) -> Decision:
        found = decide(claim, self._current, only, about)
        if found.label == "supported" and not _number_differs(claim, found):
            return found
        if only is None and (was := self._once_true(claim, found)):
            return was
        if self._overdue_ids and found.label == "not_found":
            late = decide(claim, self._overdue, only, about)
            if late.label != "not_found" and late.window:
                # An overdue passage may still be right: it neither bears out nor contradicts until someone has read it.
                reason = f"Only {late.window.passage_id} speaks of this, and its review is overdue."
                return Decision("not_checkable", 1.0, late.window, reason)
        return found

    def _once_true(self, claim: str, found: Decision) -> Decision | None:
        """The decision on a claim that a superseded text bears out, and better than today's does, or None."""
        then = decide(claim, self._former)
        if then.label != "supported" or then.window is None:
            return None
        if found.label == "supported" and (then.confidence <= found.confidence or _number_differs(claim, then)):
            return None
        now = history.now(then.window.passage_id, self._corpus)
        label: Label = "contradicted" if found.label == "contradicted" else "partly"
        return replace(found, label=label, reason=f"This is out of date. {now}".strip(), code="E05")


def decide(
    claim: str, evidence: Evidence, only: frozenset[str] | None = None, about: frozenset[str] = frozenset()
) -> Decision:
    """What passages make of a claim; `only` names those that count, `about` the diseases that the answer is about."""
    claim = without_lead(claim)
    quoted = evidence.quoted(claim)
    if quoted and (only is None or quoted.passage_id in only):
        return Decision("supported", 1.0, quoted, "The passage says so word for word.")
    if says_too_little(claim):
        return _TOO_LITTLE
    looks = [look(claim, match) for match in evidence.find(claim, only)]
    if not looks or nearest_look(looks).closeness < calibration().cutoffs["closeness"]:
        return _NOTHING
    weighed = weigh(looks)
    if wrong := impossible(claim):
        confidence = max(weighed.shares["contradicted"], calibration().cutoffs["contradicted"])
        return Decision("contradicted", confidence, nearest_look(looks).match.window, wrong.reason, wrong.code)
    if weighed.label in {"contradicted", "partly"} and not on_subject(claim, weighed.against, about):
        # A rule for one disease says nothing against advice on another.
        looks = [one for one in looks if on_subject(claim, one, about)]
        if not looks:
            return _NOTHING
        weighed = weigh(looks)
    return _explained(_not_more(claim, weighed, looks), looks)


def _not_more(claim: str, weighed: Weighed, looks: Sequence[Look]) -> Weighed:
    """Borne out in part only, where the passages promise less of a cure than the claim: some are cured, not all.

    What holds for one disease by name bears out nothing said of cancer at large: then the nearest passage counts.
    """
    promised = any(mark.value == "cure" for mark in read(claim).by_slot.get("outcome", ()))
    if weighed.label != "supported" or not promised:
        return weighed
    named = set(find_cancers(weighed.best.match.window.text)) - set(find_cancers(claim))
    decisive = nearest_look(looks) if named else weighed.best
    if not any(finding.kind == "inflated" and finding.slot == "outcome" for finding in decisive.slots):
        return weighed
    shares = raise_share(weighed.shares, "partly", weighed.shares["supported"])
    return replace(weighed, label="partly", shares=shares, best=decisive)


def says_too_little(claim: str) -> bool:
    """Whether a claim says one word of something it only points at: "This is normal", "You will be cured"."""
    return bool(_POINTING.match(claim)) and sum(read(claim).weights.values()) <= _A_WORD


def _number_differs(claim: str, found: Decision) -> bool:
    """Whether the passage that decided gives a number of the claim otherwise, or not at all."""
    if found.window is None:
        return False
    differences = compare(claim, found.window.text, title=found.window.title)
    return any(difference.slot == "number" for difference in differences)


def on_subject(claim: str, read: Look, about: frozenset[str]) -> bool:
    """Whether a passage on certain diseases can speak against a claim.

    The claim's own diseases count, else those the answer is about; without any, a drug or gene in common, or most of
    the claim's words, must do.
    """
    window = read.match.window
    if not window.cancer or _EVERYWHERE & set(window.cancer):
        return True
    if named := set(find_cancers(claim)) or about:
        return any(covers(window.cancer, one) or any(covers(one, other) for other in window.cancer) for one in named)
    named_there = (term.token in window.terms for term in terms(claim) if term.token.startswith(("drug:", "gene:")))
    return read.match.coverage >= _MOST or any(named_there)


def _explained(weighed: Weighed, looks: Sequence[Look]) -> Decision:
    partly = _unlimited(weighed.best, looks)
    decisive = {"contradicted": weighed.against, "not_found": nearest_look(looks), "partly": partly}.get(
        weighed.label, weighed.best
    )
    reason, code = why(weighed.label, decisive)
    return Decision(weighed.label, weighed.shares[weighed.label], decisive.match.window, reason, code)


def _unlimited(best: Look, looks: Sequence[Look]) -> Look:
    """The best window; where that one limits what it says ("for a child"), one as near that says it without limit."""
    if not best.has("dropped"):
        return best
    others = [
        one
        for one in looks
        if one.closeness >= best.closeness - CLOSE and not one.has("dropped") and not one.has("clash")
    ]
    return best_look([one for one in others if one.opinion.supported > one.opinion.contradicted] or [best])


def make(corpus: Corpus, settings: Mapping[str, Any]) -> LocalJudge:
    """The local judge; its word lists, weights and cut-offs are data files, not settings.

    Raises:
        UserError: a setting was given.
    """
    check_settings("local", settings, ())
    return LocalJudge(corpus)
