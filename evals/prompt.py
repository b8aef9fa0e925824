"""Prompt files: the versioned text that tells a generator how to answer, and the thing that CI gates."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Literal

import yaml

from evals.errors import UserError, did_you_mean
from evals.parse import parse
from evals.records import STRICT
from evals.tables import read_text

SectionName = Literal[
    "title",
    "opening_notice",
    "urgent",
    "danger",
    "limits",
    "explanation",
    "record",
    "questions",
    "sources",
    "closing_notice",
    "upload",
    "related",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """All fixed words of an answer in one language. Fields in braces are filled in by the generator."""

    opening_notice: str = ""
    closing_notice: str = ""
    upload: str = ""
    headings: Mapping[SectionName, str]
    attribution: str = ""
    source: str = ""
    pointer: str = ""
    nothing_found: str = ""
    other_language: str = ""
    urgent: Mapping[Literal["T0", "T1", "T2"], str]
    crisis: str = ""
    crisis_sections: tuple[SectionName, ...] = ()
    urgent_inform: str = ""
    record_intro: str = ""
    record_mismatch: str = ""
    record_odd_text: str = ""
    limits: Mapping[str, str]
    questions: tuple[str, ...] = ()

    __pydantic_config__ = STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """How to answer: what the front matter demands, and `instruction`, the Jinja text for models.

    `reading_level` is a US school grade. `parts` are the digests of each part of the file, so that a change can be
    traced to the part that changed.
    """

    name: str
    version: str
    description: str = ""
    passages: int = 4
    sentences: int = 10
    reading_level: float = 8.0
    related: int = 3
    sections: tuple[SectionName, ...]
    wording: Mapping[str, Wording]
    instruction: str
    parts: Mapping[str, str]

    __pydantic_config__ = STRICT


def load_prompt(path: Path) -> Prompt:
    """The prompt in a Markdown file with YAML front matter.

    Raises:
        UserError: there is no front matter, or a field of it is unknown, missing or of the wrong kind.
    """
    front, body = split_front_matter(read_text(path), str(path))
    parts = {key: _digest(front[key]) for key in sorted(front)} | {"instruction": _digest(body)}
    prompt = parse(Prompt, {**front, "instruction": body, "parts": parts}, str(path))
    _check_templates(prompt, str(path))
    if not prompt.wording:
        raise UserError(str(path), "field 'wording' is empty", "the notices and phrases of at least one language")
    if not 0 <= prompt.reading_level <= 20:  # false for NaN too
        raise UserError(str(path), f"field 'reading_level' is {prompt.reading_level}", "a US school grade, 0 to 20")
    for name, low, value in (
        ("passages", 1, prompt.passages),
        ("sentences", 1, prompt.sentences),
        ("related", 0, prompt.related),
    ):
        if value < low:
            raise UserError(str(path), f"field {name!r} is {value}", f"a number from {low}")
    return prompt


# The fields each template of the wording may use; all other wording is taken as it stands.
_FIELDS: Mapping[str, frozenset[str]] = {
    "attribution": frozenset({"organisation", "document"}),
    "source": frozenset({"organisation", "document", "as_of"}),
    "pointer": frozenset({"organisation", "document", "as_of"}),
    "record_intro": frozenset({"facts"}),
    "urgent": frozenset({"do"}),
    "urgent_inform": frozenset({"do"}),
    "crisis": frozenset({"do"}),
}


def _check_templates(prompt: Prompt, where: str) -> None:
    for language, wording in prompt.wording.items():
        for name, allowed in _FIELDS.items():
            value = getattr(wording, name)
            for template in value.values() if isinstance(value, Mapping) else (value,):
                _check_fields(template, allowed, f"{where}: wording.{language}.{name}")
    # Imported here: only models read the instruction, but a broken one should not wait for them to be found.
    from jinja2 import Environment, TemplateSyntaxError

    try:
        Environment(autoescape=False).parse(prompt.instruction)  # noqa: S701  (parsed, never rendered)
    except TemplateSyntaxError as error:
        raise UserError(
            where, f"the instruction text is not valid Jinja (line {error.lineno}: {error.message})"
        ) from error


def _check_fields(template: str, allowed: frozenset[str], where: str) -> None:
    try:
        fields = [field for _, field, _, _ in Formatter().parse(template) if field is not None]
    except ValueError as error:
        raise UserError(
            where, f"a brace is not closed or not opened ({error})", "{field}, or {{ for a brace"
        ) from error
    for field in fields:
        if field not in allowed:
            raise UserError(where, f"unknown field {{{field}}}", "", did_you_mean(field, allowed))


def split_front_matter(text: str, where: str) -> tuple[dict[str, Any], str]:
    """The YAML between the first two `---` lines, and the text after them.

    Raises:
        UserError: there is no front matter, or it is not a YAML mapping.
    """
    lines = text.split("\n")
    if lines[0].strip() != "---" or "---" not in (line.strip() for line in lines[1:]):
        raise UserError(f"{where}:1", "no front matter", "YAML between two lines of ---")
    end = next(i for i, line in enumerate(lines[1:], start=1) if line.strip() == "---")
    try:
        front = yaml.safe_load("\n".join(lines[1:end]))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 1
        raise UserError(f"{where}:{line}", f"front matter is not YAML ({getattr(error, 'problem', error)})") from error
    if not isinstance(front, dict):
        raise UserError(f"{where}:1", "front matter is not a mapping", "lines of `field: value`")
    return front, "\n".join(lines[end + 1 :]).strip() + "\n"


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
