"""ragas' Faithfulness as a judge: its own verdict step and prompt, on our claims, over our client.

ragas says of a claim whether it can be inferred from a context, and no more: 1 is "supported"; 0 is "not_found", since
it does not tell what is denied from what is not said. It names no passage. A scope is a context, so each takes a
request of its own. Plain ragas, which rewrites the answer into statements of its own, is a scorer (`ragas`).
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, get_args

from evals import ragas_link
from evals.corpus import Corpus
from evals.errors import UserError, did_you_mean
from evals.generators import check_settings
from evals.judges import history
from evals.judges.canaries import CanaryReport, judge_canaries
from evals.judges.fencing import fenced, one_line
from evals.judges.material import Library, Material
from evals.llm import ENDPOINT_SETTINGS, Endpoint, ModelError, Session, endpoint_from
from evals.llm.estimate import Estimate, tokens
from evals.records import Answer, Claim, Passage, Scope, Verdict

SCOPES: tuple[Scope, ...] = get_args(Scope)
DEFAULT_SCOPES: tuple[Scope, ...] = ("given", "corpus")
LIMITS = (12, 2, 8)
"""At most so many pieces of passages given, cited for one claim, and found by search: as the judge `llm` has them."""

_CLAIMS = 40
"""Claims beyond this many go into a further request: replies have an end."""
_TOKENS = (600, 220)
"""Room for the reply: for its frame and for each claim, which comes back in full with a reason. ragas' own 1,024 cut
replies off at about six claims."""
_PROMPT = 3_600
"""Characters of ragas' own prompt, for estimates."""

_Group = tuple[Scope, tuple[Claim, ...], frozenset[str]]


class RagasJudge:
    """Judges every claim against the passages the answer was given, and those that bear on it in the whole corpus."""

    name: ClassVar[str] = "ragas"
    version: ClassVar[str] = "1"

    def __init__(
        self, corpus: Corpus, endpoint: Endpoint, scopes: tuple[Scope, ...], max_tokens: int | None, passages: int
    ) -> None:
        self.endpoint = endpoint
        self._corpus, self._scopes, self._max_tokens = corpus, scopes, max_tokens
        self._limits = (*LIMITS[:2], passages)
        self._library = Library(corpus)

    @property
    def signature(self) -> str:
        asked = f"{self.endpoint.api}|{self.endpoint.shown}|{self.endpoint.parameters!r}|{','.join(self._scopes)}"
        if self._limits != LIMITS:
            asked += f"|{self._limits[2]} passages"
        return f"ragas|v{self.version}|{ragas_link.RAGAS}|{asked}|{history.digest(self._corpus)}"

    def warm_up(self) -> None:
        """Start importing ragas in the background; see `ragas_link.warm_up`."""
        ragas_link.warm_up()

    async def verdicts(
        self, answer: Answer, claims: tuple[Claim, ...], given: tuple[Passage, ...], session: Session, /
    ) -> tuple[Verdict, ...]:
        """For each claim one verdict for each scope asked for.

        Raises:
            ModelError: the run cannot go on (`fatal`); any other failure is an error on the claims it concerns.
        """
        if answer.language != "en":
            return ()
        batches = [claims[start : start + _CLAIMS] for start in range(0, len(claims), _CLAIMS)]
        work: list[tuple[Material, _Group]] = []
        for batch in batches:
            material = self._library.material(answer, batch, given, limits=self._limits)
            work += [(material, group) for group in self._groups(batch, material)]
        asked = [self._judge(material, group, session) for material, group in work]
        # A task for a single one would cost as much as reading the reply.
        found = [await asked[0]] if len(asked) == 1 else await asyncio.gather(*asked)
        place = {claim.claim_id: number for number, claim in enumerate(claims)}
        return tuple(
            sorted((v for part in found for v in part), key=lambda v: (place[v.claim_id], SCOPES.index(v.scope)))
        )

    def _groups(self, claims: tuple[Claim, ...], material: Material) -> Iterator[_Group]:
        """The claims that one context is asked for: all of them, except that each may cite something else."""
        if "given" in self._scopes and material.given:
            yield "given", claims, material.given
        if "cited" in self._scopes:
            for ids in sorted(set(material.cited.values()), key=sorted):
                yield "cited", tuple(c for c in claims if material.cited.get(c.claim_id) == ids), ids
        if "corpus" in self._scopes:
            yield "corpus", claims, material.guidelines - self._library.overdue

    async def _judge(self, material: Material, group: _Group, session: Session) -> list[Verdict]:
        scope, claims, within = group
        shown = [piece for piece in material.shown if piece.passage.id in within]
        if not shown:
            return [_nothing(claim, scope) for claim in claims]
        # The title goes with the text: what a passage calls "it" may be named only there.
        context = "\n".join(_context(piece.passage.title, piece.text) for piece in shown)
        ids = {piece.passage.id for piece in shown}
        try:
            models = await ragas_link.loaded()
            llm = models.SessionLlm(session, self.endpoint, self._max_tokens or _TOKENS[0] + _TOKENS[1] * len(claims))
            spoken = await models.verdicts_on(llm, [one_line(claim.claim_text) for claim in claims], context)
        except ModelError as error:
            if error.fatal:
                raise
            return [_failed(claim, scope, str(error)) for claim in claims]
        passage = next(iter(ids)) if len(ids) == 1 else None
        return [_verdict(claim, scope, one, passage) for claim, one in zip(claims, spoken, strict=True)]

    async def canaries(self, session: Session) -> CanaryReport:
        """Whether this judge obeys orders hidden in claims. Run it with every judged run and keep the report."""
        return await judge_canaries(self, session)

    def estimate(self, characters: int, claims: int, /) -> tuple[Estimate, ...]:
        """What the verdicts on one answer take. The claims are about as long as the answer, and come back in full."""
        calls = -(-claims // _CLAIMS) * len(self._scopes)
        context = self._limits[2] * 900
        taken = calls * tokens(_PROMPT + context) + len(self._scopes) * tokens(characters)
        out = len(self._scopes) * (tokens(characters) + claims * 45)
        return (Estimate(endpoint=self.endpoint, calls=calls, tokens_in=taken, tokens_out=out),)


@lru_cache(maxsize=2048)
def _context(title: str, text: str) -> str:
    # Most passages are shown again and again.
    return f"{one_line(title)}\n{fenced(text)}".strip()


def _verdict(claim: Claim, scope: Scope, spoken: Any, passage: str | None) -> Verdict:
    if spoken.error:
        return _failed(claim, scope, spoken.error)
    supported = spoken.verdict == 1
    return Verdict(
        claim_id=claim.claim_id, judge="ragas", scope=scope, label="supported" if supported else "not_found",
        passage_id=passage if supported else None, reason=spoken.reason or "No reason was given.",
        code=None if supported else "E15",
    )  # fmt: skip


def _nothing(claim: Claim, scope: Scope) -> Verdict:
    return Verdict(
        claim_id=claim.claim_id, judge="ragas", scope=scope, label="not_found", reason="No passage speaks of this.",
        code="E15",
    )  # fmt: skip


def _failed(claim: Claim, scope: Scope, cause: str) -> Verdict:
    return Verdict(claim_id=claim.claim_id, judge="ragas", scope=scope, status="error", reason=cause)


def make(corpus: Corpus, settings: Mapping[str, Any]) -> RagasJudge:
    """The judge; settings are those of an endpoint, `scopes` (which verdicts to ask for), `max_tokens`, and
    `passages`: how many that search finds are shown beside those given or cited (fewer suit a small or slow model).

    Raises:
        UserError: a setting is unknown, missing or wrong, the environment has no key, or ragas is not as wanted.
    """
    check_settings("ragas", settings, ("scopes", "max_tokens", "passages", *ENDPOINT_SETTINGS))
    ragas_link.check_ragas()
    room, passages = (_count(settings, name) for name in ("max_tokens", "passages"))
    scopes = _scopes(settings.get("scopes", DEFAULT_SCOPES))
    return RagasJudge(corpus, endpoint_from(settings, "judge ragas"), scopes, room, passages or LIMITS[2])


def _count(settings: Mapping[str, Any], name: str) -> int | None:
    value = settings.get(name)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
        raise UserError(f"judge ragas.{name}", f"{value!r}"[:60], "a number from 1")
    return value


def _scopes(given: object) -> tuple[Scope, ...]:
    asked: Sequence[object] = given if isinstance(given, (list, tuple)) else (given,)
    for name in asked:
        if name not in SCOPES:
            raise UserError("judge ragas.scopes", f"{name!r}"[:60], ", ".join(SCOPES), did_you_mean(str(name), SCOPES))
    if "corpus" not in asked:
        raise UserError("judge ragas.scopes", "without 'corpus'", "'corpus' among them: that verdict decides")
    return tuple(scope for scope in SCOPES if scope in asked)
