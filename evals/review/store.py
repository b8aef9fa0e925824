"""The review store: one method for each thing that people do. See `evals.review` for the list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from evals.review import (
    assigning,
    audit,
    calibrating,
    disagreement,
    drafts,
    exchange,
    people,
    placing,
    queues,
    signing,
    spreadsheets,
    submitting,
    tables_of_agreement,
    views,
)
from evals.review.assigning import Assigned
from evals.review.audit import AuditFilter, AuditReport
from evals.review.calibrating import Calibration
from evals.review.disagreement import ItemState
from evals.review.records import AuditRow, Content, Review, Reviewer, Role, Signature
from evals.review.rubric import open_questions
from evals.review.sampling import Plan
from evals.review.seen import AdjudicationItem, BlindItem, Conflict, Disagreement, Draft, Owed, QueueEntry
from evals.review.tables import reviews
from evals.review.tables_of_agreement import AgreementTables
from evals.review.transactions import Transactions
from evals.review.work import MAY
from evals.store import Run
from evals.tables import Row

Contents = Content | Mapping[str, Any]


class Store(Transactions):
    """An open review store. Safe to use from several threads and processes at once."""

    # --- people ---

    def reviewers(self) -> tuple[Reviewer, ...]:
        """Everybody, by name."""
        with self.read() as work:
            return people.reviewers(work.connection)

    def role_of(self, who: str) -> Role | None:
        """The role of an active person, or None."""
        with self.read() as work:
            found = work.person(who)
        return found.role if found and found.active else None

    def may(self, who: str, act: str) -> bool:
        """Whether a person may look, review, adjudicate, sign or lead."""
        return self.role_of(who) in MAY[act]

    def add_reviewer(self, person: Reviewer, *, by: str, why: str = "") -> Reviewer:
        """Add or change a person."""
        with self.write() as work:
            return people.add_reviewer(work, person, by, why)

    # --- reviewing ---

    def queue(self, reviewer: str) -> tuple[QueueEntry, ...]:
        """A reviewer's assignments in their own order."""
        with self.read() as work:
            return queues.queue(work, reviewer)

    def blind_item(self, assignment_id: str, reviewer: str) -> BlindItem:
        """An item as its reviewer may see it."""
        with self.read() as work:
            return queues.blind_item(work, assignment_id, reviewer)

    def open_questions(self, item: BlindItem | AdjudicationItem, content: Content) -> tuple[str, ...]:
        """What is still to be answered before submission."""
        return open_questions(content, item.shown, item.scales)

    def save_draft(
        self, assignment_id: str, reviewer: str, version: int, content: Contents, *, tab: str = ""
    ) -> int | Conflict:
        """Save a draft; gives its version, or what stands instead."""
        with self.write() as work:
            return drafts.save(work, assignment_id, reviewer, version, content, tab)

    def undo_draft(self, assignment_id: str, reviewer: str, version: int) -> Draft | Conflict:
        """One step back."""
        with self.write() as work:
            return drafts.undo(work, assignment_id, reviewer, version)

    def asides(self, assignment_id: str, reviewer: str) -> tuple[Draft, ...]:
        """What stale tabs sent."""
        with self.read() as work:
            return drafts.set_aside(work.connection, assignment_id, reviewer)

    def submit(self, assignment_id: str, reviewer: str, version: int, content: Contents) -> Review | Conflict:
        """Put a review on record."""
        with self.write() as work:
            return submitting.submit(work, assignment_id, reviewer, version, content)

    def owed(self, person: str) -> Owed:
        """The answers whose scores this person must not see yet."""
        with self.read() as work:
            return queues.owed(work, person)

    def usual_seconds(self, reviewer: str) -> tuple[float, int] | None:
        """How long a review takes, from so many of this person's or everybody's; None while too few were timed."""
        with self.read() as work:
            return queues.usual_seconds(work.connection, reviewer)

    def note_shown(self, who: str, run_id: str, answers: Mapping[tuple[str, int], str], *, where: str) -> None:
        """Put on record that a person is shown what the machine says of these answers."""
        with self.write() as work:
            views.note_shown(work, who, run_id, answers, where)

    # --- disagreement ---

    def adjudication_queue(self, adjudicator: str) -> tuple[Disagreement, ...]:
        """What waits for this adjudicator."""
        with self.read() as work:
            return disagreement.queue(work, adjudicator)

    def open_adjudication(self, item_token: str, adjudicator: str) -> AdjudicationItem:
        """Both sides of a disagreement, without names."""
        with self.write() as work:
            return disagreement.open_item(work, item_token, adjudicator)

    def adjudicate(
        self, assignment_id: str, adjudicator: str, version: int, content: Contents, why: str
    ) -> Review | Conflict:
        """Add the deciding judgement."""
        with self.write() as work:
            return submitting.adjudicate(work, assignment_id, adjudicator, version, content, why)

    def item_states(self, run_id: str | None = None) -> tuple[ItemState, ...]:
        """How far the review of each item is."""
        with self.read() as work:
            return disagreement.item_states(work.connection, run_id)

    def lock(self, item_id: str, *, by: str, why: str) -> None:
        """Close an item."""
        with self.write() as work:
            disagreement.set_event(work, item_id, by, "locked", why)

    def reopen(self, item_id: str, *, by: str, why: str) -> None:
        """Open a closed or decided item again for one more adjudication."""
        with self.write() as work:
            disagreement.set_event(work, item_id, by, "reopened", why)

    def assign(self, run: Run, plan: Plan, *, by: str) -> Assigned:
        """Draw answers of a run and hand them out."""
        with self.write() as work:
            return assigning.assign(work, run, plan, by)

    def set_gold(self, item_id: str, *, by: str, why: str) -> None:
        """Make a settled item one that reviewers are measured by."""
        with self.write() as work:
            placing.set_gold(work, item_id, by, why)

    def agreement_tables(self, run_id: str | None = None) -> AgreementTables:
        """How far clinicians agree, among themselves and with the machine."""
        with self.read() as work:
            return tables_of_agreement.agreement_tables(work.connection, run_id)

    # --- record ---

    def reviews(self) -> tuple[Review, ...]:
        """Everything on record, oldest first. For leads and exports: names are in it."""
        with self.read() as work:
            rows = work.connection.execute(select(reviews).order_by(reviews.c.at, reviews.c.id)).mappings()
            return tuple(submitting.review_of(dict(row)) for row in rows)

    def sign_passage(
        self, passage_id: str, reviewer: str, digest: str, *, confirmed: str, meaning: str = "approved"
    ) -> Signature:
        """Sign a passage as it reads now."""
        with self.write() as work:
            return signing.sign_passage(work, passage_id, reviewer, digest, confirmed=confirmed, meaning=meaning)

    def signatures(self, passage_id: str | None = None) -> tuple[Signature, ...]:
        """Signatures under passages."""
        with self.read() as work:
            return signing.all_signatures(work.connection, passage_id)

    def audit_rows(self, wanted: AuditFilter | None = None) -> tuple[AuditRow, ...]:
        """The log, oldest first."""
        with self.read() as work:
            return audit.rows(work.connection, wanted or AuditFilter())

    def audit_head(self) -> tuple[int, str]:
        """Number and mac of the log's last row, for reports: a log cut later than this shows against it."""
        with self.read() as work:
            return audit.head(work.connection)

    def verify_audit(self, exported: Sequence[tuple[int, str]] = ()) -> AuditReport:
        """Whether the log is whole."""
        with self.read() as work:
            return audit.verify(work.connection, self._key, exported)

    def note_export(self, what: str, *, by: str, act: str = "lead") -> None:
        """Put on record that a person takes a copy of something; `act` is what they must be allowed to do."""
        with self.write() as work:
            work.permit(by, act)
            work.log(by, "copy taken", what)

    def export_rows(self, *, by: str) -> list[dict[str, Any]]:
        """Everything but drafts and the log, for JSON Lines; the first row holds the log's head."""
        with self.write() as work:
            work.permit(by, "lead")
            work.log(by, "reviews exported", "jsonl")
            return list(exchange.export_rows(work.connection))

    def export_csv(self, *, by: str) -> str:
        """The reviews as a spreadsheet."""
        with self.write() as work:
            work.permit(by, "lead")
            work.log(by, "reviews exported", "csv")
            return spreadsheets.export_csv(work.connection)

    def import_rows(self, rows: Iterable[Row], *, by: str) -> dict[str, int]:
        """Take the rows of another store's export; gives how many of each kind were new."""
        with self.write() as work:
            return exchange.import_rows(work, rows, by)

    def import_csv(self, rows: Iterable[Row], *, by: str) -> dict[str, int]:
        """Take reviews from a spreadsheet export of a store with the same items."""
        with self.write() as work:
            work.permit(by, "lead")
            return exchange.take_reviews(work, spreadsheets.import_rows(work.connection, rows), by)

    def calibrate(self, run: Run) -> Calibration:
        """Compare a run with its reviews."""
        with self.read() as work:
            return calibrating.calibrate(work.connection, run)
