"""Small records for tests, built the way the product builds them."""

from functools import cache
from pathlib import Path

from evals.answers import build_answer
from evals.claims import extract_claims
from evals.corpus import Corpus, load_corpus
from evals.generators import Draft
from evals.judges import Judge, judge_claims, make_judge
from evals.records import Answer, Case, Question, Record, TextFormat

ROOT = Path(__file__).resolve().parents[1]


@cache
def corpus() -> Corpus:
    """The shipped passages."""
    return load_corpus([ROOT / "datasets" / "guidelines"])


@cache
def judge() -> Judge:
    """The local judge over the shipped passages."""
    return make_judge("local", corpus(), {})


def answer(
    raw: str, *, fmt: TextFormat = "markdown", question: str = "What should I know?", language: str = "en",
    passages: tuple[str, ...] = (), record: Record | None = None,
) -> Answer:  # fmt: skip
    """An answer record of a text."""
    asked = Question(id="Q1", text=question, language=language, record=record)
    draft = Draft(raw=raw, format=fmt, passages=passages)
    return build_answer(asked, 0, draft, generator="test", prompt=None, seed=0)


def case(raw: str, **kwargs) -> Case:
    """A whole case of a text: claims found and judged."""
    made = answer(raw, **kwargs)
    claims = extract_claims(made)
    given = tuple(corpus().passages[i] for i in made.passages)
    verdicts = judge_claims(judge(), made, claims, given)
    asked = Question(id="Q1", text=made.question, language=made.language, record=made.record)
    return Case(question=asked, answer=made, claims=claims, verdicts=verdicts, corpus=corpus().passages)
