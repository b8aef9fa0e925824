"""Any Python function as the answer generator: `module:function`, called with the question's text and record."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from evals.errors import UserError
from evals.generators import Draft, GenerationError, Resources, check_settings
from evals.records import Question


class PythonGenerator:
    """Calls `function(question: str, record: dict | None)`; it returns the answer as text.

    The function may instead return a mapping with `answer` and, if it likes, `contexts` (list of texts) and `model`.
    """

    name: ClassVar[str] = "python"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, function: Callable[[str, dict[str, Any] | None], object], target: str) -> None:
        self._function, self._target = function, target

    def repeats(self, question: Question, asked: int, /) -> int:  # noqa: ARG002  (every question alike)
        return asked

    def __call__(self, question: Question, repeat: int, /) -> Draft:  # noqa: ARG002  (its own affair)
        try:
            result = self._function(question.text, asdict(question.record) if question.record else None)
        except Exception as error:
            raise GenerationError(f"{self._target} raised {type(error).__name__}: {error}") from error
        return _draft(result, self._target)


def _draft(result: object, target: str) -> Draft:
    if isinstance(result, str):
        return Draft(raw=result, model=target)
    if isinstance(result, Mapping) and isinstance(result.get("answer"), str):
        contexts = tuple(str(text) for text in result.get("contexts", ()))
        return Draft(raw=result["answer"], contexts=contexts, model=str(result.get("model", target)))
    raise GenerationError(f"{target} returned {type(result).__name__}; wanted a text or a mapping with 'answer'")


def make(resources: Resources, settings: Mapping[str, Any]) -> PythonGenerator:  # noqa: ARG001  (the table's signature)
    """The python generator; `settings.function` is "module:function", found from the current folder too.

    Raises:
        UserError: the module or function does not exist.
    """
    check_settings("python", settings, ("function",), ("function",))
    target = str(settings["function"])
    module_name, _, name = target.partition(":")
    if not name:
        raise UserError("settings of 'python'", f"function is {target!r}", "module:function")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        function = getattr(import_module(module_name), name)
    except (ImportError, AttributeError) as error:
        raise UserError(
            "settings of 'python'", f"{target}: {error}", "an importable module and a function in it"
        ) from error
    if not callable(function):
        raise UserError("settings of 'python'", f"{target} is {type(function).__name__}", "a function")
    return PythonGenerator(function, target)
