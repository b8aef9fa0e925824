"""The same defect as a scorer and as a clinician sees it: does either call the answer faulty?"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from evals.lexicons import load_yaml
from evals.records import SEVERITIES
from evals.review.records import Content


@cache
def rules() -> Mapping[str, Any]:
    """`datasets/review/machine.yaml`."""
    return load_yaml("datasets/review/machine.yaml")


def machine_flag(machine: Mapping[str, Any], scorer: str) -> bool | None:
    """Whether a scorer calls an answer faulty; None where it did not or could not look."""
    told = machine["scorers"].get(scorer)
    if told is None or told["status"] not in ("scored", "unscored"):
        return None
    wanted = rules()["scorers"][scorer]
    # In another language than English "unscored" may mean that the scorer cannot read it.
    quiet = wanted.get("unscored") == "quiet" and machine["language"] == "en"
    if told["status"] == "unscored" and not quiet and not told["findings"]:
        return None
    flags = wanted["flags"]
    if "below" in flags:
        return None if told["value"] is None else told["value"] < flags["below"]
    least = SEVERITIES.index(flags["severity"])
    return any(SEVERITIES.index(finding["severity"]) >= least for finding in told["findings"])


def any_flag(machine: Mapping[str, Any], scorers: Sequence[str]) -> bool | None:
    """Whether any of these scorers calls an answer faulty; None where none of them looked."""
    told = [flag for scorer in scorers if (flag := machine_flag(machine, scorer)) is not None]
    return any(told) if told else None


def clinician_flag(content: Content, rule: Mapping[str, Any]) -> bool | None:
    """Whether a review calls an answer faulty by a rule's `scale` and `levels` or its `codes`; None if unjudged."""
    if content.outside_expertise:
        return None
    if any(mark.code in rule.get("codes", ()) for mark in content.marks if mark.code):
        return True
    scale = rule.get("scale", "accuracy")  # tags alone are set, or not, by those who are asked for accuracy
    level = content.ratings.get(scale)
    if level is None:
        return None
    return level in rule["levels"] if "levels" in rule else False


def settled_flag(contents: Sequence[Content], rule: Mapping[str, Any]) -> float | None:
    """The share of clinicians that call an answer faulty; None where nobody judged it."""
    told = [flag for content in contents if (flag := clinician_flag(content, rule)) is not None]
    return sum(told) / len(told) if told else None
