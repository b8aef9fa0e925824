"""Readability: grades by zone and formula, hard words and whether they are explained, numbers, voice, things to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from evals.lexicons import load_yaml
from evals.readability import easy, syllables
from evals.readability.actions import kinds
from evals.readability.confidence import LEVELS
from evals.readability.findings import findings_of
from evals.readability.formulas import FORMULAS, dale_chall_score, middle
from evals.readability.jargon import Jargon
from evals.readability.numeracy import KINDS
from evals.readability.pemat import ACTIONABILITY, UNDERSTANDABILITY, share
from evals.readability.profile import VERSION, Profile, many, profile
from evals.readability.zones import SMALL_ZONES
from evals.records import Case, Score, Unscored
from evals.scorers import Measure

_NAMES = {
    "smog": "SMOG", "flesch_kincaid": "Flesch–Kincaid", "dale_chall": "Dale–Chall", "coleman_liau": "Coleman–Liau",
    "gunning_fog": "Gunning Fog", "ari": "ARI",
}  # fmt: skip
_GRADE = "US school grade"
_CLASSES = {"A": "technical words", "B": "everyday words with a clinical meaning", "C": "short forms"}
_NUMBERS = {
    "ratio": "bare hazard, odds or risk ratios", "statistics": "intervals and p-values",
    "relative": "comparisons without the chance itself", "calculation": "sums left to the reader",
    "percent_only": "1 when chances are told in percent only", "mixed": "1 when chances are out of different totals",
}  # fmt: skip


def _grade_measures() -> Mapping[str, Measure]:
    masked = "with each drug, gene and eponym as one two-syllable word"
    found = {
        "grade": Measure(
            "consensus grade of the body as written: SMOG, Flesch–Kincaid, Dale–Chall, Coleman–Liau", _GRADE, "down"
        ),
        "grade_masked": Measure(f"the same {masked}", _GRADE, "down"),
        "grade_median": Measure("median of the same four formulas, names masked", _GRADE, "down"),
    }
    for key in FORMULAS:
        found[key] = Measure(f"{_NAMES[key]} grade of the body as written", _GRADE, "down")
        found[f"{key}_masked"] = Measure(f"{_NAMES[key]} grade of the body with names masked", _GRADE, "down")
    found["dale_chall_score"] = Measure("Dale–Chall score (no grade) of the body as written", "points", "down")
    for zone in SMALL_ZONES:
        found[f"grade_{zone}"] = Measure(f"masked consensus grade of the {zone} zone; null without it", _GRADE, "down")
    return found | {
        "grade_low": Measure("lowest masked grade over all formulas and ways to treat lists", _GRADE, "down"),
        "grade_high": Measure("highest masked grade over all formulas and ways to treat lists", _GRADE, "down"),
        "spread": Measure("how far the ways to treat lists lie apart (masked consensus)", "grades", "down"),
        "confidence": Measure("how far the grade can be trusted: 0 low, 1 medium, 2 high", "0 to 2", "up"),
        "low_confidence": Measure("1 when confidence is low, else 0", "0 or 1", "down"),
        "words": Measure("words in the body", "words", "down"),
        "sentences": Measure("sentences in the body, list items included", "sentences", "up"),
        "list_share": Measure("share of the body's words in list items that are no sentences", "share", "down"),
        "sentence_mean": Measure("mean length of a sentence of the body", "words", "down"),
        "sentence_max": Measure("length of its longest sentence", "words", "down"),
        "normaliser": Measure("version of the text normaliser: sentences, words, syllables, easy words", "", "up"),
    }


def _word_measures() -> Mapping[str, Measure]:
    found = {
        "jargon": Measure("hard words of classes A, B and C in the body, each counted once", "words", "down"),
        "jargon_unexplained": Measure("those not explained where they first stand", "words", "down"),
        "jargon_explained_share": Measure("share of them that is explained; null without any", "share", "up"),
    }
    for kind, what in _CLASSES.items():
        found[f"jargon_{kind.lower()}"] = Measure(f"{what} in the body (class {kind})", "words", "down")
        found[f"jargon_{kind.lower()}_unexplained"] = Measure(f"{what} not explained (class {kind})", "words", "down")
    found["names_unexplained"] = Measure("drugs and genes that nobody says the kind of", "names", "down")
    found["unfamiliar"] = Measure("share of words that a ten-year-old may not know, names masked", "share", "down")
    found["passive"] = Measure("share of finite clauses that are passive", "share", "down")
    found["second_person"] = Measure("share of sentences that speak to the reader", "share", "up")
    for kind in KINDS:
        found[f"number_{kind}"] = Measure(_NUMBERS[kind], "places", "down")
    return found


def _item_measures() -> Mapping[str, Measure]:
    found = {
        "pemat": Measure("share of PEMAT-like understandability items met", "share", "up"),
        "actionability": Measure("share of PEMAT-like actionability items met", "share", "up"),
        "actions": Measure("sentences that tell the reader to do something", "sentences", "up"),
        "action_kinds": Measure("kinds of things to do", "kinds", "up"),
    }
    found |= {f"actions_{kind}": Measure(f"things to do of the kind: {kind}", "sentences", "up") for kind in kinds()}
    names = load_yaml("readability_style.yaml")["pemat"]["items"]
    for number in (*UNDERSTANDABILITY, *ACTIONABILITY):
        meaning = f"PEMAT-like item {number}: {names[number]}; null when it does not apply or needs a person"
        found[f"pemat_{number:02}"] = Measure(meaning, "0 or 1", "up")
    return found


@dataclass(frozen=True)
class Readability:
    """Can most adults read it?"""

    name: ClassVar[str] = "readability"
    version: ClassVar[str] = "2"
    measures: ClassVar[Mapping[str, Measure]] = {**_grade_measures(), **_word_measures(), **_item_measures()}
    method: ClassVar[str] = f"text normaliser {VERSION}; {syllables.METHOD}; {easy.METHOD}"

    def __call__(self, case: Case, /) -> Score | Unscored:
        found = profile(case.answer, case.question.text)
        if isinstance(found, str):
            return Unscored(found)
        return Score(_value(found), _reason(found), _measured(found), findings_of(found, case.answer.text))


def _value(found: Profile) -> float:
    rules = load_yaml("readability.yaml")
    parts, per_hundred = rules["parts"], 100 * len(_bare(found)) / found.body.words
    grade = (rules["hopeless"] - found.masked.consensus) / (rules["hopeless"] - rules["goal"])
    words = 1 - per_hundred / rules["unexplained"]
    items = (share(found.pemat, UNDERSTANDABILITY) or 0.0) / rules["items"]
    told = {"grade": grade, "words": words, "items": items}
    return min(1.0, sum(weight * min(1.0, max(0.0, told[part])) for part, weight in parts.items()))


def _bare(found: Profile) -> list[Jargon]:
    """Hard words to be explained. Those a reader meets everywhere (severity info) are shown and not counted against."""
    return [word for word in found.jargon if not word.explained and word.entry.severity != "info"]


def _reason(found: Profile) -> str:
    low, high = found.masked.interval
    goal, bare = load_yaml("readability.yaml")["goal"], len(_bare(found))
    met = share(found.pemat, UNDERSTANDABILITY)
    doubts = "; ".join(found.confidence.doubts)
    return (
        f"About US grade {found.masked.consensus:.1f} with drug and gene names set aside, {found.raw.consensus:.1f} "
        f"with them (formulas from {low:.1f} to {high:.1f}; goal {goal}); {many(bare, 'hard word')} not explained; "
        f"{met or 0:.0%} of the PEMAT-like items met. {found.confidence.level.capitalize()} confidence"
        + (f": {doubts}" if doubts else "")
    )


def _measured(found: Profile) -> dict[str, float | int | None]:
    return {**_grades(found), **_words(found), **_items(found)}


def _grades(found: Profile) -> dict[str, float | int | None]:
    body = found.body
    lengths = [len(words) for words in body.raw_words if words]
    low, high = found.masked.interval
    level = LEVELS.index(found.confidence.level)
    measures: dict[str, float | int | None] = {"grade": found.raw.consensus, "grade_masked": found.masked.consensus}
    measures["grade_median"] = middle(found.masked.headline)
    for key in FORMULAS:
        measures |= {key: found.raw.headline[key], f"{key}_masked": found.masked.headline[key]}
    for zone, graded in found.zones.items():
        measures[f"grade_{zone}"] = graded.consensus if graded else None
    return measures | {
        "dale_chall_score": dale_chall_score(found.raw.counts), "grade_low": low, "grade_high": high,
        "spread": found.masked.spread, "confidence": level, "low_confidence": int(level == 0), "words": body.words,
        "sentences": body.spoken, "list_share": body.listed, "sentence_mean": sum(lengths) / len(lengths),
        "sentence_max": max(lengths), "normaliser": VERSION,
    }  # fmt: skip


def _words(found: Profile) -> dict[str, float | int | None]:
    hard = [word for word in found.jargon if word.kind != "name"]
    bare = [word for word in hard if not word.explained]
    measures: dict[str, float | int | None] = {
        "jargon": len(hard), "jargon_unexplained": len(bare),
        "jargon_explained_share": 1 - len(bare) / len(hard) if hard else None,
        "names_unexplained": sum(word.kind == "name" and not word.explained for word in found.jargon),
        "unfamiliar": found.masked.counts.unfamiliar / found.masked.counts.words,
        "passive": found.voice.passive_share, "second_person": found.voice.second_person_share,
    }  # fmt: skip
    for kind in _CLASSES:
        measures[f"jargon_{kind.lower()}"] = sum(word.kind == kind for word in hard)
        measures[f"jargon_{kind.lower()}_unexplained"] = sum(word.kind == kind for word in bare)
    return measures | {f"number_{kind}": found.numbers.count(kind) for kind in KINDS}


def _items(found: Profile) -> dict[str, float | int | None]:
    told = [action.kind for action in found.actions]
    measures: dict[str, float | int | None] = {
        "pemat": share(found.pemat, UNDERSTANDABILITY), "actionability": share(found.pemat, ACTIONABILITY),
        "actions": len(told), "action_kinds": len(set(told)),
    }  # fmt: skip
    measures |= {f"actions_{kind}": told.count(kind) for kind in kinds()}
    return measures | {f"pemat_{number:02}": value for number, value in found.pemat.items()}
