"""The clinicians' side without the screen: queue, blind reviews, adjudication, agreement, calibration, audit.

    store = open_store(None, mode="local", reports=Path("reports"))

`open_store(url, *, mode, reports, operator)` opens (and migrates) the store: `url`, else `EVALS_DATABASE_URL`, else the
SQLite file `reviews.sqlite3` in the reports folder. Every write names who writes; the store checks the role each time
and refuses with `RefusedError`, a `UserError` whose text can be shown. In local mode every review is marked `local`.

People
    reviewers() -> tuple[Reviewer, ...]
    role_of(id) -> Role | None              None for an unknown or inactive person
    add_reviewer(Reviewer, by=who, why="")  adds or changes; `by` a lead (anybody may add the first lead of all)
    may(id, "review" | "adjudicate" | "sign" | "lead") -> bool

Reviewing (an `assignment_id` is a random token and the only thing a link may carry)
    queue(reviewer) -> tuple[QueueEntry, ...]            in this reviewer's own random order
    blind_item(assignment_id, reviewer) -> BlindItem     refused for anybody else; holds its draft
    save_draft(assignment_id, reviewer, version, content, *, tab="") -> int | Conflict
        `version` is the one last seen (0 for none), the return the new one; on a conflict nothing is overwritten and
        what was sent is kept aside under the browser tab's name. `content` is a `Content` or a mapping of its fields.
    undo_draft(assignment_id, reviewer, version) -> Draft | Conflict     one step back; again for another
    asides(assignment_id, reviewer) -> tuple[Draft, ...]                 what stale tabs sent
    submit(assignment_id, reviewer, version, content) -> Review | Conflict
        raises UserError naming the first scale or claim still open (`open_questions` lists all of them)
    open_questions(BlindItem, Content) -> tuple[str, ...]
    usual_seconds(reviewer) -> (seconds, of how many) | None    how long a review takes here
    owed(reviewer) -> Owed; owed(...).covers(run_id, question_id, repeat, answer_text) is True while the pages must
        show this person no score, finding, verdict, model or prompt of that answer

    note_shown(who, run_id, {(question_id, repeat): digest}, where=page)
        before a page shows what the machine says of answers: who saw it is asked last, and their review says so

Disagreement
    adjudication_queue(adjudicator) -> tuple[Disagreement, ...]
    open_adjudication(token, adjudicator) -> AdjudicationItem     both sides without names; own items are refused
    adjudicate(assignment_id, adjudicator, version, content, why) -> Review | Conflict
    item_states(run_id=None) -> tuple[ItemState, ...]             for progress pages of leads
    lock(item_id, by, why), reopen(item_id, by, why)

Agreement and record
    agreement_tables() -> AgreementTables       see `evals.review.tables_of_agreement`
    audit_rows(AuditFilter) -> tuple[AuditRow, ...]    verify_audit() -> AuditReport
    audit_head() -> (row, mac), to be printed into reports and packets
    export_csv(by=lead) -> str, export_rows(by=lead), assign(run, Plan, by=lead), calibrate(run)
    sign_passage(passage_id, reviewer, digest, *, confirmed, meaning="approved") -> Signature
        `digest` is `text_digest(passage.text)`; `confirmed` must be the signer's printed name, typed again
    signatures(passage_id=None) -> tuple[Signature, ...]
        stale where `signature.digest != text_digest(passage.text)`

Rubric: `rubric()` gives scales with anchored levels and keys, error tags, claim labels (`datasets/review/rubric.yaml`).
Shared mode: `Session(reviewer, last_active)` and `session.renewed(now)` refuse an idle person on every write.
"""

from evals.review.audit import AuditFilter, AuditReport
from evals.review.digests import text_digest
from evals.review.disagreement import ItemState
from evals.review.opening import open_store
from evals.review.records import (
    AuditRow,
    ClaimMark,
    Content,
    Mark,
    Mode,
    Profession,
    RefusedError,
    Review,
    Reviewer,
    Role,
    Signature,
)
from evals.review.rubric import Level, Rubric, Scale, Tag, form, release, rubric
from evals.review.seen import (
    AdjudicationItem,
    BlindItem,
    Conflict,
    Disagreement,
    Draft,
    Owed,
    QueueEntry,
    Shown,
    ShownClaim,
    ShownPassage,
    ShownStatement,
    Side,
)
from evals.review.sessions import IDLE, Session
from evals.review.store import Store

__all__ = [
    "IDLE",
    "AdjudicationItem",
    "AuditFilter",
    "AuditReport",
    "AuditRow",
    "BlindItem",
    "ClaimMark",
    "Conflict",
    "Content",
    "Disagreement",
    "Draft",
    "ItemState",
    "Level",
    "Mark",
    "Mode",
    "Owed",
    "Profession",
    "QueueEntry",
    "RefusedError",
    "Review",
    "Reviewer",
    "Role",
    "Rubric",
    "Scale",
    "Session",
    "Shown",
    "ShownClaim",
    "ShownPassage",
    "ShownStatement",
    "Side",
    "Signature",
    "Store",
    "Tag",
    "form",
    "open_store",
    "release",
    "rubric",
    "text_digest",
]
