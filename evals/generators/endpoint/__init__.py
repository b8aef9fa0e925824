"""Any HTTP service as the answer generator: a JSON body goes out, answer and sources are picked from the reply."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from evals.generators import Draft, GenerationError, Resources, check_settings
from evals.generators.endpoint.body import Body
from evals.generators.endpoint.reply import Places, ReplyError
from evals.llm import SERVICE_SETTINGS, Fetched, ModelError, Service, service_from
from evals.llm.estimate import Estimate
from evals.records import Question

if TYPE_CHECKING:
    from evals.llm import Session

PLACES = ("answer", "contexts", "passages", "model", "tokens_in", "tokens_out", "cost", "end", "format")


class EndpointGenerator:
    """Sends one request a question; the service decides everything about the answer.

    Settings: `url` and the limits and key of a service; `body`, a JSON template with {question}, {record}, {language}
    and {repeat} (`{question: "{question}"}` by default); `answer`, where the answer is in the reply (a dotted path such
    as `choices.0.message.content`, `*` for all of a list; "answer" by default); and, where the service sends them,
    paths to `contexts` (texts that it answered from), `passages` (ids of this corpus), `model`, `tokens_in`,
    `tokens_out`, `cost`. In a stream of server-sent events the texts at `answer` are joined; `{delta: path}` reads only
    events of the name "delta"; `end` is the data of the event that must close the stream ("[DONE]", say). `format` is
    markdown, html or text; recognised where it is not set.
    """

    name: ClassVar[str] = "endpoint"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()

    def __init__(self, service: Service, body: Body, places: Places, known: frozenset[str]) -> None:
        self.endpoint, self._body, self._places, self._known = service, body, places, known

    def repeats(self, question: Question, asked: int, /) -> int:  # noqa: ARG002  (every question alike)
        return asked

    async def draft(self, question: Question, repeat: int, session: "Session", /) -> Draft:
        body = self._body.filled(question, repeat)
        try:
            fetched = await session.fetch(self.endpoint, body, repeat=repeat, problem=self._problem)
        except ModelError as error:
            if error.fatal:
                raise
            raise GenerationError(str(error)) from error
        try:
            draft = self._places.draft(fetched)
        except ReplyError as error:  # a reply out of a cache that other settings filled
            raise GenerationError(f"{self.endpoint.shown}: {error}") from error
        if strangers := [passage for passage in draft.passages if passage not in self._known]:
            raise GenerationError(f"{self.endpoint.shown}: the reply names passages not in the corpus: {strangers[0]}")
        return draft

    def estimate(self, question: Question, /) -> tuple[Estimate, ...]:  # noqa: ARG002  (every question alike)
        """What one answer asks of the service: a request of unknown length and price."""
        return (Estimate(endpoint=self.endpoint, calls=1, tokens_in=0, tokens_out=0),)

    def _problem(self, fetched: Fetched) -> str | None:
        try:
            self._places.draft(fetched)
        except ReplyError as error:
            return str(error)
        return None


def make(resources: Resources, settings: Mapping[str, Any]) -> EndpointGenerator:
    """The endpoint generator.

    Raises:
        UserError: a setting is unknown, missing or makes no sense, or the key is not in the environment.
    """
    check_settings("endpoint", settings, (*SERVICE_SETTINGS, "body", *PLACES), ("url",))
    where = "generator.settings"
    return EndpointGenerator(
        service_from(settings, where),
        Body(settings.get("body", {"question": "{question}"}), where),
        Places.of({name: settings[name] for name in PLACES if name in settings}, where),
        frozenset(resources.corpus.passages),
    )
