"""Front matter -> the fields of a passage, checked."""

import datetime
import re
from collections.abc import Mapping
from typing import Any, Literal

from evals.cancers import cancers
from evals.corpus.front_matter import FrontMatter
from evals.errors import UserError, did_you_mean
from evals.parse import parse
from evals.records import Conflict, Source

SCOPE = ("stage", "biomarker", "line", "age", "sex", "pregnancy", "setting")
_FIELDS = (
    "id", "title", "cancer", "scope", "sources", "as_of", "review_by", "volatility", "supersedes", "conflicts_with",
    "conflicts", "signed_by", "signed_on", "page",
)  # fmt: skip
_VOLATILITY: tuple[Literal["stable", "yearly", "fast"], ...] = ("stable", "yearly", "fast")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def passage_fields(front: FrontMatter, path: str) -> dict[str, Any]:
    """The fields that the front matter sets, ready for `Passage`; fields that are null or left out are not among them.

    Raises:
        UserError: with the line of the field that is unknown or wrong.
    """
    for name in front.values:
        if name not in _FIELDS:
            raise UserError(front.where(path, name), f"unknown field {name!r}", "", did_you_mean(name, _FIELDS))
    fields: dict[str, Any] = {}
    for name in _FIELDS:
        value = front.values.get(name)
        if value is not None:
            fields[name] = _READERS[name](value, front, path, name)
    _check_signature(fields, front, path)
    return fields


def check_date(value: Any, where: str, name: str) -> str:
    """The ISO date that was given.

    Raises:
        UserError: it is not a date of the calendar in the form YYYY-MM-DD.
    """
    problem = UserError(where, f"field {name!r} is {value!r}", "a date such as 2026-11-23")
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise problem
    try:
        datetime.date.fromisoformat(value)
    except ValueError as error:
        raise problem from error
    return value


def check_cancers(values: tuple[str, ...], where: str) -> tuple[str, ...]:
    """The disease ids that were given.

    Raises:
        UserError: one of them is not in the lexicon of cancers, or there is none.
    """
    if not values:
        raise UserError(where, "field 'cancer' is empty", "at least one id", "Use general for guidance on any cancer.")
    for value in values:
        if value not in cancers():
            raise UserError(where, f"unknown cancer {value!r}", "", did_you_mean(value, cancers()))
    return values


def check_url(value: str, where: str) -> str:
    """The web address that was given.

    Raises:
        UserError: it does not begin with http:// or https://.
    """
    if not _URL.fullmatch(value):
        raise UserError(where, f"field 'url' is {value!r}", "an address that begins with https://")
    return value


def _text(value: Any, front: FrontMatter, path: str, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UserError(front.where(path, name), f"field {name!r} is {value!r}", "text")
    return " ".join(value.split())


def _id(value: Any, front: FrontMatter, path: str, name: str) -> str:
    text = _text(value, front, path, name)
    if not _ID.fullmatch(text):
        raise UserError(front.where(path, name), f"field {name!r} is {text!r}", "letters, digits, dots and hyphens")
    return text


def _texts(value: Any, front: FrontMatter, path: str, name: str) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not all(isinstance(item, str) and item.strip() for item in items):
        raise UserError(front.where(path, name), f"field {name!r} is {value!r}", "a list of names")
    return tuple(dict.fromkeys(item.strip() for item in items))


def _ids(value: Any, front: FrontMatter, path: str, name: str) -> tuple[str, ...]:
    return tuple(_id(item, front, path, name) for item in _texts(value, front, path, name))


def _cancer(value: Any, front: FrontMatter, path: str, name: str) -> tuple[str, ...]:
    return check_cancers(_texts(value, front, path, name), front.where(path, name))


def _date(value: Any, front: FrontMatter, path: str, name: str) -> str:
    return check_date(value, front.where(path, name), name)


def _volatility(value: Any, front: FrontMatter, path: str, name: str) -> str:
    if value not in _VOLATILITY:
        hint = did_you_mean(str(value), _VOLATILITY)
        raise UserError(front.where(path, name), f"field {name!r} is {value!r}", "", hint)
    return value


def _page(value: Any, front: FrontMatter, path: str, name: str) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"[1-9]\d{0,5}", value):
        raise UserError(front.where(path, name), f"field {name!r} is {value!r}", "a page number from 1")
    return int(value)


def _scope(value: Any, front: FrontMatter, path: str, name: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise UserError(front.where(path, name), f"field {name!r} is {value!r}", "a mapping such as {stage: IV}")
    for key, item in value.items():
        where = front.where(path, name, key)
        if key not in SCOPE:
            raise UserError(where, f"unknown field 'scope.{key}'", "", did_you_mean(key, SCOPE))
        if not isinstance(item, str):
            raise UserError(where, f"field 'scope.{key}' is {item!r}", "text")
    return dict(value)


def _sources(value: Any, front: FrontMatter, path: str, name: str) -> tuple[Source, ...]:
    sources: dict[str, Source] = {}
    for number, item in enumerate(_mappings(value, front, path, name)):
        where = front.where(path, name, number)
        source = parse(Source, {key: field for key, field in item.items() if field is not None}, where)
        if not _ID.fullmatch(source.id) or source.id == "V":
            raise UserError(where, f"source id {source.id!r}", "letters, digits, dots and hyphens, and not V")
        if source.id in sources:
            raise UserError(where, f"source id {source.id!r} is there twice", "each source once")
        if source.url:
            check_url(source.url, where)
        sources[source.id] = source
    return tuple(sources.values())


def _conflicts(value: Any, front: FrontMatter, path: str, name: str) -> tuple[Conflict, ...]:
    conflicts: list[Conflict] = []
    for number, item in enumerate(_mappings(value, front, path, name)):
        where = front.where(path, name, number)
        positions = item.get("positions")
        if set(item) != {"topic", "positions"} or not isinstance(positions, list):
            there = ", ".join(map(repr, item)) or "nothing"
            raise UserError(where, f"a conflict with {there}", "'topic' and a list 'positions'")
        says: dict[str, str] = {}
        for position in positions:
            if not _is_position(position):
                raise UserError(where, f"a position {position!r}", "'body' and 'says', both text")
            says[position["body"]] = position["says"]
        if len(says) < 2:
            raise UserError(where, f"a conflict with {len(says)} position", "at least two bodies that differ")
        conflicts.append(Conflict(topic=_text(item["topic"], front, path, name), positions=says))
    return tuple(conflicts)


def _is_position(value: Any) -> bool:
    texts = isinstance(value, dict) and set(value) == {"body", "says"} and list(value.values())
    return bool(texts) and all(isinstance(text, str) and text.strip() for text in texts)


def _mappings(value: Any, front: FrontMatter, path: str, name: str) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise UserError(front.where(path, name), f"field {name!r} is {str(value)[:60]!r}", "a list of mappings")
    return value


def _check_signature(fields: Mapping[str, Any], front: FrontMatter, path: str) -> None:
    if ("signed_by" in fields) != ("signed_on" in fields):
        there = "signed_by" if "signed_by" in fields else "signed_on"
        wanted = "both signed_by and signed_on, or neither"
        raise UserError(front.where(path, there), f"field {there!r} without the other", wanted)


_READERS = {
    "id": _id, "title": _text, "cancer": _cancer, "scope": _scope, "sources": _sources, "as_of": _date,
    "review_by": _date, "volatility": _volatility, "supersedes": _ids, "conflicts_with": _ids, "conflicts": _conflicts,
    "signed_by": _text, "signed_on": _date, "page": _page,
}  # fmt: skip
