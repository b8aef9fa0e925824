"""What the record, and the reader's own question, say of the person: the facts an answer is held against."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from evals.fit.injection import split_orders
from evals.fit.markers import Result, canonical, find_mentions, read_result, words
from evals.fit.stages import Extent, read_extent
from evals.fit.treatments import Given, read_given
from evals.lexicons import load_yaml
from evals.records import Question, Record

_AGE = re.compile(
    r"\bage[d:]?\s*(\d{1,3})\b|\b(\d{1,3})[- ]?(?:years?|yrs?|y)?[- ]?(?:old|o)\b"
    r"|\b(?:male|female|man|woman|boy|girl|[MF])\s*,\s*(\d{1,3})\b",
    re.IGNORECASE,
)
_AGE_AFTER_NAME = re.compile(r"^\s*(?:Patient|Name)\s*:[^\n,]*,\s*(\d{1,3})\s*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Marked:
    """A marker's result on the record, as read and as worded there."""

    result: Result
    wording: str


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of one record.

    `orders` are lines of its text that read like orders to a computer, `own_markers` its markers' names, `names` the
    given name on it. `asked` is the reader's own question: what it says is known too, though not proven.
    """

    record: Record
    asked: str
    markers: Mapping[str, Marked]
    asked_markers: frozenset[str]
    extent: Extent
    given: Given
    ages: frozenset[int]
    sex: str | None
    names: tuple[str, ...]
    orders: tuple[str, ...]
    own_markers: tuple[str, ...]

    @property
    def other_person(self) -> bool:
        """Whether the record bears another name than the account."""
        name, account = self.record.name_on_record, self.record.account_name
        return bool(name and account) and name.casefold().split() != account.casefold().split()  # type: ignore[union-attr]


def read_known(question: Question, record: Record) -> Known:
    """The facts of a record and its question. Orders hidden in the record's text are no facts of it."""
    known, asked = _read(record), question.text
    markers = frozenset(part for mention in find_mentions(asked) for part in related(mention.marker))
    ages = frozenset(_ages(f"{known.record.text}\n{asked}"))
    return replace(known, asked=asked, asked_markers=markers, ages=ages)


@lru_cache(maxsize=64)
def _read(record: Record) -> Known:
    # Many questions share a record, and reading a long record is dearer than reading an answer.
    text, orders = split_orders(record.text)
    record = replace(record, text=text)
    return Known(
        record=record, asked="", markers=_markers(record), asked_markers=frozenset(), extent=read_extent(record),
        given=read_given(record), ages=frozenset(), sex=_sex(record), names=_given_names(record), orders=orders,
        own_markers=tuple(dict.fromkeys(canonical(one.name) for one in record.biomarkers if len(one.name) > 1)),
    )  # fmt: skip


def holds_facts(record: Record) -> bool:
    """Whether there is anything an answer could fit or not fit."""
    fields = (record.name_on_record, record.cancer, record.histology, record.stage, record.age_group, record.pregnancy)
    return any(fields) or bool(record.biomarkers or record.treatments or record.text.strip())


def related(marker: str) -> tuple[str, ...]:
    """A marker, its parts, and the wholes it is a part of."""
    parts = words()["parts"]
    return (marker, *parts.get(marker, ()), *(whole for whole, own in parts.items() if marker in own))


def _markers(record: Record) -> dict[str, Marked]:
    found: dict[str, Marked] = {}
    for field in record.biomarkers:
        marker = canonical(field.name)
        found.setdefault(marker, Marked(read_result(marker, field.result), f"{field.name}: {field.result}"))
    for line in re.split(r"(?<!\d)[.\n]|[.\n](?!\d)", record.text):
        for mention in find_mentions(line):
            if mention.result:
                found.setdefault(mention.marker, Marked(mention.result, " ".join(line.split())))
    return found


def _ages(text: str) -> Iterator[int]:
    for match in _AGE.finditer(text):
        yield int(next(group for group in match.groups() if group))
    for match in _AGE_AFTER_NAME.finditer(text):
        yield int(match.group(1))


def _sex(record: Record) -> str | None:
    lexicon = load_yaml("personal_fit_person.yaml")
    by_cancer = lexicon["sex_of_cancer"].get(record.cancer or "")
    if by_cancer:
        return by_cancer
    if record.pregnancy in {"yes", "no", "unknown"}:
        return "female"
    female = _word("female").search(record.text)
    male = _word("male").search(record.text)
    return None if bool(female) == bool(male) else "female" if female else "male"


@cache
def _word(sex: str) -> re.Pattern[str]:
    return re.compile(load_yaml("personal_fit_person.yaml")["sex_words"][sex], re.IGNORECASE)


def _given_names(record: Record) -> tuple[str, ...]:
    return tuple(part for part in (record.name_on_record or "").split()[:1] if len(part) > 2 and part.isalpha())
