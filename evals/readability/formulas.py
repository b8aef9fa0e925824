"""Counts of a text -> school grades, by the published formulas. Pure arithmetic: every value can be checked by hand.

Each formula sees only sums, so treatments of a text differ in sums alone. Sources: Flesch–Kincaid, Kincaid et al. 1975;
SMOG, McLaughlin 1969; Gunning Fog, Gunning 1952; Coleman–Liau, Coleman and Liau 1975; ARI, Smith and Senter 1967. The
Dale–Chall formula is left out: its word list has no clear licence.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

CONSENSUS = ("smog", "flesch_kincaid", "coleman_liau", "gunning_fog")
FORMULAS = (*CONSENSUS, "ari")


@dataclass(frozen=True, slots=True)
class Counts:
    """What the formulas need of a text.

    `polysyllables` have three syllables or more; `complex` are Fog's hard words; `letters` are letters only,
    `characters` letters and digits.
    """

    sentences: int = 0
    words: int = 0
    syllables: int = 0
    polysyllables: int = 0
    complex: int = 0
    letters: int = 0
    characters: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.sentences + other.sentences,
            self.words + other.words,
            self.syllables + other.syllables,
            self.polysyllables + other.polysyllables,
            self.complex + other.complex,
            self.letters + other.letters,
            self.characters + other.characters,
        )


def flesch_kincaid(c: Counts) -> float:
    return 0.39 * c.words / c.sentences + 11.8 * c.syllables / c.words - 15.59


def smog(c: Counts) -> float:
    return 1.0430 * math.sqrt(c.polysyllables * 30 / c.sentences) + 3.1291


def gunning_fog(c: Counts) -> float:
    return 0.4 * (c.words / c.sentences + 100 * c.complex / c.words)


def coleman_liau(c: Counts) -> float:
    return 0.0588 * (100 * c.letters / c.words) - 0.296 * (100 * c.sentences / c.words) - 15.8


def ari(c: Counts) -> float:
    return 4.71 * c.characters / c.words + 0.5 * c.words / c.sentences - 21.43


def grades(c: Counts) -> Mapping[str, float]:
    """The grade by each formula, floored at 0; empty when there is no word or no sentence to divide by."""
    if not c.words or not c.sentences:
        return {}
    values = {
        "smog": smog(c),
        "flesch_kincaid": flesch_kincaid(c),
        "coleman_liau": coleman_liau(c),
        "gunning_fog": gunning_fog(c),
        "ari": ari(c),
    }
    # Below 0 a formula says only "very easy"; the amount would pull a median about for no reason.
    return {name: max(0.0, value) for name, value in values.items()}


def consensus(by_formula: Mapping[str, float]) -> float:
    """The median of SMOG, Flesch–Kincaid, Coleman–Liau and Gunning Fog: the mean of the middle two."""
    return median(by_formula[name] for name in CONSENSUS)
