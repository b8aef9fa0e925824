"""The overreach rules and the patterns that find them, from `datasets/lexicons/overreach*.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.overreach.cues import MASK, SIGNS, Cue, Index
from evals.overreach.families import Families
from evals.overreach.grams import Needed, Sieve, needed_by
from evals.records import SEVERITIES, Severity

_WORDS, _PATTERNS, _RULES = "overreach_words.yaml", "overreach_patterns.yaml", "overreach.yaml"
_FOLDER = "datasets/lexicons/"
_KEYS = frozenset(
    {
        "needs",
        "find",
        "also",
        "unless",
        "near",
        "not_near",
        "even",
        "severity",
        "never_event",
        "directive",
        "plain",
        "sure",
    }
)
_EMPTY: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its name, its source in public law or guidance, and what a clinician is told.

    `never_event`: what a policy forbids outright, or "". `severity` holds unless a pattern says otherwise.
    """

    id: str
    name: str
    severity: Severity
    source: str
    message: str
    never_event: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to break a rule.

    `needs`: its cues, as a number of `index()`; `grams`: what its sentence must hold too. `also` must be found in it
    as well; `unless` undoes it when found in it; `near` must, `not_near` must not, be found in the sentences around it.
    `even`: scopes that do not excuse it. `directive`: it tells the reader what to do about treatment, so that it undoes
    a notice (O1). `sure`: so plain that the second reader's opinion does not undo it; `plain`: tried even where that
    reader hears nothing.
    """

    rule: str
    find: re.Pattern[str]
    needs: int
    grams: Needed
    also: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]
    near: re.Pattern[str] | None
    not_near: re.Pattern[str] | None
    even: frozenset[str]
    severity: Severity | None
    never_event: str | None
    directive: bool
    sure: bool
    plain: bool


@cache
def load_rules() -> Mapping[str, Rule]:
    """The rules by id.

    Raises:
        UserError: a field is missing, unknown or out of its range.
    """
    rules: dict[str, Rule] = {}
    for row in load_yaml(_RULES)["rules"]:
        where = f"{_FOLDER}{_RULES}: rule {row.get('id')!r}"
        try:
            rule = Rule(**row)
        except TypeError as error:
            raise UserError(where, str(error).removeprefix("Rule.__init__() "), "the fields of other rules") from error
        _check(where, rule.severity, get_args(Severity))
        rules[rule.id] = rule
    return rules


@cache
def families() -> Families:
    """The word families of all rules."""
    lexicon = load_yaml(_WORDS)
    return Families(lexicon["words"], lexicon["shapes"], _FOLDER + _WORDS)


@cache
def index() -> Index:
    """The cues of all patterns."""
    return Index()


@cache
def load_patterns() -> tuple[Pattern, ...]:
    """The patterns in order.

    Raises:
        UserError: a key, rule, family or scope is unknown, or a regular expression is none.
    """
    found: list[Pattern] = []
    for rule, rows in load_yaml(_PATTERNS)["rules"].items():
        for number, row in enumerate(rows, start=1):
            found.append(_pattern(rule, row, f"{_FOLDER}{_PATTERNS}: {rule}, pattern {number}"))
    return tuple(found)


@cache
def sieve() -> Sieve:
    """Which of the patterns may match a sentence."""
    return Sieve([pattern.grams for pattern in load_patterns()])


@cache
def plain_places() -> tuple[int, ...]:
    """The places of the plain patterns among all."""
    return tuple(place for place, pattern in enumerate(load_patterns()) if pattern.plain)


@cache
def scope(name: str) -> re.Pattern[str]:
    """The wording of one scope ("negated", "deferred", …), as a pattern."""
    return families().compile(load_yaml(_RULES)["scopes"][name], f"{_FOLDER}{_RULES}: scope {name!r}")


def _pattern(rule: str, row: Mapping[str, Any], where: str) -> Pattern:
    for key in row:
        _check(where, key, _KEYS)
    _check(where, rule, load_rules())
    if "severity" in row:
        _check(where, row["severity"], SEVERITIES)
    for name in row.get("even", _EMPTY):
        _check(where, name, load_yaml(_RULES)["excuses"])
    find = families().compile(row["find"], where)
    also = tuple(families().compile(one, where) for one in row.get("also", _EMPTY))
    return Pattern(
        rule=rule,
        find=find,
        needs=index().need(_needed(need, where) for need in row.get("needs", _EMPTY)),
        grams=tuple(part for one in (find, *also) for part in needed_by(one.pattern)),
        also=also,
        unless=tuple(families().compile(one, where) for one in row.get("unless", _EMPTY)),
        near=families().compile(row["near"], where) if "near" in row else None,
        not_near=families().compile(row["not_near"], where) if "not_near" in row else None,
        even=frozenset(row.get("even", _EMPTY)),
        severity=row.get("severity"),
        never_event=row.get("never_event"),
        directive=bool(row.get("directive")),
        sure=bool(row.get("sure") or row.get("plain")),
        plain=bool(row.get("plain")),
    )


def _needed(need: str, where: str) -> Cue:
    """The cue of some families, "a|b", of which one may be the names of medicines, "drug"."""
    names = need.split("|")
    for name in names:
        _check(where, name, families().names | {"drug"})
    cue = families().cue(name for name in names if name != "drug")
    return cue | {SIGNS[MASK]} if "drug" in names else cue


def _check(where: str, value: str, allowed: Any) -> None:
    if value not in allowed:
        raise UserError(where, f"unknown {value!r}", fix=did_you_mean(value, allowed))
