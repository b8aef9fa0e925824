"""What the codes of findings and danger signs stand for, in a few words and in a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from evals.lexicons import load_yaml
from evals.report.facts import all_findings
from evals.report.inert import one_line
from evals.store import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One code, its short name, and one sentence on what it means. A code that nobody described has no name."""

    id: str
    name: str
    meaning: str


@cache
def known_rules() -> Mapping[str, Rule]:
    """The described codes in the order of the lexicon `rules.yaml`.

    Raises:
        UserError: the lexicon is missing or cannot be read.
    """
    rows = load_yaml("rules")["rules"]
    return {row["id"]: Rule(id=row["id"], name=row["name"], meaning=row["meaning"]) for row in rows}


def rule_name(code: str) -> str:
    """The short name of a code; "" where nobody described it."""
    rule = known_rules().get(code)
    return rule.name if rule else ""


def legend(run: Run) -> tuple[Rule, ...]:
    """The codes that occur in a run: those described, in the order of the lexicon, then the others."""
    known, here = known_rules(), frozenset(_codes(run))
    unknown = sorted(code for code in here if code not in known)
    return (
        *(rule for code, rule in known.items() if code in here),
        *(Rule(id=one_line(code, 80), name="", meaning="No description of this code is at hand.") for code in unknown),
    )


def _codes(run: Run) -> Iterator[str]:
    for item in run.items:
        yield from (finding.rule for finding in all_findings(item))
        yield from (flag.id for flag in run.questions[item.answer.question_id].red_flags)
