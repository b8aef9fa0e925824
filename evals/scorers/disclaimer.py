"""Disclaimer: the notices D1–D12 of an answer, each found by meaning, with its span and its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.notices.approved import Match, find_approved, load_approved
from evals.notices.elements import Element, load_elements
from evals.notices.judging import Judged, judge, judge_approved
from evals.notices.profiles import check_profile, elements_for
from evals.notices.prominence import Prominence, measure_prominence
from evals.notices.reading import Reading, read_answer
from evals.readability.language import LANGUAGES, NAMES, bare_words, language_of_text, name_of
from evals.readability.structure import visible_text
from evals.records import Case, Finding, Score, Unscored
from evals.scorers import Measure

_MEANING = "1 in place, 0.5 elsewhere, 0 absent; null when neither there nor required"
# With fewer words than this no other language is named.
_ENOUGH_TO_TELL = 20


@dataclass(frozen=True)
class Disclaimer:
    """Are the required notices there, and in place?"""

    # The jurisdiction: a name in notices_profiles.yaml.
    profile: str = "strictest"
    # A file of approved wordings. What it gives counts only in that exact wording.
    approved: str = ""
    # Notices that a lasting banner shows beside every turn of a chat.
    banner: Sequence[str] = ()

    name: ClassVar[str] = "disclaimer"
    version: ClassVar[str] = "4"
    measures: ClassVar[Mapping[str, Measure]] = {
        **{e.id: Measure(f"{e.name}: {_MEANING}", "0, 0.5 or 1", "up") for e in load_elements()},
        "notice_words": Measure("words of the opening notice; null without one", "words", "down"),
        "notice_grade": Measure("grade of the opening notice; null without one or when too short", "US grade", "down"),
        "notice_repeats": Measure("places that say the same notice, at most", "places", "down"),
        "approved_exact": Measure("approved wordings found unchanged; null without a list of them", "share", "up"),
    }

    def __post_init__(self) -> None:
        check_profile(self.profile)
        if isinstance(self.banner, str):
            raise UserError("setting 'banner' of scorer 'disclaimer'", repr(self.banner), "a list such as [D1, D3]")
        known = [element.id for element in load_elements()]
        for element in self.banner:
            if element not in known:
                where = "setting 'banner' of scorer 'disclaimer'"
                raise UserError(where, repr(element), "notices", did_you_mean(str(element), known))
        if self.approved:
            load_approved(self.approved)

    def __call__(self, case: Case, /) -> Score | Unscored:
        text = visible_text(case.answer)
        if not any(map(str.isalnum, text)):
            return Unscored("the answer has no text that a reader would see")
        language = _language(case.answer.language, text)
        if language not in LANGUAGES:
            return Unscored(f"notices can be read in English and Spanish only, and this answer is in {language}")
        elements = elements_for(self.profile, case.answer.channel)
        reading = read_answer(case, text, language, frozenset(self.banner))
        matches = self._matches(text, language, case.answer.channel)
        judged = [_judge(element, reading, matches) for element in elements if _is_readable(element, reading, matches)]
        prominence = measure_prominence(text, reading, elements, language)
        return _score(elements, judged, reading, matches, prominence, language)

    def _matches(self, text: str, language: str, channel: str) -> tuple[Match, ...]:
        """The approved wordings for this language and channel, each where it was found or where it is missing."""
        if not self.approved:
            return ()
        asked = [a for a in load_approved(self.approved) if a.language == language and channel in a.channels]
        return tuple(match for approved in asked for match in find_approved(text, approved))


def _language(declared: str, text: str) -> str:
    """The language to read in: as declared, unless the text says otherwise."""
    if declared not in LANGUAGES:
        return NAMES.get(declared, repr(declared))
    if told := language_of_text(text):
        return told
    words = bare_words(text)
    if any(word.lower() in load_yaml("notices_es.yaml")["known_by"] for word in words):
        return "es"
    # Labels and lists have few little words: only another language's words speak against the declared one.
    return (name_of(words) if len(words) >= _ENOUGH_TO_TELL else None) or declared


def _is_readable(element: Element, reading: Reading, matches: Sequence[Match]) -> bool:
    return element.id in reading.readable or any(element.id in match.approved.elements for match in matches)


def _judge(element: Element, reading: Reading, matches: Sequence[Match]) -> Judged:
    own = [match for match in matches if element.id in match.approved.elements]
    return judge_approved(element, reading, own) if own else judge(element, reading)


def _score(
    elements: Sequence[Element],
    judged: Sequence[Judged],
    reading: Reading,
    matches: Sequence[Match],
    prominence: Prominence,
    language: str,
) -> Score:
    required = [j for j in judged if j.required and j.value is not None]
    known = {j.element.id for j in judged}
    unread = [
        e.id for e in elements if e.id not in known and reading.needs[e.required] and "recommended" not in e.required
    ]
    exact = {match.approved.id for match in matches if match.exact}
    asked = {match.approved.id for match in matches}
    measures: dict[str, float | int | None] = {element.id: None for element in elements}
    measures |= {j.element.id: j.value for j in judged}
    measures |= {
        "notice_words": prominence.words,
        "notice_grade": prominence.grade,
        "notice_repeats": prominence.repeats,
        "approved_exact": len(exact) / len(asked) if asked else None,
    }
    found = [*(f for j in judged for f in j.findings), *_changed(matches), *prominence.findings]
    value = sum(j.value or 0.0 for j in required) / len(required)
    return Score(value, _reason(required, unread, asked - exact, language), measures, tuple(found))


def _changed(matches: Sequence[Match]) -> list[Finding]:
    """What the approved wordings that do not stand unchanged look like instead."""
    findings: list[Finding] = []
    for match in matches:
        if match.exact:
            continue
        name = f"The approved wording “{match.approved.id}”"
        told = (
            f"{name} is changed: {match.differences}." if match.span else f"{name} is missing, and nothing is near it."
        )
        span = match.span
        findings.append(
            Finding(
                rule=match.approved.elements[0], severity="severe", start=span.start if span else None,
                end=span.end if span else None, evidence=" ".join(match.approved.words),
                message=f"{told} (Source: the list of approved wordings of this service.)",
            )
        )  # fmt: skip
    return findings


def _reason(required: Sequence[Judged], unread: Sequence[str], changed: set[str], language: str) -> str:
    good = sum(j.value == 1 for j in required)
    parts = [f"{good} of {len(required)} required notices in place"]
    for what, value in (("missing", 0.0), ("out of place or not repeated", 0.5)):
        names = [f"{j.element.name} ({j.element.id})" for j in required if j.value == value]
        if names:
            parts.append(f"{what}: {', '.join(names)}")
    if changed:
        parts.append(f"approved wording missing or changed: {', '.join(sorted(changed))}")
    if unread:
        parts.append(f"not checked in {NAMES[language]}: {', '.join(unread)}")
    return "; ".join(parts)
