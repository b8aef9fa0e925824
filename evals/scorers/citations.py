"""Citations: what an answer's named sources are worth, source by source and claim by claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from evals.citations.assess import Assessed, assess
from evals.lexicons import load_yaml
from evals.records import Case, Score, Unscored
from evals.scorers import Measure

_KINDS = (("E13", "unknown"), ("E13b", "too vague"), ("E14", "misattributed"), ("E06", "on another disease"))


@dataclass(frozen=True)
class Citations:
    """Do the named sources exist, say this, and cover this disease?"""

    # value = (2 × precision + recall) / 3 where both exist, else the one that exists (weights: citations.yaml).
    # precision: of the sources named for a claim that could be checked, the share that exist, are about its disease and
    #   bear it out; half credit for "partly". A source listed for the whole answer counts when something rests on it.
    # recall: of the claims that need a source (recommendations, numbers, facts, from moderate up), the share that have
    #   one that bears them out. A claim whose source cannot be checked is left out; when that is so of all that have
    #   one, there is no recall: the claims without a source would make it 0.
    # An answer that names no source has recall 0 and no precision: that its claims stand without a source is measured.
    # One that names none and needs none is unscored.
    name: ClassVar[str] = "citations"
    version: ClassVar[str] = "2"
    measures: ClassVar[Mapping[str, Measure]] = {
        "precision": Measure("checkable citations that exist, fit and bear out the claim", "share", "up"),
        "recall": Measure("claims needing a source that have one which bears them out", "share", "up"),
        "citations": Measure("sources named, each time one is named; vague talk apart", "citations", "up"),
        "invented": Measure("named sources that are unknown or cannot exist (E13)", "sources", "down"),
        "vague": Measure("mentions of experts, studies or guidelines that name no one (E13b)", "mentions", "down"),
        "misattributed": Measure("claims put into the mouth of a source that does not say so (E14)", "claims", "down"),
        "wrong_disease": Measure("claims or entries whose source is about another disease (E06)", "claims", "down"),
        "not_checkable": Measure("citations of which nothing could be checked against the corpus", "citations", "down"),
        "unsourced": Measure("claims that need a source and have none, or an unknown one", "claims", "down"),
    }

    def __call__(self, case: Case, /) -> Score | Unscored:
        if case.answer.language != "en":
            return Unscored(f"sources are checked in English only, and the answer is in {case.answer.language!r}")
        found = assess(case)
        measures = _measures(found)
        failed = [verdict for verdict in case.verdicts if verdict.status == "error" and verdict.scope != "given"]
        if failed:
            claims = len({verdict.claim_id for verdict in failed})
            return Unscored(f"the judge failed on {claims} claims: {failed[0].reason}", measures, found.findings)
        weights = load_yaml("citations.yaml")["weights"]
        parts = [(weights[name], measures[name]) for name in ("precision", "recall") if measures[name] is not None]
        if not parts:
            return Unscored(_nothing(found), measures, found.findings)
        value = sum(weight * float(part or 0) for weight, part in parts) / sum(weight for weight, _ in parts)
        return Score(value, _reason(found), measures, found.findings)


def _measures(found: Assessed) -> dict[str, float | int | None]:
    def share(parts: tuple[float, ...]) -> float | None:
        return sum(parts) / len(parts) if parts else None

    rules = [finding.rule for finding in found.findings]
    return {
        "precision": share(found.checked),
        "recall": share(found.sourced),
        "citations": found.citations,
        "invented": rules.count("E13"),
        "vague": rules.count("E13b"),
        "misattributed": rules.count("E14"),
        "wrong_disease": rules.count("E06"),
        "not_checkable": found.unchecked,
        "unsourced": found.unsourced,
    }


def _nothing(found: Assessed) -> str:
    if found.citations:
        return f"of {found.citations} named sources, none could be checked against the guidelines here"
    return "the answer names no source, and nothing in it needs one"


def _reason(found: Assessed) -> str:
    plural = "" if found.citations == 1 else "s"
    parts = [f"{found.citations} citation{plural}" if found.citations else "no source is named"]
    if found.checked:
        parts.append(f"{sum(found.checked):g} of {len(found.checked)} that could be checked hold")
    if found.sourced:
        good = f"{sum(found.sourced):g} of {len(found.sourced)}"
        parts.append(f"{good} claims that need a source have one that bears them out")
    for rule, words in _KINDS:
        if count := sum(finding.rule == rule for finding in found.findings):
            parts.append(f"{count} {words}")
    return "; ".join(parts)
