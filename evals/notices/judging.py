"""Each notice of an answer judged: in place, elsewhere, absent or not called for, with what to say about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.notices.approved import Match
from evals.notices.elements import Element
from evals.notices.found import Notice, Said
from evals.notices.reading import Reading
from evals.records import Finding, SectionKind, Severity

# What stands in the answer proper is read as a part of it, and not as a notice.
_ANSWER: frozenset[SectionKind | None] = frozenset({"title", "body", "questions"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One element: 1 in place, 0.5 elsewhere, 0 absent, None neither there nor required."""

    element: Element
    required: bool
    value: float | None
    findings: tuple[Finding, ...]


def judge(element: Element, reading: Reading) -> Judged:
    """Judge one notice by its meaning and its place."""
    found = reading.notices(element.id)
    called_for = reading.needs[element.required]
    required = called_for and not element.required.startswith("recommended")
    if element.id in reading.banner:
        return Judged(element, required, 1.0, ())
    if not found:
        findings = (_finding(element, reading, element.missing),) if called_for else ()
        return Judged(element, required, 0.0 if required else None, findings)
    value = _place_value(element, found, reading)
    findings = tuple(_misplaced(element, found, reading)) if required and value < 1 else ()
    return Judged(element, required, value, findings)


def judge_approved(element: Element, reading: Reading, matches: Sequence[Match]) -> Judged:
    """Judge one notice of which only approved wordings count: one for each place where one must stand."""
    values = [_approved_value(match, reading) for match in matches]
    exact = [match for match in matches if match.exact]
    wrong = next((match for match in matches if not match.exact), None)
    message = "" if exact or wrong is None else f"The approved wording that gives “{element.name}” is not there."
    findings = (_finding(element, reading, message),) if message else ()
    return Judged(element, True, min(values, default=0.0), findings)


def _approved_value(match: Match, reading: Reading) -> float:
    if not match.exact or match.span is None:
        return 0.0
    places = reading.places
    stands = {
        "opening": match.span.start < places.opening_end,
        "closing": match.span.start >= places.closing_start,
        "anywhere": True,
    }
    return 1.0 if stands[match.approved.place] else 0.5


def _place_value(element: Element, found: Sequence[Notice], reading: Reading) -> float:
    places = reading.places
    opens, closes = any(map(places.opens, found)), any(map(places.closes, found))
    in_place = {
        "opening": opens,
        "opening and closing": opens and closes,
        "early when urgent": not reading.urgent or any(notice.start < places.tail for notice in found),
        "opening or closing": opens or closes or any(n.in_company and n.section not in _ANSWER for n in found),
        "beside the upload offer": _beside_offer(found, reading.sentences),
        "anywhere": True,
    }[element.place]
    return 1.0 if in_place else 0.5


def _beside_offer(found: Sequence[Notice], sentences: Sequence[Said]) -> bool:
    offers = [s.block for s in sentences if s.section == "upload" or "upload_offer" in s.signals]
    near = {block + step for block in offers for step in (-1, 0, 1)}
    blocks = {notice: s.block for s in sentences for notice in s.notices}
    return any(blocks[notice] in near for notice in found)


def _misplaced(element: Element, found: Sequence[Notice], reading: Reading) -> list[Finding]:
    places, findings = reading.places, []
    opens, closes = any(map(places.opens, found)), any(map(places.closes, found))
    if element.place != "opening and closing" or not opens:
        findings.append(_finding(element, reading, element.misplaced, found[0]))
    if element.place == "opening and closing" and not closes:
        findings.append(_finding(element, reading, element.not_closing, severity="moderate"))
    return findings


def _finding(
    element: Element, reading: Reading, message: str, notice: Notice | None = None, severity: Severity | None = None
) -> Finding:
    urgent = element.severity_when_urgent if reading.urgent else None
    recommended = element.required.startswith("recommended")
    return Finding(
        rule=element.id,
        severity="info" if recommended else severity or urgent or element.severity,
        message=f"{message} (Source: {element.source}.)",
        start=notice.start if notice else None,
        end=notice.end if notice else None,
    )
