"""A decision in words, once for all the forms it is shown in."""

from collections.abc import Iterator, Sequence

from evals.gate.records import Gate, Place, RuleResult, Verdict
from evals.gate.wording import count, number

HEADINGS = ("", "rule", "what was seen", "questions", "smallest loss it could have seen")
SHOWN_PLACES = 8
_WORDS: dict[Verdict, str] = {"PASS": "passed", "FAIL": "failed", "UNDECIDED": "undecided"}


def headline(gate: Gate) -> str:
    """The verdict in a line."""
    rules = [one for one in gate.results if one.decides and one.verdict == gate.verdict]
    if gate.verdict == "PASS":
        return f"Gate passed: {count(len(rules), 'rule')} hold"
    named = ", ".join(one.id for one in rules)
    return f"Gate {_WORDS[gate.verdict]}: {named}"


def about(gate: Gate) -> Iterator[str]:
    """What was held against what, and what must be known beside the verdict."""
    against = f"baseline {gate.baseline}" if gate.baseline else "no baseline"
    yield f"Run {gate.run}, {against}, policy {gate.policy} ({gate.policy_digest}), prompt {gate.prompt or 'not known'}"
    yield from gate.notes
    if gate.subject:
        yield "Changed since the baseline: " + ", ".join(
            part.part if part.read else f"{part.part} (this generator does not read it)" for part in gate.subject
        )
    elif gate.baseline:
        yield "Nothing was changed since the baseline"
    for said, found in (
        ("not asked any more", gate.missing.only_before),
        ("asked for the first time", gate.missing.only_after),
        ("asked or owed differently than in the baseline, and not compared", gate.missing.asked_differently),
    ):
        if found:
            yield f"{count(len(found), 'question')} {said}"
    if gate.override:
        done = "the gate lets the change through" if gate.override.applied else "without effect: only an undecided gate"
        yield f"Override recorded ({done}): {gate.override.reason}"


def cells(result: RuleResult) -> tuple[str, ...]:
    """The cells of a rule's row under `HEADINGS`."""
    shown = _WORDS[result.verdict] if result.decides else f"{_WORDS[result.verdict]} (decides nothing)"
    detectable = "" if result.detectable is None else number(result.detectable)
    return (shown, result.id, result.said, str(result.clusters) if result.clusters else "", detectable)


def details(result: RuleResult) -> Iterator[str]:
    """Why a rule is there, what it saw, and what would settle it."""
    yield f"Why: {result.because}"
    yield f"Seen ({result.about}): {result.said}"
    if result.settle:
        yield f"What would settle it: {result.settle}"
    for warning in result.warnings:
        yield f"Note: {warning}"


def places(result: RuleResult, most: int = SHOWN_PLACES) -> tuple[Sequence[Place], int]:
    """The answers to show for a rule, and how many more there are."""
    return result.places[:most], max(0, len(result.places) - most)


def place_said(place: Place) -> str:
    """What is wrong at a place."""
    severity = f"{place.severity} " if place.severity else ""
    rule = f"{severity}{place.rule}: " if place.rule else ""
    mark = " [rests on an unsigned passage]" if place.unsigned else ""
    return f"{rule}{place.said}{mark}"


def open_rules(gate: Gate) -> tuple[RuleResult, ...]:
    """The rules that did not pass, failures first."""
    order: dict[Verdict, int] = {"FAIL": 0, "UNDECIDED": 1, "PASS": 2}
    found = [one for one in gate.results if one.verdict != "PASS"]
    return tuple(sorted(found, key=lambda one: (order[one.verdict], not one.decides)))


def warned_rules(gate: Gate) -> tuple[RuleResult, ...]:
    """The rules that passed and yet found something that a person should read."""
    return tuple(one for one in gate.results if one.verdict == "PASS" and any(p.unsigned for p in one.places))


FOOTNOTE = (
    "Gains above zero are better. A rule on a mean passes when the lower end of the interval is above minus its "
    "margin, fails when the upper end is below zero (after Holm's correction over these rules), and is undecided else. "
    "The smallest loss it could have seen would have failed four times of five. Machine scores are an aid to review, "
    "not a clinical validation."
)
