"""The pipeline: generate, judge, score, report; each phase of each item is stored as soon as it is done.

The unit of work is one question and repeat. Nothing here knows what a generator, judge or scorer does.
"""

import datetime
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evals import journal, store
from evals.answers import build_answer, context_ids, failed_answer
from evals.claims import extract_claims
from evals.errors import UserError
from evals.generators import Draft, GenerationError
from evals.judges import judge_claims
from evals.plan import Plan, Unit
from evals.records import STATUSES, Answer, Case, Claim, Item, Outcome, Passage, Verdict
from evals.scorers import score, skipped, unscorable
from evals.signature import digest
from evals.summary import summarise

Progress = Callable[[str, int, int], None]
"""Called with the phase, how many items are done, and how many there are."""

_Work = Callable[[Plan, Unit, journal.Journal], str]

_ANSWER = TypeAdapter(tuple[Answer, tuple[Passage, ...]])
_JUDGED = TypeAdapter(tuple[tuple[Claim, ...], tuple[Verdict, ...]])
_SCORED = TypeAdapter(tuple[Outcome, ...])


def start(plan: Plan, reports: Path, now: datetime.datetime, command: Mapping[str, Any]) -> Path:
    """A new run folder with its manifest; `command` holds what resuming must know besides the suite."""
    token = digest([plan.signatures, [(u.question.id, u.repeat) for u in plan.units]])[:6]
    run_id = f"{now:%Y-%m-%d-%H%M%S}{now.microsecond // 1000:03d}-{token}"
    folder = reports / run_id
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise UserError(str(folder), "this run folder exists already", fix="Run the command again.") from error
    except OSError as error:
        raise UserError(
            str(reports), f"cannot be written ({error.strerror})", "a folder for reports", "Use --out."
        ) from error
    store.write_json(folder / "manifest.json", _manifest(plan, run_id, now, command))
    return folder


def _manifest(plan: Plan, run_id: str, now: datetime.datetime, command: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "status": "started",
        "started": now.isoformat(timespec="seconds"),
        "suite": asdict(plan.suite),
        "command": dict(command),
        "prompt": _prompt(plan),
        "generator": {"name": plan.generator.name, "version": plan.generator.version},
        "judge": plan.judge.signature,
        "signatures": plan.signatures,
        "corpus": {
            "passages": len(plan.corpus.passages),
            "unsigned": plan.corpus.unsigned,
            "overdue": list(plan.corpus.overdue(now.date())),
            "superseded": sorted(plan.corpus.superseded),
        },
        "planned": [[unit.question.id, unit.repeat] for unit in plan.units],
    }


def _prompt(plan: Plan) -> dict[str, Any]:
    # Answers that came from elsewhere must not stand under the name of a prompt that did not make them.
    if not plan.generator.reads:
        return {"name": "no prompt", "version": "", "read_by_generator": []}
    return {"name": plan.prompt.name, "version": plan.prompt.version, "read_by_generator": list(plan.generator.reads)}


def check_same(plan: Plan, manifest: Mapping[str, Any]) -> None:
    """Refuse to resume a run whose inputs have changed since it started.

    Raises:
        UserError: naming what changed.
    """
    for side in ("scoring", "subject"):
        before, now = manifest["signatures"][side], plan.signatures[side]
        changed = [key for key in now if key != "digest" and before.get(key) != _plain(now[key])]
        if changed:
            raise UserError(
                str(manifest["run_id"]), f"its {' and '.join(changed)} changed since it started", "the same inputs",
                "Start a new run, or undo the change.",
            )  # fmt: skip


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))


def execute(plan: Plan, folder: Path, progress: Progress) -> store.Run:
    """Do what is left of a run and finish it. Safe to call again after a kill at any point."""
    with journal.Journal(folder) as log:
        total = len(plan.units)
        phases: tuple[tuple[journal.Phase, _Work], ...] = (("answer", _answer), ("judged", _judge), ("scored", _score))
        # Item by item, all three phases: an answer that exists is judged at once, and a kill wastes little.
        for number, unit in enumerate(plan.units):
            progress("answering, judging, scoring", number, total)
            for phase, work in phases:
                if log.get(phase, unit.question.id, unit.repeat) is None:
                    log.put(phase, unit.question.id, unit.repeat, work(plan, unit, log))
        progress("answering, judging, scoring", total, total)
        items, contexts = _collect(plan, log)
    return _finish(plan, folder, items, contexts)


def _answer(plan: Plan, unit: Unit, log: journal.Journal) -> str:  # noqa: ARG001  (phases share one shape)
    question, prompt = unit.question, plan.prompt.name if plan.generator.reads else None
    made_with = {"generator": plan.generator.name, "prompt": prompt, "seed": plan.suite.seed}
    contexts: tuple[Passage, ...] = ()
    if unit.skip:
        answer = store.no_answer(question.id, unit.repeat)
    else:
        try:
            draft = plan.generator(question, unit.repeat)
        except GenerationError as error:
            answer = failed_answer(question, unit.repeat, str(error), **made_with)
        else:
            answer = build_answer(question, unit.repeat, draft, **made_with)
            contexts = _contexts(question.id, unit.repeat, draft)
    return _ANSWER.dump_json((answer, contexts)).decode()


def _contexts(question_id: str, repeat: int, draft: Draft) -> tuple[Passage, ...]:
    ids = context_ids(question_id, repeat, draft)
    return tuple(
        Passage(id=i, title="Text the answer was given", text=text) for i, text in zip(ids, draft.contexts, strict=True)
    )


def _load_answer(log: journal.Journal, unit: Unit) -> tuple[Answer, tuple[Passage, ...]]:
    stored = log.get("answer", unit.question.id, unit.repeat)
    if stored is None:
        raise RuntimeError(f"the journal lost the answer to {unit.question.id}, repeat {unit.repeat}")
    return _ANSWER.validate_json(stored)


def _judge(plan: Plan, unit: Unit, log: journal.Journal) -> str:
    answer, contexts = _load_answer(log, unit)
    if unit.skip or answer.status == "error" or unscorable(answer):
        return _JUDGED.dump_json(((), ())).decode()
    given_by_id = {**plan.corpus.passages, **{passage.id: passage for passage in contexts}}
    given = tuple(given_by_id[passage_id] for passage_id in answer.passages)
    claims = extract_claims(answer)
    return _JUDGED.dump_json((claims, judge_claims(plan.judge, answer, claims, given))).decode()


def _score(plan: Plan, unit: Unit, log: journal.Journal) -> str:
    if unit.skip:
        return _SCORED.dump_json(tuple(skipped(s, unit.question.id, unit.skip) for s in plan.scorers)).decode()
    answer, contexts = _load_answer(log, unit)
    claims, verdicts = _JUDGED.validate_json(log.get("judged", unit.question.id, unit.repeat) or "[[],[]]")
    corpus = {**plan.corpus.passages, **{passage.id: passage for passage in contexts}}
    case = Case(question=unit.question, answer=answer, claims=claims, verdicts=verdicts, corpus=corpus)
    return _SCORED.dump_json(tuple(score(scorer, case) for scorer in plan.scorers)).decode()


def _collect(plan: Plan, log: journal.Journal) -> tuple[tuple[Item, ...], tuple[Passage, ...]]:
    items: list[Item] = []
    all_contexts: list[Passage] = []
    for unit in plan.units:
        answer, contexts = _load_answer(log, unit)
        claims, verdicts = _JUDGED.validate_json(log.get("judged", unit.question.id, unit.repeat) or "[[],[]]")
        outcomes = _SCORED.validate_json(log.get("scored", unit.question.id, unit.repeat) or "[]")
        items.append(Item(answer=answer, claims=claims, verdicts=verdicts, outcomes=outcomes))
        all_contexts += contexts
    return tuple(items), tuple(all_contexts)


def _finish(plan: Plan, folder: Path, items: tuple[Item, ...], contexts: tuple[Passage, ...]) -> store.Run:
    # Imported here: templates are needed only once a run is done.
    from evals.report import write_reports

    started = store.read_manifest(folder)
    statuses = [outcome.status for item in items for outcome in item.outcomes]
    run = store.Run(
        folder=folder,
        manifest={
            **started,
            "status": "finished",
            "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "counts": {status: statuses.count(status) for status in STATUSES},
        },
        summary=summarise(items, [unit.question for unit in plan.units], plan.suite.slices, seed=plan.suite.seed),
        items=items,
        questions={unit.question.id: unit.question for unit in plan.units},
        passages={passage.id: passage for passage in (*plan.corpus.passages.values(), *contexts)},
    )
    store.write_run(run)
    write_reports(run)
    # The manifest says "finished" last of all: until then a resume does this again from the journal.
    store.write_json(folder / "manifest.json", run.manifest)
    journal.remove(folder)
    return run
