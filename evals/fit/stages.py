"""Stage, spread, lymph nodes and sizes: as the record has them and as a text words them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from evals.fit.sayings import compiled
from evals.lexicons import load_yaml
from evals.records import Record

_ROMAN = {"0": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True, slots=True)
class Group:
    """A stage group: 3, "b", "" is stage IIIB; the letter and the last digit may be left out."""

    number: int
    letter: str = ""
    digit: str = ""

    def agrees(self, other: "Group") -> bool:
        """Whether both can be right: what one leaves out, the other may say."""
        if self.number != other.number:
            return False
        if self.letter and other.letter and self.letter != other.letter:
            return False
        return not (self.digit and other.digit) or self.digit == other.digit


@dataclass(frozen=True, slots=True)
class Extent:
    """What the record says of stage. `far`, `nodes`: whether it has spread so, null when not known.

    Sizes are in millimetres; `counted` are (with cancer, taken out).
    """

    groups: tuple[Group, ...]
    wording: str
    tnm: frozenset[tuple[str, str]]
    far: bool | None
    nodes: bool | None
    counted: frozenset[tuple[int, int]]
    sizes: frozenset[float]
    measured: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Told:
    """One thing a text tells of the extent at `text[start:end]`: its kind and its value."""

    kind: str
    start: int
    end: int
    value: object


def read_extent(record: Record) -> Extent:
    """The extent of disease on a record: fields first, then its free text."""
    stage, text = record.stage, record.text
    fields = [part for part in (stage.t, stage.n, stage.m) if part] if stage else []
    tnm = set(_tnm(" ".join(fields)))
    tnm |= {part for part in _tnm(text) if part[0] not in {letter for letter, _ in tnm}}
    named = [f"stage {stage.group}"] if stage and stage.group else []
    groups = tuple(told.value for told in find_told(" ".join(named) or text) if isinstance(told.value, Group))
    told_text = list(find_told(text))
    counted = frozenset(told.value for told in told_text if told.kind == "counted")
    by = dict(tnm)
    far = by["M"][0] == "1" if by.get("M", "x")[0] in "01" else None
    if far is None and groups:
        far = True if groups[0].number == 4 and record.cancer not in _BLOOD else None
    nodes = by["N"][0] != "0" if by.get("N", "x")[0] in "0123" else None
    if nodes is None and counted:
        nodes = any(found for found, _ in counted)  # type: ignore[misc]  # pairs, by their kind
    wording = " ".join(filter(None, [stage.group and f"stage {stage.group}", " ".join(fields)])) if stage else ""
    return Extent(
        groups, wording, frozenset(tnm), far, nodes, counted,  # type: ignore[arg-type]  # as above
        frozenset(told.value for told in told_text if isinstance(told.value, float)),
        frozenset(_measured(f"{text}\n{record.histology or ''}")),
    )  # fmt: skip


_BLOOD = frozenset(
    {"dlbcl", "follicular-lymphoma", "hodgkin", "lymphoma", "cll", "myeloma", "leukemia", "all", "aml", "cml"}
)


def find_told(text: str) -> Iterator[Told]:
    """What a text tells of stage, spread, nodes and sizes, in no particular order."""
    for match in _pattern("group").finditer(text):
        number, letter, digit = match.groups()
        yield Told(
            "group", match.start(), match.end(), Group(_ROMAN[number.lower()], (letter or "").lower(), digit or "")
        )
    for match in _tnm_pattern().finditer(text):
        yield Told("tnm", match.start(), match.end(), (match.group(1), match.group(2)))
    for match in _pattern("nodes_counted").finditer(text):
        few, many = (_number(group) for group in match.groups())
        yield Told("counted", match.start(), match.end(), (few, many))
    for match in _pattern("size").finditer(text):
        if not _pattern("size_compared").search(text, max(0, match.start() - 20), match.start()):
            value = float(match.group(1)) * (10 if match.group(2)[0] in "cC" else 1)
            yield Told("size", match.start(), match.end(), round(value, 2))
    for name in ("grade", "gleason", "psa"):
        for match in _pattern(name).finditer(text):
            yield Told(name, match.start(), match.end(), _plain(match.group(1)))
    yield from _extents(text)


def _extents(text: str) -> Iterator[Told]:
    taken = bytearray(len(text))
    for kind in load_yaml("personal_fit_stage.yaml")["extent"]:
        for match in _extent(kind).finditer(text):
            if any(taken[match.start() : match.end()]):
                continue
            taken[match.start() : match.end()] = b"\1" * (match.end() - match.start())
            denied = _pattern("denied").search(text, max(0, match.start() - 40), match.start())
            if not (denied and kind in {"far_yes", "nodes_yes", "early", "late"}):
                yield Told(kind, match.start(), match.end(), None)


def _measured(text: str) -> Iterator[tuple[str, str]]:
    for name in ("grade", "gleason", "psa"):
        for match in _pattern(name).finditer(text):
            yield name, _plain(match.group(1))


def _plain(number: str) -> str:
    return str(_ROMAN.get(number.lower(), number))


def _number(word: str) -> int:
    return int(word) if word.isdigit() else load_yaml("personal_fit_stage.yaml")["numbers"][word.lower()]


def _tnm(text: str) -> Iterator[tuple[str, str]]:
    for match in _tnm_pattern().finditer(text):
        yield match.group(1), match.group(2)


@cache
def _tnm_pattern() -> re.Pattern[str]:
    return re.compile(load_yaml("personal_fit_stage.yaml")["tnm"])


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return compiled(load_yaml("personal_fit_stage.yaml")[name])


@cache
def _extent(kind: str) -> re.Pattern[str]:
    return compiled(load_yaml("personal_fit_stage.yaml")["extent"][kind])
