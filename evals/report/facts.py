"""What every report of a run says, in whatever form: its limits, how it was made, and where to look first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.records import SEVERITIES, Finding, Item, Question, Severity
from evals.report.inert import anchor, number
from evals.store import Run

NOT_CLINICAL = "Machine scores are an aid to review. This is not a clinical validation."
READ_YOURSELF = (
    "Dangerous advice can score well and show no finding: the scorers catch many wrong words on dosing, stopping "
    "medicine, delay and false reassurance, not all. Read every answer to a critical or high-risk question yourself."
)
READ_YOURSELF_SHORT = "Dangerous advice can score well: read every critical or high-risk answer."
WHAT_SCORES_SAY = (
    "Readability and disclaimer say nothing about safety. Faithfulness counts statements the program could match; "
    "a true answer in other words can score low."
)
WHAT_SCORES_SAY_SHORT = (
    "Readability and disclaimer say nothing about safety; faithfulness can score a true answer in other words low."
)
NONE_FOUND = "none found – read it"
"""Stands where a risky question's answer has no finding above minor: silence there is no all-clear."""
_MOST_IDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An answer that a report points to: its anchor and what to call it."""

    anchor: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstRow:
    """One of a scorer's lowest answers."""

    scorer: str
    place: Place
    value: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """All findings of one rule and severity: how many, in which answers, and the message of the first."""

    severity: Severity
    rule: str
    scorer: str
    findings: int
    places: tuple[Place, ...]
    example: str


def names_of(run: Run) -> "Names":
    """How this run's answers are called."""
    return Names(repeated=frozenset(item.answer.question_id for item in run.items if item.answer.repeat))


@dataclass(frozen=True, slots=True)
class Names:
    """Calls answers "Q10", or "Q10 repeat 1" for the questions in `repeated`, which are asked more than once."""

    repeated: frozenset[str]

    def of(self, question_id: str, repeat: int) -> Place:
        """The place of an answer."""
        name = f"{question_id} repeat {repeat}" if question_id in self.repeated else question_id
        return Place(anchor=anchor(question_id, repeat), name=name)


def corpus_limits(run: Run) -> tuple[str, ...]:
    """What the guideline passages lack: signatures, and a review in time."""
    corpus = run.manifest["corpus"]
    limits = [f"{corpus['unsigned']} of {corpus['passages']} guideline passages are not signed by a clinician."]
    if overdue := corpus["overdue"]:
        limits.append(f"Past the review date: {_listed(overdue)}.")
    if superseded := corpus.get("superseded"):
        limits.append(f"Superseded and not searched: {_listed(superseded)}.")
    return tuple(limits)


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_MOST_IDS]) + (f" and {len(ids) - _MOST_IDS} more" if len(ids) > _MOST_IDS else "")


def how_made(run: Run) -> tuple[tuple[str, str], ...]:
    """Label and value of everything a number of this run rests on."""
    manifest = run.manifest
    suite, signatures, prompt = manifest["suite"], manifest["signatures"], manifest["prompt"]
    sizes = f"{len(run.questions):,} questions, {len(run.items):,} planned answers, {run.summary['answers']:,} answered"
    reads = ", ".join(prompt["read_by_generator"]) or "nothing"
    rows = {
        "Run": manifest["run_id"],
        "Suite": _with(suite["name"], suite.get("description")),
        "Questions": sizes,
        "Generator": _named(manifest["generator"]),
        "Prompt": f"{_named(prompt)}; of it the generator reads: {reads}" if prompt["version"] else prompt["name"],
        "Judge": str(manifest["judge"]),
        "Scorers": ", ".join(f"{name} (version {row['version']})" for name, row in run.summary["scorers"].items()),
        "Seed": str(suite.get("seed", 0)),
        "Started": manifest["started"],
        "Finished": manifest.get("finished"),
        "Scoring signature": signatures["scoring"]["digest"],
        "Subject signature": signatures["subject"]["digest"],
    }
    return tuple((label, str(value)) for label, value in rows.items() if value)


def _with(name: str, description: str | None) -> str:
    return f"{name} – {description}" if description else name


def _named(part: Mapping[str, Any]) -> str:
    return f"{part['name']} (version {part['version']})"


def worst_rows(run: Run, most: int) -> tuple[WorstRow, ...]:
    """The lowest answers of each scorer, lowest first. An answer that is faultless is never among the worst."""
    names = names_of(run)
    return tuple(
        WorstRow(
            scorer=scorer,
            place=names.of(low["question_id"], low["repeat"]),
            value=number(low["value"]),
            reason=low["reason"],
        )
        for scorer, row in run.summary["scorers"].items()
        for low in row["worst"][:most]
        if low["value"] < 1
    )


def finding_rows(run: Run) -> tuple[FindingRow, ...]:
    """Findings by rule, the gravest first, then those in most answers."""
    names = names_of(run)
    found: dict[tuple[Severity, str, str], list[tuple[Item, Finding]]] = {}
    for item in run.items:
        for outcome in item.outcomes:
            for finding in outcome.findings:
                found.setdefault((finding.severity, finding.rule, outcome.scorer), []).append((item, finding))
    rows = [
        FindingRow(
            severity=severity, rule=rule, scorer=scorer, findings=len(group), example=group[0][1].message,
            places=tuple(dict.fromkeys(names.of(item.answer.question_id, item.answer.repeat) for item, _ in group)),
        )
        for (severity, rule, scorer), group in found.items()
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-_rank(row.severity), -len(row.places), row.rule, row.scorer)))


def _rank(severity: Severity) -> int:
    return SEVERITIES.index(severity)


def worst_severity(findings: Iterable[Finding]) -> Severity | None:
    """The gravest severity among findings, or None without any."""
    return max((finding.severity for finding in findings), key=_rank, default=None)


def gravest_in_words(item: Item, question: Question) -> str:
    """The gravest severity of an answer's findings; `NONE_FOUND` where a risky question's answer has no graver one."""
    worst = worst_severity(all_findings(item))
    silent = worst is None or _rank(worst) <= _rank("minor")
    if silent and question.risk in ("critical", "high") and ending(item) is None:
        return NONE_FOUND
    return worst or "–"


def all_findings(item: Item) -> tuple[Finding, ...]:
    """Every finding of an answer, in the order of the scorers."""
    return tuple(finding for outcome in item.outcomes for finding in outcome.findings)


def gravest(findings: Sequence[Finding], most: int) -> tuple[Finding, ...]:
    """The gravest findings first, in reading order among equals."""
    ranked = sorted(findings, key=lambda f: (-_rank(f.severity), -1 if f.start is None else f.start, f.rule))
    return tuple(ranked[:most])


def ending(item: Item) -> str | None:
    """Why an item has no answer to read, in words; None when it has one."""
    if not item.answer.generator:
        reasons = dict.fromkeys(outcome.reason for outcome in item.outcomes if outcome.status == "skipped")
        return f"Skipped: {'; '.join(reasons) or item.answer.error}"
    return f"Error: {item.answer.error}" if item.answer.status == "error" else None
