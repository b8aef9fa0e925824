"""A case -> how each citation and each claim fares, with findings: the arithmetic of the citations scorer's inputs."""

from collections import defaultdict

from evals.cancers import find_cancers
from evals.citations import Citation, cited_passages, library_of, read_citations, standing_of
from evals.citations.addresses import odd_addresses
from evals.citations.ledger import Assessed, Ledger, Seen, key_of, names_of, severity_of
from evals.citations.publisher import off_field
from evals.citations.reach import said_of, somebody_else, stretch
from evals.citations.vague import vague_talk
from evals.concepts import load_concepts
from evals.lexicons import load_yaml
from evals.records import SEVERITIES, Case, Claim, Finding, Severity, Verdict

_BAD = frozenset({"unknown_document", "unknown_body", "impossible", "not_theirs"})
_CREDIT = {"supported": 1.0, "partly": 0.5}


def assess(case: Case) -> Assessed:
    """How the citations of a case fare. Needs verdicts of scope "corpus", and of scope "cited" for the full answer."""
    return _Assessor(case).run()


class _Assessor:
    def __init__(self, case: Case) -> None:
        self.case = case
        self.claims = {claim.claim_id: claim for claim in case.claims}
        self.cited = cited_passages(case.answer, case.claims, case.corpus)
        decided = [verdict for verdict in case.verdicts if verdict.status == "ok"]
        self.by_cited = {verdict.claim_id: verdict for verdict in decided if verdict.scope == "cited"}
        self.by_corpus = {verdict.claim_id: verdict for verdict in decided if verdict.scope == "corpus"}
        self.library = library_of(case.corpus)
        self.citations = read_citations(case.answer, case.claims)
        self.named = [Seen(one, standing_of(one, self.library)) for one in self.citations if _names(one)]
        self.behind: dict[str, list[Seen]] = defaultdict(list)
        for seen in self.named:
            for claim_id in seen.citation.claim_ids:
                self.behind[claim_id].append(seen)
        names = (*(one.attribution for one in self.citations), *case.answer.attributions)
        self.said = {claim.claim_id: said_of(case.answer, claim, names) for claim in case.claims}
        self.asked = self._asked()
        self.context = (*self.asked, *self._spoken_of())
        self.around = "\n".join((self.case.question.text, *self._heads()))
        self.all_said = "\n".join(self.said.values())

    def run(self) -> Assessed:
        ledger = Ledger()
        for seen in self.named:
            before = len(ledger.checked)
            self._one(seen, ledger)
            ledger.unchecked += len(ledger.checked) == before
        for finding in vague_talk(self.case.answer, self.case.claims, self.citations):
            ledger.tell(str(finding.start), finding)
        told = [(finding.start or 0, finding.end or 0) for finding in ledger.findings if finding.rule == "E13"]
        for finding in odd_addresses(self.case.answer, self.library):
            if not any(start < (finding.end or 0) and (finding.start or 0) < end for start, end in told):
                ledger.checked.append(0.0)
                ledger.tell(str(finding.start), finding)
        ordered = sorted(ledger.findings, key=lambda one: (one.start or 0, one.end or 0, one.rule))
        sourced, unsourced = self._needing()
        return Assessed(
            len(self.named), tuple(ledger.checked), sourced, unsourced, ledger.unchecked, tuple(ordered)
        )  # fmt: skip

    def _needing(self) -> tuple[tuple[float, ...], int]:
        """What `_sourced` gives for the claims that need a source, and how many of them have none."""
        needs = load_yaml("citations.yaml")["needs_source"]
        needing = [
            claim
            for claim in self.case.claims
            if claim.kind in needs["kinds"]
            and claim.severity in needs["severities"]
            and (decided := self.by_corpus.get(claim.claim_id))
            and decided.label != "not_checkable"
        ]
        without = [claim for claim in needing if not self._has_source(claim)]
        values = [value for claim in needing if self._has_source(claim) and (value := self._sourced(claim)) is not None]
        # When sources are named and none can be checked, the claims without one alone would make a share of 0.
        if not values and len(without) < len(needing):
            return (), len(without)
        return (*values, *(0.0 for _ in without)), len(without)

    def _has_source(self, claim: Claim) -> bool:
        return any(one.standing.kind not in _BAD for one in self.behind.get(claim.claim_id, ()))

    def _asked(self) -> tuple[str, ...]:
        question, record = self.case.question, self.case.answer.record
        own = () if question.cancer == "general" else (question.cancer,)
        return (*own, *find_cancers(question.text), *find_cancers((record.cancer or "") if record else ""))

    def _spoken_of(self) -> tuple[str, ...]:
        """The diseases that the answer's headings and claims name, the names of its sources apart."""
        texts = [*self._heads(), *self.said.values()]
        return tuple(dict.fromkeys(cancer for text in texts for cancer in find_cancers(text)))

    def _heads(self) -> list[str]:
        text = self.case.answer.text
        heads = [text[block.start : block.end] for block in self.case.answer.blocks if block.kind == "heading"]
        return [self.case.answer.title or "", *heads]

    def _on_a_marker(self) -> bool:
        """Whether an answer to no disease's question is headed by a gene or drug, which belongs to one or another."""
        texts = [self.case.question.text, *self._heads()]
        return not self.asked and any(one.kind != "term" for text in texts for one in load_concepts().of(text))

    # --- one source -------------------------------------------------------------------------------------------------

    def _one(self, seen: Seen, ledger: Ledger) -> None:
        if seen.standing.kind in _BAD:
            ledger.checked.append(0.0)
            ledger.tell(key_of(seen.citation.attribution.name), self._invented(seen))
        elif seen.citation.reach == "direct":
            for claim_id in seen.citation.claim_ids:
                value, finding = self._pair(seen, self.claims[claim_id])
                ledger.checked += [] if value is None else [value]
                if finding:
                    ledger.tell(claim_id, finding)
        else:
            self._listed(seen, ledger)

    def _invented(self, seen: Seen) -> Finding:
        one, standing = seen.citation.attribution, seen.standing
        grave = any(self.claims[i].severity in ("severe", "critical") for i in seen.citation.claim_ids)
        severity = severity_of("impossible" if standing.kind == "impossible" else "invented_document")
        if standing.kind == "unknown_body":
            severity = severity_of("unknown_body")
        elif seen.citation.reach == "direct" and grave:
            severity = severity_of("invented_when_severe")
        told = f"{seen.shown}: {standing.problem}"
        if standing.kind == "not_theirs":
            return self._finding("E14", severity_of("other_says_it"), one.start, one.end, told)
        return self._finding("E13", severity, one.start, one.end, f"{told} Look it up.")

    def _listed(self, seen: Seen, ledger: Ledger) -> None:
        """An entry for the whole answer: it counts when something rests on it, or when it is on another disease."""
        one, rests = seen.citation, seen.standing.passages
        verdicts = [verdict for i in one.claim_ids if (verdict := self.by_cited.get(i) or self.by_corpus.get(i))]
        if any(verdict.label == "supported" and verdict.passage_id in rests for verdict in verdicts):
            ledger.checked.append(1.0)
        elif one.reach == "wide" and one.claim_ids and stretch("", self.context, seen.standing.cancers):
            ledger.checked.append(0.0)
            severity = severity_of("wrong_disease" if self.asked else "wrong_disease_by_context")
            message = f"{seen.shown} is about {names_of(seen.standing.cancers)}, and this answer is not."
            ledger.tell(
                key_of(one.attribution.name),
                self._finding("E06", severity, one.attribution.start, one.attribution.end, message),
            )
        elif one.reach == "wide" and (body := off_field(self.all_said, self.around, seen.standing.bodies)):
            ledger.checked.append(0.0)
            message = f"{seen.shown}: {body} does not give advice of this kind."
            at = one.attribution
            ledger.tell(key_of(at.name), self._finding("E14", severity_of("other_says_it"), at.start, at.end, message))

    # --- one source and one claim ------------------------------------------------------------------------------------

    def _pair(self, seen: Seen, claim: Claim) -> tuple[float | None, Finding | None]:
        """1, 0.5 or 0 for a claim beside a source named for it, None when it cannot be told; and what is wrong."""
        said = self.said[claim.claim_id]
        how = stretch(said, self.context, seen.standing.cancers)
        if how and not (how == "context" and self._on_a_marker()):
            return 0.0, self._stretched(seen, claim, how)
        if body := off_field(said, self.around, seen.standing.bodies, self.all_said):
            return 0.0, self._misattributed(claim, "other_says_it", f"{body} does not give advice of this kind.")
        if not seen.standing.passages:
            return None, None
        own, general = self.by_cited.get(claim.claim_id), self.by_corpus.get(claim.claim_id)
        rests = seen.standing.passages
        if own is not None and own.passage_id and own.passage_id not in self.cited.get(claim.claim_id, frozenset()):
            own = None  # a judge that looked at other sources than those of this claim
        for verdict in (own, general):
            if verdict and verdict.passage_id in rests and verdict.label in ("supported", "partly", "contradicted"):
                return self._told(seen, claim, verdict, said)
        if general is None or general.label != "supported":
            # Nothing here says so: whether the source does cannot be told. A false claim is no source's.
            return (0.0, None) if general and own and general.label == "contradicted" else (None, None)
        return self._elsewhere(seen, claim, said, own, general)

    def _told(self, seen: Seen, claim: Claim, verdict: Verdict, said: str) -> tuple[float, Finding | None]:
        if verdict.label == "contradicted":
            message = f"{seen.shown} does not say so. {verdict.reason}"
            return 0.0, self._misattributed(claim, "contradicted", message, verdict)
        if other := somebody_else(self._evidence(verdict), said, seen.standing.bodies):
            return 0.0, self._misattributed(claim, "other_says_it", f"The passage names {other} for this.", verdict)
        return _CREDIT[str(verdict.label)], None

    def _elsewhere(
        self, seen: Seen, claim: Claim, said: str, own: Verdict | None, general: Verdict
    ) -> tuple[float | None, Finding | None]:
        """A claim that passages bear out, but none of those that rest on this source."""
        if other := somebody_else(self._evidence(general), said, seen.standing.bodies):
            return 0.0, self._misattributed(claim, "other_says_it", f"The passage names {other} for this.", general)
        shared = sum(one.citation.reach == "direct" for one in self.behind[claim.claim_id])
        if own is None or own.label not in ("not_found",) or shared > 1:
            return None, None
        message = f"No passage that rests on {seen.shown} says so; another source bears it out."
        return 0.0, self._misattributed(claim, "not_from_it", message, general)

    # --- one claim ---------------------------------------------------------------------------------------------------

    def _sourced(self, claim: Claim) -> float | None:
        """Whether a claim's source bears it out; None when it cannot be told."""
        general = self.by_corpus[claim.claim_id]
        rests = self.cited.get(claim.claim_id, frozenset[str]())
        for verdict in (self.by_cited.get(claim.claim_id), general):
            if verdict and verdict.passage_id in rests and verdict.label in _CREDIT:
                return _CREDIT[str(verdict.label)]
        if general.label == "contradicted":
            return 0.0
        own = self.by_cited.get(claim.claim_id)
        told = bool(rests) and own is not None and own.label == "not_found" and general.label == "supported"
        return 0.0 if told else None

    # --- findings ----------------------------------------------------------------------------------------------------

    def _stretched(self, seen: Seen, claim: Claim, how: str) -> Finding:
        about = names_of(seen.standing.cancers)
        by_context = how == "context" and not self.asked
        severity = severity_of("wrong_disease_by_context" if by_context else "wrong_disease")
        beyond = {"all": "cancer in general", "named": "another cancer", "context": "another subject"}[how]
        message = f"{seen.shown} is about {about}; it is cited here for {beyond}."
        return self._finding("E06", severity, claim.start, claim.end, message)

    def _misattributed(self, claim: Claim, how: str, message: str, verdict: Verdict | None = None) -> Finding:
        severity = severity_of(how)
        if how == "contradicted" and SEVERITIES.index(claim.severity) > SEVERITIES.index(severity):
            severity = claim.severity
        evidence = self._evidence(verdict) if verdict else ""
        return self._finding("E14", severity, claim.start, claim.end, message, evidence)

    def _finding(
        self, rule: str, severity: Severity, start: int, end: int, message: str, evidence: str = ""
    ) -> Finding:
        return Finding(rule=rule, severity=severity, start=start, end=end, message=message, evidence=evidence)

    def _evidence(self, verdict: Verdict) -> str:
        passage = self.case.corpus.get(verdict.passage_id or "")
        return passage.text[verdict.evidence_start : verdict.evidence_end] if passage else ""


def _names(citation: Citation) -> bool:
    """Whether a citation names someone, or its generator tied it to a passage."""
    return not citation.attribution.vague or citation.attribution.passage_id is not None
