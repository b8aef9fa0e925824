"""Findings that one run has and another has not: the change, or chance?

A generator that samples gives another answer to the same question without any change; some answers then leave out what
others say. A finding in one run only proves a change where the generator always answers alike. Else it needs more: as
many questions with a new finding, against those that lost one, as the sign test asks for (McNemar's, by question
cluster). Without a change both are equally likely, whatever the generator's rate of such findings.
"""

from collections.abc import Collection, Mapping
from typing import Any

from evals.gate.wording import count
from evals.stats import mcnemar

SETTLE = (
    "Someone who reads these answers; or runs that ask each question several times (--repeats 3, baseline and change): "
    "what the baseline's answers leave out now and then is not new."
)

_ALIKE = ("composer", "recorded")
"""Generators that give one answer to one question."""


def answers_vary(manifest: Mapping[str, Any]) -> bool:
    """Whether the run's generator may answer a question otherwise without any change.

    A model asked at temperature 0 counts as one that does not; one whose temperature is not said, as one that does.
    """
    generator: dict[str, Any] = manifest.get("signatures", {}).get("subject", {}).get("generator", {})
    if generator.get("name") in _ALIKE:
        return False
    settings: dict[str, Any] = generator.get("settings") or {}
    parameters: dict[str, Any] = settings.get("parameters") or {}
    return parameters.get("temperature") != 0


def more_than_chance(worse: Collection[str], better: Collection[str], confidence: float) -> bool:
    """Whether so many question clusters with new findings, and so few that lost one, show a change for the worse."""
    worse, better = set(worse), set(better)
    new, gone = len(worse - better), len(better - worse)
    return new > gone and mcnemar(new, gone) < 1.0 - confidence


def said(new: int, gone: int) -> str:
    """Why new findings do not fail by themselves."""
    return (
        f"this generator's answers vary without any change: {count(new, 'question')} with a finding that the baseline "
        f"has not, {gone:,} with one that only the baseline has; chance can do that"
    )
