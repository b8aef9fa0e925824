"""How the judges of a run did as judges: planted orders, second opinions, what a cascade passed on, what wavers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.report.facts import Names, Place, names_of
from evals.report.inert import anchor
from evals.store import Run

OTHERS_SCORE_NOTHING = (
    "Verdicts of the judges beside the deciding one change no score; claims they differ on want a person."
)
WAVERS = (
    "The same question was answered, or the same answer judged, more than once. A question that stands below came out "
    "differently; every other one came out the same each time."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BesideRow:
    """A judge beside the deciding one: claims both labelled, alike, failures, and the answers on which they differ."""

    judge: str
    claims: int
    alike: int
    errors: int
    disputed: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaverRow:
    """All that one scorer (repeated answers) or judge (repeated judgements) did: `changed` of `of`, `by` in words."""

    what: str
    unit: str
    changed: int
    of: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRow:
    """One question that did not come out the same each time: by what, and by how much."""

    place: Place
    what: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """All of it; each part is empty where a run has nothing of the kind."""

    lines: tuple[str, ...]
    beside: tuple[BesideRow, ...]
    wavers: tuple[WaverRow, ...]
    questions: tuple[QuestionRow, ...]

    def __bool__(self) -> bool:
        return bool(self.lines or self.beside or self.wavers)


def judging(run: Run) -> Judging:
    """What the summary and the manifest of a run tell of its judges."""
    return Judging(
        lines=tuple(_lines(run.summary, run.manifest.get("canaries", ()))),
        beside=tuple(_beside(run.summary, names_of(run))),
        wavers=tuple(_wavers(run.summary)),
        questions=tuple(_questions(run.summary)),
    )


def told_in_lines(run: Run) -> list[str]:
    """The same in a line each, for a terminal: without the questions and answers."""
    found = judging(run)
    beside = [
        f"Beside: {row.judge} agrees on {row.alike:,} of {row.claims:,} claims; "
        f"{len(row.disputed):,} answers in dispute"
        for row in found.beside
    ]
    wavers = [f"{row.what}: {row.changed:,} of {row.of:,} {row.unit} change, {row.by}" for row in found.wavers]
    return [*found.lines, *beside, *wavers]


def _lines(summary: Mapping[str, Any], canaries: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in canaries:
        yield f"Planted orders: {row['judge']}: {row['says']}"
    for judge, row in summary.get("cascades", {}).items():
        told = f"{row['passed_on']:,} of {row['claims']:,} claims ({_percent(row['share'])})"
        yield f"Cascade: {judge} passed {told} on to the model; the local judge decided the others."
    if dispute := summary.get("in_dispute"):
        yield f"Judges differ on a claim, or more, in {dispute['answers']:,} of {dispute['of']:,} judged answers."


def _beside(summary: Mapping[str, Any], names: Names) -> Iterator[BesideRow]:
    for judge, row in summary.get("judges", {}).items():
        places = tuple(names.of(question, repeat) for question, repeat, _ in row["disputed"])
        yield BesideRow(judge=judge, claims=row["claims"], alike=row["alike"], errors=row["errors"], disputed=places)


def _wavers(summary: Mapping[str, Any]) -> Iterator[WaverRow]:
    for scorer, row in summary.get("answer_repeats", {}).items():
        by = f"by {row['mean_spread']:.2f} on average"
        what = f"Repeated answers: {scorer}"
        yield WaverRow(what=what, unit="questions", changed=row["changed"], of=row["questions"], by=by)
    for judge, row in summary.get("judge_repeats", {}).items():
        by = f"{_percent(row['share_changed'])} of them"
        what = f"Repeated judgements: {judge}"
        yield WaverRow(what=what, unit="claims", changed=row["changed"], of=row["claims"], by=by)


def _questions(summary: Mapping[str, Any]) -> Iterator[QuestionRow]:
    rows: list[tuple[float, QuestionRow]] = []
    for scorer, row in summary.get("answer_repeats", {}).items():
        for one in row["worst"]:
            by = f"score differs by up to {one['spread']:.2f}"
            rows.append((one["spread"], _question(one["question_id"], f"answers, {scorer}", by)))
    for judge, row in summary.get("judge_repeats", {}).items():
        for one in row["worst"]:
            by = f"{_percent(one['share_changed'])} of its claims change their label"
            rows.append((one["share_changed"], _question(one["question_id"], f"judgements, {judge}", by)))
    rows.sort(key=lambda pair: (-pair[0], pair[1].place.name, pair[1].what))
    yield from (row for _, row in rows)


def _question(question_id: str, what: str, by: str) -> QuestionRow:
    return QuestionRow(place=Place(anchor=anchor(question_id, 0), name=question_id), what=what, by=by)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "under 1%"
