"""The claim judge that asks a language model: one request an answer, four labels, each proved by a quote.

All claims of an answer go into one request with the passages it was given, those it cites and those that search finds;
from the reply come the verdicts in all three scopes (see `reply.verdict`). The answer itself is not sent: its claims
are, one a line, fenced as data.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from evals.corpus import Corpus
from evals.generators import check_settings
from evals.judges import history
from evals.judges.canaries import CanaryReport, judge_canaries
from evals.judges.llm.prompt import JudgePrompt, load_judge_prompt, messages
from evals.judges.llm.reply import SCHEMA, Judged, Told, told, verdict
from evals.judges.material import Library, Material
from evals.llm import ENDPOINT_SETTINGS, Ask, Endpoint, ModelError, Session, endpoint_from
from evals.llm.estimate import Estimate, tokens
from evals.records import Answer, Claim, Passage, Verdict

DEFAULT_PROMPT = "judge-claims"
_USUAL_PASSAGE = 900
"""About how many characters a passage has, for estimates."""


class LlmJudge:
    """Judges every claim against the passages the answer was given, those it cites, and the whole corpus."""

    name: ClassVar[str] = "llm"
    version: ClassVar[str] = "2"

    def __init__(self, corpus: Corpus, endpoint: Endpoint, prompt: JudgePrompt) -> None:
        self.endpoint = endpoint
        self._corpus, self._prompt = corpus, prompt
        self._library = Library(corpus)

    @property
    def signature(self) -> str:
        prompt = f"{self._prompt.name}@{self._prompt.version}:{self._prompt.digest}"
        return f"llm|v{self.version}|{prompt}|{asked_model(self.endpoint)}|{history.digest(self._corpus)}"

    async def verdicts(
        self, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...], session: Session, /
    ) -> tuple[Verdict, ...]:
        """For each claim one verdict a scope.

        Raises:
            ModelError: the run cannot go on (`fatal`); any other failure is an error on the claims it concerns.
        """
        if answer.language != "en":
            return ()
        size = self._prompt.claims
        if len(claims) <= size:  # as most answers; a task of its own would cost as much as reading the reply
            return tuple(await self._judge(answer, claims, given, session)) if claims else ()
        batches = [claims[start : start + size] for start in range(0, len(claims), size)]
        asked = (self._judge(answer, batch, given, session) for batch in batches)
        return tuple(one for found in await asyncio.gather(*asked) for one in found)

    async def _judge(
        self, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...], session: Session
    ) -> list[Verdict]:
        limits = self._prompt.given, self._prompt.cited, self._prompt.passages
        material = self._library.material(answer, claims, given, limits=limits)
        said = await self._ask(answer, claims, material, session)
        return [
            verdict(claim, self.name, scope, one, within, self._library.overdue)
            for claim, one in zip(claims, said, strict=True)
            for scope, within in material.scopes(claim)
        ]

    async def _ask(
        self, answer: Answer, claims: Sequence[Claim], material: Material, session: Session
    ) -> tuple[Told, ...]:
        texts = [claim.claim_text for claim in claims]
        ask = Ask(
            messages=messages(self._prompt, answer.question, texts, material.shown, material.guidelines),
            schema=SCHEMA, schema_name="verdicts", max_tokens=self._prompt.max_tokens(len(claims)),
        )  # fmt: skip
        try:
            reply, _ = await session.ask_for(self.endpoint, ask, Judged)
        except ModelError as error:
            if error.fatal:
                raise
            return (Told(error=str(error)),) * len(claims)
        return told(reply, len(claims), material.shown, self._prompt.quote)

    async def canaries(self, session: Session) -> CanaryReport:
        """Whether this judge obeys orders hidden in claims. Run it with every judged run and keep the report."""
        return await judge_canaries(self, session)

    def estimate(self, characters: int, claims: int, /) -> tuple[Estimate, ...]:
        """What the verdicts on one answer take. The claims are about as long as the answer."""
        calls = -(-claims // self._prompt.claims)
        frame = len(self._prompt.system) + len(self._prompt.body) + self._prompt.passages * _USUAL_PASSAGE
        # A verdict takes about half the room it is given.
        out = calls * self._prompt.tokens_frame // 4 + claims * self._prompt.tokens_claim // 2
        taken = calls * tokens(frame) + tokens(characters)
        return (Estimate(endpoint=self.endpoint, calls=calls, tokens_in=taken, tokens_out=out),)


def asked_model(endpoint: Endpoint) -> str:
    """What of an endpoint can change a verdict."""
    return f"{endpoint.api}|{endpoint.shown}|{endpoint.parameters!r}"


def make(corpus: Corpus, settings: Mapping[str, Any]) -> LlmJudge:
    """The judge; settings are those of an endpoint, and `prompt`, the name or path of a judge prompt.

    Raises:
        UserError: a setting is unknown, missing or wrong, or the environment has no key.
    """
    check_settings("llm", settings, ("prompt", *ENDPOINT_SETTINGS))
    prompt = load_judge_prompt(str(settings.get("prompt", DEFAULT_PROMPT)))
    return LlmJudge(corpus, endpoint_from(settings, "judge llm"), prompt)
