"""YAML files that people write for us, read as JSON values: text, numbers, truth values, lists, mappings by text.

YAML knows more (dates, sets, bytes, keys of any kind, values that hold themselves), none of which a manifest can keep
or a signature be made of. A date without quotes is the text that it reads as; the rest is refused with its place.
"""

import math
from collections.abc import Iterator
from typing import Any

import yaml

from evals.errors import UserError

_MOST = 200_000
"""Values in one text, aliases counted each time they stand for something: ten lines of aliases can mean millions."""
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(yaml.SafeLoader):
    """The safe loader without dates. The one written in C crashes on text that is nested a million deep."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def plain_yaml(text: str, where: str) -> Any:
    """The value of a YAML text.

    Raises:
        UserError: it is not YAML, or holds what JSON cannot; names the line or the place inside.
    """
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506  (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{where}:{mark.line + 1}" if mark else where
        raise UserError(place, f"not YAML ({getattr(error, 'problem', None) or _line(error)})") from error
    except (ValueError, OverflowError) as error:  # an impossible date with its tag, a number of a million digits
        raise UserError(where, f"not YAML ({_line(error)})") from error
    except RecursionError as error:
        raise UserError(where, "nested too deeply", "lines of `field: value`") from error
    for count, (place, found) in enumerate(_inside(value)):
        if problem := _problem(found):
            at = f"field {place!r} is " if place else ""
            raise UserError(where, f"{at}{problem}", "text, a number, true or false, a list or a mapping", _FIX)
        if count >= _MOST:
            raise UserError(where, f"more than {_MOST:,} values", "a file that a person could have written")
    return value


_FIX = "Put text into quotes."


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    """Every value with its place, without recursion: a value may be deep, and may even hold itself."""
    left: list[tuple[str, Any]] = [("", value)]
    while left:
        place, found = left.pop()
        yield place, found
        if isinstance(found, dict):
            left += [(_under(place, key), inner) for key, inner in reversed(found.items())]
            left += [(_under(place, key), _Key(key)) for key in reversed(found) if not isinstance(key, str)]
        elif isinstance(found, list):
            left += [(_under(place, number), found[number]) for number in reversed(range(len(found)))]


class _Key:
    """A key that is no text."""

    def __init__(self, key: object) -> None:
        self.key = key


def _under(place: str, name: object) -> str:
    told = f"{name}"[:60]
    return f"{place[-200:]}.{told}" if place else told


def _problem(value: Any) -> str | None:
    if isinstance(value, _Key):
        return f"under a name that is not text ({type(value.key).__name__})"
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}, which is no number"
    if value is None or isinstance(value, (str, bool, int, float, list, dict)):
        return None
    return f"a {type(value).__name__}"
