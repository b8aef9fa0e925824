"""Counts of a text -> school grades, by the published formulas. Pure arithmetic: every value can be checked by hand.

Each formula sees only sums, so treatments of a text differ in sums alone. Sources: Flesch–Kincaid, Kincaid et al. 1975;
SMOG, McLaughlin 1969; Dale–Chall, Dale and Chall 1948; Coleman–Liau, Coleman and Liau 1975; Gunning Fog, Gunning 1952;
ARI, Smith and Senter 1967.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import median

from evals.lexicons import load_yaml

CONSENSUS = ("smog", "flesch_kincaid", "dale_chall", "coleman_liau")
FORMULAS = (*CONSENSUS, "gunning_fog", "ari")

# Dale and Chall's table from score to grade, its bands joined by straight lines at their middles: (score, grade).
_BANDS = ((4.9, 4.0), (5.5, 5.5), (6.5, 7.5), (7.5, 9.5), (8.5, 11.5), (9.5, 14.0), (10.5, 16.0))
_CONSTANT = 3.6365
_MANY_UNFAMILIAR = 0.05


@dataclass(frozen=True, slots=True)
class Counts:
    """What the formulas need of a text.

    `polysyllables` have three syllables or more; `complex` are Fog's hard words; `letters` are letters only,
    `characters` letters and digits; `unfamiliar` words that a ten-year-old may not know; `figures` are words without
    a letter; `names` are stand-ins for masked names, `longer` the other words of five letters or more.
    """

    sentences: int = 0
    words: int = 0
    syllables: int = 0
    polysyllables: float = 0
    complex: int = 0
    letters: int = 0
    characters: int = 0
    unfamiliar: float = 0
    figures: int = 0
    names: int = 0
    longer: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.sentences + other.sentences,
            self.words + other.words,
            self.syllables + other.syllables,
            self.polysyllables + other.polysyllables,
            self.complex + other.complex,
            self.letters + other.letters,
            self.characters + other.characters,
            self.unfamiliar + other.unfamiliar,
            self.figures + other.figures,
            self.names + other.names,
            self.longer + other.longer,
        )


def with_names(c: Counts) -> Counts:
    """The counts with each masked name as hard as the other longer words of the same text are on average.

    A name of two easy syllables would make every text easier in which it takes the place of a hard noun, and a hard one
    would make every other text harder; so a name leaves the share of hard words as it finds it.
    """
    if not c.names or not c.longer:
        return c
    rate = c.names / c.longer
    return replace(
        c, unfamiliar=c.unfamiliar * (1 + rate), polysyllables=c.polysyllables * (1 + rate),
    )  # fmt: skip


def flesch_kincaid(c: Counts) -> float:
    return 0.39 * c.words / c.sentences + 11.8 * c.syllables / c.words - 15.59


def smog(c: Counts) -> float:
    return 1.0430 * math.sqrt(c.polysyllables * 30 / c.sentences) + 3.1291


def gunning_fog(c: Counts) -> float:
    return 0.4 * (c.words / c.sentences + 100 * c.complex / c.words)


def coleman_liau(c: Counts) -> float:
    """Over the words that have letters: "0.95" is no easy word for having none."""
    words = c.words - c.figures or 1
    return 0.0588 * (100 * c.letters / words) - 0.296 * (100 * c.sentences / words) - 15.8


def ari(c: Counts) -> float:
    return 4.71 * c.characters / c.words + 0.5 * c.words / c.sentences - 21.43


def dale_chall_score(c: Counts) -> float:
    """The score (not a grade) as most programs give it: the constant is added only above 5% unfamiliar words."""
    constant = _CONSTANT if c.unfamiliar > _MANY_UNFAMILIAR * c.words else 0.0
    return _dale_chall(c) + constant


def dale_chall(c: Counts) -> float:
    """The grade of the authors' table for their score of 1948, from 4 ("4 and below") to 16 ("college graduate").

    The constant is always added, as in 1948: a step at 5% would move a text by a grade and a half for one word.
    """
    score = _dale_chall(c) + _CONSTANT
    above = bisect_right(_BANDS, score, key=lambda band: band[0])
    if above == 0:
        return _BANDS[0][1]
    if above == len(_BANDS):
        return _BANDS[-1][1]
    (low, grade), (high, next_grade) = _BANDS[above - 1], _BANDS[above]
    return grade + (next_grade - grade) * (score - low) / (high - low)


def _dale_chall(c: Counts) -> float:
    return 0.1579 * (100 * c.unfamiliar / c.words) + 0.0496 * c.words / c.sentences


def grades(c: Counts) -> Mapping[str, float]:
    """The grade by each formula, floored at 0; empty when there is no word or no sentence to divide by."""
    if not c.words or not c.sentences:
        return {}
    values = {
        "smog": smog(c),
        "flesch_kincaid": flesch_kincaid(c),
        "dale_chall": dale_chall(c),
        "coleman_liau": coleman_liau(c),
        "gunning_fog": gunning_fog(c),
        "ari": ari(c),
    }
    # Below 0 a formula says only "very easy"; the amount would pull a median about for no reason.
    return {name: max(0.0, value) for name, value in values.items()}


def consensus(by_formula: Mapping[str, float]) -> float:
    """The weighted mean of SMOG, Flesch–Kincaid, Dale–Chall and Coleman–Liau; weights in `readability.yaml`."""
    weights = load_yaml("readability.yaml")["weights"]
    return sum(weights[name] * by_formula[name] for name in CONSENSUS)


def middle(by_formula: Mapping[str, float]) -> float:
    """The median of the same four: the mean of the middle two."""
    return median(by_formula[name] for name in CONSENSUS)
