"""Whether the notices can be noticed: short, plain, in a block of their own, not said so often that none is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.lexicons import load_yaml
from evals.notices.elements import Element
from evals.notices.found import Said
from evals.notices.groups import words_of
from evals.notices.reading import Reading
from evals.readability.structure import Sentence
from evals.readability.tokens import count, tokens
from evals.readability.variants import grade_zone
from evals.records import Finding

# The notices that must be noticed first.
_FIRST = ("D1", "D2", "D3", "D4")
# Notices that do nothing but qualify the text. The others may be good advice each time.
_REPEATABLE = ("D1", "D2", "D3", "D6", "D9", "D12")
_SOURCE = "(Source: FTC guidance on disclosures.)"
# Formulas say nothing of less.
_FEWEST_SENTENCES, _FEWEST_WORDS = 3, 25


@dataclass(frozen=True, slots=True)
class Prominence:
    """The opening notice: its words, its school grade (null when too short or not English); the most repeats of one."""

    words: int | None
    grade: float | None
    repeats: int
    findings: tuple[Finding, ...]


def measure_prominence(text: str, reading: Reading, elements: Sequence[Element], language: str) -> Prominence:
    """Measure the notices of an answer as a reader meets them."""
    opening = _opening(reading)
    words = sum(len(words_of(text, s.start, s.end)) for s in opening) if opening else None
    grade = _grade(text, opening) if opening and language == "en" else None
    repeats = {element.id: len(_blocks(reading, element.id)) for element in elements if element.id in _REPEATABLE}
    most = load_yaml("notices.yaml")["positions"]["prominence"]
    findings = [
        *_in_the_way(opening, words, grade),
        *(_too_often(reading, e, repeats[e.id]) for e in elements if repeats.get(e.id, 0) > most["repeats"]),
    ]
    return Prominence(words, grade, max(repeats.values(), default=0), tuple(findings))


def _opening(reading: Reading) -> list[Said]:
    """The sentences of the blocks in which the first notices stand at the start."""
    blocks = {
        sentence.block
        for sentence in reading.sentences
        for notice in sentence.notices
        if notice.id in _FIRST and reading.places.opens(notice)
    }
    return [sentence for sentence in reading.sentences if sentence.block in blocks]


def _in_the_way(opening: Sequence[Said], words: int | None, grade: float | None) -> Iterator[Finding]:
    if not opening:
        return
    most = load_yaml("notices.yaml")["positions"]["prominence"]
    start, end = opening[0].start, opening[-1].end
    rule = next(n.id for s in opening for n in s.notices if n.id in _FIRST)
    if words is not None and words > most["words"]:
        yield _told(
            rule, start, end, f"The opening notice has {words} words; beyond {most['words']} few people read it."
        )
    if grade is not None and round(grade, 1) > most["grade"]:
        yield _told(
            rule,
            start,
            end,
            f"The opening notice reads at school grade {grade:.1f}; it should be {most['grade']} or less.",
        )
    mixed = next((s for s in opening if _is_clinical(s)), None)
    if mixed is not None:
        yield _told(rule, mixed.start, mixed.end, "The notice shares its paragraph with the answer; it needs its own.")


def _is_clinical(sentence: Said) -> bool:
    clinical = "treatment" in sentence.topics or "symptoms" in sentence.topics
    return clinical and not sentence.notices and sentence.section not in {"opening_notice", "urgent"}


def _grade(text: str, opening: Sequence[Said]) -> float | None:
    sentences = [Sentence(said.start, said.end) for said in opening if not said.heading]
    counts = [count(tokens(text, sentence.start, sentence.end)) for sentence in sentences]
    graded = grade_zone(sentences, counts, _FEWEST_SENTENCES, _FEWEST_WORDS)
    return graded.consensus if graded else None


def _blocks(reading: Reading, element: str) -> list[int]:
    """The blocks that say a notice, in order."""
    return sorted({s.block for s in reading.sentences for n in s.notices if n.id == element and not n.weak})


def _too_often(reading: Reading, element: Element, times: int) -> Finding:
    most = load_yaml("notices.yaml")["positions"]["prominence"]["repeats"]
    last = reading.notices(element.id)[-1]
    message = f"“{element.name}” is said in {times} places; said more than {most} times, a notice is skipped over."
    return _told(element.id, last.start, last.end, message)


def _told(rule: str, start: int, end: int, message: str) -> Finding:
    return Finding(rule=rule, severity="minor", message=f"{message} {_SOURCE}", start=start, end=end)
