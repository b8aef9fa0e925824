"""YAML front matter -> plain values, each with the line it stands on.

Scalars stay text ("2.0" is a version and "yes" an answer, not a number and a truth); only null is null.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from evals.errors import UserError

_LONGEST = 64 * 1024
# Aliases can make a small file unfold into a huge one.
_MOST_VALUES = 10_000
_DEEPEST = 12
_FIELD = re.compile(r"[A-Za-z_][\w-]*\s*:(\s|\Z)")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The values between the `---` lines; `lines` has the line of each field of the top level, and of list items
    under ("sources", 0)."""

    values: Mapping[str, Any]
    lines: Mapping[tuple[str | int, ...], int]

    def where(self, path: str, *field: str | int) -> str:
        """The place of a field in its file ("P19.md:4"), the nearest known one when the field itself has none."""
        while field and field not in self.lines:
            field = field[:-1]
        return f"{path}:{self.lines.get(field, 1)}"


def split_front_matter(text: str, path: str) -> tuple[FrontMatter | None, str, int]:
    """The front matter (None when there is none), the text after it, and the lines before that text.

    Raises:
        UserError: the front matter is not closed, is not a YAML mapping, or repeats a field.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != "---" or not _FIELD.match(next((line for line in lines[1:] if line.strip()), "")):
        return None, text, 0
    end = next((number for number, line in enumerate(lines[1:], start=1) if line.rstrip() in {"---", "..."}), None)
    if end is None:
        raise UserError(f"{path}:1", "front matter without an end", "a second line of ---")
    source = "\n".join(lines[1:end])
    if len(source) > _LONGEST:
        raise UserError(f"{path}:1", f"front matter of {len(source):,} characters", f"at most {_LONGEST:,}")
    return _read(source, path), "\n".join(lines[end + 1 :]), end + 1


def _read(source: str, path: str) -> FrontMatter:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(source, Loader=loader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        problem = getattr(error, "problem", None) or "nested too deeply"
        raise UserError(f"{path}:{line}", f"front matter is not YAML ({problem})", "lines of `field: value`") from error
    if not isinstance(node, yaml.MappingNode):
        raise UserError(f"{path}:1", "front matter is not a mapping", "lines of `field: value`")
    reader = _Reader(path)
    values = reader.value(node, ())
    return FrontMatter(values, reader.lines)


class _Reader:
    def __init__(self, path: str) -> None:
        self._path = path
        self._count = 0
        self.lines: dict[tuple[str | int, ...], int] = {}

    def value(self, node: yaml.Node, place: tuple[str | int, ...]) -> Any:
        self._count += 1
        line = node.start_mark.line + 2
        if self._count > _MOST_VALUES or len(place) > _DEEPEST:
            found = "front matter with too many or too deeply nested values"
            raise UserError(f"{self._path}:{line}", found, "a few fields")
        if place:
            self.lines.setdefault(place, line)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*place, number)) for number, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place)
        return None if node.tag == "tag:yaml.org,2002:null" else node.value

    def _mapping(self, node: yaml.MappingNode, place: tuple[str | int, ...]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, item in node.value:
            line = key.start_mark.line + 2
            if not isinstance(key, yaml.ScalarNode):
                raise UserError(f"{self._path}:{line}", "a field name that is not text", "a name")
            if key.value in values:
                raise UserError(f"{self._path}:{line}", f"field {key.value!r} is there twice", "each field once")
            self.lines[(*place, key.value)] = line
            values[key.value] = self.value(item, (*place, key.value))
        return values
