"""What clinicians said of each item: every counted review, and the adjudication where there is one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from evals.review.disagreement import COUNTED
from evals.review.drafts import content_of
from evals.review.records import Content, Mode
from evals.review.tables import assignments, items, reviews


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One submitted review: by whom, for what purpose and form, when, how."""

    assignment_id: str
    reviewer: str
    purpose: str
    form: str
    mode: Mode
    at: str
    repeat_of: str | None
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An item with everything said of it, oldest first."""

    item_id: str
    run_id: str
    question_id: str
    repeat: int
    cluster: str
    topic: str
    said: tuple[Said, ...]

    def counted(self, forms: Iterable[str]) -> tuple[Said, ...]:
        """The independent, blind reviews of these forms that count."""
        wanted = set(forms)
        return tuple(
            one
            for one in self.said
            if one.purpose in COUNTED
            and one.form in wanted
            and not one.content.outside_expertise
            and not one.content.unblinded
        )

    def settled(self, forms: Iterable[str]) -> tuple[Content, ...]:
        """The last adjudication alone, else the counted reviews; nothing where that adjudication was not blind."""
        decided = [one.content for one in self.said if one.purpose == "adjudicate"]
        return (
            tuple(one for one in decided[-1:] if not one.unblinded)
            if decided
            else tuple(one.content for one in self.counted(forms))
        )


def judged(connection: Connection, run_id: str | None = None) -> tuple[Judged, ...]:
    """Every item on which something was submitted, by run, question and repeat."""
    query = (
        select(
            items.c.id.label("item"), items.c.run_id, items.c.question_id, items.c.repeat, items.c.cluster,
            items.c.topic, assignments.c.purpose, assignments.c.form, assignments.c.repeat_of, reviews.c.assignment_id,
            reviews.c.reviewer, reviews.c.mode, reviews.c.at, reviews.c.content,
        )
        .join(assignments, assignments.c.id == reviews.c.assignment_id)
        .join(items, items.c.id == reviews.c.item_id)
        .order_by(items.c.run_id, items.c.question_id, items.c.repeat, reviews.c.at, reviews.c.id)
    )  # fmt: skip
    rows = connection.execute(query.where(items.c.run_id == run_id) if run_id else query).mappings()
    found: defaultdict[str, list[RowMapping]] = defaultdict(list)
    for row in rows:
        found[row["item"]].append(row)
    return tuple(_judged(group) for group in found.values())


def _judged(rows: Sequence[RowMapping]) -> Judged:
    first = rows[0]
    return Judged(
        item_id=first["item"], run_id=first["run_id"], question_id=first["question_id"], repeat=first["repeat"],
        cluster=first["cluster"], topic=first["topic"], said=tuple(_said(row) for row in rows),
    )  # fmt: skip


def _said(row: RowMapping) -> Said:
    return Said(
        assignment_id=row["assignment_id"], reviewer=row["reviewer"], purpose=row["purpose"], form=row["form"],
        mode=row["mode"], at=row["at"], repeat_of=row["repeat_of"], content=content_of(row["content"]),
    )  # fmt: skip
