"""Guideline faithfulness, from the verdicts on the answer's claims."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from evals.lexicons import load_yaml
from evals.records import SEVERITIES, Case, Claim, Finding, Label, Score, Severity, Unscored, Verdict
from evals.scorers import Measure

_COUNTED: tuple[Label, ...] = ("supported", "partly", "contradicted", "not_found")


@dataclass(frozen=True)
class Faithfulness:
    """Do the guidelines bear out what the answer says?"""

    name: ClassVar[str] = "faithfulness"
    version: ClassVar[str] = "3"
    measures: ClassVar[dict[str, Measure]] = {
        "claims": Measure("checkable claims in the answer", "claims", "up"),
        "supported": Measure("claims that a passage bears out", "claims", "up"),
        "partly": Measure("claims that a passage bears out in part", "claims", "down"),
        "contradicted": Measure("claims that a passage contradicts", "claims", "down"),
        "not_found": Measure("claims for which no match was found: true, false or dangerous", "claims", "down"),
        "not_checkable": Measure("sentences that state nothing to check", "sentences", "down"),
        "given_context": Measure(
            "the same share against the passages the answer was given; null when it was given none", "share", "up"
        ),
    }

    def __call__(self, case: Case, /) -> Score | Unscored:
        if case.answer.language != "en":
            return Unscored(f"the guidelines are in English and the answer is in {case.answer.language!r}")
        decided = {v.claim_id: v for v in case.verdicts if v.scope == "corpus" and v.status == "ok"}
        judged = [(claim, decided[claim.claim_id]) for claim in case.claims if claim.claim_id in decided]
        counted = [(claim, verdict) for claim, verdict in judged if verdict.label in _COUNTED]
        failed = [verdict for verdict in case.verdicts if verdict.status == "error" and verdict.scope == "corpus"]
        counts = {label: sum(verdict.label == label for _, verdict in judged) for label in (*_COUNTED, "not_checkable")}
        measures = {"claims": len(counted), **counts, "given_context": _given(case)}
        if failed:
            return Unscored(
                f"the judge failed on {len(failed)} of {len(case.claims)} claims: {failed[0].reason}", measures
            )
        if not counted:
            return Unscored("the answer makes no claim that could be checked", measures)
        reason = (
            f"{counts['supported']} of {len(counted)} claims borne out, {counts['partly']} in part, "
            f"{counts['contradicted']} contradicted, {counts['not_found']} not found"
        )
        return Score(
            _share(counted), reason, measures, tuple(_finding(case, c, v) for c, v in counted if v.label != "supported")
        )


def _given(case: Case) -> float | None:
    given = {v.claim_id: v for v in case.verdicts if v.scope == "given" and v.status == "ok" and v.label in _COUNTED}
    counted = [(claim, given[claim.claim_id]) for claim in case.claims if claim.claim_id in given]
    return _share(counted) if counted else None


def _share(counted: Sequence[tuple[Claim, Verdict]]) -> float:
    """Supported share, each claim weighed by its severity, half credit for "partly"."""
    settings = load_yaml("faithfulness.yaml")
    total = sum(settings["weights"][claim.severity] for claim, _ in counted)
    earned = sum(settings["weights"][claim.severity] * settings["credit"][verdict.label] for claim, verdict in counted)
    return earned / total


def _finding(case: Case, claim: Claim, verdict: Verdict) -> Finding:
    passage = case.corpus.get(verdict.passage_id or "")
    evidence = passage.text[verdict.evidence_start : verdict.evidence_end] if passage else ""
    words = {
        "contradicted": "Contradicted by the guidelines.",
        "partly": "Only partly borne out.",
        "not_found": "Not found in the guidelines.",
    }
    return Finding(
        rule=verdict.code or "E15", severity=_severity(claim, verdict), start=claim.start, end=claim.end,
        message=f"{words[str(verdict.label)]} {verdict.reason}", evidence=evidence,
    )  # fmt: skip


def _severity(claim: Claim, verdict: Verdict) -> Severity:
    # Not found is not wrong: a reviewer should see it, no gate should fall over it.
    if verdict.label == "not_found":
        return "info"
    rank = SEVERITIES.index(claim.severity)
    # Half right is less grave than wrong; and less again where no check can say what differs (E00, E15): such
    # contradictions are false alarms more often than the others (`contradictions` in the judge's calibration.json).
    unnamed = verdict.code in {"E00", "E15"}
    # Half right in a way that nobody can name gives a reader nothing to mend: it is shown, and raises no alarm.
    if unnamed and verdict.label == "partly":
        return "minor"
    steps = (verdict.label == "partly") + unnamed
    return SEVERITIES[max(SEVERITIES.index("minor"), rank - steps)]
