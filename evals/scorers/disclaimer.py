"""Disclaimer: the notices D1–D12 of an answer, each found by meaning, with its span and its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from evals.lexicons import load_yaml
from evals.notices.elements import Element, load_elements, load_wordings
from evals.notices.found import Notice, Said, read_sentences
from evals.notices.places import Places, find_places
from evals.readability.language import LANGUAGES, NAMES, language_of
from evals.readability.structure import visible_text
from evals.records import Case, Finding, Score, Severity, Unscored
from evals.scorers import Measure

_MEANING = "1 in place, 0.5 elsewhere, 0 absent; null when neither there nor required"
_TOLD_IN = frozenset({None, "title", "body", "urgent"})
# With fewer words than this the declared language is believed.
_ENOUGH_TO_TELL = 20


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read in one answer: sentences that count, places, and what the answer calls for."""

    sentences: Sequence[Said]
    places: Places
    urgent: bool
    needs: Mapping[str, bool]
    readable: frozenset[str]

    def notices(self, element: str) -> list[Notice]:
        return [notice for sentence in self.sentences for notice in sentence.notices if notice.id == element]


@dataclass(frozen=True, slots=True)
class _Judged:
    """One element: 1 in place, 0.5 elsewhere, 0 absent, None neither there nor required."""

    element: Element
    required: bool
    value: float | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Disclaimer:
    """Are the required notices there, and in place?"""

    name: ClassVar[str] = "disclaimer"
    version: ClassVar[str] = "1"
    measures: ClassVar[Mapping[str, Measure]] = {
        element.id: Measure(f"{element.name}: {_MEANING}", "0, 0.5 or 1", "up") for element in load_elements()
    }

    def __call__(self, case: Case, /) -> Score | Unscored:
        text = visible_text(case.answer)
        if not any(map(str.isalnum, text)):
            return Unscored("the answer has no text that a reader would see")
        language = _language(case.answer.language, text)
        if language not in LANGUAGES:
            return Unscored(f"notices can be read in English and Spanish only, and this answer is in {language}")
        reading = _read(case, text, language)
        judged = [_judge(element, reading) for element in load_elements() if element.id in reading.readable]
        required = [j for j in judged if j.required and j.value is not None]
        unread = [e.id for e in load_elements() if e.id not in reading.readable and reading.needs[e.required]]
        measures = {element.id: None for element in load_elements()} | {j.element.id: j.value for j in judged}
        return Score(
            sum(j.value or 0.0 for j in required) / len(required),
            _reason(required, unread, language),
            measures,
            tuple(finding for j in judged for finding in j.findings),
        )


def _language(declared: str, text: str) -> str:
    """The language to read in: as declared, unless the text is long enough to say otherwise."""
    if declared not in LANGUAGES:
        return NAMES.get(declared, repr(declared))
    words = text.split()
    if len(words) < _ENOUGH_TO_TELL:
        return declared
    return language_of([word.strip('.,;:!?¡¿()"“”') for word in words]) or "neither, as its little words tell"


def _read(case: Case, text: str, language: str) -> _Reading:
    wordings = load_wordings(language)
    everything = read_sentences(case.answer, text, wordings)
    record = case.answer.record
    offer = any(s.section == "upload" or "upload_offer" in s.signals for s in everything)
    treatment, symptoms = _mentions(everything, "treatment"), _mentions(everything, "symptoms")
    young = record is not None and (record.age_group in {"child", "adolescent"} or record.pregnancy == "yes")
    enough = load_yaml("notices.yaml")["positions"]["mentions"]
    urgent = bool(case.question.red_flags)
    needs = {
        "always": True,
        "clinical": urgent or treatment + symptoms >= enough,
        "treatment": treatment >= enough,
        "personal": record is not None or offer,
        "upload": offer,
        "recommended": True,
        "recommended for a child or in pregnancy": young,
        "recommended when NCCN is named": any("names_nccn" in s.signals for s in everything),
    }
    counted = [sentence for sentence in everything if sentence.section != "related"]
    return _Reading(counted, find_places(text, everything), urgent, needs, frozenset(wordings.patterns))


def _mentions(sentences: Sequence[Said], topic: str) -> int:
    """How often the text speaks of a topic, notices and lists of questions apart."""
    return sum(s.topics.get(topic, 0) for s in sentences if s.section in _TOLD_IN and not s.strong)


def _judge(element: Element, reading: _Reading) -> _Judged:
    found = reading.notices(element.id)
    called_for = reading.needs[element.required]
    required = called_for and not element.required.startswith("recommended")
    value = _place_value(element, found, reading)
    if not found:
        findings = (_finding(element, reading, element.missing),) if called_for else ()
        return _Judged(element, required, 0.0 if required else None, findings)
    findings = tuple(_misplaced(element, found, reading)) if required and value < 1 else ()
    return _Judged(element, required, value, findings)


def _place_value(element: Element, found: Sequence[Notice], reading: _Reading) -> float:
    places = reading.places
    opens, closes = any(map(places.opens, found)), any(map(places.closes, found))
    in_place = {
        "opening": opens,
        "opening and closing": opens and closes,
        "early when urgent": not reading.urgent or any(notice.start < places.tail for notice in found),
        "opening or closing": opens or any(not notice.weak for notice in found),
        "beside the upload offer": _beside_offer(found, reading.sentences),
        "anywhere": True,
    }[element.place]
    return 1.0 if in_place else 0.5


def _beside_offer(found: Sequence[Notice], sentences: Sequence[Said]) -> bool:
    offers = [s.block for s in sentences if s.section == "upload" or "upload_offer" in s.signals]
    near = {block + step for block in offers for step in (-1, 0, 1)}
    blocks = {notice: s.block for s in sentences for notice in s.notices}
    return any(blocks[notice] in near for notice in found)


def _misplaced(element: Element, found: Sequence[Notice], reading: _Reading) -> list[Finding]:
    places, findings = reading.places, []
    opens, closes = any(map(places.opens, found)), any(map(places.closes, found))
    if element.place != "opening and closing" or not opens:
        findings.append(_finding(element, reading, element.misplaced, found[0]))
    if element.place == "opening and closing" and not closes:
        findings.append(_finding(element, reading, element.not_closing, severity="moderate"))
    return findings


def _finding(
    element: Element, reading: _Reading, message: str, notice: Notice | None = None, severity: Severity | None = None
) -> Finding:
    urgent = element.severity_when_urgent if reading.urgent else None
    return Finding(
        rule=element.id,
        severity=severity or urgent or element.severity,
        message=f"{message} (Source: {element.source}.)",
        start=notice.start if notice else None,
        end=notice.end if notice else None,
    )


def _reason(required: Sequence[_Judged], unread: Sequence[str], language: str) -> str:
    good = sum(j.value == 1 for j in required)
    parts = [f"{good} of {len(required)} required notices in place"]
    for what, value in (("missing", 0.0), ("out of place or not repeated", 0.5)):
        names = [f"{j.element.name} ({j.element.id})" for j in required if j.value == value]
        if names:
            parts.append(f"{what}: {', '.join(names)}")
    if unread:
        parts.append(f"not checked in {NAMES[language]}: {', '.join(unread)}")
    return "; ".join(parts)
