"""The work on one question and repeat: answered, judged, scored. Depends on the question and the settings alone.

Parts that ask models are awaited with a session; all other work is given to `Hands`, so that it can run elsewhere.
"""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evals import store
from evals.answers import build_answer, context_ids, failed_answer
from evals.claims import UNCHECKABLE, extract_claims
from evals.generators import Draft, GenerationError
from evals.judges import judge_claims, not_checkable
from evals.llm.errors import ModelError
from evals.plan import Plan, Unit, asks_models
from evals.records import Case, Item, Outcome, Passage, Verdict
from evals.run.again import again
from evals.run.hands import Hands
from evals.run.made import Judged, Made
from evals.scorers import score, score_asking, skipped, unscorable

if TYPE_CHECKING:
    from evals.llm import Session


def item(made: Made, verdicts: Judged, outcomes: tuple[Outcome, ...]) -> Item:
    """All of one question and repeat; the deciding verdicts stand first."""
    kept = (*verdicts.deciding, *verdicts.beside)
    return Item(answer=made.answer, claims=made.claims, verdicts=kept, outcomes=outcomes)


# --- answering -------------------------------------------------------------------------------------------------------


async def answered(unit: Unit, hands: Hands, session: "Session | None") -> Made:
    """The answer to one question, or the record of why there is none.

    Raises:
        ModelError: the model cannot be used at all (`fatal`).
    """
    generator: Any = hands.plan.generator
    if unit.skip or not asks_models(generator):
        return await hands.do(make_answer, unit)
    try:
        draft = await generator.draft(unit.question, unit.repeat, session)
    except GenerationError as error:
        return fail_answer(hands.plan, unit, str(error))
    except ModelError as error:
        if error.fatal:
            raise
        return fail_answer(hands.plan, unit, str(error))
    return await hands.do(read_draft, unit, draft)


def make_answer(plan: Plan, unit: Unit) -> Made:
    """The answer of a generator that asks no model."""
    if unit.skip:
        return Made(answer=store.no_answer(unit.question.id, unit.repeat))
    try:
        draft = plan.generator(unit.question, unit.repeat)
    except GenerationError as error:
        return fail_answer(plan, unit, str(error))
    return read_draft(plan, unit, draft)


def fail_answer(plan: Plan, unit: Unit, cause: str) -> Made:
    """The record of an answer that could not be made."""
    return Made(answer=failed_answer(unit.question, unit.repeat, cause, **_made_with(plan)))


def read_draft(plan: Plan, unit: Unit, draft: Draft) -> Made:
    """A draft rendered, its parts and claims found."""
    answer = build_answer(unit.question, unit.repeat, draft, **_made_with(plan))
    ids = context_ids(unit.question.id, unit.repeat, draft)
    given = zip(ids, draft.contexts, strict=True)
    contexts = tuple(Passage(id=i, title="Text the answer was given", text=text) for i, text in given)
    return read_claims(plan, Made(answer=answer, contexts=contexts))


def read_claims(plan: Plan, made: Made) -> Made:  # noqa: ARG001  (what hands do takes the plan)
    """The same with its claims; an answer that no scorer can read has none."""
    if made.answer.status == "error" or unscorable(made.answer):
        return made
    return replace(made, claims=extract_claims(made.answer))


def _made_with(plan: Plan) -> dict[str, Any]:
    prompt = plan.prompt.name if plan.generator.reads else None
    return {"generator": plan.generator.name, "prompt": prompt, "seed": plan.suite.seed}


# --- judging ---------------------------------------------------------------------------------------------------------


async def judged(unit: Unit, made: Made, hands: Hands, session: "Session | None") -> Judged:
    """The verdicts of all judges on one answer, each judge that asks a model as often as the suite says.

    Raises:
        ModelError: a model cannot be used at all (`fatal`).
    """
    plan = hands.plan
    if unit.skip or made.answer.status == "error" or unscorable(made.answer):
        return Judged()
    # A judge that asks no model says the same each time.
    rounds = [
        (number, repeat)
        for number, judge in enumerate((plan.judge, *plan.beside))
        for repeat in range(plan.suite.judge_repeats if asks_models(judge) else 1)
    ]
    if len(rounds) == 1:
        return Judged(deciding=await _round(0, 0, made, hands, session))
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_round(*one, made, hands, session)) for one in rounds]
    found = [task.result() for task in tasks]
    return Judged(deciding=found[0], beside=tuple(verdict for verdicts in found[1:] for verdict in verdicts))


async def _round(number: int, repeat: int, made: Made, hands: Hands, session: "Session | None") -> tuple[Verdict, ...]:
    judge: Any = (hands.plan.judge, *hands.plan.beside)[number]
    if asks_models(judge):
        found = await _ask_judge(judge, made, _given(hands.plan, made), again(session, repeat))
    else:
        found = await hands.do(judge_locally, number, made)
    if number == 0 and repeat == 0:
        return found
    # What is no claim to check is told once.
    checked = {claim.claim_id for claim in made.claims if claim.kind not in UNCHECKABLE}
    name = hands.plan.beside_names[number - 1] if number else judge.name
    # "cascade/llm" says which part of the judge spoke.
    return tuple(
        replace(verdict, judge_repeat=repeat, judge=name + verdict.judge.removeprefix(judge.name))
        for verdict in found
        if verdict.claim_id in checked
    )


async def _ask_judge(
    judge: Any, made: Made, given: tuple[Passage, ...], session: "Session | None"
) -> tuple[Verdict, ...]:
    checkable = tuple(claim for claim in made.claims if claim.kind not in UNCHECKABLE)
    try:
        found = await judge.verdicts(made.answer, checkable, given, session) if checkable else ()
    except ModelError as error:
        if error.fatal:
            raise
        found = tuple(
            Verdict(claim_id=claim.claim_id, judge=judge.name, status="error", reason=str(error)) for claim in checkable
        )
    return (*found, *not_checkable(made.claims))


def judge_locally(plan: Plan, number: int, made: Made) -> tuple[Verdict, ...]:
    """The verdicts of a judge that asks no model; judge 0 decides."""
    return judge_claims((plan.judge, *plan.beside)[number], made.answer, made.claims, _given(plan, made))


def _given(plan: Plan, made: Made) -> tuple[Passage, ...]:
    by_id = {**plan.corpus.passages, **{passage.id: passage for passage in made.contexts}}
    return tuple(by_id[passage_id] for passage_id in made.answer.passages)


# --- scoring ---------------------------------------------------------------------------------------------------------


async def scored(
    unit: Unit, made: Made, verdicts: Judged, hands: Hands, session: "Session | None"
) -> tuple[Outcome, ...]:
    """How each scorer ends on one answer, in the suite's order.

    Raises:
        ModelError: a model cannot be used at all (`fatal`).
    """
    here = await hands.do(score_here, unit, made, verdicts)
    asking: list[Any] = [] if unit.skip else [scorer for scorer in hands.plan.scorers if asks_models(scorer)]
    if not asking or session is None:
        return here
    case = _case(hands.plan, unit, made, verdicts)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(score_asking(scorer, case, session)) for scorer in asking]
    by_name = {outcome.scorer: outcome for outcome in (*here, *(task.result() for task in tasks))}
    return tuple(by_name[scorer.name] for scorer in hands.plan.scorers)


def score_here(plan: Plan, unit: Unit, made: Made, verdicts: Judged) -> tuple[Outcome, ...]:
    """How each scorer that asks no model ends on one answer."""
    if unit.skip:
        return tuple(skipped(scorer, unit.question.id, unit.skip) for scorer in plan.scorers)
    case = _case(plan, unit, made, verdicts)
    return tuple(score(scorer, case) for scorer in plan.scorers if not asks_models(scorer))


def _case(plan: Plan, unit: Unit, made: Made, verdicts: Judged) -> Case:
    corpus = {**plan.corpus.passages, **{passage.id: passage for passage in made.contexts}}
    return Case(
        question=unit.question, answer=made.answer, claims=made.claims, verdicts=verdicts.deciding, corpus=corpus
    )
