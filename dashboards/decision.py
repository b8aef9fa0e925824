"""The gate's decision on a run, as the run's folder keeps it, in words and as inert HTML."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import marked
import opened
import streamlit as st

from evals.errors import UserError
from evals.report.rules import rule_name

Rule = Mapping[str, Any]
SIGNS: Mapping[str, str] = {"PASS": "✓ holds", "FAIL": "✗ fails", "UNDECIDED": "? too little evidence"}
HEADLINES: Mapping[str, str] = {
    "PASS": "The gate passed. That is no proof of safety.",
    "FAIL": "The gate failed.",
    "UNDECIDED": "The gate is undecided: there is too little evidence, which is no pass.",
}
_LOOKS = {"PASS": "supported", "FAIL": "contradicted", "UNDECIDED": "partly"}
_CODE = re.compile(r"\b(?:(?:RF|[DEOR])-?\d{1,2}|F-[a-z]+)\b")
_ORDER = ("FAIL", "UNDECIDED", "PASS")
_NEVER = ("never", "every")


def read(folder: Path) -> Mapping[str, Any] | None:
    """The decision kept in a run's folder, None where nobody has run the gate.

    Raises:
        UserError: the file is there and broken.
    """
    path = folder / "gate.json"
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _read(str(path), changed)


@st.cache_data(max_entries=50, show_spinner=False)
def _read(path: str, changed: int) -> dict[str, Any]:  # noqa: ARG001  (keys the cache)
    wanted, fix = "the decision of evals gate", "Run evals gate again."
    try:
        told = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(path, f"cannot be read ({error})", wanted, fix) from error
    if not isinstance(told, dict) or told.get("verdict") not in SIGNS or not isinstance(told.get("policy"), dict):
        raise UserError(path, "no decision", wanted, fix)
    rules = told.get("rules")
    if not isinstance(rules, list) or not all(map(_is_rule, rules)) or not isinstance(told.get("subject"), list):
        raise UserError(path, "no usable rules", wanted, fix)
    return told


def _is_rule(rule: object) -> bool:
    return (
        isinstance(rule, dict)
        and rule.get("verdict") in SIGNS
        and all(isinstance(rule.get(name), str) for name in ("id", "kind", "about", "because", "said", "settle"))
        and isinstance(rule.get("places"), list)
        and all(isinstance(place, dict) and isinstance(place.get("question_id"), str) for place in rule["places"])
    )


def open_rules(told: Mapping[str, Any]) -> list[Rule]:
    """The rules that do not hold, failures first, those that decide nothing last."""
    found = [rule for rule in told["rules"] if rule["verdict"] != "PASS"]
    return sorted(found, key=lambda rule: (not rule.get("decides", True), _ORDER.index(rule["verdict"])))


def never(told: Mapping[str, Any]) -> list[Rule]:
    """The rules on what must never happen, and on what must always be there."""
    return [rule for rule in told["rules"] if rule["kind"] in _NEVER]


def losses(told: Mapping[str, Any]) -> list[Rule]:
    """The rules that held the run against the baseline, measure by measure."""
    return [rule for rule in told["rules"] if isinstance(rule.get("before"), float | int)]


def verdict(name: str) -> str:
    """A rule's outcome: its sign and its words, in its colour."""
    return f"<span class='claim {_LOOKS[name]}'>{SIGNS[name]}</span>"


def rule(told: Rule) -> str:
    """A rule in words: how it came out, what was seen, why it is there, what would settle it."""
    rows = [("Seen", told["said"]), ("Why it is there", told["because"])]
    rows += [("What would settle it", told["settle"])] if told["settle"] else []
    rows += [("The codes", words)] if (words := codes(f"{told['id']} {told['about']} {told['said']}")) else []
    rows += [("Note", note) for note in told.get("warnings") or ()]
    listed = "".join(f"<dt>{name}</dt><dd>{marked.plain(text)}</dd>" for name, text in rows)
    aside = "" if told.get("decides", True) else " <span class='quiet'>(told, decides nothing)</span>"
    name = f"<strong>{marked.plain(told['id'])}</strong>"
    about = f"<span class='quiet'>{marked.plain(what(told))}</span>"
    head = f"<p>{verdict(told['verdict'])} {name}{aside} {about}</p>"
    return f"<div class='rule'>{head}<dl class='facts'>{listed}</dl></div>"


def what(told: Rule) -> str:
    """What a rule looks at, in words; of a notice, what is counted: the answers without it."""
    names = ", ".join(name for _, name in _named(told["about"]))
    return f"answers without “{names}”" if told["kind"] == "every" and names else told["about"]


def codes(text: str) -> str:
    """What the codes in a text stand for, in words."""
    return "; ".join(f"{code}: {name}" for code, name in _named(text))


def _named(text: str) -> list[tuple[str, str]]:
    found = ((code, rule_name(code)) for code in dict.fromkeys(_CODE.findall(text)))
    return [(code, name.removeprefix("notice: ")) for code, name in found if name]


def held_by(folder: Path) -> str:
    """The command that decides on a run."""
    return f"evals gate {folder}"


def stale(told: Mapping[str, Any], shown: opened.Opened) -> bool:
    """Whether the decision was made on another run than this one (the same answers scored again, say)."""
    return told.get("run") != shown.run_id
