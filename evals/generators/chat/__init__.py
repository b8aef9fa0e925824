"""A language model as the answer generator: the prompt file's instruction, the passages found and the record go in.

It writes the whole answer: notices that the prompt demands come from the model or are missing; nothing is added here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from evals.corpus import Index
from evals.errors import UserError
from evals.generators import Draft, GenerationError, Resources, check_settings
from evals.generators.chat.given import Template, found_passages
from evals.generators.chat.marks import ties_in
from evals.llm import ENDPOINT_SETTINGS, Ask, Endpoint, Message, ModelError, endpoint_from
from evals.llm.estimate import TYPICAL_CHARACTERS, Estimate, tokens
from evals.records import Passage, Question

if TYPE_CHECKING:
    from evals.llm import Session


class Chat:
    """Answers with one request to a model; citations in the reply are tied to the passages that it was given."""

    name: ClassVar[str] = "chat"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = (
        "passages", "sentences", "reading_level", "related", "sections", "wording", "instruction",
    )  # fmt: skip

    def __init__(self, resources: Resources, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._corpus, self._prompt = resources.corpus, resources.prompt
        self._template = Template(resources.prompt)
        self._index = Index(resources.corpus)

    def repeats(self, question: Question, asked: int, /) -> int:  # noqa: ARG002  (every question alike)
        return asked

    async def draft(self, question: Question, repeat: int, session: "Session", /) -> Draft:
        passages = self.passages(question)
        try:
            reply = await session.ask(self.endpoint, Ask(messages=self.messages(question, passages), repeat=repeat))
        except ModelError as error:
            if error.fatal:
                raise
            raise GenerationError(str(error)) from error
        return Draft(
            raw=reply.text,
            format="markdown",
            passages=tuple(passage.id for passage in passages),
            ties=ties_in(reply.text, passages),
            model=reply.model,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            cost=reply.cost,
        )

    def passages(self, question: Question) -> tuple[Passage, ...]:
        """The passages that the model is given for a question, best first."""
        ids = found_passages(self._index, self._corpus, question, self._prompt.passages)
        return tuple(self._corpus.passages[passage_id] for passage_id in ids)

    def messages(self, question: Question, passages: tuple[Passage, ...]) -> tuple[Message, ...]:
        """The request: rules as the system's message, everything that is data as the user's."""
        rules, data = self._template.filled(question, passages)
        system = (Message(role="system", content=rules),) if rules else ()
        return (*system, Message(role="user", content=data))

    def estimate(self, question: Question, /) -> tuple[Estimate, ...]:
        """What one answer asks of the model."""
        sent = sum(len(message.content) for message in self.messages(question, self.passages(question)))
        out = min(self.endpoint.max_tokens, tokens(TYPICAL_CHARACTERS))
        return (Estimate(endpoint=self.endpoint, calls=1, tokens_in=tokens(sent), tokens_out=out),)


def make(resources: Resources, settings: Mapping[str, Any]) -> Chat:
    """The chat generator; its settings are those of an endpoint: `base_url`, `model`, `key_env`, `parameters` …

    Raises:
        UserError: a setting is unknown or missing, the key is not in the environment, or the prompt names an unknown
            field.
    """
    check_settings("chat", settings, ENDPOINT_SETTINGS)
    if not settings.get("model"):
        raise UserError(
            "generator 'chat'", "no model is named", "settings: {model: …}", "On the command line: --model NAME."
        )
    return Chat(resources, endpoint_from(settings, "generator.settings"))
