"""What an answer leaves out, how hard it is to read, and which notices it carries, as inert HTML."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import marked
import rows

from evals.records import Finding, Item, Outcome, Question, Statement
from evals.report.facts import gravest
from evals.report.inert import number, one_line
from evals.report.rules import rule_name

_OWED, _BARRED = "Left out: ", "Said, though it must not be: "
_HARD, _WORDS = ("R-grade",), ("R-jargon", "R-acronym")
_PLACES: Mapping[float, str] = {1.0: "✓ in place", 0.5: "≈ not where it belongs", 0.0: "✗ missing"}
_LOOKS: Mapping[float, str] = {1.0: "supported", 0.5: "partly", 0.0: "contradicted"}
_NOTICES = tuple(f"D{number}" for number in range(1, 13))
_QUOTE = 400
_WHOLE = "about the answer as a whole"
_WHOLES: Mapping[str, str] = {
    "completeness": "about what it leaves out",
    "disclaimer": "about its notices as a whole",
    "urgency": "about help in danger, which it does not give as it should",
}
"""What a finding that lies on no words is about, by scorer."""


def outcome_of(item: Item, scorer: str) -> Outcome | None:
    """How a scorer ended on an answer, None where it did not run."""
    return next((outcome for outcome in item.outcomes if outcome.scorer == scorer), None)


def _not_scored(outcome: Outcome | None, what: str) -> str:
    if outcome is None:
        return f"<p>{what} was not looked at in this run.</p>"
    return f"<p>{what}: <strong>{outcome.status}</strong>. {marked.plain(outcome.reason)}</p>"


# --- what it says and leaves out -------------------------------------------------------------------------------------


def expected(item: Item, question: Question | None) -> str:
    """Each point that a good answer makes, found or left out, and each that it must not make."""
    outcome = outcome_of(item, "completeness")
    if question is None:
        return "<p>The question is not stored in this run.</p>"
    found = outcome.findings if outcome else ()
    checked = outcome is not None and outcome.status == "scored"
    head = "" if checked else _not_scored(outcome, "What it leaves out")
    owed = [_point(one, _named(found, _OWED, one.text), ("✗ left out", "✓ said"), checked) for one in question.must_say]
    barred = [
        _point(one, _named(found, _BARRED, one.text), ("✗ said", "✓ not said"), checked)
        for one in question.must_not_say
    ]
    return (
        head
        + _points("A good answer says", owed)
        + _points("A good answer does not say", barred)
        + _others(found, item)
    )


def _named(found: Sequence[Finding], prefix: str, text: str) -> bool:
    rests = (f.message.removeprefix(prefix + text) for f in found if f.message.startswith(prefix + text))
    return any(not rest or rest.startswith(" The answer") for rest in rests)


def _point(told: Statement, hit: bool, words: tuple[str, str], checked: bool) -> tuple[bool, str]:
    look = "contradicted" if hit else "supported"
    sign = f"<span class='claim {look}'>{words[0] if hit else words[1]}</span> " if checked or hit else ""
    return hit, f"<li>{sign}{marked.plain(told.text)} <span class='quiet'>({told.severity} if wrong)</span></li>"


def _points(title: str, points: Iterable[tuple[bool, str]]) -> str:
    # What went wrong stands first.
    listed = "".join(line for _, line in sorted(points, key=lambda point: not point[0]))
    told = f"<ul class='points'>{listed}</ul>" if listed else "<p>nothing is listed</p>"
    return f"<p><strong>{title}</strong></p>{told}"


def _others(found: Sequence[Finding], item: Item) -> str:
    rest = [f for f in found if not f.message.startswith((_OWED, _BARRED))]
    more = [f for o in item.outcomes if o.scorer != "completeness" for f in o.findings if f.start is None]
    listed = [*rest, *(f for f in more if not f.rule.startswith("R-"))]
    lines = "".join(_line(finding) for finding in gravest(listed, len(listed)))
    return f"<p><strong>Also missing, by other scorers</strong></p><ul class='findings'>{lines}</ul>" if lines else ""


def _line(finding: Finding) -> str:
    head = marked.tag(f"⚑ {finding.rule} {finding.severity}", f"finding-tag {finding.severity}")
    return f"<li>{head} {marked.plain(finding.message)}</li>"


def brief(found: Sequence[Finding]) -> str:
    """Findings in a line each."""
    return f"<ul class='findings brief'>{''.join(map(_line, found))}</ul>"


def where(item: Item) -> str:
    """Where the severe and critical findings lie: on words, or about what the answer as a whole lacks or does."""
    found = [(o.scorer, f) for o in item.outcomes for f in o.findings if f.severity in rows.SERIOUS]
    on_words = sum(finding.start is not None for _, finding in found)
    told = [f"{on_words} marked in the text with ⚑"] if on_words else []
    wholes = Counter(_WHOLES.get(scorer, _WHOLE) for scorer, finding in found if finding.start is None)
    return ", ".join([*told, *(f"{count} {words}" for words, count in wholes.items())])


# --- how hard it is to read ------------------------------------------------------------------------------------------


def reading(item: Item) -> str:
    """The reading level with its doubts, the hardest sentences, the words to explain, and the rest."""
    outcome = outcome_of(item, "readability")
    if outcome is None or outcome.status != "scored":
        return _not_scored(outcome, "How hard it is to read")
    measures = outcome.measures
    masked, names = _measure(measures, "grade_masked"), _measure(measures, "grade")
    longest, mean = _measure(measures, "sentence_max"), _measure(measures, "sentence_mean")
    facts = (
        ("School grade", f"{masked} with drug and gene names set aside; {names} with them"),
        ("Range over formulas", f"{_measure(measures, 'grade_low')} to {_measure(measures, 'grade_high')}"),
        ("Longest sentence", f"{longest} words; {mean} on average"),
        ("Hard words not explained", _measure(measures, "jargon_unexplained")),
        ("In short", outcome.reason),
    )
    told = "".join(f"<dt>{name}</dt><dd>{marked.plain(value)}</dd>" for name, value in facts)
    groups = (
        ("Hardest sentences", _of(outcome, _HARD)),
        ("Words to explain", _once(_of(outcome, _WORDS))),
        ("Also", [f for f in outcome.findings if f.rule not in (*_HARD, *_WORDS)]),
    )
    return f"<dl class='facts'>{told}</dl>" + "".join(_group(title, found, item) for title, found in groups)


def _measure(measures: Mapping[str, float | int | None], name: str) -> str:
    value = measures.get(name)
    return "–" if value is None else f"{value:.1f}".removesuffix(".0")


def _of(outcome: Outcome, names: Sequence[str]) -> list[Finding]:
    return [finding for finding in outcome.findings if finding.rule in names]


def _once(found: Sequence[Finding]) -> list[Finding]:
    return list({finding.message: finding for finding in reversed(found)}.values())[::-1]


def _group(title: str, found: Sequence[Finding], item: Item) -> str:
    if not found:
        return f"<p><strong>{title}</strong>: none</p>" if title != "Also" else ""
    return f"<p><strong>{title}</strong></p><ul class='findings'>{''.join(_hard(f, item) for f in found)}</ul>"


def _hard(finding: Finding, item: Item) -> str:
    quote = ""
    if finding.start is not None and finding.end is not None and finding.rule in _HARD:
        words = one_line(item.answer.text[finding.start : finding.end], _QUOTE)
        quote = f"<blockquote dir='auto'>{marked.plain(words)}</blockquote>"
    return f"<li>{quote}{marked.tag(finding.rule, 'finding-tag')} {marked.plain(finding.message)}</li>"


# --- notices ---------------------------------------------------------------------------------------------------------


def notices(item: Item) -> str:
    """Each notice: in place, elsewhere or missing; and what is wrong with those that are there."""
    outcome = outcome_of(item, "disclaimer")
    if outcome is None or outcome.status != "scored":
        return _not_scored(outcome, "The notices")
    rows = []
    for name in _NOTICES:
        value = outcome.measures.get(name)
        sign = "– not needed here, and not there"
        if value is not None:
            near = 1.0 if value >= 1 else 0.5 if value > 0 else 0.0
            sign = f"<span class='claim {_LOOKS[near]}'>{_PLACES[near]}</span>"
        words = rule_name(name).removeprefix("notice: ")
        rows.append(f"<dt>{name}</dt><dd>{sign} {marked.plain(words)}</dd>")
    found = "".join(_line(finding) for finding in gravest(outcome.findings, len(outcome.findings)))
    wrong = f"<p><strong>What is wrong with them</strong></p><ul class='findings'>{found}</ul>" if found else ""
    words = f"<p>{number(outcome.value)}: {marked.plain(outcome.reason)}</p>"
    return f"{words}<dl class='facts'>{''.join(rows)}</dl>{wrong}"
