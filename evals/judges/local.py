"""The offline judge: word overlap finds the evidence, checks of numbers, denials and names decide.

No model and no network. Confidence is the share of the claim's word weight found in the evidence; it is not calibrated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

from evals.cancers import covers, find_cancers
from evals.concepts import load_concepts
from evals.corpus import Corpus
from evals.generators import check_settings
from evals.judges import checks
from evals.judges.evidence import Evidence, Match, Term, terms
from evals.records import Answer, Claim, Label, Passage, Scope, Verdict

CANDIDATES = 6
FEWEST_TERMS = 3
NEAR = 0.1
"""Windows that cover this much less of a claim than the best one have no say."""


@dataclass(frozen=True, slots=True)
class _Decision:
    label: Label
    confidence: float
    match: Match | None
    reason: str
    code: str | None = None


# Of windows equally close to a claim, one that bears it out wins; a clash outranks silence.
_RANK: Mapping[Label, int] = {"supported": 0, "contradicted": 1, "partly": 2, "not_found": 3, "not_checkable": 4}


class LocalJudge:
    """Judges every claim against the passages the answer was given, those it cites, and the whole corpus."""

    name: ClassVar[str] = "local"
    version: ClassVar[str] = "1"

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus

    @property
    def signature(self) -> str:
        cutoffs = checks.settings()["cutoffs"]
        return f"local|v{self.version}|" + "|".join(f"{name}:{cutoffs[name]}" for name in sorted(cutoffs))

    @cached_property
    def _evidence(self) -> Evidence:
        searched = (p for p in self._corpus.passages.values() if p.id not in self._corpus.superseded)
        return Evidence(searched)

    def __call__(self, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...], /) -> tuple[Verdict, ...]:
        if answer.language != "en":
            return ()
        outside = tuple(passage for passage in given if passage.id not in self._corpus.passages)
        given_evidence = Evidence(outside, self._evidence.weights) if outside else self._evidence
        given_ids = frozenset(passage.id for passage in given)
        cited_ids = frozenset(a.passage_id for a in answer.attributions if a.passage_id)
        verdicts: list[Verdict] = []
        for claim in claims:
            if given_ids:
                verdicts.append(self._verdict(claim, "given", given_evidence, None if outside else given_ids))
            if cited_ids:
                verdicts.append(self._verdict(claim, "cited", self._evidence, cited_ids))
            verdicts.append(self._verdict(claim, "corpus", self._evidence, None))
        return tuple(verdicts)

    def _verdict(self, claim: Claim, scope: Scope, evidence: Evidence, only: frozenset[str] | None) -> Verdict:
        decision = self._decide(claim.claim_text, evidence, only)
        verdict = Verdict(
            claim_id=claim.claim_id, judge=self.name, scope=scope, label=decision.label,
            confidence=round(decision.confidence, 3), reason=decision.reason, code=decision.code,
        )  # fmt: skip
        if decision.match is None:
            return verdict
        window = decision.match.window
        return replace(verdict, passage_id=window.passage_id, evidence_start=window.start, evidence_end=window.end)

    def _decide(self, claim: str, evidence: Evidence, only: frozenset[str] | None) -> _Decision:
        claimed = terms(claim)
        tokens = frozenset(term.token for term in claimed)
        matches = evidence.find(tokens, CANDIDATES, only)
        related = checks.settings()["cutoffs"]["related"]
        if wrong := checks.wrong_target(claim):
            match = matches[0] if matches and matches[0].coverage >= related else None
            return _Decision("contradicted", match.coverage if match else related, match, wrong, "E01")
        if len(tokens) < FEWEST_TERMS and not evidence.quotes(claim):
            return _Decision("not_found", 1.0, None, "Too few words to compare.", "E15")
        near = [match for match in matches if match.coverage >= related]
        if not near:
            best = matches[0].coverage if matches else 0.0
            return _Decision("not_found", round(1 - best, 3), None, "No passage says this.", "E15")
        # The sentence that says most nearly the same decides; among equals one that bears the claim out.
        near = [match for match in near if match.coverage >= near[0].coverage - NEAR]
        decided = [
            (self._closeness(tokens, match, evidence), self._against(claim, claimed, match, evidence)) for match in near
        ]
        return min(decided, key=lambda pair: (-round(pair[0], 1), _RANK[pair[1].label], -pair[1].confidence))[1]

    def _closeness(self, tokens: frozenset[str], match: Match, evidence: Evidence) -> float:
        """How much of the window's nearest sentence the claim covers, in [0, 1]."""
        return max(evidence.share(sentence, tokens) for sentence in match.window.sentences)

    def _on_subject(self, claim: str, passage_id: str) -> bool:
        """Whether a denial in this passage can be about the claim."""
        passage = self._corpus.passages.get(passage_id)
        if passage is None or {"general", "solid-tumor", "blood"} & set(passage.cancer):
            return True
        if named := find_cancers(claim):
            return any(covers(passage.cancer, one) or covers(one, passage.cancer[0]) for one in named)
        # A claim on no disease says nothing of a certain one, unless a drug or gene says what it is about.
        return any(concept.kind != "term" for concept in load_concepts().of(claim))

    def _against(self, claim: str, claimed: tuple[Term, ...], match: Match, evidence: Evidence) -> _Decision:
        cutoffs, text, coverage = checks.settings()["cutoffs"], match.window.text, match.coverage
        weigh = {term.token: evidence.weights.of(term.token) for term in claimed}
        shared = frozenset(weigh) & match.window.terms
        # Two words in common do not make two sentences that could clash.
        near = match.window.sentences if len(weigh) >= FEWEST_TERMS else ()
        alike = [s for s in near if evidence.share(s, frozenset(weigh)) >= cutoffs["alike"]]
        if clash := checks.number_clash(claim, text, alike=bool(alike)):
            return _Decision("contradicted", coverage, match, clash, "E08")
        if alike and (clash := checks.stage_clash(claim, text)):
            return _Decision("contradicted", coverage, match, clash, "E04")
        same_subject = coverage >= cutoffs["partly"] and self._on_subject(claim, match.window.passage_id)
        for sentence in alike if same_subject else ():
            if clash := checks.denial_clash(claim, sentence, shared, weigh) or checks.opposite_clash(claim, sentence):
                return _Decision("contradicted", coverage, match, clash, "E09")
        if missing := checks.missing_names(claimed, match.window.terms):
            reason = f"The nearest passage does not name {', '.join(missing)}."
            return _Decision("not_found", coverage, match, reason, "E15")
        if coverage < cutoffs["partly"]:
            return _Decision("not_found", coverage, match, "The nearest passage speaks of something else.", "E15")
        if lacking := checks.missing_number(claim, text):
            return _Decision("partly", coverage, match, lacking, "E08")
        if absolute := checks.absolute_word(claim, text):
            return _Decision("partly", coverage, match, absolute, "E10")
        if coverage < cutoffs["supported"]:
            return _Decision("partly", coverage, match, "The passage says part of this.", "E15")
        return _Decision("supported", coverage, match, "The passage says the same.")


def make(corpus: Corpus, settings: Mapping[str, Any]) -> LocalJudge:
    """The local judge; its word lists and cut-offs are a data file, not settings.

    Raises:
        UserError: a setting was given.
    """
    check_settings("local", settings, ())
    return LocalJudge(corpus)
