"""Small run folders for the gate's tests, written the way runs are written."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.compare import read_scores
from evals.gate import Gate, decide
from evals.gate.policy import Policy, load_policy
from evals.records import Answer, Claim, Finding, Item, Outcome, Passage, Question, Verdict
from evals.store import Run, no_answer, write_json, write_run

SCORING = {
    "scorers": {}, "claims": "1", "judge": "local", "questions": "q", "corpus": "c", "lexicons": "l", "digest": "x",
}  # fmt: skip
SUBJECT = {
    "generator": {"name": "composer", "version": "1", "settings": {}},
    "prompt": {"name": "patient-answer", "version": "1", "parts": {"wording": "aa", "instruction": "bb"}},
    "seed": 0, "code": {"version": "0.1.0", "source": "cc"}, "digest": "dd",
}  # fmt: skip

Values = Mapping[str, Sequence[float | None]]
"""By scorer: one value a question, null for one that could not be scored."""


def write(
    folder: Path, values: Values, *, findings: Mapping[tuple[int, str], Sequence[Finding]] | None = None,
    measures: Mapping[str, Mapping[str, Sequence[float | None]]] | None = None,
    statuses: Mapping[tuple[int, str], str] | None = None, questions: Sequence[Question] | None = None,
    claims: Mapping[int, tuple[Claim, Verdict]] | None = None, passages: Sequence[Passage] = (),
    subject: Mapping[str, Any] = SUBJECT, scoring: Mapping[str, Any] = SCORING, reads: Sequence[str] = ("wording",),
    text: str = "Call us today.", **manifest: Any,
) -> Path:  # fmt: skip
    """A finished run: the n-th value of each scorer is that of question Qn."""
    amount = len(next(iter(values.values())))
    asked = list(questions or [Question(id=f"Q{n:03d}", text=f"Question {n}?") for n in range(amount)])
    items = [
        _item(asked[n], n, values, findings or {}, measures or {}, statuses or {}, claims or {}, text)
        for n in range(amount)
    ]
    made = {
        "run_id": folder.name, "status": "finished", "suite": {"name": "s", "slices": [], "prompt": "patient-answer"},
        "judge": "local", "generator": {"name": "composer", "version": "1"}, "counts": {}, "corpus": {},
        "planned": [[question.id, 0] for question in asked],
        "prompt": {"name": "patient-answer", "version": "1", "read_by_generator": list(reads)},
        "signatures": {"scoring": dict(scoring), "subject": dict(subject)}, **manifest,
    }  # fmt: skip
    run = Run(
        folder=folder, manifest=made, summary={}, items=tuple(items), questions={q.id: q for q in asked},
        passages={passage.id: passage for passage in passages},
    )  # fmt: skip
    folder.mkdir(parents=True)
    write_run(run)
    write_json(folder / "manifest.json", made)
    return folder


def _item(
    question: Question, n: int, values: Values, findings: Mapping[Any, Any], measures: Mapping[str, Any],
    statuses: Mapping[Any, str], claims: Mapping[int, tuple[Claim, Verdict]], text: str,
) -> Item:  # fmt: skip
    answer = Answer(question_id=question.id, question=question.text, raw=text, text=text, generator="composer")
    outcomes = []
    for scorer, own in values.items():
        value = own[n]
        status = statuses.get((n, scorer), "unscored" if value is None else "scored")
        outcomes.append(
            Outcome(
                question_id=question.id, repeat=0, scorer=scorer, version="1", status=status,  # type: ignore[arg-type]
                value=value if status == "scored" else None, reason="r",
                measures={name: row[n] for name, row in measures.get(scorer, {}).items()},
                findings=tuple(findings.get((n, scorer), ())),
            )
        )  # fmt: skip
    found = claims.get(n)
    if all(outcome.status == "skipped" for outcome in outcomes):
        answer = no_answer(question.id, 0)
    return Item(
        answer=answer, claims=(found[0],) if found else (), verdicts=(found[1],) if found else (),
        outcomes=tuple(outcomes),
    )  # fmt: skip


def policy(tmp_path: Path, rules: str, head: str = "") -> Policy:
    """A policy of these rules (YAML list)."""
    tmp_path.mkdir(parents=True, exist_ok=True)
    path = tmp_path / "policy.yaml"
    path.write_text(f"name: p\nsource: test\n{head}\nrules:\n{rules}\n", encoding="utf-8")
    return load_policy(path)


def gate(
    tmp_path: Path, rules: str, after: Path, before: Path | None = None, *, head: str = "", override: str = ""
) -> Gate:
    """The decision on a run by these rules."""
    return decide(
        read_scores(after), read_scores(before) if before else None, policy(tmp_path, rules, head), override=override
    )


def finding(
    rule: str, severity: str = "critical", start: int | None = None, end: int | None = None, evidence: str = ""
) -> Finding:
    """A finding of this rule."""
    return Finding(rule=rule, severity=severity, message=f"{rule} happened", start=start, end=end, evidence=evidence)  # type: ignore[arg-type]
