"""Any Python function as the answer generator: `module:function`, called with the question's text and record."""

import contextlib
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
            # What the function prints is not the command's output.
            with contextlib.redirect_stdout(sys.stderr):
                result = self._function(question.text, asdict(question.record) if question.record else None)
        except KeyboardInterrupt:
            raise
        except (
            BaseException
        ) as error:  # a stranger's code may raise anything, or call exit; it is told on this question
            raise GenerationError(f"{self._target} raised {_words(error)}") from error
        return _draft(result, self._target)


def _words(error: BaseException) -> str:
    try:
        text = f"{type(error).__name__}: {error}"
    except Exception as unprintable:  # noqa: BLE001  (a stranger's message may raise anything too)
        text = f"{type(error).__name__}, whose message raised {type(unprintable).__name__}"
    return _whole(text)


def _whole(text: str) -> str:
    # Half a character, which no file can hold, becomes a replacement character.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _draft(result: object, target: str) -> Draft:
    if isinstance(result, str):
        return Draft(raw=result, model=target)
    if not isinstance(result, Mapping) or not isinstance(result.get("answer"), str):
        raise GenerationError(f"{target} returned {type(result).__name__}; wanted a text or a mapping with 'answer'")
    contexts = result.get("contexts") or ()
    if isinstance(contexts, str):
        contexts = (contexts,)
    if not isinstance(contexts, list | tuple) or not all(isinstance(text, str) for text in contexts):
        raise GenerationError(f"{target} returned contexts of {type(contexts).__name__}; wanted a list of texts")
    return Draft(
        raw=result["answer"], contexts=tuple(map(_whole, contexts)), model=_whole(str(result.get("model") or target))
    )


def make(resources: Resources, settings: Mapping[str, Any]) -> PythonGenerator:  # noqa: ARG001  (the table's signature)
    """The python generator; `settings.function` is "module:function", found from the current folder too.

    Raises:
        UserError: the module or function does not exist.
    """
    check_settings("python", settings, ("function",), ("function",))
    target = str(settings["function"])
    module_name, _, name = target.partition(":")
    if not name or not module_name:
        raise UserError("settings of 'python'", f"function is {target!r}", "module:function")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        function = getattr(import_module(module_name), name)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # importing runs a stranger's code, which may raise anything or call exit
        wanted = "an importable module and a function in it"
        raise UserError("settings of 'python'", f"{target}: {_words(error)}", wanted) from error
    if not callable(function):
        raise UserError("settings of 'python'", f"{target} is {type(function).__name__}", "a function")
    return PythonGenerator(function, target)
