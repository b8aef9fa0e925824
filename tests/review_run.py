"""A small run under review, reviewers, and reviews made by rule, for the tests of the review store."""

import dataclasses
import datetime
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from evals.records import Answer, Claim, Finding, Item, Outcome, Passage, Question, Source, Statement, Verdict
from evals.review import BlindItem, ClaimMark, Content, Reviewer, Store, open_store, rubric
from evals.review.sampling import Plan
from evals.store import Run
from evals.summary import summarise

SECRETS = (
    "secret-model-9",
    "secret-prompt",
    "secret-generator",
    "0.123456",
    "E08",
    "machine says",
    "2026-11-01-secret",
)
"""What no blind reviewer may see."""
TOPICS = (("breast", "treatment", "high"), ("lung", "tests", "routine"), ("general", "food", "elevated"))
TEXT = "Chemo can cause fever. Call your team at 100.4 °F. Fever is common."
PASSAGES = {
    "P1": Passage(
        id="P1", title="Fever", text="A fever of 100.4 °F or more during chemo is an emergency.", as_of="2026-01-01",
        sources=(Source(id="s1", organisation="NCI", document="Fever"),),
    )
}  # fmt: skip


def make_run(size: int = 30, *, faulty: Callable[[int], bool] = lambda number: number % 5 == 0) -> Run:
    """A run of `size` answers to as many questions; the machine finds fault with some."""
    questions = {f"Q{n:03}": _question(n) for n in range(size)}
    items = tuple(_item(n, questions[f"Q{n:03}"], faulty(n)) for n in range(size))
    return Run(
        folder=Path("runs/2026-11-01-secret"),
        manifest={
            "run_id": "2026-11-01-secret", "status": "finished", "suite": {"name": "secret-suite"}, "judge": "local|v2",
            "prompt": {"name": "secret-prompt", "version": "3"}, "generator": {"name": "secret-generator"},
            "signatures": {"scoring": {"digest": "aaaa"}},
        },
        summary=summarise(items, tuple(questions.values()), (), seed=0),
        items=items, questions=questions, passages=PASSAGES,
    )  # fmt: skip


def _question(n: int) -> Question:
    cancer, topic, risk = TOPICS[n % 3]
    return Question(
        id=f"Q{n:03}", text=f"Question {n}: is fever normal?", topic=topic, cancer=cancer, risk=risk,  # type: ignore[arg-type]
        passages=("P1",), must_say=(Statement(id="m1", text="Call at 100.4 °F.", severity="severe"),),
    )  # fmt: skip


def _item(n: int, question: Question, faulty: bool) -> Item:
    text = f"{TEXT} Answer {n}."
    parts = ("Chemo can cause fever.", "Call your team at 100.4 °F.", "Fever is common.")
    claims = tuple(
        Claim(
            claim_id=f"c{place}", start=text.index(words), end=text.index(words) + len(words), claim_text=words,
            kind="fact", severity="moderate",
        )
        for place, words in enumerate(parts, start=1)
    )  # fmt: skip
    label = "contradicted" if faulty else "supported"
    verdicts = tuple(
        Verdict(claim_id=c.claim_id, judge="local", label=label, confidence=0.9, reason="machine says so", code="E08")
        for c in claims
    )
    found = (Finding(rule="E08", severity="severe", message="machine says it is wrong", start=0, end=5),)
    outcome = Outcome(
        question_id=question.id, repeat=0, scorer="faithfulness", version="1", status="scored",
        value=0.123456 if faulty else 1.0, reason="machine says", measures={}, findings=found if faulty else (),
    )  # fmt: skip
    answer = Answer(
        question_id=question.id, question=question.text, raw=text, text=text, generator="secret-generator",
        model="secret-model-9", prompt="secret-prompt", passages=("P1",),
    )  # fmt: skip
    return Item(answer=answer, claims=claims, verdicts=verdicts, outcomes=(outcome,))


PEOPLE = (
    Reviewer(id="lea", name="Lea Lead", role="lead"),
    Reviewer(id="ada", name="Ada Adjudicator", role="adjudicator"),
    Reviewer(id="ben", name="Ben Breast", expertise=("breast",)),
    Reviewer(id="bea", name="Bea Breast", expertise=("breast", "lung")),
    Reviewer(id="sol", name="Sol Solid", expertise=("solid-tumor",)),
    Reviewer(id="nan", name="Nan Nurse", profession="nurse"),
    Reviewer(id="vic", name="Vic Viewer", role="viewer"),
)


def ticking() -> Callable[[], datetime.datetime]:
    """A clock of which each look is a second later."""
    seconds: Iterator[int] = count()
    start = datetime.datetime(2026, 11, 23, 12, tzinfo=datetime.UTC)
    return lambda: start + datetime.timedelta(seconds=next(seconds))


def staffed(url: str, people: tuple[Reviewer, ...] = PEOPLE, **named: object) -> Store:
    """An open store with people in it."""
    store = open_store(url, clock=ticking(), **named)  # type: ignore[arg-type]
    for person in people:
        store.add_reviewer(person, by="lea")
    return store


def plan(number: int = 10, seed: int = 1, **named: object) -> Plan:
    """A draw of so many answers."""
    return Plan(count=number, seed=seed, **named)  # type: ignore[arg-type]


def review(item: BlindItem, *, label: str = "supported", **ratings: str) -> Content:
    """A complete review: the best level of every scale but those given."""
    best = {scale: rubric().scales[scale].ids[0] for scale in item.scales}
    if best.get("red_flag"):
        best["red_flag"] = "correct"
    claims = {c.claim_id: ClaimMark(label=label) for c in item.shown.claims} if "accuracy" in item.scales else {}  # type: ignore[arg-type]
    return Content(ratings=best | {name: v for name, v in ratings.items() if name in best}, claims=claims, seconds=60)


def submit_all(store: Store, person: str, **ratings: str) -> int:
    """Submit every open review of a person; gives how many."""
    todo = [entry for entry in store.queue(person) if entry.state != "submitted"]
    for entry in todo:
        item = store.blind_item(entry.assignment_id, person)
        store.submit(entry.assignment_id, person, item.draft.version, review(item, **ratings))
    return len(todo)


def changed(run: Run, **fields: object) -> Run:
    """The run with other fields."""
    return dataclasses.replace(run, **fields)  # type: ignore[arg-type]
