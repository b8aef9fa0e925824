"""The folder of a run: begun with its manifest, checked before it goes on, opened again for its errors, finished."""

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from evals import journal, store
from evals.errors import UserError
from evals.judges.disagreement import judge_of
from evals.plan import Plan
from evals.records import STATUSES, Answer, Claim, Item, Outcome, Passage, Verdict
from evals.run.spent import together
from evals.signature import digest
from evals.summary import summarise
from evals.unsteady import unsteady

ANSWER = TypeAdapter(tuple[Answer, tuple[Passage, ...]])
JUDGED = TypeAdapter(tuple[tuple[Claim, ...], tuple[Verdict, ...], tuple[Verdict, ...]])
SCORED = TypeAdapter(tuple[Outcome, ...])


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
        "judges_beside": {name: judge.signature for name, judge in zip(plan.beside_names, plan.beside, strict=True)},
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
    """Refuse to go on with a run whose inputs have changed since it started.

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


# --- opened again ----------------------------------------------------------------------------------------------------


def failed(item: Item) -> bool:
    """Whether an item ended in an error that asking again may mend."""
    if item.answer.status == "error":
        return bool(item.answer.generator)
    ends = (*item.verdicts, *item.outcomes)
    return any(one.status == "error" for one in ends)


def reopen(plan: Plan, folder: Path) -> int:
    """Make the items that ended in an error undone, and tell how many there are; everything else stays as it is.

    A finished run is put back into its journal, so that executing it does these items and finishes it again.
    """
    manifest = store.read_manifest(folder)
    if manifest["status"] != "finished":
        return _forget_errors(plan, folder)
    run = store.read_run(folder)
    count = sum(map(failed, run.items))
    if count:
        journal.remove(folder)
        with journal.Journal(folder) as log, log.together():
            for item in run.items:
                _put_back(log, item, run.passages, plan.beside_names)
            log.spent(0, json.dumps(manifest.get("usage") or together(())))
        # Only now: a kill before this leaves the finished run as it was.
        store.write_json(folder / "manifest.json", {**manifest, "status": "retrying"})
    return count


def _put_back(log: journal.Journal, item: Item, passages: Mapping[str, Passage], beside: Sequence[str]) -> None:
    answer = item.answer
    key = (answer.question_id, answer.repeat)
    again = _again(item) if failed(item) else ()
    own = tuple(passages[i] for i in answer.passages if i.startswith(f"{answer.question_id}#{answer.repeat}/"))
    if "answer" not in again:
        log.put("answer", *key, ANSWER.dump_json((answer, own)).decode())
    if "judged" not in again:
        log.put("judged", *key, JUDGED.dump_json((item.claims, *apart(item.verdicts, beside))).decode())
    if "scored" not in again:
        log.put("scored", *key, SCORED.dump_json(item.outcomes).decode())


def apart(verdicts: Sequence[Verdict], beside: Sequence[str]) -> tuple[tuple[Verdict, ...], tuple[Verdict, ...]]:
    """The verdicts that decide, and those of repeats and of the judges named `beside`."""
    decides = [verdict.judge_repeat == 0 and judge_of(verdict) not in beside for verdict in verdicts]
    pairs = tuple(zip(verdicts, decides, strict=True))
    return tuple(v for v, first in pairs if first), tuple(v for v, first in pairs if not first)


def _again(item: Item) -> tuple[journal.Phase, ...]:
    """The phases to do again for an item that ended in an error."""
    if item.answer.status == "error":
        return ("answer", "judged", "scored")
    return ("judged", "scored") if any(v.status == "error" for v in item.verdicts) else ("scored",)


def _forget_errors(plan: Plan, folder: Path) -> int:
    count = 0
    with journal.Journal(folder) as log, log.together():
        for unit in plan.units:
            key = (unit.question.id, unit.repeat)
            stored = log.get("answer", *key)
            if stored is None:
                continue
            answer, _ = ANSWER.validate_json(stored)
            item = _stored(log, answer)
            if failed(item):
                count += 1
                log.forget(_again(item), *key)
    return count


def _stored(log: journal.Journal, answer: Answer) -> Item:
    key = (answer.question_id, answer.repeat)
    claims, deciding, beside = JUDGED.validate_json(log.get("judged", *key) or "[[],[],[]]")
    outcomes = SCORED.validate_json(log.get("scored", *key) or "[]")
    return Item(answer=answer, claims=claims, verdicts=(*deciding, *beside), outcomes=outcomes)


# --- finished --------------------------------------------------------------------------------------------------------


def collect(plan: Plan, log: journal.Journal) -> tuple[tuple[Item, ...], tuple[Passage, ...]]:
    """All items of a run whose work is done, in plan order, and the texts that answers were given from elsewhere."""
    items: list[Item] = []
    all_contexts: list[Passage] = []
    for unit in plan.units:
        key = (unit.question.id, unit.repeat)
        stored = log.get("answer", *key)
        if stored is None:
            raise RuntimeError(f"the journal lost the answer to {unit.question.id}, repeat {unit.repeat}")
        answer, contexts = ANSWER.validate_json(stored)
        items.append(_stored(log, answer))
        all_contexts += contexts
    return tuple(items), tuple(all_contexts)


def finish(
    plan: Plan, folder: Path, items: tuple[Item, ...], contexts: tuple[Passage, ...], told: Mapping[str, Any]
) -> store.Run:
    """Write tables, reports and, last of all, the manifest that says so; `told` goes into the manifest."""
    # Imported here: templates are needed only once a run is done.
    from evals.report import write_reports

    started = store.read_manifest(folder)
    statuses = [outcome.status for item in items for outcome in item.outcomes]
    questions = [unit.question for unit in plan.units]
    summary = summarise(items, questions, plan.suite.slices, seed=plan.suite.seed) | unsteady(items, plan.beside_names)
    run = store.Run(
        folder=folder,
        manifest={
            **started,
            "status": "finished",
            "finished": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "counts": {status: statuses.count(status) for status in STATUSES},
            **told,
        },
        summary=summary,
        items=items,
        questions={question.id: question for question in questions},
        passages={passage.id: passage for passage in (*plan.corpus.passages.values(), *contexts)},
    )
    store.write_run(run)
    write_reports(run)
    # The manifest says "finished" last of all: until then a resume does this again from the journal.
    store.write_json(folder / "manifest.json", run.manifest)
    journal.remove(folder)
    return run
