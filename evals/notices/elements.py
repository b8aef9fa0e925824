"""The notices an answer needs, and the wordings by which each is known, from `datasets/lexicons/notices*.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from evals.errors import UserError
from evals.lexicons import load_yaml
from evals.notices.patterns import Groups, Pattern, read_combination, read_pattern
from evals.records import SEVERITIES, Severity

Place = Literal["opening", "opening and closing", "early when urgent", "opening or closing", "beside the upload offer", "anywhere"]
Required = Literal[
    "always", "clinical", "treatment", "personal", "upload", "recommended", "recommended for a child or in pregnancy",
    "recommended when NCCN is named",
]  # fmt: skip
_WHERE = "datasets/lexicons/notices"


@dataclass(frozen=True, slots=True)
class Element:
    """One notice: when an answer needs it, where it must stand, and what to say when it does not."""

    id: str
    name: str
    required: Required
    place: Place
    severity: Severity
    source: str
    missing: str
    misplaced: str = ""
    not_closing: str = ""
    severity_when_urgent: Severity | None = None


@dataclass(frozen=True, slots=True)
class Wordings:
    """How the notices, signals and topics are worded in one language."""

    groups: Groups
    patterns: Mapping[str, tuple[Pattern, ...]]
    signals: Mapping[str, tuple[Pattern, ...]]


@cache
def load_elements() -> tuple[Element, ...]:
    """The notices in order.

    Raises:
        UserError: a field is missing, unknown or out of its range.
    """
    elements: list[Element] = []
    for row in load_yaml("notices.yaml")["elements"]:
        where = f"{_WHERE}.yaml: element {row.get('id')!r}"
        try:
            element = Element(**row)
        except TypeError as error:
            raise UserError(where, str(error).removeprefix("Element.__init__() "), "the fields of the other elements") from error
        for value, allowed in ((element.required, get_args(Required)), (element.place, get_args(Place)), (element.severity, SEVERITIES)):
            if value not in allowed:
                raise UserError(where, f"{value!r}", f"one of {', '.join(allowed)}")
        elements.append(element)
    return tuple(elements)


@cache
def load_wordings(language: str) -> Wordings:
    """The wordings of one language ("en", "es").

    Raises:
        UserError: a phrase or pattern is malformed, or names an unknown group.
    """
    lexicon, where = load_yaml(f"notices_{language}.yaml"), f"{_WHERE}_{language}.yaml"
    lists = {name: _phrases(text) for part in ("words", "topics") for name, text in lexicon[part].items()}
    groups = Groups.of(lists, where)
    for name, row in lexicon["composites"].items():
        groups.add(name, read_combination(row, groups, f"{where}: {name}"))
    return Wordings(groups, _read(lexicon["patterns"], groups, where), _read(lexicon["signals"], groups, where))


def _phrases(text: object) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in str(text).split(",") if phrase.strip())


def _read(rows: Mapping[str, Any], groups: Groups, where: str) -> dict[str, tuple[Pattern, ...]]:
    return {
        name: tuple(read_pattern(row, groups, f"{where}: {name}") for row in patterns) for name, patterns in rows.items()
    }
