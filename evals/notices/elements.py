"""The notices an answer needs, and the wordings by which each is known, from `datasets/lexicons/notices*.yaml`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args

from evals.errors import UserError, did_you_mean
from evals.lexicons import load_yaml
from evals.notices.combinations import Combination
from evals.notices.groups import Groups
from evals.notices.learned import Reader, load_reader
from evals.notices.patterns import Pattern, Patterns, read_combination, read_pattern
from evals.records import SEVERITIES, Severity

Place = Literal[
    "opening", "opening and closing", "early when urgent", "opening or closing", "beside the upload offer", "anywhere"
]
Required = Literal[
    "always", "clinical", "treatment", "personal", "upload", "guideline named", "recommended",
    "recommended for a child or in pregnancy", "recommended when NCCN is named",
]  # fmt: skip
_WHERE = "datasets/lexicons/notices"

IT_SELF = "it_self"
"""The group of pronouns where they can only mean the text itself."""


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
    """How the notices, signals and topics are worded in one language; `reader`: the trained one, where there is one.

    `patterns` are those of each notice, `told_by` the same ready to be looked for, and `signalled_by` the signals'.
    """

    groups: Groups
    patterns: Mapping[str, tuple[Pattern, ...]]
    vetoes: Mapping[str, tuple[Combination, ...]]
    told_by: Patterns
    signalled_by: Patterns
    reader: Reader | None = None


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
            found = str(error).removeprefix("Element.__init__() ")
            raise UserError(where, found, "the fields of the other elements") from error
        check(where, element.required, get_args(Required))
        check(where, element.place, get_args(Place))
        check(where, element.severity, SEVERITIES)
        elements.append(element)
    return tuple(elements)


def check(where: str, value: str, allowed: tuple[str, ...]) -> None:
    """Make sure that a value of a lexicon is one of those allowed.

    Raises:
        UserError: it is not.
    """
    if value not in allowed:
        raise UserError(where, repr(value), f"one of {', '.join(allowed)}", did_you_mean(value, allowed))


@cache
def load_wordings(language: str) -> Wordings:
    """The wordings of one language ("en", "es").

    Raises:
        UserError: a phrase or pattern is malformed, or names an unknown group.
    """
    lexicon, where = load_yaml(f"notices_{language}.yaml"), f"{_WHERE}_{language}.yaml"
    lists = {name: _phrases(text) for part in ("words", "topics") for name, text in lexicon[part].items()}
    groups = Groups(lists, where)
    groups.names |= {IT_SELF}
    for name, rows in lexicon["composites"].items():
        for row in rows if isinstance(rows, tuple) else (rows,):
            groups.add(name, read_combination(row, groups, f"{where}: {name}"))
    vetoes = {
        element: tuple(read_combination(row, groups, f"{where}: vetoes of {element}") for row in rows)
        for element, rows in lexicon["vetoes"].items()
    }
    patterns, signals = _read(lexicon["patterns"], groups, where), _read(lexicon["signals"], groups, where)
    reader = load_reader() if lexicon.get("trained_reader") else None
    return Wordings(groups, patterns, vetoes, Patterns(patterns, vetoes), Patterns(signals), reader)


def _phrases(text: object) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in str(text).split(",") if phrase.strip())


def _read(rows: Mapping[str, Any], groups: Groups, where: str) -> dict[str, tuple[Pattern, ...]]:
    # A strong wording is told before a weak one of the same notice.
    return {
        name: tuple(sorted((read_pattern(row, groups, f"{where}: {name}") for row in patterns), key=lambda p: p.weak))
        for name, patterns in rows.items()
    }
