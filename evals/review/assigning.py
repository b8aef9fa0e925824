"""Who reviews what: drawn answers go to people who know the disease, some to two, some twice to the same person."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from typing import Any

from sqlalchemy import insert, select

from evals.errors import UserError
from evals.records import Item
from evals.review import placing
from evals.review.digests import canonical, text_digest
from evals.review.items import keep, ready
from evals.review.people import reviewers
from evals.review.records import Purpose, Reviewer
from evals.review.rubric import rubric
from evals.review.sampling import Plan, draw, probabilities, settings, weight
from evals.review.submitting import knows, may_review, open_load
from evals.review.tables import assignments, batches, frame
from evals.review.views import ItemKey, Seen, seen
from evals.review.work import Work, plain, token
from evals.store import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A drawn answer that fewer people can review than wanted."""

    question_id: str
    repeat: int
    cancer: str
    wanted: int
    found: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What a batch came to: answers that could be drawn, were, had been before; assignments; who is missing.

    `unblinded` assignments went, for want of others, to people who had been shown what the machine says of the answer:
    their reviews will say so and be left out of comparisons.
    """

    batch_id: str
    could_be: int
    drawn: int
    known: int
    counts: dict[str, int]
    people: dict[str, int]
    shortfalls: tuple[Shortfall, ...]
    unblinded: int = 0


@dataclass(slots=True)
class _Batch:
    work: Work
    plan: Plan
    id: str
    random: Random
    team: tuple[Reviewer, ...]
    load: dict[str, int]
    seen: Mapping[str, Seen]
    new: list[dict[str, Any]] = field(default_factory=list)
    shortfalls: list[Shortfall] = field(default_factory=list)
    unblinded: int = 0

    def give(
        self, person: Reviewer, item_id: str, purpose: Purpose, *, matched: bool, repeat_of: str | None = None
    ) -> None:
        """Assign an item to a person; the place in the queue comes later."""
        row = {
            "id": token(), "item_id": item_id, "batch_id": self.id, "reviewer": person.id, "purpose": purpose,
            "form": person.profession, "place": 0.0, "matched": matched, "repeat_of": repeat_of, "at": self.work.at,
        }  # fmt: skip
        self.new.append(row)
        self.load[person.id] = self.load.get(person.id, 0) + 1

    def least(self, people: Sequence[Reviewer], count: int, key: ItemKey) -> list[Reviewer]:
        """Those who have not seen the scores of an item, with the fewest open reviews, chance among equals."""
        order = {person.id: self.random.random() for person in people}
        return sorted(people, key=lambda one: (self.saw(one, key), self.load.get(one.id, 0), order[one.id]))[:count]

    def saw(self, person: Reviewer, key: ItemKey) -> bool:
        """Whether a person was shown what the machine says of an item."""
        return person.id in self.seen and self.seen[person.id].covers(*key)


def assign(work: Work, run: Run, plan: Plan, by: str) -> Assigned:
    """Draw answers of a run and hand them out.

    Raises:
        RefusedError: `by` is no lead.
        UserError: nobody can review, nothing can be drawn, or an id is unusable.
    """
    work.permit(by, "lead")
    team = tuple(one for one in reviewers(work.connection) if may_review(one))
    if not any(one.profession in rubric().clinical for one in team):
        raise UserError("review store", "nobody who can review", "a physician", "evals review add-reviewer --help")
    could_be = [item for item in run.items if ready(item)]
    if not could_be:
        raise UserError(str(run.folder), "no answer that can be reviewed", "a run with answers")
    random = Random(plan.seed)  # noqa: S311  (a recorded seed: the draw can be repeated)
    batch = _Batch(work, plan, token(), random, team, open_load(work.connection), seen(work.connection))
    run_id = plain(str(run.manifest["run_id"]), "run id")
    design = canonical(asdict(plan) | {"weights": _plain_settings()})
    work.connection.execute(insert(batches).values(id=batch.id, run_id=run_id, at=work.at, who=by, design=design))
    drawn, known = _draw(batch, run, could_be)
    _gold_and_repeats(batch)
    placing.place(batch.new, work.connection, random)
    if batch.new:
        work.connection.execute(insert(assignments), batch.new)
    names = ("id", "item_id", "reviewer", "purpose", "form")
    told = [[row[name] for name in names] for row in batch.new]
    work.log(by, "assigned", batch.id, new={"run": run_id, "plan": asdict(plan), "assignments": told})
    return Assigned(
        batch_id=batch.id, could_be=len(could_be), drawn=drawn, known=known, counts=_count(batch.new, "purpose"),
        people=_count(batch.new, "reviewer"), shortfalls=tuple(batch.shortfalls), unblinded=batch.unblinded,
    )  # fmt: skip


def _plain_settings() -> dict[str, Any]:
    return {name: dict(value) if hasattr(value, "items") else value for name, value in settings().items()}


def _count(rows: Sequence[dict[str, Any]], name: str) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        found[row[name]] += 1
    return dict(sorted(found.items()))


def _draw(batch: _Batch, run: Run, could_be: Sequence[Item]) -> tuple[int, int]:
    weights = [weight(item, run.questions[item.answer.question_id]) for item in could_be]
    chances = probabilities(weights, batch.plan.count, batch.plan.share("random_share"))
    drawn = draw(chances, batch.random)
    if not batch.plan.practice:
        rows = [
            {"batch_id": batch.id, "question_id": plain(item.answer.question_id, "question id"),
             "repeat": item.answer.repeat, "probability": chances[place], "selected": place in drawn}
            for place, item in enumerate(could_be)
        ]  # fmt: skip
        batch.work.connection.execute(insert(frame), rows)
    known = 0
    for place in sorted(drawn):
        item = could_be[place]
        one = keep(batch.work.connection, run, item, settings()["claims_per_item"], batch.plan.seed)
        known += not (_practise(batch, one) if batch.plan.practice else _hand_out(batch, run, item, one))
    return len(drawn), known


def _practise(batch: _Batch, item_id: str) -> bool:
    for person in batch.team:
        batch.give(person, item_id, "practice", matched=True)
    return True


def _hand_out(batch: _Batch, run: Run, item: Item, item_id: str) -> bool:
    had = _had(batch, item_id, ("judge",))
    # Chances are spent in the same order whether or not the item is known: a batch can be repeated.
    rules, question = settings(), run.questions[item.answer.question_id]
    double = batch.random.random() < batch.plan.share("double_share") or question.risk in rules["double_always"]
    reader = batch.random.random() < rules["reader_share"]
    if had:
        return False
    practised = _had(batch, item_id, ("practice",))
    wanted = 2 if double else 1
    clinical = [p for p in batch.team if p.profession in rubric().clinical and p.id not in practised]
    able = [person for person in clinical if knows(person, question.cancer)]
    key = (str(run.manifest["run_id"]), question.id, item.answer.repeat, text_digest(item.answer.text))
    chosen = [(person, True) for person in batch.least(able, wanted, key)]
    if batch.plan.any_reviewer and len(chosen) < wanted:
        others = [person for person in clinical if person not in able]
        chosen += [(person, False) for person in batch.least(others, wanted - len(chosen), key)]
    for person, matched in chosen:
        batch.give(person, item_id, "judge", matched=matched)
        batch.unblinded += batch.saw(person, key)
    if len(chosen) < wanted:
        batch.shortfalls.append(
            Shortfall(
                question_id=question.id, repeat=item.answer.repeat, cancer=question.cancer, wanted=wanted,
                found=len(chosen),
            )
        )  # fmt: skip
    if reader:
        for person in batch.least([p for p in batch.team if p.profession in rubric().readers], 1, key):
            batch.give(person, item_id, "judge", matched=True)
            batch.unblinded += batch.saw(person, key)
    return True


def _had(batch: _Batch, item_id: str, purposes: tuple[str, ...]) -> set[str]:
    query = select(assignments.c.reviewer).where(assignments.c.item_id == item_id, assignments.c.purpose.in_(purposes))
    return set(batch.work.connection.execute(query).scalars())


def _gold_and_repeats(batch: _Batch) -> None:
    """Hide gold items and repeats among what each person got."""
    rules = settings()
    golden = placing.gold_items(batch.work.connection)
    own = [row for row in batch.new if row["purpose"] == "judge"]
    people = {person.id: person for person in batch.team}
    for name in sorted({row["reviewer"] for row in own}):
        mine, random = [row for row in own if row["reviewer"] == name], batch.random
        for row in random.sample(mine, placing.how_many(mine, rules["repeat_share"], random)):
            batch.give(people[name], row["item_id"], "repeat", matched=True, repeat_of=row["id"])
        met = placing.seen_by(batch.work.connection, name) | {row["item_id"] for row in mine}
        unseen = sorted(one for one, key in golden.items() if one not in met and not batch.saw(people[name], key))
        if people[name].profession in rubric().clinical:
            wanted = min(len(unseen), placing.how_many(mine, rules["gold_share"], random))
            for item_id in random.sample(unseen, wanted):
                batch.give(people[name], item_id, "gold", matched=True)
