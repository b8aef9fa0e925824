"""F-stage: stage, spread, nodes and sizes told as the reader's that the record does not bear out."""

import re
from collections.abc import Iterator
from functools import cache

from evals.fit.found import finding, shown
from evals.fit.known import Known
from evals.fit.sayings import Saying, compiled
from evals.fit.stages import Group, Told, find_told
from evals.lexicons import load_yaml
from evals.records import Finding

_RULE = "F-stage"
_EXTENTS = frozenset({"far_no", "far_yes", "early", "late", "nodes_no", "nodes_yes"})


def check_extent(known: Known, saying: Saying) -> Iterator[Finding]:
    """What a sentence says of the reader's stage against the record's."""
    if not saying.tells or not _may_tell().search(saying.text):
        return
    for told in find_told(saying.text):
        if not saying.asserts(told.start):
            continue
        if problem := _problem(known, told):
            kind, record = problem
            said = shown(saying.text[told.start : told.end])
            about = f"the record says “{shown(record)}”" if record else "the record does not say so"
            yield finding(
                _RULE, kind, f"The answer says “{said}” of the reader; {about}.", saying=saying, start=told.start,
                end=told.end, record=record,
            )  # fmt: skip


def _problem(known: Known, told: Told) -> tuple[str, str] | None:
    """The kind of mistake and the record's words, or None."""
    extent = known.extent
    wording = extent.wording or known.record.text[:120]
    if told.kind in _EXTENTS:
        return _spread(known, told.kind, wording)
    if isinstance(told.value, Group):
        if extent.groups:
            agrees = any(told.value.agrees(group) for group in extent.groups)
            return None if agrees else ("stage_contradicted", wording)
        return None if _asked(known, "stage") or extent.tnm else ("stage_unknown", "")
    if told.kind == "tnm":
        letter, value = told.value  # type: ignore[misc]  # a pair, by its kind
        own = dict(extent.tnm).get(letter)
        return ("stage_contradicted", wording) if own and not (own.startswith(value) or value.startswith(own)) else None
    if told.kind == "counted":
        differs = extent.counted and told.value not in extent.counted
        if not extent.counted and extent.nodes is False and told.value[0]:  # type: ignore[index]  # a pair, by its kind
            return "stage_contradicted", wording
        return ("stage_contradicted", _line(known, "node")) if differs else None
    if told.kind == "size":
        near = any(abs(told.value - size) < 1 or told.value == size for size in extent.sizes)  # type: ignore[operator]
        return ("measure_contradicted", _sizes(known)) if extent.sizes and not near else None
    own = {value for name, value in extent.measured if name == told.kind}
    return ("measure_contradicted", _line(known, told.kind)) if own and told.value not in own else None


def _spread(known: Known, kind: str, wording: str) -> tuple[str, str] | None:
    extent, highest = known.extent, max((group.number for group in known.extent.groups), default=None)
    breast = known.record.cancer == "breast"
    wrong = {
        "far_yes": extent.far is False,
        "far_no": extent.far is True,
        "nodes_yes": extent.nodes is False,
        "nodes_no": extent.nodes is True,
        "early": highest is not None and highest >= (4 if breast else 3),
        "late": highest is not None and highest <= 1 and extent.far is not True,
    }[kind]
    return ("stage_contradicted", wording) if wrong else None


def _asked(known: Known, word: str) -> bool:
    return word in known.asked.lower()


def _sizes(known: Known) -> str:
    found = compiled(load_yaml("personal_fit_stage.yaml")["size"]).findall(known.record.text)
    return ", ".join(f"{number} {unit}" for number, unit in found)


def _line(known: Known, word: str) -> str:
    lines = (known.record.histology or "", *known.record.text.split("\n"))
    return next((line for line in lines if word in line.lower()), known.extent.wording)


@cache
def _may_tell() -> re.Pattern[str]:
    return compiled(load_yaml("personal_fit_stage.yaml")["may_tell"])
