"""Stored answers -> a new run: scored again, or judged and scored again. Nothing is ever generated.

The new run's subject is the old one's; its scoring signature is today's. *Rescored*: claims, verdicts and the passages
that they point into are kept, scorers and question set are today's. *Rejudged*: claims are found and judged anew
against today's corpus. The work itself is done by `evals.run`, from a journal in which the kept phases stand as done.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from evals import journal
from evals.corpus import Corpus, load_corpus
from evals.errors import UserError
from evals.generators import Draft, GenerationError, Generator
from evals.judges import Judge, make_judge
from evals.parse import parse
from evals.plan import Plan, Unit, suite_questions
from evals.prompt import Prompt
from evals.records import Answer, Item, Passage, Question, Verdict
from evals.run import Tell, execute, start
from evals.run.folder import ANSWER, JUDGED
from evals.scorers import make_scorer
from evals.shipped import find
from evals.signature import digest, scoring_signature
from evals.store import Run
from evals.suite import Part, Suite

_CONTEXT = re.compile(r".+#\d+/given-\d+\Z", re.DOTALL)


def rescore(run: Run, reports: Path, now: datetime.datetime, tell: Tell, *, like: Suite | None = None) -> Run:
    """A new run from the stored claims and verdicts: today's scorers, today's question set.

    `like` is the suite whose scorers are used, the run's own by default.

    Raises:
        UserError: a scorer of the suite is not known.
    """
    suite = _suite(run)
    suite = replace(suite, scorers=like.scorers) if like else suite
    plan = _plan(run, suite, _kept_judge(run), _kept_corpus(run))
    return _do(run, plan, reports, now, tell, {"rescore": run.manifest["run_id"]}, judged=True)


def rejudge(
    run: Run,
    reports: Path,
    now: datetime.datetime,
    tell: Tell,
    *,
    judge: Part | None = None,
    like: Suite | None = None,
    cache: Path | None = None,
    max_cost: float | None = None,
) -> Run:
    """A new run from the stored answers alone: claims, verdicts and scores are made anew.

    `judge` is asked instead of the run's own. `like` is the suite whose judge, corpus and scorers are used. `cache` and
    `max_cost` are for judges that ask a model, as in `evals.run.execute`.

    Raises:
        UserError: judge, scorer or corpus cannot be loaded.
    """
    suite = _suite(run)
    if like is not None:
        suite = replace(suite, judge=like.judge, judges=like.judges, corpus=like.corpus, scorers=like.scorers)
    suite = replace(suite, judge=judge) if judge else suite
    corpus = load_corpus([find(path, "corpus folder or file") for path in suite.corpus])
    plan = _plan(run, suite, make_judge(suite.judge.name, corpus, suite.judge.settings), corpus)
    command = {"rejudge": run.manifest["run_id"]}
    return _do(run, plan, reports, now, tell, command, judged=False, cache=cache, max_cost=max_cost)


def todays_signature(run: Run) -> dict[str, Any]:
    """The scoring signature that this run's answers would get if they were judged and scored now.

    A judge other than the local one is taken as it was: it may ask a model, which is not here to be asked.

    Raises:
        UserError: scorer or corpus of its suite cannot be loaded.
    """
    suite = _suite(run)
    corpus = load_corpus([find(path, "corpus folder or file") for path in suite.corpus])
    local = suite.judge.name == "local"
    judge = make_judge("local", corpus, suite.judge.settings) if local else cast(Judge, _kept_judge(run))
    versions = {part.name: make_scorer(part.name, part.settings).version for part in suite.scorers}
    return scoring_signature(suite, versions, judge, list(_questions(run).values()), corpus)


def _suite(run: Run) -> Suite:
    where = f"{run.folder}/manifest.json"
    if missing := {"suite", "signatures", "planned", "prompt", "generator"} - set(run.manifest):
        raise UserError(where, f"it lacks {', '.join(sorted(missing))}", "the manifest of a run")
    return parse(Suite, run.manifest["suite"], where)


# --- the plan --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stored:
    """Stands where the generator stood: it has its name, and makes nothing."""

    name: str
    version: str
    reads: tuple[str, ...]

    def repeats(self, question: Question, asked: int, /) -> int:  # noqa: ARG002  (units are planned already)
        return asked

    def __call__(self, question: Question, repeat: int, /) -> Draft:
        raise GenerationError(f"the run has no answer to {question.id}, repeat {repeat}")


@dataclass(frozen=True)
class _Kept:
    """Stands where the judge stood: its verdicts are kept."""

    name: str
    signature: str

    def __call__(self, answer: Answer, *_: object) -> tuple[Verdict, ...]:
        raise UserError(f"answer to {answer.question_id}", "its verdicts are missing", "", "Use evals rejudge.")


def _plan(run: Run, suite: Suite, judge: Any, corpus: Corpus) -> Plan:
    scorers = tuple(make_scorer(part.name, part.settings) for part in suite.scorers)
    questions = _questions(run)
    versions = {scorer.name: scorer.version for scorer in scorers}
    scoring = scoring_signature(suite, versions, judge, list(questions.values()), corpus)
    if isinstance(judge, _Kept):
        # Claims are kept too: they are of the version that found them.
        parts = {key: value for key, value in scoring.items() if key != "digest"}
        parts["claims"] = run.manifest["signatures"]["scoring"]["claims"]
        scoring = {**parts, "digest": digest(parts)}
    old = run.manifest["generator"]
    # Neither is asked for anything: their phases stand as done in the journal.
    reads = tuple(run.manifest["prompt"].get("read_by_generator", ()))
    return Plan(
        suite=suite,
        prompt=_prompt(run),
        corpus=corpus,
        generator=cast(Generator, _Stored(old["name"], old["version"], reads)),
        judge=cast(Judge, judge),
        scorers=scorers,
        units=_units(run, questions),
        signatures={"scoring": scoring, "subject": run.manifest["signatures"]["subject"]},
        **({} if isinstance(judge, _Kept) else _beside(suite, judge, corpus)),
    )


def _beside(suite: Suite, judge: Any, corpus: Corpus) -> dict[str, Any]:
    beside = tuple(make_judge(part.name, corpus, part.settings) for part in suite.judges)
    names = [judge.name, *(one.name for one in beside)]
    numbered = [f"{name}#{names[:i].count(name) + 1}" if name in names[:i] else name for i, name in enumerate(names)]
    return {"beside": beside, "beside_names": tuple(numbered[1:])}


def _questions(run: Run) -> dict[str, Question]:
    """Today's wording of what each answer must say; the question that was asked, where it reads differently today."""
    if run.manifest.get("command", {}).get("score"):
        return dict(run.questions)
    try:
        today = {question.id: question for question in suite_questions(_suite(run))}
    except UserError:
        # A run outlives the file its questions came from: it holds them itself.
        return dict(run.questions)
    return {key: today[key] if _same_asked(old, today.get(key)) else old for key, old in run.questions.items()}


def _same_asked(old: Question, new: Question | None) -> bool:
    return new is not None and (old.text, old.record, old.language) == (new.text, new.record, new.language)


def _units(run: Run, questions: Mapping[str, Question]) -> tuple[Unit, ...]:
    return tuple(
        Unit(
            question=questions[item.answer.question_id],
            repeat=item.answer.repeat,
            skip=None if item.answer.generator else _why_skipped(item),
        )
        for item in run.items
    )


def _why_skipped(item: Item) -> str:
    return item.outcomes[0].reason if item.outcomes else "skipped"


def _prompt(run: Run) -> Prompt:
    made = run.manifest["signatures"]["subject"]["prompt"]
    return Prompt(
        name=made["name"], version=made["version"], sections=(), wording={}, instruction="", parts=made["parts"]
    )


def _kept_judge(run: Run) -> _Kept:
    return _Kept(run.manifest["suite"]["judge"]["name"], run.manifest["judge"])


def _kept_corpus(run: Run) -> Corpus:
    passages = {key: passage for key, passage in run.passages.items() if not _CONTEXT.match(key)}
    return Corpus(
        passages=passages, documents={}, digest=run.manifest["signatures"]["scoring"]["corpus"],
        superseded=tuple(run.manifest["corpus"]["superseded"]),
    )  # fmt: skip


# --- the work --------------------------------------------------------------------------------------------------------


def _do(
    run: Run, plan: Plan, reports: Path, now: datetime.datetime, tell: Tell, command: dict[str, Any], *, judged: bool,
    cache: Path | None = None, max_cost: float | None = None,
) -> Run:  # fmt: skip
    folder = start(plan, reports, now, {**run.manifest.get("command", {}), **command})
    with journal.Journal(folder) as log, log.together():
        _keep(run.items, run.passages, tuple(run.manifest.get("judges_beside", ())), log, judged=judged)
    return execute(plan, folder, tell, cache=cache, max_cost=max_cost)


def _keep(
    items: Sequence[Item], passages: Mapping[str, Passage], beside: Sequence[str], log: journal.Journal, *, judged: bool
) -> None:
    for item in items:
        answer = item.answer
        key = (answer.question_id, answer.repeat)
        contexts = tuple(passages[i] for i in answer.passages if _CONTEXT.match(i))
        log.put("answer", *key, ANSWER.dump_json((answer, contexts)).decode())
        if judged:
            kept = (item.claims, *_apart(item.verdicts, beside))
            log.put("judged", *key, JUDGED.dump_json(kept).decode())


def _apart(verdicts: Sequence[Verdict], beside: Sequence[str]) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """The verdicts that decide, and those of judges beside them and of repeats."""
    deciding = tuple(v for v in verdicts if v.judge_repeat == 0 and v.judge.partition("/")[0] not in beside)
    return deciding, tuple(v for v in verdicts if v not in set(deciding))
