"""Policy files: the rules by which a run passes, each with the reason why it is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

from evals.errors import UserError, did_you_mean
from evals.parse import parse
from evals.plain_yaml import plain_yaml
from evals.records import STRICT, Severity
from evals.tables import read_text

Field = Literal["topic", "cancer", "risk", "intent", "language"]
Reaction = Literal["warn", "undecided", "fail"]
Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """What every rule may say. `where` keeps the rule to a slice, `by` decides each value of a field by itself.

    `few`: what a slice with too few questions for an interval does: "undecided", or "told" (shown, decides nothing).
    """

    because: str
    id: str = ""
    where: Mapping[Field, Value] = field(default_factory=dict[Field, Value])
    by: Field | None = None
    few: Literal["undecided", "told"] = "undecided"

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Every(Common):
    """Each single answer must reach a value of these measures (`at_least`), or stay below one (`at_most`)."""

    every: Value
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Findings of a scorer: of these rules (all when none is named), and of this severity or graver."""

    scorer: str
    rules: tuple[str, ...] = ()
    severity: Severity = "info"

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Never(Common):
    """No answer may have such a finding; with `new_only`, none that the baseline's answer had not."""

    never: Findings
    new_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoWorse(Common):
    """The mean of a measure must not have fallen by more than `margin`, in the measure's own unit."""

    no_worse: str
    margin: float
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast(Common):
    """A bound of the interval of a mean must be at least `value`."""

    at_least: str
    value: float
    bound: Literal["low", "mean", "high"] = "low"
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtMost(Common):
    """A bound of the interval of a mean must be at most `value`."""

    at_most: str
    value: float
    bound: Literal["low", "mean", "high"] = "high"
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage(Common):
    """The share of planned answers that each of these scorers (all when none is named) must have looked at.

    "looked": it gave a score or said why there is none; "scored": it gave a score. `below` is what too little does. The
    baseline's questions that were not asked any more count as not looked at.
    """

    coverage: float
    scorers: tuple[str, ...] = ()
    count: Literal["looked", "scored"] = "looked"
    below: Literal["undecided", "fail"] = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost(Common):
    """What the run, or one answer of it, may cost: at most so many US dollars, or so many times the baseline's."""

    cost: Literal["run", "answer"]
    at_most: float | None = None
    times_baseline: float | None = None


Rule = Every | Never | NoWorse | AtLeast | AtMost | Coverage | Cost
# In this order: `every` and `cost` have limits that are named like the last two kinds.
KINDS: Mapping[str, type[Rule]] = {
    "every": Every, "never": Never, "no_worse": NoWorse, "coverage": Coverage, "cost": Cost, "at_least": AtLeast,
    "at_most": AtMost,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of a gate.

    `unsigned`: what a finding does that rests on a passage no clinician has signed. `unscored`: what an answer does
    that a scorer could not score in the baseline either (one it could then, and cannot now, never counts as good).
    """

    name: str
    description: str = ""
    source: str
    confidence: float = 0.95
    unsigned: Reaction = "warn"
    unscored: Literal["warn", "undecided"] = "warn"
    rules: tuple[Any, ...]

    __pydantic_config__ = STRICT


def kind_of(rule: Rule) -> str:
    """The key that says what kind of rule it is."""
    return next(name for name, kind in KINDS.items() if isinstance(rule, kind))


def load_policy(path: Path) -> Policy:
    """The policy in a YAML file.

    Raises:
        UserError: the file is not YAML, or a rule or field is unknown, missing, of the wrong kind, or out of range.
    """
    values = _read(path)
    rules = values.get("rules")
    if not isinstance(rules, list) or not rules:
        raise UserError(f"{path}", "field 'rules' is missing or empty", "a list of rules")
    listed = cast("list[object]", rules)
    named = tuple(_named(_rule(row, f"{path}: rule {n}"), n) for n, row in enumerate(listed, start=1))
    policy = parse(Policy, {**values, "rules": named}, str(path))
    for rule in policy.rules:
        _check(rule, f"{path}: rule {rule.id!r}")
    _between(policy.confidence, 0.5, 0.999, f"{path}: confidence")
    ids = [rule.id for rule in policy.rules]
    if twice := sorted({one for one in ids if ids.count(one) > 1}):
        raise UserError(str(path), f"two rules have the id {twice[0]!r}", "an id of its own for each rule")
    return policy


def _read(path: Path) -> dict[str, Any]:
    values = plain_yaml(read_text(path), str(path))
    if not isinstance(values, dict):
        raise UserError(str(path), "not a mapping", "lines of `field: value`")
    return cast("dict[str, Any]", values)


def _rule(found: object, where: str) -> Rule:
    if not isinstance(found, dict):
        raise UserError(where, f"a {type(found).__name__}", "a mapping such as {no_worse: faithfulness, margin: 0.1}")
    row = cast("dict[str, Any]", found)
    kind = next((name for name in KINDS if name in row), None)
    if kind is None:
        first = str(next(iter(row), ""))
        raise UserError(where, f"no kind of rule ({first!r})", "", did_you_mean(first, KINDS))
    rule = parse(KINDS[kind], row, where)
    if not rule.because.strip():
        raise UserError(where, "field 'because' is empty", "the reason for the rule in words")
    return rule


def _named(rule: Rule, number: int) -> Rule:
    """The rule with an id: its own, else one made of its kind and what it is about."""
    from dataclasses import replace

    if rule.id:
        return rule
    about = getattr(rule, kind_of(rule))
    told = about if isinstance(about, str) else str(number)
    return replace(rule, id=f"{kind_of(rule)} {told}")


def _check(rule: Rule, where: str) -> None:
    if isinstance(rule, Every | Cost):
        limits = (rule.at_least, rule.at_most) if isinstance(rule, Every) else (rule.at_most, rule.times_baseline)
        names = ("at_least", "at_most") if isinstance(rule, Every) else ("at_most", "times_baseline")
        if sum(limit is not None for limit in limits) != 1:
            raise UserError(where, "no limit, or two", f"one of {names[0]} and {names[1]}")
    if isinstance(rule, NoWorse) and not 0 < rule.margin < float("inf"):
        raise UserError(where, f"field 'margin' is {rule.margin}", "a number above 0, in the measure's own unit")
    if isinstance(rule, Coverage):
        _between(rule.coverage, 0.0, 1.0, f"{where}: coverage")
    confidence = getattr(rule, "confidence", None)
    if confidence is not None:
        _between(confidence, 0.5, 0.999, f"{where}: confidence")


def _between(value: float, low: float, high: float, where: str) -> None:
    if not low <= value <= high:  # false for NaN too
        raise UserError(where, f"{value}", f"a number from {low} to {high}")
