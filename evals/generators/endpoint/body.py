"""The JSON body of a request from its template: values go in as JSON values, never by pasting text into text."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from evals.errors import UserError, did_you_mean
from evals.records import Question

FIELDS = ("question", "record", "record_text", "language", "repeat")
_FIELD = re.compile(r"\{([a-z_]+)\}")
_DEEPEST = 20


class Body:
    """A template of mappings, lists and texts. A text that is one field alone becomes its value: {record} an object or
    null, {repeat} a number; fields within a longer text become text.

    Raises:
        UserError: it is no mapping, is nested too deeply, or names an unknown field.
    """

    def __init__(self, template: object, where: str) -> None:
        if not isinstance(template, Mapping):
            raise UserError(
                f"{where}.body", f"a {type(template).__name__}", 'a mapping such as {question: "{question}"}'
            )
        self._template = template
        _check(template, f"{where}.body", 0)
        if "{question}" not in str(template):
            raise UserError(f"{where}.body", "it does not hold the question", 'a value such as "{question}"')

    def filled(self, question: Question, repeat: int) -> dict[str, Any]:
        """The body for one question."""
        record = None if question.record is None else asdict(question.record)
        values = {
            "question": question.text,
            "record": record,
            "record_text": "" if question.record is None else question.record.text,
            "language": question.language,
            "repeat": repeat,
        }
        return {str(key): _filled(value, values) for key, value in self._template.items()}


def _check(template: object, where: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise UserError(where, "nested too deeply", f"at most {_DEEPEST} levels")
    if isinstance(template, Mapping):
        for key, value in template.items():
            _check(value, f"{where}.{key}", depth + 1)
    elif isinstance(template, list | tuple):
        for value in template:
            _check(value, where, depth + 1)
    elif isinstance(template, str):
        for name in _FIELD.findall(template):
            if name not in FIELDS:
                raise UserError(where, f"unknown field {{{name}}}", "", did_you_mean(name, FIELDS))
    elif not (template is None or isinstance(template, bool | int | float)):
        raise UserError(where, f"a {type(template).__name__}", "what JSON knows: text, number, true, false, null")


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, Mapping):
        return {str(key): _filled(value, values) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [_filled(value, values) for value in template]
    if not isinstance(template, str):
        return template
    alone = _FIELD.fullmatch(template)
    if alone:
        return values[alone[1]]
    # In one pass: a question that holds "{record}" keeps it.
    return _FIELD.sub(lambda field: _text(values[field[1]]), template)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    import json

    return "" if value is None else json.dumps(value, ensure_ascii=False)
