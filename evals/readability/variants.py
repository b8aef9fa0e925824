"""Sentences of a zone -> its grades, under each way to treat lists.

No formula was made for lists. Bullets counted as sentences lower a grade, bullets run together raise it; so a zone is
graded three ways, and how far these lie apart is reported as the spread:

- `prose`: fragments in lists and the lines they hang from are left out;
- `sentences`: every item is a sentence;
- `clauses`: the fragments of a list are one sentence with the line they hang from.

Items that are sentences count as sentences in all three: writing prose as bullets changes nothing. The headline is the
middle one of the three, or the lower of two where a zone is nearly all list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from evals.readability.formulas import Counts, consensus, grades, with_names
from evals.readability.structure import Sentence

TREATMENTS = ("sentences", "clauses", "prose")


@dataclass(frozen=True, slots=True)
class Grades:
    """The grades of one zone, by treatment and formula. A treatment that leaves too little text is absent.

    `headline` holds the grades under the treatment with the middle consensus; `counts` are that treatment's sums.
    """

    by_treatment: Mapping[str, Mapping[str, float]]
    headline: Mapping[str, float]
    counts: Counts

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
    graded: list[tuple[str, Mapping[str, float], Counts]] = []
    before: tuple[Counts, Counts, Mapping[str, float]] | None = None
    for name, sums in _treatments(pairs):
        # Without lists the treatments are one.
        total, found = before[1:] if before and before[0] is sums else _graded(sums)
        before = sums, total, found
        if total.sentences >= fewest_sentences and total.words >= fewest_words and found:
            graded.append((name, found, total))
    if not graded:
        return None
    # Ties go to the treatment named first; sorting is stable.
    ranked = sorted(graded, key=lambda entry: consensus(entry[1]))
    _, headline, total = ranked[(len(ranked) - 1) // 2]
    return Grades({name: found for name, found, _ in graded}, headline, total)


def _graded(sums: Counts) -> tuple[Counts, Mapping[str, float]]:
    total = with_names(sums)
    return total, grades(total)


def _treatments(pairs: Sequence[tuple[Sentence, Counts]]) -> Iterator[tuple[str, Counts]]:
    all_words = _total(pairs)
    yield "sentences", all_words
    joined = sum(1 for sentence, counts in pairs if sentence.stem is not None and counts.words)
    yield "clauses", replace(all_words, sentences=all_words.sentences - joined) if joined else all_words
    prose = [(s, c) for s, c in pairs if not s.fragment and not s.opens_list]
    yield "prose", all_words if len(prose) == len(pairs) else _total(prose)


def _total(pairs: Sequence[tuple[Sentence, Counts]]) -> Counts:
    # A line of symbols or a web address is no sentence.
    spoken = [c for _, c in pairs if c.words]
    return Counts(
        len(spoken),
        sum([c.words for c in spoken]),
        sum([c.syllables for c in spoken]),
        sum([c.polysyllables for c in spoken]),
        sum([c.complex for c in spoken]),
        sum([c.letters for c in spoken]),
        sum([c.characters for c in spoken]),
        sum([c.unfamiliar for c in spoken]),
        sum([c.figures for c in spoken]),
        sum([c.names for c in spoken]),
        sum([c.longer for c in spoken]),
    )
