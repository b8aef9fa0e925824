"""Sentences of a zone -> its grades, under each way to treat lists.

No formula was made for lists. Bullets counted as sentences lower a grade, bullets run together raise it; so a zone is
graded three ways, and how far these lie apart is reported as the spread:

- `prose`: fragments in lists and the lines they hang from are left out;
- `sentences`: every item is a sentence;
- `clauses`: the fragments of a list are one sentence with the line they hang from.

The headline is the middle one of the three, or the lower of two where a zone is nearly all list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evals.readability.formulas import Counts, consensus, grades
from evals.readability.structure import Sentence


@dataclass(frozen=True, slots=True)
class Grades:
    """The grades of one zone, by treatment and formula. A treatment that leaves too little text is absent."""

    by_treatment: Mapping[str, Mapping[str, float]]

    @property
    def headline(self) -> Mapping[str, float]:
        """The grade by each formula under the treatment with the middle consensus."""
        # Ties go to the treatment named first; the order of the dictionary is fixed.
        ranked = sorted(self.by_treatment.values(), key=consensus)
        return ranked[(len(ranked) - 1) // 2]

    @property
    def consensus(self) -> float:
        """The headline grade."""
        return consensus(self.headline)

    @property
    def spread(self) -> float:
        """How many grades the treatments lie apart."""
        found = [consensus(by_formula) for by_formula in self.by_treatment.values()]
        return max(found) - min(found)

    @property
    def interval(self) -> tuple[float, float]:
        """The lowest and the highest grade over formulas and treatments."""
        found = [grade for by_formula in self.by_treatment.values() for grade in by_formula.values()]
        return min(found), max(found)


def grade_zone(
    sentences: Sequence[Sentence], counts: Sequence[Counts], fewest_sentences: int, fewest_words: int
) -> Grades | None:
    """The grades of a zone, or None when it has too few sentences or words. `counts` go with `sentences`."""
    pairs = list(zip(sentences, counts, strict=True))
    by_treatment: dict[str, Mapping[str, float]] = {}
    for name, total in _treatments(pairs):
        if total.sentences >= fewest_sentences and total.words >= fewest_words and (found := grades(total)):
            by_treatment[name] = found
    return Grades(by_treatment) if by_treatment else None


def _treatments(pairs: Sequence[tuple[Sentence, Counts]]) -> Iterator[tuple[str, Counts]]:
    all_words = _total(pairs)
    yield "sentences", all_words
    joined = sum(1 for sentence, counts in pairs if sentence.stem is not None and counts.words)
    yield "clauses", replace(all_words, sentences=all_words.sentences - joined)
    yield "prose", _total([(s, c) for s, c in pairs if not s.fragment and not s.opens_list])


def _total(pairs: Sequence[tuple[Sentence, Counts]]) -> Counts:
    total = Counts()
    for _, counts in pairs:
        # A line of symbols or a web address is no sentence.
        total += replace(counts, sentences=1 if counts.words else 0)
    return total
