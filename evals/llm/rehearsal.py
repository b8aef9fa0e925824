"""A session that asks nobody: it counts what would be asked, and replies with something of the usual size and shape.

Whoever is given it takes the same way as with a model, so that what cannot be told beforehand (how many requests a
metric from elsewhere makes, and how long they are) is found by letting it try.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from evals.llm.endpoint import Endpoint
from evals.llm.estimate import TYPICAL_CHARACTERS, TYPICAL_CLAIM, Estimate, tokens
from evals.llm.messages import Ask, Fetched, Reply
from evals.llm.schemas import schema_of, schema_text
from evals.llm.service import Service
from evals.llm.usage import Usage
from evals.llm.wire import encode

if TYPE_CHECKING:
    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel")

_ITEMS = TYPICAL_CHARACTERS // TYPICAL_CLAIM
"""Of a list in a reply: most hold one entry for each statement of an answer."""
_INNER_ITEMS = 3
_SENTENCE = "Chemotherapy can lower white blood cells, and a fever is then an emergency."
_DIMENSIONS = 8


class Rehearsal:
    """Takes the place of a `Session`; `estimates` holds one for each request that would have been sent."""

    def __init__(self) -> None:
        self.estimates: list[Estimate] = []

    @property
    def usage(self) -> Usage:
        """Nothing."""
        return Usage()

    async def ask(self, endpoint: Endpoint, ask: Ask) -> Reply:
        """A reply of the usual length."""
        return self._reply(endpoint, ask, (_SENTENCE + " ") * (TYPICAL_CHARACTERS // len(_SENTENCE)))

    async def ask_for(self, endpoint: Endpoint, ask: Ask, shape: type[M]) -> tuple[M, Reply]:
        """A value that fits the pydantic model.

        Raises:
            ValueError: the model wants more than its schema says.
        """
        schema = schema_of(shape)
        value = shape.model_validate(fitting(schema, schema))
        return value, self._reply(endpoint, ask, value.model_dump_json())

    async def embed(self, endpoint: Endpoint, texts: Sequence[str]) -> list[list[float]]:
        """The same vector for each text."""
        self._count(endpoint, sum(map(len, texts)), 0)
        return [[1.0, *[0.0] * (_DIMENSIONS - 1)] for _ in texts]

    async def fetch(
        self,
        service: Service,
        body: Mapping[str, Any],
        *,
        repeat: int = 0,  # noqa: ARG002  (as a Session has it)
        problem: Callable[[Fetched], object] | None = None,  # noqa: ARG002  (likewise)
    ) -> Fetched:
        """An empty reply."""
        self._count(service, len(encode(body)), 0)
        return Fetched(text="", media_type="text/plain", cached=False)

    def _reply(self, endpoint: Endpoint, ask: Ask, text: str) -> Reply:
        asked = sum(len(message.content) for message in ask.messages)
        self._count(endpoint, asked + (0 if ask.schema is None else len(schema_text(ask.schema))), len(text))
        return Reply(text=text, model=endpoint.model, tokens_in=None, tokens_out=None, cost=None, cached=False)

    def _count(self, target: Endpoint | Service, sent: int, came: int) -> None:
        self.estimates.append(Estimate(endpoint=target, calls=1, tokens_in=tokens(sent), tokens_out=tokens(came)))


def fitting(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int = 0) -> Any:
    """A value of the usual size that fits a JSON schema; `root` holds its definitions."""
    if "$ref" in schema:
        return fitting(root["$defs"][str(schema["$ref"]).rpartition("/")[2]], root, depth)
    for choice in ("anyOf", "oneOf", "allOf"):
        if schema.get(choice):
            return fitting(schema[choice][0], root, depth)
    if "const" in schema or schema.get("enum"):
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if kind == "object":
        return {name: fitting(part, root, depth + 1) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        # A list inside a list, or a type that holds itself, must come to an end.
        most = _ITEMS if depth < 2 else _INNER_ITEMS if depth < 4 else 0
        return [fitting(schema.get("items", {}), root, depth + 2) for _ in range(most)]
    low = schema.get("minimum", 0)
    return {"integer": low, "number": low, "boolean": True, "null": None}.get(kind, _SENTENCE)
