"""A defect in a whole answer, the changes of its text that make it, and the table of kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from evals.errors import UserError, did_you_mean
from evals.faults.fault import Half, half_of, pick
from evals.faults.tables import fault_file
from evals.records import Severity

_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """`answer.text[start:end]` gives way to `put`: taken out where `put` is empty, put in where start = end."""

    start: int
    end: int
    put: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A defect as an operator proposes it, before it is put into the raw answer. The first edit is the one to mark."""

    kind: str
    edits: tuple[Edit, ...]
    template: str
    severity: Severity | None = None
    statement: str = ""
    """For something left out: the id of what the answer had to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFault:
    """One defect in one answer, which is otherwise as it was.

    `raw` is the whole answer with the defect. `start` and `end` count code points of its rendered text and mark what
    was put in; both null where something was taken out. `template` is the id of the entry used, in the half asked for.
    """

    kind: str
    code: str
    question_id: str
    repeat: int
    severity: Severity
    start: int | None
    end: int | None
    original: str
    replacement: str
    template: str
    half: Half
    raw: str
    at: int
    statement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of defect: its error code, the scorers that answer for it, what rules name it.

    `rules` are the beginnings of the rule ids of findings that tell of it where nothing is marked ("RF": RF01 to RF24).
    `borne`: it is made only in sentences that a passage bears out; in others nothing here could show that it is one.
    `remark`: a remark tells of it, since nothing more may be said. `each`: how many times as many go into one answer.
    """

    name: str
    code: str
    owners: tuple[str, ...]
    severity: Severity
    about: str
    rules: tuple[str, ...]
    borne: bool = False
    remark: bool = False
    each: int = 1

    def names(self, rule: str) -> bool:
        """Whether findings of that rule tell of it: E13b belongs to E13, D10 not to D1."""
        return any(
            rule.startswith(one) and not (one[-1].isdigit() and rule[len(one) :][:1].isdigit()) for one in self.rules
        )

    @property
    def by_rule(self) -> bool:
        """Whether a finding tells of it by its rule alone: it is about something that should be there, and is not."""
        return self.code[0] in "DR" or self.code in {"E12", "E18", "cut-off"}


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of defect that has an operator, by name, in the order reports show them."""
    rows: Mapping[str, Any] = fault_file("answer_kinds.yaml")["kinds"]
    found: dict[str, Kind] = {}
    for name, row in rows.items():
        code = row.get("code", name)
        found[name] = Kind(
            name=name,
            code=code,
            owners=tuple(row["owners"]),
            severity=cast(Severity, row["severity"]),
            about=row["about"],
            rules=tuple(row.get("rules", (code,))),
            borne=row.get("borne", False),
            remark=row.get("remark", False),
            each=row.get("each", 1),
        )
    return found


def wanted_kinds(names: Sequence[str] | None) -> tuple[Kind, ...]:
    """The kinds of these names: a kind ("D1-late"), a code ("D1") or the letters of codes ("D"). None: all.

    Raises:
        UserError: an unknown name.
    """
    table = kinds()
    if names is None:
        return tuple(table.values())
    chosen: dict[str, Kind] = {}
    for name in names:
        found = {other: kind for other, kind in table.items() if name in _called(other)}
        if not found:
            raise UserError(f"--kinds {name}", "no such kind of fault", "a kind", did_you_mean(name, table))
        chosen |= found
    return tuple(kind for name, kind in table.items() if name in chosen)


def _called(name: str) -> tuple[str, str, str]:
    code = name.partition("-")[0]
    return name, code, code.rstrip(_DIGITS)


def of_half(kind: str, wordings: Sequence[Mapping[str, Any]], half: Half) -> tuple[Mapping[str, Any], ...]:
    """The wordings of a kind that belong to a half, by SHA-256 of "<kind>:<id>"."""
    return tuple(row for row in wordings if half_of(f"{kind}:{row['id']}") == half)


def ordered(proposals: Sequence[Proposal], *key: object) -> list[Proposal]:
    """The proposals in an order that only the key decides: every one is drawn once."""
    left = list(proposals)
    drawn: list[Proposal] = []
    while left:
        one = pick(left, *key, len(left))
        left.remove(one)
        drawn.append(one)
    return drawn
