"""What a comparison is about: the parts of the subject that differ between two runs, and which nothing reads."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from evals.compare.records import PartChange

_LABELS = ("name", "version", "description")
"""Parts of a prompt file that tell people what it is, and no generator how to answer: not listed among the unread."""
_TWICE = ("prompt.parts.name", "prompt.parts.version")
"""Digests of what is listed in words."""


def subject_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[PartChange, ...]:
    """The parts in which the subjects of two manifests differ: prompt by part, generator, settings, seed, code."""
    one, other = before["signatures"]["subject"], after["signatures"]["subject"]
    reads = after.get("prompt", {}).get("read_by_generator", ())
    return tuple(
        # The mapping of prompt parts is an envelope: "prompt.wording" says enough.
        PartChange(
            part=name.replace("prompt.parts.", "prompt."),
            before=_told(old),
            after=_told(new),
            read=_is_read(name, reads),
        )
        for name, old, new in _differences("", one, other)
        if name != "digest" and name not in _TWICE
    )


def _is_read(name: str, reads: tuple[str, ...] | list[str]) -> bool:
    first, _, rest = name.partition(".")
    if first != "prompt":
        return True
    part = rest.removeprefix("parts.")
    return part in reads or part in _LABELS


def _differences(name: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            inner = f"{name}.{key}" if name else str(key)
            yield from _differences(inner, before.get(key), after.get(key))
    elif before != after:
        yield name, before, after


def _told(value: Any) -> str:
    return "absent" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
