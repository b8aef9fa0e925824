"""What numbers, units, limits, shares, dates and frequencies look like in a text: patterns made from the lexicons."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from evals.lexicons import load_yaml

Bound = Literal["", "at least", "at most"]
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s+(?:thousand|million|billion)\b)?"


def unit_name(written: str) -> str:
    """A unit's name as the table has it: "pack-years" -> "pack years"."""
    return re.sub(r"[\s.-]+", " ", written.lower()).strip()


@cache
def lexicon() -> Mapping[str, Any]:
    """How numbers are read: units, words, limits."""
    return load_yaml("slot_numbers.yaml")


@cache
def number_words() -> Mapping[str, float]:
    """Spelled numbers with their values."""
    return {str(word): float(value) for word, value in lexicon()["number_words"].items()}


@cache
def months() -> tuple[str, ...]:
    """The first three letters of each month."""
    return tuple(month[:3].lower() for month in lexicon()["months"])


@cache
def units() -> Mapping[str, tuple[str, float, float]]:
    """Kind, factor and offset of every unit, by its name."""
    rows = (*load_yaml("units.yaml")["units"], *lexicon()["units"])
    return {
        name: (row["kind"], float(row.get("factor", 1)), float(row.get("offset", 0)))
        for row in rows
        for name in row["names"]
    }


@cache
def bounds() -> tuple[tuple[Bound, re.Pattern[str], re.Pattern[str]], ...]:
    """For each limit, what stands before a number and what after it ("at least", "or more")."""
    lead, tail = (
        r"(?:(?<!no )(?<!not )\b(?:{})|[{}])\s*(?:age |ages |aged |the age of |day |a |about )?\Z",
        r"\s*(?:\([^)]*\)\s*)?(?:{})\b",
    )
    rows, signs = lexicon()["bounds"], {"at least": "≥>", "at most": "≤<"}
    names: tuple[Bound, ...] = ("at least", "at most")
    return tuple(
        (
            name,
            re.compile(lead.format("|".join(re.escape(p) for p in rows[name]["before"]), signs[name]), re.IGNORECASE),
            re.compile(tail.format("|".join(re.escape(p) for p in rows[name]["after"])), re.IGNORECASE),
        )
        for name in names
    )


@cache
def about() -> re.Pattern[str]:
    """Words before a number that make it approximate."""
    return re.compile(rf"\b(?:{'|'.join(lexicon()['about'])})\s+\Z", re.IGNORECASE)


@cache
def label() -> re.Pattern[str]:
    """Words such as "stage" after which a number is a name."""
    names = "|".join(map(re.escape, (*load_yaml("slot_values.yaml")["labels"], "stage")))
    return re.compile(rf"\b(?:{names})s?\s+(?:\w+\s*(?:,|or|and|to|-)\s*)?\Z", re.IGNORECASE)


@cache
def telephone() -> re.Pattern[str]:
    """Parts of telephone numbers."""
    return re.compile(r"\d{3}-\d{3}-\d{4}|-\d{3,4}-")


@cache
def word_number() -> str:
    """A number in words, as part of a pattern."""
    words = sorted(number_words(), key=len, reverse=True)
    tens = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
    ones = "one|two|three|four|five|six|seven|eight|nine"
    return rf"(?:(?:{tens})[\s-](?:{ones})\b|(?:{'|'.join(map(re.escape, words))})\b)"


@cache
def dates() -> re.Pattern[str]:
    """A month, with its day and year if given."""
    months = "|".join(f"{m}|{m[:3]}\\." for m in lexicon()["months"])
    # Case matters: "may" is a verb.
    return re.compile(rf"\b(?P<month>{months})(?:\s+\d{{1,2}}(?!\d))?(?:,?\s+(?P<year>(?:19|20)\d\d)\b)?")


@cache
def shares() -> re.Pattern[str]:
    """ "Half", "two thirds of", "1 in 8", "9 out of 10"."""
    number = rf"(?:{_DIGITS}|{word_number()})"
    names = "|".join(
        re.escape(name).replace(r"\ ", r"[\s-]+")
        for name in sorted(lexicon()["shares"], key=len, reverse=True)
        if " " in name
    )
    return re.compile(
        rf"(?<![\w.-])(?:(?P<word>half(?!\s+(?:a|an|life|lives)\b)|(?:{names})(?=\s+of\b|\s*[.,;)]|\s*\Z))\b"
        rf"|(?P<part>{number})(?:\s*(?:-|–|to)\s*(?P<top>{number}))?(?:\s+\w+)?\s+(?:in|out\s+of|of|in\s+every|out\s+of\s+every|of\s+every)\s+(?:every\s+|each\s+)?(?P<whole>{number})(?!\s*(?:%|percent|year|month|week|day|hour|minute)))(?![\w]|\.\d)",
        re.IGNORECASE,
    )


@cache
def frequencies() -> re.Pattern[str]:
    """ "Every 3 months", "twice a year", "daily"."""
    number = rf"(?:\d+|{word_number()})"
    unit = "hours?|days?|nights?|mornings?|weeks?|months?|years?"
    words = "|".join(re.escape(w) for w in sorted(lexicon()["frequency_words"], key=len, reverse=True))
    return re.compile(
        rf"\b(?:(?P<word>{words})\b|(?P<every>every|each)\s+(?:(?P<step>other|second|third|{number})\s+)?(?P<unit>{unit})\b"
        rf"|(?P<times>once|twice|{number}\s+times)\s+(?:a|per|each|every|an)\s+(?P<unit2>{unit})\b)",
        re.IGNORECASE,
    )


@cache
def betweens() -> re.Pattern[str]:
    """ "Between ages 45 and 75": only after "between" does "and" make a range."""
    unit = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in sorted(units(), key=len, reverse=True))
    lead, number = "|".join(lexicon()["units_before"]), rf"(?:{_DIGITS}|{word_number()})"
    return re.compile(
        rf"(?<=\bbetween\s)(?:the\s+)?(?:(?P<lead>{lead})\s+(?:of\s+)?)?(?P<low>{number})(?:[\s-]*(?:{unit}))?\s+and\s+(?P<high>{number})"
        rf"(?:[\s-]*(?P<unit>{unit})(?![\w²³]))?(?!\w)",
        re.IGNORECASE,
    )


@cache
def numbers() -> re.Pattern[str]:
    """A number or range with its unit."""
    names = sorted(units(), key=len, reverse=True)
    unit = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+") for name in names)
    lead = "|".join(lexicon()["units_before"])
    number = rf"(?:{_DIGITS}|{word_number()}|an?(?=\s+(?:hour|day|week|month|year)\b))"
    return re.compile(
        rf"(?<![\w./-])(?:(?P<lead>{lead})\s+(?:of\s+)?)?(?P<low>{number})"
        rf"(?:\s*(?:-|–|—|to|through|and\s+up\s+to)\s*(?P<high>{number}))?"
        rf"(?:(?:\s+or\s+(?:more|fewer|less))?[\s-]*(?P<unit>{unit})(?![\w²³]))?(?![\w/]|[-–][A-Za-z](?!ear|ay|eek|onth|our)|\.\d)",
        re.IGNORECASE,
    )
