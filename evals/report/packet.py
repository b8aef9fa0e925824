"""A packet for a meeting: one file of a few answers in full, which opens from disk, prints well and runs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from evals.report import facts, tallies
from evals.report.answers import answer_views
from evals.report.html import TEMPLATES, environment
from evals.report.rules import legend
from evals.store import Run

NO_HEAD = "no reviews are kept beside this run"
"""Stands where no review store is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PacketRule:
    """A rule of the gate as a packet tells it: how it came out, its name, what was seen, why it is there."""

    outcome: str
    name: str
    seen: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """The gate's decision: a headline, and the rules worth a line."""

    headline: str
    rules: tuple[PacketRule, ...] = ()


def packet(
    run: Run, title: str, *, made: Sequence[tuple[str, str]], head: tuple[int, str] | None = None,
    decided: Decided | None = None, whole: bool = False, left_out: int = 0,
) -> str:  # fmt: skip
    """The answers of `run` as a packet.

    `run` holds the chosen answers only; `made` tells how the whole run was made; `head` is the last row of the audit
    log and its code, against which a log that was cut later shows. `whole`: tell the scores of the run too;
    `left_out`: so many answers of it are not in the packet.
    """
    style = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return environment().get_template("packet.html").render(
        title=title, run_id=run.manifest["run_id"], style=Markup(style),  # noqa: S704  (ours, not data)
        not_clinical=facts.NOT_CLINICAL, read_yourself=facts.READ_YOURSELF, what_scores_say=facts.WHAT_SCORES_SAY,
        limits=facts.corpus_limits(run), decided=decided, whole=whole, scorers=tallies.scorer_rows(run.summary),
        made=made, head=NO_HEAD if head is None else f"row {head[0]}, {head[1]}", answers=tuple(answer_views(run)),
        legend=legend(run), left_out=left_out,
    )  # fmt: skip
