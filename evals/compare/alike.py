"""Making two runs comparable: equal scoring signatures, or the stored answers scored again first."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.errors import UserError
from evals.rescore import rejudge, rescore, todays_signature
from evals.run import Tell
from evals.store import Run, read_run
from evals.suite import Suite

_OF_VERDICTS = ("claims", "judge", "corpus")
"""If one of these differs, verdicts differ, and scoring again is not enough."""


def differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts in which two scoring signatures differ. Question sets do not count: questions are paired one by one."""
    keys = dict.fromkeys([*before, *after])
    return tuple(key for key in keys if key not in ("digest", "questions") and before.get(key) != after.get(key))


def make_alike(
    before: Path, after: Path, reports: Path, now: datetime.datetime, tell: Tell
) -> tuple[Run, Run, tuple[str, ...]]:
    """Both runs with equal scoring signatures, and what was done for it.

    Where signatures differ, the stored answers of the baseline are scored again with today's scorers, and those of the
    other run as well where it was scored with others than today's; judged again where judge, claims or corpus differ.

    Raises:
        UserError: a run cannot be read, or would have to be judged again by a judge that asks a model.
    """
    one, other = read_run(before), read_run(after)
    parts = differing(_scoring(one), _scoring(other))
    if not parts:
        return one, other, ()
    like = _suite(other)
    notes: list[str] = []
    if stale := differing(_scoring(other), todays_signature(other)):
        other, note = _again(other, like, stale, reports, now, tell)
        notes.append(note)
    # Run ids tell runs apart by the millisecond.
    later = now + datetime.timedelta(milliseconds=1)
    parts = tuple(dict.fromkeys([*parts, *differing(_scoring(one), _scoring(other))]))
    one, note = _again(one, like, parts, reports, later, tell)
    if left := differing(_scoring(one), _scoring(other)):
        raise UserError(
            f"{before} and {after}", f"still scored differently ({', '.join(left)})", "runs that can be compared",
            "Run both again.",
        )  # fmt: skip
    return one, other, (note, *notes)


def _again(
    run: Run, like: Suite, parts: tuple[str, ...], reports: Path, now: datetime.datetime, tell: Tell
) -> tuple[Run, str]:
    if not any(part in _OF_VERDICTS for part in parts):
        made = rescore(run, reports, now, tell, like=like)
        return made, f"{run.manifest['run_id']} was scored again first ({', '.join(parts)} differ): {made.folder}"
    if like.judge.name != "local":
        raise UserError(
            str(run.folder), f"its {', '.join(parts)} differ, and judging it again asks a model ({like.judge.name})",
            "runs judged alike", f"evals rejudge {run.folder}, and compare the new run.",
        )  # fmt: skip
    made = rejudge(run, reports, now, tell, like=like)
    return (
        made,
        f"{run.manifest['run_id']} was judged and scored again first ({', '.join(parts)} differ): {made.folder}",
    )


def _scoring(run: Run) -> Mapping[str, Any]:
    try:
        return run.manifest["signatures"]["scoring"]
    except KeyError as error:
        raise UserError(f"{run.folder}/manifest.json", f"it lacks {error}", "the manifest of a run") from error


def _suite(run: Run) -> Suite:
    from evals.parse import parse

    return parse(Suite, run.manifest["suite"], f"{run.folder}/manifest.json")
