"""The other way round: our scorers as metrics of ragas, for people whose evaluation runs there.

    from evals.ragas_metrics import as_metric
    result = await as_metric("readability").ascore(response="…")        # MetricResult: value in [0, 1], reason

Everything stays on this machine: claims are judged by the local judge.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals import ragas_link
from evals.answers import build_answer
from evals.claims import extract_claims
from evals.corpus import Corpus, load_corpus
from evals.generators import Draft
from evals.judges import Judge, judge_claims, make_judge
from evals.records import Case, Outcome, Passage, Question, Verdict
from evals.scorers import make_scorer, score, unscorable
from evals.shipped import find

if TYPE_CHECKING:
    from ragas.metrics.collections.base import BaseMetric

GUIDELINES = "datasets/guidelines"


def as_metric(
    scorer: str, settings: Mapping[str, Any] | None = None, *, corpus: Sequence[str | Path] = (GUIDELINES,)
) -> "BaseMetric":
    """A scorer of ours as a ragas metric of the same name; `corpus` are the guidelines that claims are checked with.

    Its `ascore(response, user_input="", retrieved_contexts=())` gives a `MetricResult` whose value is the score in
    [0, 1], or None with the reason why there is none: never NaN, never a made-up 0. Findings stand in `traces`.

    Raises:
        UserError: no such scorer or setting, the corpus cannot be read, or ragas is not as wanted.
    """
    models = ragas_link.load()
    made = make_scorer(scorer, settings or {})
    judge, passages = _judge(tuple(str(path) for path in corpus))

    class OurMetric(models.BaseMetric):
        """A scorer of ours, asked the way ragas asks."""

        async def ascore(
            self, response: str, user_input: str = "", retrieved_contexts: Sequence[str] = ()
        ) -> Any:  # a MetricResult; the module that knows the class is loaded late
            if not response:
                raise ValueError("response is missing. Please add response to the test sample.")
            case = case_of(response, user_input, retrieved_contexts, judge, passages)
            return _result(models, score(made, case))

    return OurMetric(name=scorer)


@cache
def _judge(paths: tuple[str, ...]) -> tuple[Judge, Corpus]:
    corpus = load_corpus([find(path, "corpus folder or file") for path in paths])
    return make_judge("local", corpus, {}), corpus


def case_of(response: str, user_input: str, contexts: Sequence[str], judge: Judge, corpus: Corpus) -> Case:
    """The case of one ragas sample, judged; its contexts count as texts that the answer was given."""
    question = Question(id="sample", text=user_input)
    draft = Draft(raw=response, contexts=tuple(contexts))
    answer = build_answer(question, 0, draft, generator="ragas", prompt=None, seed=0)
    given = tuple(Passage(id=name, title="", text=text) for name, text in zip(answer.passages, contexts, strict=True))
    verdicts: tuple[Verdict, ...] = ()
    claims = () if unscorable(answer) else extract_claims(answer)
    if claims:
        verdicts = judge_claims(judge, answer, claims, given)
    passages = {**corpus.passages, **{passage.id: passage for passage in given}}
    return Case(question=question, answer=answer, claims=claims, verdicts=verdicts, corpus=passages)


def _result(models: Any, outcome: Outcome) -> Any:
    findings = [f"{finding.rule} ({finding.severity}): {finding.message}" for finding in outcome.findings]
    traces = {"output": {"status": outcome.status, "measures": dict(outcome.measures), "findings": findings}}
    return models.MetricResult(value=outcome.value, reason=outcome.reason, traces=traces)
