"""Rules on findings: no answer may have one of these."""

from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from evals.errors import UserError, did_you_mean
from evals.gate import chance
from evals.gate.evidence import Ended, Evidence, Slice, blocking, count, mend
from evals.gate.policy import Findings, Never, Policy
from evals.gate.records import Place, RuleResult, Verdict
from evals.gate.signed import rests_on
from evals.gate.wording import count as counted
from evals.gate.wording import endings, ids, number
from evals.records import SEVERITIES
from evals.stats import upper_bound
from evals.store.chosen import places_where, read_rows, read_rows_of, rows_at
from evals.store.columns import Table, read_columns

Key = tuple[str, int]


def decide_never(rule: Never, policy: Policy, evidence: Evidence, part: Slice) -> RuleResult:
    """FAIL when an answer has such a finding, UNDECIDED when one that was not looked at might, else PASS.

    Raises:
        UserError: the run has no such scorer.
    """
    wanted = rule.never
    _check_scorer(wanted, evidence)
    asked = evidence.asked(part)
    rows, gone = _rows(rule, evidence, part)
    places = _places(evidence.after.folder, rows)
    unsigned = [place for place in places if place.unsigned]
    decisive = places if policy.unsigned == "fail" else [place for place in places if not place.unsigned]
    without = evidence.without_score(wanted.scorer, part)
    blocked = list(blocking(without))
    planned, clusters = evidence.planned(wanted.scorer, part)
    looked = clusters - {asked[one.question_id].cluster for one in without}
    hit = {asked[place.question_id].cluster for place in places}
    rate = upper_bound(len(hit), len(looked | hit)) if looked | hit else None
    verdict, settle = _verdict(rule, policy, evidence, decisive, unsigned, blocked, bool(without))
    doubt = _doubt(hit, {asked[row["question_id"]].cluster for row in gone}, policy, evidence)
    doubt = doubt if rule.new_only and verdict == "FAIL" else ()
    verdict, settle = ("UNDECIDED", chance.SETTLE) if doubt else (verdict, settle)
    return RuleResult(
        id=rule.id, kind="never", about=_about(rule), because=rule.because, verdict=verdict,
        said=_said(places, planned - len(without), planned, rate), observed=float(len(places)), high=rate,
        threshold=0.0, bound="observed", unit="findings", answers=planned - len(without), clusters=len(looked),
        not_scored=count(without), settle=settle,
        warnings=(*doubt, *_warnings(policy, unsigned, without)),
        places=(*decisive, *(place for place in places if place not in decisive))
        or tuple(Place(question_id=o.question_id, repeat=o.repeat, said=o.ending) for o in blocked),
    )  # fmt: skip


def _check_scorer(wanted: Findings, evidence: Evidence) -> None:
    if wanted.scorer not in evidence.after.scorers:
        raise UserError(
            f"a rule on scorer {wanted.scorer!r}", "this run did not use it", "",
            did_you_mean(wanted.scorer, evidence.after.scorers),
        )  # fmt: skip


def _about(rule: Never) -> str:
    wanted = rule.never
    rules = f" {', '.join(wanted.rules)}" if wanted.rules else ""
    graver = "" if wanted.severity == "critical" else " or graver"
    new = "new " if rule.new_only else ""
    return f"{new}{wanted.severity}{graver} findings of {wanted.scorer}{rules}"


# --- what was found --------------------------------------------------------------------------------------------------


def _matching(
    evidence: Evidence, folder: Path, wanted: Findings, questions: Collection[str]
) -> list[dict[str, Any]]:  # fmt: skip
    """The findings asked for, each with its place in the table and its number within its answer."""
    table = evidence.findings(folder)
    grave = SEVERITIES[SEVERITIES.index(wanted.severity) :]
    rules = {"rule": wanted.rules} if wanted.rules else {}
    places = places_where(table, {"scorer": (wanted.scorer,), "severity": grave, **rules})
    rows = rows_at(table, places) if places else []
    numbers = _numbers(table, {row["question_id"] for row in rows})
    return [
        {"place": place, "number": numbers[place], **row}
        for place, row in zip(places, rows, strict=True)
        if row["question_id"] in questions
    ]


def _numbers(table: Table, questions: Collection[str]) -> dict[int, int]:
    """Which of its answer's findings each is, counted from 1, by place in the table; for these questions only."""
    if not questions:
        return {}
    places = places_where(table, {"question_id": questions})
    counts: Counter[Key] = Counter()
    found: dict[int, int] = {}
    for place, row in zip(places, rows_at(table.select(["question_id", "repeat"]), places), strict=True):
        key = (row["question_id"], row["repeat"])
        counts[key] += 1
        found[place] = counts[key]
    return found


def _rows(
    rule: Never, evidence: Evidence, part: Slice
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # fmt: skip
    """The findings that the rule is about, and where it asks what is new, those of the baseline that are gone."""
    rows = _matching(evidence, evidence.after.folder, rule.never, evidence.asked(part))
    if not rule.new_only or evidence.before is None:
        return rows, []
    had = _matching(evidence, evidence.before.folder, rule.never, set(evidence.comparable(part)))
    return _new(rows, had), _new(had, rows)


def _new(rows: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those beyond as many of the same rule as an answer to the same question had in the baseline."""
    per_answer = Counter((row["question_id"], row["repeat"], row["rule"]) for row in before)
    had: Counter[tuple[str, str]] = Counter()
    for (question, _, rule), amount in per_answer.items():
        had[question, rule] = max(had[question, rule], amount)
    seen: Counter[tuple[str, int, str]] = Counter()
    kept: list[dict[str, Any]] = []
    for row in rows:
        seen[row["question_id"], row["repeat"], row["rule"]] += 1
        if seen[row["question_id"], row["repeat"], row["rule"]] > had[row["question_id"], row["rule"]]:
            kept.append(row)
    return kept


def _places(folder: Path, rows: Sequence[dict[str, Any]]) -> list[Place]:
    """The gravest first."""
    if not rows:
        return []
    told = read_rows(folder, "findings", ("start", "end", "message", "evidence"), [row["place"] for row in rows])
    questions = {row["question_id"] for row in rows}
    claims = read_rows_of(
        folder, "claims",
        ("question_id", "repeat", "claim_id", "start", "end", "passage_id", "evidence_start", "evidence_end"),
        questions,
    )  # fmt: skip
    texts = {
        (one["question_id"], one["repeat"]): one["text"]
        for one in read_rows_of(folder, "answers", ("question_id", "repeat", "text"), questions)
    }
    passages = read_columns(folder, "passages", ("id", "text", "signed_by"))
    known = dict(zip(passages["id"], zip(passages["text"], passages["signed_by"], strict=True), strict=True))
    by_span = {(c["question_id"], c["repeat"], c["start"], c["end"]): c for c in reversed(claims)}
    found = [_place(row | more, by_span, known, texts) for row, more in zip(rows, told, strict=True)]
    order = {severity: -rank for rank, severity in enumerate(SEVERITIES)}
    return sorted(found, key=lambda place: (order[place.severity or "info"], place.question_id, place.repeat or 0))


def _place(
    row: dict[str, Any], claims: dict[tuple[Any, ...], dict[str, Any]], passages: dict[str, Any], texts: dict[Key, str]
) -> Place:  # fmt: skip
    question, repeat, start, end = row["question_id"], row["repeat"], row["start"], row["end"]
    claim = claims.get((question, repeat, start, end)) if start is not None else None
    passage_id = _rests_on(row["evidence"] or "", claim, passages)
    text = texts.get((question, repeat), "")
    return Place(
        question_id=question, repeat=repeat, said=row["message"], rule=row["rule"], severity=row["severity"],
        claim_id=claim["claim_id"] if claim else None, number=row["number"], passage_id=passage_id,
        unsigned=passage_id is not None and not passages[passage_id][1],
        quote=text[start:end] if start is not None and end is not None else "",
    )  # fmt: skip


def _rests_on(evidence: str, claim: dict[str, Any] | None, passages: dict[str, Any]) -> str | None:
    """The passage that the finding's evidence is a stretch of, when its claim was held against that passage."""
    passage_id = claim["passage_id"] if claim else None
    if claim is None or passage_id not in passages:
        return None
    stretch = passages[passage_id][0][claim["evidence_start"] or 0 : claim["evidence_end"]]
    return passage_id if rests_on(evidence, stretch) else None


# --- what follows ----------------------------------------------------------------------------------------------------


def _doubt(hit: Collection[str], lost: Collection[str], policy: Policy, evidence: Evidence) -> tuple[str, ...]:
    """Why new findings may be no more than a generator that samples brings without any change; empty if they are."""
    runs = [run.manifest for run in (evidence.before, evidence.after) if run is not None]
    if not any(map(chance.answers_vary, runs)) or chance.more_than_chance(hit, lost, policy.confidence):
        return ()
    return (chance.said(len(hit), len(lost)),)


def _verdict(
    rule: Never, policy: Policy, evidence: Evidence, decisive: Sequence[Place], unsigned: Sequence[Place],
    blocked: Sequence[Ended], without: bool,
) -> tuple[Verdict, str]:  # fmt: skip
    if rule.new_only and evidence.before is None:
        return "UNDECIDED", "A baseline to tell what is new: evals gate RUN --baseline FOLDER."
    if decisive:
        return "FAIL", ""
    if unsigned and policy.unsigned == "undecided":
        return "UNDECIDED", "A clinician who signs the passages that these findings rest on, or says they are wrong."
    if blocked:
        return "UNDECIDED", mend(blocked)
    if without and policy.unscored == "undecided":
        return "UNDECIDED", "Someone who reads the answers that could not be scored."
    return "PASS", ""


def _said(places: Sequence[Place], looked: int, planned: int, rate: float | None) -> str:
    answers = len({(place.question_id, place.repeat) for place in places})
    of = f"{looked:,} of {counted(planned, 'planned answer')} looked at"
    if places:
        rules = ", ".join(sorted({str(place.rule) for place in places}))
        return f"{counted(len(places), 'finding')} ({rules}) in {counted(answers, 'answer')}; {of}"
    bound = "" if rate is None else f"; a rate of up to {number(100 * rate)}% of questions cannot be ruled out (95%)"
    return f"none; {of}{bound}"


def _warnings(policy: Policy, unsigned: Sequence[Place], without: Sequence[Any]) -> tuple[str, ...]:
    found: list[str] = []
    if unsigned:
        where = ids(list(dict.fromkeys(place.question_id for place in unsigned)))
        decides = {"warn": "they warn and do not fail", "undecided": "they leave it undecided", "fail": "they fail"}
        found.append(
            f"{counted(len(unsigned), 'finding')} rest on passages that no clinician has signed ({where}): "
            f"under this policy {decides[policy.unsigned]}"
        )
    if without:
        found.append(endings(count(without)))
    return tuple(found)
