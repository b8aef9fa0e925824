"""The detection matrix: for each kind of fault and scorer how many were caught, with exact intervals."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evals.detection.measure import Caught, Examined
from evals.faults.answer_fault import Kind, kinds
from evals.records import Severity

LEAST, CRITICAL_LEAST, MOST_ALARMS = 0.90, 1.0, 0.03
"""Shares a scorer is asked for: of faults caught, of critical faults caught, of untouched answers with an alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind: how many faults, how many caught by those that answer for it, the exact 95% interval, by scorer.

    `named`: caught under the rule itself; `remarked`: told in a remark only, which does not count; `grounded`: of the
    faults of single sentences, those in sentences that the guidelines bore out before, where a guideline can tell.
    Faults of a kind stand in different answers, at most `each` in one; `wordings` is how many different entries made
    them. Where these are few, faults of one wording are caught or missed together, and the interval is too narrow.
    """

    kind: str
    code: str
    severity: Severity
    owners: tuple[str, ...]
    about: str
    faults: int
    wordings: int
    caught: int
    named: int
    remarked: int
    grounded: int | None
    grounded_caught: int | None
    low: float
    high: float
    by: Mapping[str, int]

    @property
    def wanted(self) -> float:
        """The share to be caught."""
        return CRITICAL_LEAST if self.severity == "critical" else LEAST

    @property
    def short(self) -> bool:
        """Whether fewer were caught than asked for."""
        return self.caught < self.wanted * self.faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarms:
    """Findings of severity moderate or worse on untouched answers: answers that have one, exact 95% interval.

    Of the findings, a person who read the answers blind says the same of `agreed` and the contrary of `disputed`; the
    rest were not asked about. `disputed_answers` have one of the latter, with their interval.
    """

    scorer: str
    answers: int
    alarmed: int
    findings: int
    low: float
    high: float
    agreed: int = 0
    disputed: int = 0
    disputed_answers: int = 0
    disputed_low: float = 0.0
    disputed_high: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """The detection matrix of some answers. `labelled`: a person called all of them good."""

    answers: int
    labelled: bool
    scorers: tuple[str, ...]
    rows: tuple[Row, ...]
    alarms: tuple[Alarms, ...]
    missed: tuple[Caught, ...]
    absent: tuple[str, ...]
    """Kinds that fitted no answer."""

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "answers": self.answers,
            "labelled_good": self.labelled,
            "kinds": {row.kind: {**asdict(row), "short": row.short, "wanted": row.wanted} for row in self.rows},
            "false_alarms": {one.scorer: asdict(one) for one in self.alarms},
            "absent": list(self.absent),
            "missed": [missed_row(one) for one in self.missed],
        }


def missed_row(one: Caught) -> dict[str, Any]:
    """One fault, without the answer around it."""
    fault = one.fault
    return {
        "answer": one.answer, "kind": fault.kind, "code": fault.code, "severity": fault.severity,
        "template": fault.template, "original": fault.original, "replacement": fault.replacement,
        "start": fault.start, "end": fault.end, "statement": fault.statement, "by": list(one.by), "owned": one.owned,
        "named": one.named, "remarked": one.remarked, "grounded": one.grounded,
        "told": [asdict(found) for found in one.told],
    }  # fmt: skip


def matrix_of(tested: Sequence[Examined], asked: Iterable[Kind] = ()) -> Matrix:
    """The matrix of tested answers; `asked` are the kinds that were wanted, to tell which fitted nowhere."""
    found = [caught for one in tested for caught in one.faults]
    scorers = tested[0].scorers if tested else ()
    rows = tuple(
        _row(kind, own, scorers)
        for kind in kinds().values()
        if (own := [one for one in found if one.fault.kind == kind.name])
    )
    held = {row.kind for row in rows}
    return Matrix(
        answers=len(tested),
        labelled=bool(tested) and all(one.untouched.good for one in tested),
        scorers=scorers,
        rows=rows,
        alarms=tuple(_alarms(scorer, tested) for scorer in scorers) + ((_any(tested),) if tested else ()),
        missed=tuple(one for one in found if not one.owned),
        absent=tuple(kind.name for kind in asked if kind.name not in held),
    )


def _row(kind: Kind, own: Sequence[Caught], scorers: Sequence[str]) -> Row:
    caught = sum(one.owned for one in own)
    low, high = _exact(caught, len(own))
    known, borne = any(one.grounded is not None for one in own), [one for one in own if one.grounded]
    return Row(
        kind=kind.name, code=kind.code, severity=kind.severity, owners=kind.owners, about=kind.about, faults=len(own),
        wordings=len({one.fault.template for one in own}), caught=caught, named=sum(one.named for one in own),
        remarked=sum(one.remarked for one in own),
        grounded=len(borne) if known else None, grounded_caught=sum(one.owned for one in borne) if known else None,
        low=low, high=high,
        by={scorer: sum(scorer in one.by for one in own) for scorer in scorers},
    )  # fmt: skip


def _alarms(scorer: str, tested: Sequence[Examined]) -> Alarms:
    return _alarmed(scorer, [tuple(one for one in each.alarms if one[0] == scorer) for each in tested])


def _any(tested: Sequence[Examined]) -> Alarms:
    return _alarmed("any scorer", [each.alarms for each in tested])


def _alarmed(scorer: str, told: Sequence[tuple[tuple[str, bool | None], ...]]) -> Alarms:
    alarmed = sum(bool(each) for each in told)
    wrong = sum(any(agreed is False for _, agreed in each) for each in told)
    opinions = [agreed for each in told for _, agreed in each]
    low, high = _exact(alarmed, len(told))
    wrong_low, wrong_high = _exact(wrong, len(told))
    return Alarms(
        scorer=scorer, answers=len(told), alarmed=alarmed, findings=len(opinions), low=low, high=high,
        agreed=opinions.count(True), disputed=opinions.count(False), disputed_answers=wrong, disputed_low=wrong_low,
        disputed_high=wrong_high,
    )  # fmt: skip


def _exact(yes: int, of: int) -> tuple[float, float]:
    # scipy takes a while to import, and help texts need none of it.
    from evals.stats.counts import clopper_pearson

    return clopper_pearson(yes, of)
