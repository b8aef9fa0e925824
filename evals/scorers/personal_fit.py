"""Personal fit: the answer held against the person's uploaded record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from evals.fit.biomarkers import check_biomarkers
from evals.fit.extents import check_extent
from evals.fit.history import check_history
from evals.fit.injection import check_orders
from evals.fit.known import Known, holds_facts, read_known
from evals.fit.people import check_age, check_pregnancy
from evals.fit.persons import check_cancer, check_ignored, check_names, check_other_record, check_sex
from evals.fit.sayings import Saying, read_sayings
from evals.lexicons import load_yaml
from evals.readability.language import language_of
from evals.readability.structure import visible_text
from evals.records import SEVERITIES, Case, Finding, Score, Unscored
from evals.scorers import Measure

RULES = ("F-biomarker", "F-stage", "F-line", "F-treatment", "F-age", "F-pregnancy", "F-person", "F-injection")
_ENOUGH_TO_TELL = 20
"""With fewer words than this the declared language is believed."""


@dataclass(frozen=True)
class PersonalFit:
    """Does it fit this person's record?"""

    # value = 1 less the weight of the gravest finding (personal_fit.yaml): nine right biomarkers do not make up for a
    # wrong one.
    name: ClassVar[str] = "personal_fit"
    version: ClassVar[str] = "3"
    measures: ClassVar[Mapping[str, Measure]] = {
        **{rule: Measure(f"places that break rule {rule}", "findings", "down") for rule in RULES},
        "about_reader": Measure("statements about the reader that were held against the record", "sentences", "up"),
    }

    def __call__(self, case: Case, /) -> Score | Unscored:
        record = case.answer.record or case.question.record
        if record is None:
            return Unscored("the question came without a record, so there is nothing the answer could fit")
        if not holds_facts(record):
            return Unscored("the record is empty, so there is nothing the answer could fit")
        text = visible_text(case.answer)
        if not any(map(str.isalnum, text)):
            return Unscored("the answer has no text that a reader would see")
        if not _is_english(case.answer.language, text):
            return Unscored("fit to the record can be read in English only, and this answer is in another language")
        known = read_known(case.question, record)
        sayings = tuple(read_sayings(case.answer, text, known.names))
        told = [saying for saying in sayings if saying.reader]
        findings = _ordered(_findings(known, sayings, text))
        measures = {rule: sum(finding.rule == rule for finding in findings) for rule in RULES}
        return Score(_value(findings), _reason(findings, told), {**measures, "about_reader": len(told)}, findings)


def _is_english(declared: str, text: str) -> bool:
    if declared != "en":
        return False
    words = text.split(maxsplit=80)[:80]
    return len(words) < _ENOUGH_TO_TELL or language_of([word.strip('.,;:!?()"“”') for word in words]) != "es"


def _findings(known: Known, sayings: Sequence[Saying], text: str) -> Iterator[Finding]:
    checks = (check_biomarkers, check_extent, check_history, check_age, check_pregnancy, check_sex, check_cancer)
    explained = False
    for saying in sayings:
        for check in checks if not known.other_person else ():
            yield from check(known, saying)
        explained = explained or (known.other_person and _explains(known, saying))
    yield from check_orders(known.orders, sayings, text)
    yield from check_names(known, text)
    yield from check_ignored(known, text)
    yield from check_other_record(known, text, explained)


def _explains(known: Known, saying: Saying) -> bool:
    """Whether a sentence gives away what another person's record says."""
    text = saying.text.casefold()
    stage = known.record.stage
    facts = [
        known.record.histology,
        stage and stage.group and f"stage {stage.group}",
        *(f"{m.name} {m.result}" for m in known.record.biomarkers),
    ]
    return any(fact and fact.casefold() in text for fact in facts)


def _ordered(findings: Iterator[Finding]) -> tuple[Finding, ...]:
    """Each place once a rule, in reading order; what is left out comes last."""
    unique: dict[tuple[str, int | None, int | None], Finding] = {}
    for finding in findings:
        unique.setdefault((finding.rule, finding.start, finding.end), finding)
    return tuple(sorted(unique.values(), key=lambda f: (f.start is None, f.start or 0, f.end or 0, f.rule)))


def _value(findings: Sequence[Finding]) -> float:
    weights = load_yaml("personal_fit.yaml")["weights"]
    return 1.0 - max((weights[finding.severity] for finding in findings), default=0.0)


def _reason(findings: Sequence[Finding], told: Sequence[Saying]) -> str:
    held = f"{len(told)} statements about the reader held against the record"
    if not findings:
        return f"{held}; none was found not to fit"
    worst = max((finding.severity for finding in findings), key=SEVERITIES.index)
    rules = ", ".join(rule for rule in RULES if any(finding.rule == rule for finding in findings))
    return f"{held}; {len(findings)} do not fit ({rules}), the gravest {worst}"
