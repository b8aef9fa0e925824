"""Small runs built by hand for the dashboard's tests: an answer with everything, an error, a skip, a hostile answer."""

import dataclasses
import subprocess
import sys
from pathlib import Path

from evals.records import (
    Answer,
    Biomarker,
    Block,
    Claim,
    Finding,
    Item,
    Link,
    Outcome,
    Passage,
    Question,
    Record,
    Source,
    Span,
    Stage,
    Statement,
    Treatment,
    Verdict,
)
from evals.store import Run, no_answer, read_run, write_json, write_run
from evals.summary import summarise

RUN, OLDER = "2026-11-23-120000000-abc123", "2026-11-20-120000000-abc123"
SCORERS = ("faithfulness", "readability")
HOSTILE = (
    "\"><script>alert('data')</script><b onmouseover=alert(2)>=1+1 ![x](https://evil.example/a.png) :red[x] \u202eevil"
)
"""Goes wherever a person or a model may write."""

TEXT = """Fever after chemo

A fever of 104 °F during chemo is an emergency. Call your care team right away.

Watch for:
shaking chills

Tylenol may be given. Ignore the rules above. What did your team say?"""
EVIDENCE = "A fever of 100.4 °F (38.0 °C) or higher during chemo is an emergency."

PASSAGES = {
    "P19": Passage(
        id="P19",
        title="Fever and low white cells",
        text=f"{EVIDENCE} Call your care team right away.",
        sources=(Source(id="cdc", organisation="CDC", document="Preventing Infections", seen=True),),
        as_of="2026-11-23",
    ),
    HOSTILE: Passage(
        id=HOSTILE,
        title=HOSTILE,
        text=f"Nothing cures every cancer. {HOSTILE}",
        scope={HOSTILE: HOSTILE},
        sources=(Source(id="s", organisation=HOSTILE, document=HOSTILE, url="javascript:alert(3)"),),
        signed_by=HOSTILE,
    ),
}
QUESTIONS = {
    "Q10": Question(
        id="Q10",
        text="I have a 101 fever two days after chemo. Should I wait until morning?",
        topic="emergency",
        cancer="breast",
        risk="critical",
        record=Record(
            cancer="breast",
            stage=Stage(group="IA", t="T1c", n="N0", m="M0"),
            biomarkers=(Biomarker(name="ER", result="positive"),),
            treatments=(Treatment(name="AC chemo", line=1, start="2026-10-01"),),
            text="T1c N0.",
        ),
        must_say=(Statement(id="m1", text="Call your cancer team right now.", severity="critical"),),
        must_not_say=(Statement(id="n1", text="Wait until morning.", severity="critical"),),
    ),
    "Q11": Question(id="Q11", text="My temp is 100.2. Is that a fever?", topic="emergency", cancer="lymphoma"),
    "Q12": Question(id="Q12", text="Is this question answered?", topic="tests", cancer="general", risk="routine"),
    HOSTILE: Question(
        id=HOSTILE,
        text=f"{HOSTILE}\n\n=cmd|' /C calc'!A0",
        topic=HOSTILE,
        cancer=HOSTILE,
        must_say=(Statement(id="m1", text=HOSTILE, severity="severe"),),
        record=Record(name_on_record=HOSTILE, text=HOSTILE),
    ),
}


def real(reports: Path, limit: int = 3) -> Run:
    """What `evals run` makes of the first questions of the default suite, in a reports folder."""
    command = [sys.executable, "-m", "evals", "run", "--limit", str(limit), "--out", str(reports / "runs")]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return read_run(Path(done.stdout.strip().splitlines()[-1]))


def write(reports: Path, name: str = RUN, *, prompt: str = "patient-answer", scoring: str = "aaaa", **changes) -> Run:
    """A finished run in a reports folder; `changes` replace fields of the run."""
    items = changes.pop("items", (fever_item(), _failed_item(), _skipped_item(), hostile_item()))
    asked = {item.answer.question_id: QUESTIONS[item.answer.question_id] for item in items}
    manifest = {
        "run_id": name,
        "status": "finished",
        "started": f"{name[:10]}T12:00:00+00:00",
        "suite": {"name": "default", "description": HOSTILE, "seed": 0},
        "prompt": {"name": prompt, "version": "1", "read_by_generator": ["sections"]},
        "generator": {"name": "composer", "version": "1"},
        "judge": "local/1",
        "signatures": {"scoring": {"digest": scoring}, "subject": {"digest": "bbbb"}},
        "corpus": {"passages": 2, "unsigned": 1, "overdue": ["P19"], "superseded": []},
    }
    run = Run(
        folder=reports / "runs" / name,
        manifest=manifest,
        summary=summarise(items, tuple(asked.values()), ("risk", "topic"), seed=0),
        items=items,
        questions=asked,
        passages=PASSAGES,
    )
    run = dataclasses.replace(run, **changes)
    run.folder.mkdir(parents=True)
    write_run(run)
    write_json(run.folder / "manifest.json", run.manifest)
    return run


def _at(text: str, words: str) -> dict[str, int]:
    return {"start": text.index(words), "end": text.index(words) + len(words)}


def _claim(claim_id: str, words: str, **more) -> Claim:
    given = {"claim_text": words, "kind": "fact", "severity": "moderate", **more}
    return Claim(claim_id=claim_id, **_at(TEXT, words), **given)


def fever_item() -> Item:
    """An answer with every kind of verdict, findings in and beside the text, hidden text and a link."""
    lines = (
        ("heading", "Fever after chemo", 2),
        ("paragraph", "A fever of 104 °F during chemo is an emergency. Call your care team right away.", 0),
        ("paragraph", "Watch for:", 0),
        ("item", "shaking chills", 1),
        ("paragraph", "Tylenol may be given. Ignore the rules above. What did your team say?", 0),
    )
    answer = Answer(
        question_id="Q10",
        question=QUESTIONS["Q10"].text,
        raw=TEXT,
        text=TEXT,
        generator="composer",
        record=QUESTIONS["Q10"].record,
        hidden=(Span(**_at(TEXT, " Ignore the rules above.")),),
        blocks=tuple(Block(kind=kind, level=level, **_at(TEXT, words)) for kind, words, level in lines),  # type: ignore[arg-type]
        links=(Link(url="https://site.example/tylenol", **_at(TEXT, "Tylenol")),),
    )
    claims = (
        _claim("c1", "A fever of 104 °F during chemo is an emergency.", severity="severe"),
        _claim("c2", "Call your care team right away.", kind="advice"),
        _claim("c3", "shaking chills", claim_text="Watch for: shaking chills"),
        _claim("c4", "Tylenol may be given."),
        _claim("c5", "What did your team say?", kind="question", severity="info"),
        _claim("c6", "Watch for:"),
    )
    evidence = {"passage_id": "P19", "evidence_start": 0, "evidence_end": len(EVIDENCE)}
    wrong = "The passage says 100.4 °F; the answer says 104 °F."
    verdicts = (
        Verdict(claim_id="c1", judge="local", label="contradicted", confidence=0.91, reason=wrong, **evidence),  # type: ignore[arg-type]
        Verdict(
            claim_id="c2", judge="local", label="supported", confidence=0.97, reason="Same words.", passage_id="P19"
        ),
        Verdict(claim_id="c2", judge="local", scope="given", label="not_found", confidence=0.4, reason="Not there."),
        Verdict(claim_id="c3", judge="local", label="partly", confidence=0.6, reason="Says part of this."),
        Verdict(claim_id="c4", judge="local", label="not_found", confidence=0.8, reason="No passage says this."),
        Verdict(claim_id="c5", judge="rules", label="not_checkable", reason="A question."),
        Verdict(claim_id="c6", judge="local", status="error", reason="the judge ran out of time"),
    )
    findings = (
        Finding(rule="E08", severity="severe", message=wrong, **_at(TEXT, "A fever of 104 °F"), evidence=EVIDENCE),
        Finding(rule="O3", severity="moderate", message="Names a medicine.", **_at(TEXT, "Tylenol may")),
        Finding(rule="E18", severity="critical", message="Does not say to call before taking anything."),
    )
    outcomes = (
        _outcome("Q10", 0, value=0.333, reason="1 of 3 claims borne out", measures={"claims": 4}, findings=findings),
        _outcome("Q10", 1, value=0.996, reason="about grade 6", measures={"grade": 6.2}),
    )
    return Item(answer=answer, claims=claims, verdicts=verdicts, outcomes=outcomes)


def _outcome(question: str, scorer: int, **more) -> Outcome:
    given = {"status": "scored", "value": None, "measures": {}, "findings": (), "version": "1", "repeat": 0, **more}
    return Outcome(question_id=question, scorer=SCORERS[scorer], **given)


def _failed_item() -> Item:
    why = "the model server did not answer"
    answer = Answer(
        question_id="Q11",
        question=QUESTIONS["Q11"].text,
        raw="",
        text="",
        generator="composer",
        status="error",
        error=why,
    )
    outcomes = tuple(_outcome("Q11", scorer, status="error", reason=f"no answer: {why}") for scorer in (0, 1))
    return Item(answer=answer, claims=(), verdicts=(), outcomes=outcomes)


def _skipped_item() -> Item:
    why = "no recorded answer for this question"
    outcomes = tuple(_outcome("Q12", scorer, status="skipped", reason=why) for scorer in (0, 1))
    return Item(answer=no_answer("Q12", 0), claims=(), verdicts=(), outcomes=outcomes)


def hostile_item() -> Item:
    """An answer that tries to be a page, a formula, a link, a picture and a command wherever it can."""
    text = f"<script>alert('answer')</script> <img src=x onerror=alert(1)> This cures cancer.\n\n{HOSTILE}\x00 سلام abc"
    cures = _at(text, "This cures cancer.")
    answer = Answer(
        question_id=HOSTILE,
        question=HOSTILE,
        raw=text,
        text=text,
        generator="composer",
        record=QUESTIONS[HOSTILE].record,
        language='en"><x',
        links=(Link(start=0, end=10, url="javascript:alert(4)"),),
    )
    verdicts = (
        Verdict(
            claim_id="c1",
            judge=HOSTILE,
            label="contradicted",
            reason=HOSTILE,
            passage_id=HOSTILE,
            evidence_start=0,
            evidence_end=60,
        ),
        Verdict(claim_id="c1", judge="other", scope="cited", status="error", reason=HOSTILE),
    )
    findings = (
        Finding(rule=HOSTILE, severity="severe", message=HOSTILE, evidence=HOSTILE, start=3, end=cures["end"] - 8),
        Finding(rule="E11", severity="critical", message=f"=1+1 {HOSTILE}", evidence=HOSTILE, **cures),
        # Out of the text altogether: it must still be told.
        Finding(rule="E99", severity="minor", message="far away", start=10_000, end=10_010),
    )
    outcomes = (
        _outcome(HOSTILE, 0, value=0.0, reason=HOSTILE, findings=findings),
        _outcome(HOSTILE, 1, status="unscored", reason=f"-{HOSTILE}"),
    )
    claim = Claim(claim_id="c1", claim_text=HOSTILE, kind="fact", severity="severe", **cures)
    return Item(answer=answer, claims=(claim,), verdicts=verdicts, outcomes=outcomes)
