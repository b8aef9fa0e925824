"""Whole recorded answers through the scorers: the clean ones, and the ones whose flaws are labelled."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.faithfulness.part import Part, shorten, table
from benchmarks.figures import Share, share
from benchmarks.labelled import answered, findings, is_found, matches, owner, run_recorded, scorers_of
from evals.records import Item
from evals.stats import mean_interval
from evals.store import Run

CLEAN = "datasets/answers/clean.jsonl"
SCORER = "faithfulness"
GRAVE = ("severe", "critical")
# The scorers that say something about what an answer tells, and not how.
CONTENT = frozenset({"faithfulness", "citations", "completeness"})


def measure_clean() -> Part:
    """Answers written to be right: every contradiction found in them is one too many."""
    run, _ = run_recorded(CLEAN)
    items = [(item, str(recorded.id)) for item, recorded in answered(run)]
    outcomes = {name: [o for o in item.outcomes if o.scorer == SCORER] for item, name in items}
    claims = sum(int(o.measures["claims"] or 0) for found in outcomes.values() for o in found)
    grave = [row for item, name in items for row in _grave_contradictions(item, name)]
    listed = [row for item, name in items for row in _listed(item, name, sorted(scorers_of(run) & CONTENT))]
    mean = mean_interval({name: [o.value for o in found if o.value is not None] for name, found in outcomes.items()})
    ranked = [row for row in grave if row["finding"] in GRAVE]
    lines = [
        f"findings of a severe or critical contradiction: {len(ranked)} (wanted: 0) among {claims} checkable claims",
        f"severe or critical claims called contradicted, at whatever severity of the finding: {len(grave)}",
    ]
    lines += [line for row in grave for line in _told(row)]
    if mean and mean.low is not None and mean.high is not None:
        spread = f"95% {mean.low:.3f} to {mean.high:.3f}, {mean.values} answers"
        lines += ["", f"mean faithfulness: {mean.mean:.3f} ({spread})"]
    counts = Counter(row["scorer"] for row in listed)
    told = ", ".join(f"{name} {counts[name]}" for name in sorted(scorers_of(run) & CONTENT))
    lines += ["", f"findings of severity moderate or worse: {told}; those of faithfulness and citations"]
    lines += [line for row in listed if row["scorer"] != "completeness" for line in _told(row)]
    figures = {
        "answers": len(items), "claims": claims, "severe_contradictions": ranked, "severe_claims_contradicted": grave,
        "findings": listed,
        "mean_faithfulness": None if mean is None else [mean.mean, mean.low, mean.high],
    }  # fmt: skip
    return Part(f"clean: {len(items)} hand-made answers without flaws ({CLEAN})", tuple(lines), figures)


def _grave_contradictions(item: Item, name: str) -> list[dict[str, str]]:
    wrong = {v.claim_id: v for v in item.verdicts if v.scope == "corpus" and v.label == "contradicted"}
    ranked = {(f.start, f.end, f.rule): f.severity for f in findings(item, SCORER, "minor")}
    return [
        {"answer": name, "rule": wrong[claim.claim_id].code or "", "severity": claim.severity,
         "finding": ranked.get((claim.start, claim.end, wrong[claim.claim_id].code or ""), ""),
         "said": claim.claim_text, "message": wrong[claim.claim_id].reason}
        for claim in item.claims
        if claim.claim_id in wrong and claim.severity in GRAVE
    ]  # fmt: skip


def _listed(item: Item, name: str, scorers: Iterable[str]) -> list[dict[str, str]]:
    return [
        {"answer": name, "scorer": scorer, "rule": f.rule, "severity": f.severity,
         "said": "" if f.start is None else item.answer.text[f.start : f.end], "message": f.message,
         "evidence": f.evidence}
        for scorer in scorers
        for f in findings(item, scorer, "moderate")
    ]  # fmt: skip


def _told(row: Mapping[str, str]) -> tuple[str, str]:
    said = f"  {row['answer']} {row['rule']} {row['severity']}: {' '.join(row['said'].split())}"
    why = f"      {' '.join(row['message'].split())}"
    return shorten(said), shorten(why)


def measure_realistic() -> Part:
    """Labelled flaws found, and findings that mark a labelled flaw, by rule."""
    run, _ = run_recorded()
    answers = sum(1 for _ in answered(run))
    recall, named = _recall(run)
    precision = {least: _precision(run, least) for least in ("minor", "moderate")}
    lines = ["labelled flaws found (by any finding on their words; under their own rule)"]
    rows = [(rule, one.short, named[rule].short) for rule, one in recall.items() if rule != "all"]
    lines += [f"  {line}" for line in table([*rows, ("all", recall["all"], "")], left=3)]
    for least, found in precision.items():
        lines += ["", f"findings of severity {least} or worse that mark a labelled flaw, by the finding's rule"]
        rows = [(rule, one.short) for rule, one in found.items() if rule != "all"]
        lines += [f"  {line}" for line in table([*rows, ("all", found["all"])], left=2)]
    figures: dict[str, Any] = {
        "recall": _figures(recall), "recall_same_rule": _figures(named),
        "precision": {least: _figures(found) for least, found in precision.items()},
    }  # fmt: skip
    return Part(
        f"realistic: faithfulness findings on {answers} labelled answers (datasets/answers/realistic.jsonl)",
        tuple(lines), figures,
    )  # fmt: skip


def _recall(run: Run) -> tuple[dict[str, Share], dict[str, Share]]:
    """By rule: flaws found by any finding on their words, and by one that has their rule."""
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    named: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    scorers = scorers_of(run)
    for item, recorded in answered(run):
        for flaw in recorded.flaws:
            if owner(flaw.rule, scorers) == SCORER:
                for rule in (flaw.rule, "all"):
                    found[rule][str(recorded.id)].append(is_found(item, flaw, SCORER))
                    named[rule][str(recorded.id)].append(is_found(item, flaw, SCORER, same_rule=True))
    return _shares(found), _shares(named)


def _precision(run: Run, least: str) -> dict[str, Share]:
    """By the rule of the finding: how many mark words that carry a labelled flaw of any rule."""
    right: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for item, recorded in answered(run):
        for finding in findings(item, SCORER, "moderate" if least == "moderate" else "minor"):
            for rule in (finding.rule, "all"):
                right[rule][str(recorded.id)].append(any(matches(finding, flaw) for flaw in recorded.flaws))
    return _shares(right) or {"all": share({})}


def _shares(found: dict[str, dict[str, list[bool]]]) -> dict[str, Share]:
    return {rule: share(found[rule]) for rule in sorted(found, key=lambda rule: (rule == "all", rule))}


def _figures(shares: dict[str, Share]) -> dict[str, Any]:
    return {rule: one.figures() for rule, one in shares.items()}
