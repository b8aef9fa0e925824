"""Pairs -> answers -> whether each pair changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.answers import build_answer
from evals.counterfactuals.changed import difference
from evals.counterfactuals.pairs import Pair
from evals.generators import GenerationError, Generator
from evals.records import Answer, Question

Progress = Callable[[str, int, int], None]
# Differences closer than this are the same number: floating point.
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a pair ended. `changed` is null without both answers; then `error` says why.

    `difference` is the share of words in which the two bodies differ, `noise` that of two answers to the same question.
    """

    pair: Pair
    changed: bool | None
    difference: float | None
    noise: float
    error: str | None = None

    @property
    def right(self) -> bool | None:
        """Whether it changed when it must and stayed when it must not; null without both answers."""
        return None if self.changed is None else self.changed == self.pair.relevant


def ask_pairs(
    pairs: Sequence[Pair], generator: Generator, *, tolerance: float = 0.0, progress: Progress = lambda *_: None
) -> tuple[Outcome, ...]:
    """Ask the generator both questions of every pair; one shared by pairs is asked once, and once more for noise.

    A pair has changed when its answers differ by more than `tolerance` beyond what two answers to the same question do.
    """
    asked: dict[str, tuple[Answer | None, float, str | None]] = {}
    outcomes: list[Outcome] = []
    for number, pair in enumerate(pairs):
        progress("asking", number, len(pairs))
        if pair.question.id not in asked:
            asked[pair.question.id] = _base(pair.question, generator)
        base, noise, error = asked[pair.question.id]
        if base is None:
            outcomes.append(Outcome(pair, None, None, noise, error))
            continue
        twin, error = _answer(pair.twin, 0, generator)
        if twin is None:
            outcomes.append(Outcome(pair, None, None, noise, error))
            continue
        differs = difference(base, twin, (pair.question.record, pair.twin.record))
        outcomes.append(Outcome(pair, differs > noise + tolerance + _SAME, round(differs, 4), round(noise, 4)))
    progress("asking", len(pairs), len(pairs))
    return tuple(outcomes)


def _base(question: Question, generator: Generator) -> tuple[Answer | None, float, str | None]:
    """The answer to a question, and how much a second answer to it differs (0 when there is none)."""
    first, error = _answer(question, 0, generator)
    if first is None:
        return None, 0.0, error
    second, _ = _answer(question, 1, generator)
    return first, difference(first, second, (question.record,)) if second else 0.0, None


def _answer(question: Question, repeat: int, generator: Generator) -> tuple[Answer | None, str | None]:
    if generator.repeats(question, repeat + 1) <= repeat:
        return None, f"the generator has no answer to {question.id}"
    try:
        draft = generator(question, repeat)
    except GenerationError as error:
        return None, str(error)
    return build_answer(question, repeat, draft, generator=generator.name, prompt=None, seed=0), None
