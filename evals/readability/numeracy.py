"""Numbers that most readers cannot use: bare ratios, comparisons without a base, sums left to do, changing totals."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.readability.structure import Sentence
from evals.records import Severity
from evals.words import lowered

# What a chance is told by ("1 in 8", "two of ten"): without one of these there is none.
_FIGURE = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine)\b")
_WORDS = {"ten": "10", "twenty": "20", "a hundred": "100", "one hundred": "100", "a thousand": "1000"}


@dataclass(frozen=True, slots=True)
class NumberFlag:
    """An unclear number at `text[start:end]`: what is wrong with it, in words for its writer."""

    kind: str
    severity: Severity
    start: int
    end: int
    message: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The flags of a text, and whether it tells chances or comparisons at all."""

    flags: tuple[NumberFlag, ...]
    told: bool

    def count(self, kind: str) -> int:
        """How many flags of a kind there are."""
        return sum(flag.kind == kind for flag in self.flags)


KINDS = ("ratio", "statistics", "relative", "calculation", "percent_only", "mixed")
"""The kinds of flag."""


def check_numbers(text: str, sentences: Sequence[Sentence]) -> Numbers:
    """The unclear numbers of some sentences, in order."""
    lower = lowered(text)
    flags = list(_in_sentences(text, lower, sentences))
    shares = [m for s in sentences if "%" in text[s.start : s.end] or "per" in text[s.start : s.end]
              for m in _percents(text, s)]  # fmt: skip
    counted = [s for s in sentences if _FIGURE.search(lower, s.start, s.end)]
    frequencies = [m for s in counted for m in _pattern("frequency").finditer(text, s.start, s.end)]
    messages = load_yaml("readability_style.yaml")["numbers_messages"]
    taken = [(flag.start, flag.end) for flag in flags]
    alone = [m for m in shares if not any(start <= m.start() < end for start, end in taken)]
    if alone and not frequencies:
        first = alone[0]
        shown = messages["percent_only"].format(found=first.group())
        flags.append(NumberFlag("percent_only", "info", first.start(), first.end(), shown))
    if mixed := _mixed(frequencies, messages["mixed"]):
        flags.append(mixed)
    told = bool(flags or shares or frequencies)
    return Numbers(tuple(sorted(flags, key=lambda flag: (flag.start, flag.kind))), told)


def _in_sentences(text: str, lower: str, sentences: Sequence[Sentence]) -> Iterator[NumberFlag]:
    cued = [rule for rule in _rules() if any(cue in lower for cue in rule["cue"])]
    for number, sentence in enumerate(sentences) if cued else ():
        told = lower[sentence.start : sentence.end]
        for rule in cued:
            if not any(cue in told for cue in rule["cue"]):
                continue
            found = rule["pattern"].search(text, sentence.start, sentence.end)
            if found and not (rule["id"] == "relative" and _has_base(text, sentences, number)):
                shown = rule["message"].format(found=" ".join(found.group().split()))
                yield NumberFlag(rule["id"], rule["severity"], found.start(), found.end(), shown)


def _has_base(text: str, sentences: Sequence[Sentence], number: int) -> bool:
    """Whether the chances themselves stand in this sentence or beside it."""
    near = sentences[max(0, number - 1) : number + 2]
    return any(_pattern("absolute").search(text, s.start, s.end) for s in near)


def _percents(text: str, sentence: Sentence) -> Iterator[re.Match[str]]:
    if _pattern("percent_of_people").search(text, sentence.start, sentence.end):
        yield from _pattern("percent").finditer(text, sentence.start, sentence.end)


def _mixed(frequencies: Sequence[re.Match[str]], message: str) -> NumberFlag | None:
    """Chances out of different totals ("1 in 8" and "3 in 1,000"): marked at the first that differs."""
    totals = [_total(match) for match in frequencies]
    for match, total in zip(frequencies, totals, strict=True):
        if total != totals[0]:
            shown = " and ".join(f"{int(t):,}" for t in dict.fromkeys(totals))
            return NumberFlag("mixed", "minor", match.start(), match.end(), message.format(totals=shown))
    return None


def _total(match: re.Match[str]) -> str:
    said = " ".join(match.group("of").lower().split())
    # Longer "totals" are no chances; the digits stay a number either way.
    return _WORDS.get(said, said.replace(",", "")[:15].lstrip("0") or "0")


@cache
def _rules() -> tuple[Mapping, ...]:
    rules = load_yaml("readability_style.yaml")["numbers"]
    return tuple({**rule, "pattern": re.compile(rule["pattern"], re.IGNORECASE)} for rule in rules)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(load_yaml("readability_style.yaml")[name])
