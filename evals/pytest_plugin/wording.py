"""What is wrong with an answer, in words that a clinician can read: where it stands, what it says, what a passage says.

Texts under test are shown with every unseen character as its code, so that none of them can write to the terminal.
"""

from collections.abc import Iterator, Sequence

from evals.gate.one_answer import Held
from evals.records import Answer, Finding, Passage, Question
from evals.report.inert import clip, one_line, visible

_QUOTE = 400
_UNSIGNED = "no clinician has signed this passage"


def failure(question: Question, answers: Sequence[tuple[Answer, Sequence[Held]]], policy: str) -> str:
    """Why the answers to a question fail: each thing that breaks a rule, gravest rules as the policy orders them."""
    told = [(answer, held, broken) for answer, each in answers for held in each for broken in held.broken]
    failing = [one for one in told if one[1].verdict == "FAIL"]
    rules = ", ".join(dict.fromkeys(held.rule.id for _, held, _ in failing))
    lines = [f"{question.id}: {rules} (policy {policy})", f"The question: {shown(question.text)}"]
    for number, (answer, held, broken) in enumerate(failing, start=1):
        repeat = f", answer {answer.repeat + 1}" if len(answers) > 1 else ""
        lines += ["", f"{number}. {held.rule.id}{repeat}"]
        lines += [f"   {line}" for line in details(answer, broken.finding, broken.said, broken.passage)]
        lines.append(f"   Why the rule is there: {shown(held.rule.because)}")
    if rest := [note for answer, each in answers for held in each for note in notes(answer, held)]:
        lines += ["", "Beside that:", *(f"   {note}" for note in rest)]
    return "\n".join(lines)


def undecided(question: Question, answers: Sequence[tuple[Answer, Sequence[Held]]], policy: str) -> str:
    """Why rules could not be held against the answers to a question."""
    lines = [f"{question.id}: could not be checked (policy {policy})", f"The question: {shown(question.text)}"]
    for _, each in answers:
        for held in each:
            if held.verdict != "UNDECIDED":
                continue
            lines.append(f"   {held.rule.id}: {shown(held.unchecked or 'what was found rests on unsigned passages')}")
            lines += [f"      {shown(broken.said)}" for broken in held.broken]
    return "\n".join(lines)


def details(answer: Answer, finding: Finding | None, said: str, passage: Passage | None) -> Iterator[str]:
    """Where a finding stands, what the answer says there, what is wrong with it, and what the passage says."""
    says = ""
    if finding is not None and finding.start is not None and finding.end is not None:
        says = answer.text[finding.start : finding.end]
        yield f"Where: {place(answer, finding.start)}"
        yield f"The answer says: {quoted(says)}"
    elif finding is not None:
        yield "Where: nowhere, something is missing"
    rule = f"{finding.severity} {finding.rule}: " if finding else ""
    yield f"What is wrong: {rule}{shown(said)}"
    if finding is not None and finding.evidence.strip() not in says:
        if passage is None:
            yield f"Held against: {quoted(finding.evidence)}"
        else:
            mark = "" if passage.signed_by else f"; {_UNSIGNED}"
            yield f"The passage says: {quoted(finding.evidence)} ({named(passage)}{mark})"


def place(answer: Answer, start: int) -> str:
    """Where a character stands for a person who looks for it: the line, and the part of the answer."""
    line = answer.text.count("\n", 0, start) + 1
    part = next((section.kind for section in answer.sections if section.start <= start < section.end), None)
    return f"line {line}" + (f", in the {part.replace('_', ' ')}" if part else "")


def quoted(text: str) -> str:
    """A stretch of a text under test."""
    return f"“{shown(text)}”"


def notes(answer: Answer, held: Held) -> Iterator[str]:
    """What must be known of a rule that did not fail: what it could not look at, and findings that only warn."""
    if held.verdict == "FAIL":
        return
    if held.unchecked:
        yield f"{held.rule.id}: not checked ({shown(held.unchecked)})"
    if held.verdict == "PASS":
        for broken in held.broken:
            said = "; ".join(details(answer, broken.finding, broken.said, broken.passage))
            yield f"{held.rule.id} (warns only): {said}"


def named(passage: Passage) -> str:
    """A passage as people find it again: its id and, where it has one, its title."""
    return ", ".join(shown(part) for part in (passage.id, passage.title) if part)


def shown(text: str) -> str:
    """A text that may come from outside, on one line, nothing unseen in it, and not endless."""
    return clip(one_line(visible(text), 10 * _QUOTE), _QUOTE)
