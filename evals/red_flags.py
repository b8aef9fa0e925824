"""Danger signs in a patient's words, by the patterns of `datasets/lexicons/red_flags.yaml`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from evals.lexicons import load_yaml

Tier = Literal["T0", "T1", "T2"]


@dataclass(frozen=True, slots=True)
class Danger:
    """One raised flag: its tier, what to do in plain words, and whether this person may be in danger now."""

    id: str
    tier: Tier
    do: str
    crisis: bool
    mode: Literal["act", "inform"]


@dataclass(frozen=True, slots=True)
class _Flag:
    id: str
    tier: Tier
    do: str
    crisis: bool
    rules: tuple[tuple[re.Pattern[str], ...], ...]


def find_red_flags(text: str) -> tuple[Danger, ...]:
    """The flags raised by a question and record text, most urgent first, then by id."""
    words = _straight(text)
    general = re.search(load_yaml("red_flags.yaml")["general"], words, re.IGNORECASE | re.DOTALL)
    mode: Literal["act", "inform"] = "inform" if general else "act"
    raised = [
        Danger(flag.id, flag.tier, flag.do, flag.crisis, mode)
        for flag in _flags()
        if any(all(_found(pattern, words) for pattern in rule) for rule in flag.rules)
    ]
    return tuple(sorted(raised, key=lambda danger: (not danger.crisis, danger.tier, danger.id)))


def when_to_call(text: str) -> str | None:
    """What an answer on this topic must say about when to call, though the question names no symptom; or None."""
    words = _straight(text)
    return next((do for do, rule in _topics() if all(pattern.search(words) for pattern in rule)), None)


def _straight(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'")


def _found(pattern: re.Pattern[str], words: str) -> bool:
    negated = _negated()
    return any(not negated.search(words[max(0, hit.start() - 40) : hit.start()]) for hit in pattern.finditer(words))


@cache
def _negated() -> re.Pattern[str]:
    return re.compile(load_yaml("red_flags.yaml")["negated"], re.IGNORECASE)


@cache
def _flags() -> tuple[_Flag, ...]:
    lexicon = load_yaml("red_flags.yaml")
    return tuple(_flag(row, lexicon["therapies"]) for row in lexicon["flags"])


@cache
def _topics() -> tuple[tuple[str, tuple[re.Pattern[str], ...]], ...]:
    lexicon = load_yaml("red_flags.yaml")
    return tuple((" ".join(row["do"].split()), _rule(row["when"], lexicon["therapies"])) for row in lexicon["inform"])


def _rule(patterns: Sequence[str], therapies: Mapping[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(therapies.get(pattern.strip("{}"), pattern), re.IGNORECASE) for pattern in patterns)


def _flag(row: Mapping[str, Any], therapies: Mapping[str, str]) -> _Flag:
    rules = tuple(_rule(rule["all"], therapies) for rule in row["any"])
    return _Flag(row["id"], row["tier"], " ".join(row["do"].split()), bool(row.get("crisis")), rules)
