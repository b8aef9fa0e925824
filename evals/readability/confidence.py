"""How far a grade can be trusted, and why not further."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evals.lexicons import load_yaml
from evals.readability.language import NAMES
from evals.readability.variants import Grades
from evals.readability.zones import Zone

Level = Literal["high", "medium", "low"]
LEVELS: tuple[Level, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Confidence:
    """A level and the doubts behind it, the gravest first."""

    level: Level
    doubts: tuple[str, ...]


def confidence_of(body: Zone, masked: Grades, others: Mapping[str, float]) -> Confidence:
    """Low for short texts, wide spreads and mixed languages; medium where one of these is near. `others`: shares of
    words of other languages."""
    rules = load_yaml("readability.yaml")["confidence"]
    grave: list[str] = []
    light: list[str] = []
    spread, span = masked.spread, masked.interval[1] - masked.interval[0]
    if body.spoken < rules["low"]["sentences"] and body.words < rules["low"]["words"]:
        grave.append(f"only {body.spoken} sentences and {body.words} words")
    elif body.spoken < rules["medium"]["sentences"] and body.words < rules["medium"]["words"]:
        light.append(f"{body.spoken} sentences and {body.words} words, fewer than the formulas were made for")
    if spread > rules["low"]["spread"]:
        grave.append(f"ways to treat its lists differ by {spread:.1f} grades")
    elif spread > rules["medium"]["spread"]:
        light.append(f"ways to treat its lists differ by {spread:.1f} grades")
    if span > rules["medium"]["formulas"]:
        light.append(f"formulas differ by {span:.1f} grades")
    if body.listed > rules["medium"]["listed"]:
        (grave if body.listed > rules["low"]["listed"] else light).append(f"{body.listed:.0%} of it is list items")
    for language, share in others.items():
        if share > rules["medium"]["language"]:
            level = grave if share > rules["low"]["language"] else light
            level.append(f"some of it reads as {NAMES[language]}")
    # Two light doubts make no grave one: each says that the grade may be a little off.
    return Confidence("low" if grave else "medium" if light else "high", (*grave, *light))
