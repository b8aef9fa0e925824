"""Word lists and phrases that scorers and page readers work from: read once, frozen, errors naming file and line."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from evals.errors import UserError
from evals.shipped import find, shipped_root

_FOLDER = "datasets/lexicons"


@cache
def load_yaml(name: str) -> Mapping[str, Any]:
    """A lexicon in YAML, by bare name (`page_parts`) or by path. Lists come as tuples, mappings read-only.

    Raises:
        UserError: there is no such file, it is not YAML in UTF-8, or its top level is not a mapping.
    """
    path = _named(name, ".yaml")
    try:
        content = yaml.load(_read(path), Loader=_loader(path))  # noqa: S506  (all are safe loaders)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: an impossible date such as 2026-02-30
        raise UserError(str(path), " ".join(str(error).split()), "YAML", "Fix the file at the place named.") from error
    except RecursionError as error:
        raise UserError(str(path), "nested too deeply", "a mapping of lists") from error
    if not isinstance(content, dict):
        raise UserError(str(path), f"the top level is {_kind(content)}", "a mapping")
    return _freeze(content)


def _loader(path: Path) -> Any:
    # The C loader takes a tenth of the time, and crashes on text that is nested a million deep: for our own files only.
    ours = path.resolve().is_relative_to(shipped_root().resolve())
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader) if ours else yaml.SafeLoader


@cache
def load_jsonl(name: str) -> tuple[Mapping[str, Any], ...]:
    """A lexicon of one JSON object a line, by bare name (`jargon`) or by path. Blank lines are skipped.

    Raises:
        UserError: there is no such file, it is not UTF-8, or a line is not a JSON object.
    """
    path = _named(name, ".jsonl")
    rows: list[Mapping[str, Any]] = []
    # Only "\n" ends a line: U+2028 and its like may stand inside a JSON string.
    for number, line in enumerate(_read(path).split("\n"), start=1):
        if line.strip():
            rows.append(_row(f"{path}:{number}", line))
    return tuple(rows)


def _row(where: str, line: str) -> Mapping[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(where, f"not JSON: {error}", "one JSON object a line") from error
    if not isinstance(content, dict):
        raise UserError(where, _kind(content), "one JSON object a line")
    return _freeze(content)


def lexicon_path(name: str) -> Path:
    """Where a lexicon lies: a bare file name (`syllables.txt`) means `datasets/lexicons/<name>`, else it is a path.

    Raises:
        UserError: there is no such file.
    """
    if "/" in name or "\\" in name:
        return find(name, "lexicon")
    # Never from the current folder: a stray file there would change scores without changing their signature.
    path = shipped_root() / _FOLDER / name
    if not path.is_file():
        raise UserError(name, "no such lexicon", f"a file of {_FOLDER}")
    return path


def _named(name: str, suffix: str) -> Path:
    return lexicon_path(name if name.endswith(suffix) else name + suffix)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(str(path), f"not UTF-8 text (byte {error.start})", "UTF-8 text") from error
    except OSError as error:
        raise UserError(str(path), error.strerror or "cannot be read", "a readable file") from error


def _freeze(value: Any) -> Any:
    """Read-only all the way down: a cached lexicon is shared by everyone who asks for it."""
    if isinstance(value, dict):
        return MappingProxyType({key: _freeze(inner) for key, inner in value.items()})
    return tuple(_freeze(inner) for inner in value) if isinstance(value, list) else value


def _kind(value: Any) -> str:
    names = {"list": "a list", "str": "text", "NoneType": "empty", "dict": "a mapping"}
    return names.get(type(value).__name__, f"a {type(value).__name__}")
