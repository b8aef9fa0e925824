"""Untrusted values -> frozen records, with errors that name the field, what was found and what was wanted."""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from evals.errors import UserError, did_you_mean

T = TypeVar("T")


@cache
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def parse(kind: type[T], values: Mapping[str, Any], where: str) -> T:
    """A record of the given dataclass from plain values.

    Raises:
        UserError: a field is unknown, missing or of the wrong type; the first problem in field order.
    """
    try:
        return _adapter(kind).validate_python(dict(values))
    except ValidationError as error:
        details = error.errors(include_url=False)
        # An unknown field usually explains the missing one, so it is told first.
        first = next((e for e in details if _is_unknown(e)), details[0])
        raise _explain(kind, first, where, len(details) - 1) from error


def _is_unknown(error: ErrorDetails) -> bool:
    return error["type"] in {"unexpected_keyword_argument", "extra_forbidden"}


def _explain(kind: type, error: ErrorDetails, where: str, more: int) -> UserError:
    field = ".".join(str(part) for part in error["loc"]) or "row"
    tail = f" ({more} more in this row.)" if more else ""
    if _is_unknown(error):
        names = getattr(kind, "__dataclass_fields__", {})
        hint = did_you_mean(str(error["loc"][-1]), names) if len(error["loc"]) == 1 else ""
        return UserError(where, f"unknown field {field!r}", "", (hint + tail).strip())
    if error["type"] in {"missing", "missing_argument"}:
        return UserError(where, f"field {field!r} is missing", "", tail.strip())
    found = repr(error["input"])
    shown = found if len(found) <= 60 else found[:57] + "..."
    wanted, hint = error["msg"].removeprefix("Input should be "), ""
    if error["type"] == "literal_error":
        wanted = error["ctx"]["expected"] if "ctx" in error else wanted
        hint = did_you_mean(str(error["input"]), [w.strip("' ") for w in wanted.replace(" or ", ", ").split(",")])
    return UserError(where, f"field {field!r} is {shown}", wanted, (hint + tail).strip())
