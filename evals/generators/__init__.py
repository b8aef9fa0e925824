"""Generators: anything that turns a question into an answer. The table below is the whole list.

To add one: its file here, one line in `GENERATORS`, its test. From outside this repository: an entry point in the group
`evals.generators` whose value is a factory like those in the table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from evals.corpus import Corpus
from evals.errors import UserError, did_you_mean
from evals.prompt import Prompt
from evals.records import Question, TextFormat

if TYPE_CHECKING:
    from evals.llm import Session
    from evals.llm.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Words of an answer that name a source, tied by the generator to the passage they stand for.

    With a `mark` the tie is made where those characters ("[P19]") stand in the answer, and `name` is all names of the
    passage's sources; without one, by `name` in reading order.
    """

    name: str
    passage_id: str
    mark: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a generator returns: the answer as it came, and how it was made.

    `passages` are ids of the corpus, `contexts` texts that the answer was given from elsewhere.
    """

    raw: str
    format: TextFormat | None = None
    passages: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    ties: tuple[Tie, ...] = ()
    model: str | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What a generator may use: the prompt, the corpus, and the questions of the suite (for related questions)."""

    prompt: Prompt
    corpus: Corpus
    questions: tuple[Question, ...]
    seed: int = 0


class Generator(Protocol):
    """One answer per call; the same question, repeat and seed give the same answer where the maker allows it."""

    name: ClassVar[str]
    version: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    """The parts of the prompt file that can change its answers."""

    def repeats(self, question: Question, asked: int, /) -> int:
        """How many answers it will give to this question: `asked`, or as many as are recorded (0 = none)."""
        ...

    def __call__(self, question: Question, repeat: int, /) -> Draft:
        """The answer.

        Raises:
            GenerationError: no answer could be made; recorded as an error on this question, the run goes on.
        """
        ...


class AsksModels(Protocol):
    """A generator that asks a model or a service: its drafts are awaited, in place of being called for."""

    name: ClassVar[str]
    version: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]

    def repeats(self, question: Question, asked: int, /) -> int: ...

    async def draft(self, question: Question, repeat: int, session: "Session", /) -> Draft:
        """The answer.

        Raises:
            GenerationError: no answer could be made.
            ModelError: the model cannot be used at all (`fatal`): the run stops and can be resumed.
        """
        ...

    def estimate(self, question: Question, /) -> "tuple[Estimate, ...]":
        """What one answer asks of models, at most."""
        ...


class GenerationError(Exception):
    """Why one answer could not be made. The run records it and goes on."""


Factory = Callable[[Resources, Mapping[str, Any]], Generator]

# name -> module, whose `make(resources, settings)` builds it. Modules load when asked for: some need heavy libraries.
GENERATORS: dict[str, str] = {
    "composer": "evals.generators.composer",
    "recorded": "evals.generators.recorded",
    "python": "evals.generators.python",
    "chat": "evals.generators.chat",
    "endpoint": "evals.generators.endpoint",
}


def make_generator(name: str, resources: Resources, settings: Mapping[str, Any]) -> Generator:
    """The generator of that name.

    Raises:
        UserError: no such generator, or a setting is unknown or missing.
    """
    if name in GENERATORS:
        return import_module(GENERATORS[name]).make(resources, settings)
    outside = {point.name: point for point in entry_points(group="evals.generators")}
    if name in outside:
        factory: Factory = outside[name].load()
        return factory(resources, settings)
    raise UserError(f"generator {name!r}", "not known", fix=did_you_mean(name, [*GENERATORS, *outside]))


def check_settings(
    name: str, settings: Mapping[str, Any], allowed: tuple[str, ...], required: tuple[str, ...] = ()
) -> None:
    """Refuse settings a part does not have.

    Raises:
        UserError: a setting is unknown, or a required one is missing.
    """
    for key in settings:
        if key not in allowed:
            raise UserError(
                f"settings of {name!r}",
                f"unknown setting {key!r}",
                fix=did_you_mean(key, allowed) if allowed else "It has none.",
            )
    for key in required:
        if not settings.get(key):
            raise UserError(f"settings of {name!r}", f"setting {key!r} is missing", f"settings: {{{key}: ...}}")
